"""What a mail costs from a real Dovecot into a ticket, on SQLite and on PostgreSQL, beside the bare loop.

    python -m bench.ingest [--count 2000] [--existing 20000] [--database sqlite|postgresql]

CPU is the CPU time of our own processes; the mail server's and PostgreSQL's own are not in it. "capture" is list, fetch
and journal; "decide" is everything after, and what stands behind it are its parts: "reader" is the limited child that
parses, its start included, "facts" is what the database knows, "quotes" making the letter that is filed. Each database
is measured empty and with `--existing` tickets in it.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from app import db
from app.blobs import BlobStore
from app.mailboxes import service
from app.mailboxes.models import Folder, Mailbox
from app.security import seal
from app.settings import Settings
from app.tickets.models import Ticket
from bench import bare
from bench.grown import grow
from bench.mailgen import expected, generate
from bench.rig import DATABASES, Bench, Shares, Spent, machine, spending, watching
from mail_ingest import apply, journal
from mail_ingest.capture import account_of, look_into_folder
from mail_ingest.fetch import ImapSource
from mail_ingest.ingest import Ingest
from mail_ingest.journal import Listing
from mail_ingest.reader import Reader
from tests.support.dovecot import Dovecot

ADDRESS = "support@help.example"
PARTS = {"Known": "facts", "incoming_letter": "quotes"}
BAR_BARE, BAR_GROWTH = 2.0, 1.2


@dataclass(frozen=True)
class Run:
    """One database worked through. `parts`: CPU inside the decision."""

    database: str
    existing: int
    count: int
    capture: Spent
    decide: Spent
    parts: Shares

    @property
    def cpu_ms(self) -> float:
        return self.capture.cpu_ms(self.count) + self.decide.cpu_ms(self.count)

    @property
    def rate(self) -> float:
        return self.count / (self.capture.wall + self.decide.wall)


def fill(dovecot: Dovecot, count: int) -> int:
    """Put so many mails of the generator into the mailbox; how many tickets they must make."""
    truths = []
    with dovecot.connected() as imap:
        for mail in generate(1, count):
            imap.append("INBOX", "", "", mail.raw)
            truths.append(mail.truth)
    return expected(truths).tickets


def measure(bench: Bench, dovecot: Dovecot, database: str, existing: int) -> tuple[Run, int]:
    """The run, and the number of tickets it made."""
    settings, blobs = bench.install(database)
    mailbox, folder_id = _connect(settings, dovecot)
    if existing:
        grow(mailbox, folder_id, existing)
    with spending() as capture:
        count = _capture(settings, mailbox, folder_id, blobs)
    reader = Reader()
    with watching(apply, *PARTS) as parts, spending() as decide:
        Ingest(settings, blobs, reader=reader).drain()
        reader.close()
    with db.reading() as session:
        tickets = session.scalar(sa.select(sa.func.count(Ticket.id))) or 0
    return Run(database, existing, count, capture, decide, parts), tickets - existing


def _connect(settings: Settings, dovecot: Dovecot) -> tuple[Mailbox, int]:
    """A mailbox that was connected while it was empty, so that what is in it now is new mail."""
    with db.transaction() as session:
        mailbox = Mailbox(
            address=ADDRESS,
            imap_host=dovecot.host,
            imap_port=dovecot.port,
            imap_security="none",
            imap_user=ADDRESS,
            imap_password=seal(settings.secret_key, dovecot.password),
            created_at=db.now(),
        )
        service.add_mailbox(session, mailbox)
        folder = session.scalars(sa.select(Folder)).one()
        with ImapSource(account_of(mailbox, settings)) as source:
            uidvalidity = source.list_folder(folder.name).uidvalidity
        journal.begin_listing(session, folder, Listing(uidvalidity, frozenset()), now=db.now())
        return mailbox, folder.id


def _capture(settings: Settings, mailbox: Mailbox, folder_id: int, blobs: BlobStore) -> int:
    with db.transaction() as session:
        lease = service.acquire_lease(session, mailbox.id, "bench", now=db.now())
    if lease is None:
        raise RuntimeError("the mailbox is leased")
    with ImapSource(account_of(mailbox, settings)) as source:
        return look_into_folder(source, lease, folder_id, blobs, limit=settings.mail_bytes).stored


def _bare(bench: Bench, dovecot: Dovecot, number: int) -> tuple[int, Spent]:
    return bare.run(
        dovecot.host, dovecot.port, (ADDRESS, dovecot.password), bench.directory / f"bare-{number}.db"
    )


def report(runs: Sequence[Run], loops: Sequence[tuple[int, Spent]]) -> None:
    loop_ms = sum(spent.cpu_ms(count) for count, spent in loops) / len(loops)
    rates = [spent.rate(count) for count, spent in loops]
    heads = (
        "tickets before",
        "mails/s",
        "CPU ms",
        "capture",
        "decide",
        "reader",
        *PARTS.values(),
        "rest",
        "x bare",
        "growth",
    )
    print(f"{'':11}" + "".join(f"{head:>{max(9, len(head) + 2)}}" for head in heads))
    widths = [max(9, len(head) + 2) for head in heads]
    for run in runs:
        decide = run.decide.cpu_ms(run.count)
        parts = [run.decide.children * 1000 / run.count, *(run.parts.ms(name, run.count) for name in PARTS)]
        empty = next((one for one in runs if one.database == run.database and not one.existing), run)
        cells = [
            str(run.existing),
            f"{run.rate:.0f}",
            f"{run.cpu_ms:.2f}",
            f"{run.capture.cpu_ms(run.count):.2f}",
            f"{decide:.2f}",
            *(f"{part:.2f}" for part in parts),
            f"{decide - sum(parts):.2f}",
            f"{run.cpu_ms / loop_ms:.2f}",
            f"{run.cpu_ms / empty.cpu_ms:.2f}" if run.existing else "",
        ]
        print(
            f"{run.database:11}"
            + "".join(f"{cell:>{width}}" for cell, width in zip(cells, widths, strict=True))
        )
    print(f"{'bare loop':11}{'':>16}{sum(rates) / len(rates):>9.0f}{loop_ms:>9.2f}")
    print(f"To hold: at most {BAR_BARE:g} x the bare loop, growth at most {BAR_GROWTH:g}.")


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(
        prog="python -m bench.ingest",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--count", type=int, default=2000)
    parser.add_argument("--existing", type=int, default=20_000)
    parser.add_argument("--database", choices=DATABASES, action="append")
    options = parser.parse_args(arguments)
    print(f"Mail into tickets: {options.count} generated mails from Dovecot; per mail. {machine()}")
    sizes = [0, options.existing] if options.existing else [0]
    dovecot = Dovecot()
    with Bench() as bench:
        try:
            tickets = fill(dovecot.start(), options.count)
            loops, runs = [_bare(bench, dovecot, 1)], []
            for database in options.database or DATABASES:
                for existing in sizes:
                    run, made = measure(bench, dovecot, database, existing)
                    if (run.count, made) != (options.count, tickets):
                        raise SystemExit(f"{run.count} mails made {made} tickets instead of {tickets}")
                    runs.append(run)
            loops.append(_bare(bench, dovecot, 2))
        finally:
            dovecot.remove()
    report(runs, loops)


if __name__ == "__main__":
    main()
