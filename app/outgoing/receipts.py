"""The receipt: the short mail that tells a customer that a letter arrived and which number it has.

Off unless a mailbox wants it. It is an outgoing message like any other (the same outbox, the same states), with
nobody as its author and `automatic` set: it answers nothing, so the customer goes on waiting for us, it asks for no
rating and counts for no agent.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.mailboxes.models import Mailbox
from app.outgoing import branding, receipts_limit, signatures, words
from app.outgoing.ids import make_message_id
from app.outgoing.models import Outbox, WrittenReply
from app.outgoing.receipts_policy import Opening, bare_address, why_no_receipt
from app.outgoing.receipts_text import as_html, receipt_subject, receipt_text
from app.outgoing.recipients import tidy_name
from app.outgoing.service import token_key
from app.settings import Settings
from app.tickets import service as tickets
from app.tickets.models import Delivery, Kind, Message, MessageReference, Status, Ticket

__all__ = ["RECEIPT", "AutomaticText", "Opening", "Verdict", "maybe_send", "why_not", "write_automatic"]

# Message.automatic of a receipt.
RECEIPT = "receipt"
# RFC 5322 sets no limit; a longer id is some program's folly and not worth a header of ours.
_LONGEST_ID = 300


@dataclass(frozen=True)
class AutomaticText:
    """What a mail that nobody wrote says. `kind` is its Message.automatic, `html` is clean."""

    kind: str
    subject: str
    text: str
    html: str
    language: str


@dataclass(frozen=True)
class Verdict:
    """`message_id`: the receipt that was written, None when there is none; `reason` says why not."""

    message_id: int | None
    reason: str = ""


def maybe_send(
    session: Session,
    ticket: Ticket,
    letter: Message,
    opening: Opening,
    *,
    now: datetime,
    settings: Settings,
    own_texts: Mapping[str, str] | None = None,
) -> Verdict:
    """Write the receipt for this new ticket and its opening letter, if there is to be one.

    Both must be written (flushed). The receipt leaves when somebody rings for `message_id`, or at the next sweep.
    `own_texts`: the mailbox's words by language; where it has none, its text for all, or ours.
    """
    mailbox = ticket.mailbox
    if not mailbox.auto_ack:
        return Verdict(None, "this mailbox sends no receipts")
    if ticket.status != Status.OPEN:
        return Verdict(None, "the ticket is not open")
    refusal = why_not(session, mailbox, opening, now=now, settings=settings)
    if refusal:
        return Verdict(None, refusal)
    language = language_of(ticket)
    own = (own_texts or {}).get(language) or mailbox.auto_ack_text
    text = receipt_text(ticket.id, language, own)
    said = AutomaticText(RECEIPT, receipt_subject(ticket.id, language), text, as_html(text), language)
    message = write_automatic(session, ticket, letter, opening.sender, said, now=now, settings=settings)
    return Verdict(message.id)


def _look(session: Session, ticket: Ticket) -> dict[str, Any]:
    return asdict(branding.look_of(session, ticket.mailbox_id))


def why_not(
    session: Session,
    mailbox: Mailbox,
    opening: Opening,
    *,
    now: datetime,
    settings: Settings,
    claim: bool = True,
) -> str:
    """Why no mail may go out by itself to the sender of this letter, '' when one may.

    That one is counted at once: whoever asks, sends. `claim` False only looks at the letter and its sender.
    """
    refusal = why_no_receipt(
        opening,
        ours=list(session.scalars(sa.select(Mailbox.address))),
        checked=bool(mailbox.authserv_id),
        now=now,
    )
    if refusal or not claim:
        return refusal
    address = bare_address(opening.sender)
    return receipts_limit.take(session, mailbox, address, now, per_hour=settings.automatic_per_hour)


def language_of(ticket: Ticket) -> str:
    """Of the two that we write in, the customer's."""
    return words.language_known(ticket.customer.language, ticket.language, ticket.mailbox.language)


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


def write_automatic(
    session: Session,
    ticket: Ticket,
    letter: Message,
    recipient: str,
    said: AutomaticText,
    *,
    now: datetime,
    settings: Settings,
) -> Message:
    """A mail that nobody wrote, in answer to this letter. Only after `why_not` had nothing against it."""
    mailbox = ticket.mailbox
    signed = signatures.of_receipt(ticket, mailbox)
    answered = letter.rfc_message_id if _is_fit(letter.rfc_message_id) else ""
    message = Message(
        ticket_id=ticket.id,
        kind=Kind.OUTGOING,
        customer_id=ticket.customer_id,
        sender_name=tidy_name(mailbox.name),
        sender_email=mailbox.address,
        to=[["", recipient.lower()]],
        cc=[],
        subject=said.subject,
        visible=said.text,
        html=said.html,
        signature=signed.text,
        in_reply_to=answered,
        arrived_at=now,
        sent_at=now,
        automatic=said.kind,
        delivery=Delivery.QUEUED,
    )
    _add(session, ticket, message, now)
    domain = mailbox.address.rpartition("@")[2]
    message.rfc_message_id = make_message_id(
        ticket.id, message.id, domain, token_key(settings), nonce=secrets.token_hex(8)
    )
    chain = [answered] if answered else []
    session.add_all(MessageReference(message_id=message.id, rfc_message_id=name) for name in chain)
    session.add(
        WrittenReply(
            message_id=message.id,
            language=said.language,
            chain=chain,
            look=_look(session, ticket),
            signature_html=signed.html,
        )
    )
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
