"""The assistant on a phone, against a real Dovecot: wrong password, servers by hand, reload, first import, progress."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from playwright.sync_api import Page, expect
from werkzeug.serving import make_server

from app import create_app, db
from app.accounts.models import Role
from app.blobs import BlobStore
from app.mailboxes.models import Mailbox
from app.settings import Settings
from app.tickets.models import Ticket
from mail_ingest.poller import Poller
from mail_ingest.setups import World
from tests.browser.test_inbox import enter
from tests.support.dovecot import Dovecot
from tests.support.smtp_sink import SmtpSink
from tests.support.web import LiveServer, add_agent

pytestmark = [
    pytest.mark.browser,
    pytest.mark.dovecot,
    pytest.mark.parametrize("database", ["sqlite"], indirect=True),
]
ADDRESS = "support@help.example"
LETTER = "From: olga@buyer.example\r\nTo: support@help.example\r\nSubject: Letter {n}\r\nMessage-ID: <{n}@buyer.example>\r\n\r\nHello\r\n"


@pytest.fixture
def near(installation: Settings) -> Settings:
    return installation.model_copy(update={"allow_private_mail_hosts": True})


@pytest.fixture
def desk_server(near: Settings) -> Iterator[LiveServer]:
    app: Flask = create_app(near)
    app.config.update(TESTING=True)
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield LiveServer(f"http://127.0.0.1:{server.port}", app)
    server.shutdown()
    thread.join(60)
    server.server_close()


@pytest.fixture
def poller(near: Settings) -> Iterator[Poller]:
    """The real one; only the world outside this machine says nothing to it."""
    running = Poller(near, BlobStore(near.blob_dir))
    running._chores._setups._world = World(_Silent(), lambda _domain, _address: None)  # type: ignore[arg-type]
    thread = threading.Thread(target=running.run, daemon=True)
    thread.start()
    yield running
    running.stop()
    thread.join(60)


class _Silent:
    def services(self, _name: str) -> list[object]:
        return []

    def exchangers(self, _domain: str) -> list[str]:
        return []


def test_a_mailbox_is_connected_on_a_phone(
    browser_page: Page, desk_server: LiveServer, poller: Poller, dovecot: Dovecot, smtp_sink: SmtpSink
) -> None:
    smtp_sink.user, smtp_sink.password = ADDRESS, Dovecot.password
    for n in range(3):
        dovecot.append(LETTER.format(n=n).encode(), at=datetime.now(UTC) - timedelta(days=5))
    admin = add_agent("ada@help.example", "Ada Berg", role=Role.ADMIN)
    page = browser_page
    page.set_viewport_size({"width": 390, "height": 844})
    enter(page.context, desk_server, admin)
    page.goto(f"{desk_server.url}/mailboxes/connect")
    page.get_by_label("Email address").fill(ADDRESS)
    page.get_by_label("Password of this mailbox").fill("not it")
    page.get_by_role("button", name="Find the servers").click()
    expect(page.get_by_text("IMAP: imap.help.example")).to_be_visible(timeout=60_000)

    page.reload()  # the answer is stored: nothing is looked for again
    for protocol, port in (("IMAP", dovecot.port), ("SMTP", smtp_sink.port)):
        page.get_by_label(f"{protocol} server").fill("127.0.0.1")
        page.locator(f"#{protocol.lower()}_port").fill(str(port))
        page.locator(f"#{protocol.lower()}_security").select_option("none")
    page.locator("#password").fill("not it either")
    page.get_by_role("button", name="Try again").click()
    expect(page.locator("#assistant .notice", has_text="password").first).to_be_visible(timeout=60_000)
    page.locator("#password").fill(Dovecot.password)
    page.get_by_role("button", name="Try again").click()
    expect(page.get_by_text("IMAP: signed in.")).to_be_visible(timeout=60_000)

    page.goto(f"{desk_server.url}/mailboxes/connect")
    page.get_by_role("link", name=ADDRESS).click()  # another day it goes on where it was
    page.get_by_label("The last 30 days, as closed tickets").check()
    page.get_by_role("button", name="Connect", exact=True).click()
    expect(page.get_by_text("Everything that was there is in its place: 3 in tickets")).to_be_visible(
        timeout=90_000
    )
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= 390, "the page is wider than the phone"
    with db.reading() as session:
        assert session.scalars(sa.select(Mailbox.address)).all() == [ADDRESS]
        assert set(session.scalars(sa.select(Ticket.status))) == {"closed"}
    assert smtp_sink.accepted == [], "old mail was answered"
