"""What each mailbox does with new tickets, as admins and leads set it."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.accounts.rights import Who, rights_of
from app.accounts.teams import Team, Way
from app.errors import InvalidInput, NotFound
from app.mailboxes.models import Mailbox
from app.tickets.queue_models import MailboxAssignment


@dataclass(frozen=True)
class MailboxRule:
    """A mailbox and its rule; one that nobody set gives nothing to anybody."""

    mailbox_id: int
    name: str
    team_id: int | None
    way: str
    own_agent: bool


def mailbox_rules(session: Session, who: Who) -> list[MailboxRule]:
    """Of every active mailbox this agent sees, by name."""
    query = (
        sa.select(Mailbox, MailboxAssignment)
        .outerjoin(MailboxAssignment, MailboxAssignment.mailbox_id == Mailbox.id)
        .where(Mailbox.active.is_(True), rights_of(session, who).within(Mailbox.id))
    )
    found = [
        MailboxRule(
            mailbox.id,
            mailbox.display_name,
            rule.team_id if rule else None,
            rule.way if rule else Way.HAND,
            bool(rule and rule.own_agent),
        )
        for mailbox, rule in session.execute(query)
    ]
    return sorted(found, key=lambda rule: rule.name.casefold())


def set_rule(
    session: Session, who: Who, mailbox_id: int, *, team_id: int | None, way: str, own_agent: bool
) -> None:
    """Concerns tickets that come from now on. Raises InvalidInput, or NotFound for a mailbox that is not theirs."""
    if not rights_of(session, who).sees(mailbox_id) or session.get(Mailbox, mailbox_id) is None:
        raise NotFound("There is no such mailbox.")
    if way not in tuple(Way):
        raise InvalidInput("Please choose one of the list.", "way")
    team = session.get(Team, team_id) if team_id is not None else None
    if team_id is not None and (team is None or not team.active):
        raise InvalidInput("That team cannot take tickets.", "team")
    rule = session.get(MailboxAssignment, mailbox_id) or MailboxAssignment(mailbox_id=mailbox_id)
    rule.team_id, rule.way, rule.own_agent = team_id, way, own_agent
    session.add(rule)
    session.flush()
