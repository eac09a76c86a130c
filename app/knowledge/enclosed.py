"""Files of articles beside their Markdown files: files/<article>/<name>, in a zip that a stranger may have made.

Bytes are read one file at a time, up to a limit whatever a header says, and no name is ever used as a path.
"""

from __future__ import annotations

import hashlib
import io
import mimetypes
import zipfile
import zlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from app.errors import InvalidInput
from app.knowledge.portable import LONGEST_KEY

FOLDER = "files"
MOST_ENCLOSED = 20_000
LARGEST_TOGETHER = 1_000_000_000
LONGEST_NAME = 150
_NEVER = frozenset('/\\:*?"<>|')
_DAMAGED = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError, OSError)


@dataclass(frozen=True)
class Enclosed:
    """`key` is that of its article; `read` gives the bytes once more. `trouble`: why it cannot be taken."""

    place: str
    key: str
    filename: str
    size: int = 0
    sha256: str = ""
    trouble: str = ""
    read: Callable[[], bytes] = field(default=bytes, compare=False, repr=False)

    @property
    def content_type(self) -> str:
        return mimetypes.guess_type(self.filename)[0] or "application/octet-stream"


def names(files: Iterable[tuple[str, str, str]]) -> list[tuple[str, str]]:
    """(article, file name, digest) → (place in the zip, digest). Two of one name get numbers."""
    taken: set[str] = set()
    found = []
    for key, filename, digest in files:
        stem, dot, ending = _tidy(filename).rpartition(".")
        tries = (
            f"{stem or ending} ({n}){dot if stem else ''}{ending if stem else ''}" for n in range(2, 100)
        )
        free = next(name for name in (_tidy(filename), *tries) if f"{FOLDER}/{key}/{name}" not in taken)
        taken.add(f"{FOLDER}/{key}/{free}")
        found.append((f"{FOLDER}/{key}/{free}", digest))
    return found


def in_zip(content: bytes, *, most_bytes: int) -> list[Enclosed]:
    """What lies in a zip beside its articles; `most_bytes` is what a letter can carry. Raises InvalidInput."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            infos = [(one, parts) for one in archive.infolist() if (parts := _parts(one.filename))]
            if len(infos) > MOST_ENCLOSED:
                raise InvalidInput("There are too many files in this zip.", "file")
            left, found = LARGEST_TOGETHER, []
            for info, (key, filename) in infos:
                one = _looked_at(
                    info.filename, key, filename, partial(_in_zip, content, info, most_bytes), most_bytes
                )
                left -= one.size
                if left < 0:
                    raise InvalidInput("There is too much in this zip.", "file")
                found.append(one)
            return found
    except (zipfile.BadZipFile, ValueError, OverflowError, NotImplementedError, OSError):
        raise InvalidInput("This is no zip file that can be read.", "file") from None


def in_folder(root: Path, *, most_bytes: int) -> list[Enclosed]:
    """The same of a folder of ours."""
    found = []
    for path in sorted(root.rglob(f"{FOLDER}/*/*")):
        place = path.relative_to(root).as_posix()
        if (parts := _parts(place)) and path.is_file():
            found.append(_looked_at(place, *parts, path.read_bytes, most_bytes))
    return found


def _parts(place: str) -> tuple[str, str] | None:
    """(article, file name) of what lies in files/<article>/, however deep that is."""
    parts = place.split("/")
    hidden = place.startswith("__MACOSX/") or parts[-1].startswith(".")
    if len(parts) < 3 or parts[-3] != FOLDER or hidden or not _tidy(parts[-1]):
        return None
    return parts[-2][:LONGEST_KEY], _tidy(parts[-1])


def _looked_at(place: str, key: str, filename: str, read: Callable[[], bytes], most_bytes: int) -> Enclosed:
    shown = "".join(char for char in place if char.isprintable())[:300]
    try:
        content = read()
    except _DAMAGED:
        return Enclosed(shown, key, filename, trouble="This file is damaged.")
    if len(content) > most_bytes:
        return Enclosed(shown, key, filename, len(content), trouble="That is too much for one letter.")
    return Enclosed(shown, key, filename, len(content), hashlib.sha256(content).hexdigest(), read=read)


def _in_zip(content: bytes, info: zipfile.ZipInfo, most_bytes: int) -> bytes:
    with zipfile.ZipFile(io.BytesIO(content)) as archive, archive.open(info) as file:
        return file.read(most_bytes + 1)


def _tidy(name: str) -> str:
    kept = "".join(char for char in name if char.isprintable() and char not in _NEVER).strip(" .")
    return kept[-LONGEST_NAME:].strip(" .")
