"""The figures of the health page, worded."""

from __future__ import annotations

from dataclasses import dataclass

from flask_babel import gettext as _

from app.reports.state import State
from app.tickets.models import Delivery
from app.web.pages import file_size


@dataclass(frozen=True)
class Figure:
    """One line; `bad` asks for an admin's eye."""

    text: str
    value: str
    bad: bool = False


def process_name(name: str) -> str:
    return {
        "schedule": _("The clock: releases replies, wakes tickets, cleans up"),
        "poller": _("The poller: fetches mail and files it"),
        "knowledge": _("The knowledge base: looks for answers"),
        "worker": _("The worker: sends mail"),
    }.get(name, name)


def process_note(note: str) -> str:
    """What a process says about itself; a sentence it wrote stays as it is."""
    return {
        "words": _("Suggestions come from words alone: the sentence model is not installed."),
        "meaning": _("Suggestions use the sentence model."),
        "behind": _("The sentence model reads what is known already; until then words alone count."),
        "broken": _("The sentence model is installed but does not load: suggestions come from words alone."),
    }.get(note, note)


def version_name(name: str) -> str:
    """The names of programs are their own."""
    return {"schema": _("Schema of the database"), "system": _("System")}.get(name, name)


def figures(state: State) -> list[tuple[str, list[Figure]]]:
    return [
        (_("Mail that goes out"), _outgoing(state)),
        (_("Mail that comes in"), _incoming(state)),
        (_("Room"), _room(state)),
        (
            _("Versions"),
            [Figure(version_name(name), value) for name, value in state.versions.items() if value],
        ),
    ]


def _outgoing(state: State) -> list[Figure]:
    count = state.outbox.get
    return [
        Figure(_("Held for undo"), str(count(Delivery.HELD, 0))),
        Figure(_("Waiting to leave"), str(count(Delivery.QUEUED, 0))),
        Figure(_("On their way"), str(count(Delivery.SENDING, 0))),
        Figure(_("Tried, to be tried again"), str(count(Delivery.DEFERRED, 0))),
        Figure(
            _("Uncertain: an agent decides"),
            str(count(Delivery.UNCERTAIN, 0)),
            bool(count(Delivery.UNCERTAIN)),
        ),
        Figure(_("Failed or bounced in the last day"), str(state.failed_lately), bool(state.failed_lately)),
    ]


def _incoming(state: State) -> list[Figure]:
    parked = sum(one.counts.get("parked", 0) for one in state.balances)
    undecided = sum(one.undecided for one in state.balances)
    alarms = [one for one in state.balances if one.alarm]
    broken = [one for one in state.balances if not one.balanced]
    return [
        Figure(_("Mailboxes with an alarm"), str(len(alarms)), bool(alarms)),
        Figure(_("Mailboxes whose ledger does not add up"), str(len(broken)), bool(broken)),
        Figure(_("Parked"), str(parked), bool(parked)),
        Figure(_("Fetched, not filed yet"), str(undecided)),
        Figure(_("Letters for which answers are still looked for"), str(state.unscored)),
    ]


def _room(state: State) -> list[Figure]:
    free = file_size(state.free_mb * 1024 * 1024)
    return [
        Figure(_("Free on the disk of the mail"), free, state.free_mb < state.floor_mb),
        Figure(_("Size of the database"), file_size(state.database_bytes)),
        Figure(_("Tickets so far"), str(state.tickets)),
        Figure(_("Messages so far"), str(state.messages)),
    ]
