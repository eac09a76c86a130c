"""Around the text of an article: who reads it, who looks after it, its languages and its versions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

import sqlalchemy as sa
from babel.dates import format_date
from flask import Blueprint, current_app, flash, g, redirect, render_template, request, url_for
from flask_babel import get_locale
from flask_babel import gettext as _
from markupsafe import Markup
from sqlalchemy.orm import Session

from app import queue
from app.accounts import teams
from app.accounts.models import Agent
from app.db import now, reading, transaction
from app.errors import InvalidInput, NotFound
from app.knowledge import arrangement, queries, service
from app.knowledge.arrangement import Arrangement
from app.knowledge.models import Article, ArticleVersion
from app.knowledge.who_sees import Circle, circle_of
from app.knowledge.worddiff import as_html, compare
from app.mailboxes.models import Mailbox
from app.settings import Settings
from app.web.auth import login_required
from app.web.forms import fields, number

bp = Blueprint("knowledge_arranging", __name__, url_prefix="/knowledge/<int:article_id>")
# The database counts versions in 32 bits.
MOST_VERSIONS = 2**31 - 1


@bp.app_template_filter()
def day_words(day: date) -> str:
    """A day as the reader's language writes it."""
    return str(format_date(day, "d MMM yyyy", locale=get_locale()))


def changed(article_id: int, act: Callable[[Session, Article], object], said: str = "") -> Any:
    """One change to an article that the asker sees, and back to it; the index follows."""
    with transaction() as session:
        act(session, queries.article_for(session, g.rights, article_id))
    queue.wake("knowledge")
    flash(said or _("Saved."), "success")
    return _to(article_id)


@bp.post("/arrange")
@login_required
def arrange(article_id: int) -> Any:
    form = fields(request.form, "visibility", "who", "owner_id", "review_on", "mailbox", "team")

    def act(session: Session, article: Article) -> None:
        wanted = Arrangement(
            form["visibility"],
            _circle(session, article) if form["who"] == "some" else None,
            number(form["owner_id"]),
            _day(form["review_on"]),
        )
        arrangement.arrange(session, article_id, wanted, by=g.agent, now=now())

    return changed(article_id, act)


@bp.post("/reviewed")
@login_required
def reviewed(article_id: int) -> Any:
    """Somebody read it and it is still right: the next look is as far away as they say."""
    months = number(fields(request.form, "months")["months"]) or 0
    settings: Settings = current_app.config["SETTINGS"]
    return changed(
        article_id,
        lambda session, article: arrangement.reviewed(
            session, article.id, months=months, today=settings.day_of(now())
        ),
    )


@bp.post("/restore")
@login_required
def restore(article_id: int) -> Any:
    wanted = min(number(fields(request.form, "version")["version"]) or 0, MOST_VERSIONS)
    return changed(
        article_id,
        lambda session, article: service.restore_version(session, article.id, wanted, by=g.agent, now=now()),
    )


@bp.post("/forget-language")
@login_required
def forget_language(article_id: int) -> Any:
    language = fields(request.form, "language")["language"]
    return changed(
        article_id,
        lambda session, article: service.forget_language(
            session, article.id, language, by=g.agent, now=now()
        ),
        _("This language is gone. Its texts are still among the versions."),
    )


@bp.get("/compare")
@login_required
def compared(article_id: int) -> Any:
    """Two versions word by word: by default the newest and the one before it in the same language."""
    with reading() as session:
        article = queries.article_for(session, g.rights, article_id)
        every = queries.versions(session, article_id)
        new = _version(every, request.args.get("new", "")) or _changed_last(article, every)
        earlier = [one for one in every if one[0].version < new[0].version]
        same = [one for one in earlier if one[0].language == new[0].language]
        old = _version(every, request.args.get("old", "")) or (same or earlier or [new])[0]
        return render_template(
            "knowledge/compare.html",
            article=article,
            versions=every,
            old=old,
            new=new,
            title=_marked(old[0].title, new[0].title),
            answer=_marked(old[0].answer, new[0].answer),
            same=(old[0].title, old[0].answer) == (new[0].title, new[0].answer),
        )


def newest(article: Article, every: Sequence[tuple[ArticleVersion, str]]) -> dict[str, int]:
    """Language that it is said in → the number of its newest version, which is what the article says now."""
    last = {version.language or article.language: version.version for version, _author in reversed(every)}
    return {language: last[language] for language in article.languages if language in last}


def _changed_last(
    article: Article, every: Sequence[tuple[ArticleVersion, str]]
) -> tuple[ArticleVersion, str]:
    """The newest version with an earlier one in its language to be compared with; else the newest of all."""
    first = {version.language or article.language: version.version for version, _author in every}
    later = (one for one in every if one[0].version != first[one[0].language or article.language])
    return next(later, every[0])


def choices(session: Session, article: Article) -> dict[str, Any]:
    """What the form of the arrangement offers. Of mailboxes only those the asker sees."""
    working = sa.select(Agent.id, Agent.name).where(
        sa.or_(Agent.active.is_(True), Agent.id == article.owner_id)
    )
    boxes = sa.select(Mailbox.id, Mailbox.name, Mailbox.address).where(g.rights.within(Mailbox.id))
    return {
        "circle": circle_of(session, article.id),
        "owners": {row.id: row.name for row in session.execute(working.order_by(Agent.name))},
        "mailboxes": [
            (row.id, row.name or row.address) for row in session.execute(boxes.order_by(Mailbox.id))
        ],
        "teams": [(team.id, team.name) for team in teams.active_teams(session)],
    }


def _circle(session: Session, article: Article) -> Circle:
    """As ticked; what the asker cannot see stays as it was."""
    known, offered = circle_of(session, article.id), choices(session, article)
    hidden_boxes = known.mailbox_ids - {one for one, _name in offered["mailboxes"]}
    hidden_teams = known.team_ids - {one for one, _name in offered["teams"]}
    return Circle(_ticked("mailbox") | hidden_boxes, _ticked("team") | hidden_teams)


def _ticked(name: str) -> frozenset[int]:
    return frozenset(one for value in request.form.getlist(name) if (one := number(value)) is not None)


def _day(typed: str) -> date | None:
    try:
        return date.fromisoformat(typed.strip()) if typed.strip() else None
    except ValueError:
        raise InvalidInput("Please choose a day.", "review_on") from None


def _version(every: list[tuple[ArticleVersion, str]], typed: str) -> tuple[ArticleVersion, str] | None:
    return next((one for one in every if str(one[0].version) == typed), None)


def _marked(old: str, new: str) -> Markup:
    return Markup(as_html(compare(old, new)))  # noqa: S704 (everything in it is escaped)


def _to(article_id: int) -> Any:
    """To the article, or to the list for those who have just shut themselves out."""
    with reading() as session:
        try:
            queries.article_for(session, g.rights, article_id)
        except NotFound:
            return redirect(url_for("knowledge.index"))
    return redirect(url_for("knowledge.show", article_id=article_id))
