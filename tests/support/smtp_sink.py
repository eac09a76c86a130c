"""A real SMTP server on loopback that keeps every copy it accepted, and refuses what a test tells it to."""

from __future__ import annotations

import email
import threading
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.policy import default

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from tests.support.waiting import wait_until

USER, PASSWORD = "support@help.example", "sink-secret"


@dataclass(frozen=True)
class Accepted:
    """One accepted mail: the envelope as spoken, and the bytes as received."""

    sender: str
    recipients: tuple[str, ...]
    raw: bytes

    @property
    def mail(self) -> EmailMessage:
        parsed = email.message_from_bytes(self.raw, policy=default)
        assert isinstance(parsed, EmailMessage)
        return parsed


@dataclass
class SmtpSink:
    """`refuse[address] = "550 5.1.1 no such user"`; `at_data = "452 later"` answers the whole mail; both can change any time."""

    host: str = "127.0.0.1"
    port: int = 0
    user: str = USER
    password: str = PASSWORD
    accepted: list[Accepted] = field(default_factory=list)
    refuse: dict[str, str] = field(default_factory=dict)
    at_data: str = ""
    drop_at_data: bool = False
    connections: int = 0
    _controller: _AnyPort | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def start(self) -> SmtpSink:
        self._controller = _AnyPort(
            self,
            hostname=self.host,
            port=self.port,
            auth_require_tls=False,
            authenticator=self._authenticate,
            data_size_limit=64 * 1024 * 1024,
        )
        self._controller.start()
        self.port = self._controller.port
        return self

    def stop(self) -> None:
        if self._controller is not None:
            self._controller.stop()
            self._controller = None

    def wait_for(self, number: int, deadline: float = 60) -> list[Accepted]:
        """The accepted mails, once there are at least `number`."""
        wait_until(lambda: len(self.accepted) >= number, deadline)
        return list(self.accepted)

    def _authenticate(
        self, _server: SMTP, _session: Session, _envelope: Envelope, mechanism: str, data: LoginPassword
    ) -> AuthResult:
        right = mechanism in ("LOGIN", "PLAIN") and (data.login, data.password) == (
            self.user.encode(),
            self.password.encode(),
        )
        return AuthResult(success=right, handled=False)

    async def handle_EHLO(
        self, _server: SMTP, session: Session, _envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        session.host_name = hostname
        with self._lock:
            self.connections += 1
        return responses

    async def handle_MAIL(
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        # `refuse[""]` is about the null sender, which aiosmtpd calls "<>".
        if _bare(address) in self.refuse:
            return self.refuse[_bare(address)]
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        refusal = self.refuse.get(address.lower())
        if refusal:
            return refusal
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str:
        if self.at_data:
            return self.at_data
        raw = envelope.content
        assert isinstance(raw, bytes)
        with self._lock:
            self.accepted.append(Accepted(_bare(envelope.mail_from), tuple(envelope.rcpt_tos), raw))
        if self.drop_at_data:
            # The worst case of RFC 5321, 4.5.3.2.6: taken, and the sender never learns it.
            server.transport.abort()
        return "250 OK"


def _bare(sender: str | None) -> str:
    return "" if sender in (None, "<>") else sender


class _AnyPort(Controller):
    """Controller that may be given port 0 and then knows which one it got."""

    def _trigger_server(self) -> None:
        assert self.server is not None
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()
