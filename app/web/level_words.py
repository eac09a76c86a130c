"""Service levels in words."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from flask_babel import gettext as _
from markupsafe import Markup

from app import db
from app.levels import durations
from app.levels.models import ServiceLevel
from app.levels.report import Kept
from app.web.parts import icon
from app.web.words import Words

SOON_SECONDS = 3600


def written(minutes: int) -> str:
    """ "1 h 30 min"; '' for none."""
    units = {"d": _("{n} d"), "h": _("{n} h"), "min": _("{n} min")}
    return " ".join(str(units[unit]).replace("{n}", str(count)) for count, unit in durations.parts(minutes))


def kind_name(kind: str) -> str:
    return {"first": _("First reply"), "next": _("Every further reply"), "solved": _("Solved")}.get(
        kind, kind
    )


def priority_name(priority: str) -> str:
    words = {"urgent": _("Urgent"), "high": _("High"), "normal": _("Normal"), "low": _("Low")}
    return words.get(priority, priority)


def promises(level: ServiceLevel) -> list[tuple[str, str, str]]:
    """(priority, kind, time) in words, the usual ones first."""
    order = ("normal", "urgent", "high", "low")
    return [
        (priority_name(priority), kind_name(kind), written(minutes))
        for priority in order
        for kind, minutes in level.targets.get(priority, {}).items()
    ]


def for_whom(level: ServiceLevel, boxes: Mapping[int, str]) -> str:
    names = [boxes.get(one, "?") for one in level.mailbox_ids]
    where = ", ".join(names) if names else _("All mailboxes")
    items = level.conditions.get("items", [])
    return f"{where} · {_('with conditions')}" if items else where


def kept_words(rows: list[Kept]) -> str:
    """One line: what share of the promises was kept, and of how many."""
    decided = sum(one.kept + one.broken + one.late for one in rows)
    if not decided:
        return _("Nothing to count in the last 30 days")
    share = round(100 * sum(one.kept for one in rows) / decided)
    return _("%(share)s %% of %(num)s promises kept in the last 30 days", share=share, num=decided)


def due_chip(reader: Words, at: datetime | None, kind: str) -> Markup:
    """ "due in 40 min", "late by 2 h"; the page's script keeps it true."""
    if at is None:
        return Markup()
    seconds = (at - db.now()).total_seconds()
    tone = "bad" if seconds <= 0 else "warn" if seconds <= SOON_SECONDS else "plain"
    pattern = reader.text("due in {t}") if seconds > 0 else reader.text("late by {t}")
    what = {"first": reader.text("First reply"), "solved": reader.text("Solved")}.get(
        kind, reader.text("Reply")
    )
    text = pattern.replace("{t}", _span(reader, abs(seconds)))
    return Markup(
        '<span class="chip chip-{} row-due" title="{}">{}<span class="only-reader">{}: </span>'
        '<time datetime="{}" data-due>{}</time></span>'
    ).format(
        tone, f"{what}: {reader.exact(at)}", icon("hourglass-split"), what, at.isoformat(), text
    )  # fmt: skip


def _span(reader: Words, seconds: float) -> str:
    minutes = max(1, int(seconds // 60))
    if minutes < 60:
        return str(reader.text("{n} min")).replace("{n}", str(minutes))
    if minutes < 48 * 60:
        return str(reader.text("{n} h")).replace("{n}", str(minutes // 60))
    return str(reader.text("{n} d")).replace("{n}", str(minutes // (24 * 60)))
