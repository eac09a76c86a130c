"""What a person types into the search field → words and filters. Pure.

`from: to: subject: tag: status: priority: assignee: team: mailbox: customer: organisation: language: waiting: due:
field: has: before: after: rated: is:`, a minus in front for "not", quotes for a phrase; the operators have Russian
names too.
Whatever is no operator is a word to search for.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta

from app.tickets.search_text import Term, term

LONGEST_QUERY = 200
MOST_TERMS = 12
EARLIEST_YEAR, LATEST_YEAR = 1000, 9000
OPERATORS = {
    "from": ("от", "отправитель"),
    "to": ("кому",),
    "subject": ("тема",),
    "tag": ("метка", "тег"),
    "status": ("статус",),
    "priority": ("приоритет", "срочность"),
    "assignee": ("ответственный", "исполнитель"),
    "team": ("команда", "отдел"),
    "mailbox": ("ящик",),
    "customer": ("клиент",),
    "organisation": ("организация", "компания"),
    "language": ("язык",),
    "waiting": ("ждёт", "ждет"),
    "due": ("срок",),
    "field": ("поле",),
    "has": ("есть",),
    "before": ("до",),
    "after": ("после",),
    "rated": ("оценка",),
    "is": ("это",),
}
_NAMES = {alias: name for name, aliases in OPERATORS.items() for alias in (name, *aliases)}
_VALUES = {
    "status": {
        "open": ("открыт", "открыто", "открытые"),
        "waiting": ("ждём", "ждем", "ожидание", "ожидает"),
        "snoozed": ("отложен", "отложено", "отложенные"),
        "closed": ("закрыт", "закрыто", "закрытые"),
        "spam": ("спам",),
        "trash": ("корзина",),
    },
    "priority": {
        "low": ("низкий", "низкая"),
        "normal": ("обычный", "обычная"),
        "high": ("высокий", "высокая"),
        "urgent": ("срочный", "срочно", "срочная"),
    },
    "has": {"attachment": ("вложение", "файл", "file"), "note": ("заметка",)},
    "is": {
        "unanswered": ("неотвечено", "безответа"),
        "unread": ("непрочитано",),
        "unassigned": ("ничье", "ничьё"),
        "automatic": ("автоматическое",),
        "held": ("задержано",),
        "snoozed": ("отложено",),
        "waiting": ("ждёт", "ждет"),
        "failed": ("недоставлено",),
        "late": ("просрочено",),
    },
    "rated": {
        "good": ("хорошо",),
        "okay": ("средне", "ok", "neutral", "нормально"),
        "bad": ("плохо",),
        "any": ("любая", "да"),
    },
}
TEXT_FIELDS = {"from": "sender", "to": "recipients", "subject": "subject"}
# The second way to write a value is that of a field: size="very large".
_TOKEN = re.compile(r'(-?)(?:([^\W\d_]{2,15}):)?("[^"]*"?|[^\s"=<>]{1,80}[=<>]"[^"]*"?|\S+)')
_NUMBER = re.compile(r"#(\d{1,18})\Z")
_DAYS = re.compile(r"(\d{1,3})([dwmyднмг])\Z")
_WAITS = re.compile(r"(\d{1,3})([hdwчднм])\Z")
_HOURS = {"h": 1, "ч": 1, "d": 24, "д": 24, "w": 168, "н": 168, "м": 720}
_SPANS = {"d": 1, "д": 1, "w": 7, "н": 7, "m": 30, "м": 30, "y": 365, "г": 365}


@dataclass(frozen=True)
class Filter:
    """`name` is an operator that is no text field; dates hold their ISO form."""

    name: str
    value: str
    without: bool = False


@dataclass(frozen=True)
class Problem:
    """An operator with a value it does not know, to be told to the person; `known` lists what it does know."""

    operator: str
    value: str
    known: tuple[str, ...]


@dataclass(frozen=True)
class Query:
    """`numbers` are tickets named as #1042; `addresses` the beginnings of addresses."""

    terms: tuple[Term, ...] = ()
    filters: tuple[Filter, ...] = ()
    numbers: tuple[int, ...] = ()
    addresses: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()

    @property
    def is_empty(self) -> bool:
        return not (self.terms or self.filters or self.numbers or self.addresses)


def parse(text: str, *, today: date) -> Query:
    """Never raises. The last word typed may be the beginning of one, so that results come while typing."""
    tokens = _TOKEN.findall(text[:LONGEST_QUERY])[:MOST_TERMS]
    parsed = [
        _token(minus, operator, value, last=index == len(tokens) - 1, today=today)
        for index, (minus, operator, value) in enumerate(tokens)
    ]
    return Query(
        tuple(one for one in parsed if isinstance(one, Term)),
        tuple(one for one in parsed if isinstance(one, Filter)),
        tuple(one for one in parsed if isinstance(one, int)),
        tuple(one for one in parsed if isinstance(one, str)),
        tuple(one for one in parsed if isinstance(one, Problem)),
    )


_Parsed = Term | Filter | Problem | int | str | None


def _token(minus: str, operator: str, value: str, *, last: bool, today: date) -> _Parsed:
    name = _NAMES.get(operator.lower()) if operator else None
    quoted, bare = value.startswith('"'), value.strip('"')
    if operator and name is None:
        return term(f"{operator} {bare}", without=bool(minus))
    if name is None:
        return _free(bare, without=bool(minus), quoted=quoted, last=last)
    if name in TEXT_FIELDS:
        return term(bare, field=TEXT_FIELDS[name], begun=last and not quoted, without=bool(minus))
    return _filter(name, bare, without=bool(minus), today=today)


def _free(text: str, *, without: bool, quoted: bool, last: bool) -> _Parsed:
    number = _NUMBER.match(text)
    if number is not None and not without:
        return int(number.group(1))
    if "@" in text and not without and not quoted:
        return text.lower()
    return term(text, begun=last and not quoted and not without, without=without)


def _filter(name: str, value: str, *, without: bool, today: date) -> Filter | Problem:
    if name in ("before", "after"):
        day = _date(value, today)
        return Filter(name, day.isoformat(), without) if day else Problem(name, value, ("2026-11-22", "30d"))
    if name in ("waiting", "due"):
        waits = _WAITS.match(value.lower())
        hours = int(waits.group(1)) * _HOURS[waits.group(2)] if waits else 0
        return Filter(name, str(hours), without) if waits else Problem(name, value, ("4h", "2d", "1w"))
    if name in _VALUES:
        known = {alias: one for one, aliases in _VALUES[name].items() for alias in (one, *aliases)}
        chosen = known.get(value.lower())
        return Filter(name, chosen, without) if chosen else Problem(name, value, tuple(_VALUES[name]))
    return Filter(name, value, without)


def _date(text: str, today: date) -> date | None:
    """2026-11-22, 22.11.2026, or how long ago: 30d, 2w, 3m, 1y."""
    span = _DAYS.match(text.lower())
    if span is not None:
        return today - timedelta(days=int(span.group(1)) * _SPANS[span.group(2)])
    parts = [int(part) for part in re.split(r"[-./]", text) if part.isdecimal()]
    if len(parts) != 3:
        return None
    year, month, day = parts if parts[0] > 31 else reversed(parts)
    try:
        found = date(year, month, day)
    except (ValueError, OverflowError):
        return None
    # Midnight of the first and the last days there are is no time in every zone.
    return found if EARLIEST_YEAR <= year <= LATEST_YEAR else None
