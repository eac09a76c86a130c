"""Working the queue in a real browser: selecting and acting by keyboard alone, by mouse, and on a phone."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import BrowserContext, Page, Route, expect

from app import db
from app.accounts.teams import TeamForm, make_team
from app.tickets.models import Ticket
from tests.app.web.conftest import Desk
from tests.browser.test_inbox import enter, signed_in  # noqa: F401 (a fixture)
from tests.support.waiting import wait_until
from tests.support.web import LiveServer, add_agent

pytestmark = pytest.mark.browser


def statuses(ids: list[int]) -> list[str]:
    with db.reading() as session:
        return [session.get_one(Ticket, one).status for one in ids]


def shown(page: Page) -> list[str]:
    return page.locator("#rows .row-subject bdi").all_inner_texts()


def count(page: Page):
    return page.locator("#bulk-count")


def test_a_range_is_selected_closed_and_taken_back_by_keyboard_alone(
    signed_in: Page,  # noqa: F811
    live_server: LiveServer,
    desk: Desk,
) -> None:
    ids = desk.letters(6)
    page = signed_in
    page.goto(f"{live_server.url}/inbox/open")
    assert shown(page)[0] == "Subject 0"
    page.keyboard.press("j")
    page.keyboard.press("x")
    expect(count(page)).to_have_text("1 selected")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("j")
    page.keyboard.press("Shift+X")
    expect(count(page)).to_have_text("3 selected")
    page.keyboard.press("e")
    expect(page.locator("#toasts")).to_contain_text("3 tickets closed.")
    expect(page.locator("#rows .row")).to_have_count(3)
    expect(page.locator("#bulk")).to_be_hidden()
    assert statuses(ids) == ["closed"] * 3 + ["open"] * 3
    expect(page.locator("#rows .row > a").first).to_be_focused()
    page.keyboard.press("z")
    expect(page.locator("#rows .row")).to_have_count(6)
    assert statuses(ids) == ["open"] * 6


def test_tags_snooze_and_assignment_by_keyboard_alone(
    signed_in: Page,  # noqa: F811
    live_server: LiveServer,
    desk: Desk,
) -> None:
    ids = desk.letters(3)
    add_agent("ben@help.example", "Ben Carter")
    with db.transaction() as session:
        make_team(session, TeamForm("Repairs"), now=db.now())
    page = signed_in
    page.goto(f"{live_server.url}/inbox/open")
    page.keyboard.press("j")
    page.keyboard.press("x")
    page.keyboard.press("t")
    expect(page.locator("#bulk-tag")).to_be_focused()
    page.keyboard.type("urgent")
    page.keyboard.press("Enter")
    expect(page.locator("#rows .row").first).to_contain_text("urgent")
    expect(page.locator("#bulk")).to_be_hidden()
    page.keyboard.press("x")
    page.keyboard.press("Shift+I")
    people = page.locator("#bulk-people")
    expect(people.get_by_role("button", name="Ben Carter")).to_be_visible()
    expect(people).to_contain_text("Repairs")
    expect(people.locator("button").first).to_be_focused()
    people.get_by_role("button", name="Ben Carter").press("Enter")
    expect(page.locator("#rows .row").first).to_contain_text("Assigned to Ben Carter")
    expect(page.locator("#bulk")).to_be_hidden()
    page.keyboard.press("x")
    page.keyboard.press("h")
    expect(page.locator("#bulk").get_by_role("button", name="Urgent")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#toasts")).to_contain_text("Priority of 1 ticket changed.")
    expect(page.locator("#rows .row").first).to_contain_text("Urgent")
    expect(page.locator("#bulk")).to_be_hidden()
    page.keyboard.press("x")
    page.keyboard.press("s")
    page.locator("#bulk details[open] button", has_text="In a week").press("Enter")
    expect(page.locator("#rows .row")).to_have_count(2)
    assert statuses(ids) == ["snoozed", "open", "open"]


def test_with_the_focus_in_the_list_a_key_means_that_ticket(
    signed_in: Page,  # noqa: F811
    live_server: LiveServer,
    desk: Desk,
) -> None:
    ids = desk.letters(3)
    page = signed_in
    page.goto(f"{live_server.url}/inbox/open")
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("i")
    expect(page.locator("#rows .row").nth(1)).to_contain_text("Assigned to Nora Lind")
    page.keyboard.press("e")
    expect(page.locator("#rows .row")).to_have_count(2)
    assert statuses(ids) == ["open", "closed", "open"]
    page.keyboard.press("Enter")
    expect(page.locator("#ticket .head-subject")).to_contain_text("Subject 2")
    expect(page.locator("#ticket-scroll")).to_be_focused()
    page.keyboard.press("u")
    expect(page.locator('#rows .row > a[aria-current="true"]')).to_be_focused()


def test_a_ticket_that_comes_late_leaves_the_focus_where_its_reader_has_gone(
    signed_in: Page,  # noqa: F811
    live_server: LiveServer,
    desk: Desk,
) -> None:
    desk.letters(3)
    page = signed_in
    held: list[Route] = []
    page.route(re.compile(r"/tickets/\d+\?"), lambda route: held.append(route))
    page.goto(f"{live_server.url}/inbox/open")
    link = page.locator("#rows .row > a")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    while not held:
        page.wait_for_timeout(20)
    page.keyboard.press("j")
    expect(link.nth(1)).to_be_focused()
    held.pop().continue_()
    expect(page.locator("#ticket .head-subject")).to_contain_text("Subject 0")
    expect(link.nth(1)).to_be_focused()
    # The next one comes to somebody who only waits for it.
    page.keyboard.press("Enter")
    while not held:
        page.wait_for_timeout(20)
    held.pop().continue_()
    expect(page.locator("#ticket .head-subject")).to_contain_text("Subject 1")
    expect(page.locator("#ticket-scroll")).to_be_focused()


def test_fifty_letters_are_worked_through_without_the_mouse(
    signed_in: Page,  # noqa: F811
    live_server: LiveServer,
    desk: Desk,
) -> None:
    """One by one, the longest waiting first, each gone from the list and the next one under the focus."""
    ids = desk.letters(50)
    page = signed_in
    page.goto(f"{live_server.url}/inbox/open")
    page.keyboard.press("j")
    for left in range(49, -1, -1):
        page.keyboard.press("e")
        expect(page.locator("#rows .row")).to_have_count(left)
        if left:
            expect(page.locator("#rows .row > a").first).to_be_focused()
    assert set(statuses(ids)) == {"closed"}


def test_shift_click_whole_page_and_whole_view(
    signed_in: Page,  # noqa: F811
    live_server: LiveServer,
    desk: Desk,
) -> None:
    ids = desk.letters(60)
    page = signed_in
    page.goto(f"{live_server.url}/inbox/open")
    boxes = page.locator("[data-pick]")
    boxes.nth(1).click()
    boxes.nth(4).click(modifiers=["Shift"])
    expect(count(page)).to_have_text("4 selected")
    page.keyboard.press("Escape")
    expect(page.locator("#bulk")).to_be_hidden()
    page.locator("[data-pick-all]").click()
    expect(count(page)).to_have_text("50 selected")
    page.locator("[data-pick-view]").click()
    expect(count(page)).to_have_text("All in this view")
    page.locator('#bulk button[value="status:closed"]').click()
    expect(page.locator("#toasts")).to_contain_text("60 tickets closed.")
    assert set(statuses(ids)) == {"closed"}
    page.locator("#toasts [data-undo-now]").click()
    wait_until(lambda: set(statuses(ids)) == {"open"})


def test_a_selection_survives_what_arrives_meanwhile(
    signed_in: Page,  # noqa: F811
    live_server: LiveServer,
    desk: Desk,
) -> None:
    ids = desk.letters(3)
    page = signed_in
    page.goto(f"{live_server.url}/inbox/open")
    page.locator("[data-pick]").nth(1).click()
    desk.letter("And one more thing", ticket_id=ids[1])
    desk.letter("A new one", subject="Fresh")
    expect(page.locator("#rows .row")).to_have_count(4)
    expect(page.locator(f"#t{ids[1]} [data-pick]")).to_be_checked()
    expect(count(page)).to_have_text("1 selected")


def test_two_agents_act_on_one_selection(
    signed_in: Page,  # noqa: F811
    live_server: LiveServer,
    desk: Desk,
    browser,
) -> None:
    """Whoever comes second reads what was done already; an undo leaves alone what the other changed since."""
    ids = desk.letters(2)
    page = signed_in
    page.goto(f"{live_server.url}/inbox/open")
    other: BrowserContext = browser.new_context()
    enter(other, live_server, add_agent("ben@help.example", "Ben Carter"))
    bens = other.new_page()
    bens.goto(f"{live_server.url}/inbox/closed")
    page.locator("[data-pick-all]").click()
    page.keyboard.press("e")
    expect(page.locator("#toasts")).to_contain_text("2 tickets closed.")
    row = bens.locator(f"#t{ids[0]} [data-pick]")
    expect(row).to_be_attached()
    row.click()
    bens.locator("#bulk summary[title=More]").click()
    bens.locator('#bulk button[value="status:waiting"]').click()
    expect(bens.locator("#toasts")).to_contain_text("1 ticket waits for the customer.")
    page.keyboard.press("z")
    expect(page.locator("#toasts")).to_contain_text("1 ticket is as before.")
    expect(page.locator("#toasts")).to_contain_text(f"left as it is: #{ids[0]}")
    assert statuses(ids) == ["waiting", "open"]
    other.close()


def test_on_a_phone_the_picture_is_the_box(
    signed_in: Page,  # noqa: F811
    live_server: LiveServer,
    desk: Desk,
) -> None:
    ids = desk.letters(2)
    page = signed_in
    page.set_viewport_size({"width": 390, "height": 800})
    page.goto(f"{live_server.url}/inbox/open")
    page.locator(".pick").first.click()
    expect(count(page)).to_have_text("1 selected")
    page.locator("#bulk summary[title=More]").click()
    menu = page.locator("#bulk details[open] .menu-list")
    box = menu.bounding_box()
    assert box and box["x"] >= 0 and box["x"] + box["width"] <= 390
    page.locator('#bulk button[value="spam"]').click()
    expect(page.locator("#rows .row")).to_have_count(1)
    assert statuses(ids) == ["spam", "open"]


def test_a_view_is_made_from_a_search_and_has_its_number(
    signed_in: Page,  # noqa: F811
    live_server: LiveServer,
    desk: Desk,
) -> None:
    desk.letter("I want a refund", subject="Money")
    desk.letter("Hello")
    page = signed_in
    page.goto(f"{live_server.url}/search?q=refund")
    page.get_by_label("Save as a view").click()
    page.get_by_label("Name").fill("Refunds")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#rows .row")).to_have_count(1)
    expect(page.locator('.views [data-count^="saved-"]')).to_have_text("1")
