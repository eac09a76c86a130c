"""/tickets/…/customer: whose ticket it is, when somebody else wrote the letter."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from flask import Blueprint, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from app.customers import queries
from app.db import now, reading, transaction
from app.errors import InvalidInput, NotFound
from app.mailboxes.models import Mailbox
from app.outgoing.recipients import read_recipients
from app.outgoing.reply import refuse_ourselves
from app.tickets import thread, whose
from app.tickets.models import Ticket
from app.web import forms, inbox_page
from app.web.auth import login_required

bp = Blueprint("whose", __name__)
FOUND = 10
LONGEST_SEARCH = 200


@bp.get("/tickets/<int:ticket_id>/customer")
@login_required
def show(ticket_id: int) -> Any:
    """Whoever the letters name first, any other card by a search, or a new address."""
    return _page(ticket_id)


@bp.post("/tickets/<int:ticket_id>/customer")
@login_required
def change(ticket_id: int) -> Any:
    form = forms.fields(request.form, "customer", "email")
    typed = form["email"].strip()
    try:
        with transaction() as session:
            ticket = thread.ticket_to_change(session, g.agent.id, ticket_id)
            _give(session, ticket, forms.number(form["customer"]), typed)
    except (InvalidInput, NotFound) as error:
        return _page(ticket_id, typed=typed, problem=_(str(error))), 422
    view = inbox_page.known_view(request.form.get("view", "")).slug
    return redirect(url_for("tickets.show", ticket_id=ticket_id, view=view), 303)


def _give(session: Session, ticket: Ticket, customer_id: int | None, typed: str) -> None:
    if customer_id is not None:
        whose.give_to_card(session, ticket, customer_id, by=g.agent, now=now())
        return
    if not typed:
        raise InvalidInput(_("Choose a client card, or type an address."), "email")
    people = read_recipients([typed], [])
    refuse_ourselves(session, people)
    person = people.to[0]
    whose.give_to_address(session, ticket, person.email, person.name, by=g.agent, now=now())


def _page(ticket_id: int, *, typed: str = "", problem: str = "") -> str:
    text = request.args.get("q", "")[:LONGEST_SEARCH].strip()
    with reading() as session:
        ticket = thread.ticket_for(session, g.rights, ticket_id)
        ours = list(session.scalars(sa.select(Mailbox.address)))
        found = queries.page(session, text, limit=FOUND + 1).customers if text else []
        return render_template(
            "tickets/customer.html",
            ticket=ticket,
            people=[] if text else whose.people(session, ticket, ours),
            found=[one for one in found if one.id != ticket.customer_id][:FOUND],
            q=text,
            typed=typed or (text if "@" in text else ""),
            problem=problem,
            view=inbox_page.known_view(request.values.get("view", "")),
        )
