"""The SMTP door against real servers on loopback: one that behaves and refuses, and one that breaks off."""

from __future__ import annotations

import asyncio
import base64
import datetime as dt
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from app.errors import TemporaryFailure
from app.outgoing import smtp
from app.outgoing.smtp import Accepted, Account, Connection, Permanent, Result, Temporary, Unknown
from app.outgoing.smtp_answers import NotConnected

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


def test_a_letter_arrives_as_it_was_written(server: Server) -> None:
    assert send(account(server.port), OLGA) == [Accepted("250 2.0.0 kept as number 1")]
    assert server.accepted == [(SENDER, [OLGA], LETTER)]


def test_one_connection_serves_several_recipients_each_alone(server: Server) -> None:
    send(account(server.port), OLGA, IGOR)
    assert [recipients for _, recipients, _ in server.accepted] == [[OLGA], [IGOR]]
    assert sum(command.startswith("EHLO") for command in server.commands) == 1


@pytest.mark.parametrize("verb", ["MAIL", f"RCPT {OLGA}", "DATA"])
@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        ("451 4.7.1 greylisted", Temporary),
        ("452 full", Temporary),
        ("421 closing", Temporary),
        ("550 5.1.1 no such user", Permanent),
        ("552 too big", Permanent),
        ("554 no", Permanent),
        ("530 log in first", Temporary),
    ],
)
def test_a_refusal_at_any_verb_is_told_in_the_servers_words(
    server: Server, verb: str, answer: str, kind: type
) -> None:
    server.say[verb] = answer
    assert send(account(server.port), OLGA) == [kind(answer)]
    assert server.accepted == []


def test_one_refused_recipient_does_not_harm_the_next(server: Server) -> None:
    server.say[f"RCPT {OLGA}"] = "550 no such user"
    assert [type(one) for one in send(account(server.port), OLGA, IGOR)] == [Permanent, Accepted]
    server.say[f"RCPT {OLGA}"] = "421 too busy"
    assert [type(one) for one in send(account(server.port), OLGA, IGOR)] == [Temporary, Accepted]
    assert len(server.accepted) == 2


@pytest.mark.parametrize("answer", ["421 never mind", "500 what?"])
def test_trouble_at_quit_is_nothing(server: Server, answer: str) -> None:
    server.say["QUIT"] = answer
    assert [type(one) for one in send(account(server.port), OLGA)] == [Accepted]


@pytest.mark.parametrize(
    "bad", ["a\r\nRCPT TO:<eve@evil.example>", "a b@client.example", "a\x00@client.example", "", "a\u2028@x"]
)
def test_an_address_with_control_characters_never_reaches_the_wire(server: Server, bad: str) -> None:
    assert [type(one) for one in send(account(server.port), bad)] == [Permanent]
    if bad:  # the empty one is the null sender (RFC 5321, section 4.5.5)
        assert [type(one) for one in send(account(server.port), OLGA, sender=bad)] == [Permanent]
    assert server.commands == []


def test_dots_and_line_ends_cannot_end_the_letter_early(server: Server) -> None:
    smuggling = b"Subject: x\r\n\r\na\n.\nMAIL FROM:<eve@evil.example>\r.\rb\r\n.\r\nc"
    send(account(server.port), OLGA, letter=smuggling)
    assert len(server.accepted) == 1
    assert (
        server.accepted[0][2].replace(b"\r\n", b"\n")
        == smuggling.replace(b"\r\n", b"\n").replace(b"\r", b"\n") + b"\n"
    )


def test_addresses_in_other_letters(server: Server) -> None:
    send(account(server.port), "olga@почта.example", "ольга@почта.example")
    assert [recipients for _, recipients, _ in server.accepted] == [
        ["olga@xn--80a1acny.example"],
        ["ольга@xn--80a1acny.example"],
    ]
    assert any("SMTPUTF8" in command for command in server.commands)


def test_other_letters_to_a_server_that_cannot(server: Server) -> None:
    for plain in running(Server()):

        async def ehlo(
            _server: Any, session: Any, _envelope: Any, hostname: str, responses: list[str]
        ) -> list[str]:
            session.host_name = hostname
            return [line for line in responses if "SMTPUTF8" not in line]

        plain.handle_EHLO = ehlo  # type: ignore[method-assign]
        assert [type(one) for one in send(account(plain.port), "ольга@client.example", OLGA)] == [
            Permanent,
            Accepted,
        ]


# A server that plays a scene: what it sends, what it waits for, and where it breaks off.


@dataclass
class Scene:
    listener: socket.socket
    heard: bytearray = field(default_factory=bytearray)

    @property
    def port(self) -> int:
        return int(self.listener.getsockname()[1])


