"""Which hours a mailbox keeps: reading calendars as values of the clock, and changing them. Never commits."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import available_timezones

import sqlalchemy as sa
from sqlalchemy.orm import Session, selectinload

from app.errors import InvalidInput, NotFound
from app.mailboxes.models import Mailbox
from app.tasks.clock import DAY_MINUTES, Day, Hours
from app.tasks.models import Calendar, Holiday, MailboxCalendar

LONGEST_NAME = 80
LONGEST_HOLIDAY = 120
MOST_SPANS = 4
# One range is at most a year, and so many days of all holidays are kept.
MOST_DAYS_AT_ONCE = 366
MOST_HOLIDAYS = 2000
EARLIEST, LATEST = date(2000, 1, 1), date(2100, 12, 31)
WORKING_WEEK = [[[9 * 60, 18 * 60]]] * 5 + [[], []]


@dataclass(frozen=True)
class CalendarForm:
    """What an admin says about a calendar. `week`: seven texts such as "9:00-13:00, 14:00-18:00", '' for closed."""

    name: str
    timezone: str
    week: Sequence[str]
    mailbox_ids: Sequence[int] = ()
    is_default: bool = False


def hours_of(calendar: Calendar) -> Hours:
    week = tuple(_day(spans) for spans in calendar.week)
    usual = next(filter(None, week), ())
    return Hours(
        calendar.timezone,
        week,
        frozenset(one.day for one in calendar.holidays if one.spans is None),
        frozenset((one.day, _day(one.spans) or usual) for one in calendar.holidays if one.spans is not None),
    )


def _day(spans: Sequence[Sequence[int]]) -> Day:
    return tuple((int(begin), int(end)) for begin, end in spans)


def told_of(calendar: Calendar) -> list[Any]:
    """All that its hours follow from, for whoever must notice that they changed."""
    days = [
        one.day.isoformat() if one.spans is None else [one.day.isoformat(), one.spans]
        for one in calendar.holidays
    ]
    return [calendar.id, calendar.is_default, calendar.timezone, calendar.week, days]


def hours_by_mailbox(session: Session, mailbox_ids: Iterable[int]) -> dict[int, Hours]:
    """The hours of these mailboxes. One that is missing here is always open: nobody made a calendar for it."""
    wanted = set(mailbox_ids)
    chosen: dict[int, int] = {
        row.mailbox_id: row.calendar_id
        for row in session.scalars(sa.select(MailboxCalendar).where(MailboxCalendar.mailbox_id.in_(wanted)))
    }
    calendars = {one.id: one for one in all_calendars(session)}
    default = next((one for one in calendars.values() if one.is_default), None)
    read = {key: hours_of(one) for key, one in calendars.items()}
    found: dict[int, Hours] = {}
    for mailbox_id in wanted:
        calendar_id = chosen.get(mailbox_id, default.id if default else None)
        if calendar_id is not None:
            found[mailbox_id] = read[calendar_id]
    return found


def hours_for(session: Session, mailbox_id: int) -> Hours | None:
    """As `hours_by_mailbox`, for one."""
    return hours_by_mailbox(session, [mailbox_id]).get(mailbox_id)


def all_calendars(session: Session) -> list[Calendar]:
    """With their holidays; the default one first, then by name."""
    query = sa.select(Calendar).options(selectinload(Calendar.holidays))
    return list(session.scalars(query.order_by(Calendar.is_default.desc(), Calendar.name, Calendar.id)))


def calendar_by_id(session: Session, calendar_id: int) -> Calendar:
    """Raises NotFound."""
    calendar = session.get(Calendar, calendar_id, options=[selectinload(Calendar.holidays)])
    if calendar is None:
        raise NotFound("There is no such calendar.")
    return calendar


def mailboxes_of(session: Session) -> dict[int, int]:
    """Mailbox → the calendar it has chosen."""
    return {row.mailbox_id: row.calendar_id for row in session.scalars(sa.select(MailboxCalendar))}


def make_calendar(session: Session, form: CalendarForm, *, now: datetime) -> Calendar:
    """The first one is the default whatever the form says. Raises InvalidInput."""
    calendar = Calendar(created_at=now, holidays=[])
    first = session.scalar(sa.select(Calendar.id).limit(1)) is None
    _write(session, calendar, form)
    calendar.is_default = calendar.is_default or first
    return calendar


def edit_calendar(session: Session, calendar: Calendar, form: CalendarForm) -> None:
    """Raises InvalidInput; nothing is changed then."""
    was_default = calendar.is_default
    _write(session, calendar, form)
    # There is always a default one: it stops being so only when another becomes it.
    calendar.is_default = calendar.is_default or was_default


def remove_calendar(session: Session, calendar: Calendar) -> None:
    """Its mailboxes keep the default hours from now on; the default itself stays while there are others."""
    others = session.scalar(sa.select(Calendar.id).where(Calendar.id != calendar.id).limit(1))
    if calendar.is_default and others is not None:
        raise InvalidInput("Make another calendar the default first.", "is_default")
    session.execute(sa.delete(MailboxCalendar).where(MailboxCalendar.calendar_id == calendar.id))
    session.delete(calendar)
    session.flush()


def add_holidays(session: Session, calendar: Calendar, days: Iterable[tuple[date, str]]) -> int:
    """Closed on these days; one that is there already gets the new name, and is closed. How many were new. Raises
    InvalidInput."""
    there = {holiday.day: holiday for holiday in calendar.holidays}
    new = 0
    for day, name in days:
        if day in there:
            there[day].name, there[day].spans = name[:LONGEST_HOLIDAY] or there[day].name, None
            continue
        there[day] = Holiday(calendar_id=calendar.id, day=day, name=name[:LONGEST_HOLIDAY], spans=None)
        calendar.holidays.append(there[day])
        new += 1
    if len(there) > MOST_HOLIDAYS:
        raise InvalidInput("That is more holidays than a calendar can hold.", "lines")
    session.flush()
    return new


def add_working_days(
    session: Session, calendar: Calendar, days: Iterable[tuple[date, str]], hours: str = ""
) -> int:
    """Open on these days, whatever weekday they are: at these hours, '' for those of a usual working day. One that is
    there already, a holiday too, is changed. How many are another day than before. Raises InvalidInput."""
    spans = read_span_text(hours, "hours")
    if not any(calendar.week) and not spans:
        raise InvalidInput("Say from when to when: the week has no hours.", "hours")
    there = {one.day: one for one in calendar.holidays}
    new = 0
    for day, name in days:
        if day not in there:
            there[day] = Holiday(calendar_id=calendar.id, day=day, name="", spans=None)
            calendar.holidays.append(there[day])
        new += there[day].spans != spans
        there[day].name, there[day].spans = name[:LONGEST_HOLIDAY] or there[day].name, spans
    if len(there) > MOST_HOLIDAYS:
        raise InvalidInput("That is more holidays than a calendar can hold.", "lines")
    session.flush()
    return new


def remove_holidays(session: Session, calendar: Calendar, first: date, last: date) -> None:
    """From `first` to `last` the week counts again."""
    calendar.holidays = [one for one in calendar.holidays if not first <= one.day <= last]
    session.flush()


def days_between(first: date, last: date, field: str = "last") -> list[date]:
    """Every day of a range, both ends included. Raises InvalidInput."""
    if not EARLIEST <= first <= LATEST or not EARLIEST <= last <= LATEST:
        raise InvalidInput("This is no date we can use.", field)
    if last < first:
        raise InvalidInput("The last day is before the first.", field)
    if (last - first).days >= MOST_DAYS_AT_ONCE:
        raise InvalidInput("That is more than a year.", field)
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]


def read_day(text: str, field: str) -> date:
    """ "2026-12-25", "25.12.2026". Raises InvalidInput."""
    for pattern in ("%Y-%m-%d", "%d.%m.%Y", "%d/%m/%Y"):
        try:
            return datetime.strptime(text.strip(), pattern).replace(tzinfo=UTC).date()
        except ValueError:
            continue
    raise InvalidInput("Write a date as 2026-12-25 or 25.12.2026.", field)


def read_lines(text: str) -> list[tuple[date, str]]:
    """One holiday a line: a date, or two with a dash between, then its name. Raises InvalidInput."""
    found: list[tuple[date, str]] = []
    for line in filter(str.strip, text.splitlines()):
        found += _read_line(line)
        if len(found) > MOST_HOLIDAYS:
            raise InvalidInput("That is more holidays than a calendar can hold.", "lines")
    return found


def first_bad_line(text: str) -> str:
    """The first line that `read_lines` cannot read, '' when it reads all."""
    for line in filter(str.strip, text.splitlines()):
        try:
            _read_line(line)
        except InvalidInput:
            return line.strip()
    return ""


def _read_line(line: str) -> list[tuple[date, str]]:
    words = line.replace("\t", " ").replace("–", " - ").replace("—", " - ").replace(";", " ").split()
    first = read_day(words[0].strip(","), "lines")
    last, rest = first, words[1:]
    if len(rest) > 1 and rest[0] in ("-", "to", "до"):
        last, rest = read_day(rest[1].strip(","), "lines"), rest[2:]
    name = " ".join(rest).strip(" -,")
    return [(day, name) for day in days_between(first, last, "lines")]


def read_span_text(text: str, field: str) -> list[list[int]]:
    """ "9:00-13:00, 14-18" as minutes of the day, in order. Raises InvalidInput."""
    spans = sorted(_span(part, field) for part in text.replace("–", "-").split(",") if part.strip())
    if len(spans) > MOST_SPANS:
        raise InvalidInput("At most four spans a day.", field)
    for earlier, later in zip(spans, spans[1:], strict=False):
        if later[0] < earlier[1]:
            raise InvalidInput("These hours overlap.", field)
    return spans


def span_text(spans: Sequence[Sequence[int]]) -> str:
    """As `read_span_text` reads it."""
    return ", ".join(f"{_clock(begin)}-{_clock(end)}" for begin, end in spans)


def _span(part: str, field: str) -> list[int]:
    begin, dash, end = part.partition("-")
    minutes = [_minutes(begin, field), _minutes(end, field)]
    if not dash or minutes[1] <= minutes[0]:
        raise InvalidInput("Write hours as 9:00-18:00.", field)
    return minutes


def _minutes(text: str, field: str) -> int:
    hour, _, minute = text.strip().partition(":")
    if not (hour.isdigit() and len(hour) <= 2 and (minute or "0").isdigit() and len(minute) <= 2):
        raise InvalidInput("Write hours as 9:00-18:00.", field)
    total = int(hour) * 60 + int(minute or 0)
    if int(minute or 0) > 59 or total > DAY_MINUTES:
        raise InvalidInput("Write hours as 9:00-18:00.", field)
    return total


def _clock(minutes: int) -> str:
    return f"{minutes // 60}:{minutes % 60:02}"


def _write(session: Session, calendar: Calendar, form: CalendarForm) -> None:
    name = " ".join(form.name.split())
    if not name:
        raise InvalidInput("Please fill in a name.", "name")
    if len(name) > LONGEST_NAME:
        raise InvalidInput("This name is too long.", "name")
    if form.timezone not in available_timezones():
        raise InvalidInput("This is not a known time zone.", "timezone")
    taken = session.scalar(sa.select(Calendar.id).where(sa.func.lower(Calendar.name) == name.lower()))
    if taken is not None and taken != calendar.id:
        raise InvalidInput("There is already a calendar with this name.", "name")
    week = [read_span_text(text, f"day{number}") for number, text in enumerate(form.week)]
    calendar.name, calendar.timezone, calendar.week = name, form.timezone, week
    calendar.is_default = form.is_default
    session.add(calendar)
    session.flush()
    if form.is_default:
        session.execute(sa.update(Calendar).where(Calendar.id != calendar.id).values(is_default=False))
    _choose_mailboxes(session, calendar, form.mailbox_ids)


def _choose_mailboxes(session: Session, calendar: Calendar, mailbox_ids: Sequence[int]) -> None:
    wanted = set(session.scalars(sa.select(Mailbox.id).where(Mailbox.id.in_(list(mailbox_ids)))))
    mine = sa.or_(MailboxCalendar.calendar_id == calendar.id, MailboxCalendar.mailbox_id.in_(wanted))
    session.execute(sa.delete(MailboxCalendar).where(mine).execution_options(synchronize_session=False))
    session.add_all(MailboxCalendar(mailbox_id=one, calendar_id=calendar.id) for one in sorted(wanted))
    session.flush()
