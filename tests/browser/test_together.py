"""Two agents at two screens: they see each other, do not answer twice, and call each other."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from playwright.sync_api import Browser, Page, expect

from app import db
from app.accounts.models import Agent
from app.tickets import service
from app.tickets.models import Message, Ticket
from app.together import telling
from app.together.models import Notice, TicketLink, Watch
from tests.app.web.conftest import Desk
from tests.browser.test_inbox import editor, enter, sent
from tests.support.waiting import wait_until
from tests.support.web import LiveServer, add_agent

pytestmark = pytest.mark.browser
# What open pages ask for every three seconds must be there by then.
SOON = 60_000


class Screen:
    """One agent's browser."""

    def __init__(self, page: Page, agent: Agent, server: LiveServer) -> None:
        self.page, self.agent, self.url = page, agent, server.url
        self.errors: list[str] = []
        page.set_default_timeout(60_000)
        page.on("pageerror", lambda error: self.errors.append(str(error)))

    def open(self, path: str) -> Page:
        self.page.goto(f"{self.url}{path}")
        return self.page


@pytest.fixture
def screens(browser: Browser, live_server: LiveServer) -> Iterator[tuple[Screen, Screen]]:
    """Nora's and Ben's."""
    contexts = [browser.new_context(), browser.new_context()]
    people = (("nora@help.example", "Nora Lind"), ("ben@help.example", "Ben Harlow"))
    both = []
    for context, (email, name) in zip(contexts, people, strict=True):
        agent = add_agent(email, name)
        enter(context, live_server, agent)
        both.append(Screen(context.new_page(), agent, live_server))
    yield both[0], both[1]
    for screen, context in zip(both, contexts, strict=True):
        assert screen.errors == []
        context.close()


def tell() -> None:
    with db.transaction() as session:
        telling.tell(session, now=db.now())


def notes() -> list[str]:
    with db.reading() as session:
        return list(session.scalars(sa.select(Message.visible).where(Message.kind == "note")))


def write(page: Page, key: str, text: str) -> None:
    page.keyboard.press(key)
    expect(page.locator(f"#form-{'note' if key == 'n' else 'reply'} trix-editor")).to_be_focused()
    page.keyboard.type(text)


def test_two_agents_see_each_other_look_and_type(screens, desk: Desk) -> None:
    nora, ben = screens
    ticket = desk.letter()
    ben.open(f"/tickets/{ticket}")
    page = nora.open(f"/tickets/{ticket}")
    expect(page.locator("#here")).to_contain_text("Ben Harlow is looking at this ticket", timeout=SOON)
    expect(ben.page.locator("#here")).to_contain_text("Nora Lind is looking", timeout=SOON)
    expect(page.locator(f"#t{ticket} .row-here")).to_contain_text("Ben Harlow")
    write(ben.page, "r", "It is on its way")
    expect(page.locator("#typing")).to_contain_text("Ben Harlow is typing a reply", timeout=SOON)
    page.keyboard.press("r")
    expect(page.locator("#typing.is-warning")).to_contain_text("Yours would be the second")
    ben.open("/inbox/open")
    expect(page.locator("#here")).not_to_contain_text("Ben", timeout=SOON)
    expect(page.locator("#typing")).to_be_hidden()


def test_the_second_reply_stops_and_shows_the_first(screens, desk: Desk) -> None:
    nora, ben = screens
    ticket = desk.letter()
    ben.open(f"/tickets/{ticket}")
    nora.open(f"/tickets/{ticket}")
    write(nora.page, "r", "My answer")
    write(ben.page, "r", "Ben was first")
    ben.page.keyboard.press("Control+Enter")
    expect(ben.page.locator("#thread .message-outgoing")).to_contain_text("Ben was first")
    nora.page.keyboard.press("Control+Enter")
    expect(nora.page.locator("[data-problem]")).to_contain_text("Ben Harlow has answered meanwhile")
    expect(nora.page.locator("[data-problem] blockquote")).to_contain_text("Ben was first")
    expect(editor(nora.page)).to_contain_text("My answer")
    assert sent() == ["Ben was first"]


def test_a_mention_is_chosen_by_keys_and_rings_the_bell(screens, desk: Desk) -> None:
    nora, ben = screens
    ticket = desk.letter("Where is it?", subject="A parcel")
    ben.open("/inbox/open")
    nora.open(f"/tickets/{ticket}")
    write(nora.page, "n", "Could you look, @be")
    expect(nora.page.locator("#mention-list [aria-selected=true]")).to_contain_text("Ben Harlow")
    nora.page.keyboard.press("Enter")
    expect(nora.page.locator("#mention-list")).to_have_count(0)
    nora.page.keyboard.type("please")
    nora.page.keyboard.press("Control+Enter")
    expect(nora.page.locator("#thread .mention")).to_have_text("@Ben Harlow")
    assert notes() == ["Could you look, @Ben Harlow please"]
    tell()
    expect(ben.page.locator(".bell-count")).to_have_text("1", timeout=SOON)
    expect(ben.page).to_have_title("(1) All open · Sincerely")
    expect(ben.page.locator('link[rel="icon"]')).to_have_attribute("href", re.compile("icon-unread"))
    ben.page.locator("#bell").click()
    expect(ben.page.locator(".notice-line")).to_contain_text("Nora mentioned you")
    ben.page.locator(".notice-link").click()
    expect(ben.page.locator("#thread .mention-me")).to_be_visible()
    wait_until(lambda: unread(ben.agent) == 0)
    expect(ben.page.locator(".bell-count")).to_have_text("", timeout=SOON)
    expect(ben.page).to_have_title("A parcel #1 · Sincerely")


