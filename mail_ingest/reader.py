"""The poller's side of the limited child: bytes of mails in, read letters out, or why one could not be read.

Between journal and decision. The child (reader_child) is started when first needed, reads thousands of mails, and is
replaced when it has grown, died, answered nonsense or taken too long. A mail that it died of is reported as trouble;
its neighbours are read by the next child.
"""

from __future__ import annotations

import atexit
import os
import selectors
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from app.errors import TemporaryFailure
from app.failpoints import armed_environment
from app.mailboxes.parked import READ_BADLY, READ_CRASHED, READ_TOO_LONG, READ_TOO_MUCH
from app.settings import PROJECT
from mail_ingest.reader_child import MEMORY_MB
from mail_ingest.reader_letter import ReadLetter
from mail_ingest.reader_wire import (
    ANSWER,
    FAILED,
    HELLO,
    LETTER,
    NO_MEMORY,
    REQUEST,
    Unreadable,
    unpack_letter,
)

# A healthy mail takes milliseconds, one of 50 MB a few seconds. What takes longer must not hold up its neighbours: it
# is read again, alone and with all the time it may have, when everybody else has been.
TOGETHER_SECONDS = 10
ALONE_SECONDS = 30
START_SECONDS = 60
MOST_MAILS = 5000
MOST_GROWTH_KIB = 192 * 1024
COMMAND = (sys.executable, "-m", "mail_ingest.reader_child")
# Text in another charset grows when it is written in UTF-8, and stands there twice: as sent, and sorted.
ANSWER_PER_BYTE, ANSWER_ROOM = 4, 32 * 1024 * 1024
_CHUNK = 1024 * 1024


@dataclass(frozen=True)
class Trouble:
    """Why a mail could not be read, in words an agent understands."""

    words: str


class _Ended(Exception):
    """The child is no use any more; `words` is the trouble it had with the mail at hand."""

    def __init__(self, words: str) -> None:
        super().__init__(words)
        self.words = words


class Reader:
    """Reads mails in a child of this process. Threads may share one: they take turns."""

    def __init__(self, command: Sequence[str] = COMMAND) -> None:
        self._command = command
        self._child: _Child | None = None
        self._turn = threading.Lock()

    def read(
        self, raws: Sequence[bytes], *, seconds: float = TOGETHER_SECONDS, fresh: bool = False
    ) -> list[ReadLetter | Trouble]:
        """One answer for each mail. `seconds` is the longest that one may take; `fresh`: by a child of its own.

        Raises TemporaryFailure when no child can be started: then no mail is to blame.
        """
        results: list[ReadLetter | Trouble] = []
        with self._turn:
            if fresh:
                self._end()
            while len(results) < len(raws):
                child = self._ready()
                try:
                    child.converse(raws[len(results) :], results, seconds)
                except _Ended as end:
                    self._end()
                    results.append(Trouble(end.words))
        return results

    def close(self) -> None:
        """End the child, if there is one."""
        with self._turn:
            self._end()

    @property
    def pid(self) -> int | None:
        """Of the child, None while there is none."""
        return self._child.pid if self._child else None

    def _ready(self) -> _Child:
        if self._child is not None and not self._child.is_usable():
            self._end()
        if self._child is None:
            self._child = _Child(self._command)
        return self._child

    def _end(self) -> None:
        child, self._child = self._child, None
        if child is not None:
            child.end()


