"""/ratings: how happy customers are, by whatever one asks for, and every rating behind a figure.

Agents see their own, leads those of their teams, admins and auditors all; and nobody those of mailboxes not theirs.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask_babel import format_date
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from app.accounts.models import Agent
from app.accounts.queries import agent_names
from app.accounts.teams import all_teams
from app.db import now, reading, transaction
from app.errors import InvalidInput, NotAllowed, NotFound
from app.mailboxes.queries import mailbox_names
from app.ratings import anonymous, cuts, figures, praising, queries, reasons
from app.ratings.cuts import DIMENSIONS, Cut, Scope
from app.ratings.score import FEWEST_TO_RANK, Score, percent
from app.tasks import listing
from app.web import ratings_words as words
from app.web.auth import login_required
from app.web.csv_file import csv_file
from app.web.forms import fields
from app.web.locale import chosen_language
from app.web.ratings_filters import FACES, PERIODS, Filters, months, read_filters, zone
from app.web.role_words import whose_words

bp = Blueprint("ratings", __name__, url_prefix="/ratings")
MONTHS, FEWEST_MONTHS = 12, 3
# A file of more lines than that no spreadsheet likes to open.
MOST_LINES = 50_000
LINES_AT_ONCE = 500


@bp.app_template_filter()
def points(trend: float) -> str:
    """ "+12", "−3": by how many points a share changed."""
    whole = round(trend * 100)
    return f"+{whole}" if whole > 0 else f"\N{MINUS SIGN}{-whole}" if whole else "±0"


@bp.app_template_filter()
def month_name(begin: datetime) -> str:
    """ "November 2026"."""
    return format_date(begin.astimezone(zone()), "LLLL y")


@bp.get("")
@login_required
def index() -> Any:
    """Figures by one dimension."""
    chosen, dimension = read_filters(now()), _dimension()
    with reading() as session:
        scope = cuts.scope_of(session, g.rights)
        hits = figures.openings(session, chosen.cut, scope)
        rows = figures.figures(session, dimension, chosen.cut, scope, rights=g.rights)
        total = (
            # By agent nothing is counted twice: the lines together are the whole.
            figures.total_of(session, rows, chosen.cut, scope)
            if dimension == cuts.AGENT
            else figures.total(session, chosen.cut, scope, hits)
        )
        return render_template(
            "ratings/index.html",
            f=chosen,
            dimension=dimension,
            dimensions=words.dimension_names(),
            rows=rows,
            total=total,
            openings=hits,
            unasked=figures.not_asked(session, chosen.cut, scope),
            page=queries.page(session, chosen.cut, scope, face=chosen.face, words=True),
            choices=_choices(session, scope),
            whose=whose_words(g.rights.role, everybody=scope.agent_ids is None, leads=scope.leads),
            **_common(),
        )


@bp.get("/figures.csv")
@login_required
def figures_csv() -> Any:
    """What the page shows, as numbers. Who has too few ratings has no rank here either."""
    chosen, dimension = read_filters(now()), _dimension()
    with reading() as session:
        scope = cuts.scope_of(session, g.rights)
        rows = figures.figures(session, dimension, chosen.cut, scope, rights=g.rights)
    return csv_file(f"ratings-by-{dimension}", words.figure_lines(dimension, rows))


@bp.get("/each")
@login_required
def each() -> Any:
    """The ratings behind a figure, newest first."""
    chosen = read_filters(now())
    with reading() as session:
        scope = cuts.scope_of(session, g.rights)
        page = queries.page(
            session,
            chosen.cut,
            scope,
            face=chosen.face,
            words=chosen.words,
            after=request.args.get("after", ""),
        )
        more = request.headers.get("HX-Target") == "ratings-more"
        choices = {} if more else _choices(session, scope)
    template = "ratings/_rows.html" if more else "ratings/each.html"
    return render_template(template, f=chosen, page=page, choices=choices, **_common())


@bp.get("/each.csv")
@login_required
def each_csv() -> Any:
    chosen = read_filters(now())
    with reading() as session:
        scope = cuts.scope_of(session, g.rights)
        lines = list(words.rating_lines(_all_rows(session, chosen, scope), chosen_language()))
    return csv_file("ratings", lines)


@bp.get("/agents/<int:agent_id>")
@login_required
def agent(agent_id: int) -> Any:
    """One agent: the score and how it went, what customers name, what colleagues praise, who was won back."""
    chosen, at = read_filters(now()), now()
    with reading() as session:
        scope = cuts.scope_of(session, g.rights)
        who = session.get(Agent, agent_id)
        if who is None:
            raise NotFound("There is no such agent.")
        if not scope.sees(agent_id):
            raise NotAllowed("Only they themselves and their lead see how an agent is rated.")
        own = Cut(**{**chosen.cut.__dict__, "agent": agent_id})
        f = Filters(chosen.days, chosen.first, chosen.last, own, chosen.face, chosen.words)
        return render_template(
            "ratings/agent.html",
            who=who,
            f=f,
            total=figures.total(session, own, scope),
            months=_since_the_first(
                figures.over_time(session, months(at, MONTHS), Cut(agent=agent_id), scope)
            ),
            named=figures.reason_counts(session, own, scope),
            praises=queries.praises_of(session, agent_id),
            outcomes=listing.outcomes(session, agent_id, g.rights),
            page=queries.page(session, own, scope, face=f.face, words=f.words),
            **_common(),
        )


@bp.post("/each/<int:mark>/praise")
@login_required
def praise(mark: int) -> Any:
    """Whoever sees the ticket may say "well done", the agent's lead or any colleague."""
    form = fields(request.form, "words")
    try:
        with transaction() as session:
            row = queries.by_mark(session, mark, Scope(None, g.rights.mailboxes))
            praising.praise(session, row.rating, form["words"], by=g.agent, now=now())
            ticket_id = row.rating.ticket_id
    except InvalidInput as error:
        flash(_(str(error)), "danger")
        return redirect(url_for("ratings.each"), 303)
    flash(_("Praised. Your colleague is told."), "success")
    return redirect(url_for("tickets.show", ticket_id=ticket_id), 303)


