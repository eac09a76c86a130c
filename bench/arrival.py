"""How soon a letter is seen, and how soon an answer leaves: the whole helpdesk in its sandbox, as `make run` starts it.

    python -m bench.arrival [--letters 20] [--replies 8]

Letters are handed to the sandbox's SMTP server at uneven times; a page asks for news every three seconds, as the
inbox does. Answers are sent by the form of the ticket page; the time in which an agent may take one back is set to a
second here, and not counted.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import smtplib
import sqlite3
import statistics
import tempfile
import threading
import time
import urllib.parse
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from email.message import EmailMessage
from functools import partial
from http.cookiejar import CookieJar
from pathlib import Path

from app import sandbox_mail
from bench.rig import machine
from tests.support.sincerely import Sincerely

PAGE_ASKS_EVERY = 3.0
LOOK = 0.02
PATIENCE = 60.0
BAR_PAGE = 5.0
UNDO_SECONDS = 1


class Agent:
    """The demo agent's browser, without scripts."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))

    def get(self, path: str) -> str:
        with self._opener.open(self._url + path, timeout=30) as answer:
            return str(answer.read().decode())

    def post(self, path: str, form: Mapping[str, str]) -> None:
        body = urllib.parse.urlencode(form).encode()
        request = urllib.request.Request(self._url + path, body, {"Origin": self._url})
        with self._opener.open(request, timeout=30) as answer:
            answer.read()


class Watch(threading.Thread):
    """Looks again and again, and notes when each text was first seen. Letters are found by their subjects."""

    def __init__(self, look: Callable[[], str], every: float) -> None:
        super().__init__(daemon=True)
        self.seen: dict[str, float] = {}
        self._look, self._every = look, every
        self._awaited: set[str] = set()
        self._end = threading.Event()

    def await_text(self, text: str) -> None:
        self._awaited.add(text)

    def stop(self) -> None:
        self._end.set()
        self.join()

    def run(self) -> None:
        """Until it is told to stop: whoever waits for it ends it before what it looks at is taken away."""
        while not self._end.wait(self._every):
            found = self._look()
            for text in list(self._awaited - self.seen.keys()):
                if text in found:
                    self.seen[text] = time.monotonic()


def news(agent: Agent) -> Callable[[], str]:
    """What the inbox page asks every few seconds; the rows it would show. The newest come first, since a page has
    fifty rows and the sandbox has letters of its own."""
    agent.post("/inbox/open/order", {"csrf_token": _token(agent), "order": "newest"})
    mark = re.search(r'data-mark="([^"]+)"', agent.get("/inbox/open"))
    if mark is None:
        raise RuntimeError("the inbox page has no mark")
    state = {"mark": mark[1], "rows": ""}

    def look() -> str:
        answer = agent.get(f"/live?view=open&mark={state['mark']}")
        if answer:
            content = json.loads(answer)
            state.update(mark=content["mark"], rows=content.get("rows", ""))
        return state["rows"]

    return look


def _token(agent: Agent) -> str:
    found = re.search(r'name="csrf-token" content="([^"]+)"', agent.get("/inbox/open"))
    if found is None:
        raise RuntimeError("the inbox page has no token")
    return found[1]


def ticket_subjects(database: Path) -> str:
    with sqlite3.connect(f"file:{database}?mode=ro", uri=True, timeout=10) as connection:
        found = connection.execute("SELECT subject FROM tickets ORDER BY id DESC LIMIT 40").fetchall()
    connection.close()
    return "\n".join(subject for (subject,) in found)


def ticket_of(database: Path, subject: str) -> int:
    with sqlite3.connect(f"file:{database}?mode=ro", uri=True, timeout=10) as connection:
        found = connection.execute("SELECT id FROM tickets WHERE subject = ?", (subject,)).fetchone()
    connection.close()
    return int(found[0])


def write_letter(port: int, number: int) -> str:
    """Returns its subject."""
    letter = EmailMessage()
    subject = f"Question number {number:03d} about my parcel"
    letter["From"], letter["To"] = customer(number), sandbox_mail.SUPPORT_ADDRESS
    letter["Subject"], letter["Message-ID"] = subject, f"<bench-{number}@visitor.example>"
    letter.set_content("Hello,\n\nwhere is my parcel? It was to come on Monday.\n\nKind regards\nVisitor")
    with smtplib.SMTP("127.0.0.1", port, timeout=15) as smtp:
        smtp.send_message(letter)
    return subject


