"""RQ jobs: load, call one service, done. Each takes an id, claims its row, and is safe to run twice."""

from __future__ import annotations

from functools import cache

from app import db, installation, queue
from app.automation import triggers
from app.blobs import BlobStore
from app.failpoints import passing
from app.outgoing import deliver, sandbox
from app.settings import Settings, load_settings
from app.together import mail_out
from mail_ingest import sent_copies
from workers import upkeep


@cache
def _configured() -> Settings:
    settings = installation.settle(load_settings())
    db.configure(settings.database)
    queue.configure(settings.queue_url)
    triggers.watch()
    return settings


def get_ready() -> Settings:
    """For a worker, before it forks its first job: what is settled here, no job's process has to settle again.

    Nothing is connected by it.
    """
    return _configured()


def _settings() -> Settings:
    passing("jobs.begin")
    return _configured()


def deliver_message(message_id: int) -> None:
    """Hand over what is due of this message's mailbox, the message itself among it."""
    settings = _settings()
    deliver.deliver_message(message_id, settings, BlobStore(settings.blob_dir))


def file_sent_copies(mailbox_id: int) -> None:
    """See to the copies of sent replies in a mailbox's Sent folder."""
    settings = _settings()
    sent_copies.file_copies(mailbox_id, settings, BlobStore(settings.blob_dir))


def send_notice_mails(mailbox_id: int) -> None:
    """Send the mails to agents that are due by this mailbox."""
    mail_out.send(mailbox_id, _settings())


def send_sandbox_letter(letter_id: int) -> None:
    """Hand a letter written on the sandbox page to the sandbox's own SMTP server."""
    settings = _settings()
    sandbox.send_letter(letter_id, settings, BlobStore(settings.blob_dir))


def keep_knowledge(_round: int) -> None:
    """Look for gaps, doubles and answers that are typed again and again, as far as their time has come."""
    _settings()
    upkeep.run_due()
