"""What an agent may see and do: a frozen value, worked out once with the sign-in and applied inside every query.

Five roles. Admins manage everything; leads and agents answer; light agents read and write notes, but nothing of theirs
ever reaches a customer; auditors read everything, the log too, and change nothing. Which mailboxes somebody sees is a
grant: all of them, or those on a list, their own and their teams'. An empty list means none, never all.

Queries take `who` asks: an Agent, an agent's id or a Rights. A page asks the database only once, with its sign-in.
"""

from __future__ import annotations

from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.accounts.models import Agent, MailboxGrant, Role
from app.errors import NotAllowed

ANSWERING = (Role.ADMIN, Role.LEAD, Role.AGENT)
NOTING = (*ANSWERING, Role.LIGHT)
# A grant would only hide from them what they are there to look after.
UNBOUND = (Role.ADMIN, Role.AUDITOR)
# By its name: what teams do stands above, and asks for rights itself.
_MEMBERS = sa.table("team_members", sa.column("team_id"), sa.column("agent_id"))


@dataclass(frozen=True)
class Rights:
    """`mailboxes`: ids of those this agent sees, None for all of them."""

    agent_id: int
    role: str
    mailboxes: frozenset[int] | None = frozenset()

    @property
    def may_answer(self) -> bool:
        """Write to customers, and change tickets, client cards and articles."""
        return self.role in ANSWERING

    @property
    def may_note(self) -> bool:
        """Write what only colleagues read."""
        return self.role in NOTING

    @property
    def may_lead(self) -> bool:
        """Arrange the work of others: teams, shared views, macros, tags, fields."""
        return self.role in (Role.ADMIN, Role.LEAD)

    @property
    def may_administer(self) -> bool:
        return self.role == Role.ADMIN

    @property
    def may_audit(self) -> bool:
        """Read settings, the log and the state of the installation."""
        return self.role in (Role.ADMIN, Role.AUDITOR)

    def sees(self, mailbox_id: int | None) -> bool:
        return self.mailboxes is None or mailbox_id in self.mailboxes

    def within(self, mailbox_id: Any) -> sa.ColumnElement[bool]:
        """A condition on a column of mailbox ids, for every query that could show a ticket or a mail."""
        return sa.true() if self.mailboxes is None else mailbox_id.in_(sorted(self.mailboxes))


Who = Agent | int | Rights
_asking: ContextVar[Rights | None] = ContextVar("asking", default=None)


def now_asks(rights: Rights | None) -> None:
    """Who this request is from, so that the doors behind it need not ask the database again; None at its end."""
    _asking.set(rights)


def rights_of(session: Session, who: Who) -> Rights:
    """Of an active agent; nobody else sees or may anything."""
    if isinstance(who, Rights):
        return who
    agent_id = who.id if isinstance(who, Agent) else who
    asking = _asking.get()
    if asking is not None and asking.agent_id == agent_id:
        return asking
    known: dict[int, Rights] = session.info.setdefault("rights", {})
    if agent_id not in known:
        rows = session.execute(with_grants(sa.select(Agent)).where(Agent.id == agent_id)).all()
        known[agent_id] = from_rows(rows[0][0], [row[1] for row in rows]) if rows else Rights(agent_id, "")
    return known[agent_id]


def with_grants(query: sa.Select[Any]) -> sa.Select[Any]:
    """The query of an agent with one more column: a mailbox they were granted, one row for each, or NULL."""
    in_teams = sa.select(_MEMBERS.c.team_id).where(_MEMBERS.c.agent_id == Agent.id)
    granted = sa.or_(MailboxGrant.agent_id == Agent.id, MailboxGrant.team_id.in_(in_teams))
    return query.outerjoin(MailboxGrant, sa.and_(Agent.every_mailbox.is_(False), granted)).add_columns(
        MailboxGrant.mailbox_id
    )


def from_rows(agent: Agent, mailbox_ids: list[int | None]) -> Rights:
    """From the rows of `with_grants`."""
    if not agent.active:
        return Rights(agent.id, "")
    if agent.every_mailbox or agent.role in UNBOUND:
        return Rights(agent.id, agent.role, None)
    return Rights(agent.id, agent.role, frozenset(one for one in mailbox_ids if one is not None))


def require_answer(session: Session, who: Who) -> None:
    """Nothing of a light agent or an auditor reaches a customer. Raises NotAllowed."""
    if not rights_of(session, who).may_answer:
        raise NotAllowed("Your role does not write to customers.")


def can_take(session: Session, agent_id: int, mailbox_id: int) -> bool:
    """Whether a ticket of this mailbox can be given to this agent: they answer, and they see it."""
    rights = rights_of(session, agent_id)
    return rights.may_answer and rights.sees(mailbox_id)
