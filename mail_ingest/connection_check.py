"""Trying the servers of a mailbox when an admin asks: here, because the web itself speaks to no mail server."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import asdict, dataclass

import sqlalchemy as sa

from app import db
from app.errors import SincerelyError
from app.mailboxes.models import Mailbox
from app.outgoing import smtp
from app.settings import Settings
from mail_ingest import fetch
from mail_ingest.capture import account_of

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Tried:
    """`text` says what is wrong; for IMAP `folders` are the names that can be watched."""

    what: str
    ok: bool
    text: str = ""
    folders: tuple[str, ...] = ()


def try_servers(mailbox: Mailbox, settings: Settings) -> list[Tried]:
    """Sign in to both servers, and look whether the watched folders exist."""
    folders: list[str] = []

    def imap() -> None:
        folders.extend(fetch.check_login(account_of(mailbox, settings)))

    def handing_over() -> None:
        smtp.check_login(smtp.account_of(mailbox, settings))

    tried = [_tried("IMAP", imap), _tried("SMTP", handing_over)]
    tried[0] = Tried("IMAP", tried[0].ok, tried[0].text, tuple(folders))
    return tried


def missing_folders(names: list[str], there: tuple[str, ...]) -> list[str]:
    """Which of our folders the server does not have; INBOX is there under any spelling (RFC 3501, 5.1)."""
    return [name for name in names if name.upper() != "INBOX" and name not in there]


def _tried(what: str, attempt: Callable[[], None]) -> Tried:
    try:
        attempt()
    except SincerelyError as error:
        return Tried(what, False, str(error))
    return Tried(what, True)


class Checks:
    """Runs the tries that admins asked for, each in a thread of its own. Called from time to time by the poller."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._running: dict[int, threading.Thread] = {}

    def start_wanted(self) -> None:
        with db.reading() as session:
            wanted = list(session.scalars(sa.select(Mailbox).where(Mailbox.check_wanted_at.is_not(None))))
        self._running = {number: thread for number, thread in self._running.items() if thread.is_alive()}
        for mailbox in wanted:
            if mailbox.id not in self._running:
                thread = threading.Thread(target=self._check, args=(mailbox,), daemon=True)
                self._running[mailbox.id] = thread
                thread.start()

    def _check(self, mailbox: Mailbox) -> None:
        try:
            result = [asdict(tried) for tried in try_servers(mailbox, self._settings)]
        except Exception as error:
            log.exception("mailbox %d could not be tried", mailbox.id)
            result = [asdict(Tried("IMAP", False, type(error).__name__))]
        with db.transaction() as session:
            session.execute(
                sa.update(Mailbox)
                # An admin may have changed the servers, and asked again, meanwhile.
                .where(Mailbox.id == mailbox.id, Mailbox.check_wanted_at == mailbox.check_wanted_at)
                .values(check_wanted_at=None, checked_at=db.now(), check_result=result)
                .execution_options(synchronize_session=False)
            )
