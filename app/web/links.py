"""Linking one ticket, or one of its messages, to another; and the lasting address of a message."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from app.db import now, reading, transaction
from app.errors import InvalidInput, NotFound
from app.tickets import merging, thread
from app.together import links
from app.web import forms, inbox_page
from app.web.auth import login_required

bp = Blueprint("links", __name__)


@bp.get("/tickets/<int:ticket_id>/link")
@login_required
def show(ticket_id: int) -> Any:
    """Which ticket belongs to this one? The customer's others first, any other by its number."""
    return _page(ticket_id, message_id=forms.number(request.args.get("message", "")))


@bp.post("/tickets/<int:ticket_id>/link")
@login_required
def link(ticket_id: int) -> Any:
    values = forms.fields(request.form, "target", "message")
    typed, message_id = values["target"], forms.number(values["message"])
    target_id = forms.number(typed.strip().lstrip("#№"))
    try:
        if target_id is None:
            raise InvalidInput(_("Type the number of a ticket, such as 1042."), "target")
        with transaction() as session:
            _link(session, ticket_id, target_id, message_id)
    except (InvalidInput, NotFound) as error:
        return _page(ticket_id, message_id=message_id, problem=_(str(error)), typed=typed), 422
    flash(_("#%(number)s and this ticket are linked.", number=target_id), "good")
    return _to(ticket_id)


@bp.post("/tickets/<int:ticket_id>/unlink")
@login_required
def unlink(ticket_id: int) -> Any:
    other_id = forms.number(forms.fields(request.form, "other")["other"]) or 0
    with transaction() as session:
        ticket = thread.ticket_for(session, g.rights, ticket_id)
        links.unlink(session, ticket, other_id, by=g.agent, now=now())
    return _to(ticket_id)


@bp.get("/messages/<int:message_id>")
@login_required
def message(message_id: int) -> Any:
    """Where this message is now, also after it was moved or its ticket was merged."""
    with reading() as session:
        found = thread.message_for(session, g.rights, message_id)
        return redirect(url_for("tickets.show", ticket_id=found.ticket_id, _anchor=f"message-{message_id}"))


def _link(session: Session, ticket_id: int, target_id: int, message_id: int | None) -> None:
    ticket = thread.ticket_for(session, g.rights, ticket_id)
    other = thread.ticket_for(session, g.rights, target_id)
    about = thread.message_for(session, g.rights, message_id) if message_id else None
    links.link(session, ticket, other, message=about, by=g.agent, now=now())


def _page(ticket_id: int, *, message_id: int | None, problem: str = "", typed: str = "") -> str:
    view = inbox_page.known_view(request.values.get("view", ""))
    with reading() as session:
        ticket = thread.ticket_for(session, g.rights, ticket_id)
        about = thread.message_for(session, g.rights, message_id) if message_id else None
        others = merging.candidates(session, ticket, g.agent)
        return render_template(
            "tickets/link.html",
            ticket=ticket,
            message=about,
            others=others,
            view=view,
            problem=problem,
            typed=typed,
        )


def _to(ticket_id: int) -> Any:
    view = inbox_page.known_view(request.form.get("view", "")).slug
    return redirect(url_for("tickets.show", ticket_id=ticket_id, view=view), 303)
