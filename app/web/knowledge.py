"""/knowledge: the articles, each with its usage and versions, and the editor with a preview."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from flask import Blueprint, current_app, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from app import queue
from app.db import now, reading, transaction
from app.errors import InvalidInput
from app.knowledge import queries, service, variables
from app.knowledge.models import Article
from app.knowledge.render import render
from app.knowledge.service import ArticleText, ChangedMeanwhile, tag_words
from app.settings import Settings
from app.web.auth import login_required
from app.web.forms import fields, number
from kb_search.query import ArticleSearch

bp = Blueprint("knowledge", __name__, url_prefix="/knowledge")
FIELDS = ("title", "answer", "language", "tags", "version", "action")
LONGEST_SEARCH = 200
MOST_HITS = 50
# The database counts versions in 32 bits.
MOST_VERSIONS = 2**31 - 1
SAMPLES = {
    "en": {"customer.name": "Olga Petrova", "customer.first_name": "Olga", "ticket.subject": "Where is my order?",
           "mailbox.name": "Support"},
    "ru": {"customer.name": "Ольга Петрова", "customer.first_name": "Ольга", "ticket.subject": "Где мой заказ?",
           "mailbox.name": "Поддержка"},
}  # fmt: skip


@bp.app_template_filter()
def plain_answer(answer: str) -> str:
    """An answer for a list: without the marks of Markdown, variables as their other words or as dots."""
    text = variables.replace(answer, lambda _name, fallback, _written: fallback or "…")
    return re.sub(r"\*\*|__|^#+ ", "", text, flags=re.MULTILINE)


@bp.get("")
@login_required
def index() -> Any:
    text = request.args.get("q", "")[:LONGEST_SEARCH].strip()
    filters = queries.Filters(
        language=request.args.get("language", ""),
        tag=request.args.get("tag", ""),
        archived=request.args.get("archived") == "yes",
    )
    with reading() as session:
        page, marks, degraded = _found(session, text, filters)
        return render_template(
            "knowledge/index.html",
            page=page,
            marks=marks,
            degraded=degraded,
            q=text,
            filters=filters,
            tags=queries.all_tags(session, g.rights),
            any_articles=bool(page.articles) or queries.has_articles(session, g.rights),
        )


@bp.get("/<int:article_id>")
@login_required
def show(article_id: int) -> Any:
    with reading() as session:
        article = queries.article_for(session, g.rights, article_id)
        return render_template(
            "knowledge/show.html",
            article=article,
            rendered=render(article.answer, sample_values(article.language)),
            usage=queries.usage(session, [article_id])[article_id],
            learnt=queries.learnt_count(session, article_id),
            versions=queries.versions(session, article_id),
        )


@bp.get("/new")
@login_required
def new() -> Any:
    empty = {"title": "", "answer": "", "language": g.agent.language, "tags": "", "version": "0"}
    return _editor(None, empty)


@bp.post("/new")
@login_required
def create() -> Any:
    form = fields(request.form, *FIELDS)
    if form["action"] == "preview":
        return _editor(None, form, preview=True)
    try:
        with transaction() as session:
            article = service.create(session, _text(form), by=g.agent, now=now())
    except InvalidInput as error:
        return _editor(None, form, error=error), 422
    return _saved(article)


@bp.get("/<int:article_id>/edit")
@login_required
def edit(article_id: int) -> Any:
    with reading() as session:
        article = queries.article_for(session, g.rights, article_id)
        return _editor(article, _form_of(article))


@bp.post("/<int:article_id>/edit")
@login_required
def save(article_id: int) -> Any:
    form = fields(request.form, *FIELDS)
    with reading() as session:
        before = queries.article_for(session, g.rights, article_id)
    if form["action"] == "preview":
        return _editor(before, form, preview=True)
    try:
        with transaction() as session:
            version = number(form["version"]) or 0
            article = service.edit(session, article_id, _text(form), version=version, by=g.agent, now=now())
    except ChangedMeanwhile:
        return _conflict(article_id, form), 409
    except InvalidInput as error:
        return _editor(before, form, error=error), 422
    return _saved(article)


@bp.post("/preview")
@login_required
def preview() -> Any:
    """The answer as it stands in the editor; called while somebody types."""
    form = fields(request.form, *FIELDS)
    return render_template("knowledge/_preview.html", **_preview(form["answer"], form["language"]))


@bp.post("/<int:article_id>/restore")
@login_required
def restore(article_id: int) -> Any:
    form = fields(request.form, "version")
    with transaction() as session:
        queries.article_for(session, g.rights, article_id)
        wanted = min(number(form["version"]) or 0, MOST_VERSIONS)
        article = service.restore_version(session, article_id, wanted, by=g.agent, now=now())
    return _saved(article)


@bp.post("/<int:article_id>/archive")
@login_required
def archive(article_id: int) -> Any:
    fields(request.form)
    with transaction() as session:
        queries.article_for(session, g.rights, article_id)
        article = service.archive(session, article_id, by=g.agent, now=now())
    return _saved(article, _("The article is archived: it is not suggested any more."))


@bp.post("/<int:article_id>/unarchive")
@login_required
def unarchive(article_id: int) -> Any:
    fields(request.form)
    with transaction() as session:
        queries.article_for(session, g.rights, article_id)
        article = service.unarchive(session, article_id, by=g.agent, now=now())
    return _saved(article, _("The article is suggested again."))


def sample_values(language: str) -> dict[str, str]:
    """Made-up values that show what the variables become, in the language of the article."""
    return {
        "customer.email": "olga@shop.example",
        "agent.name": g.agent.name,
        "ticket.number": "1042",
        **SAMPLES.get(language, SAMPLES["en"]),
    }


def _found(
    session: Session, text: str, filters: queries.Filters
) -> tuple[queries.Page, dict[int, str], bool]:
    """The page of the list, highlights by article id, and whether the search index could not be read."""
    if not text:
        return queries.page(session, g.rights, filters, after=request.args.get("after", "")), {}, False
    settings: Settings = current_app.config["SETTINGS"]
    search = ArticleSearch(settings.search_dir)
    hits = search.search(text, MOST_HITS, language=filters.language or None)
    # Archived articles are not in the index, so they are looked up in the database.
    if search.problem or filters.archived:
        plain = replace(filters, text=text)
        return (
            queries.page(session, g.rights, plain, after=request.args.get("after", "")),
            {},
            bool(search.problem),
        )
    ids = [int(hit.article_id) for hit in hits]
    return (
        queries.found(session, g.rights, ids, filters),
        {int(hit.article_id): hit.highlight for hit in hits},
        False,
    )


def _text(form: dict[str, str]) -> ArticleText:
    return ArticleText(form["title"], form["answer"], form["language"], tag_words(form["tags"]))


def _form_of(article: Article) -> dict[str, str]:
    return {
        "title": article.title,
        "answer": article.answer,
        "language": article.language,
        "tags": ", ".join(tag.name for tag in article.tags),
        "version": str(article.version),
    }


def _preview(answer: str, language: str) -> dict[str, Any]:
    return {"rendered": render(answer, sample_values(language)), "unknown": variables.unknown(answer)}


def _editor(
    article: Article | None, form: dict[str, str], *, error: InvalidInput | None = None, preview: bool = False
) -> str:
    return render_template(
        "knowledge/editor.html",
        article=article,
        form=form,
        errors={error.field: error} if error else {},
        previewed=preview,
        variables=variables.ALLOWED,
        **_preview(form["answer"], form["language"]),
    )


def _conflict(article_id: int, form: dict[str, str]) -> str:
    """Both texts side by side; what the second editor wrote is still in the form."""
    with reading() as session:
        article = queries.article_for(session, g.rights, article_id)
        _version, author = queries.versions(session, article_id)[0]
        return render_template(
            "knowledge/conflict.html", article=article, author=author, form=form, theirs=_form_of(article)
        )


def _saved(article: Article, text: str = "") -> Any:
    queue.wake("knowledge")
    flash(text or _("Saved."), "success")
    return redirect(url_for("knowledge.show", article_id=article.id))
