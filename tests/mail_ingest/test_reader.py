"""The limited child, the real one: a mail that kills or stalls it harms nobody else, and nothing of it is lost."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from app import db
from app.blobs import BlobStore
from app.mailboxes import parked
from app.mailboxes.models import RawMail, RawState
from app.settings import PROJECT, Settings
from app.tickets.models import Ticket
from mail_ingest import reader as reader_module
from mail_ingest import reader_batch
from mail_ingest.ingest import Ingest
from mail_ingest.reader import Reader, Trouble
from mail_ingest.reader_letter import ReadLetter, read_letter
from mail_ingest.reader_wire import ANSWER, REQUEST, Unreadable, pack_letter, unpack_letter
from tests.mail_ingest.test_ingest import Post
from tests.support.letters import letter
from tests.support.waiting import wait_until

# What is proven here is no matter of the database: both have it where what is written is tested.
ON_ONE = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


# The child as it is, but for what it does on reading a certain word.
WITH_POISON = textwrap.dedent(
    """
    import os, sys
    from mail_ingest import reader_child
    real = reader_child.read_letter

    def read(raw):
        for word, act in POISONS.items():
            if word in raw:
                act()
        return real(raw)

    def eat():
        eaten = []
        while True:
            eaten.append(bytearray(16 * 1024 * 1024))

    def loop():
        while True:
            pass

    def halt():
        import signal
        os.kill(os.getpid(), signal.SIGSTOP)

    def grow():
        reader_child.grown = [b"x" * 1024 * 1024 for _ in range(300)]

    def babble():
        os.write(3, b"\\x01nonsense" * 100)

    def write_a_file():
        with open(sys.argv[1], "wb") as file:
            file.write(b"written")

    def fork():
        if os.fork() == 0:
            os._exit(0)

    def burn():
        reader_child.CPU_SECONDS = 0
        reader_child.allow_cpu()
        loop()

    POISONS = {
        b"poison-abort": os.abort, b"poison-memory": eat, b"poison-loop": loop, b"poison-halt": halt,
        b"poison-exit": lambda: os._exit(0), b"poison-grow": grow, b"poison-babble": babble,
        b"poison-file": write_a_file, b"poison-fork": fork, b"poison-print": lambda: print("hello"),
        b"poison-raise": lambda: 1 / 0, b"poison-burn": burn,
    }
    reader_child.read_letter = read
    reader_child.main()
    """
)
GOOD = [letter(f"letter {number}", subject=f"good {number}") for number in range(3)]


def poison(kind: str) -> bytes:
    return letter("x", subject=f"poison-{kind}")


@pytest.fixture
def reader(tmp_path: Path) -> Iterator[Reader]:
    made = Reader([sys.executable, "-c", WITH_POISON, str(tmp_path / "written")])
    # If nothing ends a child that hangs, the test is to fail instead of hanging with it.
    watchdog = threading.Timer(60, lambda: made.pid and os.kill(made.pid, signal.SIGKILL))
    watchdog.start()
    yield made
    watchdog.cancel()
    made.close()


def subjects(answers: list[ReadLetter | Trouble]) -> list[str]:
    return [one.mail.subject if isinstance(one, ReadLetter) else one.words for one in answers]


def test_the_child_reads_what_we_would_read_here() -> None:
    raws = [path.read_bytes() for path in sorted((PROJECT / "tests" / "emails").glob("*.eml"))]
    reader = Reader()
    try:
        assert reader.read(raws) == [read_letter(raw) for raw in raws]
    finally:
        reader.close()


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("abort", "the reader process crashed over this letter"),
        ("exit", "the reader process crashed over this letter"),
        ("memory", "reading this letter needed more than 512 MB of memory"),
        ("loop", "reading this letter took more than 1 seconds"),
        ("halt", "reading this letter took more than 1 seconds"),
        ("babble", "the reader process crashed over this letter"),
        ("raise", "reading this letter failed (ZeroDivisionError)"),
        ("burn", "reading this letter took more than 30 seconds"),
    ],
)
def test_a_mail_that_ends_the_reader_says_why_and_its_neighbours_are_read(
    reader: Reader, kind: str, words: str
) -> None:
    answers = reader.read(
        [GOOD[0], poison(kind), GOOD[1], GOOD[2]], seconds=30 if kind in ("memory", "burn") else 1
    )
    assert subjects(answers) == ["good 0", words, "good 1", "good 2"]


def test_the_reader_writes_no_file_and_starts_no_process(reader: Reader, tmp_path: Path) -> None:
    (answer,) = reader.read([poison("file")])
    assert isinstance(answer, Trouble)
    assert not (tmp_path / "written").exists() or not (tmp_path / "written").read_bytes()
    if os.getuid():  # the kernel counts no processes of root
        assert isinstance(reader.read([poison("fork")])[0], Trouble)


def test_what_is_printed_does_not_speak_into_the_answers(reader: Reader) -> None:
    assert subjects(reader.read([poison("print"), GOOD[0]])) == ["poison-print", "good 0"]


def test_a_child_that_is_gone_between_two_mails_is_replaced(reader: Reader) -> None:
    reader.read(GOOD[:1])
    pid = reader.pid
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    wait_until(lambda: state_of(pid) in ("", "Z"))
    assert subjects(reader.read(GOOD)) == ["good 0", "good 1", "good 2"]


def test_a_child_killed_from_outside_amid_a_mail_harms_only_that_answer(reader: Reader) -> None:
    reader.read(GOOD[:1])
    pid = reader.pid
    assert pid is not None

    def kill() -> None:
        wait_until(lambda: state_of(pid) == "T")
        os.kill(pid, signal.SIGKILL)

    killer = threading.Thread(target=kill)
    killer.start()
    answers = reader.read([GOOD[0], poison("halt"), GOOD[1]], seconds=20)
    killer.join()
    assert subjects(answers) == ["good 0", "the reader process crashed over this letter", "good 1"]


def state_of(pid: int) -> str:
    shown = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return shown.stdout.strip()[:1]


def test_a_child_that_has_grown_or_read_much_is_replaced(
    reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    reader.read([GOOD[0]])
    first = reader.pid
    reader.read([GOOD[1], poison("grow")])
    assert reader.pid == first
    reader.read([GOOD[2]])
    second = reader.pid
    assert second != first
    monkeypatch.setattr(reader_module, "MOST_MAILS", 1)
    reader.read([GOOD[0]])
    assert reader.pid != second


def test_the_child_gets_no_environment_and_ends_with_its_input() -> None:
    seen: list[str] = []
    child = reader_module._Child
    popen = subprocess.Popen

    def watch(*command: object, **more: object) -> object:
        seen.extend(more["env"])  # type: ignore[call-overload, misc, arg-type]
        return popen(*command, **more)  # type: ignore[call-overload]

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SECRET_KEY", "not for the reader")
        patch.setattr(subprocess, "Popen", watch)
        made = child(reader_module.COMMAND)
    try:
        assert "SECRET_KEY" not in seen
        process = made._process
        assert process.stdin is not None
        process.stdin.close()
        assert process.wait(60) == 0
    finally:
        made.end()


@pytest.mark.parametrize("kind", ["abort", "loop"])
@ON_ONE
def test_poison_between_good_letters_is_parked_and_taken_up_again(
    installation: Settings, blobs: BlobStore, reader: Reader, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    monkeypatch.setattr(reader_batch, "TOGETHER_SECONDS", 1)
    monkeypatch.setattr(reader_batch, "ALONE_SECONDS", 2)
    post = Post(installation, blobs)
    post.ingest = Ingest(installation, blobs, reader=reader)
    raw = poison(kind)
    assert post.deliver(GOOD[0], raw, GOOD[1]) == {"filed": 2, "parked": 1}
    with db.reading() as session:
        row = session.scalars(sa.select(RawMail).where(RawMail.state == RawState.PARKED)).one()
    assert row.reason in (parked.READ_CRASHED, parked.READ_TOO_LONG.format(seconds=2))
    assert blobs.get(row.sha256) == raw
    with db.transaction() as session:
        assert parked.replay(session, sa.select(RawMail.id), limit=10**6) == 1
    assert Ingest(installation, blobs).drain().outcomes == {"filed": 1}
    with db.reading() as session:
        assert sorted(session.scalars(sa.select(Ticket.subject))) == ["good 0", "good 1", f"poison-{kind}"]


def test_a_suspect_waits_until_everybody_else_is_filed(
    installation: Settings, blobs: BlobStore, reader: Reader
) -> None:
    """Also mail that came after it: what kills the reader delays others by one try, not by two."""
    post = Post(installation, blobs)
    ingest = Ingest(installation, blobs, reader=reader)
    asked: list[int] = []
    real: Callable[..., list[ReadLetter | Trouble]] = reader.read

    def read(raws: list[bytes], **more: object) -> list[ReadLetter | Trouble]:
        asked.append(len(raws))
        if len(asked) == 1:
            post.store(GOOD[2])  # while the first batch is being read
        return real(raws, **more)

    reader.read = read  # type: ignore[method-assign]
    post.store(poison("abort"), GOOD[0])
    assert ingest.drain().outcomes == {"filed": 2, "parked": 1}
    assert asked == [2, 1, 1, 1], "the last is for its header alone, to say whose it was"
    with db.reading() as session:
        decided = sa.select(RawMail.subject).where(RawMail.state != RawState.STORED)
        assert session.scalars(decided.order_by(RawMail.decided_at)).all()[-1] == ""


def test_without_a_reader_mail_waits_and_is_not_to_blame(installation: Settings, blobs: BlobStore) -> None:
    post = Post(installation, blobs)
    post.store(*GOOD)
    for command in (["/nowhere/python"], [sys.executable, "-c", "raise SystemExit(3)"]):
        report = Ingest(installation, blobs, reader=Reader(command)).drain()
        assert (report.outcomes, len(report.put_off)) == ({}, 3)
    assert Ingest(installation, blobs).drain().outcomes == {"filed": 3}


def test_an_answer_that_is_not_ours_is_refused() -> None:
    good = b"".join(pack_letter(read_letter(letter("text", files={"a.txt": b"content"}))))
    assert unpack_letter(memoryview(good)).mail.attachments[0].content == b"content"
    wrong = [
        b"",
        good[:10],
        good[:-1],
        b"\x00\x00\x00\x02[]",
        b"\x00\x00\x00\x02{}",
        b"\x00\x00\x00\x04null",
        b"\x00\x01\x11\x70" + b"[" * 70_000,
        b"\x00\x00\x00\x01[",
        good.replace(b"null", b"true", 1),
        good.replace(b",7,", b",8,", 1),
        good.replace(b",7,", b",6,", 1),
    ]
    for answer in wrong:
        assert answer != good
        with pytest.raises(Unreadable):
            unpack_letter(memoryview(answer))


def test_a_giant_answer_is_not_waited_for() -> None:
    giant = (
        f"import sys; o = sys.stdout.buffer; o.write({ANSWER.pack(0, 0, 0)!r}); o.flush();"
        f"sys.stdin.buffer.read({REQUEST.size}); o.write({ANSWER.pack(1, 0, 1 << 40)!r}); o.flush(); sys.stdin.read()"
    )
    reader = Reader([sys.executable, "-c", giant])
    assert subjects(reader.read([b"x"], seconds=20)) == ["the reader process crashed over this letter"]
    reader.close()


def test_a_fail_point_reaches_the_child(tmp_path: Path) -> None:
    program = "from mail_ingest.reader import Reader; r = Reader(); print([type(a).__name__ for a in r.read([b'x', b'y'])])"
    shown = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, "SINCERELY_FAILPOINTS": "reader.parsing:2:abort"},
        capture_output=True,
        text=True,
        cwd=PROJECT,
        check=True,
    )
    assert shown.stdout.strip() == "['ReadLetter', 'Trouble']"
