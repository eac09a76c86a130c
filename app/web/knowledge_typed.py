"""/knowledge/typed: answers that somebody has typed again and again, each a draft of an article away."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, request, url_for

from app import queue
from app.db import now, reading, transaction
from app.errors import InvalidInput, NotFound
from app.knowledge.texts import ArticleText, tag_words
from app.tickets import thread
from app.upkeep import typed, typed_now
from app.web.auth import login_required, passive
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


@bp.get("/beside/<int:message_id>")
@login_required
@passive
def beside(message_id: int) -> Any:
    """A fragment beside a reply that was just sent: empty unless its writer has typed the same often enough."""
    with reading() as session:
        try:
            reply = thread.message_for(session, g.agent.id, message_id)
        except NotFound:
            # The page asks by itself, and its reply may have been taken back meanwhile: that is no trouble to report.
            if request.headers.get("HX-Request"):
                return "", 204
            raise
        return render_template(
            "knowledge/_typed_now.html", found=typed_now.of_reply(session, g.rights, reply)
        )


@bp.post("/beside/<int:message_id>")
@login_required
def answer_beside(message_id: int) -> Any:
    """Make an article of it, or hear no more of it."""
    what = fields(request.form, "what")["what"]
    with transaction() as session:
        reply = thread.message_for(session, g.agent.id, message_id)
        found = typed_now.of_reply(session, g.rights, reply)
        typed_id = typed_now.named(session, found, now=now()) if found is not None else None
        if typed_id is not None and what == "dismiss":
            typed.dismiss(session, g.rights, typed_id, by=g.agent, now=now())
    if request.headers.get("HX-Request"):
        return ""
    if typed_id is None or what == "dismiss":
        return redirect(url_for("knowledge_typed.index"))
    return redirect(url_for("knowledge_typed.draft", typed_id=typed_id))


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
