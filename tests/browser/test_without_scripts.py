"""The whole circle by plain links and forms, in a browser that runs no script at all."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from playwright.sync_api import Browser, Page, expect

from app import db
from app.ratings.models import Rating, RatingInvitation
from app.ratings.service import invitation_token
from app.settings import Settings
from tests.app.web.conftest import Desk
from tests.browser.test_inbox import enter, sent
from tests.support.web import LiveServer, add_agent

pytestmark = [pytest.mark.browser, pytest.mark.parametrize("database", ["sqlite"], indirect=True)]


def test_a_letter_is_found_answered_taken_back_sent_again_and_rated(
    live_server: LiveServer, browser: Browser, desk: Desk, installation: Settings
) -> None:
    desk.letter("Plain and simple")
    context = browser.new_context(java_script_enabled=False)
    enter(context, live_server, add_agent("nora@help.example", "Nora Lind"))
    page = context.new_page()
    page.goto(f"{live_server.url}/inbox/open")
    page.get_by_text("My order").first.click()
    page.locator(".composer-closed").click()
    _attach(page)
    page.locator("#text-reply").fill("A word too early")
    page.locator("#form-reply [data-send]").click()
    page.locator("#thread").get_by_role("button", name="Undo").click()
    expect(page.locator("#text-reply")).to_have_value("A word too early")
    expect(page.locator("#form-reply [data-file-list]")).to_contain_text("plan.txt")
    page.locator("#text-reply").fill("It left this morning")
    page.locator("#form-reply [data-send]").click()
    expect(page.locator("#thread")).to_contain_text("It left this morning")
    page.locator(".composer-closed").click()
    page.get_by_role("tab", name="Note").click()
    page.locator("#text-note").fill("Between us")
    page.locator("#form-note [data-send]").click()
    expect(page.locator("#thread")).to_contain_text("Between us")
    assert sent() == ["It left this morning"]
    context.close()
    _rate(browser, live_server, installation)


def _attach(page: Page) -> None:
    upload = page.locator(".composer-upload:visible")
    upload.locator("input[type=file]").set_input_files(
        {"name": "plan.txt", "mimeType": "text/plain", "buffer": b"a plan"}
    )
    upload.get_by_role("button", name="Attach", exact=True).click()
    expect(page.locator("#form-reply [data-file-list]")).to_contain_text("plan.txt")


def _rate(browser: Browser, live_server: LiveServer, installation: Settings) -> None:
    with db.reading() as session:
        invitation = session.scalars(sa.select(RatingInvitation)).one()
        token = invitation_token(invitation, installation.secret_key)
    customer = browser.new_context(java_script_enabled=False)
    page = customer.new_page()
    page.goto(f"{live_server.url}/r/{token}/good")
    page.get_by_role("button").click()
    expect(page.get_by_role("heading", name="Thank you!")).to_be_visible()
    customer.close()
    with db.reading() as session:
        assert session.scalars(sa.select(Rating.face)).all() == ["good"]
