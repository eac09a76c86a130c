"""Drafts in a real browser: two agents, two windows, and a line that goes dead."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from playwright.sync_api import Browser, BrowserContext, Page, expect

from app import db
from app.accounts.models import Agent
from app.tickets.models import Kind, Message
from tests.app.web.conftest import Desk
from tests.browser.answering_scene import drafts_now, nora, saved, vera
from tests.browser.test_inbox import editor, enter
from tests.browser.test_letter_files import DROP_FILE
from tests.support.web import LiveServer, add_agent

pytestmark = pytest.mark.browser

__all__ = ["nora", "vera"]


def test_a_colleague_takes_a_draft_over_and_its_author_is_told(
    nora: Page, vera: Page, live_server: LiveServer, desk: Desk
) -> None:
    ticket = desk.letter()
    nora.goto(f"{live_server.url}/tickets/{ticket}?compose=reply")
    expect(editor(nora)).to_be_visible()
    editor(nora).click()
    nora.keyboard.type("What I began")
    saved(nora, words="What I began")
    vera.goto(f"{live_server.url}/tickets/{ticket}")
    expect(vera.locator("#colleagues")).to_contain_text("Nora is writing a reply")
    vera.locator("#colleagues").get_by_text("Take over").click()
    expect(editor(vera)).to_contain_text("What I began")
    editor(nora).click()
    expect(nora.locator("#thread")).to_contain_text("Vera took over what Nora Lind had begun to write")
    editor(vera).click()
    vera.keyboard.press("Control+End")
    vera.keyboard.type(", and I finished")
    saved(vera)
    vera.keyboard.press("Control+Enter")
    expect(vera.locator("#thread .message-outgoing")).to_contain_text("What I began, and I finished")
    with db.reading() as session:
        author = sa.select(Agent.name).join(Message, Message.author_id == Agent.id)
        assert session.scalars(author.where(Message.kind == Kind.OUTGOING)).all() == ["Vera Holm"]


def test_what_was_typed_last_is_sent_although_the_browser_has_not_drawn_it_yet(
    nora: Page, live_server: LiveServer, desk: Desk
) -> None:
    """On a busy machine a frame takes as long as it likes."""
    nora.goto(f"{live_server.url}/tickets/{desk.letter()}?compose=reply")
    expect(editor(nora)).to_be_visible()
    editor(nora).click()
    nora.keyboard.type("Write again")
    saved(nora)
    nora.evaluate("window.requestAnimationFrame = () => 1")
    nora.keyboard.type(" if it stays.")
    nora.keyboard.press("Control+Enter")
    expect(nora.locator("#thread .message-outgoing")).to_be_visible()
    with db.reading() as session:
        sent = session.scalars(sa.select(Message.visible).where(Message.kind == Kind.OUTGOING)).one()
    assert sent.strip() == "Write again if it stays."


def test_two_browsers_of_one_agent_never_write_over_each_other(
    live_server: LiveServer, page: Page, context: BrowserContext, browser: Browser, desk: Desk
) -> None:
    agent = add_agent("nora@help.example", "Nora Lind")
    enter(context, live_server, agent)
    other_context = browser.new_context()
    enter(other_context, live_server, agent)
    other = other_context.new_page()
    ticket = desk.letter()
    for one in (page, other):
        one.goto(f"{live_server.url}/tickets/{ticket}?compose=reply")
        expect(editor(one)).to_be_visible()
    editor(page).click()
    page.keyboard.type("From the office")
    saved(page, words="From the office")
    editor(other).click()
    other.keyboard.type("From home")
    expect(other.locator("#form-reply [data-save-state]")).to_contain_text("changed in another window")
    assert "From the office" in drafts_now()[0].html
    other.get_by_text("Take that text").click()
    expect(editor(other)).to_contain_text("From the office")
    other_context.close()


def test_half_a_minute_without_a_line_loses_no_word_and_no_file(
    live_server: LiveServer, page: Page, context: BrowserContext, desk: Desk
) -> None:
    enter(context, live_server, add_agent("nora@help.example", "Nora Lind"))
    page.goto(f"{live_server.url}/tickets/{desk.letter()}?compose=reply")
    expect(editor(page)).to_be_visible()
    editor(page).click()
    page.keyboard.type("Before. ")
    saved(page)
    context.set_offline(True)
    page.keyboard.type("Meanwhile. ")
    state = page.locator("#form-reply [data-save-state]")
    expect(state).to_have_text("Not saved yet – kept in this browser")
    page.evaluate(DROP_FILE, ["plan.txt", "the plan"])
    expect(page.locator("#form-reply [data-file-list]")).to_contain_text("Waits for the connection")
    editor(page).click()
    page.keyboard.press("Control+End")
    page.keyboard.type("Still typing. ")
    # The clock of the page goes on for half a minute; what it tries meanwhile fails.
    page.wait_for_timeout(30_000)
    context.set_offline(False)
    expect(page.locator("#form-reply [data-file-list] li[data-file]")).to_contain_text("plan.txt")
    saved(page, words="Still typing.")
    [draft] = drafts_now()
    assert "Before." in draft.html and "Meanwhile." in draft.html and "Still typing." in draft.html
    page.reload()
    expect(editor(page)).to_contain_text("Still typing.")
    expect(page.locator("#form-reply [data-file-list]")).to_contain_text("plan.txt")
