"""Reports in the reader's language: what each figure, column and row is called, what it means, and how values read."""

from __future__ import annotations

from datetime import date

from babel.dates import format_date, get_day_names
from babel.numbers import format_decimal, format_percent
from flask_babel import get_locale
from flask_babel import gettext as _

from app.reports.shape import Label, Unit, Value
from app.web.reports_figures import figure_words

__all__ = ["figure_words"]
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
        "time-saved": _(
            "How long writing takes, with articles and without, and how long earlier letters are looked for."
        ),
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
        "time_saved": _("Writing, by agent"),
        "finding": _("Finding earlier letters, by agent"),
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
        "finding": _(
            "Searches for each ticket the agent answered, and the median time to the first useful click."
        ),
        "promises_agents": _("By whoever has the ticket now."),
        "segments": _("Segments are the tags of client cards, and what is chosen in their fields."),
        "rfm": _(
            "Customers who wrote in the period, in fifths: 5 wrote last, or most often. Equal values share a fifth."
        ),
        "rfm_segments": _("R: how lately, F: how often, V: the chosen field of the card; each from 1 to 5."),
    }.get(key, "")


def column_title(key: str) -> str:
    kind, _dash, number = key.partition("-")
    if kind == "often":
        return _("F %(number)s", number=number)
    if key.isdigit():
        return key
    return {
        "letters": _("Letters"), "opened": _("New tickets"), "opened_before": _("Period before"),
        "replies": _("Replies"), "closed": _("Closed"), "first_median": _("First reply"),
        "waited_median": _("Each reply"),
        "solved_median": _("Closed"), "tickets": _("Tickets"), "tickets_before": _("Period before"),
        "share": _("Share"),
        "share_before": _("Share before"), "open_then": _("Open"), "replies_before": _("Replies before"),
        "tickets_answered": _("Tickets answered"), "open_now": _("Open now"), "composing_sum": _("Time of writing"),
        "reopened_share": _("Came back"), "with_article_share": _("With an article"),
        "with_article": _("With an article"),
        "kept": _("Kept"), "broken": _("Broken"), "kept_share": _("Share kept"),
        "used": _("Replies"), "used_before": _("Period before"), "mean_with": _("With an article"),
        "mean_without": _("Without one"), "n_with": _("n with"), "n_without": _("n without"), "saved": _("Time saved"),
        "saved_low": _("at least"), "saved_high": _("at most"), "active": _("Customers"), "loyalty": _("Loyalty L"),
        "satisfaction": _("Satisfaction S"), "satisfaction_low": _("S from"), "satisfaction_high": _("S to"),
        "ratings": _("Ratings"), "churn": _("Churn"), "complaints_counted": _("Complaints"), "mean_r": _("Mean R"),
        "searches": _("Searches"), "searches_per_ticket": _("for each ticket"), "found_share": _("Led somewhere"),
        "found_median": _("First useful click"), "from_card": _("From the card"),
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
