"""Pure: who is asked to rate a reply, and why somebody is not."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

# Why somebody was not asked; kept for the figures only.
OFF, SPAM, ASIDE, BEGUN, AUTOMATIC = "off", "spam", "aside", "begun", "automatic"
NOT_CLOSING, COLLEAGUE, OUTSIDER, LATELY = "not_closing", "colleague", "outsider", "lately"
EVERY_REPLY, ON_CLOSING = "reply", "closing"
MOST_DAYS = 365


@dataclass(frozen=True)
class Occasion:
    """A reply that is about to leave.

    asks        the mailbox asks for ratings at all
    moment      EVERY_REPLY or ON_CLOSING; `closes`: the ticket is closed with this reply
    spam        the ticket was taken for spam
    aside       passed on, or to third parties only: no answer to the customer
    begun       the first letter of a ticket that we began: it answers nothing
    automatic   it answers a letter that a program wrote
    every_days  how long the same person is left in peace; 0 is not at all
    """

    asks: bool
    moment: str = EVERY_REPLY
    closes: bool = False
    spam: bool = False
    aside: bool = False
    begun: bool = False
    automatic: bool = False
    every_days: int = 0


@dataclass(frozen=True)
class Recipient:
    """`asked_at`: when this person was last asked, at whichever of their addresses."""

    colleague: bool = False
    outsider: bool = False
    asked_at: datetime | None = None


def why_not(occasion: Occasion, recipient: Recipient, now: datetime) -> str:
    """'' for somebody who is asked."""
    reasons = (
        (not occasion.asks, OFF),
        (occasion.spam, SPAM),
        (occasion.aside, ASIDE),
        (occasion.begun, BEGUN),
        (occasion.automatic, AUTOMATIC),
        (recipient.colleague, COLLEAGUE),
        (recipient.outsider, OUTSIDER),
        (occasion.moment == ON_CLOSING and not occasion.closes, NOT_CLOSING),
        (_lately(recipient.asked_at, occasion.every_days, now), LATELY),
    )
    return next((reason for holds, reason in reasons if holds), "")


def _lately(asked_at: datetime | None, every_days: int, now: datetime) -> bool:
    return asked_at is not None and now - asked_at < timedelta(days=every_days)
