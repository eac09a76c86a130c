"""/knowledge/gaps: questions without a fitting article, largest first; the letters behind each; a draft made of answers
that were sent. Agents look, leads and admins change."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, flash, g, redirect, render_template, request, url_for

from app import queue
from app.db import now, reading, transaction
from app.errors import InvalidInput
from app.knowledge.texts import ArticleText, tag_words
from app.upkeep import gap_pages, gap_service, rounds
from app.upkeep.models import GapState
from app.web.auth import lead_required, login_required
from app.web.csv_file import csv_file
from app.web.forms import fields
from app.web.words import gettext as _

bp = Blueprint("knowledge_gaps", __name__, url_prefix="/knowledge/gaps")
DRAFT = ("title", "answer", "language", "tags")
STATES = (GapState.OPEN, GapState.HIDDEN, GapState.CLOSED)
ROUND = "gaps"


@bp.get("")
@login_required
def index() -> Any:
    state = request.args.get("state", GapState.OPEN)
    state = state if state in STATES else GapState.OPEN
    with reading() as session:
        page = gap_pages.lines(session, g.rights, state, now=now(), after=request.args.get("after", ""))
        return render_template(
            "knowledge/gaps.html",
            page=page,
            state=state,
            states={"open": _("Open"), "hidden": _("Not gaps"), "closed": _("Answered since")},
            looked=rounds.last(session, ROUND),
        )


@bp.get("/gaps.csv")
@login_required
def table() -> Response:
    rows, after = [], ""
    with reading() as session:
        while True:
            page = gap_pages.lines(session, g.rights, GapState.OPEN, now=now(), after=after, limit=300)
            rows += [_row(line) for line in page.rows]
            after = page.next
            if not after:
                break
    columns = [_("Number"), _("Language"), _("Letters"), _("A week"), _("Last letter"), _("Words"), _("Example"),
               _("Answered by")]  # fmt: skip
    return csv_file("knowledge-gaps", [columns, *rows])


@bp.get("/<int:gap_id>")
@login_required
def show(gap_id: int) -> Any:
    with reading() as session:
        line = gap_pages.one(session, g.rights, gap_id, now=now())
        letters, after = gap_pages.letters(session, g.rights, gap_id, after=request.args.get("after", ""))
        return render_template("knowledge/gap.html", line=line, letters=letters, after=after)


@bp.get("/<int:gap_id>/draft")
@lead_required
def draft(gap_id: int) -> Any:
    with reading() as session:
        line = gap_pages.one(session, g.rights, gap_id, now=now())
        made = gap_service.draft_of(session, g.rights, gap_id)
    form = {"title": made.title, "answer": made.answer, "language": line.gap.language, "tags": ""}
    return _page(gap_id, made.quoted, form)


@bp.post("/<int:gap_id>/draft")
@lead_required
def make(gap_id: int) -> Any:
    form = fields(request.form, *DRAFT)
    try:
        with transaction() as session:
            gap_pages.one(session, g.rights, gap_id, now=now())
            text = ArticleText(form["title"], form["answer"], form["language"], tag_words(form["tags"]))
            article = gap_service.make_article(session, g.rights, gap_id, text, by=g.agent, now=now())
    except InvalidInput as error:
        with reading() as session:
            made = gap_service.draft_of(session, g.rights, gap_id)
        return _page(gap_id, made.quoted, form, error), 422
    queue.wake("knowledge")
    flash(_("The article is there, and the gap is closed."), "success")
    return redirect(url_for("knowledge.show", article_id=article.id))


@bp.post("/<int:gap_id>/hide")
@lead_required
def hide(gap_id: int) -> Any:
    fields(request.form)
    with transaction() as session:
        gap_pages.one(session, g.rights, gap_id, now=now())
        gap_service.hide(session, gap_id, by=g.agent, now=now())
    flash(_("It is not shown among the gaps any more. You find it under “Not gaps”."), "success")
    return redirect(url_for("knowledge_gaps.index"))


@bp.post("/<int:gap_id>/show-again")
@lead_required
def show_again(gap_id: int) -> Any:
    fields(request.form)
    with transaction() as session:
        gap_pages.one(session, g.rights, gap_id, now=now())
        gap_service.show_again(session, gap_id, by=g.agent, now=now())
    return redirect(url_for("knowledge_gaps.index"))


def _row(line: gap_pages.Line) -> list[Any]:
    agents = ", ".join(f"{name} ({n})" for name, n in line.agents)
    last, words = line.last_at.date().isoformat(), " ".join(line.words)
    return [
        line.gap.id,
        line.gap.language,
        line.letters,
        line.weekly,
        last,
        words,
        line.example[:200],
        agents,
    ]


def _page(gap_id: int, quoted: Any, form: dict[str, str], error: InvalidInput | None = None) -> str:
    return render_template(
        "knowledge/draft.html",
        quoted=quoted,
        form=form,
        errors={error.field: error} if error else {},
        action=url_for("knowledge_gaps.make", gap_id=gap_id),
        back=url_for("knowledge_gaps.show", gap_id=gap_id),
        back_text=_("The letters"),
    )