def customer(number: int) -> str:
    return f"visitor.{number:03d}@visitor.example"


def until(condition: Callable[[], bool]) -> float:
    """The moment at which it became true. Ends the program when that takes too long."""
    end = time.monotonic() + PATIENCE
    while not condition():
        if time.monotonic() > end:
            raise SystemExit("waited too long")
        time.sleep(LOOK)
    return time.monotonic()


def measure_letters(sincerely: Sincerely, agent: Agent, count: int) -> tuple[list[float], list[float]]:
    """Seconds until the ticket is there, and until the page shows it."""
    rng = random.Random(3)
    rows = Watch(lambda: ticket_subjects(_database(sincerely)), LOOK)
    page = Watch(news(agent), PAGE_ASKS_EVERY)
    sent: dict[str, float] = {}
    for watch in (rows, page):
        watch.start()
    try:
        for number in range(count):
            time.sleep(rng.uniform(0.5, 3.5))
            subject = write_letter(sincerely.ports().smtp, number)
            sent[subject] = time.monotonic()
            rows.await_text(subject)
            page.await_text(subject)
        until(lambda: len(rows.seen) == len(page.seen) == count)
    finally:
        rows.stop()
        page.stop()
    return [rows.seen[one] - at for one, at in sent.items()], [
        page.seen[one] - at for one, at in sent.items()
    ]


def measure_replies(sincerely: Sincerely, agent: Agent, count: int) -> list[float]:
    """Seconds from the end of the time to take it back until the customer's mail server has accepted the answer."""
    took = []
    for number in range(count):
        ticket = ticket_of(_database(sincerely), f"Question number {number:03d} about my parcel")
        page = agent.get(f"/tickets/{ticket}")
        form = {
            "csrf_token": _field(page, "csrf_token"),
            "nonce": _field(page, "nonce"),
            "html": "<div>It is on its way.</div>",
            "to": customer(number),
            "cc": "",
            "then_status": "waiting",
            "confirmed": "yes",
        }
        start = time.monotonic()
        agent.post(f"/tickets/{ticket}/reply", form)
        took.append(until(partial(_has_mail, sincerely, customer(number))) - start - UNDO_SECONDS)
    return took


def _has_mail(sincerely: Sincerely, address: str) -> bool:
    return bool(sandbox_mail.letter_files(sandbox_mail.account_directory(sincerely.mail_dir, address)))


def _field(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]+)"', page)
    if found is None:
        raise RuntimeError(f"the page has no field {name}")
    return found[1]


def _database(sincerely: Sincerely) -> Path:
    return sincerely.data_dir / "sandbox" / "sincerely.db"


def show(name: str, seconds: Sequence[float]) -> None:
    p95 = statistics.quantiles(seconds, n=20, method="inclusive")[-1]
    print(f"  {name:46} p50 {statistics.median(seconds):5.2f} s   p95 {p95:5.2f} s   ({len(seconds)})")


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(
        prog="python -m bench.arrival",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--letters", type=int, default=20)
    parser.add_argument("--replies", type=int, default=8)
    options = parser.parse_args(arguments)
    print(f"Arrival and answer, all processes running. {machine()}")
    with tempfile.TemporaryDirectory(prefix="sincerely-bench-") as directory:
        sincerely = Sincerely(Path(directory) / "data", UNDO_SECONDS=UNDO_SECONDS)
        began = time.monotonic()
        try:
            sincerely.start()
            print(f"  from nothing to a working sandbox: {time.monotonic() - began:.1f} s")
            agent = Agent(sincerely.url)
            in_database, on_page = measure_letters(sincerely, agent, options.letters)
            show("letter handed over → ticket", in_database)
            show("letter handed over → shown in an open inbox", on_page)
            show(
                "answer no longer held → accepted by a server",
                measure_replies(sincerely, agent, options.replies),
            )
        finally:
            sincerely.stop()
    print(f"  To hold: shown within {BAR_PAGE:g} s.")


if __name__ == "__main__":
    main()
