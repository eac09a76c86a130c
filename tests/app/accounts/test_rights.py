"""What a role may do and which mailboxes it sees; the log that is only added to."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.accounts import audit, grants, sign_ins, teams
from app.accounts import service as accounts
from app.accounts.models import Agent, Role
from app.accounts.rights import rights_of
from app.mailboxes.models import Mailbox

NOW = datetime(2026, 11, 23, 10, tzinfo=UTC)


def person(session: Session, role: str = Role.AGENT, name: str = "Nora Lind") -> Agent:
    return accounts.make_agent(session, f"{name.split()[0].lower()}@help.example", name, role=role, now=NOW)


def boxes(session: Session, *names: str) -> list[int]:
    rows = [Mailbox(address=f"{name}@help.example", created_at=NOW) for name in names]
    session.add_all(rows)
    session.flush()
    return [row.id for row in rows]


@pytest.mark.parametrize(
    ("role", "answer", "note", "lead", "administer", "audit_"),
    [
        (Role.ADMIN, True, True, True, True, True),
        (Role.LEAD, True, True, True, False, False),
        (Role.AGENT, True, True, False, False, False),
        (Role.LIGHT, False, True, False, False, False),
        (Role.AUDITOR, False, False, False, False, True),
    ],
)
def test_what_a_role_may(
    session: Session, role: str, answer: bool, note: bool, lead: bool, administer: bool, audit_: bool
) -> None:
    rights = rights_of(session, person(session, role))
    may = (rights.may_answer, rights.may_note, rights.may_lead, rights.may_administer, rights.may_audit)
    assert may == (answer, note, lead, administer, audit_)


def test_somebody_sees_every_mailbox_until_a_list_is_made_and_an_empty_list_is_none(session: Session) -> None:
    shop, repairs = boxes(session, "shop", "repairs")
    agent = person(session)
    assert rights_of(session, agent).sees(shop)
    for chosen, seen in (([repairs], {repairs}), ([], set()), (None, {shop, repairs})):
        grants.set_agent_mailboxes(session, agent, chosen, by=None, now=NOW)
        session.info.clear()
        rights = rights_of(session, agent)
        assert {one for one in (shop, repairs) if rights.sees(one)} == seen
        here = session.scalars(sa.select(Mailbox.id).where(rights.within(Mailbox.id)))
        assert set(here) == seen


def test_a_team_brings_its_mailboxes_and_takes_them_along(session: Session) -> None:
    shop, repairs = boxes(session, "shop", "repairs")
    agent = person(session)
    team = teams.make_team(session, teams.TeamForm("Second line", agent_ids=(agent.id,)), now=NOW)
    grants.set_agent_mailboxes(session, agent, [shop], by=None, now=NOW)
    grants.set_team_mailboxes(session, team.id, team.name, [repairs], by=None, now=NOW)
    assert rights_of(session, agent).mailboxes == {shop, repairs}
    grants.set_agent_teams(session, agent, [], by=None, now=NOW)
    session.info.clear()
    assert rights_of(session, agent).mailboxes == {shop}


def test_admins_and_auditors_see_everything_whatever_their_list(session: Session) -> None:
    (shop,) = boxes(session, "shop")
    for role in (Role.ADMIN, Role.AUDITOR):
        agent = person(session, role, f"{role.title()} Berg")
        grants.set_agent_mailboxes(session, agent, [], by=None, now=NOW)
        session.info.clear()
        assert rights_of(session, agent).sees(shop)


def test_who_is_gone_or_unknown_sees_and_may_nothing(session: Session) -> None:
    (shop,) = boxes(session, "shop")
    agent = person(session)
    agent.active = False
    session.flush()
    for who in (agent.id, 10**9):
        rights = rights_of(session, who)
        assert not rights.sees(shop) and not rights.may_note


def test_rights_come_with_the_sign_in(session: Session) -> None:
    shop, repairs = boxes(session, "shop", "repairs")
    agent = person(session)
    grants.set_agent_mailboxes(session, agent, [shop, repairs], by=None, now=NOW)
    token = sign_ins.start(session, agent.id, now=NOW)
    found = sign_ins.find_with_rights(session, token, now=NOW)
    assert found is not None and found[1].mailboxes == {shop, repairs} and found[1].agent_id == agent.id


def test_the_log_tells_who_did_what_and_hides_secrets(session: Session) -> None:
    admin = person(session, Role.ADMIN)
    audit.note(
        session, "mailbox", "shop@help.example", by=admin, now=NOW, imap_password="hush", name=["a", "b"]
    )
    (entry,) = audit.page(session).entries
    assert (entry.agent_name, entry.subject, entry.detail) == (
        "Nora Lind",
        "shop@help.example",
        {"name": ["a", "b"]},
    )


def test_the_log_goes_on_page_by_page(session: Session) -> None:
    for number in range(7):
        audit.note(session, "setting", str(number), by=None, now=NOW)
    first = audit.page(session, limit=4)
    second = audit.page(session, limit=4, after=first.after)
    assert [one.subject for one in first.entries + second.entries] == [str(n) for n in range(6, -1, -1)]
    assert second.after == "" and audit.page(session, kind="role").entries == []


@pytest.mark.parametrize("statement", ["UPDATE audit_entries SET subject = 'x'", "DELETE FROM audit_entries"])
def test_nobody_changes_or_removes_a_line(session: Session, statement: str) -> None:
    audit.note(session, "role", "Olga", by=None, now=NOW, before="agent", after="admin")
    with pytest.raises(sa.exc.DatabaseError), session.begin_nested():
        session.execute(sa.text(statement))
    assert audit.page(session).entries[0].subject == "Olga"


def test_a_line_changed_behind_the_database_is_noticed(session: Session) -> None:
    for number in range(3):
        audit.note(session, "setting", str(number), by=None, now=NOW)
    assert audit.first_broken(session) is None
    second = audit.page(session).entries[1]
    with session.no_autoflush:
        second.subject = "forged"
        assert audit.first_broken(session) == second.id
        session.expire(second)
