"""What each figure of the reports is called and how it is defined, in the reader's language."""

from __future__ import annotations

from flask_babel import gettext as _

from app.web.reports_saving import Said, articles, finding


def figure_words() -> Said:
    """figure → what it is called, and its definition."""
    return {
        **_volume(),
        **_times(),
        **_standing(),
        **_promises(),
        **_course(),
        **articles(),
        **finding(),
        **_customers(),
    }


def _volume() -> Said:
    return {
        "letters": (
            _("Letters"),
            _(
                "Letters that people wrote to us in the period. Mail of programs, spam and the trash do "
                "not count."
            ),
        ),
        "opened": (
            _("New tickets"),
            _("Tickets opened in the period, but for spam and the trash."),
        ),
        "replies": (
            _("Replies"),
            _(
                "Letters that agents wrote to customers in the period. Receipts, notes and forwards do "
                "not count."
            ),
        ),
        "closed": (
            _("Closed tickets"),
            _("Tickets whose last closing was in the period and that are still closed."),
        ),
    }


def _times() -> Said:
    first = _(
        "From the customer’s first letter to the first reply of an agent, of tickets opened in the "
        "period. Receipts are no replies."
    )
    full = _(
        "From the customer’s first letter to the last reply that answered something, of tickets opened in"
        " the period in which nobody waits any more."
    )
    solved = _("From the opening to the last closing, of tickets closed in the period that are still closed.")
    waited = _("Of every reply of the period: since the first letter it answers.")
    return {
        "first_median": (
            _("First reply, median"),
            _("Half of the customers waited no longer.") + " " + first,
        ),
        "first_p90": (
            _("First reply, 90 %%") % {},
            _("Nine of ten customers waited no longer.") + " " + first,
        ),
        "full_median": (
            _("Whole answer, median"),
            _("Half of the customers waited no longer.") + " " + full,
        ),
        "full_p90": (
            _("Whole answer, 90 %%") % {},
            _("Nine of ten customers waited no longer.") + " " + full,
        ),
        "solved_median": (
            _("Closed, median"),
            _("Half of the tickets took no longer.") + " " + solved,
        ),
        "solved_p90": (
            _("Closed, 90 %%") % {},
            _("Nine of ten tickets took no longer.") + " " + solved,
        ),
        "waited_median": (
            _("Each reply, median"),
            _("Half of the customers waited no longer.") + " " + waited,
        ),
        "waited_p90": (
            _("Each reply, 90 %%") % {},
            _("Nine of ten customers waited no longer.") + " " + waited,
        ),
    }


def _standing() -> Said:
    return {
        "open_now": (
            _("Open now"),
            _(
                "Tickets that are not closed at this moment; beside it, how many were so when the period "
                "began."
            ),
        ),
        "waiting_now": (
            _("Waiting for us now"),
            _("Open tickets in which the customer waits for an answer at this moment."),
        ),
        "age_median": (
            _("Age, median"),
            _("Half of the open tickets were opened no longer ago."),
        ),
        "age_p90": (
            _("Age, 90 %%") % {},
            _("Nine of ten open tickets were opened no longer ago."),
        ),
        "agents_writing": (
            _("Agents who wrote"),
            _("Agents with at least one reply in the period."),
        ),
        "busiest_share": (
            _("Share of the busiest"),
            _("Replies of the agent who wrote most, of all replies of the period."),
        ),
        "unassigned": (
            _("Open and nobody’s"),
            _("Tickets that are open at this moment and that no agent has."),
        ),
        "untagged": (
            _("Without a tag"),
            _("Tickets opened in the period that have no tag."),
        ),
        "reopened_share": (
            _("Came back"),
            _(
                "Share of the tickets opened in the period that were closed and then open again. A "
                "closing taken back within ten minutes does not count."
            ),
        ),
    }


def _promises() -> Said:
    return {
        "promises_kept": (
            _("Promises kept"),
            _(
                "Of the promises that ended in the period, or ran out in it: the share that was kept. "
                "What still runs in time does not count."
            ),
        ),
        "promises_first": (
            _("First reply in time"),
            _("The same, of first replies."),
        ),
        "promises_next": (
            _("Further replies in time"),
            _("The same, of replies to later letters."),
        ),
        "promises_solved": (
            _("Solved in time"),
            _(
                "The same, of tickets to be solved; the time in which you wait for the customer is not "
                "counted."
            ),
        ),
        "promises_late": (
            _("Late now"),
            _("Promises that have run out and are not fulfilled yet, at this moment."),
        ),
    }


def _course() -> Said:
    return {
        "funnel_replied": (
            _("Answered"),
            _("Share of the tickets opened in the period that have a reply."),
        ),
        "funnel_ended": (
            _("Closed"),
            _("Share that have a reply and are closed."),
        ),
        "funnel_stayed": (
            _("Closed for good"),
            _("Share that have a reply, are closed and never came back."),
        ),
        "funnel_rated": (
            _("With a rating"),
            _("Share that have a reply and a rating with a name."),
        ),
    }


def _customers() -> Said:
    return {
        "satisfaction": (
            _("Satisfaction S"),
            _(
                "Share of positive ratings of the period. In brackets the 95 %% interval by Wilson; a "
                "neutral face counts in n and not as positive."
            )
            % {},
        ),
        "competition": (
            _("Competition r"),
            _(
                "How easily customers find somebody else: 0 is nobody, 100 %% is anybody. Admins choose "
                "it below."
            )
            % {},
        ),
        "loyalty": (
            _("Loyalty index L"),
            _("L = 1 − r · (1 − S): who has nowhere else to go stays, whoever is content stays too."),
        ),
        "active": (
            _("Customers who wrote"),
            _("Customers with at least one letter in the period."),
        ),
        "churn": (
            _("Churn"),
            _(
                "Of the customers who wrote in the previous period of the same length, the share that "
                "wrote nothing in this one."
            ),
        ),
        "lifetime": (
            _("Lifetime"),
            _(
                "Of the customers who went silent: days from their first letter ever to their last, on "
                "average."
            ),
        ),
        "complaints": (
            _("Complaints a year"),
            _(
                "Tickets of the period with an unhappy rating or with the tag that means a complaint, as "
                "many as that makes in 365 days; n is how many there were."
            ),
        ),
    }
