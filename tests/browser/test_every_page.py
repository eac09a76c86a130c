"""Every page there is, made from the application's own map: no serious barrier in light or dark, no word in the
console, nothing that sticks out on a phone. A new page is looked at from the day it has a row in every_route.py.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask
from playwright.sync_api import BrowserContext, Page

from tests.app.web.every_route import ROUTES, address, asked, values
from tests.browser import barriers, test_accessibility
from tests.support.web import TELL_OF_POLICY, LiveServer
from tests.support.whole_desk import WholeDesk

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.parametrize("database", ["sqlite"], indirect=True),
]
# The sandbox, with one of everything on its desk and an admin who may see it.
server, desk = test_accessibility.server, test_accessibility.desk
PHONE, SCREEN = {"width": 390, "height": 844}, {"width": 1280, "height": 800}
# A letter's frame is its sender's design, and no page of ours.
FRAMES = {"letters.letter", "sandbox.letter"}
# How far the page can be pushed sideways, and by what.
WIDE = """() => {
  const over = document.documentElement.scrollWidth - innerWidth;
  if (over <= 0) return '';
  const wide = [...document.body.querySelectorAll('*')].filter((one) => one.getBoundingClientRect().right > innerWidth + 1);
  return `${over} px: ` + wide.slice(0, 3).map((one) => one.tagName.toLowerCase() + '.' + one.className).join(' ');
}"""


class Looker:
    """Opens pages and keeps what is wrong with them."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.problems: list[str] = []
        self.at = ""
        page.add_init_script(TELL_OF_POLICY)
        page.on("console", lambda line: line.type == "error" and self.tell(f"console: {line.text}"))
        page.on("pageerror", lambda error: self.tell(f"script: {error}"))
        page.emulate_media(reduced_motion="reduce")

    def tell(self, problem: str) -> None:
        self.problems.append(f"{self.at}: {problem}")

    def look(self, url: str, name: str) -> None:
        self.at = name
        self.page.set_viewport_size(SCREEN)  # type: ignore[arg-type]
        self.page.goto(url)
        for problem in barriers.on(self.page):
            self.tell(problem)
        self.page.set_viewport_size(PHONE)  # type: ignore[arg-type]
        wide = self.page.evaluate(WIDE)
        if wide:
            self.tell(f"phone: {wide}")


def pages(app: Flask, desk: WholeDesk, who: set[str]) -> Iterator[tuple[str, str]]:
    """Address and endpoint of every GET that a person of these may ask."""
    for method, rule in asked(app):
        route = ROUTES[method, rule.endpoint]
        if method != "GET" or route.answer != 200 or route.who not in who or rule.endpoint in FRAMES:
            continue
        yield address(app, rule, values(rule, route, desk), route.query), rule.endpoint


def look_at(page: Page, server: LiveServer, desk: WholeDesk, who: set[str]) -> tuple[int, list[str]]:
    """How many pages were seen, and what is wrong. Fragments, files and answers to scripts are no pages."""
    looker, seen = Looker(page), 0
    for path, endpoint in pages(server.app, desk, who):
        answer = page.request.get(server.url + path)
        whole = (
            "text/html" in answer.headers.get("content-type", "")
            and "<!doctype html" in answer.text()[:200].lower()
        )
        if not whole or "sandbox" in answer.headers.get("content-security-policy", ""):
            continue
        looker.look(server.url + path, endpoint)
        seen += 1
    return seen, looker.problems


def test_every_page_of_an_admin(page: Page, server: LiveServer, desk: WholeDesk) -> None:
    everybody = {route.who for route in ROUTES.values()} - {"public"}
    seen, problems = look_at(page, server, desk, everybody)
    assert not problems, "\n".join(problems)
    assert seen > 40


def test_every_page_of_a_stranger(
    page: Page,
    context: BrowserContext,
    server: LiveServer,
    desk: WholeDesk,
) -> None:
    context.clear_cookies()
    seen, problems = look_at(page, server, desk, {"public"})
    assert not problems, "\n".join(problems)
    assert seen >= 4
