"""No login after a failed TLS, whoever stands between us and the server."""

from __future__ import annotations

import base64
import datetime as dt
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from app.outgoing.smtp import Accepted
from app.outgoing.smtp_answers import NotConnected
from tests.app.outgoing.smtp_scene import OLGA, Server, account, running, send
from tests.app.outgoing.test_smtp_accounts import trouble


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
        with suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)  # closing alone wakes nobody who accepts
        listener.close()
        thread.join(60)


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