def unread(agent: Agent) -> int:
    with db.reading() as session:
        query = sa.select(sa.func.count()).where(Notice.agent_id == agent.id, Notice.read_at.is_(None))
        return session.scalar(query) or 0


def test_w_watches_and_a_link_is_made_and_taken_away_by_keys(screens, desk: Desk) -> None:
    nora, _ben = screens
    first, second = desk.letter("One", subject="First"), desk.letter("Two", subject="Second")
    page = nora.open(f"/tickets/{first}")
    page.keyboard.press("w")
    expect(page.locator('[data-key="w"]')).to_have_attribute("aria-pressed", "true")
    with db.reading() as session:
        assert session.get_one(Watch, (first, nora.agent.id)).watching
    page.keyboard.press("l")
    expect(page.locator("#target")).to_be_focused()
    page.keyboard.type(str(second))
    page.keyboard.press("Enter")
    expect(page.locator(".related")).to_contain_text("Second")
    page.locator(".related a").click()
    expect(page.locator(".related")).to_contain_text("First")
    page.locator(".related form button").click()
    expect(page.locator(".related")).to_have_count(0)
    with db.reading() as session:
        assert session.scalars(sa.select(TicketLink)).all() == []


def test_the_address_of_a_message_opens_it_where_it_is_now(screens, desk: Desk) -> None:
    nora, _ben = screens
    ticket, other = desk.letter("The first of many"), desk.letter("Elsewhere")
    for number in range(6):
        desk.letter(f"Letter {number}", ticket_id=ticket)
    page = nora.open(f"/tickets/{ticket}#message-1")
    expect(page.locator("#m1.is-target #message-1")).to_have_attribute("open", "")
    nora.open(f"/tickets/{other}#message-1")
    expect(page.locator("#m1.is-target")).to_be_visible()
    assert page.url.endswith(f"/tickets/{ticket}#message-1")
    page.locator("#m1 [data-copy-link]").click()
    expect(page.locator("#toasts")).to_contain_text("address")


STUB = """
window.shown = JSON.parse(sessionStorage.getItem("shown") || "[]");
window.asked = 0;
window.Notification = class {
  static get permission() { return localStorage.getItem("granted") ? "granted" : "default"; }
  static async requestPermission() { window.asked += 1; localStorage.setItem("granted", "yes"); return "granted"; }
  constructor(title, options) { window.shown.push({ title, ...options }); }
  addEventListener() {}
  close() {}
};
if (location.pathname.startsWith("/inbox")) Object.defineProperty(document, "hidden", { get: () => true });
"""


def test_the_browser_tells_only_after_a_click_and_makes_no_sound(screens, desk: Desk) -> None:
    nora, ben = screens
    ticket = desk.letter(subject="A parcel")
    ben.page.add_init_script(STUB)
    page = ben.open("/notices/settings")
    assert page.evaluate("window.asked") == 0
    page.get_by_role("button", name="Switch on").click()
    expect(page.locator("[data-state]")).to_contain_text("On in this browser")
    assert page.evaluate("window.asked") == 1
    ben.open("/inbox/open")
    nora.open(f"/tickets/{ticket}")
    write(nora.page, "n", "@Ben Harlow look")
    nora.page.keyboard.press("Escape")
    nora.page.locator("#form-note [data-send]").click()
    expect(nora.page.locator("#thread .message-note")).to_be_visible()
    tell()
    wait_until(lambda: page.evaluate("window.shown.length"))
    (shown,) = page.evaluate("window.shown")
    assert shown["title"] == "Nora mentioned you" and shown["silent"] is True
    assert shown["body"] == f"#{ticket} A parcel\n@Ben Harlow look"


def test_a_page_without_live_updates_hears_the_bell_as_well(screens, desk: Desk) -> None:
    nora, ben = screens
    ticket = desk.letter()
    page = ben.open("/customers")
    page.clock.install()
    ben.open("/customers")
    with db.transaction() as session:
        service.assign(session, session.get_one(Ticket, ticket), ben.agent.id, by=nora.agent, now=db.now())
    tell()
    page.clock.run_for(16_000)
    expect(page.locator(".bell-count")).to_have_text("1")
    expect(page).to_have_title("(1) Customers · Sincerely")
