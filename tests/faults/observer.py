"""Looks from outside: own IMAP and plain SQL, nothing of the product's code, so that no mistake of ours hides another.

It compares what the mail server holds, the journal and its files, the tickets, and what customers' servers accepted,
and says in words what does not fit. The numbers in brackets are the promises of docs/invariants.md.
"""

from __future__ import annotations

import hashlib
import imaplib
import re
import sqlite3
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg

from tests.support.dovecot import Dovecot

# Where a mail ends without being a message, besides those that have a rule of their own below.
ASIDE = {"own", "ignored", "spam"}


@dataclass(frozen=True)
class ServerMail:
    uidvalidity: int
    uid: int
    flags: tuple[bytes, ...]
    raw: bytes

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.raw).hexdigest()


@dataclass
class Findings:
    """What a look brought. `wrong`: sentences about everything else that must not be."""

    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    sent_twice: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    uncertain: int = 0
    parked: int = 0
    vanished: int = 0

    def add(self, other: Findings) -> Findings:
        for name in ("lost", "doubled", "sent_twice", "wrong"):
            getattr(self, name).extend(getattr(other, name))
        self.uncertain += other.uncertain
        self.parked += other.parked
        self.vanished += other.vanished
        return self

    @property
    def faults(self) -> list[str]:
        return [
            f"{name}: {text}"
            for name in ("lost", "doubled", "sent_twice", "wrong")
            for text in getattr(self, name)
        ]


class Database:
    """Plain SQL on the product's database, read only."""

    def __init__(self, url: str) -> None:
        self._sqlite = url.removeprefix("sqlite:///") if url.startswith("sqlite") else ""
        self._url = url.replace("postgresql+psycopg", "postgresql")

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        if self._sqlite:
            connection = sqlite3.connect(f"file:{self._sqlite}?mode=ro", uri=True, timeout=60)
            try:
                return connection.execute(query).fetchall()
            finally:
                connection.close()
        with psycopg.connect(self._url, autocommit=True) as session:
            return session.execute(query).fetchall()  # type: ignore[arg-type]

    def number(self, query: str) -> int:
        return int(self.rows(query)[0][0])

    def damage(self) -> list[str]:
        """[I17] What the database itself finds broken."""
        if not self._sqlite:
            return []
        complaints = [str(row[0]) for row in self.rows("PRAGMA integrity_check") if row[0] != "ok"]
        return complaints + [f"foreign key: {row}" for row in self.rows("PRAGMA foreign_key_check")]


def server_mails(dovecot: Dovecot, address: str, folder: str = "INBOX") -> list[ServerMail]:
    """Every mail of a folder with its flags and bytes; nothing is changed by looking."""
    with dovecot.connected(address) as imap:
        imap.select(folder, readonly=True)
        uidvalidity = int(imap.response("UIDVALIDITY")[1][0])  # type: ignore[arg-type]
        uids = imap.uid("SEARCH", "ALL")[1][0].split()
        if not uids:
            return []
        parts = imap.uid("FETCH", b",".join(uids).decode(), "(UID FLAGS BODY.PEEK[])")[1]
        return [_server_mail(uidvalidity, part) for part in parts if isinstance(part, tuple)]


def _server_mail(uidvalidity: int, part: tuple[bytes, bytes]) -> ServerMail:
    uid = re.search(rb"UID (\d+)", part[0])
    assert uid is not None, part[0]
    # \Recent belongs to the session, not to the mail.
    flags = tuple(sorted(set(imaplib.ParseFlags(part[0])) - {b"\\Recent"}))
    return ServerMail(uidvalidity, int(uid[1]), flags, part[1])


def observe_capture(
    database: Database, blob_dir: Path, mails: Iterable[ServerMail], address: str, folder: str = "INBOX"
) -> Findings:
    """[I1, I3] Each mail on the server has exactly one journal row and its unchanged bytes are on our disk."""
    found = Findings()
    query = f"""SELECT r.uidvalidity, r.uid, r.sha256, r.state FROM raw_mails r
        JOIN folders f ON f.id = r.folder_id JOIN mailboxes m ON m.id = r.mailbox_id
        WHERE m.address = '{address}' AND f.name = '{folder}'"""
    rows: dict[tuple[int, int], list[tuple[str, str]]] = {}
    for uidvalidity, uid, digest, state in database.rows(query):
        rows.setdefault((uidvalidity, uid), []).append((digest, state))
    for mail in mails:
        entries = rows.get((mail.uidvalidity, mail.uid), [])
        if len(entries) != 1:
            found.lost.append(f"UID {mail.uid} has {len(entries)} journal rows")
            continue
        digest, state = entries[0]
        if state == "vanished":
            found.lost.append(f"UID {mail.uid} is called vanished and is there")
        elif digest != mail.digest:
            found.lost.append(f"UID {mail.uid}: the journal has other bytes ({state})")
        elif _digest_of(blob_dir, digest) != digest:
            found.lost.append(f"UID {mail.uid}: its file is missing or damaged")
    found.vanished = sum(state == "vanished" for entries in rows.values() for _digest, state in entries)
    return found


