"""The sandbox's sample letters: what forty people wrote in ten days to a small firm that delivers and repairs
household appliances.

Place in the flow: before everything; `sandbox` sends them through its own SMTP door at its very first start.
The words are in `sandbox_data/letters`, one file per letter, headers above, text below:

    From, Subject, Sent, Zone         who, what, and when before the first start (9d 08:42, or 1.5h)
    Answer                            key of the article that answers it; absent: none does
    Follows                           key of the earlier letter that this one answers and quotes
    Attach, Html, Inline, HtmlOnly    files of `sandbox_attachments` and `sandbox_data/html`
    Charset, Form                     how it is written down, see `sandbox_forms`
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path

from mail_ingest.sandbox_forms import Source, read_source, write_letter

_FOLDER = Path(__file__).parent / "sandbox_data" / "letters"


@dataclass(frozen=True)
class SeedLetter:
    """One sample letter, ready to send. `answer` is an article's key, or "" when no article fits."""

    key: str
    raw: bytes
    arrives_at: datetime
    envelope_from: str
    answer: str

    @property
    def digest(self) -> bytes:
        return hashlib.sha256(self.raw).digest()


def letters(now: datetime) -> list[SeedLetter]:
    """All sample letters in order of arrival; the same bytes for the same `now`."""
    sources = _sources()
    written = [_letter(source, sources, now) for source in sources.values()]
    return sorted(written, key=lambda letter: letter.arrives_at)


@cache
def _sources() -> Mapping[str, Source]:
    return {
        path.stem: read_source(path.stem, path.read_text("utf-8")) for path in sorted(_FOLDER.glob("*.txt"))
    }


def _letter(source: Source, sources: Mapping[str, Source], now: datetime) -> SeedLetter:
    parent = sources[source.fields["Follows"]] if "Follows" in source.fields else None
    return SeedLetter(
        key=source.key,
        raw=write_letter(source, parent, now),
        arrives_at=source.arrives_at(now),
        envelope_from=source.envelope_from,
        answer=source.fields.get("Answer", ""),
    )
