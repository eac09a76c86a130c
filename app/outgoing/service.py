"""Writing a reply, undoing it, and moving what was written towards the door. Never commits."""

from __future__ import annotations

import secrets
from dataclasses import asdict
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.accounts.models import Agent
from app.accounts.rights import require_answer
from app.knowledge import outcomes
from app.outgoing import (
    addressing,
    branding,
    clockwork,
    forwarding,
    invitations,
    signatures,
    thread,
    turns,
    words,
)
from app.outgoing.choices import resolve_uncertain, retry
from app.outgoing.ids import make_message_id
from app.outgoing.leaving import release_due
from app.outgoing.models import WrittenReply
from app.outgoing.recipients import tidy_name
from app.outgoing.reply import Content, Reply, read
from app.outgoing.undo import remember_draft, remember_ticket, undo
from app.security import derive_key
from app.settings import Settings
from app.tickets import inline_images, search_index
from app.tickets import service as tickets
from app.tickets.models import (
    Attachment,
    Delivery,
    Draft,
    DraftKind,
    Kind,
    Message,
    MessageReference,
    Ticket,
)

_BY_NONCE = sa.select(Message.__table__.c.id).where(Message.__table__.c.form_nonce == sa.bindparam("nonce"))
_REFERENCES = MessageReference.__table__.insert()  # type: ignore[attr-defined]

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
    require_answer(session, by)
    # Two clicks at once wait for each other here, so that the second finds what the first has written.
    tickets.lock(session, ticket)
    # What is read below is read past the session.
    session.flush()
    earlier_id = session.connection().execute(_BY_NONCE, {"nonce": reply.nonce}).scalar()
    if earlier_id is not None:
        return session.get_one(Message, earlier_id)
    content = read(session, ticket, reply, by)
    written = WrittenReply(
        language=_language(ticket, content),
        ticket_before=remember_ticket(ticket),
        draft_before=remember_draft(content.draft, reply),
        look=asdict(branding.look_of(session, ticket.mailbox_id)),
    )
    message = _message(session, ticket, reply, content, written, by=by, now=now, settings=settings)
    _take_draft(session, content.draft, message)
    _take_passed_files(session, reply, content, message, written)
    due_at = now + timedelta(seconds=settings.undo_seconds if reply.held else 0)
    addressing.address(session, ticket, content, message, due_at=due_at, now=now)
    # Nothing that is asked from here on reads what is still to be written: all of it goes in one go, at the end.
    with session.no_autoflush:
        cards = content.known.cards
        invitations.invite(
            session, ticket, content, written, cards=cards, secret=settings.secret_key, now=now
        )
    has_files = content.draft is not None or content.passed is not None
    search_index.add(
        session, [(message, [file.filename for file in message.attachments] if has_files else ())]
    )
    _turn(session, ticket, reply, content, message, by=by, now=now)
    if settings.undo_seconds == 0 or not reply.held:
        release_due(session, now)
    return message


def sweep(session: Session, now: datetime) -> list[int]:
    """Find what nobody rang for: expired leases, deferred rows now due, queued rows. Ids to ring for.

    One message for each mailbox that has something to send: its job takes the others along.
    """
    clockwork.recover(session, now)
    clockwork.due_again(session, now)
    return turns.waiting(session, now)


def _language(ticket: Ticket, content: Content) -> str:
    """A customer reads their own language, a third party the ticket's."""
    own = "" if content.aside else ticket.customer.language
    return words.language_known(own, ticket.language, ticket.mailbox.language)


def _message(
    session: Session,
    ticket: Ticket,
    reply: Reply,
    content: Content,
    written: WrittenReply,
    *,
    by: Agent,
    now: datetime,
    settings: Settings,
) -> Message:
    mailbox = ticket.mailbox
    signed = signatures.of_reply(ticket, by, mailbox)
    written.signature_html = signed.html
    message = Message(
        ticket_id=ticket.id,
        kind=Kind.OUTGOING,
        author_id=by.id,
        customer_id=ticket.customer_id,
        sender_name=tidy_name(words.sender_name(by.first_name, mailbox.name)),
        sender_email=mailbox.address,
        visible=content.text,
        html=content.html,
        signature=signed.text,
        arrived_at=now,
        sent_at=now,
        delivery=Delivery.HELD,
        then_status=reply.then_status,
        composing_seconds=reply.composing,
        form_nonce=reply.nonce,
    )
    if content.passed is not None:
        _pass_on(message, content.passed, written, settings)
    else:
        _answer(session, ticket, message, content, written, settings)
    addressing.name(message, content)
    tickets.add_message(session, ticket, message, now=now, indexed=False)
    message.rfc_message_id = make_message_id(
        ticket.id,
        message.id,
        mailbox.address.rpartition("@")[2],
        token_key(settings),
        nonce=secrets.token_hex(8),
    )
    if written.chain:
        session.connection().execute(
            _REFERENCES,
            [{"message_id": message.id, "rfc_message_id": name} for name in dict.fromkeys(written.chain)],
        )
    written.message_id = message.id
    session.add(written)
    return message


