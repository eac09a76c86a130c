"""The shell around sending: several short transactions around SMTP, none open while a server is spoken to.

Each recipient of a message is one SMTP transaction over one connection. A row is claimed with a lease, "data
started" is committed between RCPT and DATA, and the outcome is committed before the next recipient.
"""

from __future__ import annotations

import asyncio
import logging
import time
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app import db
from app.blobs import BlobStore
from app.errors import SincerelyError
from app.failpoints import passing
from app.outgoing import smtp, states
from app.outgoing.compose import compose, needs_utf8
from app.outgoing.letter_rows import letter_to
from app.outgoing.models import Outbox
from app.outgoing.smtp_answers import Accepted, Permanent, Result, Temporary, Unknown
from app.settings import Settings
from app.tickets.models import Message, Ticket

log = logging.getLogger(__name__)

# A job has limited time (app.queue.JOB_TIMEOUT_SECONDS); after this long the rest of the recipients wait for another.
LONGEST_START_SECONDS = 120
_MARGIN_SECONDS = 15
# How long to wait before the outcome is written down once more, when the database refuses for a moment.
RECORD_AGAIN_SECONDS = (0.5, 2.0, 5.0, 10.0, 20.0)


@dataclass(frozen=True)
class _Mail:
    """One recipient's mail, ready for the wire. `senders`: what the envelope may say, the best first."""

    senders: tuple[str, ...]
    recipient: str
    content: bytes
    utf8: bool


def deliver_message(message_id: int, settings: Settings, blobs: BlobStore) -> None:
    """Hand a message to its recipients that are due. Safe to run twice and at the same time."""
    asyncio.run(_deliver(message_id, settings, blobs))


async def _deliver(message_id: int, settings: Settings, blobs: BlobStore) -> None:
    started = time.monotonic()
    with db.reading() as session:
        account = _account(session, message_id, settings)
    if account is None:
        return
    async with _Door(account) as door:
        while time.monotonic() - started < LONGEST_START_SECONDS:
            with db.transaction() as session:
                row = states.claim(session, message_id, db.now(), seconds=_offer_lease(settings))
            if row is None:
                return
            result = await _send(row, door, settings, blobs)
            if result is not None:
                log.info("message %s, outbox %s: %s", message_id, row.id, type(result).__name__)
                passing("deliver.before_record")
                await _record(row, result)
                passing("deliver.recorded")


class _Door:
    """The connection, or the reason why there is none: one attempt to connect serves all recipients of a job."""

    def __init__(self, account: smtp.Account | Result) -> None:
        self.trouble = account if isinstance(account, Result) else None
        self._connection = smtp.Connection(account) if isinstance(account, smtp.Account) else None

    async def __aenter__(self) -> _Door:
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._connection is not None:
            await self._connection.close()

    async def connection(self) -> smtp.Connection | Result:
        if self.trouble is None and self._connection is not None:
            passing("deliver.before_connect")
            self.trouble = await self._connection.ready()
        return self.trouble or self._connection  # type: ignore[return-value]


async def _send(row: Outbox, door: _Door, settings: Settings, blobs: BlobStore) -> Result | None:
    """None: the lease was lost on the way and another worker has the row."""
    try:
        with db.reading() as session:
            mail = _mail(session, row, settings, blobs)
    except (SincerelyError, ValueError) as error:
        return Permanent(f"The letter could not be written: {error}")
    connection = await door.connection()
    if isinstance(connection, Result):
        return connection
    begun = False
    for sender in mail.senders:
        result = await connection.offer(sender, mail.recipient, size=len(mail.content), utf8=mail.utf8)
        if result is None:
            with db.transaction() as session:
                begun = begun or states.start_data(session, row, db.now(), seconds=_data_lease(settings))
            if not begun:
                await connection.close()
                return None
            passing("deliver.before_data")
            result = await connection.hand_over(mail.content)
        if not isinstance(result, Permanent):
            break
    return result


async def _record(row: Outbox, result: Result) -> None:
    """Write the outcome down. A deadlock or a restart of the database must not turn "accepted" into "uncertain"."""
    for pause in RECORD_AGAIN_SECONDS:
        try:
            return _apply(row, result)
        except (sa.exc.OperationalError, sa.exc.InterfaceError) as error:
            log.warning("outbox %s: %s not written down yet: %s", row.id, type(result).__name__, error.orig)
            await asyncio.sleep(pause)
    _apply(row, result)


def _apply(row: Outbox, result: Result) -> None:
    with db.transaction() as session:
        _APPLY[type(result)](session, row, result.words, db.now())


_APPLY = {
    Accepted: states.accept,
    Temporary: states.defer,
    Permanent: states.fail,
    Unknown: states.doubt,
}


def _offer_lease(settings: Settings) -> float:
    """Longer than connecting and offering one recipient may take. A worker that died before DATA costs this much."""
    return 4 * settings.mail_timeout_seconds + _MARGIN_SECONDS


def _data_lease(settings: Settings) -> float:
    """Longer than the letter itself and its final dot may take; after it the outcome is uncertain."""
    return 2 * settings.mail_timeout_seconds + settings.final_dot_timeout_seconds + _MARGIN_SECONDS


def longest_job(settings: Settings) -> float:
    """Seconds that one run may take: the last recipient it begins may use up both leases, and the notes of it."""
    record = sum(RECORD_AGAIN_SECONDS) + len(RECORD_AGAIN_SECONDS) * db.BUSY_TIMEOUT_SECONDS
    return LONGEST_START_SECONDS + _offer_lease(settings) + _data_lease(settings) + record


def _account(session: Session, message_id: int, settings: Settings) -> smtp.Account | Result | None:
    message = session.get(Message, message_id)
    if message is None:
        return None
    mailbox = session.get_one(Ticket, message.ticket_id).mailbox
    try:
        return smtp.account_of(mailbox, settings)
    except SincerelyError as error:
        return Temporary(str(error))


def _mail(session: Session, row: Outbox, settings: Settings, blobs: BlobStore) -> _Mail:
    letter = letter_to(session, row, settings, blobs)
    # RFC 3834, section 3.3: nothing can be answered to the null sender. A relay that refuses it gets our address.
    senders = ("", letter.sender.email) if letter.automatic else (letter.sender.email,)
    return _Mail(senders, row.recipient, compose(letter).as_bytes(), needs_utf8(letter))
