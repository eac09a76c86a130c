"""Two agents who answer, each in a browser of her own, and what they have written so far."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from playwright.sync_api import Browser, BrowserContext, Page, expect

from app import db
from app.knowledge import service as knowledge
from app.tickets.models import Draft
from tests.app.web.conftest import Desk
from tests.browser.test_inbox import enter
from tests.support.waiting import wait_until
from tests.support.web import LiveServer, add_agent


@pytest.fixture
def nora(live_server: LiveServer, browser_page: Page, context: BrowserContext) -> Page:
    enter(context, live_server, add_agent("nora@help.example", "Nora Lind"))
    return browser_page


@pytest.fixture
def vera(live_server: LiveServer, browser: Browser) -> Iterator[Page]:
    """A colleague in a browser of her own."""
    context = browser.new_context()
    enter(context, live_server, add_agent("vera@help.example", "Vera Holm"))
    page = context.new_page()
    page.set_default_timeout(60_000)
    yield page
    context.close()


def saved(page: Page, kind: str = "reply", words: str = "") -> None:
    """Until it says so; with `words`, until these are among what is kept: it may speak of what was typed before them."""
    expect(page.locator(f"#form-{kind} [data-save-state]")).to_have_text("Draft saved")
    wait_until(lambda: any(words in draft.html for draft in drafts_now()))


def drafts_now() -> list[Draft]:
    with db.reading() as session:
        return list(session.scalars(sa.select(Draft).order_by(Draft.id)))


def answer_with(desk: Desk, title: str, answer: str) -> int:
    with db.transaction() as session:
        text = knowledge.ArticleText(title, answer, "en", ())
        return knowledge.create(session, text, by=None, now=db.now()).id
