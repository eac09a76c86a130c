"""The account that mail is handed over with: its server, and how to sign in there."""

from __future__ import annotations

import re
import socket
import ssl
from collections.abc import Callable
from dataclasses import dataclass, field

from app.mailboxes import oauth
from app.mailboxes.models import Mailbox
from app.security import unseal
from app.settings import Settings


@dataclass(frozen=True)
class Account:
    """Where and how to hand mail over. Timeouts in seconds; `final_dot` covers the letter and its answer."""

    host: str
    port: int
    security: str
    user: str
    password: str = field(repr=False)
    timeout: float = 30
    final_dot: float = 600
    tls: ssl.SSLContext | None = field(default=None, repr=False)
    # For a provider's permission instead of a password; see app.mailboxes.service.Account.
    token: Callable[[str], str] | None = field(default=None, repr=False)


def account_of(mailbox: Mailbox, settings: Settings) -> Account:
    """The mailbox's server for outgoing mail. Raises PermanentFailure when its password cannot be read."""
    token = oauth.token_source(mailbox, settings)
    sealed = "" if token else mailbox.smtp_password
    password = unseal(settings.secret_key, sealed) if sealed else ""
    return Account(
        mailbox.smtp_host,
        mailbox.smtp_port,
        mailbox.smtp_security,
        mailbox.smtp_user,
        password,
        timeout=settings.mail_timeout_seconds,
        final_dot=settings.final_dot_timeout_seconds,
        token=token,
    )


def own_name() -> str:
    """What we call ourselves in EHLO. Never looks a name up: that can take a minute on a laptop."""
    name = socket.gethostname()
    return name if re.fullmatch(r"[A-Za-z0-9-]{1,63}(\.[A-Za-z0-9-]{1,63})+", name) else "[127.0.0.1]"


def root_cause(error: BaseException) -> BaseException:
    """The operating system's or the TLS library's own error below the library's."""
    while error.__cause__ is not None:
        error = error.__cause__
    return error
