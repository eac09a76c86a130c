"""Reports in the reader's language: what each figure, column and row is called, what it means, and how values read."""

from __future__ import annotations

from datetime import date

from babel.dates import format_date, get_day_names
from babel.numbers import format_decimal, format_percent
from flask_babel import get_locale
from flask_babel import gettext as _

from app.reports.shape import Label, Unit, Value

NOTHING = "–"


def report_title(name: str) -> str:
    return {
        "volume": _("Volume"),
        "speed": _("Speed"),
        "backlog": _("Backlog"),
        "promises": _("Service levels"),
        "workload": _("Workload"),
        "reasons": _("Reasons for contact"),
        "funnel": _("Course of tickets"),
        "knowledge": _("Knowledge base"),
        "time-saved": _("Time saved"),
        "customers": _("Customers"),
    }.get(name, name)


def report_about(name: str) -> str:
    return {
        "volume": _("How many letters come, and on which days and at which hours."),
        "speed": _("How long customers wait."),
        "backlog": _("What is not done yet, and how old it is."),
        "promises": _("Whether customers were answered as soon as was promised."),
        "workload": _("Who answers how much."),
        "reasons": _("Why customers write, by tags."),
        "funnel": _("What becomes of the tickets that were opened in the period."),
        "knowledge": _("How many replies are made of articles, and of which."),
        "time-saved": _("How long writing takes, with articles and without."),
        "customers": _("Whether customers are content, whether they stay, and who they are."),
    }.get(name, "")


def table_title(key: str) -> str:
    return {
        "volume_hours": _("Letters by weekday and hour"),
        "volume_trend": _("Over time"),
        "speed_trend": _("Medians over time"),
        "speed_spread": _("First reply within"),
        "backlog_trend": _("Open at the end of the day, week or month"),
        "backlog_age": _("Age of open tickets"),
        "promises_levels": _("By service level"),
        "promises_agents": _("By agent"),
        "workload": _("By agent"),
        "reasons": _("By tag"),
        "funnel": _("From opening to rating"),
        "knowledge_trend": _("Replies made of articles"),
        "articles": _("Most used articles"),
        "time_saved": _("By agent"),
        "segments": _("By segment"),
        "rfm": _("How lately and how often customers wrote"),
        "rfm_segments": _("Mean fifths by segment"),
    }.get(key, key)


def table_about(key: str) -> str:
    return {
        "volume_hours": _("Letters that people wrote to us, by the clock of the company’s time zone."),
        "speed_spread": _("Tickets opened in the period that have a first reply."),
        "backlog_trend": _("Tickets that were opened and not closed by then."),
        "reasons": _("A ticket with two tags counts for both. The second bar is the period before."),
        "funnel": _(
            "Each step counts tickets that came through the steps before it; rated and happy ask only for a reply."
        ),
        "articles": _("Of a reply made of several articles the first one counts."),
        "time_saved": _(
            "Each agent is compared with their own replies without an article. Fewer than 5 of either say nothing."
        ),
        "promises_agents": _("By whoever has the ticket now."),
        "segments": _("Segments are the tags of client cards."),
        "rfm": _(
            "Customers who wrote in the period, in fifths: 5 wrote last, or most often. Equal values share a fifth."
        ),
        "rfm_segments": _("R: how lately, F: how often, V: the chosen field of the card; each from 1 to 5."),
    }.get(key, "")


