"""Taking a reply back while it is held: the draft returns whole, the ticket is as it was."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Protocol

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.accounts.models import Agent
from app.accounts.rights import rights_of
from app.errors import Conflict, NotAllowed, NotFound
from app.knowledge import outcomes
from app.outgoing import forwarding, unbegun
from app.outgoing.models import Outbox, WrittenReply
from app.ratings.service import forget_invitations
from app.tickets import search_index
from app.tickets import service as tickets
from app.tickets.models import (
    Attachment,
    Delivery,
    Draft,
    DraftKind,
    Kind,
    Message,
    MessageReference,
    Participant,
    Status,
    Ticket,
)


class Written(Protocol):
    """The part of a reply's form that a draft keeps."""

    @property
    def to(self) -> Any: ...

    @property
    def cc(self) -> Any: ...

    @property
    def bcc(self) -> Any: ...

    @property
    def kind(self) -> str: ...

    @property
    def about_id(self) -> int | None: ...

    @property
    def about_files(self) -> Any: ...


def remember_ticket(ticket: Ticket) -> dict[str, Any]:
    return {
        "status": ticket.status,
        "snoozed_until": _text(ticket.snoozed_until),
        "assignee_id": ticket.assignee_id,
        "closed_at": _text(ticket.closed_at),
        "waiting_since": _text(ticket.waiting_since),
        "unread": ticket.unread,
        "last_message_at": _text(ticket.last_message_at),
        "preview": ticket.preview,
    }


def remember_draft(draft: Draft | None, reply: Written) -> dict[str, Any]:
    before: dict[str, Any] = {
        "kind": reply.kind,
        "to": list(reply.to),
        "cc": list(reply.cc),
        "bcc": list(reply.bcc),
        "about_id": reply.about_id,
        "about_files": None if reply.about_files is None else list(reply.about_files),
        "article_ids": [],
        "seen_message_id": None,
    }
    if draft is None:
        return before
    # What was sent comes back, also where the last change had not reached the stored draft.
    return before | {"article_ids": draft.article_ids, "seen_message_id": draft.seen_message_id}


def undo(session: Session, message_id: int, *, by: Agent, now: datetime) -> Draft:
    """Take a held reply back. Raises Conflict when it has left, NotAllowed when it is a colleague's."""
    message = session.scalar(
        sa.select(Message).where(Message.id == message_id, Message.kind == Kind.OUTGOING)
    )
    ticket = session.get_one(Ticket, message.ticket_id) if message is not None else None
    if message is None or ticket is None or not rights_of(session, by).sees(ticket.mailbox_id):
        raise NotFound("There is no such reply, or it was undone already.")
    if message.author_id != by.id:
        raise NotAllowed("Only the author can take a reply back.")
    mine = sa.select(Outbox).where(Outbox.message_id == message_id).order_by(Outbox.id)
    rows = list(session.scalars(mine.with_for_update()))
    if not rows or any(row.state != Delivery.HELD for row in rows):
        raise Conflict("This reply has already left.")
    tickets.lock(session, ticket)
    session.refresh(message, ["ticket_id"])
    if message.ticket_id != ticket.id:
        raise Conflict("The messages have gone elsewhere since.")
    written = session.get_one(WrittenReply, message_id)
    draft = _restore_draft(session, message, written, by, now)
    _forget_participants(session, message, [row.recipient for row in rows])
    _restore_ticket(session, ticket, message, written.ticket_before)
    begun, ticket_id, subject = written.draft_before.get("kind") == DraftKind.NEW, ticket.id, message.subject
    _remove(session, message)
    alone = begun and ticket.message_count == 0
    if not (alone and unbegun.forget_ticket(session, ticket, draft, subject)):
        tickets.record(session, "undone", ticket=ticket, by=by, now=now)
    tickets.changed(session, ticket_id, "undone", now)
    session.flush()
    session.expire(draft, ["attachments"])
    return draft


def _restore_draft(
    session: Session, message: Message, written: WrittenReply, by: Agent, now: datetime
) -> Draft:
    """A draft begun since then keeps its words, below those that come back."""
    before = written.draft_before
    # The ticket that a letter began is there still at this moment.
    kind = DraftKind.FORWARD if before.get("kind") == DraftKind.FORWARD else DraftKind.REPLY
    draft = session.scalar(
        sa.select(Draft).where(
            Draft.ticket_id == message.ticket_id, Draft.agent_id == by.id, Draft.kind == kind
        )
    )
    if draft is None:
        draft = Draft(
            ticket_id=message.ticket_id, agent_id=by.id, kind=kind, html="", version=0, article_ids=[]
        )
        session.add(draft)
    draft.html = (message.html or "") + (f"<br>{draft.html}" if draft.html else "")
    draft.to, draft.cc, draft.bcc = before["to"], before["cc"], before.get("bcc", [])
    draft.about_id, draft.about_files = before.get("about_id"), before.get("about_files")
    draft.article_ids = list(dict.fromkeys([*before["article_ids"], *draft.article_ids]))
    draft.seen_message_id = before["seen_message_id"]
    draft.send_at, draft.stopped = None, ""
    draft.version += 1
    draft.updated_at = now
    session.flush()
    forwarding.forget_copies(session, before.get("copies", []))
    session.execute(
        sa.update(Attachment)
        .where(Attachment.message_id == message.id)
        .values(message_id=None, draft_id=draft.id)
    )
    return draft


def _forget_participants(session: Session, message: Message, recipients: list[str]) -> None:
    """Who could speak in the ticket only because of this reply may not, unless another one went to them."""
    others = (
        sa.select(Outbox.recipient)
        .join(Message, Message.id == Outbox.message_id)
        .where(Message.ticket_id == message.ticket_id, Message.id != message.id)
    )
    session.execute(
        sa.delete(Participant)
        .where(
            Participant.ticket_id == message.ticket_id,
            Participant.how == "agent",
            Participant.email.in_(recipients),
            Participant.email.not_in(others),
        )
        .execution_options(synchronize_session="fetch")
    )


def _restore_ticket(session: Session, ticket: Ticket, message: Message, before: dict[str, Any]) -> None:
    """Put back what the reply changed and nobody has changed since."""
    if message.then_status and ticket.status == message.then_status:
        ticket.status, ticket.closed_at = before["status"], _time(before["closed_at"])
        if ticket.status == Status.SNOOZED:  # a time that is over meanwhile wakes it with the next tick
            ticket.snoozed_until = _time(before.get("snoozed_until"))
    if before.get("assignee_id") is None and ticket.assignee_id == message.author_id:
        ticket.assignee_id = None
    asked = [time for time in (_time(before["waiting_since"]), ticket.waiting_since) if time is not None]
    ticket.waiting_since = min(asked) if asked else None
    ticket.unread = ticket.unread or before["unread"]
    ticket.message_count -= 1
    if ticket.last_message_at == message.arrived_at:
        ticket.last_message_at = _time(before["last_message_at"]) or ticket.last_message_at
        ticket.preview = before["preview"]


def _remove(session: Session, message: Message) -> None:
    outcomes.detach(session, message.id)
    search_index.remove(session, message.id)
    forget_invitations(session, message.id)
    for model in (Outbox, WrittenReply, MessageReference):
        session.execute(sa.delete(model).where(model.message_id == message.id))
    session.expire(message, ["attachments"])
    session.delete(message)
    session.flush()


def _text(time: datetime | None) -> str | None:
    return time.isoformat() if time else None


def _time(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
