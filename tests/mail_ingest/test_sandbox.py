"""The sandbox mail server, met by ordinary clients: imapclient and smtplib."""

from __future__ import annotations

import json
import os
import signal
import smtplib
import socket
import stat
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from imapclient import IMAPClient
from imapclient.exceptions import LoginError

from app import sandbox_mail
from app.sandbox_mail import SUPPORT_ADDRESS
from mail_ingest.sandbox import SandboxRefused, SandboxServer, main
from mail_ingest.sandbox_letters import letters

LETTER = b"From: Ann <ann@home.example>\r\nTo: support@sandbox.example\r\nSubject: Hello\r\n\r\nHello.\r\n"
# Every byte that may stand inside a line, dots where SMTP doubles them, a bare CR, a bare LF, a very long line.
HARD_LETTER = (
    b"From: ann@home.example\r\nSubject: \xd2\xe5\xec\xe0\r\n\r\n"
    + bytes(byte for byte in range(256) if byte not in b"\r\n")
    + b"\r\n.\x20\r\n..\r\n.dot\r\nbare\rreturn bare\nfeed\r\n"
    + b"long" * 5000
    + b"\r\n"
)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[SandboxServer]:
    with SandboxServer(tmp_path / "mail") as started:
        yield started


@pytest.fixture
def sign_in() -> Iterator[Callable[..., IMAPClient]]:
    opened: list[IMAPClient] = []

    def connect(server: SandboxServer, address: str = SUPPORT_ADDRESS) -> IMAPClient:
        client = IMAPClient("127.0.0.1", server.imap_port, ssl=False, timeout=60)
        opened.append(client)
        client.normalise_times = False
        client.socket().setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        client.login(address, server.password)
        client.select_folder("INBOX")
        return client

    yield connect
    for client in opened:
        client.shutdown()


def send(server: SandboxServer, raw: bytes, *recipients: str, sender: str = "ann@home.example") -> None:
    with smtplib.SMTP("127.0.0.1", server.smtp_port, timeout=60) as smtp:
        smtp.sendmail(sender, recipients or [SUPPORT_ADDRESS], raw, mail_options=["BODY=8BITMIME"])


def contents(client: IMAPClient) -> dict[int, bytes]:
    found = client.fetch(client.search(["ALL"]), ["BODY.PEEK[]"])
    return {uid: fetched[b"BODY[]"] for uid, fetched in found.items()}


def identity(client: IMAPClient) -> tuple[int, int]:
    status = client.folder_status("INBOX", ["UIDVALIDITY", "UIDNEXT"])
    return status[b"UIDVALIDITY"], status[b"UIDNEXT"]


# --- the sample letters -----------------------------------------------------------------------------


def test_first_start_brings_every_sample_letter_with_its_own_date(tmp_path, sign_in):
    with SandboxServer(tmp_path, seed=True) as server:
        client = sign_in(server)
        expected = letters(datetime.fromisoformat(json.loads((tmp_path / "seed.json").read_text())["now"]))
        found = client.fetch(client.search(["ALL"]), ["BODY.PEEK[]", "INTERNALDATE", "FLAGS"])
        assert [found[uid][b"BODY[]"] for uid in sorted(found)] == [letter.raw for letter in expected]
        assert [found[uid][b"INTERNALDATE"] for uid in sorted(found)] == [one.arrives_at for one in expected]
        assert all(b"\\Seen" not in one[b"FLAGS"] for one in found.values())


def test_restart_keeps_uids_uidvalidity_ports_and_adds_no_sample(tmp_path, sign_in):
    with SandboxServer(tmp_path, seed=True) as first:
        client = sign_in(first)
        before = contents(client), identity(client), first.imap_port, first.smtp_port, first.password
    with SandboxServer(tmp_path, seed=True) as second:
        client = sign_in(second)
        after = contents(client), identity(client), second.imap_port, second.smtp_port, second.password
    assert after == before


def test_interrupted_seeding_goes_on_without_doubling(tmp_path, sign_in):
    with SandboxServer(tmp_path, seed=True) as server:
        complete = sorted(contents(sign_in(server)).values())
    state = json.loads((tmp_path / "seed.json").read_text())
    (tmp_path / "seed.json").write_text(json.dumps(state | {"done": False}))
    inbox = sandbox_mail.letter_files(sandbox_mail.account_directory(tmp_path, SUPPORT_ADDRESS))
    for file in inbox[17:]:
        file.path.unlink()
    with SandboxServer(tmp_path, seed=True) as server:
        assert sorted(contents(sign_in(server)).values()) == complete


