"""Building a rule in the browser without scripts, trying it, switching it on, and reading what it did."""

from __future__ import annotations

import sqlalchemy as sa
from flask.testing import FlaskClient

from app import db
from app.accounts.models import Agent
from app.automation.models import Rule, RuleLog
from app.tickets.models import Ticket
from tests.app.web.conftest import Desk, one

REFUND = {
    "name": "Refunds", "trigger": "letter", "match": "any",
    "c": ["0", "1"], "c0.field": "subject", "c0.op": "word", "c0.value": "refund, возврат",
    "c1.field": "text", "c1.op": "contains", "c1.value": "money back",
    "a": ["0", "1"], "a0.do": "add_tags", "a0.value": "refund", "a1.do": "status", "a1.value": "waiting",
}  # fmt: skip


def test_a_rule_is_built_row_by_row(admin: FlaskClient) -> None:
    page = admin.post(
        "/rules/new", data={"name": "VIP", "trigger": "letter", "do": "add-condition", "new_field": "subject"}
    )
    assert b'name="c0.field" value="subject"' in page.data
    form = {
        "name": "VIP",
        "trigger": "letter",
        "c": "0",
        "c0.field": "subject",
        "c0.op": "word",
        "c0.value": "urgent",
    }
    page = admin.post("/rules/new", data={**form, "do": "add-group"})
    assert b'name="new_field.g0"' in page.data
    form |= {"g": "0", "g0.match": "any"}
    page = admin.post("/rules/new", data={**form, "do": "add-condition-g0", "new_field.g0": "mailbox"})
    assert b'name="c1.group" value="0"' in page.data
    page = admin.post("/rules/new", data={**form, "do": "add-action", "new_do": "note"})
    assert b'name="a0.text"' in page.data
    assert b'value="urgent"' in page.data
    page = admin.post("/rules/new", data={**form, "do": "remove-c0"})
    assert b"urgent" not in page.data
    assert one(sa.select(sa.func.count()).select_from(Rule)) == 0


def test_a_rule_is_saved_off_and_switched_on(admin: FlaskClient) -> None:
    assert admin.post("/rules/new", data={**REFUND, "do": "save"}).status_code == 303
    rule = one(sa.select(Rule))
    assert (rule.name, rule.active, rule.conditions["match"]) == ("Refunds", False, "any")
    assert rule.conditions["items"][0] == {"field": "subject", "op": "word", "values": ["refund", "возврат"]}
    assert rule.actions[0] == {"do": "add_tags", "values": ["refund"]}
    page = admin.get(f"/rules/{rule.id}").text
    assert 'value="refund, возврат"' in page
    admin.post(f"/rules/{rule.id}/active", data={"active": "yes"})
    assert one(sa.select(Rule)).active
    assert "Refunds" in admin.get("/rules").text


def test_what_is_wrong_is_said_where_it_stands_and_nothing_is_saved(admin: FlaskClient) -> None:
    answer = admin.post("/rules/new", data={**REFUND, "c1.value": " ", "do": "save"})
    assert answer.status_code == 422
    assert 'id="c1-error"' in answer.text
    assert "Say what to look for." in answer.text
    answer = admin.post(
        "/rules/new", data={**REFUND, "trigger": "time", "since": "waiting", "hours": "soon", "do": "save"}
    )
    assert "Say after how many hours." in answer.text
    assert admin.post("/rules/new", data={**REFUND, "c9.unknown": "x"}).status_code == 400
    assert one(sa.select(sa.func.count()).select_from(Rule)) == 0


def test_a_try_says_what_would_change_and_changes_nothing(admin: FlaskClient, desk: Desk) -> None:
    hit = desk.letter("Hello", subject="Refund, please")
    desk.letter("Hello", subject="Hi")
    page = admin.post("/rules/new", data={**REFUND, "do": "try"}).text
    assert "a try on 2 tickets" in page
    assert "1 would match" in page
    assert "Status: open → waiting" in page
    assert "Tags: refund" in page
    ticket = one(sa.select(Ticket).where(Ticket.id == hit))
    assert ticket.status == "open"
    assert one(sa.select(sa.func.count()).select_from(RuleLog)) == 0
    assert one(sa.select(sa.func.count()).select_from(Rule)) == 0


def test_the_log_is_paged_by_key(admin: FlaskClient, desk: Desk) -> None:
    ticket = desk.letter()
    with db.transaction() as session:
        why = [{"field": "subject", "op": "word", "values": ["order"], "found": "My <order>", "met": True}]
        session.add_all(
            RuleLog(name=f"Rule {n}", trigger="letter", ticket_id=ticket, at=db.now(), why=why, done=[])
            for n in range(60)
        )
    page = admin.get("/rules/log").text
    assert "Rule 59" in page
    assert "Rule 9<" not in page
    assert "My &lt;order&gt;" in page
    older = page.split('rel="next"')[0].rsplit('href="', 1)[1].split('"')[0].replace("&amp;", "&")
    assert "Rule 9<" in admin.get(older).text
    assert "Rule 59" not in admin.get(older).text


def test_only_admins_see_rules(agent: FlaskClient) -> None:
    for path in ("/rules", "/rules/new", "/rules/log"):
        assert agent.get(path).status_code == 403
    assert agent.post("/rules/new", data=REFUND).status_code == 403


def test_a_broken_rule_is_pointed_at_where_admins_look(admin: FlaskClient, agent: FlaskClient) -> None:
    """One that is on and names an agent who has left; one that is off bothers nobody."""
    does = {"a": ["0"], "a0.do": "assign", "a0.value": f"agent:{agent.agent.id}"}  # type: ignore[attr-defined]
    admin.post("/rules/new", data={**REFUND, **does, "name": "To Nora", "do": "save-on"})
    admin.post("/rules/new", data={**REFUND, **does, "name": "Sleeping", "do": "save"})
    assert "is broken" not in admin.get("/settings").text
    assert "To Nora" not in admin.get("/settings/health").text
    with db.transaction() as session:
        session.execute(sa.update(Agent).where(Agent.id == agent.agent.id).values(active=False))  # type: ignore[attr-defined]
    assert "1 is broken" in admin.get("/settings").text
    health = admin.get("/settings/health").text
    assert "To Nora" in health
    assert "It names an agent who does not work here any more." in health
    assert "Sleeping" not in health
    assert "All is well." not in health
