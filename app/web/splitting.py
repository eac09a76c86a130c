"""Messages of a ticket into a ticket of their own, or into another that is there already."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, g, jsonify, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from app.db import now, reading, transaction
from app.errors import InvalidInput, Merged, NotFound
from app.tickets import merging, splitting, thread
from app.tickets.models import Message, Ticket
from app.web import forms, inbox_page
from app.web.auth import login_required

bp = Blueprint("splitting", __name__, url_prefix="/tickets/<int:ticket_id>/split")


@bp.get("")
@login_required
def show(ticket_id: int) -> Any:
    """Which messages, and where to? `from` ticks a message and everything after it, `only` that one alone."""
    return _page(ticket_id)


@bp.post("")
@login_required
def split(ticket_id: int) -> Any:
    chosen = [forms.number(value) or 0 for value in request.form.getlist("message")]
    form = forms.fields(request.form, "message", "where", "subject", "target", "number")
    try:
        with transaction() as session:
            ticket = thread.ticket_for(session, g.rights, ticket_id)
            result = _do(session, ticket, chosen, form)
            result_id = result.id
    except InvalidInput as error:
        return _page(ticket_id, chosen=chosen, typed=form, error=error), 422
    flash(_("Moved to ticket #%(number)s.", number=result_id), "good")
    view = inbox_page.known_view(request.form.get("view", "")).slug
    return redirect(url_for("tickets.show", ticket_id=result_id, view=view), 303)


@bp.get("/find")
@login_required
def find(ticket_id: int) -> Any:
    """Tickets to choose from while typing: words of the subject or of the customer."""
    text = request.args.get("q", "")[:100]
    with reading() as session:
        ticket = thread.ticket_for(session, g.rights, ticket_id)
        found = splitting.find_targets(session, ticket, text, g.rights)
    return jsonify(tickets=[{"id": row.id, "subject": row.subject, "customer": row.name} for row in found])


def _do(session: Session, ticket: Ticket, chosen: list[int], form: dict[str, str]) -> Ticket:
    if form["where"] == "new":
        return splitting.split(session, ticket, chosen, by=g.agent, now=now(), subject=form["subject"])
    typed = form["number"] if form["where"] == "number" else form["where"]
    target_id = forms.number(typed.strip().lstrip("#№"))
    if target_id is None:
        raise InvalidInput("Type the number of a ticket, such as 1042.", "target")
    try:
        thread.ticket_for(session, g.rights, target_id)
    except (NotFound, Merged):
        raise InvalidInput("There is no ticket with this number.", "target") from None
    return splitting.move(session, ticket, chosen, target_id, by=g.agent, now=now())


def _page(
    ticket_id: int,
    *,
    chosen: list[int] | None = None,
    typed: dict[str, str] | None = None,
    error: InvalidInput | None = None,
) -> str:
    view = inbox_page.known_view(request.values.get("view", ""))
    with reading() as session:
        ticket = thread.ticket_for(session, g.rights, ticket_id)
        messages = thread.messages(session, ticket.id)[0]
        ticked = set(chosen) if chosen is not None else _ticked(messages)
        first = next((one for one in messages if one.id in ticked and one.subject), None)
        return render_template(
            "order/split.html",
            ticket=ticket,
            messages=messages,
            ticked=ticked,
            subject=first.subject if first is not None else ticket.subject,
            others=merging.candidates(session, ticket, g.rights),
            view=view,
            typed=typed or {"where": "new", "subject": "", "number": ""},
            error=error,
        )


def _ticked(messages: list[Message]) -> set[int]:
    only, first = (forms.number(request.args.get(name, "")) for name in ("only", "from"))
    if only is not None:
        return {only}
    ids = [message.id for message in messages]
    return set(ids[ids.index(first) :]) if first in ids else set()
