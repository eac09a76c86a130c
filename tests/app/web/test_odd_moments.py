"""Moments and numbers that no calendar and no database holds, where somebody can type them."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from app import db
from app.accounts.models import Agent
from tests.support.web import add_agent, sign_in

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


@pytest.mark.parametrize("zone", ["Europe/Moscow", "America/New_York"])
def test_no_day_breaks_a_search(agent: FlaskClient, zone: str) -> None:
    with db.transaction() as session:
        session.get_one(Agent, agent.agent.id).timezone = zone  # type: ignore[attr-defined]
    for day in ("0001-01-01", "9999-12-31", "1.1.1", f"{'9' * 30}-1-1", "999y", "2026-02-30"):
        for text in (f"before:{day}", f"after:{day} invoice", f"-before:{day}"):
            assert agent.get("/search", query_string={"q": text}).status_code == 200, text


def test_no_number_breaks_an_action_on_many(agent: FlaskClient) -> None:
    for what in ("assign", "team"):
        for number in ("9" * 25, "-1", "٣", "x"):
            answer = agent.post("/bulk", data={"ticket": "1", "do": f"{what}:{number}"})
            assert answer.status_code == 422, (what, number)


def test_who_only_reads_shares_no_view_with_others(app, agent: FlaskClient) -> None:
    for role in ("auditor", "light"):
        reader = sign_in(app.test_client(), add_agent(f"{role}@help.example", role, role=role))
        form = {"name": f"Of {role}", "query": "status:open"}
        assert reader.post("/views", data={**form, "shared": "all"}).status_code == 422
        assert reader.post("/views", data=form).status_code == 302
        assert f"Of {role}" not in agent.get("/views").text
