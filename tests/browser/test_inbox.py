"""The inbox as an agent uses it, in a real browser."""

from __future__ import annotations

import re

import pytest
import sqlalchemy as sa
from playwright.sync_api import BrowserContext, Page, expect

from app import db
from app.accounts import sign_ins
from app.accounts.models import Agent
from app.knowledge.models import Article, Suggestion
from app.tickets.models import Draft, Message, Ticket
from tests.app.web.conftest import Desk
from tests.support.waiting import wait_until
from tests.support.web import LiveServer, add_agent

pytestmark = pytest.mark.browser


@pytest.fixture
def stopped(live_server: LiveServer, page: Page, context: BrowserContext) -> Page:
    """As `signed_in`, for tests in which a send is refused: browsers report the status in the console."""
    enter(context, live_server, add_agent("nora@help.example", "Nora Lind"))
    return page


@pytest.fixture
def signed_in(live_server: LiveServer, browser_page: Page, context: BrowserContext) -> Page:
    """A page in which Nora is signed in, with the cookie that the server itself would have set."""
    agent = add_agent("nora@help.example", "Nora Lind")
    enter(context, live_server, agent)
    return browser_page


def enter(context: BrowserContext, server: LiveServer, agent: Agent) -> None:
    with db.transaction() as session:
        token = sign_ins.start(session, agent.id, now=db.now(), user_agent="tests")
    serializer = server.app.session_interface.get_signing_serializer(server.app)  # type: ignore[attr-defined]
    cookie = serializer.dumps({"_user_id": token, "_fresh": True})
    context.add_cookies([{"name": "session", "value": cookie, "url": server.url}])


def editor(page: Page):
    return page.locator("#form-reply trix-editor")


def sent() -> list[str]:
    with db.reading() as session:
        return list(
            session.scalars(sa.select(Message.visible).where(Message.kind == "outgoing").order_by(Message.id))
        )


def draft_text() -> str:
    with db.reading() as session:
        return session.scalar(sa.select(Draft.html)) or ""


def test_a_ticket_is_opened_answered_and_closed_by_keys_alone(
    signed_in: Page, live_server: LiveServer, desk: Desk
) -> None:
    # Whoever has waited longest comes first.
    ticket = desk.letter("The older one", subject="Older")
    desk.letter("The newer one", subject="Newer")
    page = signed_in
    page.goto(f"{live_server.url}/inbox/open")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page.locator("#ticket .head-subject")).to_contain_text("Older")
    page.keyboard.press("i")
    expect(page.locator("#ticket-head")).to_contain_text("Nora")
    page.keyboard.press("r")
    expect(editor(page)).to_be_focused()
    page.keyboard.type("It left this morning. j k e")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#thread .message-outgoing")).to_contain_text("It left this morning. j k e")
    page.keyboard.press("e")
    expect(page.locator("#ticket-head")).to_contain_text("Open again")
    expect(page.locator(f"#t{ticket}")).to_have_count(0)
    page.keyboard.press("j")
    expect(page.locator("#ticket .head-subject")).to_contain_text("Newer")
    assert sent() == ["It left this morning. j k e"]


def test_undo_brings_the_words_back_into_the_editor(
    signed_in: Page, live_server: LiveServer, desk: Desk
) -> None:
    page = signed_in
    page.goto(f"{live_server.url}/tickets/{desk.letter()}")
    page.keyboard.press("r")
    expect(editor(page)).to_be_focused()
    page.keyboard.type("Too fast")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#toasts")).to_contain_text("Reply sent")
    page.locator("#ticket-scroll").focus()
    page.keyboard.press("z")
    expect(editor(page)).to_contain_text("Too fast")
    expect(page.locator("#thread .message-outgoing")).to_have_count(0)
    assert sent() == []


def test_the_undo_button_of_the_reply_ends_the_note_and_gives_the_editor_back(
    signed_in: Page, live_server: LiveServer, desk: Desk
) -> None:
    page = signed_in
    page.goto(f"{live_server.url}/tickets/{desk.letter()}")
    page.keyboard.press("r")
    expect(editor(page)).to_be_focused()
    page.keyboard.type("Too fast")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#toasts")).to_contain_text("Reply sent")
    page.locator("#thread [data-undo] form button").click()
    expect(page.locator("#toasts .toast-note")).to_have_count(0)
    expect(editor(page)).to_contain_text("Too fast")
    expect(editor(page)).to_be_focused()
    assert sent() == []


def test_what_is_typed_survives_a_reload(signed_in: Page, live_server: LiveServer, desk: Desk) -> None:
    page = signed_in
    page.goto(f"{live_server.url}/tickets/{desk.letter()}")
    page.keyboard.press("r")
    expect(editor(page)).to_be_focused()
    page.keyboard.type("Half a sentence")
    expect(page.locator("#form-reply [data-save-state]")).to_have_text("Draft saved")
    wait_until(lambda: "Half a sentence" in draft_text())
    page.reload()
    expect(editor(page)).to_contain_text("Half a sentence")
    page.keyboard.press("?")
    expect(page.locator("#shortcuts")).to_be_visible()
    assert "?" not in editor(page).inner_text()