def _since_the_first(found: list[tuple[datetime, Score]]) -> list[tuple[datetime, Score]]:
    """Without the months before the first rating; the last ones in any case."""
    first = next((place for place, (_begin, score) in enumerate(found) if score.n), len(found))
    return found[min(first, len(found) - FEWEST_MONTHS) :]


def _dimension() -> str:
    wanted = request.args.get("by", "")
    return wanted if wanted in DIMENSIONS else cuts.AGENT


def _choices(session: Session, scope: Scope) -> dict[str, list[tuple[int, str]]]:
    """What the figures can be narrowed to, by dimension; nothing that the asker may not know of."""
    boxes = mailbox_names(session)
    agents = [(key, name) for key, name in agent_names(session).items() if scope.sees(key)]
    tags = cuts.all_tags(session)
    return {
        cuts.AGENT: agents if len(agents) > 1 else [],
        cuts.TEAM: [(one.id, one.name) for one in all_teams(session)] if len(agents) > 1 else [],
        cuts.MAILBOX: [(key, name) for key, name in boxes.items() if g.rights.sees(key)],
        cuts.TAG: tags,
        cuts.SEGMENT: tags,
    }


def _all_rows(session: Session, chosen: Filters, scope: Scope) -> Iterator[queries.Row]:
    after, count = "", 0
    while count < MOST_LINES:
        page = queries.page(
            session,
            chosen.cut,
            scope,
            face=chosen.face,
            words=chosen.words,
            after=after,
            limit=LINES_AT_ONCE,
        )
        yield from page.rows
        count, after = count + len(page.rows), page.next
        if not after:
            return


def _common() -> dict[str, Any]:
    language = chosen_language()
    return {
        "periods": PERIODS,
        "fewest": FEWEST_TO_RANK,
        "fewest_anonymous": anonymous.FEWEST,
        "faces": FACES,
        "face_words": words.face_words(),
        "programs": words.program_words(),
        "unasked_words": words.unasked_words(),
        "percent": percent,
        "me": g.agent.id,
        "words_of": lambda reason: reasons.words_of(reason, language),
    }
