"""Which mailboxes an agent or a team sees: set by admins, one change of the log for each."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.accounts import audit
from app.accounts.models import Agent, MailboxGrant
from app.accounts.teams import Team, TeamMember, team_ids_of

Column = sa.orm.InstrumentedAttribute[int | None]


def set_agent_mailboxes(
    session: Session, agent: Agent, mailbox_ids: Collection[int] | None, *, by: Agent | None, now: datetime
) -> bool:
    """None: every mailbox, also those that come later. A list: these and those of the agent's teams.

    It counts from the next page the agent opens. False when it was so already.
    """
    before: list[int] | str = "all" if agent.every_mailbox else sorted(own_mailboxes(session, agent.id))
    after: list[int] | str = "all" if mailbox_ids is None else sorted(set(mailbox_ids))
    if before == after:
        return False
    agent.every_mailbox = mailbox_ids is None
    _set(session, MailboxGrant.agent_id, agent.id, set(mailbox_ids or ()))
    audit.note(session, "grants", agent.name, by=by, now=now, before=before, after=after)
    return True


def set_team_mailboxes(
    session: Session,
    team_id: int,
    name: str,
    mailbox_ids: Collection[int],
    *,
    by: Agent | None,
    now: datetime,
) -> bool:
    """What everybody in the team sees beside their own."""
    before, after = sorted(team_mailboxes(session, [team_id]).get(team_id, [])), sorted(set(mailbox_ids))
    if before == after:
        return False
    _set(session, MailboxGrant.team_id, team_id, set(mailbox_ids))
    audit.note(session, "team grants", name, by=by, now=now, before=before, after=after)
    return True


def own_mailboxes(session: Session, agent_id: int) -> set[int]:
    """Those named for the agent, not the teams'."""
    return set(session.scalars(sa.select(MailboxGrant.mailbox_id).where(MailboxGrant.agent_id == agent_id)))


def team_mailboxes(session: Session, team_ids: Collection[int]) -> dict[int, list[int]]:
    """team → its mailboxes."""
    found: dict[int, list[int]] = {}
    query = sa.select(MailboxGrant.team_id, MailboxGrant.mailbox_id).where(MailboxGrant.team_id.in_(team_ids))
    for team_id, mailbox_id in session.execute(query):
        if team_id is not None:
            found.setdefault(team_id, []).append(mailbox_id)
    return found


def _set(session: Session, column: Column, row_id: int, wanted: set[int]) -> None:
    there = set(session.scalars(sa.select(MailboxGrant.mailbox_id).where(column == row_id)))
    session.execute(
        sa.delete(MailboxGrant).where(column == row_id, MailboxGrant.mailbox_id.in_(sorted(there - wanted)))
    )
    session.add_all(MailboxGrant(mailbox_id=one, **{column.key: row_id}) for one in sorted(wanted - there))
    session.flush()


def set_agent_teams(
    session: Session, agent: Agent, team_ids: Collection[int], *, by: Agent | None, now: datetime
) -> bool:
    """Make these the agent's teams; ids of no team are left out. False when it was so already."""
    wanted = set(session.scalars(sa.select(Team.id).where(Team.id.in_(team_ids))))
    there = set(team_ids_of(session, agent.id))
    if wanted == there:
        return False
    left = TeamMember.team_id.in_(sorted(there - wanted))
    session.execute(sa.delete(TeamMember).where(TeamMember.agent_id == agent.id, left))
    session.add_all(TeamMember(team_id=one, agent_id=agent.id) for one in sorted(wanted - there))
    audit.note(session, "teams", agent.name, by=by, now=now, before=sorted(there), after=sorted(wanted))
    return True
