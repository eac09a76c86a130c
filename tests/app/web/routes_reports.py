"""Rows of the table of every route: ratings, the morning's briefing, reports and tasks."""

from __future__ import annotations

from tests.app.web.route_rows import Route

_ASKING = {
    "moment": "closing", "every_days": "7", "style": "line", "anonymous": "no", "question_en": "How was it?",
    "question_ru": "", "mailbox": "",
}  # fmt: skip

REPORTS: dict[tuple[str, str], Route] = {
    ("GET", "ratings.index"): Route(),
    ("GET", "briefing.show"): Route(),
    ("POST", "briefing.by_mail"): Route("anyone", form={"by_mail": "on"}, answer=303),
    ("GET", "reports.index"): Route(answer=302),
    ("GET", "reports.show"): Route(query="period=365"),
    ("GET", "reports.save"): Route(query="period=365"),
    ("GET", "reports.behind"): Route(query="period=365"),
    ("POST", "reports.set_choices"): Route("admin", form={"competition": "40"}, answer=303),
    ("GET", "ratings.figures_csv"): Route(),
    ("GET", "ratings.each"): Route(),
    ("GET", "ratings.each_csv"): Route(),
    # Agents see their own, and that is not the desk's.
    ("GET", "ratings.agent"): Route("lead"),
    ("POST", "ratings.praise"): Route(form={"words": "Well done"}, answer=303, unknown=404),
    ("GET", "ratings_asking.show"): Route("admin"),
    ("POST", "ratings_asking.change"): Route("admin", form=_ASKING, answer=302),
    ("GET", "ratings_asking.preview"): Route("admin"),
    ("POST", "ratings_asking.recovery"): Route("admin", form={"hours": "6", "article_en": "", "article_ru": ""}, answer=302),
    ("GET", "ratings_reasons.index"): Route("admin"),
    ("POST", "ratings_reasons.add"): Route("admin", form={"words_en": "Patience", "words_ru": "", "for_good": "on"}, answer=303),
    ("POST", "ratings_reasons.edit"): Route("admin", form={"words_en": "Pace", "words_ru": "", "for_bad": "on"}, answer=303),
    ("POST", "ratings_reasons.move"): Route("admin", form={"up": "yes"}, answer=303),
    ("POST", "ratings_reasons.archive"): Route("admin", form={"archived": "yes"}, answer=303),
    ("GET", "tasks.index"): Route(query="view=open"),
    ("GET", "tasks.show"): Route(),
    ("POST", "tasks.hand_over"): Route(form={"owner": "=me", "due": "2026-12-01T10:00"}, answer=303),
    ("POST", "tasks.outcome"): Route(form={"outcome": "won", "note": "Called"}, answer=303),
    ("POST", "tasks.reopen"): Route(answer=303, writes=False),
}  # fmt: skip