def test_removed_sample_letters_stay_removed(tmp_path, sign_in):
    with SandboxServer(tmp_path, seed=True) as server:
        client = sign_in(server)
        client.delete_messages(client.search(["ALL"]))
        client.expunge()
    with SandboxServer(tmp_path, seed=True) as server:
        assert contents(sign_in(server)) == {}


# --- what comes in by SMTP ---------------------------------------------------------------------------


@pytest.mark.parametrize("raw", [LETTER, HARD_LETTER, b"no header and no empty line\r\n", b"\r\n"])
def test_letter_is_served_as_the_bytes_that_were_sent(server, sign_in, raw):
    send(server, raw)
    client = sign_in(server)
    assert contents(client) == {1: raw}
    assert client.fetch([1], ["RFC822.SIZE"])[1][b"RFC822.SIZE"] == len(raw)


def test_letter_arrives_now_and_is_seen_in_an_inbox_already_open(server, sign_in):
    client = sign_in(server)
    before = datetime.now(UTC).replace(microsecond=0)
    send(server, LETTER)
    fetched = client.fetch(client.search(["ALL"]), ["INTERNALDATE"])
    assert before <= fetched[1][b"INTERNALDATE"] <= datetime.now(UTC)


def test_idle_wakes_up_with_the_delivery(server, sign_in):
    client = sign_in(server)
    client.idle()
    send(server, LETTER)
    assert (1, b"EXISTS") in client.idle_check(timeout=60)
    client.idle_done()


def test_letter_between_the_last_look_and_idle_wakes_idle_too(server):
    # By hand: IMAPClient may swallow a line that follows "+ Idling" at once, and would make this a matter of luck.
    with socket.create_connection(("127.0.0.1", server.imap_port), timeout=60) as connection:
        lines = connection.makefile("rwb")
        for command in (f"a LOGIN {SUPPORT_ADDRESS} {server.password}", "b SELECT INBOX"):
            lines.write(command.encode() + b"\r\n")
            lines.flush()
            while not lines.readline().startswith(command[:2].encode()):
                pass
        send(server, LETTER)
        lines.write(b"c IDLE\r\n")
        lines.flush()
        assert lines.readline().startswith(b"+ ")
        assert lines.readline() == b"* 1 EXISTS\r\n"


def test_sub_address_of_support_is_support(server, sign_in):
    send(server, LETTER, "Support+T42.abc@Sandbox.example", "<support@sandbox.example>")
    assert len(contents(sign_in(server))) == 1


def test_customer_reads_by_imap_and_the_page_reads_from_disk(server, sign_in):
    answer = (
        b"From: Ben <support@sandbox.example>\r\nTo: olga@home.example\r\nMessage-ID: <2@sandbox.example>\r\n"
        b"In-Reply-To: <1@home.example>\r\nReferences: <0@home.example> <1@home.example>\r\n"
        b"Subject: =?utf-8?b?0J7RgtCy0LXRgg==?=\r\nReply-To: support+t1@sandbox.example\r\nMIME-Version: 1.0\r\n"
        b'Content-Type: multipart/mixed; boundary="b"\r\n\r\n--b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n'
        + "Уже едем!".encode()
        + b"\r\n--b\r\nContent-Type: image/png\r\nContent-ID: <face>\r\n"
        b'Content-Disposition: inline; filename="face.png"\r\n'
        b"Content-Transfer-Encoding: base64\r\n\r\nAAEC\r\n--b--\r\n"
    )
    send(server, LETTER, "olga@home.example")
    send(server, answer, "Olga@Home.example")
    assert list(contents(sign_in(server, "olga@home.example")).values()) == [LETTER, answer]
    assert contents(sign_in(server)) == {}
    assert sandbox_mail.customers(server.directory) == ["olga@home.example"]
    newest, oldest = sandbox_mail.customer_letters(server.directory, "OLGA@home.example")
    assert (oldest.raw, newest.raw) == (LETTER, answer)
    assert (newest.subject, newest.text.strip(), newest.message_id) == (
        "Ответ",
        "Уже едем!",
        "<2@sandbox.example>",
    )
    assert newest.references == ("<0@home.example>", "<1@home.example>")
    assert (newest.sender_name, newest.reply_to) == ("Ben", "support+t1@sandbox.example")
    [picture] = newest.parts
    assert (picture.filename, picture.content_id, picture.content) == ("face.png", "face", b"\0\1\2")


