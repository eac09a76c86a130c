"""Raw mails and attachments, stored by SHA-256 under a directory of ours.

The name of a stored file is its digest, never anything a sender chose. A blob is written to a temporary name,
synced, and linked into place, so a name that exists always holds the whole content.
"""

from __future__ import annotations

import hashlib
import os
import re
import secrets
from pathlib import Path

from app.errors import NotFound, PermanentFailure

_DIGEST = re.compile(r"[0-9a-f]{64}\Z")


class BlobStore:
    """Content-addressed files below `root` (two levels of folders, mode 0600)."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def put(self, content: bytes) -> str:
        """Store and return the hex SHA-256. Safe to run twice; on return the bytes are on disk."""
        digest = hashlib.sha256(content).hexdigest()
        path = self._path(digest)
        if path.exists() and path.stat().st_size == len(content):
            return digest
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        fresh = path.with_name(f".{secrets.token_hex(8)}")
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            fresh.replace(path)
        except BaseException:
            fresh.unlink(missing_ok=True)
            raise
        _sync_directory(path.parent)
        return digest

    def get(self, digest: str) -> bytes:
        """The bytes. Raises NotFound if they are gone, PermanentFailure if they changed on disk."""
        try:
            content = self._path(digest).read_bytes()
        except FileNotFoundError:
            raise NotFound("The stored file is missing.") from None
        if hashlib.sha256(content).hexdigest() != digest:
            raise PermanentFailure("The stored file is damaged: its checksum differs.")
        return content

    def has(self, digest: str) -> bool:
        return self._path(digest).exists()

    def _path(self, digest: str) -> Path:
        if not _DIGEST.match(digest):
            raise NotFound("No such file.")
        return self.root / digest[:2] / digest[2:4] / digest


def _sync_directory(directory: Path) -> None:
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
