"""After a batch of letters is written: receipts for the tickets they opened, in the same transaction.

Ingest notes each opening as it goes; whether a receipt may leave is app.outgoing.receipts' to say.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.orm import Session

from app.automation import acknowledgements
from app.mailboxes.models import RawMail
from app.outgoing import receipts
from app.outgoing.receipts import Opening
from app.outgoing.receipts_policy import ALIGNED, NOT_ALIGNED, UNCHECKED
from app.settings import Settings
from app.tickets.models import Message, Ticket
from mail_ingest.authentication import SenderCheck, Verdict
from mail_ingest.reader_batch import Letter


@dataclass(frozen=True)
class Opened:
    """A ticket that a letter of this batch has opened."""

    ticket: Ticket
    letter: Message
    opening: Opening


def opened(ticket: Ticket, message: Message, raw: RawMail, letter: Letter) -> Opened:
    """What of this letter bears on whether it may be answered by a program."""
    mail = letter.mail
    return Opened(
        ticket,
        message,
        Opening(
            # Of several senders nobody can say who wrote.
            sender="" if mail.several_senders else mail.sender.email,
            arrived_at=message.arrived_at,
            automatic=message.automatic or mail.automatic,
            null_sender=mail.null_sender,
            from_an_instance=bool(mail.is_own),
            history=raw.history,
            again=raw.attempts > 0 or raw.instruction is not None,
            held=message.held,
            authentication=_proof(letter.check),
        ),
    )


def _proof(check: SenderCheck) -> str:
    if check.verdict is Verdict.PASS:
        return ALIGNED
    return NOT_ALIGNED if check.verdict is Verdict.FAIL else UNCHECKED


def send_receipts(
    session: Session, found: Iterable[Opened], *, now: datetime, settings: Settings
) -> list[int]:
    """Write the receipts that may be. Returns the messages to ring for, once this transaction is committed."""
    written: list[int] = []
    for one in found:
        if not one.ticket.mailbox.auto_ack:
            continue
        opening = replace(one.opening, known=receipts.knows(session, one.opening.sender))
        said = acknowledgements.wording(session, one.ticket.mailbox, now=now)
        if said.why_not:
            continue
        verdict = receipts.maybe_send(
            session, one.ticket, one.letter, opening, now=now, settings=settings, own_texts=said.texts
        )
        if verdict.message_id is not None:
            written.append(verdict.message_id)
    return written
