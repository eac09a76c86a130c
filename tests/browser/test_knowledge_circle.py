"""A letter is answered from its suggestion, and the next letter of the kind has that answer first, with the reason."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import timedelta

import pytest
import sqlalchemy as sa
from playwright.sync_api import Page, expect

from app import db
from app.knowledge import files, queries, script_service, seed, service
from app.knowledge.models import Article, KnowledgeLog
from app.knowledge.texts import ArticleText
from app.outgoing import leaving
from app.settings import Settings
from app.tickets.models import Attachment, Draft, Message
from tests.app.web.conftest import Desk
from tests.browser.answering_scene import drafts_now
from tests.browser.test_inbox import editor, enter
from tests.support.waiting import wait_until
from tests.support.web import LiveServer, add_agent
from workers.knowledge import KnowledgeOwner

pytestmark = [
    pytest.mark.browser,
    pytest.mark.parametrize("database", ["sqlite"], indirect=True),
]
KETTLE = (
    "Hello {{customer.first_name|there}},\n\nplease fill the kettle with vinegar and water, let it stand for an hour "
    "and rinse it twice. The white crust is only lime.\n\n{{#if customer.tag=vip}}\nYour new one is on its way.\n{{/if}}"
)
OTHERS = {
    "Opening hours": "We are open from nine to five, on Saturdays until noon.",
    "Invoices": "The invoice comes by mail on the day after the delivery.",
    "Where is my parcel": "The parcel leaves our warehouse within two days, the courier brings it on the third.",
}
ASKED = "My kettle has a white crust inside that will not come off. What can I do?"
AGAIN = "There is a white crust in the kettle I bought, does it ever come off?"


@pytest.fixture
def worker(installation: Settings) -> Iterator[KnowledgeOwner]:
    """The real owner of the index, at its own pace."""
    stop = threading.Event()
    owner = KnowledgeOwner(installation)
    thread = threading.Thread(target=owner.run, args=(stop,), daemon=True)
    thread.start()
    yield owner
    stop.set()
    thread.join(60)


@pytest.fixture
def kettle(desk: Desk) -> int:
    with db.transaction() as session:
        for title, answer in OTHERS.items():
            service.create(session, ArticleText(title, answer, "en"), by=None, now=db.now())
        return service.create(session, ArticleText("Cleaning", KETTLE, "en"), by=None, now=db.now()).id


def first(page: Page):  # noqa: ANN201
    return page.locator("#suggestions .suggest").first


def test_the_next_letter_of_the_kind_has_the_answer_first(
    browser_page: Page, live_server: LiveServer, desk: Desk, kettle: int, worker: KnowledgeOwner
) -> None:
    page, ticket = browser_page, desk.letter(ASKED)
    enter(page.context, live_server, add_agent("nora@help.example", "Nora Klein"))
    page.goto(f"{live_server.url}/tickets/{ticket}")
    expect(first(page)).to_contain_text("Cleaning", timeout=60_000)
    expect(first(page).locator(".suggest-why")).to_contain_text("kettle")

    page.keyboard.press("Shift+Digit2")  # read in its place, and Escape puts it away
    read = page.locator("#suggestions .suggest").nth(1).locator("details")
    expect(read).to_have_attribute("open", "")
    page.keyboard.press("Escape")
    expect(read).not_to_have_attribute("open", "")

    page.keyboard.press("r")
    expect(editor(page)).to_be_focused()
    page.keyboard.type("Dear Olga,")
    page.keyboard.press("Enter")
    page.keyboard.type("see you.")
    # Back to the end of the first line: there it goes in.
    editor(page).evaluate("area => area.editor.setSelectedRange([10, 10])")
    page.keyboard.press("Alt+Digit1")
    expect(editor(page)).to_contain_text("The white crust is only lime.")
    words = editor(page).inner_text()
    assert words.index("Dear Olga") < words.index("please fill") < words.index("see you.")
    assert "Hello Olga" not in words, "greeted twice"
    assert "{{" not in words and "new one" not in words
    page.keyboard.press("Control+End")
    page.keyboard.type(" Write again if it stays.")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#thread .message-outgoing")).to_contain_text("Write again if it stays")

    with db.transaction() as session:
        leaving.release_due(session, db.now() + timedelta(minutes=1))
    with db.reading() as session:
        assert (kettle, 1) in {
            (row.article_id, round(row.weight + 0.3))
            for row in session.scalars(sa.select(KnowledgeLog))
            if row.kind == "learn"
        }
    second = desk.letter(AGAIN, sender_email="ivan@buyer.example", sender_name="Ivan", subject="Crust")
    page.goto(f"{live_server.url}/tickets/{second}")
    expect(first(page)).to_contain_text("Cleaning", timeout=60_000)
    expect(first(page).locator(".suggest-why")).to_contain_text("crust")
    expect(first(page).locator(".suggest-why q")).to_contain_text("My kettle has a white crust")


def test_sent_away_by_key_and_had_back(
    browser_page: Page, live_server: LiveServer, desk: Desk, kettle: int, worker: KnowledgeOwner
) -> None:
    page, ticket = browser_page, desk.letter(ASKED)
    enter(page.context, live_server, add_agent("nora@help.example", "Nora Klein"))
    page.goto(f"{live_server.url}/tickets/{ticket}")
    expect(first(page)).to_contain_text("Cleaning", timeout=60_000)
    page.keyboard.press("q")
    expect(page.locator("#toasts")).to_contain_text("Cleaning")
    expect(page.locator("#suggestions .suggest-name", has_text="Cleaning")).to_have_count(0)
    page.keyboard.press("z")
    expect(first(page)).to_contain_text("Cleaning")
    expect(page.locator("#suggestions .suggest-gone")).to_have_count(0)


def test_files_and_scripts_go_into_the_letter(
    browser_page: Page, live_server: LiveServer, desk: Desk, kettle: int
) -> None:
    with db.transaction() as session:
        for text in seed.seed_scripts():
            script_service.make(session, text, by=None, now=db.now())
        digest = live_server.app.extensions["blobs"].put(b"how to clean")
        new = files.NewFile("leaflet.txt", "text/plain", digest, 12)
        files.add(session, queries.article(session, kettle), new, most_bytes=10_000, now=db.now())
    page, ticket = browser_page, desk.letter(ASKED)
    enter(page.context, live_server, add_agent("nora@help.example", "Nora Klein"))
    page.goto(f"{live_server.url}/tickets/{ticket}")
    page.keyboard.press("Shift+G")
    page.locator("#script-run").get_by_role("link", name="A delay").click()
    expect(page.locator("#script-run .script-say")).to_contain_text("what was promised")
    page.locator("#script-run").get_by_role("link", name="Nobody knows the new day yet").click()
    page.locator("#script-run").get_by_role("button", name="Insert these words").click()
    expect(editor(page)).to_contain_text("I have no new day for you yet")
    page.locator("#script-run").get_by_role("button", name="Close the script").click()
    expect(page.locator("#script-run .script-say")).to_have_count(0)

    editor(page).click()
    page.keyboard.press("Control+End")
    page.keyboard.press("Enter")
    page.keyboard.type("/clean")
    expect(page.locator(".article-list [role=option]")).to_contain_text(["Cleaning"])
    page.keyboard.press("Enter")
    expect(page.locator("#form-reply [data-file-list]")).to_contain_text("leaflet.txt")
    expect(page.locator("#form-reply [data-save-state]")).to_have_text("Draft saved")
    with db.reading() as session:
        draft = session.scalars(sa.select(Draft)).one()
        assert session.scalars(
            sa.select(Attachment.filename).where(Attachment.draft_id == draft.id)
        ).all() == ["leaflet.txt"]
    # What is said to be saved may have been so before the article was inserted.
    wait_until(lambda: drafts_now()[0].article_ids == [kettle])
    page.keyboard.press("Control+Enter")
    expect(page.locator("#thread .message-outgoing")).to_contain_text("leaflet.txt")
    with db.reading() as session:
        assert session.scalars(sa.select(Message).where(Message.kind == "outgoing")).one()
        assert session.get_one(Article, kettle).files[0].filename == "leaflet.txt"
