"""/tickets/<id>/earlier: the beginning of a long exchange, unfolded into the page or as a page of its own."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, g, render_template, request

from app import db
from app.db import reading
from app.errors import NotFound
from app.outgoing.progress import progress
from app.ratings.beside import ratings
from app.tickets import whole
from app.tickets.earlier import events_between, messages_before
from app.tickets.models import Kind
from app.web import forms
from app.web.auth import login_required
from app.web.inbox_page import known_view
from app.web.ticket_page import OlderPart, entries_of, shown_html, signed_as_sent

bp = Blueprint("earlier", __name__)


@bp.get("/tickets/<int:ticket_id>/earlier")
@login_required
def show(ticket_id: int) -> Any:
    """before: the message up to which they come."""
    before = forms.number(request.args.get("before", ""))
    if before is None:
        raise NotFound("There is no such message.")
    with reading() as session:
        ticket, around = whole.ticket(session, g.agent, ticket_id)
        papers = whole.papers(session, ticket_id, around.agents)
        messages, more = messages_before(session, ticket_id, before, around.agents, papers.files)
        end = next((one.arrived_at for one in reversed(messages)), ticket.opened_at)
        first = messages[0].arrived_at if messages and more else None
        events = events_between(session, ticket_id, (first, end), around.agents)
        sent = progress(session, messages, db.now())
        part = OlderPart(
            ticket=ticket,
            entries=entries_of(messages, events),
            has_html={one.id for one in messages if one.has_html},
            reply_html={
                one.id: shown_html(one, g.agent.id)
                for one in messages
                if one.kind != Kind.INCOMING and one.html
            },
            outbox=sent.outbox,
            copies=sent.copies,
            signed=signed_as_sent(sent.signed),
            ratings=ratings(session, g.agent, ticket_id, ticket.customer_id, around.agents)[0],
            agent_names={one.id: one.name for one in around.agents.values()},
            more_before=messages[0].id if messages and more else 0,
        )
        alone = not request.headers.get("HX-Request")
        template = "tickets/earlier.html" if alone else "tickets/_earlier.html"
        return render_template(template, t=part, view=known_view(request.args.get("view", "")))
