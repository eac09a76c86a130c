"""Fields of our own: filling them in on a ticket and on a client card, and defining them."""

from __future__ import annotations

import re
from typing import Any

from flask import Blueprint, g, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from app.accounts import audit
from app.customers import card as cards
from app.db import now, reading, transaction
from app.errors import InvalidInput
from app.tickets import field_admin, fields, thread
from app.tickets.fields import FieldRow
from app.tickets.order_models import FieldKind
from app.tickets.service import record
from app.web import forms, inbox_page
from app.web.auth import lead_required, login_required
from app.web.card import tell

bp = Blueprint("fields", __name__)
_NAME = re.compile(r"f[1-9]\d{0,17}\Z")


@bp.get("/tickets/<int:ticket_id>/fields")
@login_required
def of_ticket(ticket_id: int) -> Any:
    """The form: a piece of the ticket's head, or a page of its own without scripts."""
    return _ticket_form(ticket_id)


@bp.post("/tickets/<int:ticket_id>/fields")
@login_required
def fill_ticket(ticket_id: int) -> Any:
    typed = _typed()
    try:
        with transaction() as session:
            ticket = thread.ticket_to_change(session, g.rights, ticket_id)
            fields.put_values(session, ticket, typed, by=g.agent, now=now())
    except InvalidInput as error:
        answer = make_response(_ticket_form(ticket_id, typed=typed, error=error), 422)
        answer.headers["HX-Retarget"], answer.headers["HX-Reswap"] = f"#fields-{ticket_id}", "innerHTML"
        return answer
    view = inbox_page.known_view(request.form.get("view", "")).slug
    return redirect(url_for("tickets.show", ticket_id=ticket_id, view=view), 303)


@bp.post("/customers/<int:customer_id>/fields")
@login_required
def fill_card(customer_id: int) -> Any:
    typed = _typed()
    try:
        with transaction() as session:
            customer = cards.customer_by_id(session, customer_id)
            names = fields.put_card_values(session, customer, typed)
            if names:
                record(session, "card", customer=customer, by=g.agent, now=now(), what=", ".join(names))
                tell(session, customer_id, at=now())
    except InvalidInput as error:
        with reading() as session:
            cards.customer_by_id(session, customer_id)
            rows = _with_typed(fields.of_card(session, customer_id), typed)
        return render_template("order/card_fields.html", rows=rows, customer_id=customer_id, error=error), 422
    return redirect(url_for("customers.show", customer_id=customer_id, _anchor="card-fields"), 303)


@bp.get("/settings/fields")
@lead_required
def index() -> Any:
    return _index()


@bp.post("/settings/fields")
@lead_required
def define() -> Any:
    form = forms.fields(request.form, "scope", "kind", "name", "choices", "required")
    try:
        with transaction() as session:
            field = field_admin.define(
                session, form["scope"], form["kind"], form["name"],
                choices=form["choices"], required=form["required"] == "on",
            )  # fmt: skip
            _note(session, "defined", field.name)
    except InvalidInput as error:
        return _index(error=error, typed=form), 422
    return redirect(url_for("fields.index"), 303)


@bp.post("/settings/fields/<int:field_id>")
@lead_required
def edit(field_id: int) -> Any:
    form = forms.fields(request.form, "name", "choices", "required")
    try:
        with transaction() as session:
            field = field_admin.edit(
                session, field_id, form["name"], choices=form["choices"], required=form["required"] == "on"
            )
            _note(session, "changed", field.name)
    except InvalidInput as error:
        return _index(error=error, typed=form, field_id=field_id), 422
    return redirect(url_for("fields.index"), 303)


@bp.post("/settings/fields/<int:field_id>/shift")
@lead_required
def shift(field_id: int) -> Any:
    where = forms.fields(request.form, "where")["where"]
    with transaction() as session:
        field_admin.shift(session, field_id, up=where == "up")
    return redirect(url_for("fields.index"), 303)


@bp.post("/settings/fields/<int:field_id>/retire")
@lead_required
def retire(field_id: int) -> Any:
    forms.fields(request.form)
    with transaction() as session:
        _note(session, "retired", field_admin.retire(session, field_id, now=now()).name)
    return redirect(url_for("fields.index"), 303)


@bp.post("/settings/fields/<int:field_id>/bring-back")
@lead_required
def bring_back(field_id: int) -> Any:
    forms.fields(request.form)
    with transaction() as session:
        _note(session, "brought back", field_admin.bring_back(session, field_id).name)
    return redirect(url_for("fields.index"), 303)


def kinds() -> list[tuple[str, str]]:
    return [
        (FieldKind.TEXT, _("Text")),
        (FieldKind.NUMBER, _("Number")),
        (FieldKind.CHOICE, _("Choice")),
        (FieldKind.DATE, _("Date")),
        (FieldKind.CHECKBOX, _("Checkbox")),
    ]


def _note(session: Session, what: str, name: str) -> None:
    audit.note(session, "fields", name, by=g.agent, now=now(), changed=what)


def _typed() -> dict[int, str]:
    """Field → what was typed. A checkbox sends "no" and, when it is checked, "yes" after it."""
    names = [name for name in request.form if _NAME.match(name)]
    forms.fields(request.form, *names)
    return {int(name[1:]): request.form.getlist(name)[-1] for name in names}


def _with_typed(rows: list[FieldRow], typed: dict[int, str]) -> list[tuple[FieldRow, str]]:
    return [(row, typed.get(row.id, row.value)) for row in rows]


def _ticket_form(
    ticket_id: int, *, typed: dict[int, str] | None = None, error: InvalidInput | None = None
) -> str:
    view = inbox_page.known_view(request.values.get("view", ""))
    piece = bool(request.headers.get("HX-Request"))
    with reading() as session:
        ticket = thread.ticket_for(session, g.rights, ticket_id)
        rows = _with_typed(fields.of_ticket(session, ticket.id), typed or {})
        return render_template(
            "order/_ticket_fields.html" if piece else "order/ticket_fields.html",
            ticket=ticket, rows=rows, view=view, error=error,
        )  # fmt: skip


def _index(
    *, error: InvalidInput | None = None, typed: dict[str, str] | None = None, field_id: int = 0
) -> str:
    with reading() as session:
        return render_template(
            "order/fields.html",
            definitions=field_admin.definitions(session),
            uses=field_admin.uses(session),
            kinds=kinds(),
            error=error,
            typed=typed or {},
            field_id=field_id,
        )
