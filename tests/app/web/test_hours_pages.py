"""Business hours, holidays and receipts as admins set them in the browser."""

from __future__ import annotations

from datetime import date

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from app import db
from app.automation.models import Acknowledgement
from app.mailboxes.models import Mailbox
from app.tasks.models import Calendar, Holiday, MailboxCalendar
from tests.app.web.conftest import Desk, one

WEEK = {"name": "Berlin", "timezone": "Europe/Berlin", "day0": "9-13, 14:00–18:00", "day1": "0:00-24:00"}


def make(admin: FlaskClient, **more: str) -> int:
    answer = admin.post("/hours/new", data={**WEEK, **more})
    assert answer.status_code == 303, answer.text
    return one(sa.select(sa.func.max(Calendar.id)))  # type: ignore[return-value]


def holidays() -> list[tuple[date, str]]:
    with db.reading() as session:
        return [(row.day, row.name) for row in session.scalars(sa.select(Holiday).order_by(Holiday.day))]


@pytest.mark.both_databases
def test_the_first_calendar_is_everybody_s(admin: FlaskClient, desk: Desk) -> None:
    first = make(admin)
    row = one(sa.select(Calendar))
    assert (row.is_default, row.week[:3]) == (True, [[[540, 780], [840, 1080]], [[0, 1440]], []])
    second = make(admin, name="Moscow", mailbox=str(desk.mailbox_id))
    assert one(sa.select(MailboxCalendar.calendar_id)) == second
    page = admin.get("/hours").text
    assert "Berlin" in page
    assert "9:00-13:00, 14:00-18:00" in page
    # The default stays while there are others.
    assert admin.post(f"/hours/{first}/remove").status_code == 422
    admin.post(f"/hours/{second}", data={**WEEK, "name": "Moscow", "is_default": "on"})
    assert one(sa.select(Calendar.id).where(Calendar.is_default.is_(True))) == second
    assert admin.post(f"/hours/{first}/remove").status_code == 303


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"name": " "}, "Please fill in a name."),
        ({"timezone": "Mars/Base"}, "This is not a known time zone."),
        ({"day0": "9 to 5"}, "Write hours as 9:00-18:00."),
        ({"day0": "18:00-9:00"}, "Write hours as 9:00-18:00."),
        ({"day0": "9:00-12:00, 11:00-14:00"}, "These hours overlap."),
        ({"day0": "9:00-25:00"}, "Write hours as 9:00-18:00."),
    ],
)
@pytest.mark.both_databases
def test_what_is_no_calendar_is_said(admin: FlaskClient, more: dict[str, str], words: str) -> None:
    answer = admin.post("/hours/new", data={**WEEK, **more})
    assert answer.status_code == 422
    assert words in answer.text
    assert one(sa.select(sa.func.count()).select_from(Calendar)) == 0


@pytest.mark.both_databases
def test_holidays_come_one_by_one_as_a_range_and_as_a_list(admin: FlaskClient) -> None:
    calendar = make(admin)
    admin.post(
        f"/hours/{calendar}/holidays", data={"first": "2026-12-25", "last": "", "holiday": "Christmas"}
    )
    admin.post(
        f"/hours/{calendar}/holidays",
        data={"first": "2026-12-31", "last": "2027-01-02", "holiday": "New Year"},
    )
    admin.post(
        f"/hours/{calendar}/holidays",
        data={"lines": "09.05.2027 Day off\n\n2027-06-11 - 2027-06-12\tLong weekend\n25.12.2026"},
    )
    assert holidays() == [
        (date(2026, 12, 25), "Christmas"),
        (date(2026, 12, 31), "New Year"),
        (date(2027, 1, 1), "New Year"),
        (date(2027, 1, 2), "New Year"),
        (date(2027, 5, 9), "Day off"),
        (date(2027, 6, 11), "Long weekend"),
        (date(2027, 6, 12), "Long weekend"),
    ]
    admin.post(f"/hours/{calendar}/holidays/remove", data={"first": "2026-12-31", "last": "2027-01-02"})
    assert len(holidays()) == 4


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ({"first": "soon"}, "Write a date as 2026-12-25 or 25.12.2026."),
        ({"first": "2026-12-25", "last": "2026-12-01"}, "The last day is before the first."),
        ({"first": "2026-12-25", "last": "2029-12-25"}, "That is more than a year."),
        ({"lines": "2026-12-25 fine\nnot <a> date"}, "not &lt;a&gt; date"),
        ({"first": "1026-12-25"}, "This is no date we can use."),
    ],
)
def test_what_is_no_holiday_is_said_and_none_is_added(
    admin: FlaskClient, form: dict[str, str], words: str
) -> None:
    calendar = make(admin)
    answer = admin.post(f"/hours/{calendar}/holidays", data=form)
    assert answer.status_code == 422
    assert words in answer.text
    assert holidays() == []


@pytest.mark.both_databases
def test_receipts_are_worded_looked_at_and_saved(admin: FlaskClient, desk: Desk) -> None:
    path = f"/receipts/{desk.mailbox_id}"
    words = {"on": "on", "text_en": "Got it: {{number}} <b>", "text_ru": "Получили: {{number}}"}
    page = admin.post(path, data={**words, "do": "preview"}).text
    assert "Got it: 1042 &lt;b&gt;" in page
    assert "Получили: 1042" in page
    assert one(sa.select(sa.func.count()).select_from(Acknowledgement)) == 0
    answer = admin.post(path, data={**words, "only_closed": "on"})
    assert answer.status_code == 422
    assert "Say first when you work" in answer.text
    make(admin)
    assert admin.post(path, data={**words, "only_closed": "on"}).status_code == 303
    row = one(sa.select(Acknowledgement))
    assert (row.text_ru, row.only_closed) == ("Получили: {{number}}", True)
    assert one(sa.select(Mailbox.auto_ack))
    assert "Outside business hours" in admin.get("/receipts").text


@pytest.mark.both_databases
def test_working_days_come_with_public_holidays_or_by_hand(admin: FlaskClient) -> None:
    calendar = make(admin)
    admin.post(f"/hours/{calendar}/holidays/public", data={"country": "RU", "year": "2027"})
    admin.post(
        f"/hours/{calendar}/holidays/worked",
        data={"worked": "2027-03-06", "hours": "10-14", "working": "Fair"},
    )
    with db.reading() as session:
        rows = {row.day: row.spans for row in session.scalars(sa.select(Holiday))}
    assert rows[date(2027, 2, 20)] == [] and rows[date(2027, 2, 22)] is None
    assert rows[date(2027, 3, 6)] == [[600, 840]]
    page = admin.get(f"/hours/{calendar}").text
    assert "as on a usual working day" in page and "10:00-14:00" in page and "Fair" in page
    bad = admin.post(f"/hours/{calendar}/holidays/worked", data={"worked": "2027-03-06", "hours": "14-10"})
    assert bad.status_code == 422 and "Write hours as 9:00-18:00." in bad.text
    # A holiday of that day takes its place, and removing it leaves the week.
    admin.post(f"/hours/{calendar}/holidays", data={"first": "2027-03-06", "last": "", "holiday": "Feast"})
    admin.post(f"/hours/{calendar}/holidays/remove", data={"first": "2027-02-20"})
    with db.reading() as session:
        rows = {row.day: row.spans for row in session.scalars(sa.select(Holiday))}
    assert rows[date(2027, 3, 6)] is None and date(2027, 2, 20) not in rows
