"""What the addresses of rating pages say: a period, and what figures are narrowed to. Bad values are the usual ones."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask import current_app, request

from app.ratings.cuts import DIMENSIONS, Cut
from app.ratings.models import Face
from app.web.forms import number

PERIODS = (7, 30, 90, 365)
USUAL_PERIOD = 30
# Before that nobody had a helpdesk, and after it nobody has yet.
EARLIEST, LATEST = date(2000, 1, 1), date(2100, 12, 31)
FACES = tuple(face.value for face in Face)


@dataclass(frozen=True)
class Filters:
    """`days` back from now, 0 for all time; or the days from `first` to `last`, both included."""

    days: int
    first: date | None
    last: date | None
    cut: Cut
    face: str = ""
    words: bool = False

    def address(self, **more: Any) -> dict[str, Any]:
        """Arguments for url_for that mean the same, with some of them changed; None takes one away."""
        said: dict[str, Any] = {name: getattr(self.cut, name) for name in DIMENSIONS}
        if self.first is not None and self.last is not None:
            said |= {"from": self.first.isoformat(), "to": self.last.isoformat()}
        elif self.days != USUAL_PERIOD:
            said["days"] = self.days
        said |= {"face": self.face or None, "words": "yes" if self.words else None}
        if "days" in more:
            said |= {"from": None, "to": None}
        return {name: value for name, value in {**said, **more}.items() if value is not None}

    @property
    def narrowed(self) -> dict[str, int]:
        """Dimension → number, of those that are narrowed."""
        return {name: value for name in DIMENSIONS if (value := getattr(self.cut, name)) is not None}


def read_filters(now: datetime) -> Filters:
    """Of this request. Days are those of the company's time zone."""
    cut = Cut(**{name: number(request.args.get(name, "")) for name in DIMENSIONS})
    face = request.args.get("face", "")
    first, last = _day("from"), _day("to")
    days = request.args.get("days", USUAL_PERIOD, type=int)
    days = days if days in (*PERIODS, 0) else USUAL_PERIOD
    if first is not None and last is not None and first <= last:
        cut = replace(cut, since=_midnight(first), until=_midnight(last + timedelta(days=1)))
    else:
        first = last = None
        if days:
            cut = replace(cut, since=now - timedelta(days=days), until=now)
    words = request.args.get("words") == "yes"
    return Filters(days, first, last, cut, face if face in FACES else "", words)


def zone() -> ZoneInfo:
    """Reports speak in the company's."""
    return ZoneInfo(current_app.config["SETTINGS"].timezone)


def months(now: datetime, count: int) -> list[datetime]:
    """The beginnings of the last so many months, this one included, and of the next, in the company's time zone."""
    local = now.astimezone(zone())
    number_of_month = local.year * 12 + local.month - 1
    wanted = range(number_of_month - count + 1, number_of_month + 2)
    return [_midnight(date(one // 12, one % 12 + 1, 1)) for one in wanted]


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), zone()).astimezone(UTC)


def _day(name: str) -> date | None:
    try:
        day = date.fromisoformat(request.args.get(name, ""))
    except ValueError:
        return None
    return day if EARLIEST <= day <= LATEST else None
