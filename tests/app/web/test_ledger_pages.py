"""Parked mail and the mail ledger, as an agent sees them."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from app import db
from app.blobs import BlobStore
from app.mailboxes.models import Folder, Mailbox, RawMail, RawState

XSS = "<script>alert(1)</script>"


@pytest.fixture
def mailbox(database: str, blobs: BlobStore) -> Mailbox:
    """A mailbox with one mail in a ticket and one parked."""
    now = db.now()
    with db.transaction() as session:
        mailbox = Mailbox(
            address="support@help.example", imap_host="127.0.0.1", created_at=now, last_success_at=now
        )
        folder = Folder(mailbox=mailbox, name="INBOX", uidvalidity=1, on_server=2)
        session.add_all([mailbox, folder])
        session.flush()
        for uid, state in enumerate([RawState.FILED, RawState.PARKED], 1):
            raw = RawMail(
                mailbox_id=mailbox.id, folder_id=folder.id, uidvalidity=1, uid=uid, size=5, stored_at=now, state=state,
                reason=f"why {XSS}", sender=f"olga@buyer.example{XSS}", subject=f"Subject {XSS}",
                sha256=blobs.put(b"From: olga\n\nbytes"),
            )  # fmt: skip
            session.add(raw)
    return mailbox


def state_of(uid: int) -> str:
    with db.reading() as session:
        return session.scalars(sa.select(RawMail.state).where(RawMail.uid == uid)).one()


def test_parked_mail_says_why_and_shows_nothing_active(agent: FlaskClient, mailbox: Mailbox) -> None:
    page = agent.get("/parked").get_data(as_text=True)
    assert "why &lt;script&gt;" in page
    assert XSS not in page


def test_the_source_is_a_download(agent: FlaskClient, mailbox: Mailbox) -> None:
    answer = agent.get("/parked/2/source")
    assert answer.data == b"From: olga\n\nbytes"
    assert answer.headers["Content-Type"].startswith("application/octet-stream")
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_trying_again_frees_parked_mail_only(agent: FlaskClient, mailbox: Mailbox) -> None:
    assert agent.post("/parked/replay", data={}).status_code == 302
    assert (state_of(1), state_of(2)) == ("filed", "stored")


def test_the_ledger_adds_up(agent: FlaskClient, mailbox: Mailbox) -> None:
    page = agent.get("/mailboxes").get_data(as_text=True)
    assert "support@help.example" in page
    assert "balanced" in page


@pytest.mark.parametrize(
    ("error", "text"), [("no such host name", "no such host name"), ("", "Is the poller running?")]
)
def test_silence_turns_the_ledger_red(agent: FlaskClient, mailbox: Mailbox, error: str, text: str) -> None:
    with db.transaction() as session:
        long_ago = db.now() - timedelta(hours=1)
        session.execute(sa.update(Mailbox).values(last_success_at=long_ago, last_error=error))
    page = agent.get("/mailboxes").get_data(as_text=True)
    assert "needs attention" in page
    assert text in page


@pytest.mark.parametrize("path", ["/parked", "/parked/2/source", "/mailboxes"])
def test_signed_out_people_see_nothing(client: FlaskClient, mailbox: Mailbox, path: str) -> None:
    assert client.get(path).status_code in (302, 401)
