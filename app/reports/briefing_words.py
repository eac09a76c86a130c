"""What the briefing says, in the reader's language: sections of lines with addresses, for the page and for the mail.

The translations are given. Addresses are paths of ours; a mail puts the public address before them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from babel.numbers import format_decimal, format_percent

from app.ratings.score import FEWEST_TO_RANK, percent
from app.reports.briefing import Briefing, Burning, Pair
from app.together.wording import Translations

TODO, BURNS, CHANGED, SHINES, LOADED = "todo", "burns", "changed", "shines", "loaded"
DAY = timedelta(days=1)
DO_AT_MOST = 3


@dataclass(frozen=True)
class Said:
    """`tone`: '', 'good', 'warn' or 'bad'; the words say the same. `more`: quieter, behind it."""

    text: str
    url: str = ""
    more: str = ""
    tone: str = ""
    is_head: bool = False


@dataclass(frozen=True)
class Section:
    name: str
    title: str
    lines: list[Said]
    # Said where there are no lines.
    nothing: str = ""


def subject(words: Translations) -> str:
    return _l("Your briefing for the week", words)


def sections(told: Briefing, words: Translations, language: str) -> list[Section]:
    return [
        Section(TODO, _l("Three things to do", words), list(_todo(told, words))[:DO_AT_MOST],
                _l("Nothing presses. A good day to write an article.", words)),
        Section(BURNS, _l("What burns", words), list(_burns(told, words)), _l("Nobody waits too long.", words)),
        Section(CHANGED, _l("What changed", words), list(_changed(told, words, language))),
        Section(SHINES, _l("Who shines", words), list(_shines(told, words)),
                _l("Nobody has %(n)s ratings in the last 30 days yet.", words, n=FEWEST_TO_RANK)),
        Section(LOADED, _l("Who is overloaded", words), list(_loaded(told, words)),
                _l("Open tickets are spread evenly.", words)),
    ]  # fmt: skip


def _todo(told: Briefing, words: Translations) -> Iterator[Said]:
    """In the order in which they press."""
    if told.late_count:
        text = _n("Answer %(num)s customer who has waited for more than a day, or longer than promised",
                  "Answer %(num)s customers who have waited for more than a day, or longer than promised", words,
                  told.late_count)  # fmt: skip
        yield Said(text, "/reports/behind/late", tone="bad")
    if told.unhappy_count:
        text = _n("Write to %(num)s unhappy customer of the last week",
                  "Write to %(num)s unhappy customers of the last week", words, told.unhappy_count)  # fmt: skip
        yield Said(text, _week("rated-bad", told), tone="bad")
    if told.unassigned:
        text = _n("Give %(num)s open ticket that nobody has to somebody",
                  "Give %(num)s open tickets that nobody has to somebody", words, told.unassigned)  # fmt: skip
        yield Said(text, "/reports/behind/unassigned", tone="warn")
    for one in told.overloaded[:1]:
        text = _l("Take something off %(who)s: %(n)s open tickets", words, who=one.name, n=one.open)
        yield Said(text, f"/reports/behind/open?agent={one.agent_id}", tone="warn")
    if told.silent_count:
        text = _n("Look at %(num)s open ticket in which nobody wrote for a week",
                  "Look at %(num)s open tickets in which nobody wrote for a week", words,
                  told.silent_count)  # fmt: skip
        yield Said(text, "/reports/behind/silent", tone="warn")
    if told.rising is not None:
        tag_id, name, _now, _before = told.rising
        yield Said(
            _l("Find out why “%(tag)s” grows, and write an article", words, tag=name),
            _week(f"tag-{tag_id}", told),
        )


def _burns(told: Briefing, words: Translations) -> Iterator[Said]:
    if told.late_count:
        text = _n("%(num)s customer has waited for more than a day, or longer than promised",
                  "%(num)s customers have waited for more than a day, or longer than promised", words,
                  told.late_count)  # fmt: skip
        yield Said(text, "/reports/behind/late", tone="bad", is_head=True)
        yield from _tickets(told.late, told.at, words, _waits)
    if told.unhappy_count:
        text = _n("%(num)s unhappy rating in the last week", "%(num)s unhappy ratings in the last week", words,
                  told.unhappy_count)  # fmt: skip
        yield Said(text, _week("rated-bad", told), tone="bad", is_head=True)
        yield from _tickets(told.unhappy, told.at, words, _ago)
    if told.silent_count:
        text = _n("%(num)s open ticket in which nobody wrote for a week",
                  "%(num)s open tickets in which nobody wrote for a week", words, told.silent_count)  # fmt: skip
        yield Said(text, "/reports/behind/silent", tone="warn", is_head=True)
        yield from _tickets(told.silent, told.at, words, _silent)


def _tickets(rows: list[Burning], now: datetime, words: Translations, tell: object) -> Iterator[Said]:
    for one in rows:
        more = tell(max(timedelta(), now - one.at), words)  # type: ignore[operator]
        title = f"#{one.ticket_id} {one.subject}".strip()
        yield Said(title, f"/tickets/{one.ticket_id}", f"{one.who} · {more}" if one.who else more)


def _waits(age: timedelta, words: Translations) -> str:
    return _l("waits for %(age)s", words, age=_age(age, words))


def _silent(age: timedelta, words: Translations) -> str:
    return _l("silent for %(age)s", words, age=_age(age, words))


def _ago(age: timedelta, words: Translations) -> str:
    return _l("%(age)s ago", words, age=_age(age, words))


def _age(age: timedelta, words: Translations) -> str:
    if age >= DAY:
        return _n("%(num)s day", "%(num)s days", words, age.days)
    return _n("%(num)s hour", "%(num)s hours", words, max(1, round(age.total_seconds() / 3600)))


def _changed(told: Briefing, words: Translations, language: str) -> Iterator[Said]:
    def line(text: str, pair: Pair, kind: str, url: str, better: int) -> Said:
        more = _l("before: %(value)s", words, value=_value(pair.before, kind, words, language))
        grown = 0.0 if pair.now is None or pair.before is None else (pair.now - pair.before) * better
        tone = "good" if grown > 0 else "bad" if grown < 0 else ""
        return Said(f"{text}: {_value(pair.now, kind, words, language)}", url, more, tone)

    dates = f"from={told.filters.first.isoformat()}&to={told.filters.last.isoformat()}"
    yield line(_l("Letters", words), told.letters, "count", f"/reports/volume?{dates}", 0)
    yield line(_l("First reply, median", words), told.first_reply, "seconds", f"/reports/speed?{dates}", -1)
    said = line(_l("Satisfaction", words), told.satisfaction, "share", f"/reports/customers?{dates}", 1)
    yield Said(said.text, said.url, f"{said.more} · n = {told.ratings.now or 0}", said.tone)
    yield line(_l("Open tickets", words), told.open, "count", f"/reports/backlog?{dates}", -1)
    if told.rising is not None:
        tag_id, name, now, before = told.rising
        text = _l("“%(tag)s” grows: %(n)s", words, tag=name, n=now)
        yield Said(text, _week(f"tag-{tag_id}", told), _l("before: %(value)s", words, value=before), "warn")


def _shines(told: Briefing, words: Translations) -> Iterator[Said]:
    for one in told.shining:
        text = _l("%(who)s: %(share)s %% positive", words, who=one.name, share=percent(one.score.share))
        more = _l("at least %(low)s %% with 95 %% certainty", words, low=percent(one.score.low))
        yield Said(text, f"/ratings?days=30&agent={one.agent_id}", f"{more} · n = {one.score.n}", "good")


def _loaded(told: Briefing, words: Translations) -> Iterator[Said]:
    for one in told.overloaded:
        text = _l("%(who)s: %(n)s open tickets", words, who=one.name, n=one.open)
        more = _l("%(n)s on average", words, n=round(told.usual, 1))
        yield Said(text, f"/reports/behind/open?agent={one.agent_id}", more, "warn")


def _value(value: float | None, kind: str, words: Translations, language: str) -> str:
    if value is None:
        return "–"
    if kind == "share":
        return str(format_percent(value, "#,##0 %", locale=language))
    if kind == "seconds":
        return _duration(timedelta(seconds=value), words)
    return str(format_decimal(value, locale=language))


def _duration(time: timedelta, words: Translations) -> str:
    if time >= DAY:
        return _age(time, words)
    hours, minutes = divmod(round(time.total_seconds() / 60), 60)
    parts = [_l("%(n)s h", words, n=hours)] if hours else []
    return " ".join([*parts, _l("%(n)s min", words, n=minutes)])


def _week(figure: str, told: Briefing) -> str:
    # Up to today: what burns goes on burning after the last whole day.
    return f"/reports/behind/{figure}?from={told.filters.first.isoformat()}"


def _l(text: str, words: Translations, **values: object) -> str:
    return str(words.ugettext(text)) % values if values else str(words.ugettext(text))


def _n(one: str, many: str, words: Translations, number: int) -> str:
    return str(words.ungettext(one, many, number)) % {"num": number}
