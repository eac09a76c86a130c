"""Raw mails and attachments, stored by SHA-256 under a directory of ours.

The name of a stored file is its digest, never anything a sender chose. A blob is written to a temporary name,
synced, and linked into place, so a name that exists always holds the whole content.
"""

from __future__ import annotations

import hashlib
import os
import re
import secrets
import shutil
from collections.abc import Iterable
from datetime import datetime
from itertools import islice
from pathlib import Path

from app.errors import NotFound, PermanentFailure, TemporaryFailure
from app.failpoints import passing

# As many files are written before the directories that name them are synced, each once.
TOGETHER = 64
_DIGEST = re.compile(r"[0-9a-f]{64}\Z")


class BlobStore:
    """Content-addressed files below `root` (two levels of folders, mode 0600)."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def put(self, content: bytes) -> str:
        """Store and return the hex SHA-256. Safe to run twice; on return the bytes are on disk."""
        return self.put_all((content,))[0]

    def put_all(self, contents: Iterable[bytes]) -> list[str]:
        """As `put` for each, in order, with fewer waits for the disk."""
        digests: list[str] = []
        waiting = iter(contents)
        while group := list(islice(waiting, TOGETHER)):
            digests += self._put_group(group)
        return digests

    def _put_group(self, contents: list[bytes]) -> list[str]:
        digests = [hashlib.sha256(content).hexdigest() for content in contents]
        missing = {
            digest: content
            for digest, content in zip(digests, contents, strict=True)
            if not _holds(self._path(digest), len(content))
        }
        # Of every directory that gets a new entry the entry must reach the disk too, or the file has no name.
        directories = {directory: None for digest in missing for directory in self._made(self._path(digest))}
        fresh: dict[Path, Path] = {}
        try:
            for digest, content in missing.items():
                path = self._path(digest)
                fresh[path] = path.with_name(f".{secrets.token_hex(8)}")
                _write(fresh[path], content)
            passing("blobs.written")
            for path, temporary in fresh.items():
                temporary.replace(path)
                passing("blobs.named")
        except BaseException:
            for temporary in fresh.values():
                temporary.unlink(missing_ok=True)
            raise
        for directory in directories:
            _sync_directory(directory)
        return digests

    def _made(self, path: Path) -> list[Path]:
        """Make the folder of a blob; every directory in which something is new because of it."""
        if path.parent.is_dir():
            return [path.parent]
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        return [path.parent, path.parent.parent, self.root]

    def get(self, digest: str) -> bytes:
        """The bytes. Raises NotFound if they are gone, PermanentFailure if they changed on disk."""
        try:
            content = self._path(digest).read_bytes()
        except FileNotFoundError:
            raise NotFound("The stored file is missing.") from None
        if hashlib.sha256(content).hexdigest() != digest:
            raise PermanentFailure("The stored file is damaged: its checksum differs.")
        return content

    def get_as_it_is(self, digest: str) -> bytes:
        """The bytes even if they changed on disk. Raises NotFound if they are gone."""
        try:
            return self._path(digest).read_bytes()
        except FileNotFoundError:
            raise NotFound("The stored file is missing.") from None

    def is_whole(self, digest: str) -> bool:
        """True when the bytes are there and are the ones that were stored."""
        try:
            with open(self._path(digest), "rb") as file:
                return hashlib.file_digest(file, "sha256").hexdigest() == digest
        except (FileNotFoundError, NotFound):
            return False

    def free_mb(self) -> int:
        """Megabytes that are free on the disk of the store."""
        place = self.root
        while not place.exists() and place != place.parent:
            place = place.parent
        return shutil.disk_usage(place).free // (1024 * 1024)

    def need_room(self, floor_mb: int) -> None:
        """Raises TemporaryFailure when less is free than the installation wants to keep free: mail waits elsewhere."""
        free = self.free_mb()
        if free < floor_mb:
            raise TemporaryFailure(
                f"The disk is almost full ({free} MB free): mail stays on its server until there is room."
            )

    def remove(self, digest: str, unused_since: datetime) -> bool:
        """Delete the bytes, unless somebody has stored them (again) since that moment; True when they are gone.

        Whoever stores what is here already touches it. The file is taken aside before its time is looked at, so that
        it cannot be touched between the look and the deletion.
        """
        path = self._path(digest)
        aside = path.with_name(f".{secrets.token_hex(8)}")
        try:
            path.rename(aside)
        except FileNotFoundError:
            return True
        if aside.stat().st_mtime >= unused_since.timestamp():
            aside.replace(path)
            return False
        aside.unlink()
        return True

    def has(self, digest: str) -> bool:
        return self._path(digest).exists()

    def _path(self, digest: str) -> Path:
        if not _DIGEST.match(digest):
            raise NotFound("No such file.")
        return self.root / digest[:2] / digest[2:4] / digest


def _holds(path: Path, size: int) -> bool:
    try:
        if path.stat().st_size != size:
            return False
        os.utime(path)  # it is wanted now: see BlobStore.remove
        return True
    except FileNotFoundError:
        return False


def _write(path: Path, content: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _sync_directory(directory: Path) -> None:
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
