"""Putting tickets in order by keyboard in a real browser: snooze, spam, split, fields, and taking each back."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from playwright.sync_api import BrowserContext, Page, expect

from app import db
from app.tickets import field_admin
from app.tickets.models import Message, Ticket
from app.tickets.order_models import SpamSender, TicketValue
from tests.app.web.conftest import Desk
from tests.browser.test_inbox import enter
from tests.support.waiting import wait_until
from tests.support.web import LiveServer, add_agent

pytestmark = pytest.mark.browser


@pytest.fixture
def signed_in(live_server: LiveServer, browser_page: Page, context: BrowserContext) -> Page:
    enter(context, live_server, add_agent("nora@help.example", "Nora Lind"))
    return browser_page


def status(ticket_id: int = 1) -> str:
    with db.reading() as session:
        return session.scalar(sa.select(Ticket.status).where(Ticket.id == ticket_id)) or ""


def tickets_of_messages() -> list[int]:
    with db.reading() as session:
        return list(session.scalars(sa.select(Message.ticket_id).order_by(Message.id)))


def opened(page: Page, server: LiveServer, ticket_id: int = 1) -> None:
    page.goto(f"{server.url}/tickets/{ticket_id}")
    expect(page.locator("#ticket-head h1")).to_be_visible()


def test_snoozed_by_keys_and_taken_back_by_one(desk: Desk, live_server: LiveServer, signed_in: Page) -> None:
    desk.letter()
    opened(signed_in, live_server)
    signed_in.keyboard.press("s")
    tomorrow = signed_in.locator('#ticket .snooze-menu [value="tomorrow"]')
    expect(tomorrow).to_be_visible()
    while not tomorrow.evaluate("one => one === document.activeElement"):
        signed_in.keyboard.press("ArrowDown")
    signed_in.keyboard.press("Enter")
    expect(signed_in.locator("#ticket-head .until")).to_be_visible()
    wait_until(lambda: status() == "snoozed")
    expect(signed_in.locator("#toasts [data-undo-now]")).to_be_visible()
    signed_in.keyboard.press("z")
    wait_until(lambda: status() == "open")
    expect(signed_in.locator("#ticket-head .until")).to_have_count(0)


def test_a_date_and_time_of_ones_own(desk: Desk, live_server: LiveServer, signed_in: Page) -> None:
    desk.letter()
    opened(signed_in, live_server)
    signed_in.keyboard.press("s")
    signed_in.locator("#snooze-1").fill("2031-05-06T07:08")
    signed_in.locator(".snooze-at button").click()
    expect(signed_in.locator("#ticket-head .until")).to_contain_text("6 May 2031, 07:08")


def test_spam_and_taken_back_forgets_the_sender(desk: Desk, live_server: LiveServer, signed_in: Page) -> None:
    desk.letter()
    opened(signed_in, live_server)
    signed_in.get_by_label("More actions").click()
    signed_in.get_by_role("button", name="Mark as spam").click()
    expect(signed_in.get_by_role("button", name="Not spam")).to_be_visible()
    wait_until(lambda: status() == "spam")
    with db.reading() as session:
        assert session.scalars(sa.select(SpamSender.pattern)).all() == ["olga@buyer.example"]
    signed_in.keyboard.press("z")
    wait_until(lambda: status() == "open")
    with db.reading() as session:
        assert session.scalars(sa.select(SpamSender.pattern)).all() == []


def test_the_trash_and_back(desk: Desk, live_server: LiveServer, signed_in: Page) -> None:
    desk.letter()
    opened(signed_in, live_server)
    signed_in.get_by_label("More actions").click()
    signed_in.get_by_role("button", name="Move to the trash").click()
    expect(signed_in.get_by_role("button", name="Restore")).to_be_visible()
    signed_in.keyboard.press("e")
    wait_until(lambda: status() == "open")


def test_split_and_taken_back(desk: Desk, live_server: LiveServer, signed_in: Page) -> None:
    desk.letter("First")
    desk.letter("Second", ticket_id=1)
    desk.letter("Third", ticket_id=1)
    opened(signed_in, live_server)
    signed_in.get_by_label("More actions").click()
    signed_in.get_by_role("link", name="Split or move messages").click()
    signed_in.get_by_role("button", name="This and all after it").first.click()
    signed_in.get_by_label("Subject").fill("Another matter")
    signed_in.get_by_role("button", name="Move the messages").click()
    expect(signed_in.locator("#ticket-head h1")).to_contain_text("Another matter")
    assert tickets_of_messages() == [1, 2, 2]
    signed_in.wait_for_load_state()  # of another page, whose keys are there when it is whole
    signed_in.keyboard.press("z")
    expect(signed_in.locator("#ticket-head h1")).to_contain_text("My order")
    assert tickets_of_messages() == [1, 1, 1]


def test_fields_are_filled_in_by_keyboard(desk: Desk, live_server: LiveServer, signed_in: Page) -> None:
    with db.transaction() as session:
        field_admin.define(session, "ticket", "text", "Order number")
        field_admin.define(session, "ticket", "checkbox", "Fragile")
    desk.letter()
    opened(signed_in, live_server)
    signed_in.keyboard.press("d")
    expect(signed_in.get_by_label("Order number")).to_be_focused()
    signed_in.keyboard.type("A-17")
    signed_in.keyboard.press("Tab")
    signed_in.keyboard.press("Space")
    signed_in.keyboard.press("Tab")
    signed_in.keyboard.press("Enter")
    expect(signed_in.locator(".head-fields")).to_contain_text("A-17")
    with db.reading() as session:
        assert session.scalars(sa.select(TicketValue.value).order_by(TicketValue.field_id)).all() == [
            "A-17",
            "yes",
        ]
