"""Realistic support mail with a known truth: for importing in bulk, for measuring, and for tests.

    python -m bench.mailgen --count 2000 --seed 1 --mbox letters.mbox

The same seed gives the same mails. Every mail comes with what must become of it when the mails are imported, in this
order or another, into an empty database: which ticket it belongs to and how it is filed. The traps are those of real
mailboxes: answers that overtake their parents, strangers who answer other people's threads, copies by two routes,
missing and reused Message-IDs, bounces, automatic replies, ticket numbers that strangers type into the subject.
"""

import argparse
import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from itertools import islice
from pathlib import Path

from bench.mailgen_scenes import Block, Planned


@dataclass(frozen=True)
class Truth:
    """What must become of a mail.

    ticket_key: equal for all mails of one ticket; None if the mail makes no message.
    outcome: "new_ticket", "added", "duplicate" or "automatic" (filed, never answered). Which mail of a ticket opens
        it depends on the order of arrival; `outcome` speaks of the order generated.
    opens_ticket: whether it is, in this order, the first of its ticket.
    kind: the situation it was made for: "first", "reply", "overtaking", "stranger", "unlinked", "no_id", "reused_id",
        "number_in_subject", "copy", "other_route", "auto_reply", "auto_alone", "bounce".
    """

    ticket_key: str | None
    outcome: str
    opens_ticket: bool
    kind: str
    sender: str
    language: str


@dataclass(frozen=True)
class GeneratedMail:
    """One mail as bytes with CRLF line ends, and what must become of it."""

    raw: bytes
    truth: Truth


@dataclass(frozen=True)
class Expected:
    """What an import of these mails must show."""

    tickets: int
    messages: dict[str, int]
    outcomes: dict[str, int]


def generate(seed: int, count: int) -> Iterator[GeneratedMail]:
    """`count` mails in their order of arrival."""
    return islice(_all_mails(seed), count)


def expected(truths: Iterable[Truth]) -> Expected:
    """Tickets, messages by ticket and mails by outcome for any number of mails from the start of a run."""
    messages: Counter[str] = Counter()
    outcomes: Counter[str] = Counter()
    for truth in truths:
        outcomes[truth.outcome] += 1
        if truth.ticket_key is not None:
            messages[truth.ticket_key] += 1
    return Expected(len(messages), dict(messages), dict(outcomes))


def _all_mails(seed: int) -> Iterator[GeneratedMail]:
    number = 0
    while True:
        block = Block(seed, number)
        opened: set[str] = set()
        for planned in block.plan():
            yield GeneratedMail(planned.raw, _truth(planned, opened))
        number += 1


def _truth(planned: Planned, opened: set[str]) -> Truth:
    key = planned.ticket_key
    opens = key is not None and key not in opened
    if key is None:
        outcome = "duplicate"
    elif planned.automatic:
        outcome = "automatic"
    else:
        outcome = "new_ticket" if opens else "added"
    if key is not None:
        opened.add(key)
    sender = planned.sender
    return Truth(key, outcome, opens, planned.kind, sender.address, sender.language)


def write_mbox(mails: Iterable[GeneratedMail], path: Path) -> list[dict[str, object]]:
    """One mbox file (LF line ends); returns what is known of each mail in it."""
    entries = []
    with path.open("wb") as out:
        for index, mail in enumerate(mails):
            raw = _lines(mail.raw)
            out.write(b"From MAILER-DAEMON Thu Jan  1 00:00:00 1970\n" + raw.rstrip(b"\n") + b"\n\n")
            entries.append(_entry(index, str(index), mail))
    return entries


def write_maildir(mails: Iterable[GeneratedMail], path: Path) -> list[dict[str, object]]:
    """A Maildir with all mails in `new`; the names sort by arrival."""
    for folder in ("tmp", "new", "cur"):
        (path / folder).mkdir(parents=True, exist_ok=True)
    return _write_files(mails, path / "new", "{:010d}.M0P1.mailgen")


def write_eml(mails: Iterable[GeneratedMail], path: Path) -> list[dict[str, object]]:
    """A directory of .eml files; the names sort by arrival."""
    path.mkdir(parents=True, exist_ok=True)
    return _write_files(mails, path, "{:07d}.eml")


def _write_files(mails: Iterable[GeneratedMail], folder: Path, form: str) -> list[dict[str, object]]:
    entries = []
    for index, mail in enumerate(mails):
        name = form.format(index)
        (folder / name).write_bytes(_lines(mail.raw))
        entries.append(_entry(index, name, mail))
    return entries


def _lines(raw: bytes) -> bytes:
    return raw.replace(b"\r\n", b"\n")


def _entry(index: int, name: str, mail: GeneratedMail) -> dict[str, object]:
    digest = hashlib.sha256(mail.raw).hexdigest()
    return {"index": index, "name": name, "sha256": digest, **asdict(mail.truth)}


def main(arguments: list[str] | None = None) -> None:
    """Write mails in one form, and `truth.json` beside them (inside, for directories)."""
    parser = argparse.ArgumentParser(prog="python -m bench.mailgen", description=main.__doc__)
    parser.add_argument("--count", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    form = parser.add_mutually_exclusive_group(required=True)
    form.add_argument("--mbox", type=Path)
    form.add_argument("--maildir", type=Path)
    form.add_argument("--eml", type=Path)
    options = parser.parse_args(arguments)
    mails = generate(options.seed, options.count)
    if options.mbox:
        entries, folder = write_mbox(mails, options.mbox), options.mbox.parent
    elif options.maildir:
        entries, folder = write_maildir(mails, options.maildir), options.maildir
    else:
        entries, folder = write_eml(mails, options.eml), options.eml
    (folder / "truth.json").write_text(json.dumps(entries, ensure_ascii=False, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
