"""A ticket in the wrong department: into another mailbox, from whose address the next reply leaves.

It goes on as a new ticket of that mailbox would: in its team, and with whoever it is given to there. Who looked after
it keeps it only where they are one of those people. Promised times and figures follow by themselves (they go by the
ticket's mailbox); rules that answer to letters are not asked again. Letters, those that are leaving at this moment too,
stay as they were written, and an answer to either address finds the ticket.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.accounts.models import Agent
from app.accounts.rights import Who, can_take, rights_of
from app.accounts.teams import Team, TeamMember
from app.errors import InvalidInput
from app.mailboxes.models import Mailbox
from app.tickets import assignment
from app.tickets.models import Ticket
from app.tickets.service import changed, record

KIND = "mailbox"
Place = dict[str, int | None]


def choices(session: Session, who: Who) -> list[Mailbox]:
    """The mailboxes in use that this agent sees, by name."""
    query = sa.select(Mailbox).where(Mailbox.active.is_(True), rights_of(session, who).within(Mailbox.id))
    return sorted(session.scalars(query), key=lambda one: one.display_name.casefold())


def place(ticket: Ticket) -> Place:
    """Where it is and whose: what a move changes."""
    return {
        "mailbox_id": ticket.mailbox_id,
        "team_id": ticket.team_id,
        "assignee_id": ticket.assignee_id,
    }


def move(session: Session, ticket: Ticket, mailbox_id: int | None, *, by: Agent, now: datetime) -> bool:
    """Put the ticket into this mailbox; False when it was there already. Raises InvalidInput for one that is not in
    use or not this agent's to see."""
    if ticket.mailbox_id == mailbox_id:
        return False
    mailbox = next((one for one in choices(session, by) if one.id == mailbox_id), None)
    if mailbox is None:
        raise InvalidInput("Choose one of the mailboxes.", "mailbox")
    before, old = place(ticket), ticket.mailbox.display_name
    rule = assignment.rule_of(session, mailbox.id)
    _go(session, ticket, mailbox.id)
    ticket.team_id = rule.team_id
    if not _stays(session, ticket, rule.team_id):
        ticket.assignee_id = None
    given = assignment.Assignment(session).give([ticket])
    why = given[0].why if given else ""
    _tell(session, ticket, before, by=by, now=now, name=mailbox.display_name, old=old, why=why)
    return True


def put_back(
    session: Session, ticket: Ticket, before: Place, after: Place, *, by: Agent, now: datetime
) -> bool:
    """Undo: its mailbox, team and agent as they were; False when one of them was changed since."""
    mailbox = session.get(Mailbox, before["mailbox_id"] or 0)
    if place(ticket) != after or mailbox is None or not rights_of(session, by).sees(mailbox.id):
        return False
    old = ticket.mailbox.display_name
    _go(session, ticket, mailbox.id)
    assignee_id = before["assignee_id"]
    ticket.team_id = before["team_id"]
    ticket.assignee_id = (
        assignee_id if assignee_id is not None and can_take(session, assignee_id, mailbox.id) else None
    )
    _tell(session, ticket, after, by=by, now=now, name=mailbox.display_name, old=old)
    return True


def _go(session: Session, ticket: Ticket, mailbox_id: int) -> None:
    ticket.mailbox_id = mailbox_id
    session.flush()
    session.expire(ticket, ["mailbox"])


def _stays(session: Session, ticket: Ticket, team_id: int | None) -> bool:
    """Whether its agent is one of those whom a new ticket could be given to."""
    if ticket.assignee_id is None or not can_take(session, ticket.assignee_id, ticket.mailbox_id):
        return False
    member = sa.exists().where(TeamMember.team_id == team_id, TeamMember.agent_id == ticket.assignee_id)
    return team_id is None or bool(session.scalar(sa.select(member)))


def _tell(
    session: Session,
    ticket: Ticket,
    before: Place,
    *,
    by: Agent,
    now: datetime,
    name: str,
    old: str,
    why: str = "",
) -> None:
    """The move is the agent's act; that team and agent follow is nobody's, so that one undo takes back all of it."""
    after: dict[str, Any] = place(ticket)
    record(
        session, KIND, ticket=ticket, by=by, now=now, before=before, after=after, name=name, before_name=old
    )
    if before["team_id"] != after["team_id"]:
        team = session.get(Team, after["team_id"]) if after["team_id"] is not None else None
        record(
            session, "team", ticket=ticket, now=now, before=before["team_id"], after=after["team_id"],
            name=team.name if team else "",
        )  # fmt: skip
    if before["assignee_id"] != after["assignee_id"]:
        record(
            session, "assigned", ticket=ticket, now=now, before=before["assignee_id"],
            after=after["assignee_id"], why=why,
        )  # fmt: skip
    session.flush()
    session.expire(ticket, ["assignee"])
    changed(session, ticket.id, KIND, now)
