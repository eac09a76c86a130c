"""Handing mails about notices to the mailbox's server, through the same door as replies and at the same pace.

The same steps as for a reply, each committed before the next: a claim with a lease, "data started" between RCPT and
DATA, the outcome. A mail whose sender died before that is sent again, one that died after it never.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
from datetime import datetime, timedelta
from functools import partial

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app import db
from app.accounts.models import Agent
from app.accounts.rights import rights_of
from app.again import write
from app.mailboxes.models import Mailbox
from app.outgoing import backoff, restored
from app.outgoing.door import Door
from app.outgoing.ids import ascii_domain
from app.outgoing.service import instance_id
from app.outgoing.smtp_answers import Accepted, Permanent, Result, Temporary
from app.outgoing.turns import reserve
from app.settings import Settings
from app.tickets.models import Ticket
from app.together.mail_text import Envelope, Said, mail_of
from app.together.models import Mailing, MailState, Notice, NoticeMail

log = logging.getLogger(__name__)

LEASE = timedelta(minutes=5)
MOST_AT_ONCE = 20
# News of yesterday's yesterday is none: after an outage nobody is sent a heap of old mails.
STALE = timedelta(days=2)
LONGEST_ANSWER = 1000
# What customers wrote is kept with their tickets only, and goes when those are deleted.
FORGOTTEN = {"subject": "", "text": "", "html": ""}


def waiting(session: Session, *, now: datetime) -> list[int]:
    """Mailboxes that have such a mail to send."""
    due = sa.or_(
        sa.and_(NoticeMail.state == MailState.QUEUED, NoticeMail.due_at <= now),
        sa.and_(
            NoticeMail.state.in_((MailState.SENDING, MailState.DATA_STARTED)), NoticeMail.lease_until < now
        ),
    )
    return sorted(session.scalars(sa.select(NoticeMail.mailbox_id).where(due).distinct()))


def send(mailbox_id: int, settings: Settings) -> None:
    """Send what is due by this mailbox. Safe to run twice and at the same time."""
    write(partial(_recover, mailbox_id=mailbox_id, now=db.now()))
    asyncio.run(_send(mailbox_id, settings))


async def _send(mailbox_id: int, settings: Settings) -> None:
    async with Door(mailbox_id, settings) as door:
        for _ in range(MOST_AT_ONCE):
            mail = write(partial(_claim, mailbox_id=mailbox_id, now=db.now()))
            if mail is None:
                return
            result = await _hand_over(mail, door, settings)
            if result is None:
                return
            log.info("notice mail %s: %s", mail.id, type(result).__name__)
            write(partial(record, mail=mail, result=result, now=db.now()))
            restored.remember(settings, db.now())


async def _hand_over(mail: NoticeMail, door: Door, settings: Settings) -> Result | None:
    """None: the row is not ours any more."""
    try:
        with db.reading() as session:
            content = compose(session, mail, settings)
    except ValueError as error:
        return Permanent(f"The mail could not be written: {error}")
    trouble = await door.open()
    if trouble is not None:
        return trouble
    # RFC 3834, section 3.3: nothing can answer to the null sender.
    refused = await door.connection.offer("", mail.recipient, size=len(content), utf8=False)
    if refused is not None:
        return refused
    if not write(partial(_begin, mail=mail, now=db.now())):
        await door.close()
        return None
    return await door.connection.hand_over(content)


def compose(session: Session, mail: NoticeMail, settings: Settings) -> bytes:
    """The bytes of the mail. Raises ValueError for an address that no header can carry, and for who has left."""
    mailbox = session.get_one(Mailbox, mail.mailbox_id)
    agent = session.get_one(Agent, mail.agent_id)
    if not agent.active:
        raise ValueError("this agent does not work here any more")
    if not _may_read(session, mail):
        raise ValueError("this agent does not see these tickets any more")
    domain = ascii_domain(mailbox.address.rpartition("@")[2])
    thread = f"notices.{mail.ticket_id}.{mail.agent_id}@{domain}" if mail.ticket_id else ""
    envelope = Envelope(
        sender_name=mailbox.name or "Sincerely",
        sender=mailbox.address,
        recipient_name=agent.name,
        recipient=mail.recipient,
        message_id=mail.rfc_message_id,
        thread=thread,
        instance=instance_id(settings),
        written_at=mail.created_at,
    )
    return mail_of(Said(mail.subject, mail.text, mail.html), envelope).as_bytes()


def _may_read(session: Session, mail: NoticeMail) -> bool:
    """As it is now: a mail may have waited for its server while a mailbox was taken away from the agent."""
    rights = rights_of(session, mail.agent_id)
    if mail.ticket_id is not None:
        return rights.sees(session.scalar(sa.select(Ticket.mailbox_id).where(Ticket.id == mail.ticket_id)))
    if not mail.period.startswith(("day-", "week-")):  # A digest, and a lead's briefing.
        return False  # Its ticket is deleted for good.
    # The page of notices has the lines that are still theirs; here better one mail too few.
    hidden = (
        sa.select(Notice.id)
        .join(Ticket, Ticket.id == Notice.ticket_id)
        .where(
            Notice.agent_id == mail.agent_id,
            Notice.mailing == Mailing.MAILED,
            Notice.at > mail.created_at - STALE,
            sa.not_(rights.within(Ticket.mailbox_id)),
        )
        .limit(1)
    )
    return rights.mailboxes is None or session.scalar(hidden) is None


def record(session: Session, mail: NoticeMail, result: Result, now: datetime) -> None:
    """Write the outcome down, if the row is still ours."""
    state, due_at = MailState.UNCERTAIN, None
    if isinstance(result, Accepted):
        state = MailState.ACCEPTED
    elif isinstance(result, Permanent):
        state = MailState.FAILED
    elif isinstance(result, Temporary):
        due_at = backoff.next_try(mail.attempts, mail.first_tried_at or now, now)
        state = MailState.QUEUED if due_at else MailState.FAILED
    _move(
        session,
        mail,
        (MailState.SENDING, MailState.DATA_STARTED),
        state=state,
        due_at=due_at,
        done_at=None if due_at else now,
        lease_token="",
        lease_until=None,
        answer=result.words[:LONGEST_ANSWER],
        **({} if due_at else FORGOTTEN),
    )


def _claim(session: Session, mailbox_id: int, now: datetime) -> NoticeMail | None:
    due = (
        sa.select(NoticeMail)
        .where(
            NoticeMail.mailbox_id == mailbox_id,
            NoticeMail.state == MailState.QUEUED,
            NoticeMail.due_at <= now,
        )
        .order_by(NoticeMail.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    mail = session.scalar(due)
    if mail is None or reserve(session, mailbox_id, now) is not None:
        return None
    mail.state, mail.due_at = MailState.SENDING, None
    mail.lease_token, mail.lease_until = secrets.token_hex(16), now + LEASE
    mail.attempts += 1
    mail.first_tried_at = mail.first_tried_at or now
    return mail


def _begin(session: Session, mail: NoticeMail, now: datetime) -> bool:
    return _move(session, mail, (MailState.SENDING,), state=MailState.DATA_STARTED, lease_until=now + LEASE)


def _move(session: Session, mail: NoticeMail, before: tuple[MailState, ...], **values: object) -> bool:
    moved = session.execute(
        sa.update(NoticeMail)
        .where(
            NoticeMail.id == mail.id,
            NoticeMail.lease_token == mail.lease_token,
            NoticeMail.state.in_(before),
        )
        .values(**values)
        .execution_options(synchronize_session=False)
    )
    return db.changed_rows(moved) == 1


def _recover(session: Session, mailbox_id: int, now: datetime) -> None:
    """Leases of senders that died; and what is too old to be news."""
    mine = sa.update(NoticeMail).where(NoticeMail.mailbox_id == mailbox_id)
    over = NoticeMail.lease_until < now
    nobody = {"lease_token": "", "lease_until": None}
    for which, values in (
        (
            sa.and_(NoticeMail.state == MailState.SENDING, over),
            {"state": MailState.QUEUED, "due_at": now, **nobody},
        ),
        (
            sa.and_(NoticeMail.state == MailState.DATA_STARTED, over),
            {"state": MailState.UNCERTAIN, "done_at": now, **nobody, **FORGOTTEN},
        ),
        (
            sa.and_(NoticeMail.state == MailState.QUEUED, NoticeMail.created_at < now - STALE),
            {
                "state": MailState.FAILED,
                "due_at": None,
                "done_at": now,
                "answer": "Too old to be sent.",
                **FORGOTTEN,
            },
        ),
    ):
        session.execute(mine.where(which).values(**values).execution_options(synchronize_session=False))
