"""The account that mail is handed over with: its server, and how to sign in there."""

from __future__ import annotations

import ssl
from dataclasses import dataclass, field

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


def account_of(mailbox: Mailbox, settings: Settings) -> Account:
    """The mailbox's server for outgoing mail. Raises PermanentFailure when its password cannot be read."""
    password = unseal(settings.secret_key, mailbox.smtp_password) if mailbox.smtp_password else ""
    return Account(
        mailbox.smtp_host,
        mailbox.smtp_port,
        mailbox.smtp_security,
        mailbox.smtp_user,
        password,
        timeout=settings.mail_timeout_seconds,
        final_dot=settings.final_dot_timeout_seconds,
    )
