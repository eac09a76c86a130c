"""Whoever is quick: a key that comes the moment something appears does what it says on it, and takes nobody away."""

from __future__ import annotations

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.app.web.conftest import Desk
from tests.browser.test_inbox import enter
from tests.support.web import LiveServer, add_agent

pytestmark = [pytest.mark.browser, pytest.mark.parametrize("database", ["sqlite"], indirect=True)]
# Pressed by the browser itself, before it draws: no person and no test is quicker.
CLOSE_AS_SOON_AS_ANSWERED = """() => {
  window.samePage = true;
  new MutationObserver((changes, watcher) => {
    if (!document.querySelector('#thread .message-outgoing')) return;
    watcher.disconnect();
    document.body.dispatchEvent(new KeyboardEvent('keydown', { code: 'KeyE', key: 'e', bubbles: true, cancelable: true }));
  }).observe(document.body, { childList: true, subtree: true });
}"""


@pytest.fixture
def page(live_server: LiveServer, browser_page: Page, context: BrowserContext) -> Page:
    enter(context, live_server, add_agent("nora@help.example", "Nora Lind"))
    return browser_page


def test_a_ticket_is_closed_the_moment_its_answer_shows(
    page: Page, live_server: LiveServer, desk: Desk
) -> None:
    ticket = desk.letter("hello")
    page.goto(f"{live_server.url}/tickets/{ticket}?view=open")
    page.keyboard.press("r")
    expect(page.locator("#form-reply trix-editor")).to_be_focused()
    page.keyboard.type("Words.")
    page.evaluate(CLOSE_AS_SOON_AS_ANSWERED)
    page.keyboard.press("Control+Enter")
    expect(page.locator('#ticket-head [data-key="e"]')).to_contain_text("Open again")
    assert page.evaluate("window.samePage"), "the page was loaded anew, and keys pressed meanwhile were lost"


def test_the_scripts_of_a_page_begin_together(page: Page, live_server: LiveServer, desk: Desk) -> None:
    """No shortcut listens before the window that opens over it: letters meant for that would be taken for shortcuts."""
    desk.letter("hello")
    page.goto(f"{live_server.url}/inbox/open")
    own = page.locator('script[type="module"]')
    assert own.count() == 1
    asked = set(
        page.locator('link[rel="modulepreload"]').evaluate_all("links => links.map(link => link.href)")
    )
    loaded = page.evaluate(
        "performance.getEntriesByType('resource').map(one => one.name).filter(name => name.includes('/static/js/'))"
    )
    assert len(loaded) == len(set(loaded)), "a script was fetched twice"
    assert set(loaded) - asked == {live_server.url + (own.get_attribute("src") or "")}
