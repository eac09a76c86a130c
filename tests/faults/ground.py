"""The ground of one case: an installation of its own between a real IMAP server and a scripted SMTP server.

Both are reached through a proxy. Letters come from a seed, so a run can be repeated exactly as far as processes allow.
"""

from __future__ import annotations

import imaplib
import os
import random
import shutil
import sqlite3
import time
from collections.abc import Callable, Container, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import sqlalchemy as sa

from app import db
from app.mailboxes import service as mailboxes
from app.mailboxes.models import Mailbox
from app.security import seal
from tests.conftest import SECRET, make_settings
from tests.faults import observer
from tests.faults.nursery import Child, Nursery
from tests.faults.observer import Database, Findings, ServerMail
from tests.support.dovecot import Dovecot
from tests.support.letters import answer_to, letter
from tests.support.ports import free_port
from tests.support.proxy import Proxy
from tests.support.scripted_smtp import ScriptedSmtp
from tests.support.waiting import wait_until

# Limits of the product in the seconds of a test: what takes half a minute in an office takes one here.
LIMITS = {
    "POLL_SECONDS": "1",
    "RECONCILE_SECONDS": "10",
    "MAIL_TIMEOUT_SECONDS": "2",
    "FINAL_DOT_TIMEOUT_SECONDS": "3",
    "UNDO_SECONDS": "0",
    "PASSWORD_COST": "low",
}
SCALED: dict[str, object] = {
    "mail_ingest.poller:BACKOFF_SECONDS": [0.2, 0.5, 1, 2],
    "mail_ingest.poller:ROSTER_SECONDS": 0.3,
    "mail_ingest.fetch:DONE_SECONDS": 1,
    "mail_ingest.poller:SWEEP_SECONDS": 0.6,
}


@dataclass
class Servers:
    """What all cases of a run share."""

    dovecot: Dovecot
    sink: ScriptedSmtp
    nursery: Nursery
    cases: int = 0


