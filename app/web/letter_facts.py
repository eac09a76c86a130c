"""What a reader should know beside the words of a letter: who vouches for its sender, its language, whose clock."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError

from app.tickets.lookalike import Doubt, Finding, doubts
from app.tickets.models import Message
from app.web.words import gettext as _
from app.web.words import moment, words

_DETAIL = re.compile(r"(dmarc|dkim|spf)=(?:pass|fail) (\S+)")


@dataclass(frozen=True)
class SenderBadge:
    """`state`: pass, fail, unknown or unchecked; `word` stands on the badge, `why` explains it."""

    state: str
    tone: str
    icon: str
    word: str
    why: str


@dataclass(frozen=True)
class LetterFacts:
    """`language` is a name in the reader's language; `foreign`: not the one they read here in. `there` is '' when the
    writer's clock is not known or shows the reader's own time."""

    badge: SenderBadge
    language: str
    foreign: bool
    here: str
    there: str
    clock: str
    # Why its sender may not be who it seems: a word for the badge, and a sentence.
    doubts: list[tuple[str, str]]


def letter_facts(message: Message, colleagues: Iterable[str] = ()) -> LetterFacts:
    """colleagues: names of the people here, which a stranger may borrow."""
    reader = words()
    locale, zone = reader.locale, reader.zone
    there, clock = _there(message, zone, locale)
    return LetterFacts(
        badge=sender_badge(message.evidence),
        language=language_name(message.language, locale) if message.language else "",
        foreign=bool(message.language) and message.language != locale[:2],
        here=_here(message),
        there=there,
        clock=clock,
        doubts=[
            _doubt_words(one) for one in _doubts(message.sender_name, message.sender_email, tuple(colleagues))
        ],
    )


@lru_cache(maxsize=2000)
def _doubts(name: str, email: str, colleagues: tuple[str, ...]) -> tuple[Finding, ...]:
    return tuple(doubts(name, email, colleagues))


def _doubt_words(finding: Finding) -> tuple[str, str]:
    if finding.doubt == Doubt.MIXED:
        return _("Mixed alphabets"), _(
            "The address mixes letters that look alike, such as Latin and Cyrillic. The network writes it %(domain)s.",
            domain=finding.detail,
        )
    if finding.doubt == Doubt.FOREIGN_LETTERS:
        return _("Address in other letters"), _(
            "The network writes its domain %(domain)s.", domain=finding.detail
        )
    if finding.doubt == Doubt.OTHER_ADDRESS:
        return _("Another address in the name"), _(
            "The name says %(address)s, but the letter came from another address.", address=finding.detail
        )
    return _("Named like a colleague"), _("Somebody here has this name; the letter came from outside.")


def both_times(message: Message) -> str:
    """What the hover of a letter's time says: the reader's clock and, where it differs, the writer's."""
    reader = words()
    there, _clock = _there(message, reader.zone, reader.locale)
    if not there:
        return _here(message)
    theirs = _("On the sender’s clock: %(time)s", time=there)
    return f"{_here(message)}\n{theirs}"


def sender_badge(evidence: list[Any]) -> SenderBadge:
    rules = {item.get("rule"): str(item.get("detail", "")) for item in evidence}
    if "forwarded" in rules:
        return SenderBadge(
            "unknown", "", "send", _("Sender not checked"),
            _("A colleague passed this letter on. Nothing can be said about its first writer."),
        )  # fmt: skip
    if "auth-fail" in rules:
        return SenderBadge(
            "fail", "bad", "shield-exclamation", _("Sender may be forged"),
            _("The sender’s own domain says that it did not send this letter: do not act on it before you have asked.")
            + _rests_on(rules["auth-fail"]),
        )  # fmt: skip
    if "auth-pass" in rules:
        return SenderBadge(
            "pass", "good", "shield-check", _("Sender verified"),
            _("Our mail server has checked it: the domain of the sender vouches for this letter.")
            + _rests_on(rules["auth-pass"]),
        )  # fmt: skip
    if "auth-unknown" in rules:
        return SenderBadge(
            "unknown", "warn", "question-circle", _("Sender not verified"),
            _("Our mail server found no SPF, DKIM or DMARC that proves the sender. Many honest letters have none."),
        )  # fmt: skip
    return SenderBadge(
        "unchecked", "", "question-circle", _("Sender not checked"),
        _("SPF, DKIM and DMARC count only from a mail server we trust, and this mailbox names none."),
    )  # fmt: skip


def _rests_on(detail: str) -> str:
    found = _DETAIL.match(detail)
    return f" ({found[1].upper()}: {found[2]})" if found else ""


@lru_cache(maxsize=200)
def language_name(code: str, locale: str) -> str:
    try:
        name = Locale.parse(code).get_display_name(locale)
    except (UnknownLocaleError, ValueError):
        name = None
    return (name or code).capitalize()


def _there(message: Message, zone: str, locale: str) -> tuple[str, str]:
    """The moment on the writer's clock, and its distance to UTC; nothing where the reader's clock shows the same."""
    if message.sent_zone is None:
        return "", ""
    at = message.sent_at or message.arrived_at
    ahead = timedelta(minutes=message.sent_zone)
    if at.astimezone(ZoneInfo(zone)).utcoffset() == ahead:
        return "", ""
    offset = f"UTC{'-' if message.sent_zone < 0 else '+'}{abs(message.sent_zone) // 60}"
    if message.sent_zone % 60:
        offset += f":{abs(message.sent_zone) % 60:02}"
    return f"{_far(at, message.sent_zone, locale)} ({offset})", _short(at, message.sent_zone)


def _here(message: Message) -> str:
    reader = words()
    return f"{reader.exact(message.arrived_at)} ({reader.zone.replace('_', ' ')})"


def _far(at: datetime, minutes: int, locale: str) -> str:
    return moment(at.astimezone(timezone(timedelta(minutes=minutes))), locale)


def _short(at: datetime, minutes: int) -> str:
    return (at.astimezone(UTC) + timedelta(minutes=minutes)).strftime("%H:%M")
