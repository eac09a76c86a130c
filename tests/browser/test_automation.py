"""Building a rule, trying it and reading its log; a macro by its key: in a real browser."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from playwright.sync_api import BrowserContext, Page, expect

from app import db
from app.accounts.models import Agent, Role
from app.automation import macros
from app.automation.actions import Action
from app.automation.macros import MacroForm
from app.automation.models import Rule
from app.tickets.models import Message, Ticket
from tests.app.web.conftest import Desk
from tests.browser.test_inbox import editor, enter
from tests.support.waiting import wait_until
from tests.support.web import LiveServer, add_agent

pytestmark = pytest.mark.browser


@pytest.fixture
def ada(live_server: LiveServer, context: BrowserContext) -> Agent:
    agent = add_agent("ada@help.example", "Ada Berg", role=Role.ADMIN)
    enter(context, live_server, agent)
    return agent


def macro(agent: Agent, name: str, *does: tuple[str, ...]) -> int:
    form = MacroForm(name, "shared", tuple(Action(one[0], tuple(one[1:])) for one in does))
    with db.transaction() as session:
        return macros.make(session, form, by=agent, now=db.now()).id


def tags(ticket_id: int) -> list[str]:
    with db.reading() as session:
        return [tag.name for tag in session.get_one(Ticket, ticket_id).tags]


def test_a_rule_is_built_tried_and_switched_on(
    ada: Agent, browser_page: Page, live_server: LiveServer, desk: Desk
) -> None:
    desk.letter("Hello", subject="A refund, please")
    desk.letter("Hello", subject="Something else")
    page = browser_page
    page.goto(f"{live_server.url}/rules")
    page.get_by_role("link", name="New rule").first.click()
    page.get_by_label("Name").fill("Refunds")
    page.locator("#new_field").select_option("subject")
    page.locator('button[value="add-condition"]').click()
    expect(page.locator('[name="c0.value"]')).to_be_focused()
    page.locator('[name="c0.op"]').select_option("word")
    page.locator('[name="c0.value"]').fill("refund")
    page.locator("#new_do").select_option("add_tags")
    page.locator('button[value="add-action"]').click()
    expect(page.locator('[name="a0.value"]')).to_be_focused()
    page.keyboard.type("money")
    # What was typed before stays when a row is added.
    expect(page.locator('[name="c0.value"]')).to_have_value("refund")
    page.get_by_role("button", name="Try on the last 100 tickets").click()
    expect(page.locator("#trials")).to_contain_text("1 would match")
    expect(page.locator("#trials")).to_contain_text("Tags: money")
    page.get_by_role("button", name="Save and switch on").click()
    expect(page.locator(".notice")).to_contain_text("“Refunds” is saved and on.")
    with db.reading() as session:
        assert session.scalars(sa.select(Rule)).one().active
        assert not session.scalars(sa.select(Ticket)).first().tags  # type: ignore[union-attr]


def test_what_a_time_rule_needs_is_asked_for(ada: Agent, browser_page: Page, live_server: LiveServer) -> None:
    page = browser_page
    page.goto(f"{live_server.url}/rules/new")
    expect(page.locator("#hours:visible")).to_have_count(0)
    page.locator("#trigger").select_option("time")
    expect(page.locator("#hours")).to_be_visible()


def test_a_macro_by_its_key_writes_and_sets_and_is_taken_back(
    ada: Agent, browser_page: Page, live_server: LiveServer, desk: Desk
) -> None:
    macro(ada, "Another one", ("add_tags", "other"))
    macro(
        ada,
        "Ask for the number",
        ("text", "Hello {{customer.first_name}}, which order?"),
        ("add_tags", "asked"),
        ("status", "waiting"),
    )
    ticket = desk.letter()
    page = browser_page
    page.goto(f"{live_server.url}/tickets/{ticket}")
    page.keyboard.press("Shift+KeyM")
    expect(page.locator("#macro-search")).to_be_focused()
    page.keyboard.type("number")
    expect(page.locator("dialog[open] .macro-choice:visible")).to_have_count(1)
    expect(page.locator("#macro-preview")).to_contain_text("Hello Olga, which order?")
    page.keyboard.press("Enter")
    expect(editor(page)).to_contain_text("Hello Olga, which order?")
    expect(page.locator("#ticket-head")).to_contain_text("asked")
    expect(page.locator("#toasts")).to_contain_text("“Ask for the number” is done.")
    page.keyboard.press("Escape")
    page.keyboard.press("z")
    expect(page.locator("#toasts")).to_contain_text("was taken back")
    expect(editor(page)).not_to_contain_text("which order")
    wait_until(lambda: tags(ticket) == [])
    expect(page.locator("#ticket-head")).not_to_contain_text("asked")


def test_a_macro_that_sends_sends(
    ada: Agent, browser_page: Page, live_server: LiveServer, desk: Desk
) -> None:
    macro(ada, "Thank and close", ("text", "Thank you, {{customer.first_name}}!"), ("send", "closed"))
    ticket = desk.letter()
    page = browser_page
    page.goto(f"{live_server.url}/tickets/{ticket}")
    page.keyboard.press("Shift+KeyM")
    expect(page.locator("#macro-search")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#thread .message-outgoing")).to_contain_text("Thank you, Olga!")
    with db.reading() as session:
        assert session.get_one(Ticket, ticket).status == "closed"
        assert (
            session.scalar(sa.select(sa.func.count()).select_from(Message).where(Message.kind == "outgoing"))
            == 1
        )


def test_a_selection_gets_a_macro(
    ada: Agent, browser_page: Page, live_server: LiveServer, desk: Desk
) -> None:
    macro(ada, "Mark", ("add_tags", "marked"))
    tickets = desk.letters(3)
    page = browser_page
    page.goto(f"{live_server.url}/inbox/open")
    for key in ("j", "x", "j", "x"):
        page.keyboard.press(key)
    expect(page.locator("#bulk-count")).to_contain_text("2")
    page.keyboard.press("Shift+KeyM")
    expect(page.locator("#macro-search")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("“Mark” is done.")
    assert sorted(len(tags(ticket)) for ticket in tickets) == [0, 1, 1]
    page.wait_for_load_state()  # of another page, whose keys are there when it is whole
    page.keyboard.press("z")
    wait_until(lambda: all(tags(ticket) == [] for ticket in tickets))