@dataclass
class Ground:
    root: Path
    database_url: str
    servers: Servers
    dice: random.Random
    folder: str = "INBOX"
    # The words of the letters, thread by thread.
    threads: list[list[str]] = field(default_factory=list)
    children: list[Child] = field(default_factory=list)
    environment: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.servers.cases += 1
        self.address = f"case-{self.servers.cases}@help.example"
        if self.folder != "INBOX":
            with self.servers.dovecot.connected(self.address) as imap:
                imap.create(self.folder)
        self.imap = Proxy((self.servers.dovecot.host, self.servers.dovecot.port)).start()
        self.smtp = Proxy((self.servers.sink.host, self.servers.sink.port)).start()
        self.settings = make_settings(self.root / "data", database_url=self.database_url, undo_seconds=0)
        for directory in (self.settings.blob_dir, self.settings.run_dir, self.settings.search_dir):
            directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.database = Database(self.database_url)
        self.port = free_port()
        db.configure(self.database_url)
        self.mailbox_id = self._connect_mailbox(self.address)

    # Mail that comes in

    def write(self, threads: int = 4, *, longest: int = 3, big: int = 0) -> list[bytes]:
        """Letters of new threads in an order that keeps a parent before its answers; some have a file. `big`: bytes
        of a file that the first letter carries."""
        made: list[list[bytes]] = []
        for _ in range(threads):
            number, first = len(self.threads), f"t{len(self.threads)}-{self.servers.cases}@buyer.example"
            words = [f"letter-{number}-{place}" for place in range(self.dice.randint(1, longest))]
            self.threads.append(words)
            made.append([self._letter(number, first, place, word, big) for place, word in enumerate(words)])
            big = 0
        letters: list[bytes] = []
        while waiting := [thread for thread in made if thread]:
            letters.append(self.dice.choice(waiting).pop(0))
        return letters

    def _letter(self, number: int, first: str, place: int, word: str, big: int) -> bytes:
        sender = f"Customer {number} <c{number}@buyer.example>"
        text = f"{word}\n" + "about my parcel " * self.dice.randint(1, 200)
        size = big or (self.dice.randint(1, 20_000) if self.dice.random() < 0.4 else 0)
        more = {
            "files": {"list.bin": self.dice.randbytes(size)} if size else None,
            "subject": f"Order {number}",
        }
        if place == 0:
            return letter(text, sender=sender, message_id=first, **more)  # type: ignore[arg-type]
        name = first.replace("@", f"-{place}@")
        return answer_to(first, sender=sender, message_id=name, text=text, **more)

    def append(self, letters: Sequence[bytes], *, at: datetime | None = None, to: str = "") -> None:
        """Into the watched folder, as the customers' servers do: not through the proxy."""
        with self.servers.dovecot.connected(to or self.address) as imap:
            for raw in letters:
                # imaplib turns lone line feeds into CRLF in append(); the bytes of a test are to arrive unchanged.
                imap.literal = raw  # type: ignore[assignment]
                arrived = imaplib.Time2Internaldate(at or datetime.now(UTC))
                answer, text = imap._simple_command("APPEND", self.folder, "()", arrived)
                assert answer == "OK", text

    def on_server(self, address: str = "") -> list[ServerMail]:
        return observer.server_mails(self.servers.dovecot, address or self.address, self.folder)

    # Processes

    def start(
        self, program: str, *points: str, clock: float = 0, scaled: dict[str, object] | None = None
    ) -> Child:
        """`points`: fail-points to arm, "name:passage:action". `clock`: seconds its clock is ahead."""
        environment = {
            "PATH": os.environ["PATH"],
            "DATA_DIR": str(self.settings.data_dir),
            "DATABASE_URL": self.database_url,
            "SECRET_KEY": SECRET,
            "SANDBOX": "no",
            "PORT": str(self.port),
            "SINCERELY_FAILPOINTS": ",".join(points),
            **LIMITS,
            **self.environment,
        }
        log = self.root / f"{len(self.children)}-{program}.log"
        child = self.servers.nursery.start(
            program, environment, log, clock=clock, scaled={**SCALED, **(scaled or {})}
        )
        self.children.append(child)
        return child

    def poll_until_killed(self, point: str, **more: float) -> None:
        """A poller that the fail-point ends."""
        child = self.start("poller", point, **more)  # type: ignore[arg-type]
        status = child.wait()
        assert status in (-9, -6) and child.said("failpoint "), f"{point} was not reached: {status}"

    def poll_until_settled(self, *points: str, clock: float = 0, deadline: float = 60) -> Child:
        """An unhurt poller, until every mail on the server has found its place."""
        child = self.start("poller", *points, clock=clock)
        self.wait_settled(deadline)
        return child

    def wait_settled(self, deadline: float = 60, *, also: str = "") -> None:
        """`also`: the second mailbox must be settled, too."""
        wanted = {
            (address, mail.uidvalidity, mail.uid)
            for address in filter(None, (self.address, also))
            for mail in self.on_server(address)
        }

        def settled() -> bool:
            """every mail on the server is journalled and decided"""
            rows = self.database.rows(
                "SELECT m.address, uidvalidity, uid, state FROM raw_mails r JOIN mailboxes m ON m.id = r.mailbox_id"
            )
            return wanted <= {row[:3] for row in rows} and all(row[3] != "stored" for row in rows)

        wait_until(settled, deadline, every=0.03)

    def wait_said(self, child: Child, words: str, deadline: float = 60) -> None:
        def said() -> bool:
            return child.said(words)

        said.__doc__ = f"the process said {words!r}"
        wait_until(said, deadline, every=0.01)

    def sent_all(self, *points: str, clocks: Sequence[float] = (0, 3600, 7300, 11000)) -> None:
        """Senders at later and later times, until no delivery waits for anything."""
        for clock in clocks:
            self.start("sender", *points, clock=clock).wait(60)
            if not self.database.number(
                "SELECT count(*) FROM outbox WHERE state NOT IN ('accepted', 'failed', 'uncertain', 'bounced')"
            ):
                return

    # The database as a file

    def save_database(self) -> Path:
        """A consistent copy, as a backup makes it."""
        copy = self.root / "older.db"
        with sqlite3.connect(self._database_file) as source, sqlite3.connect(copy) as target:
            source.backup(target)
        return copy

    def restore_database(self, copy: Path) -> None:
        db.dispose()
        for end in ("", "-wal", "-shm"):
            Path(f"{self._database_file}{end}").unlink(missing_ok=True)
        shutil.copyfile(copy, self._database_file)

    @property
    def _database_file(self) -> Path:
        return Path(self.database_url.removeprefix("sqlite:///"))

    # What came of it

    def look(
        self,
        before: Sequence[ServerMail] | None = None,
        *,
        header_only: Container[int] = (),
        also: str = "",
    ) -> Findings:
        """Everything the observer can see; `before`: what the server held, if nobody was to change it; `header_only`:
        UIDs of which no more than that was to be fetched; `also`: the second mailbox."""
        mails = self.on_server()
        whole = [mail for mail in mails if mail.uid not in header_only]
        found = observer.observe_capture(
            self.database, self.settings.blob_dir, whole, self.address, self.folder
        )
        if also:
            more, blobs = self.on_server(also), self.settings.blob_dir
            found.add(observer.observe_capture(self.database, blobs, more, also, self.folder))
        found.add(observer.observe_places(self.database))
        found.add(observer.observe_threads(self.database, self.threads))
        found.add(observer.observe_deliveries(self.database, self.servers.sink.copies))
        found.add(observer.observe_store(self.database))
        if before is not None and [(m.uid, m.flags) for m in before] != [(m.uid, m.flags) for m in mails]:
            found.wrong.append("the mail server was changed")
        return found

    def logs(self) -> str:
        return "\n".join(
            f"== {child.log.name}\n{child.log.read_text('utf-8', 'replace')[-2500:]}"
            for child in self.children
            if child.log.exists()
        )

    def close(self) -> None:
        for child in self.children:
            child.kill()
        self.imap.stop()
        self.smtp.stop()
        db.dispose()

    # Mailboxes

    def add_mailbox(self, *, password: str = "") -> str:
        """A second mailbox of this installation; its address."""
        self.servers.cases += 1
        address = f"case-{self.servers.cases}@help.example"
        self._connect_mailbox(address, password)
        return address

    def set_password(self, address: str, password: str = "") -> None:
        with db.transaction() as session:
            mailbox = session.scalars(sa.select(Mailbox).where(Mailbox.address == address)).one()
            mailbox.imap_password = self._sealed(password)

    def _sealed(self, password: str) -> str:
        return seal(self.settings.secret_key, password or self.servers.dovecot.password)

    def _connect_mailbox(self, address: str, password: str = "") -> int:
        with db.transaction() as session:
            mailbox = Mailbox(
                address=address,
                name="Help",
                # Mail that lies there already came after the mailbox was connected: it is for us to answer.
                created_at=db.now() - timedelta(days=400),
                imap_host="127.0.0.1",
                imap_port=self.imap.port,
                imap_security="none",
                imap_user=address,
                imap_password=self._sealed(password),
                smtp_host="127.0.0.1",
                smtp_port=self.smtp.port,
                smtp_security="none",
                smtp_user=address,
                smtp_password=self._sealed(password),
            )
            return mailboxes.add_mailbox(session, mailbox, (self.folder,)).id


Case = Callable[[Ground], Findings | None]


def run(case: Case, ground: Ground, names: tuple[str, str], properties: list[tuple[str, object]]) -> None:
    """Play a case, look at what came of it, write the line of the table, and fail on the first thing wrong."""
    started = time.monotonic()
    found = case(ground) or Findings()
    properties.append(
        (
            "fault",
            {
                "fault": names[0],
                "point": names[1],
                "runs": 1,
                "lost": len(found.lost),
                "doubled": len(found.doubled),
                "sent twice": len(found.sent_twice),
                "uncertain": found.uncertain,
                "parked": found.parked,
                "seconds": time.monotonic() - started,
            },
        )
    )
    assert not found.faults, "; ".join(found.faults)
