"""Whoever is quick: a key that comes the moment something appears does what it says on it, and takes nobody away."""

from __future__ import annotations

import pytest
from playwright.sync_api import APIResponse, BrowserContext, Page, Route, expect

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


# Whether an answer was ever seen while the editor that it was written in stood open.
SEEN_EARLY = """() => {
  window.early = false;
  new MutationObserver(() => { early ||= Boolean(document.querySelector('#thread .message-outgoing') && document.querySelector('#composer.is-open')); })
    .observe(document.body, { childList: true, subtree: true });
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


def test_an_answer_never_shows_above_its_open_editor(page: Page, live_server: LiveServer, desk: Desk) -> None:
    """Whoever sees it presses the next key, which must not go into the editor: news by another way wait for it."""
    held: list[tuple[Route, APIResponse]] = []
    page.route("**/reply", lambda route: held.append((route, route.fetch())))
    page.goto(f"{live_server.url}/tickets/{desk.letter('hello')}?view=open")
    page.keyboard.press("r")
    expect(page.locator("#form-reply trix-editor")).to_be_focused()
    page.keyboard.type("Words.")
    page.evaluate(SEEN_EARLY)
    page.keyboard.press("Control+Enter")
    while not held:
        page.wait_for_timeout(20)
    with page.expect_response(lambda one: "/live?" in one.url and "message-outgoing" in one.text()):
        page.evaluate("document.dispatchEvent(new CustomEvent('app:ask'))")
    with page.expect_response("**/live?*"):  # the one after it: what it brought has been used
        pass
    route, answer = held.pop()
    route.fulfill(response=answer)
    expect(page.locator("#thread .message-outgoing")).to_contain_text("Words.")
    expect(page.locator("#composer.is-open")).to_have_count(0)
    assert not page.evaluate("early")


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
