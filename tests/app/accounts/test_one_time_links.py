"""One-time links: unguessable, short-lived, spent once, and worthless to whoever reads the database."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from app import db
from app.accounts import links, service, sign_ins
from app.accounts.models import Agent, OneTimeLink
from app.errors import InvalidInput, NotFound

NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def agent_in(session: Session) -> Agent:
    return service.make_agent(session, "nora@help.example", "Nora", now=NOW)


def test_an_invitation_lives_a_day_and_a_reset_half_an_hour(session: Session) -> None:
    agent = agent_in(session)
    invitation = links.invite(session, agent, now=NOW)
    assert links.find(session, invitation, now=NOW + timedelta(hours=24) - MINUTE) is agent
    with pytest.raises(NotFound):
        links.find(session, invitation, now=NOW + timedelta(hours=24))
    agent.password_hash = "set"
    reset = links.invite(session, agent, now=NOW)
    assert links.find(session, reset, now=NOW + timedelta(minutes=29)) is agent
    with pytest.raises(NotFound):
        links.find(session, reset, now=NOW + timedelta(minutes=30))


def test_looking_changes_nothing_and_spending_works_once(session: Session) -> None:
    agent = agent_in(session)
    token = links.invite(session, agent, now=NOW)
    for _ in range(3):
        assert links.find(session, token, now=NOW) is agent
    service.welcome(session, token, "a long password", now=NOW, cost="low")
    with pytest.raises(NotFound):
        service.welcome(session, token, "another password", now=NOW, cost="low")
    assert sign_ins.check(session, agent.email, "a long password") is not None


def test_a_password_that_is_too_short_does_not_spend_the_link(session: Session) -> None:
    agent = agent_in(session)
    token = links.invite(session, agent, now=NOW)
    with pytest.raises(InvalidInput):
        service.welcome(session, token, "short", now=NOW, cost="low")
    assert links.find(session, token, now=NOW) is agent


def test_a_newer_link_ends_the_older_one(session: Session) -> None:
    agent = agent_in(session)
    older = links.invite(session, agent, now=NOW)
    newer = links.invite(session, agent, now=NOW)
    with pytest.raises(NotFound):
        links.find(session, older, now=NOW)
    assert links.find(session, newer, now=NOW) is agent


def test_the_database_holds_no_token(session: Session) -> None:
    token = links.invite(session, agent_in(session), now=NOW)
    stored = session.scalar(sa.select(OneTimeLink.token_hash))
    assert stored is not None
    assert token not in stored
    assert len(token) >= 27, "at least 128 bits in base64"
    with pytest.raises(NotFound):
        links.find(session, stored, now=NOW)


@pytest.mark.parametrize("token", ["", " ", "0", "null", "None", "%00", "\x00", "е" * 40, "a" * 5000])
def test_a_made_up_token_finds_nobody(session: Session, token: str) -> None:
    links.invite(session, agent_in(session), now=NOW)
    with pytest.raises(NotFound):
        links.find(session, token, now=NOW)


def test_a_deactivated_agent_gets_no_link(session: Session) -> None:
    service.make_agent(session, "ada@help.example", "Ada", role="admin", now=NOW)
    agent = agent_in(session)
    service.deactivate(session, agent, now=NOW)
    with pytest.raises(InvalidInput):
        links.invite(session, agent, now=NOW)


def test_of_two_who_press_at_once_one_wins(database: str) -> None:
    with db.transaction() as session:
        token = links.invite(session, agent_in(session), now=NOW)
    results: list[str] = []

    def press(password: str) -> None:
        try:
            with db.transaction() as session:
                service.welcome(session, token, password, now=NOW, cost="low")
            results.append(password)
        except NotFound:
            results.append("gone")

    threads = [threading.Thread(target=press, args=(f"password number {n}",)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    winners = [result for result in results if result != "gone"]
    assert len(results) == 6
    assert len(winners) == 1
    with db.reading() as session:
        assert sign_ins.check(session, "nora@help.example", winners[0]) is not None
