"""/palette: what the command palette offers beside the actions of the page it stands on: pages, views, tickets."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from flask import Blueprint, g, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from app.accounts.rights import rights_of
from app.customers.models import Customer
from app.db import reading
from app.tickets.counts import counts
from app.tickets.models import Ticket
from app.web import forms
from app.web.auth import login_required
from app.web.inbox_views import saved_links, team_links, view_links
from app.web.pages import agent_menu, navigation
from app.web.plain_json import plain_answer

bp = Blueprint("palette", __name__)
MOST_TICKETS = 15


@bp.get("/palette")
@login_required
def show() -> Any:
    """seen: the tickets this browser had on the screen lately, newest first; only what the agent may see comes back."""
    seen = [forms.number(part) for part in request.args.get("seen", "").split(",")[:MOST_TICKETS]]
    with reading() as session:
        offered = [
            *_views(session),
            *_pages(),
            *_tickets(session, [one for one in seen if one is not None]),
        ]
    return plain_answer({"offered": offered})


def _views(session: Session) -> list[dict[str, str]]:
    numbers = counts(session, g.agent.id)
    links = [*view_links(numbers), *saved_links(numbers), *team_links(numbers)]
    found = [_one(_("View"), link.text, link.icon, url_for("inbox.view", view=link.slug)) for link in links]
    for kind, places, icon in (("mailbox", numbers.mailboxes, "mailbox"), ("tag", numbers.tags, "tag")):
        found += [
            _one(_("View"), place.name, icon, url_for("inbox.view", view=f"{kind}-{place.row_id}"))
            for place in places
        ]
    return found


def _pages() -> list[dict[str, str]]:
    return [_one(_("Page"), link.text, link.icon, link.url) for link in [*navigation(), *agent_menu()]]


def _tickets(session: Session, seen: list[int]) -> list[dict[str, str]]:
    if not seen:
        return []
    query = (
        sa.select(Ticket.id, Ticket.subject, Customer.name)
        .join(Customer, Customer.id == Ticket.customer_id)
        .where(Ticket.id.in_(seen), rights_of(session, g.agent.id).within(Ticket.mailbox_id))
    )
    rows = {row.id: row for row in session.execute(query)}
    return [
        _one(
            _("Ticket"),
            f"#{number} {rows[number].subject or _('(no subject)')}"
            + (f" · {rows[number].name}" if rows[number].name else ""),
            "envelope",
            url_for("tickets.show", ticket_id=number),
        )
        for number in dict.fromkeys(seen)
        if number in rows
    ]


def _one(group: str, text: str, icon: str, url: str) -> dict[str, str]:
    return {"group": group, "text": text, "icon": icon, "url": url}
