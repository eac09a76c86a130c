"""/knowledge/typed: answers that somebody has typed again and again, each a draft of an article away."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, request, url_for

from app import queue
from app.db import now, reading, transaction
from app.errors import InvalidInput
from app.knowledge.texts import ArticleText, tag_words
from app.upkeep import typed
from app.web.auth import login_required
from app.web.forms import fields
from app.web.knowledge_gaps import DRAFT
from app.web.words import gettext as _

bp = Blueprint("knowledge_typed", __name__, url_prefix="/knowledge/typed")


@bp.get("")
@login_required
def index() -> Any:
    dismissed = request.args.get("dismissed") == "yes"
    with reading() as session:
        rows, after = typed.listed(
            session, g.rights, dismissed=dismissed, after=request.args.get("after", "")
        )
    return render_template("knowledge/typed.html", rows=rows, after=after, dismissed=dismissed)


@bp.get("/<int:typed_id>/draft")
@login_required
def draft(typed_id: int) -> Any:
    with reading() as session:
        language, made = typed.draft_of(session, g.rights, typed_id)
    form = {"title": made.title, "answer": made.answer, "language": language, "tags": ""}
    return _page(typed_id, made.quoted, form)


@bp.post("/<int:typed_id>/draft")
@login_required
def make(typed_id: int) -> Any:
    form = fields(request.form, *DRAFT)
    text = ArticleText(form["title"], form["answer"], form["language"], tag_words(form["tags"]))
    try:
        with transaction() as session:
            article = typed.make_article(session, g.rights, typed_id, text, by=g.agent, now=now())
    except InvalidInput as error:
        with reading() as session:
            _language, made = typed.draft_of(session, g.rights, typed_id)
        return _page(typed_id, made.quoted, form, error), 422
    queue.wake("knowledge")
    flash(_("The article is there. It is suggested from now on."), "success")
    return redirect(url_for("knowledge.show", article_id=article.id))


@bp.post("/<int:typed_id>/dismiss")
@login_required
def dismiss(typed_id: int) -> Any:
    form = fields(request.form, "again")
    with transaction() as session:
        again = form["again"] == "yes"
        typed.dismiss(session, g.rights, typed_id, by=g.agent, now=now(), again=again)
    return redirect(url_for("knowledge_typed.index"))


def _page(typed_id: int, quoted: Any, form: dict[str, str], error: InvalidInput | None = None) -> str:
    return render_template(
        "knowledge/draft.html",
        quoted=quoted,
        form=form,
        errors={error.field: error} if error else {},
        action=url_for("knowledge_typed.make", typed_id=typed_id),
        back=url_for("knowledge_typed.index"),
        back_text=_("Typed often"),
    )
