"""Every figure of every report against an independent slow reckoning from raw rows, on both databases.

The desk has a year in it with both changes of the clock, two mailboxes of which one keeps business hours, two teams,
tags, segments and ratings; the periods are chosen so that one of them holds each change. Other zones: test_zones.
"""

from __future__ import annotations

from app import db
from app.reports import choices
from tests.app.reports.conftest import NOW, ZONE, Desk, catch_up
from tests.app.reports.recounted import (
    AUTUMN,
    SPRING,
    YEAR,
    backlog,
    funnel,
    knowledge,
    reasons,
    speed,
    volume,
    workload,
)
from tests.app.reports.recounted_people import loyalty, saved
from tests.app.reports.slowly import Slow


def test_every_figure_from_raw_rows(desk: Desk) -> None:
    catch_up()
    with db.transaction() as session:
        choices.choose(session, "40 %", desk.tags[1], None)
    with db.reading() as session:
        slow = Slow(session, ZONE, NOW)
        assert len(slow.tickets) > 150
        for filters in (SPRING, AUTUMN, YEAR):
            volume(session, slow, filters)
            funnel(session, slow, filters)
            knowledge(session, slow, filters)
            saved(session, slow, filters)
            loyalty(session, slow, filters, desk)
            reasons(session, slow, filters)
            workload(session, slow, filters)
            backlog(session, slow, filters)
        # Minute by minute is slow: one period for business hours.
        speed(session, slow, SPRING, business=True)
        for filters in (SPRING, AUTUMN, YEAR):
            speed(session, slow, filters, business=False)
