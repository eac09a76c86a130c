"""A ticket put aside, marked as spam, thrown away, deleted for good; and the last of these taken back."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from babel import dates
from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask_babel import get_locale
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from app.accounts import audit
from app.db import now, reading, transaction
from app.errors import InvalidInput, NotFound
from app.tickets import shredding, snooze_times, snoozing, spam, thread, trash, undoing
from app.tickets.models import Event, Ticket
from app.tickets.spam_patterns import domain_of, is_public
from app.web import forms, inbox_page
from app.web.auth import admin_required, login_required
from app.web.locale import chosen_timezone

bp = Blueprint("order", __name__)


@bp.post("/tickets/<int:ticket_id>/snooze")
@login_required
def snooze(ticket_id: int) -> Any:
    """Until one of the offered moments, or until the date and time that was typed, by the agent's own clock."""
    form = forms.fields(request.form, "until", "at")
    zone = ZoneInfo(chosen_timezone())

    def act(session: Session, ticket: Ticket) -> None:
        until = (
            snooze_times.moment_of(form["until"], now(), zone)
            if form["until"]
            else snooze_times.read_moment(form["at"], zone)
        )
        snoozing.snooze(session, ticket, until, by=g.agent, now=now())

    return _act(ticket_id, act)


def _plain(change: Callable[..., Any]) -> Callable[[int], Any]:
    """A view that does one thing to one ticket and asks for nothing else."""

    def view(ticket_id: int) -> Any:
        forms.fields(request.form)
        return _act(ticket_id, lambda session, ticket: change(session, ticket, by=g.agent, now=now()))

    return login_required(view)


for _endpoint, _path, _change in (
    ("wake", "wake", snoozing.wake),
    ("not_spam", "not-spam", spam.unmark),
    ("throw_away", "trash", trash.throw_away),
    ("restore", "restore", trash.restore),
):
    bp.add_url_rule(f"/tickets/<int:ticket_id>/{_path}", _endpoint, _plain(_change), methods=["POST"])


@bp.get("/tickets/<int:ticket_id>/spam")
@login_required
def ask_spam(ticket_id: int) -> Any:
    """What is to be learnt: nothing, the address, or everybody at its domain."""
    return _spam_page(ticket_id)


@bp.post("/tickets/<int:ticket_id>/spam")
@login_required
def mark_spam(ticket_id: int) -> Any:
    learn = forms.fields(request.form, "learn")["learn"]
    try:
        with transaction() as session:
            ticket = thread.ticket_for(session, g.rights, ticket_id)
            spam.mark(session, ticket, by=g.agent, now=now(), learn="" if learn == "nothing" else learn)
    except InvalidInput as error:
        return _spam_page(ticket_id, problem=_(str(error))), 422
    return _to(ticket_id)


@bp.get("/tickets/<int:ticket_id>/delete")
@admin_required
def ask_delete(ticket_id: int) -> Any:
    with reading() as session:
        ticket = thread.ticket_for(session, g.rights, ticket_id)
        return render_template("order/delete.html", ticket=ticket)


@bp.post("/tickets/<int:ticket_id>/delete")
@admin_required
def delete(ticket_id: int) -> Any:
    """For good. The page before asked; the number says that it was this ticket."""
    typed = forms.fields(request.form, "number")["number"]
    if forms.number(typed.strip().lstrip("#№")) != ticket_id:
        raise InvalidInput("Confirm with the number of the ticket.", "number")
    with transaction() as session:
        ticket = thread.ticket_for(session, g.rights, ticket_id)
        shredding.delete_for_good(session, ticket.id, by=g.agent, now=now())
        audit.note(session, "deleted", f"#{ticket_id}", by=g.agent, now=now())
    flash(_("Ticket #%(number)s was deleted for good.", number=ticket_id), "good")
    return redirect(url_for("inbox.view", view="trash"), 303)


@bp.post("/events/<int:event_id>/undo")
@login_required
def undo(event_id: int) -> Any:
    """Take back one's own last action."""
    forms.fields(request.form)
    with transaction() as session:
        event = session.get(Event, event_id)
        if event is None or event.ticket_id is None or event.agent_id != g.agent.id:
            raise NotFound("There is nothing to take back.")
        thread.ticket_for(session, g.rights, event.ticket_id)
        ticket_id = undoing.undo(session, event, by=g.agent, now=now()).id
    return _to(ticket_id)


@bp.app_template_global()
def snooze_choices() -> list[tuple[str, str, str]]:
    """What the menu offers now: (name, words, the moment in the agent's own time)."""
    zone = chosen_timezone()
    texts = {
        "later": _("Later today"),
        "tomorrow": _("Tomorrow"),
        "monday": _("Monday"),
        "week": _("In a week"),
    }
    return [
        (moment.name, texts[moment.name], _short(moment.at, str(get_locale()), zone))
        for moment in snooze_times.moments(now(), ZoneInfo(zone))
    ]


@bp.app_template_global()
def last_action(entries: Iterable[Any]) -> Any:
    """What the agent at this page could take back now, if anything: an event of the page's entries."""
    shown = list(entries)
    did = undoing.last_action([one.event for one in shown if one.event is not None], g.agent.id, now())
    # What came with a letter is taken back with it: that has an undo of its own.
    wrote = [one.message for one in shown if one.message is not None and one.message.author_id == g.agent.id]
    return did if did is None or all(one.arrived_at < did.at for one in wrote) else None


@lru_cache(maxsize=500)
def _short(at: datetime, locale: str, zone: str) -> str:
    """A page shows the same few moments all day long."""
    return dates.format_datetime(at, "EEE d MMM, HH:mm", tzinfo=ZoneInfo(zone), locale=locale)


def _spam_page(ticket_id: int, *, problem: str = "") -> str:
    view = inbox_page.known_view(request.values.get("view", ""))
    with reading() as session:
        ticket = thread.ticket_for(session, g.rights, ticket_id)
        sender = next(iter(spam.senders(session, ticket)), "")
        return render_template(
            "order/spam.html",
            ticket=ticket,
            view=view,
            sender=sender,
            domain="" if is_public(domain_of(sender)) else domain_of(sender),
            answered=bool(sender) and spam.was_answered(session, sender),
            problem=problem,
        )


def _act(ticket_id: int, act: Callable[[Session, Ticket], Any]) -> Any:
    with transaction() as session:
        act(session, thread.ticket_to_change(session, g.rights, ticket_id))
    return _to(ticket_id)


def _to(ticket_id: int) -> Any:
    view = inbox_page.known_view(request.values.get("view", "")).slug
    return redirect(url_for("tickets.show", ticket_id=ticket_id, view=view), 303)