def test_letter_a_client_marked_as_read_is_still_the_customers_letter(server, sign_in):
    send(server, LETTER, "olga@home.example")
    sign_in(server, "olga@home.example").add_flags([1], [b"\\Seen"])
    assert [one.raw for one in sandbox_mail.customer_letters(server.directory, "olga@home.example")] == [
        LETTER
    ]


def test_latest_customer_comes_first_and_strangers_have_no_letters(server):
    for address in ("a@home.example", "b@home.example", "a@home.example"):
        send(server, LETTER, address)
    assert sandbox_mail.customers(server.directory) == ["a@home.example", "b@home.example"]
    assert sandbox_mail.customer_letters(server.directory, "nobody@home.example") == []


@pytest.mark.parametrize(
    "address", ['"../../escape"@home.example', "a/../../b@home.example", "ольга@дом.example"]
)
def test_no_address_reaches_the_file_system(server, address):
    with smtplib.SMTP("127.0.0.1", server.smtp_port, timeout=60) as smtp:
        smtp.ehlo()
        smtp.mail("ann@home.example", ["SMTPUTF8"])
        assert smtp.rcpt(address)[0] == 250
        assert smtp.data(LETTER)[0] == 250
    [known] = sandbox_mail.customers(server.directory)
    assert [one.raw for one in sandbox_mail.customer_letters(server.directory, known)] == [LETTER]
    mail = server.directory / "mail"
    assert all(len(path.name) == 32 and path.name.isalnum() for path in mail.iterdir())
    assert not list(server.directory.parent.rglob("*escape*"))


def test_letter_that_cannot_be_stored_is_not_accepted(server, sign_in):
    client = sign_in(server)
    inbox = sandbox_mail.account_directory(server.directory, SUPPORT_ADDRESS)
    (inbox / "tmp").rmdir()
    with pytest.raises(smtplib.SMTPDataError) as refused:
        send(server, LETTER)
    assert refused.value.smtp_code == 451
    (inbox / "tmp").mkdir()
    send(server, LETTER)
    assert list(contents(client).values()) == [LETTER]


def test_letter_beyond_sixty_megabytes_is_refused_before_it_is_sent(server):
    with smtplib.SMTP("127.0.0.1", server.smtp_port, timeout=60) as smtp:
        smtp.ehlo()
        assert smtp.mail("ann@home.example", [f"SIZE={60 * 1024 * 1024}"])[0] == 250
        smtp.rset()
        assert smtp.mail("ann@home.example", [f"SIZE={60 * 1024 * 1024 + 1}"])[0] == 552


# --- passwords and who may connect -------------------------------------------------------------------


def test_wrong_imap_password_is_refused(server):
    with (
        IMAPClient("127.0.0.1", server.imap_port, ssl=False, timeout=60) as client,
        pytest.raises(LoginError),
    ):
        client.login(SUPPORT_ADDRESS, server.password + "x")


def test_smtp_takes_the_right_password_and_refuses_a_wrong_one(server):
    with smtplib.SMTP("127.0.0.1", server.smtp_port, timeout=60) as smtp:
        with pytest.raises(smtplib.SMTPAuthenticationError):
            smtp.login(SUPPORT_ADDRESS, "wrong")
        assert smtp.login(SUPPORT_ADDRESS, server.password)[0] == 235


def test_password_is_for_this_user_only(server):
    file = server.directory / "password"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(server.directory.stat().st_mode) == 0o700
    assert sandbox_mail.password(server.directory) == server.password


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "mail.example", ""])
def test_only_loopback_is_served(tmp_path, host):
    with pytest.raises(SandboxRefused, match="this machine only"):
        SandboxServer(tmp_path, host=host)


def test_second_server_on_the_same_directory_is_refused(server):
    with pytest.raises(SandboxRefused, match="Another sandbox"):
        SandboxServer(server.directory).start()


