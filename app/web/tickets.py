"""/tickets/<id>: the ticket page and what agents do there."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, g, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from app import queue
from app.db import now, reading, transaction
from app.errors import Conflict, InvalidInput, Merged
from app.failpoints import passing
from app.outgoing import service as outgoing
from app.tickets import merging, priorities, service, statuses, thread
from app.tickets.models import Delivery, DraftKind, Kind, Message, Ticket
from app.together import notices
from app.web import composer, forms, inbox_page, sending, ticket_page
from app.web.auth import for_notes, for_readers, login_required
from app.web.ticket_page import TicketPage

bp = Blueprint("tickets", __name__)


@bp.get("/tickets/<int:ticket_id>")
@login_required
def show(ticket_id: int) -> Any:
    with reading() as session:
        try:
            return _answer(session, ticket_id, request.args.get("compose", ""))
        except Merged:
            end = merging.end_of(session, ticket_id)
    return redirect(url_for("tickets.show", ticket_id=end, view=request.args.get("view", "")))


@bp.post("/tickets/<int:ticket_id>/status")
@login_required
def set_status(ticket_id: int) -> Any:
    status = forms.fields(request.form, "status")["status"]
    return _act(
        ticket_id, lambda session, ticket: statuses.change(session, ticket, status, by=g.agent, now=now())
    )


@bp.post("/tickets/<int:ticket_id>/assign")
@login_required
def assign(ticket_id: int) -> Any:
    """`held`: whose it was on the page that was pressed, 0 for nobody's; '' takes it from whoever has it."""
    form = forms.fields(request.form, "assignee", "held")
    agent_id = g.agent.id if form["assignee"] == "me" else forms.number(form["assignee"])
    held = forms.number(form["held"])

    def change(session: Session, ticket: Ticket) -> None:
        taken = ticket.assignee if held is not None and ticket.assignee_id != (held or None) else None
        if taken is not None and taken.id != agent_id:
            raise Conflict(_("%(name)s has taken this ticket meanwhile.", name=taken.name))
        service.assign(session, ticket, agent_id, by=g.agent, now=now())

    return _act(ticket_id, change)


@bp.post("/tickets/<int:ticket_id>/priority")
@login_required
def set_priority(ticket_id: int) -> Any:
    wanted = forms.fields(request.form, "priority")["priority"]
    return _act(
        ticket_id,
        lambda session, ticket: priorities.set_priority(session, ticket, wanted, by=g.agent, now=now()),
    )


@bp.post("/tickets/<int:ticket_id>/tags")
@login_required
def set_tags(ticket_id: int) -> Any:
    names = forms.fields(request.form, "tags")["tags"].replace("\n", ",").split(",")
    return _act(
        ticket_id, lambda session, ticket: service.set_tags(session, ticket, names, by=g.agent, now=now())
    )


@bp.post("/tickets/<int:ticket_id>/read")
@login_required
@for_readers
def mark_read(ticket_id: int) -> Any:
    """Opening a page changes nothing; the page says here that somebody looks at it."""
    forms.fields(request.form)
    with transaction() as session:
        ticket = thread.ticket_for(session, g.agent.id, ticket_id)
        # Read means: somebody who could answer has seen it.
        if g.rights.may_answer and ticket.unread:
            # A letter that is filed at this moment stays unread.
            service.lock(session, ticket)
            service.mark_read(session, ticket, now=now())
        notices.read_ticket(session, g.agent.id, ticket.id, now=now())
    return ("", 204) if request.headers.get("HX-Request") else _back(ticket_id)


@bp.post("/tickets/<int:ticket_id>/reply")
@login_required
def reply(ticket_id: int) -> Any:
    """A reply or a forward, now or later."""
    form = forms.reply_form(request.form)
    compose = "forward" if form.kind == DraftKind.FORWARD else "reply"
    sent: Message | None = None
    try:
        with transaction() as session:
            ticket = thread.ticket_to_answer(session, g.agent.id, ticket_id)
            arrived = [] if form.confirmed else _arrived(session, ticket, form)
            if not arrived and form.later:
                sending.put_off(session, ticket, form)
            elif not arrived:
                sent = sending.send(session, ticket, form)
            passing("web.reply_written")
    except InvalidInput as error:
        return _stopped(ticket_id, form, compose, _(str(error)), field=error.field, status=422)
    if not arrived:
        passing("web.reply_committed")
        if sent is not None and sent.delivery == Delivery.QUEUED:  # no time to undo: it may leave at once
            queue.ring("deliver_message", sent.id)
        return _back(ticket_id)
    return _stopped(
        ticket_id,
        form,
        compose,
        _meanwhile(arrived),
        field="arrived",
        status=409,
    )


@bp.post("/tickets/<int:ticket_id>/note")
@login_required
@for_notes
def note(ticket_id: int) -> Any:
    form = forms.reply_form(request.form)
    try:
        with transaction() as session:
            ticket = thread.ticket_for(session, g.agent.id, ticket_id)
            sending.refuse_too_long(form)
            service.add_note(session, ticket, form.written.html, by=g.agent, now=now(), nonce=form.nonce)
            if g.rights.may_answer:
                service.mark_read(session, ticket, now=now())
    except InvalidInput as error:
        return _stopped(ticket_id, form, "note", _(str(error)), field=error.field, status=422)
    return _back(ticket_id)


