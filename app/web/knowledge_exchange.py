"""/knowledge/exchange: articles out as Markdown files, and in again after a look at what would become of them."""

from __future__ import annotations

import hmac
import tempfile
from functools import partial
from typing import Any

from flask import Blueprint, Response, current_app, flash, g, redirect, render_template, request, url_for
from flask_babel import ngettext
from sqlalchemy.orm import Session

from app import queue
from app.blobs import BlobStore
from app.db import now, reading, transaction
from app.errors import InvalidInput
from app.knowledge import enclosed, exchange, exchange_files, zips
from app.security import derived_token
from app.settings import Settings
from app.tickets import shredding
from app.web.attachments import as_download
from app.web.auth import lead_required, login_required
from app.web.forms import fields

bp = Blueprint("knowledge_exchange", __name__, url_prefix="/knowledge/exchange")
# What a look lists at most; all of it is written.
MOST_SHOWN = 500
CHUNK = 65_536


@bp.get("")
@lead_required
def show() -> Any:
    return _page()


@bp.get("/articles.zip")
@login_required
def export() -> Response:
    """Every article that the asker sees, with its files. Made on the disk: together they may be large."""
    with reading() as session:
        texts, files = exchange.export(session, g.rights), exchange_files.export(session, g.rights)
    kept = tempfile.TemporaryFile(dir=_settings().data_dir)  # noqa: SIM115 (closed with the response)
    contents = ((place, _blobs().get(digest)) for place, digest in files if _blobs().has(digest))
    zips.pack_into(kept, texts, contents)
    size = kept.tell()
    kept.seek(0)
    response = as_download(b"", f"articles-{now():%Y-%m-%d}.zip")
    response.response, response.content_length = iter(partial(kept.read, CHUNK), b""), size
    response.call_on_close(kept.close)
    return response


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
    content = _blobs().get(form["digest"])
    _store_files(_plan(content))
    with transaction() as session:
        plan = _planned(session, content)
        number = exchange.do(session, plan, by=g.agent, now=now())
    queue.wake("knowledge")
    flash(ngettext("%(num)s article was written.", "%(num)s articles were written.", number), "success")
    return redirect(url_for("knowledge.index"))


def _plan(content: bytes) -> exchange.Plan:
    with reading() as session:
        return _planned(session, content)


def _planned(session: Session, content: bytes) -> exchange.Plan:
    most = _settings().upload_bytes
    files = enclosed.in_zip(content, most_bytes=most)
    plan = exchange.look(session, g.rights, zips.unpack(content))
    return exchange_files.joined(session, plan, files, most_bytes=most)


def _store_files(plan: exchange.Plan) -> None:
    """Before the transaction that hangs them on their articles; what is not hung on anything goes by itself."""
    new = [file for one in plan.articles for file in one.files]
    for file in new:
        _blobs().put(file.read())
    with transaction() as session:
        shredding.unwanted(session, [file.sha256 for file in new], now())


def _page(**values: Any) -> str:
    return render_template("knowledge/exchange.html", most=MOST_SHOWN, **values)


def _proof(digest: str) -> str:
    """So that nobody has any other stored file read as a zip."""
    return derived_token(_settings().secret_key, "import of articles", f"{g.agent.id} {digest}")


def _blobs() -> BlobStore:
    blobs: BlobStore = current_app.extensions["blobs"]
    return blobs


def _settings() -> Settings:
    settings: Settings = current_app.config["SETTINGS"]
    return settings
