"""Days that are worked although the week says no: those of the Russian production calendar, and what an admin adds."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from app.errors import InvalidInput
from app.tasks.calendars import hours_of
from app.tasks.clock import after, before, is_open, next_opening, worked
from app.tasks.models import Calendar, Holiday
from app.tasks.public_holidays import public_holidays, working_days


def test_russian_years_with_days_that_were_worked_instead() -> None:
    """By the production calendars of those years: what is free, what is worked although it is a Saturday."""
    worked_on = {2020: [], 2024: ["04-27", "11-02", "12-28"], 2025: ["11-01"], 2027: ["02-20"]}
    free = {2024: ["01-08", "04-29", "04-30", "05-10", "12-30"], 2025: ["05-02", "12-31"], 2027: ["02-22"]}
    for year, days in worked_on.items():
        found = [day.isoformat()[5:] for day in working_days("RU", year)]
        assert found == days, year
    for year, days in free.items():
        closed = {day.isoformat()[5:] for day, _name in public_holidays("RU", year, "ru")}
        assert set(days) <= closed, year
    assert working_days("GB", 2027) == []
    with pytest.raises(InvalidInput):
        working_days("XX", 2027)


def test_a_worked_saturday_counts_and_the_day_it_is_worked_for_does_not() -> None:
    """27 April 2024 was worked for Monday 29; with the holidays around it a letter of Friday evening is answered on
    Saturday at once, and one of Saturday evening only on Thursday."""
    calendar = Calendar(timezone="Europe/Moscow", week=[[[540, 1080]]] * 5 + [[], []], holidays=[])
    calendar.holidays = [Holiday(day=day, name=name) for day, name in public_holidays("RU", 2024, "ru")]
    plain = hours_of(calendar)
    calendar.holidays += [Holiday(day=day, name="", spans=[]) for day in working_days("RU", 2024)]
    calendar.holidays.append(Holiday(day=date(2024, 5, 8), name="short", spans=[[540, 1020]]))
    hours = hours_of(calendar)

    def at(text: str) -> datetime:
        return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("Europe/Moscow")).astimezone(UTC)

    friday, saturday = at("2024-04-26 17:00"), at("2024-04-27 17:00")
    assert not is_open(plain, at("2024-04-27 12:00")) and is_open(hours, at("2024-04-27 12:00"))
    assert next_opening(hours, at("2024-04-26 18:00")) == at("2024-04-27 09:00")
    assert after(hours, friday, timedelta(hours=2)) == at("2024-04-27 10:00")
    # 28 is a Sunday, 29 and 30 were moved, 1 May is a holiday.
    assert after(hours, saturday, timedelta(hours=2)) == at("2024-05-02 10:00")
    assert after(plain, friday, timedelta(hours=2)) == at("2024-05-02 10:00")
    assert worked(hours, at("2024-04-26 00:00"), at("2024-05-03 00:00")) == timedelta(hours=27)
    assert worked(hours, at("2024-05-08 00:00"), at("2024-05-09 00:00")) == timedelta(hours=8)
    assert before(hours, at("2024-05-02 10:00"), timedelta(hours=2)) == saturday
