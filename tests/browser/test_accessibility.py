"""Nothing serious keeps a person with a disability from using our pages, in the states in which test_every_page.py does
not see them: a field open, a list empty, a phone.
"""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page
from werkzeug.serving import make_server

from app import create_app, db, sandbox_mail
from app.settings import Settings
from tests.browser import barriers
from tests.browser.test_inbox import enter
from tests.support.web import LiveServer, add_agent
from tests.support.whole_desk import RAW, WholeDesk, build

pytestmark = [
    pytest.mark.browser,
    pytest.mark.parametrize("database", ["sqlite"], indirect=True),
]
PAGES = {
    "inbox": "/inbox/open",
    "empty inbox": "/inbox/spam",
    "saved view": "/inbox/saved-{saved_view_id}",
    "ticket with replies": "/tickets/{answered_ticket}",
    "reply editor": "/tickets/{ticket_id}?compose=reply",
    "note editor": "/tickets/{ticket_id}?compose=note",
    "forward editor": "/tickets/{ticket_id}?compose=forward",
    "letter that leaves later": "/tickets/{later_ticket}",
    "new letter": "/letters/new?draft={begun_draft}",
    "text file": "/attachments/{text_file}/preview",
    "link": "/tickets/{ticket_id}/link?message={message_id}",
    "ratings": "/ratings?days=0",
    "mailbox by permission": "/mailboxes/{oauth_mailbox}",
    "new rule": "/rules/new?trigger=time",
    "choice of macros": "/macros/choose?ticket={ticket_id}",
}
ON_A_PHONE = {
    "inbox": "/inbox/open",
    "ticket": "/tickets/{ticket_id}",
    "reply editor": "/tickets/{ticket_id}?compose=reply",
    "customer card": "/customers/{customer_id}",
    "ratings": "/ratings?days=0",
    "parked mail": "/parked",
    "parked letter": "/parked/{raw_mail_id}",
}
STRANGERS_PAGES = {
    "sign in": "/sign-in",
    "welcome": "/welcome/{welcome_token}",
    "rating": "/r/{rating_token}",
    "thanks": "/r/{rating_token}/thanks",
}


@pytest.fixture
def server(installation: Settings) -> Iterator[LiveServer]:
    """The app in sandbox mode, which has every page, with a letter in a customer's mailbox."""
    settings = installation.model_copy(
        update={"sandbox": "yes", "sandbox_database_url": installation.database_url}
    )
    app = create_app(settings)
    folder = sandbox_mail.account_directory(settings.sandbox_mail_dir, "anna@mail.example")
    (folder / "cur").mkdir(parents=True)
    (folder / "address").write_text("anna@mail.example")
    (folder / "cur" / f"{sandbox_mail.letter_file_name(1, db.now())}:2,").write_bytes(RAW)
    running = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=running.serve_forever, daemon=True)
    thread.start()
    try:
        yield LiveServer(f"http://127.0.0.1:{running.port}", app)
    finally:
        running.shutdown()
        thread.join(60)
        running.server_close()


@pytest.fixture
def desk(installation: Settings, server: LiveServer, context: BrowserContext) -> WholeDesk:
    """One of everything, and Nora signed in to see it."""
    nora = add_agent("nora@help.example", "Nora Lind", role="admin")  # type: ignore[arg-type]
    made = build(installation, nora, text="Where is my order? It was due on Monday.", name="Olga Petrova")
    shutil.copytree(installation.blob_dir, server.app.config["SETTINGS"].blob_dir, dirs_exist_ok=True)
    enter(context, server, nora)
    return made


def test_agents_pages(browser_page: Page, server: LiveServer, desk: WholeDesk) -> None:
    assert not _look_at(browser_page, server, desk, PAGES)


def test_agents_pages_on_a_phone(browser_page: Page, server: LiveServer, desk: WholeDesk) -> None:
    browser_page.set_viewport_size({"width": 390, "height": 800})
    assert not _look_at(browser_page, server, desk, ON_A_PHONE)


def test_strangers_pages(
    browser_page: Page, server: LiveServer, desk: WholeDesk, context: BrowserContext
) -> None:
    context.clear_cookies()
    assert not _look_at(browser_page, server, desk, STRANGERS_PAGES)


def _look_at(page: Page, server: LiveServer, desk: WholeDesk, pages: dict[str, str]) -> list[str]:
    """What is wrong with each of the pages, by their names."""
    known: dict[str, Any] = {
        **desk.ids, "rating_token": desk.rating_token, "welcome_token": desk.welcome_token
    }  # fmt: skip
    found = []
    for name, path in pages.items():
        page.goto(server.url + path.format(**known))
        if "editor" in name:
            page.locator(".composer-form.is-ready trix-editor").first.wait_for()
        found += [f"{name}: {problem}" for problem in barriers.on(page)]
    return sorted(set(found))
