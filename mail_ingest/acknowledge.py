"""After a batch of letters is written: receipts for the tickets they opened, in the same transaction.

Ingest notes each opening as it goes; whether a receipt may leave is app.outgoing.receipts' to say.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.orm import Session

from app.mailboxes.models import RawMail
from app.outgoing import receipts
from app.outgoing.receipts import Opening
from app.settings import Settings
from app.tickets.models import Message, Ticket
from mail_ingest.parse import ParsedMail


@dataclass(frozen=True)
class Opened:
    """A ticket that a letter of this batch has opened."""

    ticket: Ticket
    letter: Message
    opening: Opening


def opened(ticket: Ticket, letter: Message, raw: RawMail, mail: ParsedMail) -> Opened:
    """What of this letter bears on whether it may be answered by a program."""
    return Opened(
        ticket,
        letter,
        Opening(
            sender=mail.sender.email,
            arrived_at=letter.arrived_at,
            automatic=letter.automatic,
            null_sender=mail.null_sender,
            from_an_instance=bool(mail.is_own),
            history=raw.history,
            again=raw.attempts > 0 or raw.instruction is not None,
            held=letter.held,
        ),
    )


def send_receipts(
    session: Session, found: Iterable[Opened], *, now: datetime, settings: Settings
) -> list[int]:
    """Write the receipts that may be. Returns the messages to ring for, once this transaction is committed."""
    written: list[int] = []
    for one in found:
        if not one.ticket.mailbox.auto_ack:
            continue
        opening = replace(one.opening, known=receipts.knows(session, one.opening.sender))
        verdict = receipts.maybe_send(session, one.ticket, one.letter, opening, now=now, settings=settings)
        if verdict.message_id is not None:
            written.append(verdict.message_id)
    return written
