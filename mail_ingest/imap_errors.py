"""What IMAPClient and the network raise, in a sentence for the owner of the mailbox and as one of our two failures."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable
from types import TracebackType
from typing import Any

from imapclient.exceptions import IMAPClientAbortError, IMAPClientError, LoginError

from app.errors import PermanentFailure, TemporaryFailure
from app.mailboxes.service import Account


class LineBroken(TemporaryFailure):
    """The connection itself is gone, so nothing else can be asked over it."""


class plain_errors:  # noqa: N801 (reads as a statement)
    """Translate what the library raises into our two kinds of failure, in a sentence for the owner of the mailbox."""

    def __init__(self, account: Account) -> None:
        self._where = f"{account.host}:{account.port}"
        self._account = account

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: Any, error: BaseException | None, trace: TracebackType | None) -> None:
        if error is None or isinstance(error, (TemporaryFailure, PermanentFailure)):
            return
        if isinstance(error, Exception):
            translated = _translate(error, self._where, self._account)
            if translated is not None:
                raise translated from error


def _translate(error: Exception, where: str, account: Account) -> Exception | None:
    for kind, failure, sentence in _SENTENCES:
        if isinstance(error, kind):
            return failure(sentence(error, where, account))
    return None


_Sentence = Callable[[Any, str, Account], str]
# The first kind that fits counts, so the special ones come first.
_SENTENCES: tuple[tuple[type[Exception], type[Exception], _Sentence], ...] = (
    (
        LoginError,
        PermanentFailure,
        lambda error, where, account: (
            f"{where}: the server refused the {'permission' if account.token else 'user name or password'} for "
            f"{account.user} ({_words(error)})."
        ),
    ),
    (
        ssl.SSLCertVerificationError,
        PermanentFailure,
        lambda error, where, _: (
            f"{where}: its certificate is not valid for this name ({error.verify_message})."
        ),
    ),
    (
        ssl.SSLError,
        PermanentFailure,
        lambda error, where, _: (
            f"{where}: no TLS on this port ({error.reason or 'handshake failed'}); try another port, or starttls."
        ),
    ),
    (
        socket.gaierror,
        TemporaryFailure,
        lambda _, __, account: f"{account.host}: no such host name, or no network.",
    ),
    (
        ConnectionRefusedError,
        TemporaryFailure,
        lambda _, where, __: f"{where}: nothing listens there (connection refused).",
    ),
    (TimeoutError, LineBroken, lambda _, where, __: f"{where}: no answer within the time limit."),
    (
        IMAPClientAbortError,
        LineBroken,
        lambda error, where, _: f"{where}: the connection broke ({_words(error)}).",
    ),
    (
        OSError,
        LineBroken,
        lambda error, where, _: f"{where}: the connection broke ({_words(error)}).",
    ),
    (
        IMAPClientError,
        TemporaryFailure,
        lambda error, where, _: f"{where}: the server answered: {_words(error)}.",
    ),
)


def _words(error: Exception) -> str:
    return "".join(char for char in str(error) if char.isprintable())[:200]