def figure_words() -> dict[str, tuple[str, str]]:
    """What each figure is called, and its definition."""
    first = _(
        "From the customer’s first letter to the first reply of an agent, of tickets opened in the period. Receipts are no replies."
    )
    full = _(
        "From the customer’s first letter to the last reply that answered something, of tickets opened in the period in which nobody waits any more."
    )
    solved = _("From the opening to the last closing, of tickets closed in the period that are still closed.")
    waited = _("Of every reply of the period: since the first letter it answers.")
    return {
        "letters": (_("Letters"), _("Letters that people wrote to us in the period. Mail of programs, spam and the trash do not count.")),
        "opened": (_("New tickets"), _("Tickets opened in the period, but for spam and the trash.")),
        "replies": (_("Replies"), _("Letters that agents wrote to customers in the period. Receipts, notes and forwards do not count.")),
        "closed": (_("Closed tickets"), _("Tickets whose last closing was in the period and that are still closed.")),
        "first_median": (_("First reply, median"), _("Half of the customers waited no longer.") + " " + first),
        "first_p90": (_("First reply, 90 %%") % {}, _("Nine of ten customers waited no longer.") + " " + first),
        "full_median": (_("Whole answer, median"), _("Half of the customers waited no longer.") + " " + full),
        "full_p90": (_("Whole answer, 90 %%") % {}, _("Nine of ten customers waited no longer.") + " " + full),
        "solved_median": (_("Closed, median"), _("Half of the tickets took no longer.") + " " + solved),
        "solved_p90": (_("Closed, 90 %%") % {}, _("Nine of ten tickets took no longer.") + " " + solved),
        "waited_median": (_("Each reply, median"), _("Half of the customers waited no longer.") + " " + waited),
        "waited_p90": (_("Each reply, 90 %%") % {}, _("Nine of ten customers waited no longer.") + " " + waited),
        "open_now": (_("Open now"), _("Tickets that are not closed at this moment; beside it, how many were so when the period began.")),
        "waiting_now": (_("Waiting for us now"), _("Open tickets in which the customer waits for an answer at this moment.")),
        "age_median": (_("Age, median"), _("Half of the open tickets were opened no longer ago.")),
        "age_p90": (_("Age, 90 %%") % {}, _("Nine of ten open tickets were opened no longer ago.")),
        "promises_kept": (_("Promises kept"), _("Of the promises that ended in the period, or ran out in it: the share that was kept. What still runs in time does not count.")),
        "promises_first": (_("First reply in time"), _("The same, of first replies.")),
        "promises_next": (_("Further replies in time"), _("The same, of replies to later letters.")),
        "promises_solved": (_("Solved in time"), _("The same, of tickets to be solved; the time in which you wait for the customer is not counted.")),
        "promises_late": (_("Late now"), _("Promises that have run out and are not fulfilled yet, at this moment.")),
        "agents_writing": (_("Agents who wrote"), _("Agents with at least one reply in the period.")),
        "busiest_share": (_("Share of the busiest"), _("Replies of the agent who wrote most, of all replies of the period.")),
        "unassigned": (_("Open and nobody’s"), _("Tickets that are open at this moment and that no agent has.")),
        "untagged": (_("Without a tag"), _("Tickets opened in the period that have no tag.")),
        "reopened_share": (_("Came back"), _("Share of the tickets opened in the period that were closed and then open again. A closing taken back within ten minutes does not count.")),
        "funnel_replied": (_("Answered"), _("Share of the tickets opened in the period that have a reply.")),
        "funnel_ended": (_("Closed"), _("Share that have a reply and are closed.")),
        "funnel_stayed": (_("Closed for good"), _("Share that have a reply, are closed and never came back.")),
        "funnel_rated": (_("With a rating"), _("Share that have a reply and a rating with a name.")),
        "with_article_share": (_("With an article"), _("Share of the replies that an article was put into and not thrown out again before sending.")),
        "with_article": (_("Replies with an article"), _("Replies of the period that were made of an article.")),
        "articles_used": (_("Articles used"), _("Different articles that replies of the period were made of.")),
        "freely": (_("Written without one"), _("Replies of the period without an article.")),
        "saved": (_("Time saved"), _("Replies with an article, times how much faster the same agent wrote them than their own replies without one. In brackets the 95 %% interval by Welch’s method; it may be negative.") % {}),
        "composing_mean": (_("Writing a reply"), _("Mean active time in the editor: from key to key and click to click while it has the focus; a pause of more than a minute counts nothing. Replies that left later by themselves are not measured.")),
        "composing_with": (_("Writing with an article"), _("The same, of replies made of an article.")),
        "composing_without": (_("Writing without one"), _("The same, of replies without an article.")),
        "satisfaction": (_("Satisfaction S"), _("Share of positive ratings of the period. In brackets the 95 %% interval by Wilson; a neutral face counts in n and not as positive.") % {}),
        "competition": (_("Competition r"), _("How easily customers find somebody else: 0 is nobody, 100 %% is anybody. Admins choose it below.") % {}),
        "loyalty": (_("Loyalty index L"), _("L = 1 − r · (1 − S): who has nowhere else to go stays, whoever is content stays too.")),
        "active": (_("Customers who wrote"), _("Customers with at least one letter in the period.")),
        "churn": (_("Churn"), _("Of the customers who wrote in the previous period of the same length, the share that wrote nothing in this one.")),
        "lifetime": (_("Lifetime"), _("Of the customers who went silent: days from their first letter ever to their last, on average.")),
        "complaints": (_("Complaints a year"), _("Tickets of the period with an unhappy rating or with the tag that means a complaint, as many as that makes in 365 days; n is how many there were.")),
    }  # fmt: skip


