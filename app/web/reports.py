"""/reports: every report with its filters, as a page and as CSV, and the tickets behind each figure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from flask import (
    Blueprint,
    abort,
    current_app,
    flash,
    g,
    redirect,
    render_template,
    request,
    url_for,
)
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from app.accounts import audit
from app.accounts.models import Agent, Role
from app.accounts.teams import Team
from app.customers.models import customer_tags
from app.db import now, reading, transaction
from app.errors import InvalidInput
from app.mailboxes.models import Mailbox
from app.reports import behind as tickets_behind
from app.reports.catalogue import REPORTS, Asked, offered
from app.reports.choices import choices, choose, value_fields
from app.reports.filters import LONGEST_DAYS, TAGGED, Filters, Scope, scope_of
from app.reports.parts import part
from app.reports.segments import of_values
from app.reports.shape import Report
from app.settings import Settings
from app.tags.models import Tag
from app.web import reports_words as words
from app.web.auth import admin_required, login_required
from app.web.csv_file import csv_file
from app.web.forms import fields, number
from app.web.role_words import whose_words

bp = Blueprint("reports", __name__, url_prefix="/reports")
PERIODS = (7, 30, 90, 365)
DEFAULT_PERIOD = 30
KEPT = ("period", "from", "to", "mailbox", "team", "agent", "tag", "segment", "hours")


@dataclass(frozen=True)
class Offers:
    """What can be filtered by: (value, text) of each."""

    mailboxes: list[tuple[int, str]]
    teams: list[tuple[int, str]]
    agents: list[tuple[int, str]]
    tags: list[tuple[int, str]]
    segments: list[tuple[str, str]]


@bp.get("")
@login_required
def index() -> Any:
    return redirect(url_for("briefing.show"))


@bp.get("/<name>")
@login_required
def show(name: str) -> Any:
    if name not in REPORTS:
        abort(404)
    with reading() as session:
        asked = asked_of(session)
        report = REPORTS[name](session, asked)
        more = {}
        if name == "customers":
            more = {"choices": choices(session), "fields": value_fields(session), "all_tags": _tags(session)}
        return render_template(
            "reports/show.html",
            report=report,
            offers=_offers(session, asked.scope),
            figure_words=words.figure_words(),
            **common(session, asked),
            **more,
        )


@bp.get("/<name>.csv")
@login_required
def save(name: str) -> Any:
    """The figures and every table, with plain numbers: seconds, shares from 0 to 1."""
    if name not in REPORTS:
        abort(404)
    with reading() as session:
        asked = asked_of(session)
        report = REPORTS[name](session, asked)
    days = f"{asked.filters.first.isoformat()}-{asked.filters.last.isoformat()}"
    return csv_file(f"{name}-{days}", _plain_rows(report))


@bp.get("/behind/<figure>")
@login_required
def behind(figure: str) -> Any:
    """The tickets that a figure was counted from."""
    with reading() as session:
        asked = asked_of(session)
        lines = tickets_behind.tickets_behind(session, figure, asked, request.args.get("after", ""))
        of = request.args.get("of", "")
        title = words.figure_words().get(of, ("", ""))[0] or words.table_title(of)
        return render_template(
            "reports/behind.html",
            lines=lines,
            figure=figure,
            of=of if title != of else "",
            title=title if title != of else "",
            **(common(session, asked) | {"part": part(figure, asked.filters)[1]}),
        )


@bp.post("/customers")
@admin_required
def set_choices() -> Any:
    """What the loyalty index, complaints and RFM go by."""
    form = fields(request.form, "competition", "complaint_tag", "value_field")
    try:
        with transaction() as session:
            before = choices(session)
            after = choose(
                session, form["competition"], number(form["complaint_tag"]), number(form["value_field"])
            )
            if before != after:
                audit.note(
                    session,
                    "reports",
                    by=g.agent,
                    now=now(),
                    before=str(before.competition),
                    after=str(after.competition),
                )
    except InvalidInput as error:
        flash(_(str(error)), "bad")
    else:
        flash(_("Saved."), "good")
    return redirect(url_for(".show", name="customers"), 303)


def asked_of(session: Session) -> Asked:
    """From the address of this page. What is no filter of ours is left out."""
    settings: Settings = current_app.config["SETTINGS"]
    moment = now()
    today = moment.astimezone(ZoneInfo(settings.timezone)).date()
    first, last = _period(today)
    filters = Filters(
        first,
        last,
        mailbox_id=_number("mailbox"),
        team_id=_number("team"),
        agent_id=_number("agent"),
        tag_id=_number("tag"),
        segment=request.args.get("segment", "")[:200],
        business=request.args.get("hours") == "business",
    )
    return Asked(filters, scope_of(session, g.rights), moment, settings.timezone)


def common(session: Session, asked: Asked) -> dict[str, Any]:
    """What every page of reports shows."""
    kept = {name: request.args[name] for name in KEPT if request.args.get(name)}
    return {
        "asked": asked,
        "filters": asked.filters,
        "kept": kept,
        "names": offered(session),
        "words": words,
        "periods": PERIODS,
        "period": _chosen_period(),
        "whose": whose_words(
            asked.scope.rights.role, everybody=asked.scope.agents is None, leads=bool(asked.scope.teams)
        ),
    }


def _plain_rows(report: Report) -> Iterator[Sequence[object]]:
    """One block for the figures and one for each table, an empty line between them."""
    titles = words.figure_words()
    yield _("Figure"), _("Value"), _("Period before"), "n", _("at least"), _("at most"), _("Unit")
    for one in report.figures:
        yield titles[one.key][0], one.value, one.before, one.n, one.low, one.high, one.unit
    for table in report.tables:
        yield ()
        yield words.table_title(table.key), *[words.column_title(one.key) for one in table.columns]
        for line in table.rows:
            label = (
                line.label.isoformat()
                if isinstance(line.label, date)
                else words.row_label(line.label, table.label)
            )
            yield label, *line.cells


def _period(today: date) -> tuple[date, date]:
    first, last = _day(request.args.get("from", "")), _day(request.args.get("to", ""))
    if first is not None or last is not None:
        last = min(last or today, date(2100, 12, 31))
        first = first or last - timedelta(days=DEFAULT_PERIOD - 1)
        first = max(min(first, last), last - timedelta(days=LONGEST_DAYS - 1))
        return first, last
    return today - timedelta(days=_chosen_period() - 1), today


def _day(text: str) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if day.year >= 2000 else None


def _chosen_period() -> int:
    """Days; 0 where two dates were chosen."""
    if _day(request.args.get("from", "")) or _day(request.args.get("to", "")):
        return 0
    days = request.args.get("period", DEFAULT_PERIOD, type=int)
    return days if days in PERIODS else DEFAULT_PERIOD


def _number(name: str) -> int | None:
    return number(request.args.get(name, ""))


def _offers(session: Session, scope: Scope) -> Offers:
    boxes = sa.select(Mailbox.id, Mailbox.name, Mailbox.address).where(scope.rights.within(Mailbox.id))
    agents = sa.select(Agent.id, Agent.name).where(Agent.role.in_((Role.ADMIN, Role.LEAD, Role.AGENT)))
    if scope.agents is not None:
        agents = agents.where(Agent.id.in_(sorted(scope.agents)))
    segments = (
        sa.select(Tag.id, Tag.name).where(Tag.id.in_(sa.select(customer_tags.c.tag_id))).order_by(Tag.name)
    )
    return Offers(
        [(row[0], row[1] or row[2]) for row in session.execute(boxes.order_by(Mailbox.name, Mailbox.id))],
        _pairs(session, sa.select(Team.id, Team.name).order_by(Team.name)),
        _pairs(session, agents.order_by(Agent.name)),
        _tags(session),
        [(f"{TAGGED}{tag_id}", name) for tag_id, name in _pairs(session, segments)]
        + [(one.key, one.name) for one in of_values(session)],
    )


def _tags(session: Session) -> list[tuple[int, str]]:
    return _pairs(session, sa.select(Tag.id, Tag.name).order_by(Tag.name).limit(500))


def _pairs(session: Session, query: sa.Select[Any]) -> list[tuple[int, str]]:
    return [(row[0], row[1]) for row in session.execute(query)]
