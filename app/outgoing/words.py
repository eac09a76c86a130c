"""Pure: the few words we put into a customer's mail ourselves, in the customer's language.

They are kept here and not in the translation catalogue: a mail is composed again for each retry and must come out
the same, whatever was translated in between.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_time

# Prefixes that mail programs put before the subject of an answer: Re:, RE[2]:, Ответ:, Отв:, На:, AW:, SV: …
_REPLY_PREFIX = re.compile(
    r"\s*(?:re|aw|sv|rv|rif|antw|odp|ответ|отв|на)\s{0,3}(?:\[\d{1,3}\]|\(\d{1,3}\))?\s{0,3}:\s*",
    re.IGNORECASE,
)
_FORWARD_PREFIX = re.compile(
    r"\s*(?:fwd?|fw|wg|tr|rv|пересл|пер|нв)\s{0,3}(?:\[\d{1,3}\]|\(\d{1,3}\))?\s{0,3}:\s*", re.IGNORECASE
)
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
LONGEST_SUBJECT = 500
SEPARATOR = " — "


@dataclass(frozen=True)
class Words:
    question: str
    # The same where it stands in the writer's own signature.
    own_question: str
    anonymous: str
    good: str
    okay: str
    bad: str
    wrote: str
    forwarded: str
    sender: str
    date: str
    subject: str
    to: str
    cc: str


_ENGLISH = Words(
    question="How was this answer?",
    own_question="How useful was my answer?",
    anonymous="Your answer is counted without your name.",
    good="Great",
    okay="Okay",
    bad="Not good",
    wrote="On {date} at {time}, {who} wrote:",
    forwarded="Forwarded message",
    sender="From",
    date="Date",
    subject="Subject",
    to="To",
    cc="Cc",
)
_RUSSIAN = Words(
    question="Как вам этот ответ?",
    own_question="Насколько полезен был мой ответ?",
    anonymous="Ваш ответ учитывается без имени.",
    good="Отлично",
    okay="Нормально",
    bad="Плохо",
    wrote="{date} в {time} {who} пишет:",
    forwarded="Пересылаемое сообщение",
    sender="От",
    date="Дата",
    subject="Тема",
    to="Кому",
    cc="Копия",
)


def words_in(language: str) -> Words:
    return _RUSSIAN if language == "ru" else _ENGLISH


def language_known(*wishes: str) -> str:
    """The first of these that we write in; English when none is."""
    return next((wish[:2].lower() for wish in wishes if wish[:2].lower() in ("en", "ru")), "en")


def reply_subject(subject: str) -> str:
    """The subject with "Re: " exactly once."""
    bare = " ".join(_UNPRINTABLE.sub(" ", subject).split())
    while (match := _REPLY_PREFIX.match(bare)) and match.end() > 0:
        bare = bare[match.end() :]
    return f"Re: {bare}".strip()[:LONGEST_SUBJECT]


def first_subject(subject: str) -> str:
    """The subject of a letter that begins an exchange: as typed, on one line."""
    return " ".join(_UNPRINTABLE.sub(" ", subject).split())[:LONGEST_SUBJECT]


def forward_subject(subject: str) -> str:
    """The subject with "Fwd: " exactly once; what else stands before it stays."""
    bare = first_subject(subject)
    while (match := _FORWARD_PREFIX.match(bare)) and match.end() > 0:
        bare = bare[match.end() :]
    return f"Fwd: {bare}".strip()[:LONGEST_SUBJECT]


def sender_name(agent: str, mailbox: str) -> str:
    """ "Ben — Orbit support": who wrote, and for whom."""
    return SEPARATOR.join(part for part in (agent.strip(), mailbox.strip()) if part)


def quote(text: str, who: str, at: datetime, *, language: str, zone: str) -> str:
    """The letter that is answered, as it stands below an answer: a line that says who wrote it, then "> " lines."""
    if not text.strip():
        return ""
    local = at.astimezone(ZoneInfo(zone))
    date = format_date(local, format="long", locale=language)
    time = format_time(local, format="short", locale=language)
    head = words_in(language).wrote.format(
        date=date, time=time, who=" ".join(_UNPRINTABLE.sub(" ", who).split())
    )
    lines = [f"> {line}".rstrip() for line in text.strip().splitlines()]
    return "\n".join([_plain_spaces(head), *lines])


@dataclass(frozen=True)
class Passed:
    """What the head of a forward says of the letter below it; people as "Name <a@b>"."""

    sender: str
    at: datetime
    subject: str
    to: str
    cc: str = ""


def forward_head(passed: Passed, *, language: str, zone: str) -> str:
    """The lines above a letter that is passed on, as mail programs write them."""
    known = words_in(language)
    local = passed.at.astimezone(ZoneInfo(zone))
    day = format_date(local, format="long", locale=language)
    date = f"{day}, {format_time(local, format='short', locale=language)}"
    rows = (
        (known.sender, passed.sender),
        (known.date, _plain_spaces(date)),
        (known.subject, passed.subject),
        (known.to, passed.to),
        (known.cc, passed.cc),
    )
    lines = [f"{name}: {first_line(value)}" for name, value in rows if value.strip()]
    return "\n".join([f"---------- {known.forwarded} ----------", *lines])


def first_line(text: str) -> str:
    """A header's value on one line, without anything that is not shown."""
    return " ".join(_UNPRINTABLE.sub(" ", text).split())


def _plain_spaces(text: str) -> str:
    # Locale data puts narrow and unbreakable spaces between figures; some mail programs show them as boxes.
    return text.replace("\u202f", " ").replace("\xa0", " ")
