"""Files of articles: added and removed by whoever writes the article, read, and copied into the letter it goes into."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, current_app, flash, g, jsonify, redirect, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from app.blobs import BlobStore
from app.db import now, reading, transaction
from app.errors import InvalidInput
from app.knowledge import files, queries
from app.knowledge.models import Article
from app.settings import Settings
from app.tickets import drafts, shredding, thread
from app.tickets.article_files import copy_files
from app.tickets.models import Draft, DraftKind, Ticket
from app.tickets.uploads import tidy_filename
from app.web import forms
from app.web.attachments import as_download
from app.web.auth import login_required
from app.web.drafts import described

bp = Blueprint("article_files", __name__)


@bp.post("/knowledge/<int:article_id>/files")
@login_required
def add(article_id: int) -> Any:
    """The bytes are stored before the transaction; the same bytes again cost nothing."""
    forms.fields(request.form)
    settings: Settings = current_app.config["SETTINGS"]
    blobs: BlobStore = current_app.extensions["blobs"]
    sent = request.files.get("file")
    if sent is None or not sent.filename:
        raise InvalidInput("Choose a file first.", "file")
    content = sent.stream.read(settings.upload_bytes + 1)
    if len(content) > settings.upload_bytes:
        raise InvalidInput("That is too much for one letter.", "file")
    new = files.NewFile(tidy_filename(sent.filename), sent.mimetype, blobs.put(content), len(content))
    with transaction() as session:
        article = queries.article_for(session, g.rights, article_id)
        files.add(session, article, new, most_bytes=settings.upload_bytes, now=now())
    flash(_("Saved."), "success")
    return redirect(url_for("knowledge.show", article_id=article_id, _anchor="files"))


@bp.post("/knowledge/<int:article_id>/files/<int:file_id>/remove")
@login_required
def remove(article_id: int, file_id: int) -> Any:
    forms.fields(request.form)
    with transaction() as session:
        article = queries.article_for(session, g.rights, article_id)
        digest = files.remove(session, article, file_id, now=now())
        shredding.unwanted(session, [digest], now())
    flash(_("Saved."), "success")
    return redirect(url_for("knowledge.show", article_id=article_id, _anchor="files"))


@bp.get("/knowledge/<int:article_id>/files/<int:file_id>")
@login_required
def download(article_id: int, file_id: int) -> Any:
    blobs: BlobStore = current_app.extensions["blobs"]
    with reading() as session:
        file = files.one(queries.article_for(session, g.rights, article_id), file_id)
        return as_download(blobs.get(file.sha256), file.filename)


@bp.post("/letters/draft/articles/<int:article_id>/files", endpoint="copy_first")
@bp.post("/tickets/<int:ticket_id>/draft/articles/<int:article_id>/files")
@login_required
def copy(article_id: int, ticket_id: int | None = None) -> Any:
    """JSON {files, draft_id, version}: the files of this article hang on the draft now."""
    values = forms.fields(request.form, "kind", "draft_id")
    if values["kind"] == DraftKind.NOTE:
        raise InvalidInput("Unknown kind of draft.", "kind")
    with transaction() as session:
        ticket = None if ticket_id is None else thread.ticket_for(session, g.agent.id, ticket_id)
        draft_id = forms.number(values["draft_id"])
        draft = drafts.find_or_begin(
            session, ticket, values["kind"], by=g.agent, now=now(), draft_id=draft_id
        )
        added = hang(session, draft, article_id)
        return jsonify(files=[described(one) for one in added], draft_id=draft.id, version=draft.version)


def hang(session: Session, draft: Draft, article_id: int) -> list[Any]:
    settings: Settings = current_app.config["SETTINGS"]
    article = queries.article_for(session, g.rights, article_id)
    return copy_files(session, draft, article.files, most_bytes=settings.upload_bytes, now=now())


def told(ticket: Ticket | None, article: Article) -> dict[str, Any]:
    """For the editor: the names of the files of an article it inserts, and where to ask for them; {} without any."""
    if not article.files:
        return {}
    place = "article_files.copy_first" if ticket is None else "article_files.copy"
    ids = {} if ticket is None else {"ticket_id": ticket.id}
    return {
        "files": [file.filename for file in article.files],
        "copy": url_for(place, article_id=article.id, **ids),
    }
