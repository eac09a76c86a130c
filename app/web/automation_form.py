"""The form of a rule or a macro: rows that come and go, read from what a browser sent and laid out again.

Without scripts each "Add" and "Remove" sends the whole form and gets it back with the row; with scripts the same answer
replaces the form in its place. Nothing is stored until "Save".
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import Any

from flask import abort
from werkzeug.datastructures import MultiDict

from app.automation.actions import KINDS, Action
from app.automation.conditions import (
    ALONE,
    MOST_CONDITIONS,
    OPS,
    Condition,
    Group,
    kind_of,
    read_number,
)
from app.automation.rules import RuleForm

HEAD = frozenset(
    {"name", "trigger", "since", "hours", "business", "backlog", "match", "scope", "mailbox", "do"}
)
_ROW = re.compile(
    r"(?:[cga]|[ca]\d{1,3}\.(?:field|op|value|group|do|more|text)|g\d{1,2}\.match|new(?:_do|_field(?:\.g\d{1,2})?))\Z"
)
_ALWAYS = frozenset({"csrf_token", "view"})
MOST_ROWS = 60


@dataclass(frozen=True)
class Row:
    """One condition of the form. `group`: -1 for the outermost."""

    field: str
    op: str
    values: tuple[str, ...] = ()
    group: int = -1


@dataclass(frozen=True)
class Drafted:
    """The whole form as it stands; `groups` say of each inner group whether all of it must be true."""

    name: str = ""
    trigger: str = "letter"
    since: str = "waiting"
    hours: str = "24"
    business: bool = False
    backlog: bool = False
    every: bool = True
    scope: str = "shared"
    mailbox: str = ""
    rows: tuple[Row, ...] = ()
    groups: tuple[bool, ...] = ()
    actions: tuple[Action, ...] = ()
    # Which row the cursor goes to: "c3", "a1", ''.
    focus: str = field(default="")


def read(form: MultiDict[str, str]) -> Drafted:
    """What a browser sent. A field that our form does not have is refused with 400."""
    if any(name not in HEAD | _ALWAYS and not _ROW.match(name) for name in form):
        abort(400)
    groups = form.getlist("g")[:MOST_ROWS]
    order = {number: place for place, number in enumerate(groups)}
    rows = [_row(form, number, order) for number in form.getlist("c")[:MOST_ROWS]]
    return Drafted(
        name=form.get("name", ""),
        trigger=form.get("trigger", "letter"),
        since=form.get("since", "waiting"),
        hours=form.get("hours", ""),
        business="business" in form,
        backlog="backlog" in form,
        every=form.get("match", "all") != "any",
        scope=form.get("scope", "shared"),
        mailbox=form.get("mailbox", ""),
        rows=tuple(row for row in rows if row.field),
        groups=tuple(form.get(f"g{number}.match", "any") != "any" for number in groups),
        actions=tuple(_action(form, number) for number in form.getlist("a")[:MOST_ROWS]),
    )


def _row(form: MultiDict[str, str], number: str, groups: dict[str, int]) -> Row:
    key, op = form.get(f"c{number}.field", ""), form.get(f"c{number}.op", "")
    kind = kind_of(key)
    values = form.getlist(f"c{number}.value")
    if kind in ("text", "tags", "header"):
        values = [one.strip() for value in values for one in value.split(",")]
    kept = () if op in ALONE else tuple(value for value in values if value.strip())
    return Row(key if kind else "", op, kept, groups.get(form.get(f"c{number}.group", ""), -1))


def _action(form: MultiDict[str, str], number: str) -> Action:
    do = form.get(f"a{number}.do", "")
    value, more = form.get(f"a{number}.value", ""), form.get(f"a{number}.more", "")
    text = form.get(f"a{number}.text", "").replace("\r\n", "\n")
    if do == "snooze":
        return Action(do, (f"{value.strip()}:{more}",))
    if do == "field":
        return Action(do, (value, more.strip()))
    if do == "answer":
        return Action(do, ("article", value) if value else ("text", text))
    if do in ("text", "note"):
        return Action(do, (text,))
    if do in ("add_tags", "remove_tags"):
        return Action(do, tuple(one.strip() for one in value.split(",") if one.strip()) or ("",))
    return Action(do, () if do == "stop" else (value,))


def changed(drafted: Drafted, form: MultiDict[str, str]) -> Drafted | None:
    """The form after a button that adds or removes a row; None for any other button."""
    do = form.get("do", "")
    verb, _dash, what = do.partition("-")
    if verb == "add":
        return _added(drafted, form, what)
    match = re.fullmatch(r"([cga])(\d{1,3})", what)
    if match is None or verb not in ("remove", "up"):
        return None
    return _without(drafted, match[1], int(match[2])) if verb == "remove" else _up(drafted, int(match[2]))


def _added(drafted: Drafted, form: MultiDict[str, str], what: str) -> Drafted:
    if what == "group":
        return replace(drafted, groups=(*drafted.groups, False))
    if what == "action":
        do = form.get("new_do", "")
        if do not in KINDS:
            return drafted
        return replace(drafted, actions=(*drafted.actions, Action(do)), focus=f"a{len(drafted.actions)}")
    group = int(what.removeprefix("condition-g")) if re.fullmatch(r"condition-g\d{1,2}", what) else -1
    key = form.get(f"new_field.g{group}" if group >= 0 else "new_field", "")
    kind = kind_of(key)
    if not kind or group >= len(drafted.groups) or len(drafted.rows) >= MOST_CONDITIONS:
        return drafted
    rows = (*drafted.rows, Row(key, OPS[kind][0], (), group))
    return replace(drafted, rows=rows, focus=f"c{len(rows) - 1}")


def _without(drafted: Drafted, what: str, number: int) -> Drafted:
    if what == "a":
        return replace(drafted, actions=drafted.actions[:number] + drafted.actions[number + 1 :])
    if what == "c":
        return replace(drafted, rows=drafted.rows[:number] + drafted.rows[number + 1 :])
    rows = [row for row in drafted.rows if row.group != number]
    moved = tuple(replace(row, group=row.group - 1) if row.group > number else row for row in rows)
    return replace(drafted, rows=moved, groups=drafted.groups[:number] + drafted.groups[number + 1 :])


def _up(drafted: Drafted, number: int) -> Drafted:
    """An action changes places with the one above it."""
    actions = list(drafted.actions)
    if 0 < number < len(actions):
        actions[number - 1], actions[number] = actions[number], actions[number - 1]
    return replace(drafted, actions=tuple(actions))


def rule_form(drafted: Drafted) -> RuleForm:
    """As the service takes it. Conditions come in the order of `in_order`."""
    timing: dict[str, Any] = {}
    if drafted.trigger == "time":
        timing = {"since": drafted.since, "hours": read_number(drafted.hours), "business": drafted.business}
    return RuleForm(
        drafted.name, drafted.trigger, group_of(drafted), drafted.actions, timing, drafted.backlog
    )


def group_of(drafted: Drafted) -> Group:
    outer: list[Condition | Group] = [_condition(row) for row in drafted.rows if row.group < 0]
    for number, every in enumerate(drafted.groups):
        inner = tuple(_condition(row) for row in drafted.rows if row.group == number)
        if inner:
            outer.append(Group(every, inner))
    return Group(drafted.every, tuple(outer))


def in_order(drafted: Drafted) -> Drafted:
    """The rows as `group_of` walks through them, so that the number of a wrong one is its number on the page."""
    return replace(drafted, rows=tuple(sorted(drafted.rows, key=lambda row: row.group)))


def drafted_of(rule: Any) -> Drafted:
    """The form of a stored rule; `rule` is an ActiveRule with its timing."""
    rows: list[Row] = []
    groups: list[bool] = []
    for item in rule.group.items:
        if isinstance(item, Group):
            rows += [
                Row(one.field, one.op, one.values, len(groups))
                for one in item.items
                if isinstance(one, Condition)
            ]
            groups.append(item.every)
        else:
            rows.append(Row(item.field, item.op, item.values))
    hours = rule.timing.get("hours", 24)
    return in_order(
        Drafted(
            name=rule.name,
            trigger=rule.trigger,
            since=str(rule.timing.get("since", "waiting")),
            hours=f"{hours:g}" if isinstance(hours, int | float) else "",
            business=bool(rule.timing.get("business")),
            backlog=rule.trigger == "time" and rule.armed_from is None,
            every=rule.group.every,
            rows=tuple(rows),
            groups=tuple(groups),
            actions=rule.actions,
        )
    )


def _condition(row: Row) -> Condition:
    return Condition(row.field, row.op, row.values)
