"""Browsers for the tests: flask's test client signed in as somebody, and the distribution's Chromium."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import ConsoleMessage, Error, Page, expect
from werkzeug.serving import make_server

from app import db
from app.accounts import sign_ins
from app.accounts.models import Agent, Role
from tests.support import patient_hands
from tests.support.needs import find_program, missing

CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
CHROMIUM_FLAGS = [
    "--no-sandbox",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-gpu",
]
MAC_CHROME = "Applications/Google Chrome.app/Contents/MacOS"
# A busy machine is slow, and what never happens fails after a minute as surely as after five seconds.
PATIENCE_MS = 60_000
expect.set_options(timeout=PATIENCE_MS)
patient_hands.have_patience()


@dataclass
class LiveServer:
    """The web app on a real port; `stop` ends it."""

    url: str
    app: Flask


def add_agent(email: str, name: str, *, role: Role = Role.AGENT, language: str = "en") -> Agent:
    """An agent in the database of the test; detached, so that a test can read it at any time."""
    with db.transaction() as session:
        agent = Agent(email=email, name=name, role=role, language=language, created_at=db.now())
        session.add(agent)
        session.flush()
        session.expunge(agent)
    return agent


def sign_in(client: FlaskClient, agent: Agent) -> FlaskClient:
    """Give this browser a session as a sign-in would."""
    with db.transaction() as session:
        token = sign_ins.start(session, agent.id, now=db.now(), user_agent="tests")
    with client.session_transaction() as cookie:
        cookie["_user_id"], cookie["_fresh"] = token, True
    client.agent = agent  # type: ignore[attr-defined]
    return client


@pytest.fixture
def agent(app: Flask) -> FlaskClient:
    """A browser in which an agent is signed in; the row is `agent.agent`."""
    return sign_in(app.test_client(), add_agent("nora@help.example", "Nora Lind"))


@pytest.fixture
def admin(app: Flask) -> FlaskClient:
    """A browser in which an admin is signed in; the row is `admin.agent`."""
    return sign_in(app.test_client(), add_agent("ada@help.example", "Ada Berg", role=Role.ADMIN))


@pytest.fixture
def live_server(app: Flask) -> Iterator[LiveServer]:
    """The app of the test on a free loopback port, several requests at a time."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, name="live-server", daemon=True)
    thread.start()
    try:
        yield LiveServer(f"http://127.0.0.1:{server.port}", app)
    finally:
        server.shutdown()
        thread.join(60)
        server.server_close()


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """The Chromium of the distribution: nothing is downloaded."""
    for name in CHROMIUM_NAMES:
        found = find_program(name)
        if found:
            return {**browser_type_launch_args, "executable_path": str(found), "args": CHROMIUM_FLAGS}
    on_mac = find_program("Google Chrome", [MAC_CHROME])
    if on_mac:
        return {**browser_type_launch_args, "executable_path": str(on_mac)}
    missing("Chromium", "chromium")


# With the place in which it happened, which the browser's own words leave out.
TELL_OF_POLICY = """document.addEventListener("securitypolicyviolation", (event) =>
  console.error(`refused by the policy: ${event.effectiveDirective} ${event.blockedURI}, ${event.sourceFile}:${event.lineNumber}`));"""


@pytest.fixture
def browser_page(page: Page) -> Iterator[Page]:
    """A page whose scripts may not fail, and which asks for nothing that its policy refuses."""
    errors: list[str] = []

    def note(message: ConsoleMessage) -> None:
        if message.type == "error":
            errors.append(message.text)

    page.add_init_script(TELL_OF_POLICY)
    page.on("console", note)
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.set_default_timeout(PATIENCE_MS)
    yield page
    assert not errors, f"the page complained: {errors}"
    # Closed in the midst of its way to another, a page has held up its browser for good.
    with contextlib.suppress(Error):
        page.goto("about:blank", timeout=10_000)
