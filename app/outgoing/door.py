"""The way of one job to its mailbox's server: one connection for many letters, or the reason why there is none."""

from __future__ import annotations

import time

from app import db
from app.errors import SincerelyError
from app.failpoints import passing
from app.mailboxes.models import Mailbox
from app.outgoing import smtp
from app.outgoing.smtp_answers import NotConnected, Result
from app.settings import Settings

# Large providers end a connection after some dozens of letters, or a minute or two.
LETTERS_EACH = 50
SECONDS_EACH = 60.0


class Door:
    """One attempt to connect serves all letters of a job: when it fails, it fails for all of them."""

    def __init__(self, mailbox_id: int, settings: Settings) -> None:
        self._mailbox_id = mailbox_id
        self._settings = settings
        self._trouble: Result | None = None
        self._connection: smtp.Connection | None = None
        self._letters = 0
        self._since = 0.0
        # True until the first letter after the first successful connection.
        self.is_new = False

    async def __aenter__(self) -> Door:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    @property
    def connection(self) -> smtp.Connection:
        assert self._connection is not None, "open() comes first"
        return self._connection

    async def open(self) -> Result | None:
        """None when there is a live connection that may carry another letter."""
        if self._trouble is not None:
            return self._trouble
        first = self._connection is None
        if self._connection is None:
            account = self._account()
            if isinstance(account, Result):
                self._trouble = account
                return account
            self._connection = smtp.Connection(account)
        elif self._letters >= LETTERS_EACH or time.monotonic() - self._since > SECONDS_EACH:
            await self._connection.close()
        if not self._connection.is_open:
            self._letters, self._since = 0, time.monotonic()
        passing("deliver.before_connect")
        self._trouble = await self._connection.ready()
        self._letters += 1
        self.is_new = first and self._trouble is None
        return self._trouble

    async def close(self) -> None:
        """Say goodbye; another open() connects again."""
        if self._connection is not None:
            await self._connection.close()

    def _account(self) -> smtp.Account | Result:
        with db.reading() as session:
            mailbox = session.get_one(Mailbox, self._mailbox_id)
            try:
                return smtp.account_of(mailbox, self._settings)
            except SincerelyError as error:
                return NotConnected(str(error))
