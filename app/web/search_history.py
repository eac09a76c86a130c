"""Searches of before, offered under the field; what became of a search; and the field on a client card, which searches
that card alone."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, g, redirect, render_template, request, url_for

from app.db import now, reading, transaction
from app.errors import NotFound
from app.reports import searching
from app.reports.searching import Told
from app.tickets import recent_searches
from app.tickets.search_query import LONGEST_QUERY
from app.web import forms
from app.web.auth import login_required

bp = Blueprint("searches", __name__)


@bp.get("/search/recent")
@login_required
def recent() -> str:
    """The list under the field; a page of its own without scripts."""
    with reading() as session:
        found = recent_searches.recent(session, g.agent.id)
    fragment = bool(request.headers.get("HX-Request"))
    return render_template("inbox/_recent.html" if fragment else "inbox/recent.html", recent=found)


@bp.post("/search/recent")
@login_required
def remember() -> Any:
    """Looking changes nothing: the page that shows what was found says here that somebody searched."""
    form = forms.fields(request.form, "q", "key", "ticket")
    with transaction() as session:
        at = now()
        recent_searches.remember(session, g.agent.id, form["q"], now=at)
        searching.begun(session, g.rights, Told(form["key"], forms.number(form["ticket"])), now=at)
    return "", 204


@bp.post("/search/found")
@login_required
def found() -> Any:
    """A search led to a letter with which somebody stays, or the client card did: told by the page, for the reports."""
    form = forms.fields(request.form, "kind", "key", "ticket", "found", "ms")
    ticket, opened, ms = (forms.number(form[name]) for name in ("ticket", "found", "ms"))
    told = Told(form["key"], ticket, opened, ms)
    with transaction() as session:
        if form["kind"] == searching.CARD:
            searching.opened(session, g.rights, told, now=now())
        else:
            searching.found(session, g.rights, told)
    return "", 204


@bp.post("/search/recent/forget")
@login_required
def forget() -> Any:
    """One search by its number, or all."""
    chosen = forms.fields(request.form, "one")["one"]
    number = forms.number(chosen)
    if number is None and chosen != "all":
        raise NotFound("There is no such search.")
    with transaction() as session:
        recent_searches.forget(session, g.agent.id, number)
    return redirect(url_for("searches.recent"), 303)


@bp.get("/customers/<int:customer_id>/search")
@login_required
def of_customer(customer_id: int) -> Any:
    words = request.args.get("q", "").strip()[:LONGEST_QUERY]
    return redirect(url_for("inbox.search", q=f"customer:{customer_id} {words}".strip()))
