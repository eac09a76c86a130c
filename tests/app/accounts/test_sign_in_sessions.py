"""Sign-in sessions: how long they live, how they end, and what a copy of the database is worth."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.accounts import links, service, sign_ins
from app.accounts.models import Agent, SignIn
from app.errors import NotAllowed

NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
PASSWORD = "seven unrelated words"


@pytest.fixture
def nora(session: Session) -> Agent:
    agent = service.make_agent(session, "nora@help.example", "Nora", now=NOW)
    service.welcome(session, links.invite(session, agent, now=NOW), PASSWORD, now=NOW, cost="low")
    return agent


def hours(count: float) -> timedelta:
    return timedelta(hours=count)


def test_a_right_password_starts_a_session(session: Session, nora: Agent) -> None:
    token = service.sign_in(session, " Nora@HELP.example", PASSWORD, now=NOW, user_agent="Firefox")
    found = sign_ins.find(session, token, now=NOW)
    assert found is not None
    assert found.agent.id == nora.id
    assert found.user_agent == "Firefox"


@pytest.mark.parametrize(
    ("email", "password"),
    [("nora@help.example", "wrong password"), ("nobody@help.example", PASSWORD), ("", ""), ("nora@help.example", ""),
     ("' OR 1=1 --", PASSWORD), ("nora@help.example", PASSWORD + "x"), ("nora@help.example", "x" * 100_000)],
)  # fmt: skip
def test_every_wrong_try_gets_the_same_answer(
    session: Session, nora: Agent, email: str, password: str
) -> None:
    with pytest.raises(NotAllowed, match="The address or the password is wrong."):
        service.sign_in(session, email, password, now=NOW)
    assert session.scalar(sa.select(sa.func.count()).select_from(SignIn)) == 0


def test_an_unknown_account_costs_a_password_check_as_well(
    session: Session, nora: Agent, monkeypatch
) -> None:  # type: ignore[no-untyped-def]
    checked: list[str | None] = []
    monkeypatch.setattr(
        sign_ins.security, "password_matches", lambda stored, _password: checked.append(stored)
    )
    sign_ins.check(session, nora.email, PASSWORD)
    sign_ins.check(session, "nobody@help.example", PASSWORD)
    nora.active = False
    session.flush()
    sign_ins.check(session, nora.email, PASSWORD)
    assert [stored is not None for stored in checked] == [True, False, False]


def test_a_session_ends_two_hours_after_its_last_use(session: Session, nora: Agent) -> None:
    token = sign_ins.start(session, nora.id, now=NOW)
    assert sign_ins.find(session, token, now=NOW + hours(1.99)) is not None
    assert sign_ins.find(session, token, now=NOW + hours(2)) is None


def test_a_session_in_use_ends_after_twelve_hours(session: Session, nora: Agent) -> None:
    token = sign_ins.start(session, nora.id, now=NOW)
    for hour in range(1, 12):
        found = sign_ins.find(session, token, now=NOW + hours(hour))
        assert found is not None
        sign_ins.touch(session, found.id, now=NOW + hours(hour))
    assert sign_ins.find(session, token, now=NOW + hours(12)) is None


def test_a_touch_never_moves_a_session_back(session: Session, nora: Agent) -> None:
    token = sign_ins.start(session, nora.id, now=NOW)
    found = sign_ins.find(session, token, now=NOW)
    assert found is not None
    sign_ins.touch(session, found.id, now=NOW + hours(1))
    sign_ins.touch(session, found.id, now=NOW)
    again = session.get(SignIn, found.id, populate_existing=True)
    assert again is not None and again.last_seen_at == NOW + hours(1)


def test_the_database_cannot_sign_in(session: Session, nora: Agent) -> None:
    token = sign_ins.start(session, nora.id, now=NOW)
    stored = session.scalar(sa.select(SignIn.token_hash))
    assert stored is not None
    assert token not in stored
    assert sign_ins.find(session, stored, now=NOW) is None


def test_starting_forgets_the_agents_ended_sessions_only(session: Session, nora: Agent) -> None:
    other = service.make_agent(session, "timur@help.example", "Timur", now=NOW)
    sign_ins.start(session, nora.id, now=NOW - hours(13))
    alive = sign_ins.start(session, nora.id, now=NOW - hours(1))
    sign_ins.start(session, other.id, now=NOW - hours(13))
    sign_ins.start(session, nora.id, now=NOW)
    assert session.scalar(sa.select(sa.func.count()).where(SignIn.agent_id == nora.id)) == 2
    assert sign_ins.find(session, alive, now=NOW) is not None
    assert session.scalar(sa.select(sa.func.count()).where(SignIn.agent_id == other.id)) == 1


def test_a_new_password_ends_every_other_session_and_renames_this_one(session: Session, nora: Agent) -> None:
    mine = sign_ins.start(session, nora.id, now=NOW)
    stolen = sign_ins.start(session, nora.id, now=NOW)
    fresh = service.change_password(session, nora, "hash", keep_token=mine)
    assert sign_ins.find(session, mine, now=NOW) is None
    assert sign_ins.find(session, stolen, now=NOW) is None
    assert sign_ins.find(session, fresh, now=NOW) is not None


def test_nobody_ends_somebody_elses_session(session: Session, nora: Agent) -> None:
    other = service.make_agent(session, "timur@help.example", "Timur", now=NOW)
    token = sign_ins.start(session, other.id, now=NOW)
    found = sign_ins.find(session, token, now=NOW)
    assert found is not None
    sign_ins.end_one(session, nora.id, found.id)
    assert sign_ins.find(session, token, now=NOW) is not None


def test_a_password_changed_during_the_check_does_not_let_in(session: Session, nora: Agent) -> None:
    checked = sign_ins.check(session, nora.email, PASSWORD)
    assert checked is not None
    nora.password_hash = "another"
    session.flush()
    with pytest.raises(NotAllowed):
        sign_ins.start_checked(session, checked, now=NOW)
