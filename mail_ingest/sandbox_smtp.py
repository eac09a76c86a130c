"""The sandbox's SMTP face: aiosmtpd in front of the same mailboxes that the IMAP face shows.

Place in the flow: where customers' letters enter and our replies leave while no real mailbox is connected.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
import secrets
from collections.abc import Mapping
from datetime import UTC, datetime

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from app.sandbox_mail import account_address
from mail_ingest.sandbox_imap import LARGEST_LETTER, Accounts

_log = logging.getLogger(__name__)
_LONGEST_ADDRESS = 254  # RFC 5321, section 4.5.3.1.3, without the angle brackets


class _Smtp(SMTP):
    # Real letters carry lines far beyond RFC 5322's 998 bytes; the small limit also slows large letters.
    line_length_limit = 1024 * 1024


class Postman:
    """Puts each letter into the inbox of each recipient, and only then answers 250.

    `arrival_of` gives the arrival of letters that are told apart by their SHA-256 and pretend to have come
    earlier; every other letter arrives now.
    """

    def __init__(self, accounts: Accounts, password: str, arrival_of: Mapping[bytes, datetime]) -> None:
        self._accounts = accounts
        self._password = password
        self._arrival_of = arrival_of

    async def handle_RCPT(  # noqa: N802 - the hook's name is aiosmtpd's
        self, server: SMTP, session: Session, envelope: Envelope, address: str, rcpt_options: list[str]
    ) -> str:
        if not _is_address(address):
            return "553 5.1.3 This is not a mail address"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        raw = envelope.original_content or b""
        arrived_at = self._arrival_of.get(hashlib.sha256(raw).digest()) or datetime.now(UTC)
        try:
            for address in dict.fromkeys(account_address(one) for one in envelope.rcpt_tos):
                await self._accounts.of(address).inbox.deliver(raw, arrived_at)
        except OSError as error:
            _log.error("A letter could not be stored: %s", error)
            return "451 4.3.1 The letter could not be stored; try again later"
        return "250 2.0.0 Stored"

    def check_password(
        self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, credentials: object
    ) -> AuthResult:
        given = credentials.password if isinstance(credentials, LoginPassword) else b""
        return AuthResult(
            success=secrets.compare_digest(given, self._password.encode("ascii")), handled=False
        )


async def start_smtp(postman: Postman, host: str, port: int) -> asyncio.Server:
    loop = asyncio.get_running_loop()

    def connected() -> SMTP:
        return _Smtp(
            postman,
            data_size_limit=LARGEST_LETTER,
            enable_SMTPUTF8=True,
            decode_data=False,
            hostname="sandbox.example",
            ident="Sandbox mail server",
            auth_require_tls=False,
            authenticator=postman.check_password,
            loop=loop,
        )

    return await loop.create_server(connected, host, port)


def _is_address(address: str) -> bool:
    local, at, domain = address.rpartition("@")
    printable = address.isprintable() and not any(character.isspace() for character in address)
    return (
        bool(local and at and domain)
        and printable
        and len(address.encode("utf-8", "replace")) <= _LONGEST_ADDRESS
    )
