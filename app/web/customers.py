"""/customers: the list, and each client card with its timeline."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from app.accounts.queries import agent_names
from app.accounts.rights import ANSWERING
from app.customers import card as cards
from app.customers import merging, queries
from app.customers.models import Customer
from app.customers.own_agent import set_own_agent
from app.db import now, reading, transaction
from app.errors import InvalidInput
from app.knowledge.service import tag_words
from app.tickets.fields import of_card as card_fields
from app.tickets.service import record
from app.tickets.timeline import figures
from app.web import timeline
from app.web.auth import login_required
from app.web.card import column, tell
from app.web.card import page as card_page
from app.web.event_words import event_words, status_name
from app.web.forms import fields, number

bp = Blueprint("customers", __name__, url_prefix="/customers")
bp.add_app_template_global(event_words)
bp.add_app_template_global(status_name)
LONGEST_SEARCH = 200


@bp.app_template_filter()
def excerpt(text: str, length: int) -> str:
    """The first words on one line."""
    words = " ".join(text[: length * 4].split())
    return words if len(words) <= length else words[: length - 1].rstrip() + "…"


@bp.app_template_filter()
def phone_href(number: str) -> str:
    """What a tel: link may hold (RFC 3966)."""
    return "".join(char for char in number if char.isascii() and (char.isdigit() or char == "+"))


@bp.get("")
@login_required
def index() -> Any:
    text, after = request.args.get("q", "")[:LONGEST_SEARCH].strip(), request.args.get("after", "")
    with reading() as session:
        page = queries.page(session, text, after=after)
        known = figures(session, [customer.id for customer in page.customers], rights=g.rights)
        rows = [(customer, known[customer.id]) for customer in page.customers]
        return render_template("customers/index.html", rows=rows, next=page.next, q=text, after=after)


@bp.get("/<int:customer_id>")
@login_required
def show(customer_id: int) -> Any:
    with reading() as session:
        end = merging.end_of(session, customer_id)
        if end != customer_id:
            return redirect(url_for("customers.show", customer_id=end))
        if request.headers.get("HX-Target") == "timeline-more":
            more = _timeline(session, customer_id, agent_names(session))
            return render_template("customers/_entries.html", **more)
        return _page(session, customer_id)


@bp.post("/<int:customer_id>")
@login_required
def edit(customer_id: int) -> Any:
    form = fields(request.form, "name", "organisation", "language")

    def change(session: Session, customer: Customer) -> str:
        changed = cards.edit(session, customer, **form)
        return ", ".join(changed)

    return _change(customer_id, change, form)


@bp.post("/<int:customer_id>/notes")
@login_required
def notes(customer_id: int) -> Any:
    """From the card's own page, or from the column beside a ticket."""
    form = fields(request.form, "notes", "ticket")
    beside = number(form["ticket"])

    def change(session: Session, customer: Customer) -> str:
        return "notes" if cards.edit_notes(session, customer, form["notes"]) else ""

    if not request.headers.get("HX-Request"):
        return _change(customer_id, change, form, ticket_id=beside)
    error = ""
    try:
        _apply(customer_id, change)
    except InvalidInput as wrong:
        error = _(str(wrong))
    with reading() as session:
        context = {"card": column(session, customer_id, ticket_id=beside, rights=g.rights), "error": error}
        shown = render_template("customers/_notes.html", typed=form["notes"] if error else None, **context)
    return shown, 422 if error else 200


@bp.post("/<int:customer_id>/tags")
@login_required
def tags(customer_id: int) -> Any:
    form = fields(request.form, "tags")

    def change(session: Session, customer: Customer) -> str:
        return "tags" if cards.set_tags(session, customer, tag_words(form["tags"])) else ""

    return _change(customer_id, change, form)


