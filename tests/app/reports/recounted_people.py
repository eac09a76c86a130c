"""The reports of customers and of time saved against their slow recount."""

from __future__ import annotations

from collections import defaultdict
from datetime import date

import pytest
from sqlalchemy.orm import Session

from app.reports.filters import Filters
from app.tags.models import Tag
from tests.app.reports import slowly
from tests.app.reports.conftest import Desk
from tests.app.reports.recounted import figures, letters, opened, replies, report, rows
from tests.app.reports.slowly import Slow


def saved(session: Session, slow: Slow, filters: Filters) -> None:
    told = report(session, "time-saved", filters, zone=slow.zone.key)
    samples: dict[int, tuple[list[int], list[int]]] = defaultdict(lambda: ([], []))
    for _raw, (_at, who, _since, writing, article) in replies(slow, filters):
        if writing is not None:
            samples[who][0 if article else 1].append(writing)
    made = [value for one in samples.values() for value in one[0]]
    typed = [value for one in samples.values() for value in one[1]]
    shown = figures(told)
    for key, values in (
        ("composing_mean", made + typed),
        ("composing_with", made),
        ("composing_without", typed),
    ):
        assert shown[key] == pytest.approx(sum(values) / len(values) if values else None), key
    expected, figure = slowly.welch(list(samples.values())), told.figures[0]
    if expected is None:
        assert figure.value is None
    else:
        assert (figure.value, figure.low, figure.high) == pytest.approx(expected, rel=2e-3)
        assert figure.n == sum(len(a) for a, b in samples.values() if len(a) >= 5 and len(b) >= 5)


def loyalty(session: Session, slow: Slow, filters: Filters, desk: Desk) -> None:
    told = report(session, "customers", filters, zone=slow.zone.key)
    given = [one for one in slow.ratings if slow.in_period(one.counted_at, filters.first, filters.last)]
    good, n = sum(one.face == "good" for one in given), len(given)
    low, high = slowly.wilson(good, n)
    by_key = {one.key: one for one in told.figures}
    content = by_key["satisfaction"]
    assert (content.value, content.low, content.high, content.n) == pytest.approx((good / n, low, high, n))
    index = by_key["loyalty"]
    assert (index.value, index.low, index.high) == pytest.approx(
        tuple(1 - 0.4 * (1 - one) for one in (good / n, low, high))
    )
    now = {raw.ticket.customer_id for raw, _at in letters(slow, filters)}
    before = {raw.ticket.customer_id for raw, _at in letters(slow, filters.before)}
    gone = before - now
    assert by_key["active"].value == len(now)
    assert by_key["churn"].value == pytest.approx(len(gone) / len(before) if before else None)
    lives = []
    for one in gone:
        days = [slow.day(at) for raw in slow.tickets if raw.ticket.customer_id == one for at in raw.letters]
        days = [day for day in days if day <= filters.last]
        lives.append((max(days) - min(days)).days)
    assert by_key["lifetime"].value == pytest.approx(sum(lives) / len(lives) if lives else None)
    unhappy = {one.ticket_id for one in slow.ratings if one.face == "bad"}
    refund = session.get_one(Tag, desk.tags[1]).name
    complaints = [raw for raw in opened(slow, filters) if raw.ticket.id in unhappy or refund in raw.tags]
    assert by_key["complaints"].value == pytest.approx(len(complaints) * 365 / filters.days)
    wrote: dict[int, list[date]] = defaultdict(list)
    for raw, at in letters(slow, filters):
        wrote[raw.ticket.customer_id].append(slow.day(at))
    people = sorted(wrote)
    late = slowly.fifths([max(wrote[one]).toordinal() for one in people])
    often = slowly.fifths([len(wrote[one]) for one in people])
    grid = slowly.spread(list(zip(late, often, strict=True)), lambda pair: pair)
    shown = rows(told, "rfm")
    assert {
        (r, f): shown[f"late-{r}"][f - 1]
        for r in range(1, 6)
        for f in range(1, 6)
        if shown[f"late-{r}"][f - 1]
    } == grid
    vips = {raw.ticket.customer_id for raw in slow.tickets if "vip" in raw.card_tags}
    theirs = [one for one in given if one.customer_id in vips]
    cells = rows(told, "segments")["vip"]
    assert (cells[0], cells[5], cells[7]) == (
        len(now & vips), len(theirs), sum(raw.ticket.customer_id in vips for raw in complaints)
    )  # fmt: skip
    if theirs:
        assert cells[2] == pytest.approx(sum(one.face == "good" for one in theirs) / len(theirs))
