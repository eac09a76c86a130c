"""A server that breaks off: which letters can be tried again, and which nobody can be sure of."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from app.outgoing.smtp import Accepted, Permanent, Temporary, Unknown
from app.outgoing.smtp_answers import NotConnected
from tests.app.outgoing.smtp_scene import OLGA, account, send

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
