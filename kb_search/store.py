"""The files a Suggester's memory is kept in. Knows bytes and records, not what they mean.

    memory-N.bin    the whole memory at the start of generation N, with its checksum
    journal-N.log   every event since
    writer.lock     held by the one process that may write

A new generation is written beside the old one and only then counts; the one before stays, so that a
damaged `memory-N.bin` costs nothing: generation N-1 and both journals give the same memory.
"""

import gc
import hashlib
import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import BinaryIO

from kb_search.journal import Journal, Readable, Record, read_journal

locks: ModuleType | None
try:
    import fcntl

    locks = fcntl
except ImportError:  # a system without file locks: the owner has to see to it that there is one writer
    locks = None

POSITION = "position"
_MAGIC = b"kbsearch memory 1\n"


@dataclass(frozen=True)
class Kept:
    """What was found: the memory to start from, or None, the events to add, and a sentence if some were lost.

    Lost events leave a gap: the next thing to write is a whole memory.
    """

    memory: bytes | None = None
    records: tuple[Record, ...] = ()
    problem: str | None = None


class Store:
    """Raises OSError when the disk refuses. Call load() once before anything else."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._generation = 0
        self._journal: Journal | None = None
        self._lock: BinaryIO | None = None
        self._found: tuple[int, int] = (0, 0)

    @property
    def writable(self) -> bool:
        return self._journal is not None

    def load(self) -> Kept:
        self._directory.mkdir(parents=True, exist_ok=True)
        may_write = self._take_lock() or self._take_lock_of_the_forgotten()
        first, memory = self._newest_memory()
        newest = max([first, *self._generations("journal-*.log")])
        journals = [read_journal(self._journal_path(number)) for number in range(first, newest + 1)]
        last, cut = _committed(journals[-1])
        self._generation = newest
        self._found = (newest, self._size(newest))
        if may_write:
            self._journal = Journal(self._journal_path(newest), cut)
        if memory is None and first > 0:
            return Kept(problem="What was learnt is unreadable and has to be rebuilt.")
        for place, journal in enumerate(journals[:-1]):
            if not journal.whole:
                return Kept(
                    memory, _joined(journals[: place + 1]), "A part of what was learnt has to be rebuilt."
                )
        problem = None if journals[-1].whole else "The last events were unreadable and were left out."
        return Kept(memory, _joined(journals[:-1]) + last, problem)

    def take_over(self) -> bool:
        """True when the former owner is gone now and wrote nothing since load(): this is the owner from here on."""
        if self.writable or not self._take_lock():
            return False
        newest = max([0, *self._generations("journal-*.log"), *self._generations("memory-*.bin")])
        if (newest, self._size(newest)) != self._found:
            self.close()
            return False
        self._journal = Journal(self._journal_path(newest), self._found[1])
        return True

    def _size(self, generation: int) -> int:
        path = self._journal_path(generation)
        return path.stat().st_size if path.exists() else 0

    def append(self, record: Record) -> None:
        if self._journal is not None:
            self._journal.append(record)

    def sync(self) -> None:
        if self._journal is not None:
            self._journal.sync()

    def next_generation(self, memory: bytes, *, continues: bool) -> None:
        """From here on the memory is kept as a whole, and events go to a new journal.

        `continues`: the journal so far leads to this memory, so the generation before is kept to fall back on.
        """
        number = self._generation + 1
        _write_safely(self._memory_path(number), _MAGIC + hashlib.sha256(memory).digest() + memory)
        journal = Journal(self._journal_path(number), 0)
        self._close_journal()
        self._journal, self._generation = journal, number
        for path in [*self._directory.glob("memory-*.bin"), *self._directory.glob("journal-*.log")]:
            if (_number(path) or 0) < number - continues:
                path.unlink(missing_ok=True)

    def close(self) -> None:
        self._close_journal()
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def _close_journal(self) -> None:
        if self._journal is not None:
            self._journal.close()
            self._journal = None

    def _take_lock_of_the_forgotten(self) -> bool:
        """An owner of this very process that was dropped without close() may still wait for the collector,
        because Whoosh leaves tracebacks that refer to themselves."""
        gc.collect()
        return self._take_lock()

    def _take_lock(self) -> bool:
        if locks is None:
            return True
        self._lock = open(self._directory / "writer.lock", "wb")  # noqa: SIM115 - held until close()
        try:
            locks.flock(self._lock, locks.LOCK_EX | locks.LOCK_NB)
        except OSError:
            self._lock.close()
            self._lock = None
            return False
        return True

    def _newest_memory(self) -> tuple[int, bytes | None]:
        for number in sorted(self._generations("memory-*.bin"), reverse=True):
            memory = _read_checked(self._memory_path(number))
            if memory is not None:
                return number, memory
        return min(self._generations("journal-*.log"), default=0), None

    def _generations(self, pattern: str) -> list[int]:
        return [number for path in self._directory.glob(pattern) if (number := _number(path)) is not None]

    def _memory_path(self, number: int) -> Path:
        return self._directory / f"memory-{number:06d}.bin"

    def _journal_path(self, number: int) -> Path:
        return self._directory / f"journal-{number:06d}.log"


def _joined(journals: list[Readable]) -> tuple[Record, ...]:
    return tuple(record for journal in journals for record in journal.records)


def _committed(journal: Readable) -> tuple[tuple[Record, ...], int]:
    """The events up to the last commit and their length; all events when nobody ever commits."""
    for place in reversed(range(len(journal.records))):
        if POSITION in journal.records[place]:
            return journal.records[: place + 1], journal.ends[place]
    return journal.records, journal.ends[-1] if journal.ends else 0


def _number(path: Path) -> int | None:
    digits = path.stem.rpartition("-")[2]
    return int(digits) if digits.isdigit() else None


def _read_checked(path: Path) -> bytes | None:
    try:
        content = path.read_bytes()
    except OSError:
        return None
    start = len(_MAGIC) + 32
    digest, memory = content[len(_MAGIC) : start], content[start:]
    return memory if content.startswith(_MAGIC) and hashlib.sha256(memory).digest() == digest else None


def _write_safely(path: Path, content: bytes) -> None:
    """The file appears with all of its content or not at all."""
    fresh = path.with_suffix(".new")
    try:
        with open(fresh, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(path)
    except OSError:
        with suppress(OSError):
            fresh.unlink()
        raise
    with suppress(OSError):  # some systems cannot sync a directory
        entry = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(entry)
        finally:
            os.close(entry)