@pytest.fixture
def scene() -> Iterator[Callable[..., Scene]]:
    """scene(("220 hi", None), ("250 ok", b"EHLO"), …): wait for the bytes, then send the line; the end closes."""
    scenes: list[tuple[Scene, threading.Thread, threading.Event]] = []

    def play(*steps: tuple[str, bytes | None], linger: bool = False) -> Scene:
        made = Scene(socket.create_server(("127.0.0.1", 0)))
        done = threading.Event()
        thread = threading.Thread(target=_play, args=(made, steps, done if linger else None), daemon=True)
        thread.start()
        scenes.append((made, thread, done))
        return made

    yield play
    for made, thread, done in scenes:
        done.set()
        made.listener.close()
        thread.join(5)


def _play(scene: Scene, steps: tuple[tuple[str, bytes | None], ...], done: threading.Event | None) -> None:
    try:
        peer, _ = scene.listener.accept()
    except OSError:
        return
    with peer:
        peer.settimeout(10)
        place = 0
        for line, wanted in steps:
            while wanted is not None and scene.heard.find(wanted, place) < 0:
                chunk = peer.recv(65536)
                if not chunk:
                    return
                scene.heard += chunk
            if wanted is not None:
                place = scene.heard.find(wanted, place) + len(wanted)
            if line:
                peer.sendall(line.encode() + b"\r\n")
        if done is not None:
            done.wait(20)


GREETING = [("220 hi", None), ("250 ok", b"EHLO")]
READY = [*GREETING, ("250 ok", b"MAIL"), ("250 ok", b"RCPT")]


@pytest.mark.parametrize(
    "steps",
    [
        [("220 hi", None)],
        [*GREETING, ("", b"MAIL")],
        [*GREETING, ("250 ok", b"MAIL"), ("", b"RCPT")],
        [*READY, ("", b"DATA")],
    ],
    ids=["after the greeting", "at MAIL", "at RCPT", "at DATA"],
)
def test_a_connection_lost_before_the_letter_can_be_tried_again(scene: Any, steps: Any) -> None:
    (result,) = send(account(scene(*steps).port), OLGA)
    assert isinstance(result, Temporary)


@pytest.mark.parametrize(
    "until", [b"Subject", b"\r\n.\r\n"], ids=["before the final dot", "after the final dot"]
)
def test_a_connection_lost_in_the_letter_is_uncertain(scene: Any, until: bytes) -> None:
    assert [
        type(one) for one in send(account(scene(*READY, ("354 go", b"DATA"), ("", until)).port), OLGA)
    ] == [Unknown]


def test_no_answer_to_the_final_dot_is_uncertain(scene: Any) -> None:
    silent = scene(*READY, ("354 go", b"DATA"), ("", b"\r\n.\r\n"), linger=True)
    assert [type(one) for one in send(account(silent.port, final_dot=0.3), OLGA)] == [Unknown]


def test_a_slow_answer_to_the_final_dot_has_its_own_patience(scene: Any) -> None:
    """The letter's answer may take longer than any other: 0.2 s for each command, 5 s for the dot."""
    slow = scene(*READY, ("354 go", b"DATA"), ("250-thinking", b"\r\n.\r\n"), ("250 ok", None))
    assert send(account(slow.port, timeout=2, final_dot=5), OLGA) == [Accepted("250 thinking ok")]


def test_nonsense_after_the_final_dot_is_uncertain(scene: Any) -> None:
    odd = scene(*READY, ("354 go", b"DATA"), ("what?", b"\r\n.\r\n"), linger=True)
    assert [type(one) for one in send(account(odd.port), OLGA)] == [Unknown]


@pytest.mark.parametrize(("answer", "kind"), [("450 later", Temporary), ("552 too big", Permanent)])
def test_a_refusal_of_the_letter_itself_is_certain(scene: Any, answer: str, kind: type) -> None:
    refusing = scene(*READY, ("354 go", b"DATA"), (answer, b"\r\n.\r\n"), ("221 bye", b"QUIT"))
    assert send(account(refusing.port), OLGA) == [kind(answer)]


@pytest.mark.parametrize(("answer", "kind"), [("451 later", Temporary), ("554 no", Permanent)])
def test_data_refused_before_the_letter(scene: Any, answer: str, kind: type) -> None:
    assert send(
        account(scene(*READY, (answer, b"DATA"), ("250 ok", b"RSET"), ("221 bye", b"QUIT")).port), OLGA
    ) == [kind(answer)]


