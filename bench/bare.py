"""The bare loop: the least that any program must do with a mail, as the yardstick for what our logic costs.

Fetch in batches, read with the standard library (`policy.default`), take subject, addresses and text, write one row
with a full-text index. No journal, no threads, no customers, nothing kept safe.
"""

from __future__ import annotations

import email
import sqlite3
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

from imapclient import IMAPClient

from bench.rig import Spent, spending

BATCH = 50


def run(host: str, port: int, account: tuple[str, str], database: Path) -> tuple[int, Spent]:
    """How many mails were in the INBOX, and what they took; `account` is user and password."""
    client = IMAPClient(host, port=port, ssl=False)
    client.login(*account)
    connection = sqlite3.connect(database)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("CREATE VIRTUAL TABLE mails USING fts5(subject, people, body)")
    with spending() as spent:
        client.select_folder("INBOX", readonly=True)
        uids = client.search("ALL")
        for start in range(0, len(uids), BATCH):
            answer = client.fetch(uids[start : start + BATCH], ["BODY.PEEK[]", "INTERNALDATE"])
            rows = [_row(items[b"BODY[]"]) for items in answer.values()]
            connection.executemany("INSERT INTO mails VALUES (?, ?, ?)", rows)
            connection.commit()
    connection.close()
    client.logout()
    return len(uids), spent


def _row(raw: bytes) -> tuple[str, str, str]:
    mail = email.message_from_bytes(raw, policy=default)
    if not isinstance(mail, EmailMessage):
        raise TypeError(type(mail).__name__)
    people = " ".join(str(mail.get(name, "")) for name in ("from", "to", "cc"))
    body = mail.get_body(("plain", "html"))
    try:
        text = str(body.get_content()) if body is not None else ""
    except (LookupError, ValueError):
        text = ""  # a charset that the library does not know: the yardstick loses such a letter
    return str(mail.get("subject", "")), people, text.encode("utf-8", "replace").decode()
