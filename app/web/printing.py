"""A ticket on paper: every word of it, without the frame of the program and without asking anybody for more."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from flask import Blueprint, g, redirect, render_template, request, url_for

from app.db import now, reading
from app.errors import Merged
from app.outgoing.progress import progress
from app.tickets import merging, thread
from app.tickets.printed import printed_messages
from app.web.auth import login_required
from app.web.inbox_page import known_view
from app.web.ticket_page import signed_as_sent

bp = Blueprint("printing", __name__)
# A longer ticket is printed from its newest end, and says so.
MOST_PRINTED = 500


@bp.get("/tickets/<int:ticket_id>/print")
@login_required
def ticket(ticket_id: int) -> Any:
    """quotes=yes: with what letters quote; notes=yes: with internal notes, which never go to customers by accident."""
    with reading() as session:
        try:
            found = thread.ticket_for(session, g.agent.id, ticket_id)
        except Merged:
            end = merging.end_of(session, ticket_id)
            return redirect(url_for("printing.ticket", ticket_id=end, **request.args.to_dict()))
        notes = request.args.get("notes") == "yes"
        messages = printed_messages(session, found.id, limit=MOST_PRINTED, notes=notes)
        return render_template(
            "tickets/print.html",
            ticket=found,
            messages=messages,
            left_out=found.message_count > len(messages) and len(messages) == MOST_PRINTED,
            quotes=request.args.get("quotes") == "yes",
            notes=notes,
            signed=defaultdict(str, signed_as_sent(progress(session, messages, now()).signed)),
            view=known_view(request.args.get("view", "")),
            printed_at=now(),
        )
