"""Suggested answers beside a letter: the panel, inserting one, and saying no to one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, g, jsonify, redirect, render_template, request, url_for
from sqlalchemy.orm import Session

from app.db import now, reading, transaction
from app.errors import NotFound
from app.knowledge import outcomes, queries
from app.knowledge.render import render
from app.tickets import drafts, thread
from app.tickets.models import Ticket
from app.tickets.segment_facts import facts_for
from app.tickets.service import changed
from app.web import article_files, forms, inbox_page, suggestion_panel
from app.web.auth import login_required, passive

bp = Blueprint("suggestions", __name__, url_prefix="/tickets/<int:ticket_id>/suggestions")


@bp.get("")
@login_required
@passive
def panel(ticket_id: int) -> Any:
    """Asked again by the page itself while suggestions are still being looked for."""
    with reading() as session:
        return _panel(session, ticket_id)


@bp.post("/<int:article_id>/insert")
@login_required
def insert(ticket_id: int, article_id: int) -> Any:
    """JSON for the open editor; without scripts the answer goes to the end of the draft."""
    letter_id = forms.number(forms.fields(request.form, "message_id")["message_id"])
    wants_json = request.accept_mimetypes.best == "application/json"
    with transaction() as session:
        ticket = thread.ticket_for(session, g.agent.id, ticket_id)
        article = queries.article_for(session, g.rights, article_id)
        said = article.said_in(ticket.language).answer
        facts = facts_for(session, [said], ticket)
        filled = render(said, suggestion_panel.values_for(ticket, g.agent), facts)
        if letter_id is not None:
            _letter_of(session, ticket, letter_id)
            outcomes.inserted(session, letter_id, article_id, by=g.agent, now=now())
        if not wants_json:
            draft = drafts.insert_answer(session, ticket, filled.html, article_id, by=g.agent, now=now())
            article_files.hang(session, draft, article_id)
        told = article_files.told(ticket, article)
    if wants_json:
        return jsonify(html=filled.html, missing=list(filled.missing), article_id=article_id, **told)
    view = inbox_page.known_view(request.form.get("view", "")).slug
    return redirect(url_for("tickets.show", ticket_id=ticket_id, view=view, compose="reply"), 303)


@bp.post("/<int:article_id>/dismiss")
@login_required
def dismiss(ticket_id: int, article_id: int) -> Any:
    """Not the answer to this letter. It can be taken back until the letter is answered; then it teaches."""
    return _said(ticket_id, article_id, outcomes.dismissed)


@bp.post("/<int:article_id>/take-back")
@login_required
def take_back(ticket_id: int, article_id: int) -> Any:
    return _said(ticket_id, article_id, outcomes.taken_back)


def _said(ticket_id: int, article_id: int, outcome: Callable[..., Any]) -> Any:
    letter_id = forms.number(forms.fields(request.form, "message_id")["message_id"])
    if letter_id is None:
        raise NotFound("There is no such suggestion.")
    with transaction() as session:
        ticket = thread.ticket_for(session, g.agent.id, ticket_id)
        _letter_of(session, ticket, letter_id)
        queries.article_for(session, g.rights, article_id)
        outcome(session, letter_id, article_id, by=g.agent, now=now())
        changed(session, ticket.id, "suggested", now())
    if not request.headers.get("HX-Request"):
        view = inbox_page.known_view(request.form.get("view", "")).slug
        return redirect(url_for("tickets.show", ticket_id=ticket_id, view=view), 303)
    with reading() as session:
        return _panel(session, ticket_id, just_now=article_id)


def _letter_of(session: Session, ticket: Ticket, letter_id: int) -> None:
    if thread.message_for(session, g.agent.id, letter_id).ticket_id != ticket.id:
        raise NotFound("There is no such letter.")


def _panel(session: Session, ticket_id: int, *, just_now: int = 0) -> str:
    """`just_now`: the article that was sent away by this very click."""
    ticket = thread.ticket_for(session, g.agent.id, ticket_id)
    messages, _has_html = thread.messages(session, ticket.id)
    return render_template(
        "tickets/_suggestions.html",
        panel=suggestion_panel.panel(session, ticket, g.agent, messages),
        view=inbox_page.known_view(request.values.get("view", "")),
        just_now=just_now,
    )
