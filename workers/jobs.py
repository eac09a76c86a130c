"""RQ jobs: load, call one service, done. Each takes an id, claims its row, and is safe to run twice."""

from __future__ import annotations

from functools import cache

from app import db, installation, queue
from app.blobs import BlobStore
from app.failpoints import passing
from app.outgoing import deliver, sandbox
from app.settings import Settings, load_settings


@cache
def _configured() -> Settings:
    settings = installation.settle(load_settings())
    db.configure(settings.database)
    queue.configure(settings.queue_url)
    return settings


def _settings() -> Settings:
    passing("jobs.begin")
    return _configured()


def deliver_message(message_id: int) -> None:
    """Hand an outgoing message to its recipients' server."""
    settings = _settings()
    deliver.deliver_message(message_id, settings, BlobStore(settings.blob_dir))


def send_sandbox_letter(letter_id: int) -> None:
    """Hand a letter written on the sandbox page to the sandbox's own SMTP server."""
    settings = _settings()
    sandbox.send_letter(letter_id, settings, BlobStore(settings.blob_dir))
