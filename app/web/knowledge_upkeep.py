"""/knowledge/to-do: what the knowledge base needs next, from every page that looks after it."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, g, render_template

from app.db import now, reading
from app.upkeep.todo import todo
from app.web.auth import login_required
from app.web.upkeep_words import stale_words, today

bp = Blueprint("knowledge_upkeep", __name__, url_prefix="/knowledge")


@bp.get("/to-do")
@login_required
def index() -> Any:
    with reading() as session:
        found = todo(session, g.rights, now=now(), today=today())
        return render_template("knowledge/todo.html", todo=found, stale_words=stale_words())