class _Child:
    """One reader process and the two pipes to it."""

    def __init__(self, command: Sequence[str]) -> None:
        armed = armed_environment()
        try:
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                # A traceback quotes what was read; only a rig that arms fail-points wants to see it.
                stderr=None if armed else subprocess.DEVNULL,
                cwd=PROJECT,
                env=armed,
                bufsize=0,
                pipesize=_CHUNK,
            )
        except OSError as error:
            raise TemporaryFailure(f"The reader of mail cannot be started: {error.strerror}.") from error
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._requests, self._answers = self._process.stdin.fileno(), self._process.stdout.fileno()
        os.set_blocking(self._requests, False)
        os.set_blocking(self._answers, False)
        self._parent = os.getpid()
        self._buffer = bytearray()
        self._read = 0
        self._base_kib = self._kib = 0
        self._await_hello()

    @property
    def pid(self) -> int:
        return self._process.pid

    def is_usable(self) -> bool:
        """Alive, ours (not that of a process we were forked from) and not grown too much."""
        if os.getpid() != self._parent:
            return False
        grown = self._kib - self._base_kib > MOST_GROWTH_KIB
        return self._process.poll() is None and self._read < MOST_MAILS and not grown

    def end(self) -> None:
        """Kill it and let go of its pipes. A child of another process is left to that one."""
        if os.getpid() == self._parent:
            self._process.kill()
            self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()

    def converse(self, raws: Sequence[bytes], results: list[ReadLetter | Trouble], seconds: float) -> None:
        """Send the mails while reading the answers; each goes to `results` at once. Raises _Ended."""
        waiting = [piece for raw in raws for piece in _request(raw)]
        waiting.reverse()
        limit = max(map(len, raws)) * ANSWER_PER_BYTE + ANSWER_ROOM
        wanted, deadline = len(results) + len(raws), time.monotonic() + seconds
        with selectors.DefaultSelector() as selector:
            selector.register(self._answers, selectors.EVENT_READ)
            selector.register(self._requests, selectors.EVENT_WRITE)
            while len(results) < wanted:
                ready = selector.select(max(0.0, deadline - time.monotonic()))
                if not ready and time.monotonic() >= deadline:
                    raise _Ended(READ_TOO_LONG.format(seconds=round(seconds)))
                for key, _events in ready:
                    if key.fd == self._answers:
                        if self._take(results, limit):
                            deadline = time.monotonic() + seconds
                    elif not self._send(waiting):
                        selector.unregister(self._requests)

    def _await_hello(self) -> None:
        """A child that does not come up is nobody's mail's fault."""
        deadline = time.monotonic() + START_SECONDS
        with selectors.DefaultSelector() as selector:
            selector.register(self._answers, selectors.EVENT_READ)
            while len(self._buffer) < ANSWER.size:
                if not selector.select(max(0.0, deadline - time.monotonic())) or not self._receive():
                    self.end()
                    raise TemporaryFailure("The reader of mail does not start.")
        kind, kib, _size = ANSWER.unpack_from(self._buffer)
        del self._buffer[: ANSWER.size]
        self._base_kib = self._kib = kib
        if kind != HELLO:
            self.end()
            raise TemporaryFailure("The reader of mail does not start.")

    def _send(self, waiting: list[memoryview]) -> bool:
        """Write what the pipe takes; False when there is nothing left to write, or nobody who reads it."""
        while waiting:
            try:
                written = os.write(self._requests, waiting[-1])
            except BlockingIOError:
                return True
            except BrokenPipeError:
                return False  # how it ended is told by the answers
            waiting[-1] = waiting[-1][written:]
            if not waiting[-1]:
                waiting.pop()
        return False

    def _receive(self) -> bool:
        """Take in what is there; False at the end."""
        try:
            chunk = os.read(self._answers, _CHUNK)
        except BlockingIOError:
            return True
        self._buffer += chunk
        return bool(chunk)

    def _take(self, results: list[ReadLetter | Trouble], limit: int) -> int:
        """Read, and add every whole answer to the results; how many there were."""
        if not self._receive():
            raise _Ended(self._last_words())
        taken = 0
        while len(self._buffer) >= ANSWER.size:
            kind, kib, size = ANSWER.unpack_from(self._buffer)
            if size > limit:
                raise _Ended(READ_CRASHED)
            end = ANSWER.size + size
            if len(self._buffer) < end:
                break
            with memoryview(self._buffer) as buffer, buffer[ANSWER.size : end] as answer:
                results.append(_understood(kind, answer))
            del self._buffer[:end]
            self._read += 1
            self._kib = kib
            taken += 1
        return taken

    def _last_words(self) -> str:
        """Its answers have ended: of what did it die?"""
        try:
            code = self._process.wait(2)
        except subprocess.TimeoutExpired:  # it closed its output and lives on: not one of ours any more
            return READ_CRASHED
        if hasattr(signal, "SIGXCPU") and code == -signal.SIGXCPU:
            return READ_TOO_LONG.format(seconds=ALONE_SECONDS)
        return READ_CRASHED


def _request(raw: bytes) -> list[memoryview]:
    return [memoryview(REQUEST.pack(len(raw))), *([memoryview(raw)] if raw else [])]


def _understood(kind: int, answer: memoryview) -> ReadLetter:
    if kind == NO_MEMORY:
        raise _Ended(READ_TOO_MUCH.format(megabytes=MEMORY_MB))
    if kind == FAILED:
        raise _Ended(READ_BADLY.format(name=_plain(bytes(answer[:60]))))
    if kind != LETTER:
        raise _Ended(READ_CRASHED)
    try:
        return unpack_letter(answer)
    except Unreadable:
        raise _Ended(READ_CRASHED) from None


def _plain(name: bytes) -> str:
    return "".join(char for char in name.decode("ascii", "replace") if char.isalnum())


@cache
def shared() -> Reader:
    """The one reader of this process; its child ends with the process."""
    reader = Reader()
    atexit.register(reader.close)
    return reader
