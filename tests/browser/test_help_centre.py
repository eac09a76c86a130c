"""The help centre in a browser: by a reader with a keyboard, on a phone, in the dark, and without any script."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from playwright.sync_api import Browser, BrowserContext, Page, expect

from app import db
from app.knowledge import service
from app.knowledge.models import ArticleFile
from app.knowledge.public_models import HelpRead, HelpVote
from app.knowledge.service import Arrangement
from app.mailboxes.models import RawMail
from app.web import help_centre_letters
from tests.app.web.made_help_centre import BROWSER, Centre_, centre_of_tests  # noqa: F401 (a fixture)
from tests.browser.test_every_page import Looker
from tests.support.web import LiveServer

pytestmark = [pytest.mark.browser, pytest.mark.parametrize("database", ["sqlite"], indirect=True)]


def count(model: type) -> int:
    with db.reading() as session:
        return session.scalar(sa.select(sa.func.count()).select_from(model)) or 0


def test_a_reader_finds_votes_and_writes(
    live_server: LiveServer,
    browser_page: Page,
    centre: Centre_,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(help_centre_letters, "SOONEST_SECONDS", 0)
    page = browser_page
    page.set_extra_http_headers(BROWSER)
    page.clock.install()
    page.goto(f"{live_server.url}/help")
    page.get_by_role("searchbox").fill("retruning goods")
    page.keyboard.press("Enter")
    page.locator(".hits a").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("How to return goods")
    page.clock.fast_forward(6000)
    page.get_by_role("button", name="Yes").click()
    expect(page.get_by_role("heading", name="Thank you.")).to_be_visible()
    page.locator("#words").fill("Very clear")
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("heading", name="Thank you, that helps us.")).to_be_visible()
    assert count(HelpVote) == 1 and count(HelpRead) == 1
    page.get_by_role("link", name="Русский").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Как вернуть товар")
    page.get_by_role("link", name="Написать нам").click()
    page.locator("#text").press_sequentially("Когда мне вернуть товар")
    page.clock.fast_forward(1000)
    expect(page.locator("[data-offered] a")).to_contain_text("Как вернуть товар")
    page.locator("#email").fill("olga@buyer.example")
    page.locator("#files").set_input_files({"name": "a.txt", "mimeType": "text/plain", "buffer": b"x"})
    page.get_by_role("button", name="Отправить").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Ваше письмо получено.")
    assert count(RawMail) == 1 and page.context.cookies() == []


def test_no_script_is_needed(live_server: LiveServer, browser: Browser, centre: Centre_) -> None:
    context = browser.new_context(java_script_enabled=False, user_agent=BROWSER["User-Agent"])
    page = context.new_page()
    page.goto(f"{live_server.url}/help/en/search?q=returning")
    page.locator(".hits a").first.click()
    page.get_by_role("button", name="No").click()
    page.locator("#words").fill("Too short")
    page.get_by_role("button", name="Send").click()
    expect(page.locator("#helped")).to_contain_text("Thank you, that helps us.")
    page.goto(f"{live_server.url}/help/en/search?q=zeppelin")
    page.locator("main").get_by_role("link", name="Write to us").click()
    expect(page.locator("#subject")).to_have_value("zeppelin")
    page.locator("#email").fill("nobody")
    page.locator("#text").fill("Do you sell zeppelins?")
    page.get_by_role("button", name="Send").click()
    page.locator("#email").fill("olga@buyer.example")
    page.wait_for_timeout(2100)  # nobody reads a form and fills it in within two seconds
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Your letter is here.")
    assert count(HelpVote) == 1 and count(RawMail) == 1
    context.close()


def test_nothing_keeps_anybody_out(
    live_server: LiveServer,
    context: BrowserContext,
    centre: Centre_,
) -> None:
    """Long words, right to left, code and tables of contents: axe in light and dark, and a phone that is not pushed."""
    long = centre.write(
        "Донаудампфшиффартс" * 6,
        f"# Über\n\n{'x' * 300}\n\n```\n{'code ' * 60}\n```\n\n> Quoted\n\n- one\n- two\n\n`{'y' * 200}`\n\n<https://a.example/{'z' * 200}>",
        language="ru",
    )
    centre.write("كيف أعيد البضاعة", "يمكنك إعادة البضاعة خلال **14** يوما.")
    with db.transaction() as session:
        session.add(
            ArticleFile(
                article_id=long,
                filename="w" * 200 + ".pdf",
                content_type="x/y",
                size=5,
                sha256="0" * 64,
                added_at=db.now(),
            )
        )
        service.arrange(session, long, Arrangement("public"), by=None, now=db.now())
    looker = Looker(context.new_page())
    paths = [
        "en",
        "ru",
        "en/how-to-return-goods",
        "en/how-to-return-goods?voted=no",
        "en/search?q=goods",
        "en/search?q=zz",
    ]
    paths += [
        "en/write?subject=return+goods",
        "en/written",
        "en/article",
        "ru/" + "donaudampfshiffarts" * 4 + "dona",
    ]
    for path in paths:
        looker.look(f"{live_server.url}/help/{path}", path)
    assert not looker.problems