def test_a_server_that_says_nothing_is_not_waited_for_long(scene: Any) -> None:
    result = send(account(scene(linger=True).port, timeout=0.3), OLGA)
    assert [type(one) for one in result] == [NotConnected]
    assert "did not answer" in result[0].words


# What is wrong with a mailbox's settings, in one sentence each.


def trouble(where: Account) -> str:
    with pytest.raises(TemporaryFailure) as caught:
        smtp.check_login(where)
    return str(caught.value)


def test_a_login_that_works(server: Server) -> None:
    smtp.check_login(account(server.port, user="support", password="right"))
    assert server.users == [b"support"]


def test_a_wrong_password(server: Server) -> None:
    assert "refused the login as support" in trouble(account(server.port, user="support", password="wrong"))


def test_nothing_at_the_port() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    assert f"Nothing answers at 127.0.0.1, port {port}" in trouble(account(port))


def test_an_unknown_host() -> None:
    assert "There is no server called nowhere.invalid" in trouble(
        account(25, host="nowhere.invalid", security="tls")
    )


def test_tls_to_a_port_that_does_not_speak_it(server: Server) -> None:
    assert "does not speak TLS" in trouble(account(server.port, security="tls"))


def test_no_password_goes_out_when_starttls_is_missing(server: Server) -> None:
    said = trouble(account(server.port, security="starttls", user="support", password="right"))
    assert "does not offer STARTTLS" in said
    assert server.users == []


def test_clear_text_goes_to_this_machine_only() -> None:
    result = send(account(25, host="mail.example", security="none", user="u", password="p"), OLGA)
    assert [type(one) for one in result] == [Permanent]
    assert "this machine only" in result[0].words


def test_a_mailbox_without_a_server() -> None:
    assert "no server for outgoing mail" in trouble(account(25, host="", security="tls"))


def test_a_server_that_turns_us_away(scene: Any) -> None:
    assert "554 go away" in trouble(account(scene(("554 go away", None)).port))


