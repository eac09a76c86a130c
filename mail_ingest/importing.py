"""Old mail from files: mbox, Maildir, .eml. The same journal and rules as mail off the wire; never answered.

Restartable: mail is journalled by content before it is decided, so a second run skips what the first one stored and
finishes what it left undecided.
"""

from __future__ import annotations

import mailbox as mailbox_files
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from app import db
from app.blobs import BlobStore
from app.errors import InvalidInput
from app.mailboxes.models import Mailbox
from app.settings import Settings
from mail_ingest import journal
from mail_ingest.ingest import Ingest, IngestReport
from mail_ingest.journal import BATCH, BATCH_BYTES

_QUOTED_FROM = re.compile(rb"^>(>*From )", re.MULTILINE)


@dataclass(frozen=True)
class Source:
    """Mails in one place: how many there are, and their bytes one after the other."""

    kind: str
    count: int
    raws: Callable[[], Iterator[bytes]]


@dataclass
class ImportReport:
    read: int = 0
    already_here: int = 0
    too_large: int = 0
    ingest: IngestReport = field(default_factory=IngestReport)


def open_source(path: Path) -> Source:
    """Recognise what lies at `path`. Raises InvalidInput in plain words."""
    if not path.exists():
        raise InvalidInput(f"There is nothing at {path}.")
    if path.is_dir():
        return _maildir(path) if (path / "cur").is_dir() or (path / "new").is_dir() else _directory(path)
    with open(path, "rb") as file:
        start = file.read(5)
    if start == b"From ":
        return _mbox(path)
    if not start:
        return Source("empty file", 0, lambda: iter(()))
    return Source("one mail", 1, lambda: iter((path.read_bytes(),)))


def import_mail(
    source: Source, target: Mailbox, settings: Settings, blobs: BlobStore, *, progress: Callable[[int], None]
) -> ImportReport:
    """Journal and decide everything in `source`; `progress` hears the number of mails done."""
    report = ImportReport()
    ingest = Ingest(settings, blobs)
    with db.transaction() as session:
        folder = journal.import_folder(session, target)
    report.ingest.add(ingest.drain(mailbox_id=target.id))
    for batch in _batches(source.raws()):
        fitting = [raw for raw in batch if len(raw) <= settings.mail_bytes]
        fresh = journal.store_import(folder, fitting, blobs)
        report.read += len(batch)
        report.too_large += len(batch) - len(fitting)
        report.already_here += len(fitting) - len(fresh)
        if fresh:
            report.ingest.add(ingest.ingest(fresh))
        progress(report.read)
    return report


def _batches(raws: Iterator[bytes]) -> Iterator[list[bytes]]:
    batch: list[bytes] = []
    weight = 0
    for raw in raws:
        batch.append(raw)
        weight += len(raw)
        if len(batch) == BATCH or weight >= BATCH_BYTES:
            yield batch
            batch, weight = [], 0
    if batch:
        yield batch


def _mbox(path: Path) -> Source:
    box = mailbox_files.mbox(path, create=False)

    def raws() -> Iterator[bytes]:
        for key in box.iterkeys():
            # A body line that looked like a separator was quoted with ">" when the file was written (mboxrd).
            yield _QUOTED_FROM.sub(rb"\1", box.get_bytes(key))

    return Source("mbox", len(box), raws)


def _maildir(path: Path) -> Source:
    folders = [
        path,
        *sorted(child for child in path.iterdir() if child.name.startswith(".") and (child / "cur").is_dir()),
    ]
    files = [
        file
        for folder in folders
        for part in ("cur", "new")
        if (folder / part).is_dir()
        for file in sorted((folder / part).iterdir())
        if file.is_file() and not file.name.startswith(".")
    ]
    return Source("Maildir", len(files), lambda: (file.read_bytes() for file in files))


def _directory(path: Path) -> Source:
    files = sorted(file for file in path.rglob("*.eml") if file.is_file())
    if not files:
        raise InvalidInput(f"{path} is neither a Maildir nor a directory with .eml files.")
    return Source("directory of .eml", len(files), lambda: (file.read_bytes() for file in files))
