"""Answering in a real browser: forwards, articles by a slash, letters that leave later, letters that begin a ticket."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa
from playwright.sync_api import BrowserContext, Page, expect

from app import db
from app.knowledge.models import Suggestion
from app.outgoing import later
from app.tickets.models import Kind, Message, Ticket
from tests.app.web.conftest import Desk
from tests.browser.answering_scene import answer_with, nora, saved
from tests.browser.test_inbox import editor, enter, sent
from tests.support.web import LiveServer, add_agent

__all__ = ["nora"]

pytestmark = pytest.mark.browser


def test_a_letter_is_passed_on_by_keys_and_the_answer_is_not_the_customers(
    nora: Page, live_server: LiveServer, desk: Desk
) -> None:
    ticket = desk.letter("The pump leaks")
    page = nora
    page.goto(f"{live_server.url}/tickets/{ticket}")
    page.keyboard.press("f")
    to = page.locator('#form-forward input[name="to"]')
    expect(to).to_be_focused()
    page.keyboard.type("lab@bench.example")
    page.locator("#form-forward trix-editor").click()
    page.keyboard.type("Please look at this")
    expect(page.locator("#form-forward .passed-on")).to_contain_text("The pump leaks")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#thread .message-outgoing")).to_contain_text("Please look at this")
    expect(page.locator("#thread .message-outgoing")).to_contain_text("Passed on")
    with db.reading() as session:
        message = session.scalars(sa.select(Message).where(Message.kind == Kind.OUTGOING)).one()
        assert message.subject == "Fwd: My order" and "The pump leaks" in message.folded
        assert session.get_one(Ticket, ticket).waiting_since is not None
    desk.letter("It is the seal", ticket_id=ticket, sender_email="lab@bench.example", sender_name="Lab")
    page.reload()
    expect(page.locator("#thread .message-incoming").last).to_contain_text("Not the customer")
    page.keyboard.press("r")
    expect(page.locator('#form-reply input[name="to"]')).to_have_value("Olga Petrova <olga@buyer.example>")
    page.locator("#thread .message-incoming").last.get_by_role("link", name="Reply to this").click()
    expect(page.locator('#form-reply input[name="to"]')).to_have_value("Lab <lab@bench.example>")


def test_an_undone_forward_is_in_the_editor_again(nora: Page, live_server: LiveServer, desk: Desk) -> None:
    page = nora
    page.goto(f"{live_server.url}/tickets/{desk.letter()}?compose=forward")
    page.locator('#form-forward input[name="to"]').fill("lab@bench.example")
    page.locator("#form-forward trix-editor").click()
    page.keyboard.type("Too fast")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#toasts")).to_contain_text("Reply sent")
    page.locator("#ticket-scroll").focus()
    page.keyboard.press("z")
    expect(page.locator("#form-forward trix-editor")).to_contain_text("Too fast")
    expect(page.locator('#form-forward input[name="to"]')).to_have_value("lab@bench.example")
    assert sent() == []


def test_a_slash_finds_an_article_and_counts_it(nora: Page, live_server: LiveServer, desk: Desk) -> None:
    article = answer_with(desk, "Delivery times", "Dear {{customer.first_name}}, it takes two days.")
    answer_with(desk, "Returns", "Send it back within a month.")
    page = nora
    page.goto(f"{live_server.url}/tickets/{desk.letter()}")
    page.keyboard.press("r")
    expect(editor(page)).to_be_focused()
    page.keyboard.type("Hello 1/2")
    expect(page.locator(".article-list")).to_be_hidden()
    page.keyboard.press("Enter")
    page.keyboard.type("/")
    expect(page.locator(".article-list [role=option]")).to_have_count(2)
    page.keyboard.type("deli")
    expect(page.locator(".article-list [role=option]")).to_have_count(1)
    page.keyboard.press("Enter")
    expect(editor(page)).to_contain_text("Dear Olga, it takes two days.")
    expect(editor(page)).not_to_contain_text("/deli")
    expect(editor(page)).to_contain_text("Hello 1/2")
    expect(page.locator(".article-list")).to_be_hidden()
    with db.reading() as session:
        used = session.scalars(sa.select(Suggestion)).one()
        assert (used.article_id, used.outcome) == (article, "inserted")


def test_escape_leaves_the_slash_as_it_is(nora: Page, live_server: LiveServer, desk: Desk) -> None:
    answer_with(desk, "Delivery times", "Two days.")
    page = nora
    page.goto(f"{live_server.url}/tickets/{desk.letter()}")
    page.keyboard.press("r")
    expect(editor(page)).to_be_focused()
    page.keyboard.type("/usr")
    page.keyboard.press("Escape")
    page.keyboard.type("/bin")
    page.keyboard.press("Enter")
    page.keyboard.type("done")
    expect(editor(page)).to_contain_text("/usr/bin")
    expect(editor(page)).to_contain_text("done")


def test_what_send_does_is_remembered(nora: Page, live_server: LiveServer, desk: Desk) -> None:
    page = nora
    first, second = desk.letter(subject="One"), desk.letter(subject="Two")
    page.goto(f"{live_server.url}/tickets/{first}?compose=reply")
    expect(editor(page)).to_be_visible()
    editor(page).click()
    page.keyboard.type("Done")
    page.get_by_label("More ways to send").click()
    page.locator("#form-reply .menu-list").get_by_text("Send and close").click()
    expect(page.locator("#thread .message-outgoing")).to_contain_text("Done")
    page.goto(f"{live_server.url}/tickets/{second}?compose=reply")
    expect(page.locator("#form-reply .send-main")).to_have_text("Send and close")
    editor(page).click()
    page.keyboard.type("Done too")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#thread .message-outgoing")).to_contain_text("Done too")
    with db.reading() as session:
        assert [session.get_one(Ticket, number).status for number in (first, second)] == ["closed", "closed"]


def test_a_letter_leaves_later_and_not_when_the_customer_writes(
    nora: Page, live_server: LiveServer, desk: Desk, installation: object
) -> None:
    page = nora
    ticket = desk.letter()
    page.goto(f"{live_server.url}/tickets/{ticket}?compose=reply")
    expect(editor(page)).to_be_visible()
    editor(page).click()
    page.keyboard.type("Good morning")
    page.get_by_label("More ways to send").click()
    page.get_by_text("Tomorrow morning").click()
    waiting = page.locator(".later")
    expect(waiting).to_contain_text("Good morning")
    expect(waiting).to_contain_text("Leaves")
    assert sent() == []
    waiting.get_by_text("Change").click()
    expect(editor(page)).to_contain_text("Good morning")
    expect(waiting).to_have_count(0)
    page.get_by_label("More ways to send").click()
    page.get_by_text("In an hour").click()
    expect(waiting).to_contain_text("Good morning")
    desk.letter("I found it myself", ticket_id=ticket)
    page.reload()
    expect(waiting).to_have_count(0)
    expect(editor(page)).to_contain_text("Good morning")
    expect(page.locator("#form-reply .notice")).to_contain_text("the customer wrote first")
    with db.transaction() as session:
        assert later.send_due(session, db.now() + timedelta(days=3), installation) == []  # type: ignore[arg-type]
    assert sent() == []


def test_send_now_does_not_wait(nora: Page, live_server: LiveServer, desk: Desk) -> None:
    page = nora
    page.goto(f"{live_server.url}/tickets/{desk.letter()}?compose=reply")
    expect(editor(page)).to_be_visible()
    editor(page).click()
    page.keyboard.type("Good morning")
    page.get_by_label("More ways to send").click()
    page.get_by_text("Monday morning").click()
    page.locator(".later").get_by_text("Send now").click()
    expect(page.locator("#thread .message-outgoing")).to_contain_text("Good morning")
    assert sent() == ["Good morning"]


def test_a_letter_of_ours_begins_a_ticket(nora: Page, live_server: LiveServer, desk: Desk) -> None:
    page = nora
    page.goto(f"{live_server.url}/inbox/open")
    page.keyboard.press("c")
    expect(page.locator("#form-new")).to_be_visible()
    area = page.locator("#form-new trix-editor")
    expect(area).to_be_visible()
    page.locator('#form-new input[name="to"]').fill("Ada Reed <ada@far.example>")
    page.locator('#form-new input[name="subject"]').fill("Your order has arrived")
    area.click()
    page.keyboard.type("Come and fetch it")
    saved(page, "new")
    page.reload()
    expect(area).to_contain_text("Come and fetch it")
    expect(page.locator('#form-new input[name="subject"]')).to_have_value("Your order has arrived")
    area.click()
    page.keyboard.press("Control+Enter")
    expect(page.locator("#thread .message-outgoing")).to_contain_text("Come and fetch it")
    expect(page.locator(".head-subject")).to_contain_text("Your order has arrived")
    with db.reading() as session:
        ticket = session.scalars(sa.select(Ticket)).one()
        assert ticket.customer.email == "ada@far.example" and ticket.status == "waiting"
        message = session.scalars(sa.select(Message)).one()
        assert message.subject == "Your order has arrived" and message.folded == ""
    page.locator("#ticket-scroll").focus()
    page.keyboard.press("z")
    expect(area).to_contain_text("Come and fetch it")
    with db.reading() as session:
        assert session.scalars(sa.select(Ticket)).all() == []


def test_a_variable_that_is_not_filled_stops_the_letter(
    live_server: LiveServer, page: Page, context: BrowserContext, desk: Desk
) -> None:
    enter(context, live_server, add_agent("nora@help.example", "Nora Lind"))
    answer_with(desk, "Greeting", "Dear {{customer.first_name}}, hello.")
    page.goto(f"{live_server.url}/tickets/{desk.letter(sender_name='')}?compose=reply")
    expect(editor(page)).to_be_visible()
    editor(page).click()
    page.keyboard.type("/gree")
    expect(page.locator(".article-list [role=option]")).to_have_count(1)
    page.keyboard.press("Enter")
    expect(editor(page).locator("mark")).to_have_text("{{customer.first_name}}")
    page.keyboard.press("Control+Enter")
    expect(page.locator("[data-problem]")).to_contain_text("{{customer.first_name}}")
    assert sent() == []
