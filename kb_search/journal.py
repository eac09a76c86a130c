"""An append-only log of JSON records that survives kill -9: each line carries its checksum.

A line cut short by a crash ends the readable part and is cut off before the next append.
"""

import json
import os
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

Record = dict[str, Any]


@dataclass(frozen=True)
class Readable:
    """The readable part: records, the length in bytes after each; `whole` unless something follows that is more
    than the one line a crash cuts short."""

    records: tuple[Record, ...]
    ends: tuple[int, ...]
    whole: bool


def read_journal(path: Path) -> Readable:
    """No file reads as an empty one. Raises OSError when the disk refuses."""
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        content = b""
    records: list[Record] = []
    ends: list[int] = []
    good = 0
    for line in content.splitlines(keepends=True):
        record = _decode(line)
        if record is None:
            break
        good += len(line)
        records.append(record)
        ends.append(good)
    return Readable(tuple(records), tuple(ends), b"\n" not in content[good:])


class Journal:
    """Appends records. Every append reaches the system at once (kill -9), `sync` the disk (power cut)."""

    def __init__(self, path: Path, length: int) -> None:
        """Continues `path` after its first `length` bytes."""
        self._file: BinaryIO = open(path, "ab", buffering=0)  # noqa: SIM115 - closed by close()
        if self._file.seek(0, os.SEEK_END) != length:
            self._file.truncate(length)

    def append(self, record: Record) -> None:
        """Raises OSError when the disk refuses; half a line is then taken back."""
        line = _encode(record)
        before = self._file.seek(0, os.SEEK_END)
        try:
            if self._file.write(line) != len(line):
                raise OSError("the line was written in part")
        except OSError:
            self._file.truncate(before)
            raise

    def sync(self) -> None:
        os.fsync(self._file.fileno())

    def close(self) -> None:
        self._file.close()


def _encode(record: Record) -> bytes:
    text = json.dumps(record, separators=(",", ":")).encode("ascii")
    return b"%08x %s\n" % (zlib.crc32(text), text)


def _decode(line: bytes) -> Record | None:
    text = line[9:-1]
    if not line.endswith(b"\n") or line[:9] != b"%08x " % zlib.crc32(text):
        return None
    record = json.loads(text)
    return record if isinstance(record, dict) else None