def test_a_server_without_login(scene: Any) -> None:
    assert "no way to log in" in trouble(account(scene(*GREETING, linger=True).port, user="u", password="p"))


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for localhost that nobody vouches for."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "server.pem"
    path.write_bytes(
        made.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    return path


@pytest.fixture
def secure_server(certificate: Path) -> Iterator[Server]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    yield from running(Server(), tls_context=context)


def test_starttls_with_a_trusted_certificate(secure_server: Server, certificate: Path) -> None:
    trusting = ssl.create_default_context(cafile=str(certificate))
    where = account(
        secure_server.port,
        host="localhost",
        security="starttls",
        user="support",
        password="right",
        tls=trusting,
    )
    assert [type(one) for one in send(where, OLGA)] == [Accepted]


def test_no_login_after_a_failed_tls(secure_server: Server) -> None:
    where = account(
        secure_server.port, host="localhost", security="starttls", user="support", password="right"
    )
    assert "cannot be trusted" in trouble(where)
    assert secure_server.users == []


def test_a_certificate_of_another_host(secure_server: Server, certificate: Path) -> None:
    trusting = ssl.create_default_context(cafile=str(certificate))
    said = trouble(
        replace(account(secure_server.port, security="starttls", user="s", password="right"), tls=trusting)
    )
    assert "cannot be trusted" in said
    assert secure_server.users == []


# What a server says it can take.


def test_a_letter_larger_than_the_server_takes_is_refused_in_plain_words_and_not_sent(server: Server) -> None:
    for small in running(Server(), data_size_limit=1000):
        (result,) = send(account(small.port), OLGA, letter=b"Subject: x\r\n\r\n" + b"long line\r\n" * 200)
        assert type(result) is Permanent
        assert "the mail server takes 0.0 MB at most" in result.words
        assert small.commands == [small.commands[0]], "MAIL was not even said"


def test_headers_in_other_letters_are_announced_as_eight_bit(server: Server) -> None:
    async def attempt() -> Result | None:
        async with Connection(account(server.port)) as connection:
            return await connection.offer(SENDER, OLGA, utf8=True)

    assert asyncio.run(attempt()) is None
    (said,) = [command for command in server.commands if command.startswith("MAIL")]
    assert "SMTPUTF8" in said
    assert "BODY=8BITMIME" in said


# Between us and the server sits somebody who does not want us to speak TLS (T39).


def _pump(source: socket.socket, target: socket.socket, act: Callable[[bytes], bytes]) -> None:
    try:
        while chunk := source.recv(65536):
            target.sendall(act(chunk))
    except OSError:
        pass
    for end in (source, target):
        end.close()


@contextmanager
def meddler(port: int, change: Callable[[bytes], bytes]) -> Iterator[tuple[int, bytearray]]:
    """A proxy that changes what the server says; its port, and everything that it heard from us in clear."""
    listener, heard, stop = socket.create_server(("127.0.0.1", 0)), bytearray(), threading.Event()

    def listen(chunk: bytes) -> bytes:
        heard.extend(chunk)
        return chunk

    def serve() -> None:
        while not stop.is_set():
            try:
                peer, _ = listener.accept()
            except OSError:
                return
            beyond = socket.create_connection(("127.0.0.1", port))
            threading.Thread(target=_pump, args=(peer, beyond, listen), daemon=True).start()
            threading.Thread(target=_pump, args=(beyond, peer, change), daemon=True).start()

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield listener.getsockname()[1], heard
    finally:
        stop.set()
        listener.close()
        thread.join(5)


@pytest.mark.parametrize(
    "change",
    [
        lambda said: said.replace(b"STARTTLS", b"XTARTTLS"),
        lambda said: said.replace(b"250-STARTTLS\r\n", b""),
        lambda said: b"454 4.7.0 TLS not available\r\n" if said.startswith(b"220 Ready") else said,
        lambda said: b"220 go\r\n235 2.7.0 no need to log in\r\n" if said.startswith(b"220 Ready") else said,
        lambda said: b"\x00" * len(said) if not said[:1].isdigit() else said,
    ],
    ids=["offer renamed", "offer removed", "refused", "answers slipped in", "handshake broken"],
)
def test_whoever_strips_tls_gets_no_password_and_no_letter(
    secure_server: Server, certificate: Path, change: Callable[[bytes], bytes]
) -> None:
    trusting = ssl.create_default_context(cafile=str(certificate))
    with meddler(secure_server.port, change) as (port, heard):
        where = account(
            port,
            host="localhost",
            security="starttls",
            user="support",
            password="right",
            tls=trusting,
            timeout=2,
        )
        (result,) = send(where, OLGA)
    if change(b"220 Ready") == b"220 go\r\n235 2.7.0 no need to log in\r\n" and type(result) is Accepted:
        assert secure_server.users == [b"support"], "what was slipped in before TLS counted for nothing"
    else:
        assert type(result) is NotConnected
        assert (secure_server.users, secure_server.accepted) == ([], [])
    clear = bytes(heard).upper()
    assert b"AUTH" not in clear
    assert b"MAIL FROM" not in clear
    assert base64.b64encode(b"\0support\0right") not in bytes(heard)


# Several letters over one connection.


def test_an_rset_that_fails_costs_the_connection_and_nothing_else(scene: Any) -> None:
    first = scene(*GREETING, ("250 ok", b"MAIL"), ("550 no such user", b"RCPT"), ("421 closing", b"RSET"))
    assert [type(one) for one in send(account(first.port), OLGA)] == [Permanent]


def test_quit_answered_by_a_reset_connection_is_nothing(scene: Any) -> None:
    taken = scene(*READY, ("354 go", b"DATA"), ("250 ok", b"\r\n.\r\n"), ("", b"QUIT"))
    assert [type(one) for one in send(account(taken.port), OLGA)] == [Accepted]


def test_a_server_that_knows_only_helo(scene: Any) -> None:
    old = scene(
        ("220 hi", None),
        ("502 what?", b"EHLO"),
        ("250 hello", b"HELO"),
        *READY[2:],
        ("354 go", b"DATA"),
        ("250 ok", b"\r\n.\r\n"),
        ("", b"QUIT"),
    )
    assert [type(one) for one in send(account(old.port), OLGA)] == [Accepted]


@pytest.mark.parametrize("place", ["greeting", "EHLO", "MAIL", "RCPT", "DATA", "dot"])
@pytest.mark.parametrize(("code", "kind"), [("421", Temporary), ("451", Temporary), ("554", Permanent)])
def test_every_verb_may_be_refused(scene: Any, place: str, code: str, kind: type) -> None:
    """A greeting or EHLO that is refused is about the account: later it may be well again."""
    steps = [*READY, ("354 go", b"DATA"), ("250 ok", b"\r\n.\r\n")]
    at = ["greeting", "EHLO", "MAIL", "RCPT", "DATA", "dot"].index(place)
    steps[at] = (f"{code} not now", steps[at][1])
    after = [("250 ok", b"RSET")] if place in ("MAIL", "RCPT", "DATA") and code != "421" else []
    (result,) = send(account(scene(*steps[: at + 1], *after, ("", b"QUIT")).port), OLGA)
    expected = NotConnected if at < 2 else kind
    assert type(result) is expected
    assert "not now" in result.words
