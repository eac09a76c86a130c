"""The only user of aiosmtplib: hands one letter to one recipient's server, and says what became of it.

A `Connection` is used in two steps, so that the caller can commit "the letter is about to be sent" between them:
`offer` (MAIL, RCPT) and `hand_over` (DATA, the letter, the final dot). One transaction per recipient, several over
one connection. No step raises for what a server or a network does: they return one of the four results.
"""

from __future__ import annotations

import asyncio
import re
from types import TracebackType

import aiosmtplib

from app.errors import PermanentFailure, SincerelyError, TemporaryFailure
from app.failpoints import passing
from app.mailboxes.models import Mailbox, Security
from app.outgoing.smtp_account import Account, account_of, own_name
from app.outgoing.smtp_answers import (
    FINAL_DOT,
    Accepted,
    NotConnected,
    Permanent,
    Result,
    Temporary,
    Unknown,
    as_data,
    most_bytes,
    on_the_wire,
    refusal,
    too_large,
    words_of,
)
from app.outgoing.smtp_trouble import connection_trouble, silence
from app.settings import Settings, is_loopback

__all__ = [
    "Accepted",
    "Account",
    "Connection",
    "Permanent",
    "Result",
    "Temporary",
    "Unknown",
    "account_of",
    "check_login",
    "hand_over",
]

_CONTROLS = re.compile(r"[\x00-\x20\x7f-\x9f\u2028\u2029]")