def test_a_dead_line_loses_nothing_and_says_so(
    live_server: LiveServer, page: Page, context: BrowserContext, desk: Desk
) -> None:
    enter(context, live_server, add_agent("nora@help.example", "Nora Lind"))
    page.goto(f"{live_server.url}/tickets/{desk.letter()}")
    page.keyboard.press("r")
    expect(editor(page)).to_be_focused()
    page.keyboard.type("Before. ")
    state = page.locator("#form-reply [data-save-state]")
    expect(state).to_have_text("Draft saved")
    context.set_offline(True)
    page.keyboard.type("While offline.")
    expect(state).to_contain_text("Not saved yet")
    expect(page.locator("#live-state")).to_be_visible(timeout=60_000)
    page.locator("#ticket-head").get_by_role("button", name="Close", exact=True).click()
    expect(page.locator("#toasts [data-not-sent]")).to_be_visible()
    context.set_offline(False)
    expect(state).to_have_text("Draft saved", timeout=60_000)
    wait_until(lambda: "Before. While offline." in draft_text())


def test_a_crash_while_offline_loses_nothing(
    live_server: LiveServer, page: Page, context: BrowserContext, desk: Desk
) -> None:
    enter(context, live_server, add_agent("nora@help.example", "Nora Lind"))
    address = f"{live_server.url}/tickets/{desk.letter()}"
    page.goto(address)
    page.keyboard.press("r")
    expect(editor(page)).to_be_focused()
    context.set_offline(True)
    page.keyboard.type("Only in this browser")
    expect(page.locator("#form-reply [data-save-state]")).to_contain_text("Not saved yet")
    page.close()
    context.set_offline(False)
    again = context.new_page()
    again.goto(address)
    expect(editor(again)).to_contain_text("Only in this browser")
    wait_until(lambda: "Only in this browser" in draft_text())


def test_new_letters_appear_by_themselves_and_move_nothing(
    signed_in: Page, live_server: LiveServer, desk: Desk
) -> None:
    ticket = desk.letter("First words " * 200)
    page = signed_in
    page.goto(f"{live_server.url}/tickets/{ticket}")
    scroll = page.locator("#ticket-scroll")
    before = scroll.evaluate("one => one.scrollTop")
    desk.letter("I forgot to say this", ticket_id=ticket)
    other = desk.letter(
        "Somebody else", subject="Another matter", sender_email="tom@buyer.example", sender_name="Tom"
    )
    expect(page.locator("#m2")).to_contain_text("I forgot to say this", timeout=60_000)
    expect(page.locator(f"#t{other}")).to_contain_text("Another matter")
    expect(page.locator('.views [data-count="open"]')).to_have_text("2")
    assert scroll.evaluate("one => one.scrollTop") == before


def test_something_new_stops_the_send_once(stopped: Page, live_server: LiveServer, desk: Desk) -> None:
    ticket = desk.letter()
    page = stopped
    page.goto(f"{live_server.url}/tickets/{ticket}")
    page.keyboard.press("r")
    expect(editor(page)).to_be_focused()
    page.keyboard.type("My answer")
    expect(page.locator("#form-reply [data-save-state]")).to_have_text("Draft saved")
    desk.letter("It just arrived, never mind", ticket_id=ticket)
    page.keyboard.press("Control+Enter")
    expect(page.locator("[data-problem]")).to_contain_text("It just arrived, never mind")
    expect(editor(page)).to_contain_text("My answer")
    assert sent() == []
    page.locator("#form-reply [data-send]").click()
    expect(page.locator("#thread .message-outgoing")).to_contain_text("My answer")


def test_a_suggested_answer_is_inserted_by_its_number(
    stopped: Page, live_server: LiveServer, desk: Desk
) -> None:
    ticket = desk.letter(sender_name="")
    with db.transaction() as session:
        article = Article(
            title="Times",
            answer="Dear {{customer.first_name}}, **three** days.",
            language="en",
            created_at=db.now(),
            updated_at=db.now(),
        )
        session.add(article)
        session.flush()
        session.add(
            Suggestion(message_id=1, article_id=article.id, rank=1, confidence=0.9, created_at=db.now())
        )
        session.execute(sa.update(Message).values(suggest_state="done"))
    page = stopped
    page.goto(f"{live_server.url}/tickets/{ticket}")
    page.keyboard.press("1")
    expect(editor(page).locator("mark")).to_have_text("{{customer.first_name}}")
    expect(editor(page).locator("strong")).to_have_text("three")
    page.keyboard.press("Control+Enter")
    expect(page.locator("[data-problem]")).to_contain_text("Fill in what is still missing")
    assert sent() == []


