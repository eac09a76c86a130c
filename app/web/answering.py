"""Beside the editor: whom to write to, articles for the line that begins with "/", and letters that leave later."""

from __future__ import annotations

import re
from datetime import datetime
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_datetime
from flask import Blueprint, current_app, g, jsonify, redirect, request, url_for
from flask_babel import get_locale
from sqlalchemy.orm import Session

from app import queue
from app.db import now, reading, transaction
from app.errors import Conflict, NotAllowed
from app.knowledge import meant, outcomes, queries, variables
from app.knowledge.models import Article
from app.knowledge.render import render
from app.outgoing import later, signatures, unbegun, when
from app.outgoing import thread as answered
from app.settings import Settings
from app.tickets import recipients, scheduled, thread
from app.tickets import service as tickets
from app.tickets.models import Delivery
from app.tickets.segment_facts import facts_for
from app.web import article_files, forms, inbox_page
from app.web.auth import login_required
from app.web.event_words import why_stopped
from app.web.pages import exact_time
from app.web.plain_json import plain_answer
from kb_search.query import ArticleSearch

bp = Blueprint("answering", __name__)
MOST_ARTICLES = 8
MOST_HITS = 40
EXCERPT = 110
LONGEST_SEARCH = 200
# What light Markdown has beside words.
_MARKS = re.compile(r"[*#`>]+|\]\([^)\s]{0,300}\)|\[")


@bp.get("/recipients")
@login_required
def people() -> Any:
    """JSON [{name, email, kind}] for what is being typed into To, Cc or Bcc."""
    asked = request.args.get("q", "")[:LONGEST_SEARCH].strip()
    with reading() as session:
        found = recipients.suggest(session, asked, g.rights)
    return plain_answer([{"name": one.name, "email": one.email, "kind": one.kind} for one in found])


@bp.get("/letters/articles", endpoint="first_articles")
@bp.get("/tickets/<int:ticket_id>/articles")
@login_required
def articles(ticket_id: int | None = None) -> Any:
    """JSON [{id, title, text}]: the best for the words typed; without words those that changed last."""
    text = request.args.get("q", "")[:LONGEST_SEARCH].strip()
    settings: Settings = current_app.config["SETTINGS"]
    # Before the database is read: nobody holds a connection while another process thinks.
    alike = meant.meant_by(text) if text else []
    with reading() as session:
        ticket = None if ticket_id is None else thread.ticket_for(session, g.agent.id, ticket_id)
        language = ticket.language if ticket is not None else ""
        found = _articles(session, text, alike, ArticleSearch(settings.search_dir))
        # The order of the search within each language: what the customer reads comes first.
        found.sort(key=lambda one: bool(language) and language not in one.languages)
        said = [(one.id, one.said_in(language)) for one in found]
    return plain_answer(
        [{"id": number, "title": one.title, "text": _excerpt(one.answer)} for number, one in said]
    )


@bp.post("/letters/articles/<int:article_id>", endpoint="first_insert")
@bp.post("/tickets/<int:ticket_id>/articles/<int:article_id>")
@login_required
def insert(article_id: int, ticket_id: int | None = None) -> Any:
    """JSON: the article as this customer will read it. It counts as used for the letter that waits for an answer."""
    forms.fields(request.form)
    with transaction() as session:
        ticket = None if ticket_id is None else thread.ticket_for(session, g.agent.id, ticket_id)
        article = queries.article_for(session, g.rights, article_id)
        if ticket is None:
            filled = render(
                article.answer, {"agent.name": g.agent.name, "agent.first_name": g.agent.first_name}
            )
        else:
            said = article.said_in(ticket.language).answer
            facts = facts_for(session, [said], ticket)
            filled = render(said, signatures.values_for(ticket, g.agent, ticket.mailbox), facts)
            letter_id = answered.exchange_of(session, ticket).parent_id()
            if letter_id is not None:
                outcomes.inserted(session, letter_id, article_id, by=g.agent, now=now())
        told = article_files.told(ticket, article)
    return jsonify(html=filled.html, missing=list(filled.missing), article_id=article_id, **told)


