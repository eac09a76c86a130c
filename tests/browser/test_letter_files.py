"""Pictures and files in a letter, and addresses, in a real browser."""

from __future__ import annotations

import base64

import pytest
import sqlalchemy as sa
from playwright.sync_api import Page, expect

from app import db
from app.outgoing.models import Outbox
from app.tickets.models import Attachment, Kind, Message
from tests.app.web.conftest import Desk
from tests.browser.answering_scene import drafts_now, nora, saved
from tests.browser.test_inbox import editor
from tests.support.waiting import wait_until
from tests.support.web import LiveServer, add_agent
from tests.support.whole_desk import PNG

pytestmark = pytest.mark.browser

__all__ = ["nora"]

PASTE_PICTURE = """(data) => {
  const bytes = Uint8Array.from(atob(data), (char) => char.charCodeAt(0));
  const carried = new DataTransfer();
  carried.items.add(new File([bytes], "screen.png", { type: "image/png" }));
  document.activeElement.dispatchEvent(new ClipboardEvent("paste", { clipboardData: carried, bubbles: true, cancelable: true }));
}"""
DROP_FILE = """([name, text]) => {
  const carried = new DataTransfer();
  carried.items.add(new File([text], name, { type: "text/plain" }));
  const place = document.getElementById("ticket");
  for (const kind of ["dragover", "drop"]) place.dispatchEvent(new DragEvent(kind, { dataTransfer: carried, bubbles: true, cancelable: true }));
}"""


def test_a_pasted_picture_is_in_the_text_and_in_the_letter(
    nora: Page, live_server: LiveServer, desk: Desk
) -> None:
    page = nora
    page.goto(f"{live_server.url}/tickets/{desk.letter()}")
    page.keyboard.press("r")
    expect(editor(page)).to_be_focused()
    page.keyboard.type("Press here: ")
    page.evaluate(PASTE_PICTURE, base64.b64encode(PNG).decode())
    picture = editor(page).locator('img[src*="/attachments/"]')
    expect(picture).to_have_count(1)
    saved(page)
    wait_until(lambda: "cid:image." in drafts_now()[0].html)
    page.reload()
    expect(picture).to_have_count(1)
    page.wait_for_function("() => document.querySelector('trix-editor img').naturalWidth > 0")
    editor(page).click()
    page.keyboard.press("Control+Enter")
    shown = page.locator("#thread .message-outgoing .letter-text img")
    expect(shown).to_have_count(1)
    page.wait_for_function("() => document.querySelector('#thread .message-outgoing img').naturalWidth > 0")
    with db.reading() as session:
        message = session.scalars(sa.select(Message).where(Message.kind == Kind.OUTGOING)).one()
        file = session.scalars(sa.select(Attachment).where(Attachment.message_id == message.id)).one()
        assert file.inline and f"cid:{file.content_id}" in (message.html or "")


def test_a_file_is_dropped_taken_off_and_never_too_large(
    nora: Page, live_server: LiveServer, desk: Desk
) -> None:
    page = nora
    page.goto(f"{live_server.url}/tickets/{desk.letter()}?compose=reply")
    expect(editor(page)).to_be_visible()
    page.evaluate(DROP_FILE, ["plan.txt", "the plan"])
    file = page.locator("#form-reply [data-file-list] li[data-file]")
    expect(file).to_contain_text("plan.txt")
    page.reload()
    expect(file).to_contain_text("plan.txt")
    file.locator("[data-remove]").click()
    expect(file).to_have_count(0)
    page.evaluate("() => { document.getElementById('form-reply').dataset.max = '3'; }")
    page.evaluate(DROP_FILE, ["big.txt", "more than three"])
    expect(page.locator("#toasts")).to_contain_text("big.txt")
    expect(file).to_have_count(0)


def test_addresses_are_offered_and_checked_at_the_field(
    nora: Page, live_server: LiveServer, desk: Desk
) -> None:
    add_agent("ira@help.example", "Ira Stone")
    page = nora
    page.goto(f"{live_server.url}/tickets/{desk.letter()}?compose=reply")
    expect(editor(page)).to_be_visible()
    cc = page.locator('#form-reply input[name="cc"]')
    cc.click()
    page.keyboard.type("ir")
    expect(page.locator(".people-list [role=option]")).to_contain_text(["Ira Stone"])
    page.keyboard.press("Enter")
    expect(cc).to_have_value("Ira Stone <ira@help.example>, ")
    page.keyboard.type("nobody")
    editor(page).click()
    expect(page.locator("#form-reply .field-error")).to_contain_text("nobody")
    cc.fill("Ira Stone <ira@help.example>")
    editor(page).click()
    expect(page.locator("#form-reply .field-error")).to_have_count(0)
    page.get_by_role("button", name="Bcc").click()
    expect(page.locator('#form-reply input[name="bcc"]')).to_be_focused()
    page.keyboard.type("boss@help.example")
    editor(page).click()
    page.keyboard.type("With copies")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#thread .message-outgoing")).to_contain_text("boss@help.example")
    with db.reading() as session:
        people = set(session.scalars(sa.select(Outbox.recipient)))
        assert people == {"olga@buyer.example", "ira@help.example", "boss@help.example"}
