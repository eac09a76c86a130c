"""The whole circle in a real browser, on what `make run` starts: letter, ticket, suggestion, reply, smiley, rating."""

from __future__ import annotations

import os
import re
import signal
import smtplib
import subprocess
import sys
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from app import sandbox_mail
from app.settings import PROJECT
from tests.support import processes
from tests.support.ports import free_port
from tests.support.waiting import wait_until
from tests.support.web import TELL_OF_POLICY

pytestmark = [pytest.mark.browser, pytest.mark.slow]

CUSTOMER = "vera.newcomer@visitor.example"
SOON = 60_000  # milliseconds; how soon it really is stands in docs/benchmarks.md


class Sandbox:
    """`make run` without the make: the supervisor in sandbox mode with a data directory of its own."""

    def __init__(self, directory: Path) -> None:
        self._data = directory / "data"
        self._log = directory / "log"
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def mail(self) -> Path:
        return self._data / "sandbox" / "mail"

    def start(self) -> None:
        environment = {
            **os.environ, "DATA_DIR": str(self._data), "PORT": str(self.port), "SANDBOX": "auto", "UNDO_SECONDS": "3",
            "PYTHONPATH": str(PROJECT),
        }  # fmt: skip
        self._log.write_bytes(b"")
        self._process = processes.start(
            [sys.executable, "-m", "workers.supervisor"], log=self._log, cwd=PROJECT, env=environment
        )
        wait_until(lambda: self._ended() or b"Sincerely is ready" in self._log.read_bytes(), 120)
        assert not self._ended(), self._log.read_text()

    def stop(self) -> int:
        assert self._process is not None
        processes.stop(self._process, by=signal.SIGINT, deadline=40)
        return self._process.returncode

    def write(self, subject: str, text: str) -> str:
        """A letter from the customer by SMTP; its Message-ID."""
        letter = EmailMessage()
        letter["From"], letter["To"], letter["Subject"] = (
            f"Vera <{CUSTOMER}>",
            sandbox_mail.SUPPORT_ADDRESS,
            subject,
        )
        letter["Message-ID"] = "<first-letter@visitor.example>"
        letter.set_content(text)
        ports = sandbox_mail.ports(self.mail)
        assert ports is not None
        with smtplib.SMTP("127.0.0.1", ports.smtp, timeout=60) as smtp:
            smtp.send_message(letter)
        return "first-letter@visitor.example"

    def _ended(self) -> bool:
        return self._process is not None and self._process.poll() is not None


@pytest.fixture
def sandbox(tmp_path: Path) -> Iterator[Sandbox]:
    running = Sandbox(tmp_path)
    running.start()
    try:
        yield running
    finally:
        running.stop()


def test_a_letter_is_answered_and_the_answer_is_rated(sandbox: Sandbox, browser_page: Page) -> None:
    page = browser_page
    page.goto(sandbox.url)
    rows = page.locator("li[data-ticket]")
    expect(rows.first).to_be_visible(timeout=SOON)

    message_id = sandbox.write(
        "Wrong address for my delivery",
        "Hello, I typed the wrong street. Can you bring the "
        "washing machine to another address instead? I need to change the delivery address.",
    )
    new = page.get_by_text("Wrong address for my delivery").first
    expect(new).to_be_visible(timeout=SOON)
    new.click()

    expect(page.locator("[data-insert]").first).to_be_visible(timeout=SOON)
    page.keyboard.press("1")
    editor = page.locator("trix-editor")
    expect(editor).to_contain_text("Vera", timeout=SOON)
    editor.press("Control+End")
    page.keyboard.type("See you on Monday. ")
    # As password managers, spelling aids and makers of screenshots leave it; refused if our scripts copied it.
    page.locator("input, textarea, trix-editor").evaluate_all(
        "all => all.forEach((one) => { one.style.top = '0'; one.style.top = ''; })"
    )
    page.keyboard.press("Control+Enter")

    letters = wait_until(lambda: sandbox_mail.customer_letters(sandbox.mail, CUSTOMER), 60)
    assert len(letters) == 1
    reply = letters[0]
    assert f"<{message_id}>" in reply.references
    assert "See you on Monday" in reply.text
    links = re.findall(rf"{re.escape(sandbox.url)}/r/\S+?/(?:good|okay|bad)", reply.text)
    assert len(set(links)) == 3

    customer = page.context.browser.new_context(locale="en").new_page()  # type: ignore[union-attr]
    customer.add_init_script(TELL_OF_POLICY)
    said: list[str] = []
    customer.on("console", lambda line: line.type == "error" and said.append(line.text))
    customer.goto(f"{sandbox.url}/sandbox/mailbox")
    frame = customer.frame_locator("iframe").first
    expect(frame.get_by_text("See you on Monday")).to_be_visible(timeout=SOON)
    customer.goto(next(link for link in links if link.endswith("/good")))
    customer.locator("textarea").fill("Quick and kind, thank you!")
    customer.locator("form button[type=submit], form button:not([type])").first.click()
    expect(customer.get_by_text(re.compile("thank", re.IGNORECASE)).first).to_be_visible(timeout=SOON)
    assert not said

    page.goto(f"{sandbox.url}/ratings")
    expect(page.get_by_text("Quick and kind, thank you!")).to_be_visible(timeout=SOON)
    expect(page.get_by_role("row").filter(has_text="Ben Carter")).to_be_visible()


def test_it_stops_cleanly_and_starts_again_where_it_was(sandbox: Sandbox, page: Page) -> None:
    page.goto(f"{sandbox.url}/tickets/1")
    title = page.title()
    assert sandbox.stop() == 0
    sandbox.start()
    page.goto(f"{sandbox.url}/tickets/1")
    assert page.title() == title
    page.goto(f"{sandbox.url}/inbox/open")
    expect(page.locator("li[data-ticket]").first).to_be_visible()
