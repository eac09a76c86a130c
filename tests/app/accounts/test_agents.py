"""Agents: added, given a role, deactivated. An installation always keeps an admin."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy.orm import Session

from app import security
from app.accounts import links, queries, service, sign_ins
from app.accounts.addresses import tidy_email
from app.accounts.models import Agent, Role
from app.errors import InvalidInput, NotFound
from app.tags import service as tags

NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
PASSWORD = "seven unrelated words"


def made(session: Session, email: str = "nora@help.example", *, role: str = Role.AGENT) -> Agent:
    return service.make_agent(session, email, "Nora Lind", role=role, now=NOW)


def with_password(session: Session, email: str = "nora@help.example", *, role: str = Role.AGENT) -> Agent:
    agent = made(session, email, role=role)
    service.welcome(session, links.invite(session, agent, now=NOW), PASSWORD, now=NOW, cost="low")
    return agent


def test_an_address_is_kept_in_lower_case_and_used_once(session: Session) -> None:
    assert made(session, " Nora@Help.Example ").email == "nora@help.example"
    with pytest.raises(InvalidInput) as refused:
        made(session, "NORA@help.example")
    assert refused.value.field == "email"


@pytest.mark.parametrize(
    "text",
    ["", "nora", "nora@", "@help.example", "nora@help", "no ra@help.example", "nora@help..example", "a@b@help.example",
     "nora@help.example\r\nBcc: x@y.example", "nora\u200b@help.example", "nora@[127.0.0.1]", "<nora@help.example>",
     ".nora@help.example", "nora@-help.example", "n" * 250 + "@help.example", 'nora"@help.example',
     "nora@help.example,x@y.example", "\u202enora@help.example"],
)  # fmt: skip
def test_what_is_not_an_address_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput):
        tidy_email(text)


@pytest.mark.parametrize(
    "text", ["a@b.io", "first.last+tag@sub.help.example", "юрий@почта.рф", "o'neil_1@x-y.example"]
)
def test_real_addresses_are_taken(text: str) -> None:
    assert tidy_email(text) == text


def test_a_name_becomes_one_line_without_invisible_characters(session: Session) -> None:
    agent = service.make_agent(session, "a@b.example", " Nora\r\n\u202eBcc:\u200b  Lind\x00 ", now=NOW)
    assert agent.name == "Nora Bcc: Lind"
    with pytest.raises(InvalidInput):
        service.make_agent(session, "c@b.example", "\u200b \x00", now=NOW)


@pytest.mark.parametrize(
    ("field", "values"),
    [
        ("role", {"role": "owner"}),
        ("language", {"language": "xx"}),
        ("timezone", {"timezone": "../etc/passwd"}),
    ],
)
def test_choices_outside_the_list_are_refused(session: Session, field: str, values: dict[str, str]) -> None:
    with pytest.raises(InvalidInput) as refused:
        service.make_agent(session, "a@b.example", "Ada", now=NOW, **values)
    assert refused.value.field == field


def test_the_last_admin_can_be_neither_deactivated_nor_demoted(session: Session) -> None:
    only = made(session, role=Role.ADMIN)
    gone = made(session, "gone@help.example", role=Role.ADMIN)
    service.deactivate(session, gone, now=NOW)
    with pytest.raises(InvalidInput):
        service.deactivate(session, only, now=NOW)
    with pytest.raises(InvalidInput):
        service.set_role(session, only, Role.AGENT, now=NOW)
    assert only.active
    assert only.role == Role.ADMIN


def test_with_a_second_admin_the_first_may_go(session: Session) -> None:
    first = made(session, role=Role.ADMIN)
    made(session, "second@help.example", role=Role.ADMIN)
    service.set_role(session, first, Role.AGENT, now=NOW)
    service.deactivate(session, first, now=NOW)
    assert not first.active


def test_deactivating_ends_sessions_and_open_links(session: Session) -> None:
    agent = with_password(session)
    token = sign_ins.start(session, agent.id, now=NOW)
    invitation = links.invite(session, agent, now=NOW)
    service.deactivate(session, agent, now=NOW)
    assert sign_ins.find(session, token, now=NOW) is None
    assert sign_ins.check(session, agent.email, PASSWORD) is None
    with pytest.raises(NotFound):
        links.find(session, invitation, now=NOW)


def test_an_agent_who_comes_back_chooses_a_new_password(session: Session) -> None:
    agent = with_password(session)
    service.deactivate(session, agent, now=NOW)
    service.activate(session, agent, now=NOW)
    assert sign_ins.check(session, agent.email, PASSWORD) is None
    service.welcome(
        session, links.invite(session, agent, now=NOW), "another long password", now=NOW, cost="low"
    )
    assert sign_ins.check(session, agent.email, "another long password") is not None


def test_a_new_role_means_signing_in_again(session: Session) -> None:
    agent = with_password(session)
    token = sign_ins.start(session, agent.id, now=NOW)
    service.set_role(session, agent, agent.role, now=NOW)
    assert sign_ins.find(session, token, now=NOW) is not None
    service.set_role(session, agent, Role.ADMIN, now=NOW)
    assert sign_ins.find(session, token, now=NOW) is None


def test_the_list_says_who_is_invited_and_puts_the_deactivated_last(session: Session) -> None:
    gone = made(session, "aaron@help.example")
    service.deactivate(session, gone, now=NOW)
    nora = made(session)
    links.invite(session, nora, now=NOW)
    rows = queries.agent_rows(session, now=NOW)
    assert [row.agent.id for row in rows] == [nora.id, gone.id]
    assert rows[0].invited_until == NOW + links.INVITATION
    assert rows[1].invited_until is None


def test_what_people_read_about_lengths_is_true() -> None:
    """The sentences are literal so that they can be translated; the limits live elsewhere."""
    too_short, too_long = "x" * (security.SHORTEST_PASSWORD - 1), "x" * (security.LONGEST_PASSWORD + 1)
    for password, figure in ((too_short, security.SHORTEST_PASSWORD), (too_long, security.LONGEST_PASSWORD)):
        with pytest.raises(InvalidInput, match=str(figure)):
            security.hash_password(password)
    for names, figure in (
        (["x" * (tags.LONGEST + 1)], tags.LONGEST),
        ([str(n) for n in range(tags.MOST + 1)], tags.MOST),
    ):
        with pytest.raises(InvalidInput, match=str(figure)):
            tags.tidy(names)
