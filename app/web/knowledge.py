"""/knowledge: the articles, each with its usage and versions, and the editor with a preview."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, current_app, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from app import queue
from app.db import now, reading, transaction
from app.errors import InvalidInput, NotFound
from app.knowledge import queries, segments, service, variables
from app.knowledge.models import Article
from app.knowledge.render import render
from app.knowledge.service import ChangedMeanwhile
from app.knowledge.texts import LANGUAGES, ArticleText, tag_words
from app.settings import Settings
from app.upkeep import twins
from app.web import article_reader
from app.web import knowledge_arranging as arranging
from app.web.auth import login_required
from app.web.forms import fields, number
from kb_search.query import ArticleSearch, Hit

bp = Blueprint("knowledge", __name__, url_prefix="/knowledge")
FIELDS = ("title", "answer", "language", "of", "tags", "version", "action", "as")
LONGEST_SEARCH = 200
MOST_HITS = 50
# The most used ones; the others are folded.
TAGS_SHOWN = 12


@bp.app_template_filter()
def plain_answer(answer: str) -> str:
    """An answer for a list: without the marks of Markdown, variables as their other words or as dots."""
    text = variables.replace(
        segments.resolve(answer, segments.NOTHING), lambda _name, fallback, _written: fallback or "…"
    )
    return re.sub(r"\*\*|__|^#+ ", "", text, flags=re.MULTILINE)


@bp.get("")
@login_required
def index() -> Any:
    text = request.args.get("q", "")[:LONGEST_SEARCH].strip()
    today = now().astimezone(ZoneInfo(g.agent.timezone)).date()
    filters = queries.Filters(
        language=request.args.get("language", ""),
        tag=request.args.get("tag", ""),
        archived=request.args.get("archived") == "yes",
        lacks=request.args.get("lacks", ""),
        visibility=request.args.get("visibility", ""),
        owner_id=g.agent.id if request.args.get("mine") == "yes" else 0,
        due=today if request.args.get("due") == "yes" else None,
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
            today=today,
            due=queries.due_count(session, g.rights, today),
            tags=queries.all_tags(session, g.rights),
            tags_shown=TAGS_SHOWN,
            any_articles=bool(page.articles) or queries.has_articles(session, g.rights),
        )


@bp.get("/<int:article_id>")
@login_required
def show(article_id: int) -> Any:
    """`language`: which of its texts; `as`: how the customer with this address would read it."""
    address = request.args.get("as", "")[:LONGEST_SEARCH].strip()
    with reading() as session:
        article = queries.article_for(session, g.rights, article_id)
        said = article.said_in(request.args.get("language", ""))
        reader = article_reader.by_address(session, address) if address else None
        values, facts = article_reader.reads_as(session, reader, said.language)
        versions = queries.versions(session, article_id)
        return render_template(
            "knowledge/show.html",
            article=article,
            said=said,
            missing_languages=[one for one in LANGUAGES if one not in article.languages],
            rendered=render(said.answer, values, facts),
            reader=reader,
            address=address,
            usage=queries.usage(session, [article_id])[article_id],
            learnt=queries.learnt_count(session, article_id),
            versions=versions,
            newest=arranging.newest(article, versions),
            today=now().astimezone(ZoneInfo(g.agent.timezone)).date(),
            went_into=twins.went_into(session, g.rights, article_id) if article.archived else None,
            **arranging.choices(session, article),
        )


@bp.get("/new")
@login_required
def new() -> Any:
    empty = {"title": "", "answer": "", "language": g.agent.language, "tags": "", "version": "0", "of": ""}
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
    """`language`: which of its texts, or a new one in a language it is not said in yet."""
    with reading() as session:
        article = queries.article_for(session, g.rights, article_id)
        language = request.args.get("language", article.language)
        if language not in LANGUAGES:
            raise NotFound("There is no such language.")
        return _editor(article, _form_of(article, language))


@bp.post("/<int:article_id>/edit")
@login_required
def save(article_id: int) -> Any:
    """`of`: the language of the text that is edited; '' or the first one for the article itself."""
    form = fields(request.form, *FIELDS)
    with reading() as session:
        before = queries.article_for(session, g.rights, article_id)
    if form["action"] == "preview":
        return _editor(before, form, preview=True)
    try:
        with transaction() as session:
            version = number(form["version"]) or 0
            queries.article_for(session, g.rights, article_id)
            write = service.edit if form["of"] in ("", before.language) else service.say_in
            text = _text(form) if write is service.edit else replace(_text(form), language=form["of"])
            article = write(session, article_id, text, version=version, by=g.agent, now=now())
    except ChangedMeanwhile:
        return _conflict(article_id, form), 409
    except InvalidInput as error:
        return _editor(before, form, error=error), 422
    return _saved(article, language=form["of"])


@bp.post("/preview")
@login_required
def preview() -> Any:
    """The answer as it stands in the editor; called while somebody types."""
    form = fields(request.form, *FIELDS)
    return render_template(
        "knowledge/_preview.html", **_preview(form["answer"], form["of"] or form["language"], form["as"])
    )


@bp.post("/<int:article_id>/archive")
@login_required
def archive(article_id: int) -> Any:
    fields(request.form)
    return arranging.changed(
        article_id,
        lambda session, article: service.archive(session, article.id, by=g.agent, now=now()),
        _("The article is archived: it is not suggested any more."),
    )


@bp.post("/<int:article_id>/unarchive")
@login_required
def unarchive(article_id: int) -> Any:
    fields(request.form)
    return arranging.changed(
        article_id,
        lambda session, article: service.unarchive(session, article.id, by=g.agent, now=now()),
        _("The article is suggested again."),
    )


def _found(
    session: Session, text: str, filters: queries.Filters
) -> tuple[queries.Page, dict[int, Hit], bool]:
    """The page of the list, the best hit of each article by its id, and whether the search index could not be read."""
    after = request.args.get("after", "")
    if not text:
        return queries.page(session, g.rights, filters, after=after), {}, False
    settings: Settings = current_app.config["SETTINGS"]
    search = ArticleSearch(settings.search_dir)
    hits = search.search(text, MOST_HITS, language=filters.language or None)
    # Archived articles are not in the index, so they are looked up in the database.
    if search.problem or filters.archived:
        plain = replace(filters, text=text)
        return queries.page(session, g.rights, plain, after=after), {}, bool(search.problem)
    best: dict[int, Hit] = {}
    for hit in hits:
        best.setdefault(int(hit.article_id), hit)
    return queries.found(session, g.rights, list(best), filters), best, False


def _text(form: dict[str, str]) -> ArticleText:
    return ArticleText(form["title"], form["answer"], form["language"], tag_words(form["tags"]))


def _form_of(article: Article, language: str = "") -> dict[str, str]:
    """A new text in another language begins with the first one, to be translated."""
    said = article.said_in(language)
    return {
        "title": said.title,
        "answer": said.answer,
        "language": language or article.language,
        "of": language or article.language,
        "tags": ", ".join(tag.name for tag in article.tags),
        "version": str(article.version),
    }


def _preview(answer: str, language: str, address: str = "") -> dict[str, Any]:
    with reading() as session:
        reader = article_reader.by_address(session, address) if address else None
        values, facts = article_reader.reads_as(session, reader, language)
    return {
        "rendered": render(answer, values, facts),
        "unknown": variables.unknown(answer),
        "wrong_parts": segments.problems(answer),
        "reader": reader,
        "address": address,
    }


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
        **_preview(form["answer"], form["of"] or form["language"], form.get("as", "")),
    )


def _conflict(article_id: int, form: dict[str, str]) -> str:
    """Both texts side by side; what the second editor wrote is still in the form."""
    with reading() as session:
        article = queries.article_for(session, g.rights, article_id)
        _version, author = queries.versions(session, article_id)[0]
        theirs = _form_of(article, form["of"])
        return render_template(
            "knowledge/conflict.html", article=article, author=author, form=form, theirs=theirs
        )


def _saved(article: Article, *, language: str = "") -> Any:
    queue.wake("knowledge")
    flash(_("Saved."), "success")
    shown = language if language not in ("", article.language) else None
    return redirect(url_for("knowledge.show", article_id=article.id, language=shown))