@bp.post("/tickets/<int:ticket_id>/later/<int:draft_id>/withdraw")
@login_required
def withdraw(ticket_id: int, draft_id: int) -> Any:
    """The letter does not leave by itself; its author goes on writing. One that began the ticket ends it again."""
    forms.fields(request.form)
    with transaction() as session:
        ticket = thread.ticket_for(session, g.agent.id, ticket_id)
        draft = scheduled.withdraw(session, ticket, draft_id, by=g.agent, now=now())
        own = draft.agent_id == g.agent.id
        if unbegun.is_one(session, ticket, draft) and unbegun.forget_ticket(
            session, ticket, draft, ticket.subject
        ):
            tickets.changed(session, ticket_id, "undone", now())
            return redirect(
                url_for("letters_from_us.new", draft=draft.id) if own else url_for("pages.home"), 303
            )
    compose = {"forward": "forward"}.get(draft.kind, "reply") if draft.agent_id == g.agent.id else None
    return _back(ticket_id, compose)


@bp.post("/tickets/<int:ticket_id>/later/<int:draft_id>/send")
@login_required
def send_now(ticket_id: int, draft_id: int) -> Any:
    forms.fields(request.form)
    settings: Settings = current_app.config["SETTINGS"]
    with transaction() as session:
        ticket = thread.ticket_for(session, g.agent.id, ticket_id)
        draft = scheduled.waiting(session, ticket, draft_id)
        if draft.agent_id != g.agent.id:
            raise NotAllowed("Only the author can send it.")
        if scheduled.overtaken(session, ticket, draft):
            raise Conflict("Something new arrived. Take the letter back and read it first.")
        sent = later.send_now(session, ticket, draft_id, by=g.agent, now=now(), settings=settings)
    if sent.delivery == Delivery.QUEUED:
        queue.ring("deliver_message", sent.id)
    return _back(ticket_id)


@bp.app_template_global()
def later_offers() -> list[tuple[str, str, str]]:
    """(choice, when, tomorrow morning as a browser's field writes it) for the menu of the Send button."""
    return _offers(now().replace(second=0, microsecond=0), g.agent.timezone, str(get_locale()))


@lru_cache(maxsize=500)
def _offers(minute: datetime, zone: str, locale: str) -> list[tuple[str, str, str]]:
    """The same for every ticket that is opened within the minute."""
    offers, here = when.offers(minute, zone), ZoneInfo(zone)
    morning = offers[1][1].astimezone(here).strftime("%Y-%m-%dT%H:%M")
    return [
        (choice, format_datetime(at, "EEE HH:mm", tzinfo=here, locale=locale), morning)
        for choice, at in offers
    ]


@bp.app_template_filter()
def time_of(text: str) -> str:
    """A time of a history line in the reader's words."""
    return str(exact_time(datetime.fromisoformat(text)))


bp.add_app_template_global(why_stopped)


def _articles(session: Session, text: str, alike: list[int], search: ArticleSearch) -> list[Article]:
    """By meaning (`alike`) and by words together; by words alone while nobody answers what they mean."""
    if not text:
        return queries.page(session, g.rights, queries.Filters(), limit=MOST_ARTICLES).articles
    hits = search.search(text, MOST_HITS)
    if search.problem and not alike:
        return queries.page(session, g.rights, queries.Filters(text=text), limit=MOST_ARTICLES).articles
    ids = meant.merged(alike, [int(hit.article_id) for hit in hits])
    return queries.found(session, g.rights, ids, queries.Filters()).articles[:MOST_ARTICLES]


def _excerpt(answer: str) -> str:
    said = variables.replace(answer[: EXCERPT * 3], lambda _name, fallback, _written: fallback or "…")
    words = " ".join(_MARKS.sub("", said).split())
    return words if len(words) <= EXCERPT else words[: EXCERPT - 1] + "…"


def _back(ticket_id: int, compose: str | None = None) -> Any:
    view = inbox_page.known_view(request.form.get("view", "")).slug
    return redirect(url_for("tickets.show", ticket_id=ticket_id, view=view, compose=compose), 303)
