"""The figures that depend on what day and hour it was, recounted in zones of half hours, of half an hour of summer time
and of none, on either side of the date line, over both changes of the clock. One desk; only its zone changes."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app import db
from app.customers.models import Customer
from app.mailboxes.models import Mailbox
from app.reports import choices
from app.reports.filters import Filters
from app.tickets.models import Change, Ticket
from tests.app.reports.conftest import NOW, Desk, catch_up, rate, write
from tests.app.reports.recounted import backlog, funnel, knowledge, reasons, speed, volume, workload
from tests.app.reports.recounted_people import loyalty, saved
from tests.app.reports.slowly import Slow

# Zone → the days on which its clocks change, in spring and in autumn of where it is.
ZONES = {
    "Europe/Berlin": (date(2026, 3, 29), date(2026, 10, 25)),
    "Europe/Moscow": (),
    "America/New_York": (date(2026, 3, 8), date(2026, 11, 1)),
    "Asia/Kathmandu": (),
    "Australia/Lord_Howe": (date(2026, 4, 5), date(2026, 10, 4)),
}
USUAL = Filters(date(2026, 3, 10), date(2026, 3, 30))
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def test_every_zone_counts_its_own_days(desk: Desk) -> None:
    with db.transaction() as session:
        letters = letters_around_the_changes(session)
        ratings_around_midnight(session, desk)
        choices.choose(session, "40 %", desk.tags[1], None)
    for zone, changes in ZONES.items():
        # As for a company that chooses another time zone: everything is made anew.
        catch_up(zone)
        with db.reading() as session:
            slow = Slow(session, zone, NOW)
            for day, filters in periods(changes):
                recount(session, slow, filters, desk)
                # The one day alone as well: its first hour and its last.
                volume(session, slow, Filters(day, day))
            assert unlike_utc(slow) > letters / 16, zone


def periods(changes: tuple[date, ...]) -> list[tuple[date, Filters]]:
    """Each day on which the clock changes, and a month around it."""
    days = changes or (USUAL.last,)
    return [(day, Filters(day - 15 * DAY, min(day + 14 * DAY, NOW.date()))) for day in days]


def recount(session: Session, slow: Slow, filters: Filters, desk: Desk) -> None:
    for count in (volume, funnel, knowledge, reasons, workload, backlog, saved):
        count(session, slow, filters)
    loyalty(session, slow, filters, desk)
    speed(session, slow, filters, business=False)


def unlike_utc(slow: Slow) -> int:
    """Letters whose day in this zone is another than in UTC: what a zone that is left out would get wrong."""
    return sum(slow.day(at) != at.astimezone(UTC).date() for raw in slow.tickets for at in raw.letters)


def letters_around_the_changes(session: Session) -> int:
    """A letter every half hour of each day on which some zone changes its clock, and of the hours around it."""
    box, customer = session.scalars(sa.select(Mailbox)).first(), session.scalars(sa.select(Customer)).first()
    assert box is not None and customer is not None
    days = sorted({(zone, day) for zone, changes in ZONES.items() for day in changes})
    made = 0
    for zone, day in days:
        begin = datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone)).astimezone(UTC) - HOUR
        ticket = Ticket(
            mailbox_id=box.id, customer_id=customer.id, subject="Night", status="open", opened_at=begin,
            last_message_at=begin, waiting_since=begin,
        )  # fmt: skip
        session.add(ticket)
        session.flush()
        for half in range(54):
            write(session, ticket, "incoming", begin + half * HOUR / 2, customer_id=customer.id)
            made += 1
    session.execute(sa.update(Change).values(at=NOW))
    return made


def ratings_around_midnight(session: Session, desk: Desk) -> None:
    """Half an hour before and after the midnights at which each period begins and ends: by UTC all of them stand on the
    same side."""
    ticket = session.scalars(sa.select(Ticket)).first()
    assert ticket is not None
    for zone, changes in ZONES.items():
        for _day, filters in periods(changes):
            for day in (filters.first, filters.last + DAY):
                midnight = datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone)).astimezone(UTC)
                for at in (midnight - HOUR / 2, midnight + HOUR / 2):
                    if at < NOW:
                        reply = write(session, ticket, "outgoing", at, author_id=desk.agents[2])
                        rate(session, reply, desk.agents[2], ticket, "good", at)
