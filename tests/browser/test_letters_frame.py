"""What a reader sees of a letter in its frame: wide tables in full, on a phone too."""

from __future__ import annotations

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.app.web.conftest import Desk
from tests.browser.test_inbox import enter
from tests.support.web import LiveServer, add_agent

pytestmark = [
    pytest.mark.browser,
    pytest.mark.parametrize("database", ["sqlite"], indirect=True),
]
CELLS = "".join(f"<td>Column{number}</td>" for number in range(40))
WIDE = f"<p>Before</p><table border=1><tr>{CELLS}</tr></table>"


@pytest.mark.parametrize("width", [390, 1440])
def test_a_wide_table_is_scrolled_to_its_last_column(
    live_server: LiveServer, browser_page: Page, context: BrowserContext, desk: Desk, width: int
) -> None:
    enter(context, live_server, add_agent("nora@help.example", "Nora Lind"))
    browser_page.set_viewport_size({"width": width, "height": 844})
    browser_page.goto(f"{live_server.url}/tickets/{desk.letter('x', html=WIDE)}")
    frame = browser_page.frame_locator("iframe.letter")
    last = frame.get_by_text("Column39")
    expect(last).to_be_attached()
    # A word of a cell is never broken into letters, and nothing is cut off: the frame itself scrolls.
    assert frame.get_by_text("Column0", exact=True).evaluate("one => one.getClientRects()[0].height < 60")
    last.scroll_into_view_if_needed()
    expect(last).to_be_in_viewport()
    assert browser_page.evaluate("document.documentElement.scrollWidth") <= width
