"""A ticket that begins with a letter from us: to a customer whom we know, or to an address nobody has written from."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.accounts.models import Agent
from app.accounts.rights import require_answer, rights_of
from app.customers.service import find_or_create
from app.errors import InvalidInput
from app.mailboxes.models import Mailbox
from app.outgoing.recipients import read_recipients
from app.outgoing.reply import Reply, read, refuse_ourselves
from app.outgoing.service import write_reply
from app.outgoing.words import first_subject
from app.settings import Settings
from app.tickets import scheduled
from app.tickets import service as tickets
from app.tickets.models import Draft, DraftKind, Message, Status, Ticket
from app.tickets.numbering import Numbers


def begin(
    session: Session,
    mailbox_id: int | None,
    subject: str,
    letter: Reply,
    *,
    by: Agent,
    now: datetime,
    settings: Settings,
) -> Message:
    """The ticket, its customer and the letter. The same nonce again returns the first letter.

    The first address in To is the customer. Raises InvalidInput with the field.
    """
    require_answer(session, by)
    if letter.draft_id is not None:
        # Two clicks at once wait for each other here, so that the second finds what the first has written.
        session.execute(sa.select(Draft.id).where(Draft.id == letter.draft_id).with_for_update())
    earlier = session.scalar(sa.select(Message).where(Message.form_nonce == letter.nonce))
    if earlier is not None:
        return earlier
    ticket = _open(session, mailbox_id, subject, letter, by=by, now=now)
    return write_reply(session, ticket, letter, by=by, now=now, settings=settings)


def put_off(
    session: Session, draft: Draft, letter: Reply, at: datetime, *, by: Agent, now: datetime
) -> Ticket:
    """The letter leaves later: its ticket is there at once and waits with it, so that everybody sees that it will.

    `draft` is of kind `new` and becomes the ticket's first reply. Raises InvalidInput with the field.
    """
    require_answer(session, by)
    ticket = _open(session, draft.mailbox_id, draft.subject, letter, by=by, now=now)
    content = read(session, ticket, letter, by)
    ticket.status, ticket.preview = Status.WAITING, tickets.preview(content.text)
    draft.ticket_id, draft.kind = ticket.id, DraftKind.REPLY
    session.flush()
    scheduled.put_off(session, ticket, draft, at, then_status=letter.then_status, by=by, now=now)
    return ticket


def _open(
    session: Session, mailbox_id: int | None, subject: str, letter: Reply, *, by: Agent, now: datetime
) -> Ticket:
    """The ticket that the letter begins, without any letter yet."""
    mailbox = _mailbox(session, mailbox_id, by)
    title = first_subject(subject)
    if not title:
        raise InvalidInput("Give the letter a subject.", "subject")
    people = read_recipients(letter.to, letter.cc, letter.bcc)
    refuse_ourselves(session, people)
    first = people.to[0]
    customer = find_or_create(session, first.email, first.name, now=now)
    ticket = Ticket(
        id=Numbers(session, Ticket).take(1)[0],
        mailbox_id=mailbox.id,
        customer_id=customer.id,
        subject=title,
        language=customer.language or mailbox.language,
        opened_at=now,
        last_message_at=now,
        unread=False,
        message_count=0,
    )
    session.add(ticket)
    session.flush()
    tickets.allow(session, ticket, first.email, "customer")
    tickets.record(session, "begun", ticket=ticket, by=by, now=now)
    return ticket


def mailboxes(session: Session, by: Agent) -> list[Mailbox]:
    """From where this agent may write, by name."""
    rights = rights_of(session, by)
    query = sa.select(Mailbox).where(Mailbox.active, rights.within(Mailbox.id))
    return list(session.scalars(query.order_by(Mailbox.name, Mailbox.address)))


def _mailbox(session: Session, mailbox_id: int | None, by: Agent) -> Mailbox:
    mailbox = next((one for one in mailboxes(session, by) if one.id == mailbox_id), None)
    if mailbox is None:
        raise InvalidInput("Choose the mailbox that the letter leaves from.", "mailbox_id")
    return mailbox
