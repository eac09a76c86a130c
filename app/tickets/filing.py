"""Putting a customer's letter into a ticket: the only place that writes incoming messages.

The caller has decided where the letter goes; here it is written down. Nothing of the letter is dropped.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from app.customers.models import Customer
from app.tickets.models import Attachment, Kind, Message, MessageReference, Participant, Status, Ticket
from app.tickets.service import add_message, preview, record

LONGEST_SUBJECT = 500


@dataclass(frozen=True)
class LetterFile:
    """A file of a letter whose bytes are already stored under `sha256`."""

    filename: str
    content_type: str
    content_id: str
    inline: bool
    size: int
    sha256: str


@dataclass(frozen=True)
class IncomingLetter:
    """A letter ready to be filed. Address lists hold [name, email] pairs; times are aware UTC."""

    raw_mail_id: int | None
    mailbox_id: int
    sender_name: str
    sender_email: str
    subject: str
    visible: str
    folded: str
    signature: str
    html: str | None
    language: str
    arrived_at: datetime
    sent_at: datetime | None = None
    rfc_message_id: str = ""
    in_reply_to: str = ""
    named: tuple[str, ...] = ()
    to: tuple[tuple[str, str], ...] = ()
    cc: tuple[tuple[str, str], ...] = ()
    reply_to: tuple[tuple[str, str], ...] = ()
    files: tuple[LetterFile, ...] = ()
    automatic: str | None = None
    evidence: tuple[dict[str, str], ...] = ()
    defects: tuple[str, ...] = ()
    held: bool = False
    # Mail from before the mailbox was connected: kept as closed history, never suggested to or answered.
    history: bool = False
    related_id: int | None = field(default=None)


def open_ticket(session: Session, letter: IncomingLetter, customer: Customer, *, now: datetime) -> Ticket:
    """A new ticket on this card, with the letter's sender as its first participant."""
    ticket = Ticket(
        mailbox_id=letter.mailbox_id,
        customer_id=customer.id,
        subject=letter.subject[:LONGEST_SUBJECT],
        status=Status.CLOSED if letter.history else Status.OPEN,
        language=letter.language,
        preview=preview(letter.visible),
        opened_at=letter.arrived_at,
        last_message_at=letter.arrived_at,
        waiting_since=None if letter.history or letter.automatic else letter.arrived_at,
        closed_at=letter.arrived_at if letter.history else None,
        related_id=letter.related_id,
        unread=not letter.history,
        message_count=0,
    )
    session.add(ticket)
    session.flush()
    session.add(Participant(ticket_id=ticket.id, email=letter.sender_email, how="customer"))
    return ticket


def file_letter(
    session: Session,
    ticket: Ticket,
    letter: IncomingLetter,
    customer: Customer,
    *,
    wakes: bool,
    now: datetime,
) -> Message:
    """Write the letter into the ticket; `wakes` reopens it and says that the customer waits for us."""
    message = Message(
        ticket_id=ticket.id,
        kind=Kind.INCOMING,
        customer_id=customer.id,
        raw_mail_id=letter.raw_mail_id,
        sender_name=letter.sender_name[:300],
        sender_email=letter.sender_email[:320],
        to=_pairs(letter.to),
        cc=_pairs(letter.cc),
        reply_to=_pairs(letter.reply_to),
        subject=letter.subject,
        visible=letter.visible,
        folded=letter.folded,
        signature=letter.signature,
        html=letter.html,
        rfc_message_id=letter.rfc_message_id,
        in_reply_to=letter.in_reply_to,
        arrived_at=letter.arrived_at,
        sent_at=letter.sent_at,
        automatic=letter.automatic[:300] if letter.automatic else None,
        evidence=list(letter.evidence),
        held=letter.held,
        defects=list(letter.defects),
        suggest_state="" if letter.history or letter.automatic or letter.held else "pending",
    )
    add_message(session, ticket, message, now=now)
    session.add_all(MessageReference(message_id=message.id, rfc_message_id=name) for name in letter.named)
    session.add_all(_attachment(message, file) for file in letter.files)
    if not letter.history:
        ticket.unread = True
        _wake(session, ticket, letter, wakes=wakes, now=now)
    elif ticket.closed_at is not None:
        ticket.closed_at = max(ticket.closed_at, letter.arrived_at)
    return message


def _wake(session: Session, ticket: Ticket, letter: IncomingLetter, *, wakes: bool, now: datetime) -> None:
    if ticket.status == Status.SPAM:
        return
    if wakes or letter.held:
        if ticket.status != Status.OPEN:
            record(session, "reopened", ticket=ticket, now=now, before=ticket.status)
            ticket.status, ticket.closed_at = Status.OPEN, None
        if ticket.waiting_since is None:
            ticket.waiting_since = letter.arrived_at


def _pairs(addresses: tuple[tuple[str, str], ...]) -> list[Any]:
    return [[name, email] for name, email in addresses]


def _attachment(message: Message, file: LetterFile) -> Attachment:
    return Attachment(
        message_id=message.id,
        filename=file.filename[:300],
        content_type=file.content_type[:200],
        content_id=file.content_id[:300],
        inline=file.inline,
        size=file.size,
        sha256=file.sha256,
    )
