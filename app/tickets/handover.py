"""An agent leaves, their clients stay: tickets, drafts and clients go to a colleague, or to nobody, in one move."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.accounts.models import Agent
from app.accounts.rights import Rights, rights_of
from app.customers.models import Customer
from app.errors import InvalidInput
from app.tickets.models import Attachment, Change, Draft, Event, Status, Ticket

RUNNING = (Status.OPEN, Status.WAITING, Status.SNOOZED)


@dataclass(frozen=True)
class HandedOver:
    """How many of each went over. `kept`: tickets that went to nobody: the colleague does not see their mailbox."""

    tickets: int
    drafts: int
    clients: int
    kept: int = 0


def waiting_with(session: Session, agent_id: int) -> HandedOver:
    """What would go over now."""

    def count(query: sa.Select[int]) -> int:
        return session.scalar(query) or 0

    return HandedOver(
        count(sa.select(sa.func.count()).where(*_running(agent_id))),
        count(sa.select(sa.func.count(Draft.id)).where(Draft.agent_id == agent_id)),
        count(sa.select(sa.func.count(Customer.id)).where(Customer.own_agent_id == agent_id)),
    )


def hand_over(
    session: Session, agent: Agent, to: Agent | None, *, by: Agent | None, now: datetime
) -> HandedOver:
    """Closed tickets keep their agent's name. Raises InvalidInput for a colleague who cannot answer."""
    rights = rights_of(session, to) if to is not None else None
    if to is not None and (to.id == agent.id or rights is None or not rights.may_answer):
        raise InvalidInput("Choose a colleague who answers letters.", "to")
    tickets = list(session.scalars(sa.select(Ticket).where(*_running(agent.id)).with_for_update(of=Ticket)))
    kept = 0
    for ticket in tickets:
        there = to if rights is not None and rights.sees(ticket.mailbox_id) else None
        kept += to is not None and there is None
        _give(session, ticket, there, by=by, now=now)
    drafts = _hand_over_drafts(session, agent, rights, now) if rights is not None else 0
    clients = list(session.scalars(sa.select(Customer).where(Customer.own_agent_id == agent.id)))
    for client in clients:
        client.own_agent_id = to.id if to is not None else None
    session.flush()
    return HandedOver(len(tickets), drafts, len(clients), kept)


def _running(agent_id: int) -> tuple[sa.ColumnElement[bool], ...]:
    return (Ticket.assignee_id == agent_id, Ticket.status.in_(RUNNING), Ticket.merged_into_id.is_(None))


def _give(session: Session, ticket: Ticket, to: Agent | None, *, by: Agent | None, now: datetime) -> None:
    detail = {"before": ticket.assignee_id, "after": to.id if to else None}
    ticket.assignee_id = to.id if to else None
    event = Event(ticket_id=ticket.id, agent_id=by.id if by else None, kind="assigned", detail=detail, at=now)
    session.add_all([event, Change(ticket_id=ticket.id, kind="assigned", at=now)])


def _hand_over_drafts(session: Session, agent: Agent, rights: Rights, now: datetime) -> int:
    """A draft the colleague has there already keeps its words; those that come stand below them.

    A letter that was to leave by itself waits for the colleague instead: they send it in their own name.
    """
    drafts = list(session.scalars(sa.select(Draft).where(Draft.agent_id == agent.id).order_by(Draft.id)))
    mailbox_of = dict(
        session.execute(
            sa.select(Ticket.id, Ticket.mailbox_id).where(
                Ticket.id.in_([draft.ticket_id for draft in drafts if draft.ticket_id is not None])
            )
        ).all()
    )
    moved = 0
    for draft in drafts:
        mailbox_id = mailbox_of.get(draft.ticket_id) if draft.ticket_id else draft.mailbox_id
        if mailbox_id is not None and not rights.sees(mailbox_id):
            continue
        _take_over(session, draft, rights.agent_id, now)
        moved += 1
    return moved


def _take_over(session: Session, draft: Draft, agent_id: int, now: datetime) -> None:
    own = None
    if draft.ticket_id is not None:
        same = (Draft.ticket_id == draft.ticket_id, Draft.agent_id == agent_id, Draft.kind == draft.kind)
        own = session.scalar(sa.select(Draft).where(*same))
        session.add(Change(ticket_id=draft.ticket_id, kind="draft", at=now))
    if own is None:
        draft.agent_id, draft.send_at = agent_id, None
        draft.version += 1
        draft.updated_at = now
        session.flush()
        return
    own.html = f"{own.html}<br>{draft.html}" if own.html.strip() else draft.html
    own.version += 1
    own.updated_at = now
    session.execute(sa.update(Attachment).where(Attachment.draft_id == draft.id).values(draft_id=own.id))
    session.expire(draft, ["attachments"])
    session.delete(draft)
    session.flush()
