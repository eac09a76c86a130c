"""The views of the left column, their titles and their orders, in the reader's language."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask_babel import pgettext

from app.errors import NotFound
from app.tickets.counts import CAPPED, MOST_COUNTED, Counts, Place, Saved
from app.tickets.views import Order, View
from app.web.words import gettext as _

SHOWN = ("mine", "unassigned", "open", "waiting", "snoozed", "closed", "spam", "trash")
ICONS = {
    "mine": "person",
    "unassigned": "inbox",
    "open": "envelope-open",
    "waiting": "hourglass-split",
    "snoozed": "clock-history",
    "closed": "check2-circle",
    "spam": "shield-exclamation",
    "trash": "trash",
}


@dataclass(frozen=True)
class ViewLink:
    """One view in the left column."""

    slug: str
    text: str
    icon: str
    count: int | str = 0


@dataclass(frozen=True)
class OrderLink:
    """One way to sort the list."""

    name: str
    text: str
    chosen: bool


def view_links(numbers: Counts) -> list[ViewLink]:
    texts = view_texts()
    return [
        ViewLink(name, texts[name], ICONS[name], shown_number(name, numbers.views.get(name, 0)))
        for name in SHOWN
    ]


def team_links(numbers: Counts) -> list[ViewLink]:
    """The agent's own teams first."""
    own_first = sorted(numbers.teams, key=lambda place: not place.mine)
    return [_place("team", place, "people") for place in own_first]


def saved_links(numbers: Counts) -> list[ViewLink]:
    """Without numbers: those come by themselves, a moment later."""
    return [ViewLink(f"saved-{saved.row_id}", saved.name, saved.icon) for saved in numbers.saved]


def shown_number(slug: str, number: int) -> int | str:
    """A number that nobody counts to its end has a plus."""
    return f"{MOST_COUNTED - 1}+" if slug in CAPPED and number >= MOST_COUNTED else number


def view_texts() -> dict[str, str]:
    return {
        "mine": _("Mine"),
        "unassigned": _("Unassigned"),
        "open": _("All open"),
        "waiting": _("Waiting"),
        "snoozed": _("Snoozed"),
        "closed": pgettext("view", "Closed"),
        "spam": _("Spam"),
        "trash": _("Trash"),
    }


def view_title(view: View, numbers: Counts) -> str:
    """Raises NotFound for a saved view that is not this agent's to see."""
    if view.name == "saved":
        return saved_of(view, numbers).name
    named = {
        "mailbox": (numbers.mailboxes, "%s", _("Mailbox")),
        "team": (numbers.teams, "%s", _("Team")),
        "tag": (numbers.tags, "#%s", _("Tag")),
    }
    if view.name not in named:
        return view_texts()[view.name]
    places, shape, otherwise = named[view.name]
    return next((shape % place.name for place in places if place.row_id == view.row_id), otherwise)


def saved_of(view: View, numbers: Counts) -> Saved:
    found = next((saved for saved in numbers.saved if saved.row_id == view.row_id), None)
    if found is None:
        raise NotFound("There is no such view.")
    return found


def order_links(allowed: Sequence[Order], chosen: Order) -> list[OrderLink]:
    texts = order_texts()
    return [OrderLink(order.value, texts[order], order == chosen) for order in allowed]


def order_texts() -> dict[str, str]:
    return {
        Order.WAITING: _("Longest waiting first"),
        Order.NEWEST: _("Newest first"),
        Order.OLDEST: _("Oldest first"),
        Order.WAKES: _("Back soonest first"),
    }


def _place(kind: str, place: Place, icon: str) -> ViewLink:
    return ViewLink(f"{kind}-{place.row_id}", place.name, icon, place.count)
