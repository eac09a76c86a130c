"""The only user of aiosmtplib: hands one letter to one recipient's server, and says what became of it.

A `Connection` is used in two steps, so that the caller can commit "the letter is about to be sent" between them:
`offer` (MAIL, RCPT) and `hand_over` (DATA, the letter, the final dot). One transaction per recipient, several over
one connection. No step raises for what a server or a network does: they return one of the four results.
"""

from __future__ import annotations

import asyncio
import re
import socket
import ssl
from types import TracebackType

import aiosmtplib

from app.errors import PermanentFailure, SincerelyError, TemporaryFailure
from app.failpoints import passing
from app.mailboxes.models import Mailbox, Security
from app.outgoing.smtp_account import Account, account_of, own_name, root_cause
from app.outgoing.smtp_answers import (
    FINAL_DOT,
    LONGEST_WORDS,
    Accepted,
    Permanent,
    Result,
    Temporary,
    Unknown,
    as_data,
    on_the_wire,
    refusal,
    words_of,
)
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

    async def __aenter__(self) -> Connection:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def ready(self) -> Result | None:
        """None when there is a live connection; it is opened, again if need be."""
        if self._client is not None and self._client.is_connected:
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
            return Temporary("This mailbox has no server for outgoing mail.")
        if account.token is None:
            return await self._connect("")
        try:
            token = await asyncio.to_thread(account.token, "")
            trouble = await self._connect(token)
            if self._refused and (other := await asyncio.to_thread(account.token, token)) != token:
                return await self._connect(other)
        except SincerelyError as error:
            return Temporary(str(error))
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
        except (aiosmtplib.SMTPException, OSError, TimeoutError, ValueError) as error:
            client.close()
            self._refused = isinstance(error, aiosmtplib.SMTPAuthenticationError)
            return _connection_trouble(account, error)
        self._client = client
        return None

    async def offer(self, sender: str, recipient: str, *, size: int = 0, utf8: bool = False) -> Result | None:
        """MAIL and RCPT; None when the server is ready for the letter. `sender` '' is the null sender."""
        if _CONTROLS.search(sender + recipient) or not recipient:
            return Permanent("The address has characters that no address may have.")
        trouble = await self.ready()
        if trouble is not None:
            return trouble
        assert self._client is not None
        try:
            async with asyncio.timeout(self._account.timeout * 2):
                return await self._offer(self._client, sender, recipient, size, utf8)
        except aiosmtplib.SMTPResponseException as error:
            await self._reset()
            return refusal(error.code, error.message)
        except (aiosmtplib.SMTPException, OSError, TimeoutError) as error:
            self._drop()
            return Temporary(_silence(self._account, error))
        except ValueError:
            await self._reset()
            return Permanent("The address cannot be written in an SMTP command.")

    async def _offer(
        self, client: aiosmtplib.SMTP, sender: str, recipient: str, size: int, utf8: bool
    ) -> Result | None:
        if client.is_ehlo_or_helo_needed:
            await client.ehlo()
        sender, recipient = on_the_wire(sender), on_the_wire(recipient)
        utf8 = utf8 or not (sender + recipient).isascii()
        if utf8 and not client.supports_extension("smtputf8"):
            return Permanent(
                "The mail server does not support addresses with other than Latin letters (SMTPUTF8)."
            )
        options = [f"SIZE={size}"] if size and client.supports_extension("size") else []
        options += ["SMTPUTF8"] if utf8 else []
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
            return Temporary(_silence(self._account, error))
        if ready.code != 354:
            await self._reset()
            return refusal(ready.code, ready.message)
        return await self._body(client, letter)

    async def _body(self, client: aiosmtplib.SMTP, letter: bytes) -> Result:
        protocol = client.protocol
        if protocol is None:
            return Temporary("The connection was closed.")
        try:
            protocol.write(as_data(letter))
            passing("deliver.before_dot")
            protocol.write(FINAL_DOT)
            passing("deliver.after_dot")
            answer = await protocol.read_response(timeout=self._account.final_dot)
        except (aiosmtplib.SMTPException, OSError, TimeoutError) as error:
            self._drop()
            return Unknown(_silence(self._account, error))
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


def _silence(account: Account, error: Exception) -> str:
    if isinstance(error, TimeoutError):
        return f"{account.host} did not answer in time."
    if isinstance(error, aiosmtplib.SMTPResponseException):
        return words_of(error.code, error.message)
    return f"{account.host} closed the connection."


def _connection_trouble(account: Account, error: Exception) -> Result:
    """One sentence per thing that can be wrong between us and a mail server. All may be put right later."""
    where = f"{account.host}, port {account.port}"
    cause = root_cause(error)
    if isinstance(error, aiosmtplib.SMTPAuthenticationError):
        return Temporary(
            f"{account.host} refused the login as {account.user}: {words_of(error.code, error.message)}"
        )
    if isinstance(error, aiosmtplib.SMTPConnectResponseError):
        return Temporary(f"{where} turned us away: {words_of(error.code, error.message)}")
    if isinstance(cause, ssl.SSLCertVerificationError):
        return Temporary(f"The certificate of {account.host} cannot be trusted: {cause.verify_message}.")
    if isinstance(cause, ssl.SSLError):
        return Temporary(
            f"No encrypted connection to {where}: it does not speak TLS there. Try another port or STARTTLS."
        )
    if isinstance(cause, socket.gaierror):
        return Temporary(f"There is no server called {account.host}: check the name.")
    if isinstance(cause, ConnectionRefusedError):
        return Temporary(f"Nothing answers at {where}: check the port.")
    if isinstance(error, TimeoutError):
        return Temporary(f"{where} did not answer within {account.timeout:.0f} seconds.")
    return Temporary(_other_trouble(account, where, error))


def _other_trouble(account: Account, where: str, error: Exception) -> str:
    if isinstance(error, aiosmtplib.SMTPResponseException):
        return f"{where}: {words_of(error.code, error.message)}"
    text = str(error)
    if account.security == Security.STARTTLS and "STARTTLS" in text:
        return f"{where} does not offer STARTTLS, so the password was not sent. Try TLS on port 465."
    if "AUTH" in text or "authentication" in text:
        return f"{where} offers no way to log in that we know. Leave the user empty, or try another port."
    return f"The connection to {where} failed: {text or type(error).__name__}"[:LONGEST_WORDS]