def _answer(
    session: Session,
    ticket: Ticket,
    message: Message,
    content: Content,
    written: WrittenReply,
    settings: Settings,
) -> None:
    """In the thread of the letter that is answered, with that letter below. The first of a ticket has neither."""
    parent = content.parent
    written.chain = thread.chain(session, content.exchange, parent, aside=content.aside)
    subject = parent.subject if parent is not None and content.aside else ticket.subject
    first = parent is None and not written.chain
    message.subject = words.first_subject(subject) if first else words.reply_subject(subject)
    message.in_reply_to = written.chain[-1] if written.chain else ""
    if parent is not None:
        message.folded = words.quote(
            parent.visible,
            parent.sender_name or parent.sender_email,
            parent.arrived_at,
            language=written.language,
            zone=settings.timezone,
        )


def _pass_on(message: Message, passed: Message, written: WrittenReply, settings: Settings) -> None:
    """A letter of its own for somebody who knows none of the earlier ones: it begins a thread."""
    message.forwarded_id = passed.id
    message.subject = words.forward_subject(passed.subject)
    message.folded = forwarding.text_of(
        passed, language=written.language, zone=settings.timezone, public_url=settings.public_url
    )
    written.chain = []
    written.quoted_html = forwarding.html_of(passed, public_url=settings.public_url)


def _take_passed_files(
    session: Session, reply: Reply, content: Content, message: Message, written: WrittenReply
) -> None:
    if content.passed is None:
        return
    copies = forwarding.take_files(session, content.passed, message, written.quoted_html, reply.about_files)
    written.draft_before = written.draft_before | {"copies": copies}
    session.flush()
    session.expire(message, ["attachments"])


def _take_draft(session: Session, draft: Draft | None, message: Message) -> None:
    """Its files go with the letter, but for pictures that the text does not show any more."""
    if draft is None:
        return
    shown = inline_images.shown(message.html or "")
    session.execute(
        sa.delete(Attachment).where(
            Attachment.draft_id == draft.id, Attachment.inline, Attachment.id.not_in(shown)
        )
    )
    session.execute(
        sa.update(Attachment)
        .where(Attachment.draft_id == draft.id)
        .values(draft_id=None, message_id=message.id)
    )
    session.expire(draft, ["attachments"])
    session.delete(draft)
    session.flush()
    session.expire(message, ["attachments"])


def _turn(
    session: Session,
    ticket: Ticket,
    reply: Reply,
    content: Content,
    message: Message,
    *,
    by: Agent,
    now: datetime,
) -> None:
    """The customer has an answer: it is their turn, and the agent may have said what comes next.

    A letter to a third party is no answer: the customer waits as before.
    """
    if not content.aside:
        outcomes.attach(session, content.exchange.answered_ids(), message.id)
    if reply.then_status:
        tickets.set_status(session, ticket, reply.then_status, by=by, now=now)
    if not content.aside:
        ticket.waiting_since = None
    if ticket.assignee_id is None:
        # Whoever answers first looks after the ticket: the customer's next letter finds its agent.
        tickets.assign(session, ticket, by.id, by=by, now=now)
    tickets.mark_read(session, ticket, now=now, newest_id=message.id)
    # Last of all: what came with the reply is taken back with it, and not by itself.
    kind = "forwarded" if reply.kind == DraftKind.FORWARD else "replied"
    tickets.record(session, kind, ticket=ticket, by=by, now=now, message_id=message.id)
    if reply.kind == DraftKind.REPLY and by.send_then != reply.then_status:
        session.execute(sa.update(Agent).where(Agent.id == by.id).values(send_then=reply.then_status))
    session.flush()
