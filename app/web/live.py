"""/live: what changed since the page last asked. Open pages ask every three seconds; mostly the answer is 204."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, g, jsonify, render_template, request
from sqlalchemy.orm import Session

from app.db import now, reading
from app.errors import NotFound
from app.tickets import notes
from app.tickets.views import View
from app.together import notices, presence
from app.together.pulse import Pulse, pulse
from app.web import forms, inbox_page, ticket_page
from app.web.auth import login_required, passive
from app.web.inbox_page import Mark, read_mark
from app.web.inbox_views import shown_number
from app.web.notices import bell
from app.web.plain_json import plain
from app.web.together import described

bp = Blueprint("live", __name__)


@bp.get("/live")
@login_required
@passive
def changes() -> Any:
    """204, or JSON: the new mark, counts, the first page of the list, what is new in the open ticket, who is where,
    and what the bell says. Without a mark only a new one, and `only=bell` for pages with nothing else to ask."""
    mark = read_mark(request.args.get("mark", ""))
    ticket_id = forms.number(request.args.get("ticket", "")) or 0
    with reading() as session:
        if request.args.get("only") == "bell":
            rung = _bell(session)
            return jsonify(rung) if rung else ("", 204)
        if mark is None:
            return jsonify(mark=str(inbox_page.first_mark(session, now())))
        beat = _pulse(session, mark, ticket_id)
        news = _people(session, beat) | _bell(session)
        if (beat.state.count, beat.state.newest) != (mark.count, mark.newest):
            news |= _changed(session, mark, ticket_id if beat.state.ticket else 0)
        return jsonify({"mark": str(mark), **news}) if news else ("", 204)


def _pulse(session: Session, mark: Mark, ticket_id: int) -> Pulse:
    at = now()
    before = at - inbox_page.SETTLING
    return pulse(session, mark.base, ticket_id, g.agent.id, settled_before=before, now=at)


def _bell(session: Session) -> dict[str, Any]:
    """What the page has not heard of the agent's notices; their number came with the sign-in."""
    known = forms.number(request.args.get("bell", ""))
    if known is None or known == g.agent.notice_mark:
        return {}
    return {"bell": plain(bell(notices.newer(session, g.rights, known)))}


def _people(session: Session, beat: Pulse) -> dict[str, Any]:
    """Who is where, when the page has not heard of it."""
    if beat.people == request.args.get("people", ""):
        return {}
    here = presence.others(session, g.rights, now=now()) if beat.people else []
    return {"people": plain({"mark": beat.people, "here": described(here)})}


def _changed(session: Session, mark: Mark, ticket_id: int) -> dict[str, Any]:
    view = inbox_page.known_view(request.args.get("view", ""))
    fresh = inbox_page.moved_mark(session, mark.base, now())
    answer: dict[str, Any] = {"mark": str(fresh), **_list(session, view)}
    if ticket_id:
        try:
            answer["ticket"] = _ticket(session, ticket_id, view)
        except NotFound:
            answer["ticket"] = None
    return answer


def _list(session: Session, view: View) -> dict[str, Any]:
    around = inbox_page.surroundings(session, view, g.agent.id, now=now())
    numbers = {slug: shown_number(slug, number) for slug, number in around["counts"].numbers().items()}
    rows = (
        ""
        if request.args.get("search")
        else render_template(
            "inbox/_rows.html", opened=forms.number(request.args.get("ticket", "")) or 0, more="", **around
        )
    )
    return {"counts": numbers, "rows": rows}


def _ticket(session: Session, ticket_id: int, view: View) -> dict[str, Any]:
    """New entries whole; of the others only what may have changed beside them."""
    page = ticket_page.gather(session, ticket_id, g.agent, card=True)
    seen, seen_event = (forms.number(request.args.get(name, "")) or 0 for name in ("seen", "seen_event"))
    new = [
        entry
        for entry in page.entries
        if (entry.message and entry.message.id > seen) or (entry.event and entry.event.id > seen_event)
    ]
    rewritten = _rewritten(new)
    return {
        "id": ticket_id,
        "seen": page.newest_id,
        "seen_event": page.newest_event_id,
        "messages": [message.id for message in page.messages],
        "head": render_template("tickets/_head.html", t=page, view=view),
        "entries": [
            {
                "id": f"m{entry.message.id}" if entry.message else f"e{entry.event.id if entry.event else 0}",
                "incoming": bool(entry.message and entry.message.kind == "incoming"),
                "html": render_template("tickets/_entry.html", t=page, entry=entry, view=view, fresh=True),
            }
            for entry in new
        ],
        "rewritten": {
            message.id: render_template("tickets/_message.html", t=page, m=message, view=view, fresh=True)
            for message in page.messages
            if message.id in rewritten and message.id <= seen
        },
        "card": render_template("customers/_card.html", card=page.card),
        "states": {
            message.id: render_template("tickets/_delivery.html", t=page, m=message, view=view)
            for message in page.messages
            if message.kind == "outgoing"
        },
        "suggestions": render_template("tickets/_suggestions.html", panel=page.panel, view=view),
        "colleagues": render_template("tickets/_colleagues.html", t=page, view=view),
    }


def _rewritten(new: list[ticket_page.Entry]) -> set[int]:
    """Notes that got other words."""
    return {
        entry.event.detail["message_id"] for entry in new if entry.event and entry.event.kind == notes.KIND
    }