def test_port_in_use_is_one_sentence_and_exit_code_one(tmp_path, capsys):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        assert main(["--data", str(tmp_path), "--imap-port", str(taken.getsockname()[1])]) == 1
    assert "in use" in capsys.readouterr().err


# --- what IMAP clients do to a mailbox ----------------------------------------------------------------


def test_flags_folders_and_removals_survive_a_restart(tmp_path, sign_in):
    with SandboxServer(tmp_path) as server:
        for _ in range(3):
            send(server, LETTER)
        client = sign_in(server)
        client.create_folder("Отправленные/2026")
        sent_at = datetime(2026, 3, 1, 12, 30, tzinfo=UTC)
        assert b"APPENDUID" in client.append("Отправленные/2026", LETTER, flags=[b"\\Seen"], msg_time=sent_at)
        client.add_flags([2], [b"\\Flagged", b"\\Answered"])
        client.delete_messages([3])
        client.expunge()
        before = identity(client)
    with SandboxServer(tmp_path) as server:
        client = sign_in(server)
        assert identity(client) == before
        assert sorted(client.get_flags([1, 2])[2]) == [b"\\Answered", b"\\Flagged"]
        send(server, LETTER)
        assert client.search(["ALL"]) == [1, 2, 4]
        client.select_folder("Отправленные/2026")
        kept = client.fetch([1], ["BODY.PEEK[]", "FLAGS", "INTERNALDATE"])[1]
        assert kept[b"BODY[]"] == LETTER
        assert kept[b"FLAGS"] == (b"\\Seen",)
        assert kept[b"INTERNALDATE"] == sent_at


def test_copied_and_moved_letters_keep_their_bytes(server, sign_in):
    send(server, LETTER)
    send(server, HARD_LETTER)
    client = sign_in(server)
    client.create_folder("Done")
    client.copy([1], "Done")
    client.move([2], "Done")
    assert list(contents(client)) == [1]
    client.select_folder("Done")
    assert list(contents(client).values()) == [LETTER, HARD_LETTER]


def test_renamed_folder_keeps_its_letters(server, sign_in):
    client = sign_in(server)
    client.create_folder("Old")
    client.append("Old", LETTER)
    client.rename_folder("Old", "New")
    client.select_folder("New")
    assert list(contents(client).values()) == [LETTER]
    client.select_folder("INBOX")
    client.delete_folder("New")
    assert [name for _, _, name in client.list_folders()] == ["INBOX"]


def test_two_clients_writing_at_once_lose_nothing(server, sign_in):
    def deliver(name: bytes) -> None:
        for number in range(25):
            send(server, b"Subject: %b %d\r\n\r\n.\r\n" % (name, number))

    threads = [threading.Thread(target=deliver, args=(name,)) for name in (b"one", b"two")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    found = contents(sign_in(server))
    assert sorted(found) == list(range(1, 51))
    assert len(set(found.values())) == 50


# --- the process --------------------------------------------------------------------------------------


def start_process(directory: Path) -> tuple[subprocess.Popen[str], sandbox_mail.Ports]:
    command = [sys.executable, "-m", "mail_ingest.sandbox", "--data", str(directory)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert "ready" in process.stdout.readline()
    ports = sandbox_mail.ports(directory)
    assert ports is not None
    assert ports.pid == process.pid
    return process, ports


def test_every_letter_answered_with_250_survives_kill_9(tmp_path):
    process, ports = start_process(tmp_path)
    accepted: list[bytes] = []
    try:
        with smtplib.SMTP("127.0.0.1", ports.smtp, timeout=60) as smtp:
            threading.Timer(0.15, os.kill, (process.pid, signal.SIGKILL)).start()
            for number in range(100_000):
                raw = b"Subject: %d\r\n\r\n.\r\n" % number
                smtp.sendmail("ann@home.example", [SUPPORT_ADDRESS], raw)
                accepted.append(raw)
    except (smtplib.SMTPException, OSError):
        pass
    finally:
        process.kill()
        process.communicate()
    process, ports = start_process(tmp_path)
    try:
        with IMAPClient("127.0.0.1", ports.imap, ssl=False, timeout=60) as client:
            client.login(SUPPORT_ADDRESS, str(sandbox_mail.password(tmp_path)))
            client.select_folder("INBOX")
            found = list(contents(client).values())
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=60)
    assert accepted
    assert all(found.count(raw) == 1 for raw in accepted)
    assert process.returncode == 0
