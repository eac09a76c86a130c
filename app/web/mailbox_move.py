"""/tickets/…/mailbox: a letter that came to the wrong department."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, g, redirect, render_template, request, url_for
from flask_babel import gettext as _

from app.db import now, reading, transaction
from app.errors import InvalidInput
from app.tickets import mailbox_move, thread
from app.web import forms, inbox_page
from app.web.auth import login_required

bp = Blueprint("mailbox_move", __name__)


@bp.get("/tickets/<int:ticket_id>/mailbox")
@login_required
def show(ticket_id: int) -> Any:
    return _page(ticket_id)


@bp.post("/tickets/<int:ticket_id>/mailbox")
@login_required
def move(ticket_id: int) -> Any:
    mailbox_id = forms.number(forms.fields(request.form, "mailbox")["mailbox"])
    try:
        with transaction() as session:
            ticket = thread.ticket_to_change(session, g.agent.id, ticket_id)
            mailbox_move.move(session, ticket, mailbox_id, by=g.agent, now=now())
    except InvalidInput as error:
        return _page(ticket_id, problem=_(str(error))), 422
    view = inbox_page.known_view(request.form.get("view", "")).slug
    return redirect(url_for("tickets.show", ticket_id=ticket_id, view=view), 303)


def _page(ticket_id: int, *, problem: str = "") -> str:
    with reading() as session:
        ticket = thread.ticket_for(session, g.rights, ticket_id)
        found = mailbox_move.choices(session, g.rights)
        return render_template(
            "tickets/mailbox.html",
            ticket=ticket,
            mailboxes=[one for one in found if one.id != ticket.mailbox_id],
            problem=problem,
            view=inbox_page.known_view(request.values.get("view", "")),
        )
