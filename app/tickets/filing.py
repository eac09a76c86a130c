"""Putting a customer's letter into a ticket: the only place that writes incoming messages.

The caller has decided where the letter goes; here it is written down. Nothing of the letter is dropped. Letters that
are filed together are written together: a few statements for all of them instead of several for each.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.customers.models import Customer
from app.db import Base
from app.tickets import assignment, scheduled, search_index
from app.tickets.letter_shape import shape_of, write_shape
from app.tickets.models import (
    Attachment,
    Change,
    Kind,
    Message,
    MessageReference,
    Participant,
    Status,
    Ticket,
)
from app.tickets.numbering import Numbers
from app.tickets.service import count_in, preview, record

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
class Forwarder:
    """One of us who passed a letter on, and what they wrote above it. Their address is only what From said."""

    name: str
    email: str
    note: str = ""
    signature: str = ""


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
    # Minutes that the writer's clock is ahead of UTC; None when the letter does not say.
    sent_zone: int | None = None
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
    # Of a sender who was learnt: a ticket it opens is spam from the beginning.
    spam: bool = False
    related_id: int | None = field(default=None)
    forwarder: Forwarder | None = None


class Filing:
    """Letters filed in one transaction. Tickets have their number at once; rows are written by `write`.

    The customers may be new cards that were not flushed yet. Ask the database for nothing that was filed here before
    `write` was called.
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        self._numbers = Numbers(session, Ticket)
        self._opened: list[tuple[Ticket, IncomingLetter]] = []
        self._filed: list[tuple[Message, IncomingLetter]] = []
        self._changes: list[dict[str, Any]] = []
        self._now: datetime | None = None

    def open_ticket(self, letter: IncomingLetter, customer: Customer) -> Ticket:
        """A new ticket on this card, with the letter's sender as its first participant."""
        ticket = Ticket(
            id=self._numbers.take(1)[0],
            mailbox_id=letter.mailbox_id,
            customer=customer,
            subject=letter.subject[:LONGEST_SUBJECT],
            status=Status.SPAM if letter.spam else Status.CLOSED if letter.history else Status.OPEN,
            language=letter.language,
            preview=preview(letter.visible),
            opened_at=letter.arrived_at,
            last_message_at=letter.arrived_at,
            waiting_since=None if letter.history or letter.automatic or letter.spam else letter.arrived_at,
            closed_at=letter.arrived_at if letter.history and not letter.spam else None,
            related_id=letter.related_id,
            unread=not letter.history,
            message_count=0,
        )
        self._session.add(ticket)
        self._opened.append((ticket, letter))
        return ticket

    def file_letter(
        self, ticket: Ticket, letter: IncomingLetter, customer: Customer, *, wakes: bool, now: datetime
    ) -> Message:
        """Put the letter into the ticket; `wakes` reopens it and says that the customer waits for us."""
        self._now = now
        message = _message(ticket, letter, customer)
        self._session.add(message)
        count_in(ticket, message)
        self._filed.append((message, letter))
        kind = message.kind if ticket.status != Status.SPAM else Status.SPAM
        self._changes.append({"ticket_id": ticket.id, "kind": kind, "at": now})
        if not letter.history:
            ticket.unread = True
            _wake(self._session, ticket, letter, wakes=wakes, now=now)
        elif ticket.closed_at is not None:
            ticket.closed_at = max(ticket.closed_at, letter.arrived_at)
        if letter.forwarder is not None and letter.forwarder.note:
            self._file_note(ticket, letter, letter.forwarder)
        return message

    def _file_note(self, ticket: Ticket, letter: IncomingLetter, forwarder: Forwarder) -> None:
        """What the forwarder wrote is for us alone: a note is quoted in no reply (I11). It has no author, since
        nobody signed in to write it."""
        note = Message(
            ticket=ticket,
            kind=Kind.NOTE,
            sender_name=forwarder.name[:300],
            sender_email=forwarder.email[:320],
            subject=ticket.subject,
            visible=forwarder.note,
            signature=forwarder.signature,
            arrived_at=letter.arrived_at,
            evidence=[{"rule": "forwarded-note", "detail": ""}],
        )
        self._session.add(note)
        count_in(ticket, note)
        self._filed.append((note, replace(letter, named=(), files=(), forwarder=None)))

    def write(self) -> None:
        """Write everything that was filed since the last time; messages have their id afterwards."""
        given = assignment.Assignment(self._session).give([ticket for ticket, _letter in self._opened])
        self._number_messages()
        self._session.flush()
        if given:
            assignment.tell(self._session, given, now=self._now or self._opened[-1][0].opened_at)
        self._insert(
            Participant,
            (
                {"ticket_id": ticket.id, "email": letter.sender_email, "how": "customer"}
                for ticket, letter in self._opened
            ),
        )
        self._insert(
            MessageReference,
            (
                {"message_id": message.id, "rfc_message_id": name}
                for message, letter in self._filed
                for name in letter.named
            ),
        )
        self._insert(
            Attachment,
            (_attachment(message, file) for message, letter in self._filed for file in letter.files),
        )
        self._insert(Change, self._changes)
        scheduled.customer_wrote(self._session, self._filed, now=self._now)
        search_index.add(
            self._session,
            [(message, [file.filename for file in letter.files]) for message, letter in self._filed],
        )
        self._opened, self._filed, self._changes = [], [], []

    def _number_messages(self) -> None:
        # Whatever asked the database in between has made the session write some of them already.
        fresh = [message for message, _ in self._filed if message.id is None]
        for message, number in zip(fresh, Numbers(self._session, Message).take(len(fresh)), strict=True):
            message.id = number

    def _insert(self, model: type[Base], rows: Iterable[dict[str, Any]]) -> None:
        found = list(rows)
        if found:
            self._session.execute(sa.insert(cast("sa.Table", model.__table__)), found)


