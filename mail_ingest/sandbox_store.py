"""The sandbox server's mail on disk: what was answered with "250" or "OK" survives a kill and a power cut.

Place in the flow: below the sandbox's IMAP and SMTP faces, above nothing but files. Only one sandbox
server may write a directory (see `SandboxServer`), so UIDs are counted in memory and proved by file names.
"""

from __future__ import annotations

import json
import os
import secrets
import shutil
import time
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from urllib.parse import quote, unquote

from app.sandbox_mail import (
    LetterFile,
    Ports,
    account_address,
    account_directory,
    letter_file_name,
    letter_files,
    password,
)

_LONGEST_FOLDER_NAME = 250  # bytes once encoded; file systems end at 255


class MailFolder:
    """One Maildir. `letters` is by UID; every change is on disk before it is in memory."""

    def __init__(self, path: Path) -> None:
        self.path = path
        for name in ("tmp", "new", "cur"):
            (path / name).mkdir(parents=True, exist_ok=True)
        self.letters: dict[int, LetterFile] = {file.uid: file for file in letter_files(path)}
        self.uidvalidity, stored_next = self._read_state()
        self.uidnext = max([stored_next, *(uid + 1 for uid in self.letters)])
        self._saved_next = stored_next

    def add(self, raw: bytes, arrived_at: datetime, flags: str = "") -> LetterFile:
        """Store a letter under the next UID. On return it is safe on disk; OSError: it is not stored."""
        file = self.write(raw, arrived_at, flags)
        self.letters[file.uid] = file
        return file

    def write(self, raw: bytes, arrived_at: datetime, flags: str = "") -> LetterFile:
        """The half of `add` that waits for the disk, so that it may run beside readers of `letters`."""
        uid = self.uidnext
        self.uidnext += 1
        name = letter_file_name(uid, arrived_at)
        waiting, path = self.path / "tmp" / name, self._place(name, flags)
        _write_synced(waiting, raw)
        waiting.rename(path)
        _sync_directory(path.parent)
        return LetterFile(path, uid, arrived_at, flags)

    def read(self, uid: int) -> bytes:
        """The letter exactly as it was received; KeyError when it is gone."""
        try:
            return self.letters[uid].path.read_bytes()
        except FileNotFoundError as error:
            raise KeyError(uid) from error

    def set_flags(self, uid: int, flags: str) -> None:
        file = self.letters[uid]
        name = file.path.name.partition(":")[0]
        path = self._place(name, flags)
        file.path.rename(path)
        self.letters[uid] = LetterFile(path, uid, file.arrived_at, flags)

    def remove(self, uids: Sequence[int]) -> None:
        if self._saved_next < self.uidnext:
            # Without this the highest UID, once removed, would be given to another letter after a restart.
            self._write_state(self.uidvalidity, self.uidnext)
        for uid in uids:
            file = self.letters.pop(uid, None)
            if file:
                file.path.unlink(missing_ok=True)

    def _place(self, name: str, flags: str) -> Path:
        return self.path / "cur" / f"{name}:2,{flags}" if flags else self.path / "new" / name

    def _read_state(self) -> tuple[int, int]:
        try:
            state = json.loads((self.path / "state.json").read_text("ascii"))
            return int(state["uidvalidity"]), int(state["uidnext"])
        except FileNotFoundError:
            uidvalidity = int(time.time())
            self._write_state(uidvalidity, 1)
            return uidvalidity, 1

    def _write_state(self, uidvalidity: int, uidnext: int) -> None:
        write_file(self.path / "state.json", json.dumps({"uidvalidity": uidvalidity, "uidnext": uidnext}))
        self._saved_next = uidnext


class Account:
    """One address's mail: the inbox, and the folders its owner made beside it."""

    def __init__(self, directory: Path, address: str) -> None:
        self.address = account_address(address)
        self.path = account_directory(directory, address)
        self.path.mkdir(parents=True, exist_ok=True)
        if not (self.path / "address").exists():
            write_file(self.path / "address", self.address)
            _sync_directory(self.path.parent)
        self.inbox = MailFolder(self.path)

    def folder_names(self) -> list[str]:
        return sorted(unquote(path.name[1:]) for path in self.path.iterdir() if path.name.startswith("."))

    def folder(self, name: str) -> MailFolder:
        """An existing folder, or one to be made; ValueError when the name cannot be stored."""
        return MailFolder(self._folder_path(name))

    def rename_folder(self, before: str, after: str) -> None:
        self._folder_path(before).rename(self._folder_path(after))

    def delete_folder(self, name: str) -> None:
        shutil.rmtree(self._folder_path(name))

    def _folder_path(self, name: str) -> Path:
        encoded = quote(name, safe="").replace(".", "%2E")
        if not 0 < len(encoded) <= _LONGEST_FOLDER_NAME:
            raise ValueError("a folder's name must not be empty, nor this long")
        return self.path / f".{encoded}"


def make_password(directory: Path) -> str:
    """The sandbox's password, made at the first start and readable by this system user only."""
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    known = password(directory)
    if known is None:
        known = secrets.token_urlsafe(18)
        write_file(directory / "password", known + "\n")
    return known


def write_ports(directory: Path, ports: Ports) -> None:
    fields = {"host": ports.host, "imap": ports.imap, "smtp": ports.smtp, "pid": ports.pid}
    write_file(directory / "ports.json", json.dumps(fields) + "\n")


def write_file(path: Path, text: str) -> None:
    """Replace a small file: a reader, even after a power cut, sees the old text or the new, never half."""
    waiting = path.with_name(f"{path.name}.{os.getpid()}.new")
    waiting.unlink(missing_ok=True)
    _write_synced(waiting, text.encode("utf-8"))
    waiting.replace(path)
    _sync_directory(path.parent)


def _write_synced(path: Path, content: bytes) -> None:
    # A leftover of the same name is the unfinished write of a process that died: nobody was told it is safe.
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _sync_directory(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
