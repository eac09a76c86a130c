"""Markdown files out of a zip that a stranger may have made, and into one. No name in it is ever used as a path."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import chain
from typing import IO

from app.errors import InvalidInput
from app.knowledge.enclosed import FOLDER

MOST_FILES = 5_000
MOST_ENTRIES = 20_000
LARGEST_FILE = 200_000
LARGEST_TOGETHER = 60_000_000
LONGEST_NAME = 300
# So that the same articles make the same bytes.
_MADE = (2000, 1, 1, 0, 0, 0)


@dataclass(frozen=True)
class Entry:
    """`text` None: it could not be read, and `trouble` says why."""

    name: str
    text: str | None
    trouble: str = ""


def unpack(content: bytes) -> list[Entry]:
    """The Markdown files, by name. Other files are left alone. Raises InvalidInput for what is no zip, or too much."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            every = archive.infolist()
            if len(every) > MOST_ENTRIES:
                raise InvalidInput("There are too many files in this zip.", "file")
            wanted = [one for one in every if _is_markdown(one)]
            if len(wanted) > MOST_FILES:
                raise InvalidInput("There are too many files in this zip.", "file")
            return sorted(_entries(archive, wanted), key=lambda one: one.name)
    except (zipfile.BadZipFile, ValueError, OverflowError, NotImplementedError, OSError):
        raise InvalidInput("This is no zip file that can be read.", "file") from None


def pack(files: Iterable[tuple[str, str]]) -> bytes:
    """(name, text) → a zip; the same files make the same bytes."""
    kept = io.BytesIO()
    pack_into(kept, files, ())
    return kept.getvalue()


def pack_into(kept: IO[bytes], texts: Iterable[tuple[str, str]], others: Iterable[tuple[str, bytes]]) -> None:
    """The same into an open file; `others`, the files of articles, are asked for one by one."""
    with zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in chain(((name, text.encode("utf-8")) for name, text in texts), others):
            info = zipfile.ZipInfo(name, _MADE)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = 0o644 << 16
            archive.writestr(info, content)


def _is_markdown(one: zipfile.ZipInfo) -> bool:
    hidden = one.filename.startswith("__MACOSX/") or one.filename.rpartition("/")[2].startswith(".")
    # In there lie the files of articles, of whatever kind.
    hidden = hidden or one.filename.split("/")[-3:-2] == [FOLDER]
    return not one.is_dir() and not hidden and one.filename.lower().endswith(".md")


def _entries(archive: zipfile.ZipFile, wanted: list[zipfile.ZipInfo]) -> Iterable[Entry]:
    """What a header says of a size is not believed: it is read up to the limit and no further."""
    left = LARGEST_TOGETHER
    seen: set[str] = set()
    for one in wanted:
        name = "".join(char for char in one.filename if char.isprintable())[:LONGEST_NAME]
        if name in seen:
            yield Entry(name, None, "There are two files with this name.")
            continue
        seen.add(name)
        found, size = _read(archive, one, name)
        left -= size
        if left < 0:
            raise InvalidInput("There is too much in this zip.", "file")
        yield found


def _read(archive: zipfile.ZipFile, one: zipfile.ZipInfo, name: str) -> tuple[Entry, int]:
    if one.flag_bits & 1:
        return Entry(name, None, "This file is encrypted."), 0
    try:
        with archive.open(one) as file:
            content = file.read(LARGEST_FILE + 1)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError, OSError):
        return Entry(name, None, "This file is damaged."), 0
    return entry(name, content), len(content)


def entry(name: str, content: bytes) -> Entry:
    """A file as text, if it is one and not too long."""
    if len(content) > LARGEST_FILE:
        return Entry(name, None, "This file is too large.")
    try:
        return Entry(name, content.decode("utf-8-sig"))
    except UnicodeDecodeError:
        return Entry(name, None, "This file is not UTF-8.")
