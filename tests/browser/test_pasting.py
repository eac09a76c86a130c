"""Formatted text from elsewhere, pasted into the editor: its styles are no words to a page that allows none."""

from __future__ import annotations

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.app.web.conftest import Desk
from tests.browser.test_inbox import editor, enter
from tests.support.web import LiveServer, add_agent

pytestmark = pytest.mark.browser
# As word processors and browsers put it on the clipboard: sheets, styles, and a <b> that is none.
STYLED = """<html><head><style>p { color: red }</style></head><body><b style="font-weight:normal" id="wrapped">
<p style="line-height:1.4"><span style="color:#000;font-weight:700">Press</span><span style='font-weight:400'> the </span><span
 style="font-style:italic">left</span> one</p></b>
<p><a href="https://shop.example/?a style=b" style="color:blue">the parts</a></p><style>i { color: blue }"""
PASTE = """(html) => {
  const carried = new DataTransfer();
  carried.setData("text/html", html);
  carried.setData("text/plain", "Press the left one");
  document.activeElement.dispatchEvent(new ClipboardEvent("paste", { clipboardData: carried, bubbles: true, cancelable: true }));
}"""
COPY_A_LETTER = """() => {
  const range = document.createRange();
  range.selectNodeContents(document.querySelector("#thread .message-incoming"));
  getSelection().removeAllRanges();
  getSelection().addRange(range);
}"""


def test_pasted_text_keeps_what_its_styles_mean_and_breaks_no_policy(
    browser_page: Page, context: BrowserContext, live_server: LiveServer, desk: Desk
) -> None:
    page = browser_page
    enter(context, live_server, add_agent("nora@help.example", "Nora Lind"))
    page.goto(f"{live_server.url}/tickets/{desk.letter(text='Which lever is it?')}")
    page.keyboard.press("r")
    expect(editor(page)).to_be_focused()
    page.evaluate(PASTE, STYLED)
    expect(editor(page).locator("strong")).to_have_text("Press")
    expect(editor(page).locator("em")).to_have_text("left")
    expect(editor(page).locator("a")).to_have_attribute("href", "https://shop.example/?a style=b")
    expect(editor(page)).to_contain_text("Press the left one")
    # What is copied from a page brings the styles the browser worked out for it.
    page.evaluate(COPY_A_LETTER)
    page.keyboard.press("Control+c")
    editor(page).click()
    page.keyboard.press("Control+End")
    page.keyboard.press("Control+v")
    expect(editor(page)).to_contain_text("Which lever is it?")
    page.keyboard.press("Control+z")
    expect(editor(page)).not_to_contain_text("Which lever is it?")
