"""/knowledge/doubles: articles that say the same, side by side: merged, taken apart again, or called different."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, current_app, flash, g, redirect, render_template, request, url_for

from app import queue
from app.db import now, reading, transaction
from app.knowledge.index_log import REBUILD_REQUEST
from app.settings import Settings
from app.upkeep import rounds, twins
from app.upkeep.models import LikenessState
from app.web.auth import lead_required, login_required
from app.web.forms import fields, number
from app.web.words import gettext as _

bp = Blueprint("knowledge_twins", __name__, url_prefix="/knowledge/doubles")
STATES = (LikenessState.OPEN, LikenessState.DIFFERENT)


@bp.get("")
@login_required
def index() -> Any:
    state = request.args.get("state", "")
    state = state if state in STATES else LikenessState.OPEN
    with reading() as session:
        rows, after = twins.listed(session, g.rights, state, after=request.args.get("after", ""))
        return render_template(
            "knowledge/twins.html",
            rows=rows,
            after=after,
            state=state,
            merged=twins.recent(session, g.rights),
            looked=rounds.last(session, "twins"),
        )


@bp.post("/merge")
@lead_required
def merge() -> Any:
    form = fields(request.form, "kept", "gone")
    with transaction() as session:
        kept, gone = number(form["kept"]) or 0, number(form["gone"]) or 0
        twins.merge(session, g.rights, kept, gone, by=g.agent, now=now())
    queue.wake("knowledge")
    flash(_("Merged. The other article is archived and points here; below you can take it back."), "success")
    return redirect(url_for("knowledge_twins.index"))


@bp.post("/merges/<int:article_merge_id>/undo")
@lead_required
def undo(article_merge_id: int) -> Any:
    fields(request.form)
    with transaction() as session:
        twins.undo(session, g.rights, article_merge_id, by=g.agent, now=now())
    settings: Settings = current_app.config["SETTINGS"]
    # Lessons were taken out of the log: what was learnt from them goes by reading it anew.
    (settings.search_dir / REBUILD_REQUEST).touch()
    queue.wake("knowledge")
    flash(_("Both articles are as they were."), "success")
    return redirect(url_for("knowledge_twins.index"))


@bp.post("/different")
@lead_required
def different() -> Any:
    form = fields(request.form, "one", "other", "again")
    with transaction() as session:
        ids = (number(form["one"]) or 0, number(form["other"]) or 0)
        again = form["again"] == "yes"
        twins.call_different(session, g.rights, ids, by=g.agent, now=now(), different=not again)
    return redirect(url_for("knowledge_twins.index"))
