"""A letter in the wrong place: let its sender take part, give it a ticket of its own, or put it back."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, g, redirect, request, url_for

from app import queue
from app.db import now, transaction
from app.tickets import moving, thread
from app.web import forms, inbox_page
from app.web.auth import login_required

bp = Blueprint("moving", __name__, url_prefix="/messages/<int:message_id>")


@bp.post("/accept")
@login_required
def accept(message_id: int) -> Any:
    """The sender of a held letter takes part from now on."""
    forms.fields(request.form)
    with transaction() as session:
        message = thread.message_for(session, g.agent.id, message_id)
        moving.accept_sender(session, message, by=g.agent, now=now())
        ticket_id = message.ticket_id
    queue.wake("knowledge")
    return _to(ticket_id)


@bp.post("/move")
@login_required
def move(message_id: int) -> Any:
    """Not this ticket: the letter gets one of its own."""
    forms.fields(request.form)
    with transaction() as session:
        message = thread.message_for(session, g.agent.id, message_id)
        ticket_id = moving.move_to_new_ticket(session, message, by=g.agent, now=now()).id
    return _to(ticket_id)


@bp.post("/move-back")
@login_required
def move_back(message_id: int) -> Any:
    forms.fields(request.form)
    with transaction() as session:
        message = thread.message_for(session, g.agent.id, message_id)
        ticket_id = moving.move_back(session, message, by=g.agent, now=now()).id
    return _to(ticket_id)


def _to(ticket_id: int) -> Any:
    view = inbox_page.known_view(request.form.get("view", "")).slug
    return redirect(url_for("tickets.show", ticket_id=ticket_id, view=view), 303)