def open_ticket(session: Session, letter: IncomingLetter, customer: Customer, *, now: datetime) -> Ticket:
    """As `Filing.open_ticket`, written at once."""
    filing = Filing(session)
    ticket = filing.open_ticket(letter, customer)
    filing._now = now
    filing.write()
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
    """As `Filing.file_letter`, written at once."""
    filing = Filing(session)
    message = filing.file_letter(ticket, letter, customer, wakes=wakes, now=now)
    filing.write()
    return message


def _message(ticket: Ticket, letter: IncomingLetter, customer: Customer) -> Message:
    return Message(
        ticket=ticket,
        kind=Kind.INCOMING,
        customer=customer,
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
        shape=write_shape(shape_of(letter.html)) if letter.html else "",
        rfc_message_id=letter.rfc_message_id,
        in_reply_to=letter.in_reply_to,
        arrived_at=letter.arrived_at,
        sent_at=letter.sent_at,
        sent_zone=letter.sent_zone,
        language=letter.language[:5],
        automatic=letter.automatic[:300] if letter.automatic else None,
        evidence=list(letter.evidence),
        held=letter.held,
        defects=list(letter.defects),
        suggest_state="" if letter.history or letter.automatic or letter.held or letter.spam else "pending",
    )


def _wake(session: Session, ticket: Ticket, letter: IncomingLetter, *, wakes: bool, now: datetime) -> None:
    if ticket.status == Status.SPAM:
        return
    if ticket.status == Status.TRASH and not wakes:
        # Nothing wakes it, but what has just come is not deleted before its own time in the trash is over.
        ticket.trashed_at = now
    if wakes:
        if ticket.status != Status.OPEN:
            record(session, "reopened", ticket=ticket, now=now, before=ticket.status)
            ticket.status, ticket.closed_at = Status.OPEN, None
        if ticket.waiting_since is None:
            ticket.waiting_since = letter.arrived_at


def _pairs(addresses: tuple[tuple[str, str], ...]) -> list[Any]:
    return [[name, email] for name, email in addresses]


def _attachment(message: Message, file: LetterFile) -> dict[str, Any]:
    return {
        "message_id": message.id,
        "filename": file.filename[:300],
        "content_type": file.content_type[:200],
        "content_id": file.content_id[:300],
        "inline": file.inline,
        "size": file.size,
        "sha256": file.sha256,
    }
