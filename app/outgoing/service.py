"""Writing a reply, undoing it, and moving what was written towards the door. Never commits."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.accounts.models import Agent
from app.customers.models import Customer
from app.customers.service import find_by_addresses
from app.errors import InvalidInput
from app.knowledge import outcomes
from app.mailboxes.models import Mailbox
from app.outgoing import clockwork, thread, turns, words
from app.outgoing.choices import resolve_uncertain, retry
from app.outgoing.ids import make_message_id
from app.outgoing.leaving import release_due
from app.outgoing.models import Outbox, WrittenReply
from app.outgoing.recipients import Mailable, read_recipients, tidy_name
from app.outgoing.undo import remember_draft, remember_ticket, undo
from app.ratings import service as ratings
from app.security import derive_key
from app.settings import Settings
from app.tickets import search_index
from app.tickets import service as tickets
from app.tickets.models import Attachment, Delivery, Draft, Kind, Message, MessageReference, Status, Ticket
from app.tickets.safe_html import reply_to_text, sanitise_reply

__all__ = [
    "Reply",
    "instance_id",
    "release_due",
    "resolve_uncertain",
    "retry",
    "sweep",
    "token_key",
    "undo",
    "write_reply",
]


@dataclass(frozen=True)
class Reply:
    """What the form sends: the editor's HTML, addresses ("a@b" or "Name <a@b>"), the next status, the form's nonce."""

    html: str
    to: Sequence[str]
    cc: Sequence[str]
    then_status: str
    nonce: str
    draft_id: int | None = None


@dataclass(frozen=True)
class _Content:
    html: str
    text: str
    to: list[Mailable]
    cc: list[Mailable]
    draft: Draft | None

    @property
    def everybody(self) -> list[Mailable]:
        return self.to + self.cc


def token_key(settings: Settings) -> bytes:
    """The key of the tokens in Message-IDs and reply addresses."""
    return derive_key(settings.secret_key, "ticket tokens")


def instance_id(settings: Settings) -> str:
    """What our mail says in X-Sincerely-Instance, so that we know it again when it comes back."""
    return derive_key(settings.secret_key, "instance").hex()[:32]


def write_reply(
    session: Session, ticket: Ticket, reply: Reply, *, by: Agent, now: datetime, settings: Settings
) -> Message:
    """Write a reply and its deliveries; it leaves when the time to undo is over.

    The same nonce again returns the first message. Raises InvalidInput for an empty reply and for bad addresses.
    """
    # Two clicks at once wait for each other here, so that the second finds what the first has written.
    session.refresh(ticket, with_for_update={"of": Ticket})
    earlier = session.scalar(sa.select(Message).where(Message.form_nonce == reply.nonce))
    if earlier is not None:
        return earlier
    content = _read(session, ticket, reply, by)
    written = WrittenReply(
        language=words.language_known(ticket.customer.language, ticket.language, ticket.mailbox.language),
        ticket_before=remember_ticket(ticket),
        draft_before=remember_draft(content.draft, reply),
    )
    message = _message(session, ticket, reply, content, written, by=by, now=now, settings=settings)
    _take_draft(session, content.draft, message)
    _address(session, ticket, content, written, message, now=now, settings=settings)
    search_index.add(session, [(message, [file.filename for file in message.attachments])])
    _turn(session, ticket, reply, message, by=by, now=now)
    if settings.undo_seconds == 0:
        release_due(session, now)
    return message


def sweep(session: Session, now: datetime) -> list[int]:
    """Find what nobody rang for: expired leases, deferred rows now due, queued rows. Ids to ring for.

    One message for each mailbox that has something to send: its job takes the others along.
    """
    clockwork.recover(session, now)
    clockwork.due_again(session, now)
    return turns.waiting(session, now)


def _read(session: Session, ticket: Ticket, reply: Reply, by: Agent) -> _Content:
    if reply.then_status not in ("", Status.OPEN, Status.WAITING, Status.CLOSED):
        raise InvalidInput("Unknown status.", "then_status")
    draft = _draft(session, ticket, reply.draft_id, by)
    html = sanitise_reply(reply.html)
    text = reply_to_text(html)
    if not text.strip() and not (draft and draft.attachments):
        raise InvalidInput("The reply is empty.", "html")
    to, cc = read_recipients(reply.to, reply.cc)
    ours = set(session.scalars(sa.select(Mailbox.address)))
    own = next((one.email for one in to + cc if one.email in {address.lower() for address in ours}), None)
    if own is not None:
        raise InvalidInput(f"{own} is our own mailbox: take it off the recipients.", "to")
    return _Content(html, text, to, cc, draft)


def _draft(session: Session, ticket: Ticket, draft_id: int | None, by: Agent) -> Draft | None:
    if draft_id is None:
        return None
    mine = sa.select(Draft).where(
        Draft.id == draft_id,
        Draft.ticket_id == ticket.id,
        Draft.agent_id == by.id,
        Draft.kind == Kind.OUTGOING,
    )
    return session.scalar(mine)


def _message(
    session: Session,
    ticket: Ticket,
    reply: Reply,
    content: _Content,
    written: WrittenReply,
    *,
    by: Agent,
    now: datetime,
    settings: Settings,
) -> Message:
    parent = thread.parent(session, ticket)
    written.chain = thread.chain(session, ticket, parent)
    mailbox = ticket.mailbox
    quoted = (
        words.quote(
            parent.visible,
            parent.sender_name or parent.sender_email,
            parent.arrived_at,
            language=written.language,
            zone=settings.timezone,
        )
        if parent
        else ""
    )
    message = Message(
        ticket_id=ticket.id,
        kind=Kind.OUTGOING,
        author_id=by.id,
        customer_id=ticket.customer_id,
        sender_name=tidy_name(words.sender_name(by.first_name, mailbox.name)),
        sender_email=mailbox.address,
        subject=words.reply_subject(ticket.subject),
        visible=content.text,
        html=content.html,
        folded=quoted,
        signature="\n".join(part.strip() for part in (by.signature, mailbox.signature) if part.strip()),
        in_reply_to=written.chain[-1] if written.chain else "",
        arrived_at=now,
        sent_at=now,
        delivery=Delivery.HELD,
        then_status=reply.then_status,
        form_nonce=reply.nonce,
    )
    tickets.add_message(session, ticket, message, now=now)
    message.rfc_message_id = make_message_id(
        ticket.id,
        message.id,
        mailbox.address.rpartition("@")[2],
        token_key(settings),
        nonce=secrets.token_hex(8),
    )
    session.add_all(
        MessageReference(message_id=message.id, rfc_message_id=name) for name in dict.fromkeys(written.chain)
    )
    written.message_id = message.id
    session.add(written)
    session.flush()
    return message


def _take_draft(session: Session, draft: Draft | None, message: Message) -> None:
    if draft is None:
        return
    session.execute(
        sa.update(Attachment)
        .where(Attachment.draft_id == draft.id)
        .values(draft_id=None, message_id=message.id)
    )
    session.expire(draft, ["attachments"])
    session.delete(draft)
    session.flush()
    session.expire(message, ["attachments"])


def _address(
    session: Session,
    ticket: Ticket,
    content: _Content,
    written: WrittenReply,
    message: Message,
    *,
    now: datetime,
    settings: Settings,
) -> None:
    """Outbox rows, the right to speak in the ticket, and invitations to rate."""
    cards = find_by_addresses(session, [one.email for one in content.everybody])
    message.to = [_named(one, cards) for one in content.to]
    message.cc = [_named(one, cards) for one in content.cc]
    for one in content.everybody:
        session.add(
            Outbox(
                message_id=message.id,
                recipient=one.email,
                state=Delivery.HELD,
                due_at=now + timedelta(seconds=settings.undo_seconds),
                created_at=now,
            )
        )
        tickets.allow(session, ticket, one.email, "agent")
    if ticket.mailbox.ask_ratings and ticket.status != Status.SPAM:
        guests = _guests(session, ticket, content, cards, written.language)
        ratings.invite(session, message, guests, secret=settings.secret_key, now=now)
    session.flush()


def _named(one: Mailable, cards: dict[str, Customer]) -> list[str]:
    card = cards.get(one.email)
    return [one.name or tidy_name(card.name if card else ""), one.email]


def _guests(
    session: Session, ticket: Ticket, content: _Content, cards: dict[str, Customer], language: str
) -> dict[str, tuple[int, str]]:
    """Who is asked for a rating, on whose card and in which language. Colleagues are not customers."""
    emails = [one.email for one in content.everybody]
    colleagues = set(session.scalars(sa.select(Agent.email).where(sa.func.lower(Agent.email).in_(emails))))
    guests: dict[str, tuple[int, str]] = {}
    for email in emails:
        if email not in {colleague.lower() for colleague in colleagues}:
            card = cards.get(email, ticket.customer)
            guests[email] = (card.id, words.language_known(card.language, language))
    return guests


def _turn(
    session: Session, ticket: Ticket, reply: Reply, message: Message, *, by: Agent, now: datetime
) -> None:
    """The customer has an answer: it is their turn, and the agent may have said what comes next."""
    letters = thread.answered_letters(session, message)
    outcomes.attach(session, [letter.id for letter in letters], message.id)
    tickets.record(session, "replied", ticket=ticket, by=by, now=now, message_id=message.id)
    if reply.then_status:
        tickets.set_status(session, ticket, reply.then_status, by=by, now=now)
    ticket.waiting_since = None
    if ticket.assignee_id is None:
        # Whoever answers first looks after the ticket: the customer's next letter finds its agent.
        tickets.assign(session, ticket, by.id, by=by, now=now)
    tickets.mark_read(session, ticket, now=now)
    session.flush()
