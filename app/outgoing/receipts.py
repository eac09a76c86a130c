"""The receipt: the short mail that tells a customer that a letter arrived and which number it has.

Off unless a mailbox wants it. It is an outgoing message like any other (the same outbox, the same states), with
nobody as its author and `automatic` set: it answers nothing, so the customer goes on waiting for us, it asks for no
rating and counts for no agent.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.mailboxes.models import Mailbox
from app.outgoing import receipts_limit, words
from app.outgoing.ids import make_message_id
from app.outgoing.models import Outbox, WrittenReply
from app.outgoing.receipts_policy import Opening, bare_address, why_no_receipt
from app.outgoing.receipts_text import as_html, receipt_subject, receipt_text
from app.outgoing.recipients import tidy_name
from app.outgoing.service import token_key
from app.settings import Settings
from app.tickets import service as tickets
from app.tickets.models import Delivery, Kind, Message, MessageReference, Status, Ticket

__all__ = ["RECEIPT", "Opening", "Verdict", "maybe_send"]

# Message.automatic of a receipt.
RECEIPT = "receipt"
# RFC 5322 sets no limit; a longer id is some program's folly and not worth a header of ours.
_LONGEST_ID = 300


@dataclass(frozen=True)
class Verdict:
    """`message_id`: the receipt that was written, None when there is none; `reason` says why not."""

    message_id: int | None
    reason: str = ""


def maybe_send(
    session: Session, ticket: Ticket, letter: Message, opening: Opening, *, now: datetime, settings: Settings
) -> Verdict:
    """Write the receipt for this new ticket and its opening letter, if there is to be one.

    Both must be written (flushed). The receipt leaves when somebody rings for `message_id`, or at the next sweep.
    """
    mailbox = ticket.mailbox
    if not mailbox.auto_ack:
        return Verdict(None, "this mailbox sends no receipts")
    if ticket.status != Status.OPEN:
        return Verdict(None, "the ticket is not open")
    refusal = why_no_receipt(
        opening,
        ours=list(session.scalars(sa.select(Mailbox.address))),
        checked=bool(mailbox.authserv_id),
        now=now,
    ) or receipts_limit.take(
        session, mailbox, bare_address(opening.sender), now, per_hour=settings.automatic_per_hour
    )
    if refusal:
        return Verdict(None, refusal)
    return Verdict(_write(session, ticket, letter, opening.sender, now=now, settings=settings).id)


def knows(session: Session, email: str) -> bool:
    """True when an agent has written to this address before, so that a mail of ours cannot surprise anybody."""
    written = (
        sa.select(Outbox.id)
        .join(Message, Message.id == Outbox.message_id)
        .where(
            Outbox.recipient == email.lower(),
            Outbox.state == Delivery.ACCEPTED,
            Message.author_id.is_not(None),
        )
    )
    return session.scalar(written.limit(1)) is not None


def _write(
    session: Session, ticket: Ticket, letter: Message, recipient: str, *, now: datetime, settings: Settings
) -> Message:
    mailbox = ticket.mailbox
    language = words.language_known(ticket.customer.language, ticket.language, mailbox.language)
    text = receipt_text(ticket.id, language, mailbox.auto_ack_text)
    answered = letter.rfc_message_id if _is_fit(letter.rfc_message_id) else ""
    message = Message(
        ticket_id=ticket.id,
        kind=Kind.OUTGOING,
        customer_id=ticket.customer_id,
        sender_name=tidy_name(mailbox.name),
        sender_email=mailbox.address,
        to=[["", recipient.lower()]],
        cc=[],
        subject=receipt_subject(ticket.id, language),
        visible=text,
        html=as_html(text),
        signature=mailbox.signature.strip(),
        in_reply_to=answered,
        arrived_at=now,
        sent_at=now,
        automatic=RECEIPT,
        delivery=Delivery.QUEUED,
    )
    _add(session, ticket, message, now)
    domain = mailbox.address.rpartition("@")[2]
    message.rfc_message_id = make_message_id(
        ticket.id, message.id, domain, token_key(settings), nonce=secrets.token_hex(8)
    )
    chain = [answered] if answered else []
    session.add_all(MessageReference(message_id=message.id, rfc_message_id=name) for name in chain)
    session.add(WrittenReply(message_id=message.id, language=language, chain=chain))
    session.add(
        Outbox(
            message_id=message.id,
            recipient=recipient.lower(),
            state=Delivery.QUEUED,
            due_at=now,
            created_at=now,
        )
    )
    session.flush()
    return message


def _add(session: Session, ticket: Ticket, message: Message, now: datetime) -> None:
    """Into the ticket, without a trace in the lists: there the customer's letter is the newest thing."""
    session.add(message)
    ticket.message_count += 1
    session.flush()
    tickets.changed(session, ticket.id, message.kind, now)


def _is_fit(name: str) -> bool:
    """Fit to stand in a header of ours: printable ASCII without spaces or brackets."""
    return (
        0 < len(name) <= _LONGEST_ID
        and name.isascii()
        and name.isprintable()
        and not any(char in " <>" for char in name)
    )
