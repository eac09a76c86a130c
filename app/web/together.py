"""Who has a ticket open, as open pages say every few seconds, and who watches it."""

from __future__ import annotations

import logging
from typing import Any

from flask import Blueprint, g, redirect, request, url_for
from sqlalchemy.exc import IntegrityError, OperationalError

from app.db import now, reading, transaction
from app.tickets import thread
from app.tickets.mentions import choices
from app.together import notices, presence, watching
from app.together.presence import Here
from app.web import inbox_page
from app.web.auth import for_readers, login_required, passive
from app.web.forms import fields
from app.web.plain_json import plain_answer
from app.web.tones import initials, tone

log = logging.getLogger(__name__)

bp = Blueprint("together", __name__)
GONE = "gone"


@bp.post("/tickets/<int:ticket_id>/here")
@login_required
@passive
@for_readers
def here(ticket_id: int) -> Any:
    """`doing`: what is done in this ticket, or "gone". Written down only when it is news."""
    doing = fields(request.form, "doing")["doing"]
    with reading() as session:
        said = presence.is_said(session, ticket_id, g.rights, doing, now=now())
    if not said:
        try:
            _write(ticket_id, doing)
        except (IntegrityError, OperationalError) as error:
            # Two tabs at the same moment, or a database that is busy: the page says it again in a few seconds.
            log.info("presence in #%d not written: %s", ticket_id, type(error).__name__)
    return "", 204


def _write(ticket_id: int, doing: str) -> None:
    with transaction() as session:
        if doing == GONE:
            presence.leave(session, ticket_id, g.agent.id)
            return
        presence.say(session, ticket_id, g.agent.id, doing, now=now())
        if g.agent.unread_notices:
            notices.read_ticket(session, g.agent.id, ticket_id, now=now())


@bp.post("/tickets/<int:ticket_id>/watch")
@login_required
@for_readers
def watch(ticket_id: int) -> Any:
    chosen = fields(request.form, "watch")["watch"]
    with transaction() as session:
        ticket = thread.ticket_for(session, g.rights, ticket_id)
        watching.set_watching(session, ticket, g.agent, chosen == "yes", now=now())
    view = inbox_page.known_view(request.form.get("view", "")).slug
    return redirect(url_for("tickets.show", ticket_id=ticket_id, view=view), 303)


@bp.get("/mentions")
@login_required
@passive
def mentions() -> Any:
    """Who can be mentioned in a note, for the editor's list: the words to write, and who that is."""
    with reading() as session:
        return plain_answer([{"text": one.text, "hint": one.hint} for one in choices(session)])


def described(people: list[Here]) -> list[dict[str, Any]]:
    """For the page's script."""
    return [
        {
            "ticket": one.ticket_id,
            "agent": one.agent_id,
            "name": one.name,
            "initials": initials(one.name),
            "tone": tone(one.email),
            "doing": one.doing,
        }
        for one in people
    ]
