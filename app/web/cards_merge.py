"""Two client cards into one, both seen side by side first; and apart again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from app.customers import merging, queries
from app.customers.models import CardMerge, Customer
from app.db import now, reading, transaction
from app.errors import InvalidInput
from app.tickets.fields import FieldRow, of_card
from app.tickets.service import changed, record
from app.tickets.timeline import Figures, figures, recent_tickets
from app.web import forms
from app.web.auth import login_required

bp = Blueprint("cards_merge", __name__, url_prefix="/customers")
FOUND = 10


@dataclass(frozen=True)
class Side:
    """One of the two cards as the preview shows it."""

    card: Customer
    figures: Figures
    tickets: list[Any]
    fields: list[FieldRow]


@bp.get("/<int:customer_id>/merge")
@login_required
def show(customer_id: int) -> Any:
    """First: which other card? Then: both side by side, and which of them stays."""
    return _page(customer_id, forms.number(request.args.get("with", "")))


@bp.post("/<int:customer_id>/merge")
@login_required
def merge(customer_id: int) -> Any:
    """This card becomes part of `target`."""
    target_id = forms.number(forms.fields(request.form, "target")["target"])
    if target_id is None:
        raise InvalidInput("Choose the other card.", "target")
    with transaction() as session:
        source = queries.card(session, customer_id)
        name = source.display_name
        row = merging.merge(session, customer_id, target_id, by=g.agent, now=now())
        target = queries.card(session, target_id)
        record(session, "cards-merged", customer=target, by=g.agent, now=now(), name=name, merge=row.id)
        _tell(session, row)
    flash(_("The card of %(name)s is part of this one now.", name=name), "good")
    return redirect(url_for("customers.show", customer_id=target_id), 303)


@bp.post("/merges/<int:merge_id>/undo")
@login_required
def unmerge(merge_id: int) -> Any:
    forms.fields(request.form)
    with transaction() as session:
        source = merging.unmerge(session, merge_id, now=now())
        _tell(session, session.get_one(CardMerge, merge_id))
        card = queries.card(session, source.id)
        record(session, "cards-unmerged", customer=card, by=g.agent, now=now(), name=card.display_name)
        card_id = card.id
    flash(_("This is a card of its own again."), "good")
    return redirect(url_for("customers.show", customer_id=card_id), 303)


def _tell(session: Session, row: CardMerge) -> None:
    """These tickets stand on another card now: open pages see it, and so do reports."""
    for ticket_id in row.moved["rows"].get("tickets.customer_id", []):
        changed(session, ticket_id, "card", now())


def _page(customer_id: int, other_id: int | None) -> Any:
    text = request.args.get("q", "")[:200].strip()
    with reading() as session:
        end = merging.end_of(session, customer_id)
        if end != customer_id:
            return redirect(url_for("customers.show", customer_id=end))
        card = queries.card(session, customer_id)
        sides, found = None, []
        if other_id is not None and other_id != customer_id:
            sides = (_side(session, customer_id), _side(session, merging.end_of(session, other_id)))
        else:
            page = queries.page(session, text or card.name, limit=FOUND + 1)
            found = [one for one in page.customers if one.id != customer_id][:FOUND]
        return render_template("customers/merge.html", card=card, q=text, sides=sides, found=found)


def _side(session: Session, customer_id: int) -> Side:
    return Side(
        queries.card(session, customer_id),
        figures(session, [customer_id], rights=g.rights)[customer_id],
        list(recent_tickets(session, customer_id, rights=g.rights)),
        [row for row in of_card(session, customer_id) if row.value],
    )
