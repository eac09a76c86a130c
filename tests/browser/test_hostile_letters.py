"""Hostile letters in the frame that agents read them in: nothing runs, nobody is asked, nothing leaves the frame.

Every letter is shown by the page's own fragment. All that is done while they open is written down: messages, dialogues,
new windows, navigations, requests of the browser and visits to the trap that every address in the letters leads to.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import sqlalchemy as sa
from playwright.sync_api import BrowserContext, Page, Request

from app import db
from app.tickets import safe_html
from app.tickets.models import Kind, Message
from tests.app.web.conftest import Desk
from tests.browser.test_inbox import enter
from tests.hostile.html_letters import HostileLetter, hostile_letter
from tests.support.waiting import wait_until
from tests.support.web import LiveServer, add_agent

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.parametrize("database", ["sqlite"], indirect=True),
]
AT_ONCE = 25
# The frames of the fragments, as the page has them, loaded at once instead of when they come into view. As unfolded
# messages, which live updates leave alone.
SHOW = """async (ids) => {
  const thread = document.getElementById('thread');
  const bodies = await Promise.all(ids.map((id) => fetch(`/messages/${id}/body?as=html`).then((one) => one.text())));
  thread.innerHTML = bodies.map((body) => `<li class="message" data-earlier>${body.replaceAll('loading="lazy"', '')}</li>`).join('');
  const frames = [...thread.querySelectorAll('iframe.letter')];
  if (frames.length !== ids.length) throw new Error('a letter has no frame');
  await Promise.all(frames.map((frame) => new Promise((loaded) => frame.addEventListener("load", loaded, {once: true}))));
  return window.heard;
}"""


@dataclass
class Trap:
    """A server that every address of a letter leads to."""

    url: str
    visits: list[str] = field(default_factory=list)


@pytest.fixture
def trap() -> Iterator[Trap]:
    visits: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            visits.append(self.path)
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(b"<p>Caught" if self.command == "GET" else b"")

        do_POST = do_HEAD = do_OPTIONS = do_GET

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield Trap(f"http://127.0.0.1:{server.server_port}", visits)
    finally:
        server.shutdown()
        thread.join(60)
        server.server_close()


@dataclass
class Seen:
    """What happened in the browser that should not have."""

    problems: list[str] = field(default_factory=list)

    def watch(self, context: BrowserContext, page: Page, server: LiveServer) -> None:
        def asked(request: Request) -> None:
            if not request.url.startswith((server.url, "data:", "about:")):
                self.problems.append(f"asked {request.url}")

        page.add_init_script(
            "window.heard = []; addEventListener('message', (event) => heard.push(String(event.data)));"
        )
        context.on("request", asked)
        context.on("page", lambda other: self.problems.append(f"opened {other.url}"))
        page.on("dialog", lambda dialog: (self.problems.append(f"said {dialog.message}"), dialog.dismiss()))
        page.on("console", lambda line: "RAN" in line.text and self.problems.append(line.text))
        page.on("framenavigated", lambda frame: self._moved(frame.url, server))

    def _moved(self, url: str, server: LiveServer) -> None:
        # A frame within a letter has the walls of the letter's own frame around it.
        if not url.startswith((server.url, "about:", "chrome-error:")):
            self.problems.append(f"went to {url}")


def file_letters(desk: Desk, letters: list[HostileLetter]) -> tuple[int, dict[int, HostileLetter]]:
    """All of them in one ticket; the ids of their messages."""
    ticket = desk.letter("The first one")
    with db.transaction() as session:
        customer = session.scalar(sa.select(Message.customer_id))
        at = db.now()
        rows = [
            Message(ticket_id=ticket, kind=Kind.INCOMING, customer_id=customer, sender_email="olga@buyer.example", subject="x", visible=one.words, html=one.html, arrived_at=at)
            for one in letters
        ]  # fmt: skip
        session.add_all(rows)
        session.flush()
        return ticket, {row.id: one for row, one in zip(rows, letters, strict=True)}


def open_all(page: Page, server: LiveServer, ticket: int, ids: list[int]) -> list[str]:
    """What the page heard from the frames."""
    page.goto(f"{server.url}/tickets/{ticket}")
    heard: list[str] = []
    for at in range(0, len(ids), AT_ONCE):
        heard = page.evaluate(SHOW, ids[at : at + AT_ONCE])
    assert page.url.endswith(f"/tickets/{ticket}")
    return heard


def test_hostile_letters_run_nothing_and_ask_nobody(
    live_server: LiveServer,
    page: Page,
    context: BrowserContext,
    desk: Desk,
    trap: Trap,
    hostile_numbers: range,
) -> None:
    letters = [hostile_letter(number, trap.url) for number in hostile_numbers]
    ticket, messages = file_letters(desk, letters)
    enter(context, live_server, add_agent("nora@help.example", "Nora Lind"))
    seen = Seen()
    seen.watch(context, page, live_server)
    heard = open_all(page, live_server, ticket, list(messages))
    assert heard == [] and seen.problems == [] and trap.visits == []
    # The last of them once more, to be read: what stands before an attack is never lost.
    for number, frame in zip(list(messages)[-AT_ONCE:][:5], page.frames[1:], strict=False):
        assert frame.url.endswith("/letter"), number
        assert "Plain words" in frame.locator("body").inner_text()


def test_the_frame_holds_even_what_nobody_has_cleaned(
    live_server: LiveServer,
    page: Page,
    context: BrowserContext,
    desk: Desk,
    trap: Trap,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The sanitiser is the second layer; here it is gone, and the frame with its policy stands alone."""
    monkeypatch.setattr(safe_html, "clean_letter", lambda html, **_: html)
    letters = [hostile_letter(number, trap.url) for number in range(1, 91) if number % 50]
    ticket, messages = file_letters(desk, letters)
    enter(context, live_server, add_agent("nora@help.example", "Nora Lind"))
    seen = Seen()
    seen.watch(context, page, live_server)
    heard = open_all(page, live_server, ticket, list(messages))
    refused = [problem for problem in seen.problems if not problem.startswith("asked ")]
    assert heard == [] and refused == [] and trap.visits == []


def test_the_trap_and_the_ears_work(
    live_server: LiveServer, page: Page, context: BrowserContext, desk: Desk, trap: Trap
) -> None:
    """The same letter without any wall is noticed in every way, or the tests above prove nothing."""
    page.add_init_script(
        "window.heard = []; addEventListener('message', (event) => heard.push(String(event.data)));"
    )
    said: list[str] = []
    page.on("dialog", lambda dialog: (said.append(dialog.message), dialog.dismiss()))
    page.goto(f"{trap.url}/page")
    page.evaluate(
        "(html) => { const frame = document.createElement('iframe'); frame.srcdoc = html; document.body.append(frame); }",
        f"<script>parent.postMessage('ran','*');alert('ran')</script><img src='{trap.url}/seen'>",
    )
    page.wait_for_function("window.heard.length > 0")
    wait_until(lambda: "/seen" in trap.visits and said)
    assert said == ["ran"]
