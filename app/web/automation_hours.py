"""/hours: when we work, and on which days we do not. Rules, receipts and reports count by it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from zoneinfo import available_timezones

from babel.dates import format_date
from flask import Blueprint, abort, current_app, flash, g, redirect, render_template, request, url_for
from flask_babel import get_locale, ngettext
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from app.accounts import audit
from app.db import now, reading, transaction
from app.errors import InvalidInput
from app.mailboxes.queries import mailbox_names
from app.settings import Settings
from app.tasks import calendars
from app.tasks.calendars import CalendarForm
from app.tasks.clock import is_open, next_opening
from app.tasks.models import Calendar, Holiday
from app.tasks.public_holidays import countries, public_holidays, working_days
from app.web.auth import admin_required
from app.web.forms import fields, number

bp = Blueprint("hours", __name__, url_prefix="/hours")
DAYS = tuple(f"day{n}" for n in range(7))


@bp.get("")
@admin_required
def index() -> Any:
    at = now()
    with reading() as session:
        rows = calendars.all_calendars(session)
        chosen = calendars.mailboxes_of(session)
        names = mailbox_names(session)
    hours = {row.id: calendars.hours_of(row) for row in rows}
    return render_template(
        "automation/hours.html",
        calendars=rows,
        mailboxes={
            row.id: [names.get(box, "?") for box, one in chosen.items() if one == row.id] for row in rows
        },
        open_now={key: is_open(one, at) for key, one in hours.items()},
        opens={key: next_opening(one, at) for key, one in hours.items()},
        span_text=calendars.span_text,
        day_names=_day_names(),
    )


@bp.get("/new")
@admin_required
def new() -> Any:
    settings: Settings = current_app.config["SETTINGS"]
    typed = {
        "name": "",
        "timezone": settings.timezone,
        **{day: calendars.span_text(spans) for day, spans in zip(DAYS, calendars.WORKING_WEEK, strict=True)},
    }
    return _page(None, typed=typed)


@bp.post("/new")
@admin_required
def make() -> Any:
    form = _form(request.form)
    try:
        with transaction() as session:
            made = calendars.make_calendar(session, _calendar_form(request.form, form), now=now())
            calendar_id = made.id
            audit.note(session, "hours", made.name, by=g.agent, now=now(), changed="added")
    except InvalidInput as error:
        return _page(None, typed=form, error=error), 422
    flash(_("Saved."), "success")
    return redirect(url_for("hours.show", calendar_id=calendar_id), 303)


@bp.get("/<int:calendar_id>")
@admin_required
def show(calendar_id: int) -> Any:
    return _page(calendar_id)


@bp.post("/<int:calendar_id>")
@admin_required
def edit(calendar_id: int) -> Any:
    form = _form(request.form)
    try:
        with transaction() as session:
            calendar = calendars.calendar_by_id(session, calendar_id)
            calendars.edit_calendar(session, calendar, _calendar_form(request.form, form))
            audit.note(session, "hours", calendar.name, by=g.agent, now=now())
    except InvalidInput as error:
        return _page(calendar_id, typed=form, error=error), 422
    flash(_("Saved."), "success")
    return redirect(url_for("hours.show", calendar_id=calendar_id), 303)


@bp.post("/<int:calendar_id>/remove")
@admin_required
def remove(calendar_id: int) -> Any:
    fields(request.form)
    try:
        with transaction() as session:
            calendar = calendars.calendar_by_id(session, calendar_id)
            audit.note(session, "hours", calendar.name, by=g.agent, now=now(), changed="removed")
            calendars.remove_calendar(session, calendar)
    except InvalidInput as error:
        return _page(calendar_id, error=error), 422
    flash(_("The calendar is gone."), "success")
    return redirect(url_for("hours.index"), 303)


@bp.post("/<int:calendar_id>/holidays")
@admin_required
def add_holidays(calendar_id: int) -> Any:
    """One day or a range, with a name; or a pasted list, one holiday a line."""
    form = fields(request.form, "first", "last", "holiday", "lines")
    try:
        with transaction() as session:
            calendar = calendars.calendar_by_id(session, calendar_id)
            new = calendars.add_holidays(session, calendar, _days(form))
            audit.note(session, "hours", calendar.name, by=g.agent, now=now(), holidays=f"+{new}")
    except InvalidInput as error:
        return _page(calendar_id, holiday=form, error=error), 422
    flash(_closed_words(new), "success")
    return redirect(url_for("hours.show", calendar_id=calendar_id), 303)


@bp.post("/<int:calendar_id>/holidays/public")
@admin_required
def add_public_holidays(calendar_id: int) -> Any:
    """Those of a country in a year, with their names in the language of whoever asks, and the days that are worked in
    their place."""
    form = fields(request.form, "country", "year")
    try:
        year = number(form["year"]) or 0
        days = public_holidays(form["country"], year, str(get_locale() or "en"))
        worked = [(day, _("Working day")) for day in working_days(form["country"], year)]
        with transaction() as session:
            calendar = calendars.calendar_by_id(session, calendar_id)
            new = calendars.add_holidays(session, calendar, days)
            open_too = (
                calendars.add_working_days(session, calendar, worked) if worked and any(calendar.week) else 0
            )
            told = {"working_days": f"+{open_too}"} if open_too else {}
            audit.note(session, "hours", calendar.name, by=g.agent, now=now(), holidays=f"+{new}", **told)
    except InvalidInput as error:
        return _page(calendar_id, error=error), 422
    flash(_closed_words(new), "success")
    if open_too:
        flash(_worked_words(open_too), "success")
    return redirect(url_for("hours.show", calendar_id=calendar_id), 303)


@bp.post("/<int:calendar_id>/holidays/worked")
@admin_required
def add_working_days(calendar_id: int) -> Any:
    """A day on which one works although the week says no, or at other hours than it says."""
    form = fields(request.form, "worked", "hours", "working")
    try:
        day = calendars.days_between(*[calendars.read_day(form["worked"], "worked")] * 2, "worked")
        with transaction() as session:
            calendar = calendars.calendar_by_id(session, calendar_id)
            name = form["working"].strip() or _("Working day")
            new = calendars.add_working_days(session, calendar, [(day[0], name)], form["hours"])
            audit.note(session, "hours", calendar.name, by=g.agent, now=now(), working_days=f"+{new}")
    except InvalidInput as error:
        return _page(calendar_id, holiday=form, error=error), 422
    flash(_worked_words(new), "success")
    return redirect(url_for("hours.show", calendar_id=calendar_id), 303)


@bp.post("/<int:calendar_id>/holidays/remove")
@admin_required
def remove_holidays(calendar_id: int) -> Any:
    form = fields(request.form, "first", "last")
    first = calendars.read_day(form["first"], "first")
    last = calendars.read_day(form["last"] or form["first"], "last")
    with transaction() as session:
        calendars.remove_holidays(session, calendars.calendar_by_id(session, calendar_id), first, last)
    return redirect(url_for("hours.show", calendar_id=calendar_id), 303)


def _closed_words(new: int) -> str:
    return ngettext(
        "One day more on which you are closed.", "%(num)d days more on which you are closed.", new
    )


def _worked_words(new: int) -> str:
    return ngettext("One day more with hours of its own.", "%(num)d days more with hours of their own.", new)


def _days(form: dict[str, str]) -> list[Any]:
    if form["lines"].strip():
        return calendars.read_lines(form["lines"])
    first = calendars.read_day(form["first"], "first")
    last = calendars.read_day(form["last"], "last") if form["last"].strip() else first
    return [(day, form["holiday"].strip()) for day in calendars.days_between(first, last)]


def _form(form: MultiDict[str, str]) -> dict[str, str]:
    return fields(form, "name", "timezone", "mailbox", "is_default", *DAYS)


def _calendar_form(form: MultiDict[str, str], typed: dict[str, str]) -> CalendarForm:
    ids = [number(one) for one in form.getlist("mailbox")]
    if None in ids:
        abort(400)
    return CalendarForm(
        typed["name"],
        typed["timezone"],
        [typed[day] for day in DAYS],
        [one for one in ids if one is not None],
        typed["is_default"] == "on",
    )


def _page(
    calendar_id: int | None,
    *,
    typed: dict[str, str] | None = None,
    holiday: dict[str, str] | None = None,
    error: InvalidInput | None = None,
) -> str:
    with reading() as session:
        calendar = calendars.calendar_by_id(session, calendar_id) if calendar_id is not None else None
        chosen = calendars.mailboxes_of(session)
        names = mailbox_names(session)
        others = {one.id: one.name for one in calendars.all_calendars(session) if one.id != calendar_id}
    return render_template(
        "automation/calendar.html",
        calendar=calendar,
        values=typed or _values(calendar),
        holiday=holiday or {},
        bad_line=calendars.first_bad_line(holiday.get("lines", "")) if holiday and error else "",
        errors={error.field: error} if error else {},
        mailboxes=names,
        chosen=chosen,
        others=others,
        ranges=_ranges(calendar.holidays) if calendar else [],
        zones=sorted(available_timezones()),
        day_date=lambda day: format_date(day, "d MMMM y", locale=str(get_locale())),
        days=list(zip(DAYS, _day_names(), strict=True)),
        countries=_countries() if calendar else [],
        home="RU" if get_locale() and get_locale().language == "ru" else "GB",
        years=[now().year, now().year + 1],
    )


def _values(calendar: Calendar | None) -> dict[str, str]:
    if calendar is None:
        return {}
    spans = {day: calendars.span_text(one) for day, one in zip(DAYS, calendar.week, strict=False)}
    return {"name": calendar.name, "timezone": calendar.timezone, **spans}


def _ranges(holidays: list[Holiday]) -> list[tuple[Any, Any, str, str | None]]:
    """Days with one name and the same hours that follow each other are one line: first, last, name, and the hours in
    words; None for closed, '' for those of a usual day."""
    found: list[tuple[Any, Any, str, str | None]] = []
    for one in sorted(holidays, key=lambda holiday: holiday.day):
        hours = None if one.spans is None else calendars.span_text(one.spans)
        if found and found[-1][2:] == (one.name, hours) and one.day - found[-1][1] == timedelta(days=1):
            found[-1] = (found[-1][0], one.day, one.name, hours)
        else:
            found.append((one.day, one.day, one.name, hours))
    return found


def _countries() -> list[tuple[str, str]]:
    """(code, name) in the order of the reader's alphabet."""
    names = get_locale().territories
    return sorted(((code, names.get(code, code)) for code in countries()), key=lambda one: one[1])


def _day_names() -> list[str]:
    return [_("Monday"), _("Tuesday"), _("Wednesday"), _("Thursday"), _("Friday"), _("Saturday"), _("Sunday")]
