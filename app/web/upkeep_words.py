"""What the pages about keeping the knowledge base good say: each figure with its definition, reasons, outcomes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from flask_babel import pgettext

from app.db import now
from app.knowledge.figures import FEWEST_MEASURED
from app.knowledge.stale import FEWEST_RATINGS, FEWEST_SAME, Why
from app.ratings.anonymous import FEWEST
from app.web.locale import chosen_timezone
from app.web.words import gettext as _


@dataclass(frozen=True)
class Figure:
    """What a figure is called, and what exactly it counts."""

    name: str
    definition: str


def figure_words() -> dict[str, Figure]:
    return {
        "shown": Figure(
            _("Suggested"),
            _(
                "Letters that arrived in the period and had this article suggested beside them, open or as a title."
            ),
        ),
        "inserted": Figure(_("Inserted"), _("Letters for which an agent put it into the editor.")),
        "sent": Figure(
            _("Sent"),
            _("Letters answered with it, as it was or edited. What was inserted and deleted is not in it."),
        ),
        "unchanged": Figure(
            _("Sent as it is"), _("Letters answered with it word for word, apart from a greeting and a name.")
        ),
        "edited": Figure(_("Edited"), _("Letters answered with it after it was changed in the editor.")),
        "typed": Figure(
            _("Typed by hand"),
            _("Letters answered with the same words, without inserting it; they are sent ones too."),
        ),
        "dismissed": Figure(
            _("Dismissed"), _("Letters beside which an agent said that this is not the answer.")
        ),
        "passed_over": Figure(_("Passed over"), _("Letters answered without it although it was suggested.")),
        "rated": Figure(
            _("Rating afterwards"),
            _(
                "The share of good ones among all ratings of replies sent with it, and the range in which the true"
                " share lies with 95 per cent certainty. Anonymous ratings count in groups of %(n)s, so that nobody is"
                " found by them, and are not in the list.",
                n=FEWEST,
            ),
        ),
        "reopened": Figure(
            _("Opened again"),
            _(
                "Of the tickets closed after it was sent, the share that a letter of the customer opened again."
            ),
        ),
        "measured": Figure(
            _("Minutes saved"),
            _(
                "The median writing time of replies without an article in the period, less the writing time of each"
                " reply with this one, added up. Said only when at least %(n)s replies without an article were"
                " measured. Below zero it cost time.",
                n=FEWEST_MEASURED,
            ),
        ),
        "readers": Figure(
            _("Read in the help centre"),
            _(
                "How often its public page was on a screen for a while, whoever read it, programs not counted."
            ),
        ),
        "helped": Figure(
            _("Helped readers"),
            _("Of the readers of its public page who answered “Did this help?”, the share that said yes."),
        ),
    }


def stale_words() -> dict[str, Figure]:
    return {
        Why.EDITED: Figure(
            _("Edited the same way"),
            _("The same change in at least %(n)s replies since the article was last changed.", n=FEWEST_SAME),
        ),
        Why.RATED: Figure(
            _("Rated badly"),
            _(
                "At least %(n)s ratings in 90 days, and even the upper end of the interval is below 80 %% good ones.",
                n=FEWEST_RATINGS,
            ),
        ),
        Why.REVIEW: Figure(_("Review is due"), _("The day of its review has come.")),
    }


def outcome_words() -> dict[str, str]:
    return {
        "shown": pgettext("one letter", "suggested"),
        "inserted": _("inserted"),
        "edited": _("sent edited"),
        "accepted": _("sent as it is"),
        "dismissed": _("dismissed"),
        "ignored": _("passed over"),
    }


def sort_words() -> dict[str, str]:
    return {
        "sent": _("Most sent"),
        "shown": _("Most suggested"),
        "edited": _("Most edited"),
        "dismissed": _("Most dismissed"),
    }


def today() -> date:
    """Where the reader is."""
    return now().astimezone(ZoneInfo(chosen_timezone())).date()