def column_title(key: str) -> str:
    kind, _dash, number = key.partition("-")
    if kind == "often":
        return _("F %(number)s", number=number)
    if key.isdigit():
        return key
    return {
        "letters": _("Letters"), "opened": _("New tickets"), "opened_before": _("Period before"), "replies": _("Replies"),
        "closed": _("Closed"), "first_median": _("First reply"), "waited_median": _("Each reply"),
        "solved_median": _("Closed"), "tickets": _("Tickets"), "tickets_before": _("Period before"), "share": _("Share"),
        "share_before": _("Share before"), "open_then": _("Open"), "replies_before": _("Replies before"),
        "tickets_answered": _("Tickets answered"), "open_now": _("Open now"), "composing_sum": _("Time of writing"),
        "reopened_share": _("Came back"), "with_article_share": _("With an article"), "with_article": _("With an article"),
        "kept": _("Kept"), "broken": _("Broken"), "kept_share": _("Share kept"),
        "used": _("Replies"), "used_before": _("Period before"), "mean_with": _("With an article"),
        "mean_without": _("Without one"), "n_with": _("n with"), "n_without": _("n without"), "saved": _("Time saved"),
        "saved_low": _("at least"), "saved_high": _("at most"), "active": _("Customers"), "loyalty": _("Loyalty L"),
        "satisfaction": _("Satisfaction S"), "satisfaction_low": _("from"), "satisfaction_high": _("to"),
        "ratings": _("Ratings"), "churn": _("Churn"), "complaints_counted": _("Complaints"), "mean_r": _("Mean R"),
        "mean_f": _("Mean F"), "mean_v": _("Mean V"), "best": _("R and F of 4 or 5"),
    }.get(key, key)  # fmt: skip


def row_label(label: object, kind: Label) -> str:
    if isinstance(label, date):
        pattern = {"day": "d MMM", "week": "d MMM", "month": "LLL y"}[kind]
        return str(format_date(label, pattern, locale=get_locale()))
    if kind == Label.WEEKDAY:
        return str(get_day_names("abbreviated", locale=get_locale())[int(str(label))])
    return _word(str(label)) if kind == Label.WORD or label == "everybody" else str(label)


def day_text(day: date) -> str:
    return str(format_date(day, "d MMMM y", locale=get_locale()))


def _word(label: str) -> str:
    kind, _dash, number = label.partition("-")
    if kind == "late":
        return _("R %(number)s", number=number)
    return {
        "everybody": _("Everybody"),
        "within-0": _("15 min"), "within-1": _("1 h"), "within-2": _("4 h"), "within-3": _("8 h"),
        "within-4": _("1 day"), "within-5": _("3 days"), "within-6": _("longer"),
        "age-0": _("today"), "age-1": _("1–2 days"), "age-2": _("3–6 days"), "age-3": _("7–29 days"),
        "age-4": _("30 days and more"),
        "opened": _("Opened"), "replied": _("Answered"), "ended": _("Closed"), "stayed": _("Closed for good"),
        "rated": _("With a rating"), "happy": _("Happy"),
    }.get(label, label)  # fmt: skip


def value_text(value: Value, unit: Unit | str) -> str:
    """ "1,234", "12 %", "3 h 20 min", "–" for nothing."""
    if value is None:
        return NOTHING
    if unit == Unit.SHARE:
        return str(
            format_percent(
                value, "#,##0 %" if value > 0.1 or value in (0, 1) else "#,##0.# %", locale=get_locale()
            )
        )
    if unit == Unit.SECONDS:
        return duration(float(value))
    if unit == Unit.DAYS:
        return _("%(n)s d", n=format_decimal(round(value, 1), locale=get_locale()))
    return str(format_decimal(round(value, 1) if unit == Unit.NUMBER else value, locale=get_locale()))


def duration(seconds: float) -> str:
    """The two largest parts: "45 s", "3 min 20 s", "2 h 5 min", "3 d 4 h"."""
    sign, left = ("−" if seconds <= -0.5 else ""), round(abs(seconds))
    parts = []
    for size, text in ((86400, _("%(n)s d")), (3600, _("%(n)s h")), (60, _("%(n)s min")), (1, _("%(n)s s"))):
        number, left = divmod(left, size)
        if parts:
            if number:
                parts.append(text % {"n": number})
            break
        if number:
            parts.append(text % {"n": number})
    return sign + (" ".join(parts) or _("%(n)s s") % {"n": 0})
