"""Answering in a real browser: forwards, articles, pictures, letters that leave later, drafts between two agents."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from datetime import timedelta

import pytest
import sqlalchemy as sa
from playwright.sync_api import Browser, BrowserContext, Page, expect

from app import db
from app.accounts.models import Agent
from app.knowledge import service as knowledge
from app.knowledge.models import Suggestion
from app.outgoing import later
from app.outgoing.models import Outbox
from app.tickets.models import Attachment, Draft, Kind, Message, Ticket
from tests.app.web.conftest import Desk
from tests.browser.test_inbox import editor, enter, sent
from tests.support.waiting import wait_until
from tests.support.web import LiveServer, add_agent
from tests.support.whole_desk import PNG

pytestmark = pytest.mark.browser

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


@pytest.fixture
def nora(live_server: LiveServer, browser_page: Page, context: BrowserContext) -> Page:
    enter(context, live_server, add_agent("nora@help.example", "Nora Lind"))
    return browser_page


@pytest.fixture
def vera(live_server: LiveServer, browser: Browser) -> Iterator[Page]:
    """A colleague in a browser of her own."""
    context = browser.new_context()
    enter(context, live_server, add_agent("vera@help.example", "Vera Holm"))
    page = context.new_page()
    page.set_default_timeout(15_000)
    yield page
    context.close()


def saved(page: Page, kind: str = "reply") -> None:
    expect(page.locator(f"#form-{kind} [data-save-state]")).to_have_text("Draft saved")


def drafts_now() -> list[Draft]:
    with db.reading() as session:
        return list(session.scalars(sa.select(Draft).order_by(Draft.id)))


def answer_with(desk: Desk, title: str, answer: str) -> int:
    with db.transaction() as session:
        text = knowledge.ArticleText(title, answer, "en", ())
        return knowledge.create(session, text, by=None, now=db.now()).id


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


def test_a_colleague_takes_a_draft_over_and_its_author_is_told(
    nora: Page, vera: Page, live_server: LiveServer, desk: Desk
) -> None:
    ticket = desk.letter()
    nora.goto(f"{live_server.url}/tickets/{ticket}?compose=reply")
    expect(editor(nora)).to_be_visible()
    editor(nora).click()
    nora.keyboard.type("What I began")
    saved(nora)
    vera.goto(f"{live_server.url}/tickets/{ticket}")
    expect(vera.locator("#colleagues")).to_contain_text("Nora is writing a reply")
    vera.locator("#colleagues").get_by_text("Take over").click()
    expect(editor(vera)).to_contain_text("What I began")
    editor(nora).click()
    expect(nora.locator("#thread")).to_contain_text("Vera took over what Nora Lind had begun to write")
    editor(vera).click()
    vera.keyboard.press("Control+End")
    vera.keyboard.type(", and I finished")
    saved(vera)
    vera.keyboard.press("Control+Enter")
    expect(vera.locator("#thread .message-outgoing")).to_contain_text("What I began, and I finished")
    with db.reading() as session:
        author = sa.select(Agent.name).join(Message, Message.author_id == Agent.id)
        assert session.scalars(author.where(Message.kind == Kind.OUTGOING)).all() == ["Vera Holm"]


def test_two_browsers_of_one_agent_never_write_over_each_other(
    live_server: LiveServer, page: Page, context: BrowserContext, browser: Browser, desk: Desk
) -> None:
    agent = add_agent("nora@help.example", "Nora Lind")
    enter(context, live_server, agent)
    other_context = browser.new_context()
    enter(other_context, live_server, agent)
    other = other_context.new_page()
    ticket = desk.letter()
    for one in (page, other):
        one.goto(f"{live_server.url}/tickets/{ticket}?compose=reply")
        expect(editor(one)).to_be_visible()
    editor(page).click()
    page.keyboard.type("From the office")
    saved(page)
    editor(other).click()
    other.keyboard.type("From home")
    expect(other.locator("#form-reply [data-save-state]")).to_contain_text("changed in another window")
    assert "From the office" in drafts_now()[0].html
    other.get_by_text("Take that text").click()
    expect(editor(other)).to_contain_text("From the office")
    other_context.close()


def test_half_a_minute_without_a_line_loses_no_word_and_no_file(
    live_server: LiveServer, page: Page, context: BrowserContext, desk: Desk
) -> None:
    enter(context, live_server, add_agent("nora@help.example", "Nora Lind"))
    page.goto(f"{live_server.url}/tickets/{desk.letter()}?compose=reply")
    expect(editor(page)).to_be_visible()
    editor(page).click()
    page.keyboard.type("Before. ")
    saved(page)
    context.set_offline(True)
    page.keyboard.type("Meanwhile. ")
    state = page.locator("#form-reply [data-save-state]")
    expect(state).to_have_text("Not saved yet – kept in this browser")
    page.evaluate(DROP_FILE, ["plan.txt", "the plan"])
    expect(page.locator("#form-reply [data-file-list]")).to_contain_text("Waits for the connection")
    editor(page).click()
    page.keyboard.press("Control+End")
    page.keyboard.type("Still typing. ")
    # The clock of the page goes on for half a minute; what it tries meanwhile fails.
    page.wait_for_timeout(30_000)
    context.set_offline(False)
    expect(page.locator("#form-reply [data-file-list] li[data-file]")).to_contain_text("plan.txt")
    saved(page)
    [draft] = drafts_now()
    assert "Before." in draft.html and "Meanwhile." in draft.html and "Still typing." in draft.html
    page.reload()
    expect(editor(page)).to_contain_text("Still typing.")
    expect(page.locator("#form-reply [data-file-list]")).to_contain_text("plan.txt")


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
