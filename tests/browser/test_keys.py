"""Every row of the table of keys, on a Latin and on a Russian keyboard: a key goes by its place."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
import sqlalchemy as sa
from playwright.sync_api import BrowserContext, Locator, Page, expect

from app import db
from app.accounts.models import Agent
from app.knowledge import service as knowledge
from app.knowledge.models import Suggestion
from app.tickets.models import Message, Ticket
from app.tickets.order_models import Field
from tests.app.web.conftest import Desk
from tests.browser.test_inbox import enter
from tests.support.keyboards import Keyboard
from tests.support.waiting import wait_until
from tests.support.web import LiveServer, add_agent

pytestmark = [
    pytest.mark.browser,
    pytest.mark.parametrize("layout", ["latin", "russian"]),
    pytest.mark.parametrize("database", ["sqlite"], indirect=True),
]
# What the table on the screen lists; the tests below press each of them.
PRESSED = {
    "J", "K", "↓", "↑", "Enter", "U", "X", "Shift", "/", "Ctrl", "R", "A", "F", "N", "1", "2", "3", "Z", "E", "S", "I", "T", "M", "?",
    "L", "W", "D", "C", "P", "O", "G", "H", "Q",
}  # fmt: skip

Opened = Callable[[str], None]


@pytest.fixture
def keys(browser_page: Page, layout: str) -> Keyboard:
    return Keyboard(browser_page, layout)


@pytest.fixture
def opened(live_server: LiveServer, browser_page: Page, context: BrowserContext) -> Opened:
    """Nora, signed in; opens a page."""
    enter(context, live_server, add_agent("nora@help.example", "Nora Lind"))
    return lambda path: browser_page.goto(live_server.url + path) and None


def row(page: Page, number: int) -> Locator:
    return page.locator("#rows .row").nth(number)


def link(page: Page, number: int) -> Locator:
    return row(page, number).locator(":scope > a")


def count(query: sa.Select[tuple[int]]) -> int:
    with db.reading() as session:
        return session.scalar(query) or 0


def of_ticket(ticket_id: int, column: sa.orm.attributes.InstrumentedAttribute) -> object:
    with db.reading() as session:
        return session.scalar(sa.select(column).where(Ticket.id == ticket_id))


def test_the_table_names_every_key_that_is_tried(
    opened: Opened, browser_page: Page, keys: Keyboard, desk: Desk
) -> None:
    opened("/inbox/open")
    keys.question_mark()
    table = browser_page.locator("#shortcuts")
    expect(table).to_be_visible()
    assert set(table.locator(".kbd").all_inner_texts()) == PRESSED
    keys.press("Escape")
    expect(table).to_be_hidden()


def test_moving_and_selecting(opened: Opened, browser_page: Page, keys: Keyboard, desk: Desk) -> None:
    page = browser_page
    desk.letters(4)
    opened("/inbox/open")
    keys.press("KeyJ")
    expect(link(page, 0)).to_be_focused()
    keys.press("KeyJ")
    expect(link(page, 1)).to_be_focused()
    keys.press("KeyK")
    expect(link(page, 0)).to_be_focused()
    keys.press("ArrowDown")
    expect(link(page, 1)).to_be_focused()
    keys.press("ArrowUp")
    expect(link(page, 0)).to_be_focused()
    keys.press("KeyX")
    expect(row(page, 0).get_by_role("checkbox")).to_be_checked()
    keys.press("KeyJ")
    keys.press("KeyJ")
    keys.press("KeyX", shift=True)
    expect(page.locator("#rows input:checked")).to_have_count(3)
    keys.press("Escape")
    expect(page.locator("#rows input:checked")).to_have_count(0)
    keys.press("Enter")
    expect(page.locator("#ticket .head-subject")).to_be_visible()
    expect(page.locator("#ticket-scroll")).to_be_focused()
    keys.press("KeyU")
    expect(link(page, 2)).to_be_focused()


def test_searching_and_the_palette(opened: Opened, browser_page: Page, keys: Keyboard, desk: Desk) -> None:
    page = browser_page
    ticket = desk.letter("hello", subject="The kettle")
    opened("/inbox/open")
    keys.press("Slash")
    expect(page.locator("[data-search]")).to_be_focused()
    keys.press("Escape")
    keys.press("KeyK", control=True)
    field = page.get_by_role("combobox", name="Type what you want to do")
    expect(field).to_be_focused()
    keys.type("unass")
    first = page.locator("#palette-list [aria-selected=true]")
    expect(first).to_contain_text("Unassigned")
    keys.press("Enter")
    expect(page).to_have_url(re.compile("/inbox/unassigned"))
    keys.press("KeyK", control=True)
    keys.type(f"#{ticket}")
    keys.press("Enter")
    expect(page).to_have_url(re.compile(f"/tickets/{ticket}"))
    keys.press("KeyK", control=True)
    keys.type("close")
    expect(first).to_contain_text("Close")
    keys.press("Enter")
    expect(page.locator("#ticket-head")).to_contain_text("Open again")
    keys.press("KeyK", control=True)
    keys.type("kettle")
    expect(page.locator("#palette-list")).to_contain_text(f"#{ticket} The kettle")


def test_answering(opened: Opened, browser_page: Page, keys: Keyboard, desk: Desk) -> None:
    page = browser_page
    ticket = desk.letter("hello", to=(("", desk.address), ("Ann", "ann@buyer.example")))
    opened(f"/tickets/{ticket}")
    keys.press("KeyR")
    expect(page.locator("#form-reply trix-editor")).to_be_focused()
    keys.type("Words. ")
    keys.press("Enter", control=True)
    expect(page.locator("#thread .message-outgoing")).to_contain_text("Words.")
    expect(page.locator("#toasts [data-undo-now]")).to_be_visible()
    keys.press("KeyZ")
    expect(page.locator("#form-reply trix-editor")).to_contain_text("Words.")
    keys.press("Escape")
    keys.press("KeyN")
    expect(page.locator("#form-note trix-editor")).to_be_focused()
    keys.press("Escape")
    opened(f"/tickets/{ticket}")
    keys.press("KeyA")
    expect(page.locator("#form-reply")).to_be_visible()
    wait_until(lambda: "ann@buyer.example" in page.locator("#form-reply [name=cc]").input_value())
    keys.press("Escape")
    keys.press("KeyF")
    expect(page.locator("#form-forward")).to_be_visible()
    opened("/inbox/open")
    keys.press("KeyC")
    expect(page).not_to_have_url(re.compile("/inbox/open"))


@pytest.mark.parametrize("number", [1, 2, 3])
def test_a_suggested_answer_is_inserted_by_its_number(
    opened: Opened, browser_page: Page, keys: Keyboard, desk: Desk, number: int
) -> None:
    ticket = desk.letter("hello")
    with db.transaction() as session:
        nora = session.scalars(sa.select(Agent)).one()
        message = session.scalars(sa.select(Message)).one()
        message.suggest_state = "done"
        for rank in (1, 2, 3):
            words = knowledge.ArticleText(f"Title {rank}", f"Answer number {rank}.", "en", ())
            article = knowledge.create(session, words, by=nora, now=db.now())
            session.flush()
            session.add(
                Suggestion(
                    message_id=message.id, article_id=article.id, rank=rank, confidence=0.9, shown="open",
                    why={"words": [], "example": ""}, created_at=db.now(),
                )
            )  # fmt: skip
    opened(f"/tickets/{ticket}")
    keys.press(f"Digit{number}")
    expect(browser_page.locator("#form-reply trix-editor")).to_contain_text(f"Answer number {number}.")


def test_the_ticket(opened: Opened, browser_page: Page, keys: Keyboard, desk: Desk) -> None:
    page = browser_page
    with db.transaction() as session:
        session.add(Field(scope="ticket", key="size", name="Size", kind="text", choices=[]))
    ticket = desk.letter("hello")
    other = desk.letter("another")
    opened(f"/tickets/{ticket}")
    head = page.locator("#ticket-head")
    keys.press("KeyI")
    expect(head.locator(".head-agent")).to_contain_text("Nora")
    keys.press("KeyI", shift=True)
    expect(head.get_by_role("button", name="Nobody")).to_be_visible()
    keys.press("Escape")
    keys.press("KeyT")
    expect(head.locator("input[name=tags]")).to_be_focused()
    keys.type("later")
    keys.press("Enter")
    expect(head.locator(".head-tags")).to_contain_text("later")
    keys.press("KeyH")
    expect(head.get_by_role("button", name="Urgent")).to_be_focused()
    keys.press("Enter")
    expect(head.locator('[data-key="h"]')).to_contain_text("Urgent")
    expect(page.locator("#rows .row").filter(has_text="Urgent")).to_have_count(1)
    keys.press("KeyD")
    expect(page.locator(f"#fields-{ticket}")).to_be_visible()
    keys.press("Escape")
    keys.press("KeyW")
    expect(head.locator('[data-key="w"]')).to_have_attribute("aria-pressed", "true")
    keys.press("KeyE")
    expect(page.locator("#toasts .toast-note").last).to_contain_text("closed")
    keys.press("KeyZ")
    expect(head.locator('[data-key="e"]')).to_contain_text("Close")
    keys.press("KeyS")
    expect(head.locator(".snooze-menu [data-focus]")).to_be_focused()
    keys.press("Enter")
    wait_until(lambda: of_ticket(ticket, Ticket.status) == "snoozed")
    expect(head.locator(".until")).to_be_visible()  # its answer is here, and does not cross the next page
    opened(f"/tickets/{other}")
    keys.press("KeyM")
    expect(page).to_have_url(re.compile(f"/tickets/{other}/merge"))
    opened(f"/tickets/{other}")
    keys.press("KeyL")
    expect(page).to_have_url(re.compile(f"/tickets/{other}/link"))
    opened(f"/tickets/{other}")
    keys.press("KeyM", shift=True)
    expect(page.get_by_role("heading", name="Macros")).to_be_visible()


def test_reading_a_long_ticket(opened: Opened, browser_page: Page, keys: Keyboard, desk: Desk) -> None:
    page = browser_page
    ticket = desk.letter("Letter 0")
    for number in range(1, 18):
        desk.letter(f"Letter {number}", ticket_id=ticket)
    with db.transaction() as session:
        seen = session.scalar(sa.select(sa.func.max(Message.id))) or 0
        session.execute(sa.update(Ticket).values(seen_message_id=seen, unread=True))
    for number in range(18, 21):
        desk.letter(f"Letter {number}", ticket_id=ticket)
    opened(f"/tickets/{ticket}")
    expect(page.locator("#thread .message")).to_have_count(10)
    keys.press("KeyO")
    expect(page.locator("#thread .message")).to_have_count(21)
    keys.press("KeyG")
    expect(page).to_have_url(re.compile("#first-unread$"))
    expect(page.locator("#first-unread")).to_be_in_viewport()
    keys.press("KeyP")
    expect(page).to_have_url(re.compile(f"/tickets/{ticket}/print"))


def test_keys_rest_where_words_are_typed_and_when_switched_off(
    opened: Opened, browser_page: Page, keys: Keyboard, desk: Desk
) -> None:
    page = browser_page
    ticket = desk.letter("hello")
    opened(f"/tickets/{ticket}")
    keys.press("Slash")
    expect(page.locator("[data-search]")).to_be_focused()
    for code in ("KeyE", "KeyI", "KeyR"):
        keys.press(code)
    assert len(page.locator("[data-search]").input_value()) == 3
    with db.transaction() as session:
        session.execute(sa.update(Agent).values(shortcuts=False))
    opened(f"/tickets/{ticket}")
    for code in ("KeyE", "KeyI", "KeyR"):
        keys.press(code)
    # The palette is no single key: it is there all the same.
    keys.press("KeyK", control=True)
    expect(page.locator("#palette")).to_be_visible()
    assert (of_ticket(ticket, Ticket.status), of_ticket(ticket, Ticket.assignee_id)) == ("open", None)
    assert count(sa.select(sa.func.count(Message.id))) == 1
    expect(page.locator("#composer.is-open")).to_have_count(0)
