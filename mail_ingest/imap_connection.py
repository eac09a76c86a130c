"""Opening a connection to an IMAP server: encrypted, signed in by password or by permission, kept alive."""

from __future__ import annotations

import imaplib
import socket
import ssl

from imapclient import IMAPClient, SocketTimeout
from imapclient.exceptions import LoginError

from app.errors import PermanentFailure
from app.mailboxes.models import Security
from app.mailboxes.service import Account
from app.settings import is_loopback
from mail_ingest.imap_errors import plain_errors

# A folder of 200,000 mails is listed on one line; the library's own limit is a million bytes.
LONGEST_LINE = 16 * 1024 * 1024
imaplib._MAXLINE = LONGEST_LINE  # type: ignore[attr-defined]

# A dead line is noticed within about a minute even when nobody speaks; not every system knows every option.
_KEEPALIVE = (("TCP_KEEPIDLE", 30), ("TCP_KEEPALIVE", 30), ("TCP_KEEPINTVL", 10), ("TCP_KEEPCNT", 3))


def connect(account: Account) -> IMAPClient:
    """A signed-in connection. Raises TemporaryFailure or PermanentFailure with the precise reason."""
    if account.security == Security.NONE and not is_loopback(account.host):
        raise PermanentFailure(
            f"{account.host}: refusing to send a password in clear text; choose tls or starttls."
        )
    if account.token is None:
        with plain_errors(account):
            return _open(account, "")
    token = account.token("")
    try:
        with plain_errors(account):
            return _open(account, token)
    except PermanentFailure as refused:
        # A provider may end a token before its time; if it gives another one, that is tried once.
        if not isinstance(refused.__cause__, LoginError) or (other := account.token(token)) == token:
            raise
    with plain_errors(account):
        return _open(account, other)


def has_unread(client: IMAPClient) -> bool:
    """Whether something the server said lies here unread; never waits."""
    line = client.socket()
    patience = line.gettimeout()
    line.setblocking(False)
    try:
        return bool(client._imap.file.peek(1))
    except ssl.SSLWantReadError:
        return False
    finally:
        line.settimeout(patience)


def _open(account: Account, token: str) -> IMAPClient:
    context = ssl.create_default_context()
    # A server may think longer about an answer than about a connection.
    timeout = SocketTimeout(connect=account.timeout_seconds, read=2 * account.timeout_seconds)
    client = IMAPClient(
        account.host,
        port=account.port,
        ssl=account.security == Security.TLS,
        ssl_context=context if account.security == Security.TLS else None,
        timeout=timeout,
    )
    client.normalise_times = False
    try:
        _tune(client.socket())
        if account.security == Security.STARTTLS:
            client.starttls(context)
        _sign_in(client, account, token)
    except BaseException:
        client.shutdown()
        raise
    return client


def _tune(line: socket.socket) -> None:
    # Answers are many small writes; without this each waits for the other side's delayed acknowledgement.
    line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    line.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for name, value in _KEEPALIVE:
        if hasattr(socket, name):
            line.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)


def _sign_in(client: IMAPClient, account: Account, token: str) -> None:
    if token:
        # SASL XOAUTH2: a refusal comes as a challenge, which wants an empty answer before the server says NO.
        answers = iter((f"user={account.user}\1auth=Bearer {token}\1\1",))
        client.sasl_login("XOAUTH2", lambda _challenge: next(answers, ""))
    elif account.user.isascii() and account.password.isascii():
        client.login(account.user, account.password)
    else:
        # LOGIN takes ASCII only; PLAIN is UTF-8 (RFC 4616, section 2).
        client.plain_login(account.user, account.password)