def test_keys_rest_while_typing_and_can_be_switched_off(
    signed_in: Page, live_server: LiveServer, desk: Desk
) -> None:
    ticket = desk.letter()
    page = signed_in
    page.goto(f"{live_server.url}/tickets/{ticket}")
    page.keyboard.press("?")
    expect(page.locator("#shortcuts")).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("/")
    page.keyboard.type("e")
    expect(page.locator("[data-search]")).to_have_value("e")
    with db.transaction() as session:
        session.execute(sa.update(Agent).values(shortcuts=False))
    page.reload()
    page.locator("#ticket-scroll").focus()
    page.keyboard.press("e")
    page.keyboard.press("?")
    expect(page.locator("#shortcuts")).to_be_hidden()
    with db.reading() as session:
        assert session.get_one(Ticket, ticket).status == "open"


def test_one_pane_at_a_time_on_a_phone(signed_in: Page, live_server: LiveServer, desk: Desk) -> None:
    desk.letter("Read me on the train", subject="On the go")
    page = signed_in
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{live_server.url}/inbox/open")
    page.get_by_text("On the go").first.click()
    expect(page.locator("#thread")).to_contain_text("Read me on the train")
    expect(page.locator("#rows")).to_be_hidden()
    page.locator(".head-card").click()
    expect(page.locator("#card")).to_be_visible()
    page.locator(".card-close").click()
    expect(page.locator("#card")).to_be_hidden()
    page.locator(".head-back").click()
    expect(page.locator("#rows")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") == 390


def test_a_hostile_letter_runs_nothing_and_calls_nobody(
    signed_in: Page, live_server: LiveServer, desk: Desk
) -> None:
    ticket = desk.letter(
        "x",
        html=(
            '<table><tr><td><img src="https://spy.example/a.gif"><script>top.hacked=1</script><svg onload="top.hacked=1"></svg>'
            '<style>body{background:url(https://spy.example/b.gif)}</style><iframe src="https://spy.example/c"></iframe>'
            '<form action="https://spy.example/d"><input autofocus onfocus="top.hacked=1"></form>'
            '<a href="javascript:top.hacked=1" id="bait">click</a>The letter</td></tr></table>'
        ),
    )
    asked: list[str] = []
    signed_in.on("request", lambda request: asked.append(request.url))
    signed_in.goto(f"{live_server.url}/tickets/{ticket}")
    frame = signed_in.frame_locator("iframe.letter")
    expect(frame.locator("body")).to_contain_text("The letter")
    frame.get_by_text("click").click()
    assert signed_in.evaluate("window.hacked") is None
    assert all(url.startswith(live_server.url) for url in asked), asked


def test_every_page_works_without_scripts(live_server: LiveServer, browser, desk: Desk) -> None:
    ticket = desk.letter("Plain and simple")
    context = browser.new_context(java_script_enabled=False)
    enter(context, live_server, add_agent("nora@help.example", "Nora Lind"))
    page = context.new_page()
    page.goto(f"{live_server.url}/inbox/open")
    page.get_by_text("My order").first.click()
    expect(page).to_have_url(re.compile(rf"/tickets/{ticket}"))
    page.goto(f"{live_server.url}/tickets/{ticket}?compose=reply")
    page.locator("#text-reply").fill("Without any script")
    page.locator("#form-reply [data-send]").click()
    expect(page.locator("#thread")).to_contain_text("Without any script")
    page.locator("#ticket-head").get_by_role("button", name="Close", exact=True).click()
    expect(page.locator("#thread")).to_contain_text("Nora closed the ticket")
    context.close()
    assert sent() == ["Without any script"]


@pytest.mark.parametrize("size", [(390, 844), (1024, 768), (1440, 900)])
def test_nothing_sticks_out_at_any_width(
    signed_in: Page, live_server: LiveServer, desk: Desk, size: tuple[int, int]
) -> None:
    ticket = desk.letter(
        "word" * 400,
        subject="subject" * 60,
        sender_name="Name" * 40,
        sender_email="a-very-long-address-indeed-it-is@a-very-long-domain-name-of-a-company.example",
    )
    signed_in.set_viewport_size({"width": size[0], "height": size[1]})
    for path in ("/inbox/open", f"/tickets/{ticket}?compose=reply", "/search?q=x"):
        signed_in.goto(live_server.url + path)
        assert signed_in.evaluate("document.documentElement.scrollWidth") <= size[0], path
        assert signed_in.evaluate(
            "(document.querySelector('#ticket-scroll')?.scrollWidth ?? 0) <= (document.querySelector('#ticket-scroll')?.clientWidth ?? 0)"
        ), path
