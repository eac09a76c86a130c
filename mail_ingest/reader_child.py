"""The reader: a small process that parses mail for the poller and may die of it without harm.

Started by mail_ingest.reader with an empty environment; it has no database, no network and no secret. Bytes of mails
come in at standard input, read letters go out at standard output, one after the other, until the input ends. The
kernel holds it to a limit of memory and of CPU time for each mail, and lets it write no file and start no process.
"""

from __future__ import annotations

import gc
import math
import os
import resource
import signal
import sys
import time
from functools import cache
from pathlib import Path
from typing import BinaryIO

from app.failpoints import passing
from mail_ingest.reader_letter import read_letter
from mail_ingest.reader_wire import ANSWER, FAILED, HELLO, LETTER, NO_MEMORY, REQUEST, pack_letter

MEMORY_MB = 512
CPU_SECONDS = 30
OPEN_FILES = 16  # a codec that is used for the first time is a file to open


def main() -> None:
    # Ctrl-C reaches every process of the terminal; this one ends when its input does.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever prints must not speak into the answers
    confine()
    gc.freeze()  # what is here now stays: it need not be looked through again and again
    requests = sys.stdin.buffer
    _answer(answers, HELLO, [])
    while head := requests.read(REQUEST.size):
        (size,) = REQUEST.unpack(head)
        raw = requests.read(size)
        if len(raw) < size:
            break
        allow_cpu()
        _serve(raw, answers)


def _serve(raw: bytes, answers: BinaryIO) -> None:
    try:
        passing("reader.parsing")
        pieces = pack_letter(read_letter(raw))
    except MemoryError:
        _answer(answers, NO_MEMORY, [])
    except Exception as error:  # noqa: BLE001 (rule 6: the poller tries again alone, then parks)
        # The name alone: what an error quotes of a letter does not belong into our words.
        _answer(answers, FAILED, [type(error).__name__.encode()])
    else:
        _answer(answers, LETTER, pieces)


def _answer(answers: BinaryIO, kind: int, pieces: list[bytes]) -> None:
    answers.write(ANSWER.pack(kind, memory_kib(), sum(map(len, pieces))))
    for piece in pieces:
        answers.write(piece)
    answers.flush()


def confine() -> None:
    """Take on the limits that this system knows; each is a fence of its own, so one that is missing hurts little."""
    _die_first()
    base = address_space()
    if base:
        _limit("RLIMIT_AS", base + MEMORY_MB * 1024 * 1024)
    for name, most in (
        ("RLIMIT_CORE", 0),
        ("RLIMIT_FSIZE", 0),
        ("RLIMIT_NPROC", 0),
        ("RLIMIT_NOFILE", OPEN_FILES),
    ):
        _limit(name, most)


def _limit(name: str, most: int) -> None:
    number = getattr(resource, name, None)
    if number is None:
        return
    try:
        resource.setrlimit(number, (most, most))
    except (ValueError, OSError):
        pass  # known by name only, as the address space on macOS


def allow_cpu() -> None:
    """So many seconds of CPU time from now on; then the kernel ends this process (SIGXCPU)."""
    hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
    wanted = math.ceil(time.process_time()) + CPU_SECONDS
    soft = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    resource.setrlimit(resource.RLIMIT_CPU, (soft, hard))


def _die_first() -> None:
    """When the machine runs out of memory, the kernel takes this process before any other of ours."""
    try:
        Path("/proc/self/oom_score_adj").write_text("1000")
    except OSError:
        pass


def address_space() -> int:
    """Bytes of address space in use now; 0 where the system does not tell."""
    pages = _pages()
    return pages[0] * os.sysconf("SC_PAGE_SIZE") if pages else 0


def memory_kib() -> int:
    """How much memory this process has resident; where the system does not tell, the most it ever had."""
    pages = _pages()
    if pages:
        return pages[1] * os.sysconf("SC_PAGE_SIZE") // 1024
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most // 1024 if sys.platform == "darwin" else most


def _pages() -> list[int]:
    statm = _statm()
    return [int(number) for number in os.pread(statm, 100, 0).split()[:2]] if statm is not None else []


@cache
def _statm() -> int | None:
    """Kept open: it is read after every mail."""
    try:
        return os.open("/proc/self/statm", os.O_RDONLY)
    except OSError:
        return None


if __name__ == "__main__":
    main()