def observe_places(database: Database) -> Findings:
    """[I2, I4] Each journal row ended in exactly one place."""
    found = Findings()
    messages = Counter(
        row[0] for row in database.rows("SELECT raw_mail_id FROM messages WHERE raw_mail_id IS NOT NULL")
    )
    rows = database.rows("SELECT id, state, duplicate_of_id, reason FROM raw_mails")
    states = {row_id: state for row_id, state, _original, _reason in rows}
    for row_id, state, original, reason in rows:
        wanted = 1 if state in ("filed", "automatic") else 0
        if messages[row_id] < wanted:
            found.lost.append(f"row {row_id} is {state} and no message")
        if messages[row_id] > wanted:
            found.doubled.append(f"row {row_id} is {state} and {messages[row_id]} messages")
        if state == "stored":
            found.lost.append(f"row {row_id} was never decided")
        if state == "duplicate" and states.get(original) not in ("filed", "automatic", "own", "spam"):
            found.lost.append(f"row {row_id} is a copy of {original}, which is {states.get(original)}")
        if not reason and state in ASIDE | {"parked", "vanished"}:
            found.wrong.append(f"row {row_id} is {state} and nothing says why")
        found.parked += state == "parked"
    return found


def observe_threads(database: Database, threads: Sequence[Sequence[str]]) -> Findings:
    """[I2, I7] Every letter (its text has one of these words) is one message, every thread one ticket of its own."""
    found = Findings()
    rows = database.rows("SELECT ticket_id, visible FROM messages WHERE kind = 'incoming'")
    places = Counter((word, ticket) for ticket, text in rows for word in re.findall(r"letter-[\w-]+", text))
    home: dict[int, int] = {}
    for number, words in enumerate(threads):
        tickets = set()
        for word in words:
            mine = {ticket: times for (name, ticket), times in places.items() if name == word}
            if not mine:
                found.lost.append(f"{word} is in no ticket")
            if sum(mine.values()) > 1:
                found.doubled.append(f"{word} is {sum(mine.values())} messages")
            tickets |= set(mine)
        if len(tickets) > 1:
            found.doubled.append(f"the thread of {words[0]} is {len(tickets)} tickets")
        for ticket in tickets:
            if home.setdefault(ticket, number) != number:
                found.wrong.append(f"ticket {ticket} has letters of two threads")
    return found


def observe_deliveries(database: Database, copies: Iterable[tuple[str, str]]) -> Findings:
    """[I8, I9, I10] `copies`: (Message-ID, recipient) of everything a server outside accepted."""
    found = Findings()
    accepted = Counter(copies)
    rows = database.rows(
        """SELECT o.id, m.rfc_message_id, o.recipient, o.state, m.delivery, t.status, t.id FROM outbox o
        JOIN messages m ON m.id = o.message_id JOIN tickets t ON t.id = m.ticket_id"""
    )
    # An agent who is told that nobody knows may send once more: counted, and shown in the ticket.
    again = {row[0] for row in database.rows("SELECT ticket_id FROM events WHERE kind = 'delivery_resent'")}
    known = set()
    for row_id, name, recipient, state, shown, status, ticket in rows:
        known.add((name, recipient))
        number = accepted[(name, recipient)]
        if number > 1 + (ticket in again):
            found.sent_twice.append(f"delivery {row_id} ({state}): {number} copies")
        if state == "accepted" and number == 0:
            found.lost.append(f"delivery {row_id} is called accepted and nobody has it")
        if state in ("failed", "queued", "deferred", "held", "sending") and number:
            found.wrong.append(f"delivery {row_id} is {state} and was accepted")
        if state in ("sending", "data_started", "queued", "held"):
            found.wrong.append(f"delivery {row_id} never came to an end: {state}")
        if state in ("failed", "uncertain") and (shown not in ("failed", "uncertain") or status != "open"):
            found.wrong.append(f"delivery {row_id} is {state}, shown as {shown} in a ticket that is {status}")
        found.uncertain += state == "uncertain"
    found.wrong += [f"a mail that no delivery knows: {pair}" for pair in accepted if pair not in known]
    naked = database.number(
        """SELECT count(*) FROM messages m WHERE m.kind = 'outgoing'
        AND NOT EXISTS (SELECT 1 FROM outbox o WHERE o.message_id = m.id)"""
    )
    if naked:
        found.wrong.append(f"{naked} replies without a delivery")
    return found


def observe_store(database: Database) -> Findings:
    return Findings(wrong=database.damage())


def _digest_of(blob_dir: Path, digest: str) -> str:
    path = blob_dir / digest[:2] / digest[2:4] / digest
    return hashlib.sha256(path.read_bytes()).hexdigest() if digest and path.exists() else ""
