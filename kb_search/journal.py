"""An append-only log of JSON records that survives kill -9: each line carries its checksum.

A line cut short by a crash ends the readable part and is cut off before the next append.
"""

import json
import os
import zlib
from pathlib import Path
from typing import Any, BinaryIO

Record = dict[str, Any]


def read_journal(path: Path) -> tuple[list[Record], int, bool]:
    """(records, length in bytes of the readable part, whether the file ends there). No file: no records."""
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return [], 0, True
    records: list[Record] = []
    good = 0
    for line in content.splitlines(keepends=True):
        record = _decode(line)
        if record is None:
            break
        records.append(record)
        good += len(line)
    return records, good, good == len(content)


class Journal:
    """Appends records. Every append reaches the system at once (kill -9), `sync` the disk (power cut)."""

    def __init__(self, path: Path, length: int) -> None:
        """Continues `path` after its first `length` bytes."""
        self._file: BinaryIO = open(path, "ab", buffering=0)  # noqa: SIM115 - closed by close()
        if self._file.tell() != length:
            self._file.truncate(length)

    def append(self, record: Record) -> None:
        """Raises OSError when the disk refuses; half a line is then taken back."""
        line = _encode(record)
        before = self._file.tell()
        try:
            if self._file.write(line) != len(line):
                raise OSError("the journal could not be written in full")
        except OSError:
            self._file.truncate(before)
            raise

    def sync(self) -> None:
        os.fsync(self._file.fileno())

    def close(self) -> None:
        self._file.close()


def _encode(record: Record) -> bytes:
    text = json.dumps(record, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")
    return b"%08x %s\n" % (zlib.crc32(text), text)


def _decode(line: bytes) -> Record | None:
    if not line.endswith(b"\n") or line[8:9] != b" ":
        return None
    text = line[9:-1]
    if line[:8] != b"%08x" % zlib.crc32(text):
        return None
    record = json.loads(text.decode("utf-8", "surrogatepass"))
    return record if isinstance(record, dict) else None
