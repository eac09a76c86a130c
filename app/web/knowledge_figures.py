"""/knowledge/figures: what became of the articles in a period; each article's own page with the tickets behind it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from flask import Blueprint, Response, g, render_template, request
from sqlalchemy.orm import Session

from app.db import now, reading
from app.errors import NotFound
from app.knowledge import public_votes
from app.knowledge.models import Article
from app.knowledge.public_votes import Votes
from app.knowledge.stale import Why
from app.knowledge.who_sees import visible
from app.ratings.score import percent
from app.upkeep import article_figures, behind, staleness
from app.upkeep.article_figures import Figures
from app.web.auth import login_required
from app.web.csv_file import csv_file
from app.web.forms import number
from app.web.upkeep_words import figure_words, outcome_words, sort_words, stale_words, today
from app.web.words import gettext as _

bp = Blueprint("knowledge_figures", __name__, url_prefix="/knowledge")
PERIODS = (30, 90, 365)
DEFAULT_PERIOD = 90


@bp.get("/figures")
@login_required
def index() -> Any:
    days, sort = period(), request.args.get("sort", "sent")
    with reading() as session:
        page = article_figures.lines(
            session, g.rights, since(days), sort=sort, after=request.args.get("after", "")
        )
        stale = staleness.of_articles(
            session, g.rights, [one.article for one in page.rows], now=now(), today=today()
        )
        return render_template(
            "knowledge/figures.html",
            page=page,
            readers=_readers(session, [one.article for one in page.rows], since(days)),
            stale=stale,
            days=days,
            periods=PERIODS,
            sort=sort if sort in article_figures.SORTS else "sent",
            sorts=sort_words(),
            words=figure_words(),
            stale_words=stale_words(),
            percent=percent,
        )


@bp.get("/figures.csv")
@login_required
def table() -> Response:
    """Every article that the asker may see, in one table."""
    days, rows, after = period(), [], ""
    with reading() as session:
        while True:
            page = article_figures.lines(session, g.rights, since(days), after=after, limit=500)
            readers = _readers(session, [one.article for one in page.rows], since(days))
            rows += [_row(line.article, line.figures, readers[line.article.id]) for line in page.rows]
            after = page.next
            if not after:
                break
    return csv_file("article-figures", [_columns(), *rows])


@bp.get("/<int:article_id>/figures")
@login_required
def show(article_id: int) -> Any:
    days, what = period(), request.args.get("what", "")
    what = what if what in behind.CONDITIONS else ""
    with reading() as session:
        article = session.get(Article, article_id)
        if article is None or not _may_see(session, article_id):
            raise NotFound("There is no such article.")
        known = article_figures.figures(session, g.rights, [article_id], since(days))[article_id]
        stale = staleness.of_articles(session, g.rights, [article], now=now(), today=today())[article_id]
        return render_template(
            "knowledge/figures_of.html",
            article=article,
            figures=known,
            readers=_readers(session, [article], since(days))[article_id],
            stale=stale,
            cases=behind.cases(
                session, g.rights, article_id, what, since(days), after=request.args.get("after", "")
            ),
            what=what,
            days=days,
            periods=PERIODS,
            words=figure_words(),
            stale_words=stale_words(),
            outcome_words=outcome_words(),
            percent=percent,
            edited=Why.EDITED,
        )


def period() -> int:
    """Days, 0 for all time."""
    days = number(request.args.get("days", ""))
    return days if days in (*PERIODS, 0) else DEFAULT_PERIOD


def since(days: int) -> Any:
    return now() - timedelta(days=days) if days else None


def _readers(session: Session, articles: Sequence[Article], at_least: datetime | None) -> dict[int, Votes]:
    """What readers of the help centre said of these."""
    return public_votes.figures(session, {one.id: one.version for one in articles}, since=at_least)


def _may_see(session: Any, article_id: int) -> bool:
    found = session.query(Article.id).where(Article.id == article_id, visible(g.rights)).first()
    return found is not None


def _columns() -> list[str]:
    words = figure_words()
    names = ("shown", "inserted", "unchanged", "edited", "typed", "dismissed", "passed_over")
    return [
        _("Number"),
        _("Article"),
        _("Language"),
        *(words[name].name for name in names),
        _("Ratings"),
        _("Positive, %"),
        _("95 % interval from"),
        _("95 % interval to"),
        _("Closed after it"),
        words["reopened"].name,
        _("Measured replies"),
        words["measured"].name,
        words["readers"].name,
        _("It helped"),
        _("It did not help"),
    ]


def _row(article: Article, figures: Figures, readers: Votes) -> list[Any]:
    counts, score = figures.counts, figures.score
    rated = [percent(score.share), percent(score.low), percent(score.high)] if score.n else ["", "", ""]
    saved = [figures.saved.n, figures.saved.minutes] if figures.saved else ["", ""]
    return [
        article.id, article.title, article.language, counts.shown, counts.inserted, counts.unchanged, counts.edited,
        counts.typed, counts.dismissed, counts.passed_over, score.n, *rated, figures.reopened.closed,
        figures.reopened.opened, *saved, readers.reads, readers.yes, readers.no,
    ]  # fmt: skip
