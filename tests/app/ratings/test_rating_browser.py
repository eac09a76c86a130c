"""The rating page in a real browser: a scanner that runs scripts is nobody, a person without them is somebody."""

from __future__ import annotations

from playwright.sync_api import Browser

from tests.app.ratings.conftest import PERSON, Asked, changes, hits, ratings
from tests.support.web import LiveServer


def test_a_browser_that_opens_every_link_and_waits_is_not_counted(
    asked: Asked, live_server: LiveServer, browser: Browser
) -> None:
    """A detonation chamber: real Chromium, scripts on, every link in a tab of its own, until the network is quiet."""
    context = browser.new_context(user_agent=PERSON)
    try:
        for face in ("good", "okay", "bad"):
            page = context.new_page()
            page.clock.install()
            page.goto(f"{live_server.url}/r/{asked.token}/{face}", wait_until="networkidle")
            # It stays for ten seconds, by its own clock: whatever a script put off would happen now.
            page.clock.run_for(10_000)
            page.mouse.move(100, 100)
            page.mouse.wheel(0, 400)
    finally:
        context.close()
    assert ratings() == []
    assert [reason for _, _, reason in hits()][-1] != ""


def test_a_person_on_a_phone_without_scripts_or_cookies(
    asked: Asked, live_server: LiveServer, browser: Browser
) -> None:
    live_server.app.config["WTF_CSRF_ENABLED"] = True
    context = browser.new_context(
        java_script_enabled=False, viewport={"width": 390, "height": 844}, has_touch=True, user_agent=PERSON
    )
    try:
        page = context.new_page()
        page.goto(f"{live_server.url}/r/{asked.other_token}/good")
        assert page.get_by_label("Great").is_checked()
        button = page.get_by_role("button", name="Send my answer")
        assert (button.bounding_box() or {"height": 0})["height"] >= 44
        page.locator("label[for=face-bad]").tap()
        page.get_by_label("Speed").tap()
        page.get_by_label("Anything to add?").fill("It came late.")
        button.tap()
        page.get_by_role("heading", name="Thank you!").wait_for()
        page.get_by_role("link", name="Change my answer").tap()
        page.locator("label[for=face-okay]").tap()
        page.get_by_role("button", name="Change my answer").tap()
        page.get_by_role("heading", name="Thank you!").wait_for()
        assert context.cookies() == []
    finally:
        context.close()
    assert [(one.face, one.comment) for one in ratings()] == [("okay", "It came late.")]
    assert changes() == [("bad", "It came late."), ("okay", "It came late.")]
