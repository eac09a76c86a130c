"""A queue of fifty letters, worked through by keyboard alone: open, answer, send and close, the next one."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa
from playwright.sync_api import BrowserContext, Page, expect

from app import db
from app.accounts.models import Agent
from app.knowledge import service as knowledge
from app.knowledge.models import Suggestion
from app.tickets.models import Kind, Message, Ticket
from tests.app.web.conftest import Desk
from tests.browser.test_inbox import enter
from tests.support.web import LiveServer, add_agent

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.parametrize("database", ["sqlite"], indirect=True),
]
LETTERS = 50
NO_MOUSE = """window.moused = 0;
for (const kind of ['mousedown', 'pointerdown', 'mousemove', 'touchstart', 'wheel']) addEventListener(kind, () => { moused += 1; }, true);"""


@pytest.fixture
def queue(desk: Desk, nora: Agent) -> list[int]:
    """Fifty letters; every third has a suggested answer. The ids of their tickets, in the order of the list."""
    begin = db.now() - timedelta(days=2)
    tickets = [
        desk.letter(f"Question {n}", subject=f"Subject {n}", sender_email=f"c{n}@buyer.example", sender_name=f"Customer {n}", at=begin + timedelta(minutes=n))
        for n in range(LETTERS)
    ]  # fmt: skip
    with db.transaction() as session:
        words = knowledge.ArticleText("Opening hours", "We are open from nine to five.", "en", ())
        article = knowledge.create(session, words, by=nora, now=db.now())
        session.flush()
        for number, message in enumerate(session.scalars(sa.select(Message).order_by(Message.id))):
            message.suggest_state = "done"
            if number % 3 == 0:
                session.add(
                    Suggestion(
                        message_id=message.id, article_id=article.id, rank=1, confidence=0.9, shown="open",
                        why={"words": [], "example": ""}, created_at=db.now(),
                    )
                )  # fmt: skip
    return tickets


@pytest.fixture
def nora() -> Agent:
    return add_agent("nora@help.example", "Nora Lind")


@pytest.fixture
def signed_in(
    live_server: LiveServer, context: BrowserContext, browser_page: Page, queue: list[int], nora: Agent
) -> Page:
    enter(context, live_server, nora)
    browser_page.add_init_script(NO_MOUSE)
    return browser_page


def test_fifty_letters_are_answered_and_closed_without_a_mouse(
    signed_in: Page, live_server: LiveServer, queue: list[int]
) -> None:
    page, keys = signed_in, signed_in.keyboard
    page.goto(f"{live_server.url}/inbox/open")
    keys.press("j")
    keys.press("Enter")
    for number in range(LETTERS):
        subject = page.locator("#ticket .head-subject")
        expect(subject).to_be_visible()
        ticket = int(page.locator("#ticket").get_attribute("data-ticket") or 0)
        answer(page, suggested=queue.index(ticket) % 3 == 0, text=f"Answer {number}")
        send_and_close(page)
        expect(page.locator(f"#t{ticket}")).to_have_count(0)
        if number < LETTERS - 1:
            keys.press("j")
            expect(page.locator("#ticket")).not_to_have_attribute("data-ticket", str(ticket))
    assert page.evaluate("moused") == 0
    expect(page.locator("#rows .row")).to_have_count(0)
    with db.reading() as session:
        sent = session.scalars(sa.select(Message.visible).where(Message.kind == Kind.OUTGOING)).all()
        states = set(session.scalars(sa.select(Ticket.status)))
        answered = set(session.scalars(sa.select(Message.ticket_id).where(Message.kind == Kind.OUTGOING)))
    assert len(sent) == LETTERS and answered == set(queue) and states == {"closed"}
    assert sum("nine to five" in text for text in sent) == len(range(0, LETTERS, 3))


def answer(page: Page, *, suggested: bool, text: str) -> None:
    """By the first suggestion, or by one's own words."""
    editor = page.locator("#form-reply trix-editor")
    if suggested:
        page.keyboard.press("1")
        expect(editor).to_contain_text("nine to five")
    else:
        page.keyboard.press("r")
        expect(editor).to_be_focused()
        page.keyboard.type(text)
        expect(editor).to_contain_text(text)


def send_and_close(page: Page) -> None:
    """The reply goes and the ticket closes: send, then E."""
    page.keyboard.press("Control+Enter")
    expect(page.locator("#thread .message-outgoing")).to_have_count(1)
    page.keyboard.press("e")
    expect(page.locator('#ticket-head [data-key="e"]')).to_contain_text("Open again")