@bp.post("/messages/<int:message_id>/undo")
@login_required
def undo(message_id: int) -> Any:
    with transaction() as session:
        draft = outgoing.undo(session, message_id, by=g.agent, now=now())
    if draft.ticket_id is None:
        return _elsewhere(url_for("letters_from_us.new", draft=draft.id))
    return _back(draft.ticket_id, compose="forward" if draft.kind == DraftKind.FORWARD else "reply")


@bp.post("/messages/<int:message_id>/retry")
@login_required
def retry(message_id: int) -> Any:
    with transaction() as session:
        message = thread.message_for(session, g.agent.id, message_id)
        outgoing.retry(session, message.id, by=g.agent, now=now())
    queue.ring("deliver_message", message_id)
    return _back(message.ticket_id)


@bp.post("/messages/<int:message_id>/resolve")
@login_required
def resolve(message_id: int) -> Any:
    arrived = forms.fields(request.form, "arrived")["arrived"] == "yes"
    with transaction() as session:
        message = thread.message_for(session, g.agent.id, message_id)
        outgoing.resolve_uncertain(session, message.id, arrived=arrived, by=g.agent, now=now())
    if not arrived:
        queue.ring("deliver_message", message_id)
    return _back(message.ticket_id)


def _arrived(session: Session, ticket: Ticket, form: forms.ReplyForm) -> list[Message]:
    # Of two who send at the same moment the second waits here, and then sees the first one's reply.
    service.lock(session, ticket)
    seen = form.written.seen_message_id
    return thread.arrived_since(session, ticket.id, seen, g.agent.id) if seen else []


def _meanwhile(arrived: list[Message]) -> str:
    answers = [one.author.name for one in arrived if one.kind == Kind.OUTGOING and one.author]
    if answers:
        who = ", ".join(dict.fromkeys(answers))
        return _("%(who)s has answered meanwhile. Read it, then decide whether to send yours.", who=who)
    return _("Something new arrived while you were writing. Read it, then send.")


def _act(ticket_id: int, change: Any) -> Any:
    with transaction() as session:
        ticket = thread.ticket_to_change(session, g.agent.id, ticket_id)
        change(session, ticket)
        service.mark_read(session, ticket, now=now())
    return _back(ticket_id)


def _back(ticket_id: int, **more: str) -> Any:
    view = inbox_page.known_view(request.values.get("view", "")).slug
    return redirect(url_for("tickets.show", ticket_id=ticket_id, view=view, **more), 303)


def _elsewhere(address: str) -> Any:
    """To a page that is no ticket: htmx would put it where the ticket was."""
    if request.headers.get("HX-Request"):
        return "", 204, {"HX-Redirect": address}
    return redirect(address, 303)


def _stopped(
    ticket_id: int, form: forms.ReplyForm, compose: str, problem: str, *, field: str, status: int
) -> Any:
    """The page again, with everything that was typed and the reason why it was not sent."""
    seen = form.written.seen_message_id or 0

    def reopen(page: TicketPage) -> None:
        new = [message for message in page.messages if message.id > seen and _is_news(message)]
        arrived = new if field == "arrived" else []
        again = composer.reopened(
            getattr(page, compose),
            form.written,
            problem=problem,
            field=field,
            arrived=arrived,
            seen_message_id=page.newest_id if arrived else seen,
        )
        setattr(page, compose, again)

    with reading() as session:
        return _answer(session, ticket_id, compose, reopen), status


def _is_news(message: Message) -> bool:
    return message.kind == Kind.INCOMING or message.author_id != g.agent.id


def _answer(
    session: Session, ticket_id: int, compose: str, amend: Callable[[TicketPage], None] | None = None
) -> Any:
    """The whole page, or for htmx only the pane that changes."""
    view = inbox_page.known_view(request.values.get("view", ""))
    target = request.headers.get("HX-Target", "")
    whole = target not in ("ticket", "ticket-head")
    # First of all, for the mark in it: what is committed while we read on is told by the first live update.
    around = inbox_page.surroundings(session, view, g.agent.id, now=now()) if whole else {}
    page = ticket_page.gather(
        session,
        ticket_id,
        g.agent,
        compose=compose if compose in ("reply", "note", "forward") else "",
        about_id=forms.number(request.values.get("about_id", "")),
        card=target != "ticket-head",
    )
    if amend is not None:
        amend(page)
    if target == "ticket-head":
        return render_template("tickets/_head.html", t=page, view=view)
    if whole:
        more = inbox_page.next_url(view, around["page"], None)
        return render_template(
            "tickets/show.html", t=page, card=page.card, opened=page.ticket.id, more=more, **around
        )
    response = make_response(
        render_template("tickets/_ticket.html", t=page, card=page.card, view=view, fragment=True)
    )
    if not request.headers.get("HX-Boosted"):
        # After an undo another ticket may be on the screen: the address follows what is shown.
        response.headers["HX-Replace-Url"] = url_for("tickets.show", ticket_id=ticket_id, view=view.slug)
    return response
