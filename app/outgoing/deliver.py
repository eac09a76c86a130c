"""The shell around sending: several short transactions around SMTP, none open while a server is spoken to.

One job works for one mailbox: it takes what is due, oldest first, over one connection. Each recipient of a message is
one SMTP transaction. A row is claimed with a lease that the job renews while it lives, "data started" is committed
between RCPT and DATA, and the outcome is committed before the next recipient.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import partial

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app import db
from app.again import write
from app.blobs import BlobStore
from app.errors import SincerelyError
from app.failpoints import passing
from app.outgoing import restored, states, turns
from app.outgoing.compose import compose, needs_utf8
from app.outgoing.door import Door
from app.outgoing.letter_rows import letter_to
from app.outgoing.models import Outbox
from app.outgoing.pace import asks_for_less
from app.outgoing.smtp_answers import Accepted, NotConnected, Permanent, Result, Temporary, Unknown
from app.settings import Settings

log = logging.getLogger(__name__)

# After this long the rest waits for another job: the other mailboxes have their turn.
LONGEST_START_SECONDS = 30
# A place in time that comes so soon is waited for with the connection open.
SHORT_WAIT_SECONDS = 2.0
# A worker that died is noticed when its lease ends, and the agent a moment later.
LEASE_SECONDS = 60.0
RENEW_SECONDS = 15.0
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
    """Hand over what is due of this message's mailbox, oldest first. Safe to run twice and at the same time."""
    with db.reading() as session:
        mailbox_id = turns.mailbox_of(session, message_id)
    restored.hold_back(settings, db.now())
    if mailbox_id is not None:
        asyncio.run(_Sender(mailbox_id, settings, blobs).run())


class _Sender:
    """One job's work for one mailbox."""

    def __init__(self, mailbox_id: int, settings: Settings, blobs: BlobStore) -> None:
        self._mailbox_id = mailbox_id
        self._settings = settings
        self._blobs = blobs
        self._since = db.now()
        self._end = time.monotonic() + LONGEST_START_SECONDS

    async def run(self) -> None:
        async with Door(self._mailbox_id, self._settings) as door:
            while time.monotonic() < self._end:
                row = await self._next()
                if row is None:
                    return
                async with _kept(row):
                    await self._deliver(row, door)

    async def _next(self) -> Outbox | None:
        """The next delivery, waiting for its place in time if that is soon."""
        while True:
            turn = write(self._turn)
            if not isinstance(turn, turns.Wait):
                return turn
            seconds = (turn.until - db.now()).total_seconds()
            if seconds > SHORT_WAIT_SECONDS or time.monotonic() + seconds > self._end:
                return None
            await asyncio.sleep(max(0.0, seconds))

    def _turn(self, session: Session) -> Outbox | turns.Wait | None:
        return turns.take(session, self._mailbox_id, db.now(), since=self._since, seconds=LEASE_SECONDS)

    async def _deliver(self, row: Outbox, door: Door) -> None:
        result = await self._send(row, door)
        if result is None:
            return
        log.info("message %s, outbox %s: %s", row.message_id, row.id, type(result).__name__)
        passing("deliver.before_record")
        await _record(row, result, self._mailbox_id)
        passing("deliver.recorded")
        restored.remember(self._settings, db.now())

    async def _send(self, row: Outbox, door: Door) -> Result | None:
        """None: the row is not ours any more, or an older one goes first."""
        try:
            with db.reading() as session:
                mail = _mail(session, row, self._settings, self._blobs)
        except (SincerelyError, ValueError) as error:
            return Permanent(f"The letter could not be written: {error}")
        trouble = await door.open()
        if trouble is not None:
            return trouble
        if door.is_new and self._older_ones_wait(row):
            return None
        return await self._hand_over(row, mail, door)

    def _older_ones_wait(self, row: Outbox) -> bool:
        """A server that answers again gets everything that waited for it, in the order in which it was written."""

        def back(session: Session) -> bool:
            waited = turns.server_answers(session, self._mailbox_id, db.now()) > 0
            if waited:
                states.give_back(session, row, db.now())
            return waited

        return write(back)

    async def _hand_over(self, row: Outbox, mail: _Mail, door: Door) -> Result | None:
        begun = False
        result: Result | None = None
        for sender in mail.senders:
            result = await door.connection.offer(
                sender, mail.recipient, size=len(mail.content), utf8=mail.utf8
            )
            if result is None:
                begun = begun or self._begin(row)
                if not begun:
                    await door.close()
                    return None
                passing("deliver.before_data")
                result = await door.connection.hand_over(mail.content)
            if not isinstance(result, Permanent):
                break
        return result

    def _begin(self, row: Outbox) -> bool:
        return write(lambda session: states.start_data(session, row, db.now(), seconds=LEASE_SECONDS))


@asynccontextmanager
async def _kept(row: Outbox) -> AsyncIterator[None]:
    """Keep the lease of the row as long as this process lives and is at it."""
    task = asyncio.create_task(_keep(row))
    try:
        yield
    finally:
        task.cancel()


async def _keep(row: Outbox) -> None:
    while True:
        await asyncio.sleep(RENEW_SECONDS)
        try:
            with db.transaction() as session:
                states.renew(session, row, db.now(), seconds=LEASE_SECONDS)
        except sa.exc.SQLAlchemyError as error:
            log.warning("outbox %s: lease not renewed: %s", row.id, type(error).__name__)


async def _record(row: Outbox, result: Result, mailbox_id: int) -> None:
    """Write the outcome down. A deadlock or a restart of the database must not turn "accepted" into "uncertain"."""
    for pause in RECORD_AGAIN_SECONDS:
        try:
            return _apply(row, result, mailbox_id)
        except (sa.exc.OperationalError, sa.exc.InterfaceError) as error:
            log.warning("outbox %s: %s not written down yet: %s", row.id, type(result).__name__, error.orig)
            await asyncio.sleep(pause)
    _apply(row, result, mailbox_id)


def _apply(row: Outbox, result: Result, mailbox_id: int) -> None:
    now = db.now()
    with db.transaction() as session:
        _APPLY[type(result)](session, row, result.words, now)
        if isinstance(result, Temporary) and asks_for_less(result.words):
            turns.slow_down(session, mailbox_id, now)


_APPLY: dict[type[Result], Callable[[Session, Outbox, str, datetime], bool]] = {
    Accepted: states.accept,
    Temporary: states.defer,
    NotConnected: partial(states.defer, for_server=True),
    Permanent: states.fail,
    Unknown: states.doubt,
}


def longest_job(settings: Settings) -> float:
    """Seconds that one run may take: the last recipient it begins may use up every time limit, and the notes of it."""
    connect = 4 * settings.mail_timeout_seconds
    letter = 3 * settings.mail_timeout_seconds + settings.final_dot_timeout_seconds
    record = sum(RECORD_AGAIN_SECONDS) + len(RECORD_AGAIN_SECONDS) * db.BUSY_TIMEOUT_SECONDS
    return LONGEST_START_SECONDS + 2 * connect + 2 * letter + record + _MARGIN_SECONDS


def _mail(session: Session, row: Outbox, settings: Settings, blobs: BlobStore) -> _Mail:
    letter = letter_to(session, row, settings, blobs)
    # RFC 3834, section 3.3: nothing can be answered to the null sender. A reply's bounce comes to an address that names
    # it, where the provider delivers such. A relay that refuses either gets our plain address.
    best = "" if letter.automatic else letter.reply_to or letter.sender.email
    senders = tuple(dict.fromkeys((best, letter.sender.email)))
    return _Mail(senders, row.recipient, compose(letter).as_bytes(), needs_utf8(letter))