@bp.post("/<int:customer_id>/own-agent")
@login_required
def own_agent(customer_id: int) -> Any:
    """Who looks after this client."""
    form = fields(request.form, "own_agent")

    def change(session: Session, customer: Customer) -> str:
        return "own agent" if set_own_agent(session, customer, number(form["own_agent"])) else ""

    return _change(customer_id, change, form)


@bp.post("/<int:customer_id>/addresses")
@login_required
def add_address(customer_id: int) -> Any:
    form = fields(request.form, "email")

    def change(session: Session, customer: Customer) -> str:
        return "address added" if cards.add_address(session, customer, form["email"]) else ""

    return _change(customer_id, change, form)


@bp.post("/<int:customer_id>/addresses/<int:address_id>/remove")
@login_required
def remove_address(customer_id: int, address_id: int) -> Any:
    def change(session: Session, customer: Customer) -> str:
        cards.remove_address(session, customer, address_id)
        return "address removed"

    return _change(customer_id, change, fields(request.form))


@bp.post("/<int:customer_id>/addresses/<int:address_id>/first")
@login_required
def make_first(customer_id: int, address_id: int) -> Any:
    def change(session: Session, customer: Customer) -> str:
        cards.make_first(session, customer, address_id)
        return "first address"

    return _change(customer_id, change, fields(request.form))


@bp.post("/<int:customer_id>/phones")
@login_required
def add_phone(customer_id: int) -> Any:
    form = fields(request.form, "phone")

    def change(session: Session, customer: Customer) -> str:
        return "phone added" if cards.add_phone(session, customer, form["phone"]) else ""

    return _change(customer_id, change, form)


@bp.post("/<int:customer_id>/phones/<int:phone_id>/remove")
@login_required
def remove_phone(customer_id: int, phone_id: int) -> Any:
    def change(session: Session, customer: Customer) -> str:
        cards.remove_phone(session, customer, phone_id)
        return "phone removed"

    return _change(customer_id, change, fields(request.form))


def _change(
    customer_id: int,
    change: Callable[[Session, Customer], str],
    form: dict[str, str],
    *,
    ticket_id: int | None = None,
) -> Any:
    """Change the card and come back; or show the card again with the message at the field and what was typed."""
    try:
        _apply(customer_id, change)
    except InvalidInput as error:
        with reading() as session:
            return _page(session, customer_id, error=error, typed=form), 422
    if ticket_id is not None:
        return redirect(f"/tickets/{ticket_id}")
    return redirect(url_for("customers.show", customer_id=customer_id))


def _apply(customer_id: int, change: Callable[[Session, Customer], str]) -> None:
    """One transaction; what changed becomes a line of the card's history."""
    with transaction() as session:
        customer = cards.customer_by_id(session, customer_id)
        what = change(session, customer)
        if what:
            record(session, "card", customer=customer, by=g.agent, now=now(), what=what)
            tell(session, customer_id, at=now())


def _page(
    session: Session,
    customer_id: int,
    *,
    error: InvalidInput | None = None,
    typed: dict[str, str] | None = None,
) -> str:
    card, around = card_page(session, customer_id, g.rights)
    return render_template(
        "customers/show.html",
        card=card,
        takers=[(one.id, one.name) for one in around.agents.values() if one.active and one.role in ANSWERING],
        customer=card.customer,
        organisations=queries.organisation_names(session),
        merges=merging.merged_here(session, customer_id),
        fields=[(row, row.value) for row in card_fields(session, customer_id)],
        errors={error.field: error} if error else {},
        typed=typed or {},
        **_timeline(session, customer_id, card.agents),
    )


def _timeline(session: Session, customer_id: int, agents: dict[int, str]) -> dict[str, Any]:
    kind = request.args.get("kind", "")
    kind = kind if kind in timeline.KINDS else ""
    found = timeline.page(
        session, customer_id, kind=kind, after=request.args.get("after", ""), rights=g.rights
    )
    return {
        "entries": found.entries,
        "next": found.next,
        "kind": kind,
        "customer_id": customer_id,
        "agents": agents,
    }
