"""Reports in a browser: charts beside their tables, and the time of writing that is measured while somebody writes."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from playwright.sync_api import Page, expect

from app import db
from app.reports.search_models import EarlierSearch
from tests.browser import test_accessibility as barriers
from tests.support.web import LiveServer
from tests.support.whole_desk import WholeDesk

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.parametrize("database", ["sqlite"], indirect=True),
]
server, desk = barriers.server, barriers.desk


def test_a_chart_is_drawn_from_its_table_which_stays(
    server: LiveServer, desk: WholeDesk, browser_page: Page
) -> None:
    browser_page.goto(f"{server.url}/reports/volume?period=365")
    expect(browser_page.locator("canvas")).to_have_count(1)
    fold = browser_page.locator("[data-chart-table]").first
    expect(fold.locator("table")).to_be_hidden()
    fold.locator("summary").click()
    expect(fold.locator("table")).to_be_visible()
    drawn = browser_page.evaluate("Chart.getChart(document.querySelector('canvas')).data.datasets[0].data")
    said = fold.locator("tbody tr td:nth-child(2)").all_inner_texts()
    assert [str(value) for value in drawn] == said and sum(drawn) >= 0


def at(page: Page) -> float:
    """Seconds by the clock of the page."""
    return float(page.evaluate("performance.now()")) / 1000


def test_writing_is_measured_and_pauses_are_not(server: LiveServer, desk: WholeDesk, page: Page) -> None:
    page.clock.install()
    page.goto(f"{server.url}/tickets/{desk.ids['ticket_id']}?compose=reply")
    area = page.locator("#form-reply trix-editor")
    area.click()
    # From here on the clock of the page moves by our word alone, however slow the machine is.
    page.clock.pause_at(float(page.evaluate("Date.now()")) / 1000 + 60)
    seconds = page.locator('#form-reply input[name="composing_seconds"]')
    begun = at(page)
    page.keyboard.type("Thank")
    page.clock.run_for(20_000)
    page.keyboard.type(" you")
    page.clock.run_for(30_000)
    page.keyboard.type(" for")
    first = int(seconds.input_value())
    assert first >= 50 and abs(first - (at(page) - begun)) <= 5
    # Away for five minutes: nobody was at work.
    page.clock.run_for(300_000)
    begun = at(page)
    page.keyboard.type(" your")
    page.clock.run_for(15_000)
    page.keyboard.type(" letter.")
    second = int(seconds.input_value())
    assert second - first >= 15 and abs(second - first - (at(page) - begun)) <= 5
    with page.expect_request("**/reply") as sent:
        page.locator("#form-reply [data-send]").click()
        page.clock.run_for(1_000)
    assert f'name="composing_seconds"\r\n\r\n{second}' in (sent.value.post_data or "") or (
        f"composing_seconds={second}" in (sent.value.post_data or "")
    )


def test_a_search_ends_with_the_letter_one_stays_with(
    server: LiveServer, desk: WholeDesk, page: Page
) -> None:
    """Back within ten seconds is no find: the time goes on until the click that led somewhere."""
    told: list[str] = []
    page.on(
        "request", lambda one: told.append(one.post_data or "") if one.url.endswith("/search/found") else None
    )
    page.clock.install()
    page.goto(f"{server.url}/tickets/{desk.ids['ticket_id']}")
    page.goto(f"{server.url}/search?q=status:open")
    links = page.locator("#rows .row > a")
    expect(links.nth(1)).to_be_visible()
    page.clock.run_for(5_000)
    links.nth(0).click()
    expect(page.locator("#ticket[data-ticket]")).to_be_visible()
    page.clock.run_for(4_000)
    links.nth(1).click()
    expect(page.locator("#rows .row > a").nth(1)).to_have_attribute("aria-current", "true")
    page.clock.run_for(8_000)
    assert told == []
    with page.expect_request(lambda one: one.url.endswith("/search/found")):
        page.clock.run_for(3_000)
    with db.reading() as session:
        [row] = session.scalars(sa.select(EarlierSearch)).all()
        assert (row.kind, row.ticket_id) == ("search", desk.ids["ticket_id"])
    assert len(told) == 1 and f"key={row.key}" in told[0]
    ms = int(told[0].split("ms=")[1].split("&")[0])
    assert 9_000 <= ms < 60_000
    # What is opened afterwards is reading on.
    links.nth(0).click()
    page.clock.run_for(15_000)
    assert len(told) == 1
