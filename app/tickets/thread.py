"""Reading one ticket: who may see it, its messages and events in order, and what arrived since."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

import sqlalchemy as sa
from sqlalchemy.orm import Session, contains_eager, defer, joinedload, selectinload

from app.accounts.rights import Rights, Who, rights_of
from app.customers.models import Customer
from app.errors import Merged, NotFound
from app.tickets.models import Attachment, Change, Draft, Kind, Message, Ticket

# A ticket this long is shown from its newest end.
MOST_MESSAGES = 200


@dataclass(frozen=True)
class LiveState:
    """What changed behind a mark: `count` rows up to `newest`, of which everything up to `settled` is old enough
    that no transaction can still add a row before it; `ticket` says that the asked ticket is among them."""

    settled: int
    newest: int
    count: int
    ticket: bool


def ticket_for(session: Session, who: Who, ticket_id: int) -> Ticket:
    """The only way a page gets a ticket. Raises NotFound for one that does not exist or is not this agent's to see.

    Raises Merged for one whose messages are in another ticket now.
    """
    query = _ticket_query(rights_of(session, who).mailboxes)
    return _there(session.scalar(query, {"ticket": ticket_id}))


def ticket_to_change(session: Session, who: Who, ticket_id: int) -> Ticket:
    """As `ticket_for`, as it is now and until we commit: whoever changes it at this moment comes before us or after."""
    query = _ticket_query(rights_of(session, who).mailboxes).with_for_update(of=Ticket)
    fresh = query.execution_options(populate_existing=True)
    return _there(session.scalar(fresh, {"ticket": ticket_id}))


def ticket_to_answer(session: Session, who: Who, ticket_id: int) -> Ticket:
    """As `ticket_for`, in one query: without its tags and its agent, which a letter does not need."""
    query = _answer_query(rights_of(session, who).mailboxes)
    return _there(session.scalars(query, {"ticket": ticket_id}).unique().one_or_none())


def _there(ticket: Ticket | None) -> Ticket:
    if ticket is None:
        raise NotFound("There is no such ticket.")
    if ticket.merged_into_id is not None:
        raise Merged("This ticket was merged into another one. Reload the page.", ticket.merged_into_id)
    return ticket


@lru_cache(maxsize=200)
def _ticket_query(mailboxes: frozenset[int] | None) -> sa.Select[Ticket]:
    """Built once for each set of mailboxes somebody may see."""
    return (
        sa.select(Ticket)
        .where(Ticket.id == sa.bindparam("ticket"), Rights(0, "", mailboxes).within(Ticket.mailbox_id))
        .options(
            joinedload(Ticket.customer).selectinload(Customer.addresses),
            joinedload(Ticket.mailbox),
            joinedload(Ticket.assignee),
            selectinload(Ticket.tags),
        )
    )


@lru_cache(maxsize=200)
def _answer_query(mailboxes: frozenset[int] | None) -> sa.Select[Ticket]:
    return (
        sa.select(Ticket)
        .where(Ticket.id == sa.bindparam("ticket"), Rights(0, "", mailboxes).within(Ticket.mailbox_id))
        .options(
            joinedload(Ticket.customer, innerjoin=True).joinedload(Customer.addresses),
            joinedload(Ticket.mailbox, innerjoin=True),
        )
    )


def message_for(session: Session, who: Who, message_id: int) -> Message:
    """A message of a ticket this agent may see, with its ticket; else NotFound."""
    message = session.scalar(
        sa.select(Message)
        .join(Message.ticket)
        .where(Message.id == message_id, rights_of(session, who).within(Ticket.mailbox_id))
        .options(contains_eager(Message.ticket))
    )
    if message is None:
        raise NotFound("There is no such message.")
    return message


def messages(session: Session, ticket_id: int) -> tuple[list[Message], set[int]]:
    """Oldest first, with authors and attachments, and the ids of those that have HTML (see `html_of`)."""
    query = (
        sa.select(Message, Message.html.is_not(None))
        .where(Message.ticket_id == ticket_id)
        .options(
            joinedload(Message.author), selectinload(Message.attachments), defer(Message.html, raiseload=True)
        )
        .order_by(Message.arrived_at.desc(), Message.id.desc())
        .limit(MOST_MESSAGES)
    )
    rows = session.execute(query).all()[::-1]
    return [row[0] for row in rows], {row[0].id for row in rows if row[1]}


def html_of(session: Session, message_ids: Sequence[int]) -> dict[int, str]:
    """HTML of these messages, where they have any."""
    if not message_ids:
        return {}
    query = sa.select(Message.id, Message.html).where(Message.id.in_(message_ids), Message.html.is_not(None))
    return {row.id: row.html for row in session.execute(query) if row.html}


def arrived_since(session: Session, ticket_id: int, seen_id: int, agent_id: int) -> list[Message]:
    """Messages this agent has not seen: newer than `seen_id` and not their own."""
    asked = {"ticket": ticket_id, "seen": seen_id, "agent": agent_id}
    session.flush()
    # Mostly there are none, and that is asked at a fraction of the cost of loading some.
    if session.connection().execute(_NEWER, asked).first() is None:
        return []
    query = (
        sa.select(Message)
        .options(joinedload(Message.author))
        .where(
            Message.ticket_id == ticket_id,
            Message.id > seen_id,
            sa.or_(Message.kind == Kind.INCOMING, Message.author_id.is_distinct_from(agent_id)),
        )
        .order_by(Message.id)
    )
    return list(session.scalars(query))


_NEWER = (
    sa.select(Message.__table__.c.id)
    .where(
        Message.ticket_id == sa.bindparam("ticket"),
        Message.id > sa.bindparam("seen"),
        sa.or_(Message.kind == Kind.INCOMING, Message.author_id.is_distinct_from(sa.bindparam("agent"))),
    )
    .limit(1)
)


def attachment_for(session: Session, who: Who, attachment_id: int) -> Attachment:
    """A file of a message this agent may see, or of their own draft; anything else is NotFound."""
    rights = rights_of(session, who)
    query = (
        sa.select(Attachment)
        .outerjoin(Draft, Draft.id == Attachment.draft_id)
        .outerjoin(Message, Message.id == Attachment.message_id)
        .outerjoin(Ticket, Ticket.id == sa.func.coalesce(Message.ticket_id, Draft.ticket_id))
        .where(
            Attachment.id == attachment_id,
            # A letter that begins a ticket has none yet: its files are its author's.
            sa.or_(rights.within(Ticket.mailbox_id), Ticket.id.is_(None)),
            sa.or_(Attachment.message_id.is_not(None), Draft.agent_id == rights.agent_id),
        )
    )
    attachment = session.scalar(query)
    if attachment is None:
        raise NotFound("There is no such file.")
    return attachment


def changes_behind(session: Session, base: int, look_back: int, *, settled_before: datetime) -> LiveState:
    """What stands behind the newest settled change after `base`, or after the newest but `look_back` if that is
    later: one statement."""
    asked = {"base": base, "look_back": look_back, "settled_before": settled_before}
    settled, newest, count = session.connection().execute(_BEHIND, asked).one()
    return LiveState(settled=settled, newest=newest, count=count, ticket=False)


def _behind() -> sa.Select[int, int, int]:
    late = Change.__table__.alias()
    base = sa.bindparam("base", type_=sa.BigInteger)
    newest = sa.select(
        sa.func.coalesce(sa.func.max(late.c.id), 0) - sa.bindparam("look_back", type_=sa.BigInteger())
    )
    floor = sa.select(base.label("id")).union_all(newest).subquery()
    start = sa.select(sa.func.max(floor.c.id)).scalar_subquery()
    old = sa.select(sa.func.max(late.c.id)).where(
        late.c.id > start, late.c.at < sa.bindparam("settled_before")
    )
    settled = sa.select(sa.func.coalesce(old.scalar_subquery(), start).label("id")).subquery()
    return (
        sa.select(
            settled.c.id,
            sa.func.coalesce(sa.func.max(Change.id), settled.c.id),
            sa.func.count(Change.id),
        )
        .select_from(settled.outerjoin(Change.__table__, Change.id > settled.c.id))
        .group_by(settled.c.id)
    )


_BEHIND = _behind()