class Connection:
    """One SMTP connection, opened when it is first needed. Use as an async context manager."""

    def __init__(self, account: Account) -> None:
        self._account = account
        self._client: aiosmtplib.SMTP | None = None
        self._refused = False
        # Whether the last offer failed because an old connection had ended.
        self._stale = False
        # How many letters this connection, the one to the server, has carried.
        self.letters = 0

    async def __aenter__(self) -> Connection:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    @property
    def is_open(self) -> bool:
        return self._client is not None and self._client.is_connected

    async def ready(self) -> Result | None:
        """None when there is a live connection; it is opened, again if need be."""
        if self.is_open:
            return None
        return await self._open()

    async def _open(self) -> Result | None:
        """Connect, secure, log in; None when that worked."""
        account = self._account
        if account.security == Security.NONE and not is_loopback(account.host):
            return Permanent(
                f"{account.host}: unencrypted connections are made to this machine only. Choose TLS or STARTTLS."
            )
        if not account.host:
            return NotConnected("This mailbox has no server for outgoing mail.")
        if account.token is None:
            return await self._connect("")
        try:
            token = await asyncio.to_thread(account.token, "")
            trouble = await self._connect(token)
            if self._refused and (other := await asyncio.to_thread(account.token, token)) != token:
                return await self._connect(other)
        except SincerelyError as error:
            return NotConnected(str(error))
        return trouble

    async def _connect(self, token: str) -> Result | None:
        account = self._account
        client = aiosmtplib.SMTP(
            hostname=account.host,
            port=account.port,
            timeout=account.timeout,
            local_hostname=own_name(),
            use_tls=account.security == Security.TLS,
            start_tls=False,
            tls_context=account.tls,
        )
        self._refused = False
        try:
            # Several answers are waited for; together they may not take longer than two.
            async with asyncio.timeout(account.timeout * 2):
                await client.connect()
                if account.security == Security.STARTTLS:
                    await client.starttls()
                if token:
                    await client.auth_xoauth2(account.user, token)
                elif account.user:
                    await client.login(account.user, account.password)
                await _greet(client)
        except (aiosmtplib.SMTPException, OSError, TimeoutError, ValueError) as error:
            client.close()
            self._refused = isinstance(error, aiosmtplib.SMTPAuthenticationError)
            return connection_trouble(account, error)
        self._client, self.letters = client, 0
        return None

    async def offer(self, sender: str, recipient: str, *, size: int = 0, utf8: bool = False) -> Result | None:
        """MAIL and RCPT; None when the server is ready for the letter. `sender` '' is the null sender."""
        if _CONTROLS.search(sender + recipient) or not recipient:
            return Permanent("The address has characters that no address may have.")
        tried = await self._offer_once(sender, recipient, size, utf8)
        if tried is not None and self._stale:
            # A server may end a connection between two letters. No letter was begun, so a new one is safe.
            tried = await self._offer_once(sender, recipient, size, utf8)
        return tried

    async def _offer_once(self, sender: str, recipient: str, size: int, utf8: bool) -> Result | None:
        used, self._stale = self.letters > 0, False
        trouble = await self.ready()
        if trouble is not None:
            return trouble
        used = used and self.letters > 0
        assert self._client is not None
        try:
            async with asyncio.timeout(self._account.timeout * 2):
                return await self._offer(self._client, sender, recipient, size, utf8)
        except aiosmtplib.SMTPResponseException as error:
            await self._reset()
            self._stale = used and self._client is None
            return refusal(error.code, error.message)
        except (aiosmtplib.SMTPException, OSError, TimeoutError) as error:
            self._drop()
            self._stale = used
            return Temporary(silence(self._account, error))
        except ValueError:
            await self._reset()
            return Permanent("The address cannot be written in an SMTP command.")

    async def _offer(
        self, client: aiosmtplib.SMTP, sender: str, recipient: str, size: int, utf8: bool
    ) -> Result | None:
        sender, recipient = on_the_wire(sender), on_the_wire(recipient)
        utf8 = utf8 or not (sender + recipient).isascii()
        if utf8 and not client.supports_extension("smtputf8"):
            return Permanent(
                "The mail server does not support addresses with other than Latin letters (SMTPUTF8)."
            )
        largest = most_bytes(client.esmtp_extensions.get("size", ""))
        if largest and size > largest:
            return Permanent(too_large(size, largest))
        options = [f"SIZE={size}"] if size and client.supports_extension("size") else []
        # RFC 6531, section 3.4: letters outside ASCII in the headers are 8-bit data.
        options += ["SMTPUTF8"] if utf8 else []
        options += ["BODY=8BITMIME"] if utf8 and client.supports_extension("8bitmime") else []
        encoding = "utf-8" if utf8 else "ascii"
        await client.mail(sender, options=options, encoding=encoding)
        passing("deliver.after_mail")
        await client.rcpt(recipient, encoding=encoding)
        passing("deliver.after_rcpt")
        return None

    async def hand_over(self, letter: bytes) -> Result:
        """DATA and the letter. After its first byte, anything but an answer is `Unknown`."""
        client = self._client
        if client is None:
            return Temporary("The connection was closed.")
        try:
            ready = await client.execute_command(b"DATA")
        except (aiosmtplib.SMTPException, OSError, TimeoutError) as error:
            # The letter itself was not begun, so the server cannot have taken it.
            self._drop()
            return Temporary(silence(self._account, error))
        if ready.code != 354:
            await self._reset()
            return refusal(ready.code, ready.message)
        return await self._body(client, letter)

    async def _body(self, client: aiosmtplib.SMTP, letter: bytes) -> Result:
        protocol = client.protocol
        if protocol is None:
            return Temporary("The connection was closed.")
        self.letters += 1
        try:
            protocol.write(as_data(letter))
            passing("deliver.before_dot")
            protocol.write(FINAL_DOT)
            passing("deliver.after_dot")
            answer = await protocol.read_response(timeout=self._account.final_dot)
        except (aiosmtplib.SMTPException, OSError, TimeoutError) as error:
            self._drop()
            return Unknown(silence(self._account, error))
        words = words_of(answer.code, answer.message)
        if 200 <= answer.code < 300:
            return Accepted(words)
        if 400 <= answer.code < 600:
            return refusal(answer.code, answer.message)
        self._drop()
        return Unknown(words)

    async def _reset(self) -> None:
        """Ready for another transaction, or closed."""
        if self._client is None:
            return
        try:
            await self._client.rset()
        except (aiosmtplib.SMTPException, OSError, TimeoutError):
            self._drop()

    def _drop(self) -> None:
        if self._client is not None:
            self._client.close()
        self._client = None

    async def close(self) -> None:
        """QUIT. What the server answers to it changes nothing: the letters were accepted before."""
        if self._client is not None and self._client.is_connected:
            try:
                await self._client.quit(timeout=min(5, self._account.timeout))
            except (aiosmtplib.SMTPException, OSError, TimeoutError):
                pass
        self._drop()


async def _greet(client: aiosmtplib.SMTP) -> None:
    """EHLO, if nothing else has said it; HELO to a server that does not know it (RFC 5321, section 3.2)."""
    if not client.is_ehlo_or_helo_needed:
        return
    try:
        await client.ehlo()
    except aiosmtplib.SMTPHeloError as error:
        if error.code not in (500, 502):
            raise
        await client.helo()


def check_login(account: Account) -> None:
    """Connect and log in. Raises TemporaryFailure or PermanentFailure with one sentence that says what is wrong."""

    async def attempt() -> Result | None:
        async with Connection(account) as connection:
            return await connection.ready()

    _raise(asyncio.run(attempt()))


def hand_over(mailbox: Mailbox, settings: Settings, sender: str, recipient: str, letter: bytes) -> None:
    """Send one letter, for callers that keep no state of it. Raises TemporaryFailure or PermanentFailure."""

    async def attempt() -> Result:
        async with Connection(account_of(mailbox, settings)) as connection:
            refused = await connection.offer(sender, recipient, size=len(letter))
            return refused or await connection.hand_over(letter)

    _raise(asyncio.run(attempt()))


def _raise(result: Result | None) -> None:
    if isinstance(result, Permanent):
        raise PermanentFailure(result.words)
    if isinstance(result, (Temporary, Unknown)):
        raise TemporaryFailure(result.words)
