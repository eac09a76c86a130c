"""The views of the inbox: which tickets a name such as "mine" or "tag-7" stands for, and how it may be sorted. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from app.errors import NotFound

NAMED = ("mine", "unassigned", "open", "waiting", "snoozed", "closed", "spam", "trash")
_NUMBERED = re.compile(r"(mailbox|team|tag|saved)-([1-9]\d{0,17})\Z")


class Order(StrEnum):
    """WAITING: whose customer has waited longest first, and behind them where it is not our turn. NEWEST and OLDEST
    go by the newest message. WAKES: what comes back next."""

    WAITING = "waiting"
    NEWEST = "newest"
    OLDEST = "oldest"
    WAKES = "wakes"


# Views of open tickets are queues. Whom we wait for is asked about longest silence first; the rest is looked up.
_QUEUE = (Order.WAITING, Order.NEWEST, Order.OLDEST)
_ORDERS = {
    "waiting": (Order.OLDEST, Order.NEWEST),
    "snoozed": (Order.WAKES, Order.NEWEST, Order.OLDEST),
    "closed": (Order.NEWEST, Order.OLDEST),
    "spam": (Order.NEWEST, Order.OLDEST),
    "trash": (Order.NEWEST, Order.OLDEST),
    "saved": (Order.NEWEST, Order.OLDEST, Order.WAITING),
}
# What an agent's row remembers of views; more would make every request carry it.
MOST_REMEMBERED = 200


@dataclass(frozen=True)
class View:
    """`name` is one of NAMED, or "mailbox", "team", "tag" or "saved" with the `row_id` of which."""

    name: str
    row_id: int = 0

    @property
    def slug(self) -> str:
        return f"{self.name}-{self.row_id}" if self.row_id else self.name

    @property
    def orders(self) -> tuple[Order, ...]:
        """How it may be sorted, the usual way first."""
        return _ORDERS.get(self.name, _QUEUE)


def parse_view(slug: str) -> View:
    """Raises NotFound for a name that is no view."""
    if slug in NAMED:
        return View(slug)
    match = _NUMBERED.match(slug)
    if match is None:
        raise NotFound("There is no such view.")
    return View(match.group(1), int(match.group(2)))


def chosen_order(
    slug: str, allowed: Sequence[Order], remembered: Mapping[str, str], usual: str = ""
) -> Order:
    """How this agent wants it: what they chose last, else `usual` (of a saved view), else the usual way."""
    for chosen in (remembered.get(slug, ""), usual):
        if chosen in allowed:
            return Order(chosen)
    return allowed[0]


def remember(remembered: Mapping[str, str], view: View, order: str) -> dict[str, str]:
    """The agent's orders with this one in front of them; the oldest are forgotten."""
    if order not in view.orders:
        raise NotFound("There is no such order.")
    others = [(slug, kept) for slug, kept in remembered.items() if slug != view.slug]
    return dict([*others, (view.slug, order)][-MOST_REMEMBERED:])
