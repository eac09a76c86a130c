"""A real SMTP server on loopback that does as it is told, and a letter to give it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult

from app.outgoing.smtp import Account, Connection, Result

SENDER, OLGA, IGOR = "support@orbit.example", "olga@client.example", "igor@client.example"
LETTER = b"Subject: hello\r\n\r\nline\r\n.\r\n..dots\r\nend\r\n"


@dataclass
class Server:
    """Answers as told: `say["RCPT olga@client.example"] = "550 no"`; keeps what it accepted."""

    say: dict[str, str] = field(default_factory=dict)
    accepted: list[tuple[str, list[str], bytes]] = field(default_factory=list)
    commands: list[str] = field(default_factory=list)
    users: list[bytes] = field(default_factory=list)
    port: int = 0

    async def handle_EHLO(
        self, server: Any, session: Any, envelope: Any, hostname: str, responses: list[str]
    ) -> list[str]:
        self.commands.append(f"EHLO {hostname}")
        session.host_name = hostname
        return responses

    async def handle_MAIL(
        self, server: Any, session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        self.commands.append(f"MAIL {address} {' '.join(sorted(options))}".strip())
        if "MAIL" in self.say:
            return self.say["MAIL"]
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(
        self, server: Any, session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        self.commands.append(f"RCPT {address}")
        if f"RCPT {address}" in self.say:
            return self.say[f"RCPT {address}"]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        if "DATA" in self.say:
            return self.say["DATA"]
        self.accepted.append((envelope.mail_from, list(envelope.rcpt_tos), envelope.content))
        return "250 2.0.0 kept as number 1"

    async def handle_QUIT(self, server: Any, session: Any, envelope: Any) -> str:
        return self.say.get("QUIT", "221 Bye")

    def log_in(self, server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
        self.users.append(data.login)
        return AuthResult(success=data.password == b"right", handled=False)


@pytest.fixture
def server() -> Iterator[Server]:
    yield from running(Server())


def running(server: Server, **options: Any) -> Iterator[Server]:
    class AnyPort(Controller):
        def _trigger_server(self) -> None:
            self.port = self.server.sockets[0].getsockname()[1]
            super()._trigger_server()

    controller = AnyPort(
        server,
        hostname="127.0.0.1",
        port=0,
        auth_require_tls=False,
        authenticator=server.log_in,
        enable_SMTPUTF8=True,
        **options,
    )
    controller.start()
    server.port = controller.port
    try:
        yield server
    finally:
        controller.stop()


def account(port: int, **more: Any) -> Account:
    return Account(
        **{
            "host": "127.0.0.1",
            "port": port,
            "security": "none",
            "user": "",
            "password": "",
            "timeout": 5,
            "final_dot": 5,
            **more,
        }
    )


def send(where: Account, *recipients: str, sender: str = SENDER, letter: bytes = LETTER) -> list[Result]:
    async def attempt() -> list[Result]:
        results = []
        async with Connection(where) as connection:
            for recipient in recipients:
                refused = await connection.offer(sender, recipient, size=len(letter))
                results.append(refused or await connection.hand_over(letter))
        return results

    return asyncio.run(attempt())
