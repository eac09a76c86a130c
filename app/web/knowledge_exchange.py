"""/knowledge/exchange: articles out as Markdown files, and in again after a look at what would become of them."""

from __future__ import annotations

import hmac
from typing import Any

from flask import Blueprint, Response, current_app, flash, g, redirect, render_template, request, url_for
from flask_babel import ngettext

from app import queue
from app.blobs import BlobStore
from app.db import now, reading, transaction
from app.errors import InvalidInput
from app.knowledge import exchange, zips
from app.security import derived_token
from app.settings import Settings
from app.tickets import shredding
from app.web.attachments import as_download
from app.web.auth import lead_required, login_required
from app.web.forms import fields

bp = Blueprint("knowledge_exchange", __name__, url_prefix="/knowledge/exchange")
# What a look lists at most; all of it is written.
MOST_SHOWN = 500


@bp.get("")
@lead_required
def show() -> Any:
    return _page()


@bp.get("/articles.zip")
@login_required
def export() -> Response:
    """Every article that the asker sees."""
    with reading() as session:
        files = exchange.export(session, g.rights)
    return as_download(zips.pack(files), f"articles-{now():%Y-%m-%d}.zip")


@bp.post("")
@lead_required
def look() -> Any:
    """What this zip would change. It is kept for a day, so that nobody has to choose it twice."""
    fields(request.form)
    sent = request.files.get("file")
    try:
        if sent is None or not sent.filename:
            raise InvalidInput("Choose a file first.", "file")
        content = sent.stream.read()
        plan = _plan(content)
        exchange.refuse_empty(plan)
    except InvalidInput as error:
        return _page(error=error), 422
    digest = _blobs().put(content)
    with transaction() as session:
        shredding.unwanted(session, [digest], now())
    return _page(plan=plan, digest=digest, proof=_proof(digest))


@bp.post("/do")
@lead_required
def do() -> Any:
    """Exactly the zip that was looked at, as things are now."""
    form = fields(request.form, "digest", "proof")
    if not hmac.compare_digest(_proof(form["digest"]).encode(), form["proof"].encode()):
        return _page(error=InvalidInput("Choose a file first.", "file")), 422
    files = zips.unpack(_blobs().get(form["digest"]))
    with transaction() as session:
        plan = exchange.look(session, g.rights, files)
        number = exchange.do(session, plan, by=g.agent, now=now())
    queue.wake("knowledge")
    flash(ngettext("%(num)s article was written.", "%(num)s articles were written.", number), "success")
    return redirect(url_for("knowledge.index"))


def _plan(content: bytes) -> exchange.Plan:
    files = zips.unpack(content)
    with reading() as session:
        return exchange.look(session, g.rights, files)


def _page(**values: Any) -> str:
    return render_template("knowledge/exchange.html", most=MOST_SHOWN, **values)


def _proof(digest: str) -> str:
    """So that nobody has any other stored file read as a zip."""
    settings: Settings = current_app.config["SETTINGS"]
    return derived_token(settings.secret_key, "import of articles", f"{g.agent.id} {digest}")


def _blobs() -> BlobStore:
    blobs: BlobStore = current_app.extensions["blobs"]
    return blobs
