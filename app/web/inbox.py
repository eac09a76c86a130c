"""/inbox/<view> and /search: lists of tickets."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, g, redirect, render_template, request, url_for
from sqlalchemy.orm import Session

from app.accounts import service as agents
from app.db import now, reading, transaction
from app.errors import NotFound
from app.tickets import bulk
from app.tickets.search_query import LONGEST_QUERY
from app.tickets.views import parse_view, remember
from app.web import forms, inbox_page
from app.web.auth import for_readers, login_required
from app.web.bulk_words import report_text

bp = Blueprint("inbox", __name__)


@bp.get("/inbox")
@login_required
def home() -> Any:
    return redirect(url_for("inbox.view", view=inbox_page.DEFAULT_VIEW))


@bp.get("/inbox/<view>")
@login_required
def view(view: str) -> Any:
    wanted = parse_view(view)
    with reading() as session:
        around = inbox_page.surroundings(
            session, wanted, g.agent.id, after=request.args.get("after", ""), now=now()
        )
        did = _did(session)
    return _answer({**around, "did": did})


@bp.post("/inbox/<view>/order")
@login_required
@for_readers
def set_order(view: str) -> Any:
    """How this agent wants this view sorted, from now on."""
    wanted = parse_view(view)
    order = forms.fields(request.form, "order")["order"]
    with transaction() as session:
        agent = agents.agent_by_id(session, g.agent.id)
        agent.view_orders = remember(agent.view_orders or {}, wanted, order)
    return redirect(url_for("inbox.view", view=wanted.slug), 303)


@bp.get("/search")
@login_required
def search() -> Any:
    query = request.args.get("q", "").strip()[:LONGEST_QUERY]
    with reading() as session:
        around = inbox_page.search_surroundings(
            session,
            query,
            g.agent.id,
            after=request.args.get("after", ""),
            best=request.args.get("sort") == "best",
            now=now(),
        )
    return _answer(around)


def _did(session: Session) -> dict[str, str] | None:
    """What was just done to a selection, for browsers without scripts."""
    bulk_id = forms.number(request.args.get("did", ""))
    if bulk_id is None:
        return None
    try:
        report = bulk.report_of(session, bulk_id, g.agent.id)
    except NotFound:
        return None
    can_undo = bool(report.done) and not report.undone
    return {
        "text": report_text(report),
        "undo": url_for("bulk.undo", bulk_id=bulk_id) if can_undo else "",
    }


def _answer(around: dict[str, Any]) -> str:
    more = inbox_page.next_url(around["view"], around["page"], around["searched"])
    only_rows = request.headers.get("HX-Target") == "more"
    return render_template(
        "inbox/_rows.html" if only_rows else "inbox/view.html", more=more, opened=0, **around
    )
