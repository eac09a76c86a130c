"""A disk that is nearly full: mail waits on its server, people are told, and it goes on by itself."""

from __future__ import annotations

import threading

import pytest

from app import db
from app.blobs import BlobStore
from app.mailboxes.models import Mailbox
from app.settings import Settings
from mail_ingest import poller as poller_module
from mail_ingest.poller import Poller
from tests.mail_ingest.test_capture import Watched
from tests.support.dovecot import Dovecot
from tests.support.letters import letter
from tests.support.waiting import wait_until

pytestmark = pytest.mark.dovecot


def test_fetching_pauses_and_recovers_unaided(
    installation: Settings, blobs: BlobStore, dovecot: Dovecot, monkeypatch: pytest.MonkeyPatch
) -> None:
    free = [10]
    monkeypatch.setattr(BlobStore, "free_mb", lambda _store: free[0])
    monkeypatch.setattr(poller_module, "BACKOFF_SECONDS", (0.2,))
    watched = Watched(installation, blobs, dovecot, sandbox=True)
    dovecot.append(letter("first"))
    poller = Poller(watched.settings, watched.blobs)
    thread = threading.Thread(target=poller.run)
    thread.start()

    def error() -> str:
        with db.reading() as session:
            return session.get_one(Mailbox, watched.mailbox.id).last_error

    try:
        wait_until(lambda: "almost full (10 MB free)" in error())
        assert watched.rows() == []
        free[0] = 5000
        wait_until(lambda: [row.state for row in watched.rows()] == ["filed"])
        wait_until(lambda: not error())
    finally:
        poller.stop()
        thread.join()
