"""Actions, what came of them, and the sentences of pure code, in the reader's language."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext

from app.automation.actions import Action
from app.web.automation_names import Names
from app.web.event_words import priority_name, status_name
from app.web.pages import exact_time, in_words


def do_words() -> dict[str, str]:
    return {
        "article": _("Insert an article into the reply"),
        "text": _("Insert a text into the reply"),
        "send": _("Send the reply"),
        "answer": _("Send an automatic answer"),
        "status": _("Set the status"),
        "priority": _("Set the priority"),
        "assign": _("Assign"),
        "add_tags": _("Add tags"),
        "remove_tags": _("Remove tags"),
        "snooze": _("Snooze"),
        "field": _("Fill in a field"),
        "note": _("Add a note"),
        "notify": _("Tell agents"),
        "stop": _("Ask no further rules"),
    }


def whom_words(whom: str, names: Names) -> str:
    kind, _colon, number = whom.partition(":")
    if kind == "agent":
        return names.agents.get(int(number or 0), "?")
    if kind == "team":
        return _("team %(name)s", name=names.teams.get(int(number or 0), "?"))
    if kind == "turn" and number:
        return _("whose turn it is in team %(name)s", name=names.teams.get(int(number), "?"))
    words = {
        "me": _("me"),
        "nobody": _("nobody"),
        "own": _("the client’s own agent"),
        "turn": _("whose turn it is"),
        "assignee": _("whoever it is assigned to"),
    }
    return words.get(whom, whom)


def span_words(text: str) -> str:
    number, _colon, unit = text.partition(":")
    count = int(number) if number.isdigit() else 0
    if unit == "hours":
        return ngettext("%(num)d hour", "%(num)d hours", count)
    if unit == "days":
        return ngettext("%(num)d day", "%(num)d days", count)
    return ngettext("%(num)d week", "%(num)d weeks", count)


def action_words(action: Action, names: Names) -> str:
    """One action as a line: "Set the status: closed"."""
    name = do_words().get(action.do, action.do)
    value = _action_value(action, names)
    return f"{name}: {value}" if value else name


def _action_value(action: Action, names: Names) -> str:
    value = action.value
    if action.do == "answer":
        rest = action.values[1] if len(action.values) > 1 else ""
        return names.articles.get(int(rest), "?") if value == "article" and rest.isdigit() else _short(rest)
    if action.do == "field":
        return (
            f"{names.ticket_fields.get(value, value)} = {action.values[1] if len(action.values) > 1 else ''}"
        )
    words: dict[str, Callable[[], str]] = {
        "article": lambda: names.articles.get(int(value) if value.isdigit() else 0, "?"),
        "send": lambda: _("then %(status)s", status=status_name(value)) if value else "",
        "status": lambda: status_name(value),
        "priority": lambda: priority_name(value),
        "assign": lambda: whom_words(value, names),
        "notify": lambda: whom_words(value, names),
        "snooze": lambda: span_words(value),
        "stop": lambda: "",
    }
    return words[action.do]() if action.do in words else _short(", ".join(action.values))


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 90 else f"{line[:89]}…"


def done_words(done: Mapping[str, Any], names: Names) -> str:
    """What an action changed, or would: "Status: open → closed"."""
    do = str(done.get("do", ""))
    if why_not := done.get("why_not"):
        return _("%(what)s: not done, because %(why)s", what=do_words().get(do, do), why=in_words(why_not))
    before, after = done.get("before"), done.get("after")
    words: dict[str, Callable[[], str]] = {
        "status": lambda: f"{_('Status')}: {status_name(str(before))} → {status_name(str(after))}",
        "priority": lambda: f"{_('Priority')}: {priority_name(str(before))} → {priority_name(str(after))}",
        "assign": lambda: _assigned(done, names),
        "add_tags": lambda: _("Tags: %(names)s", names=", ".join(after or [])),
        "remove_tags": lambda: _("Tags: %(names)s", names=", ".join(after or []) or "–"),
        "snooze": lambda: _("Snoozed until %(at)s", at=exact_time(datetime.fromisoformat(str(after)))),
        "field": lambda: f"{names.ticket_fields.get(str(done.get('field')), '?')}: {before or '–'} → {after or '–'}",
        "note": lambda: _("Note: %(text)s", text=_short(str(after))),
        "notify": lambda: _told(done, names),
        "answer": lambda: _answered(done),
    }  # fmt: skip
    return words[do]() if do in words else do


def _answered(done: Mapping[str, Any]) -> str:
    text = str(done.get("text") or "")
    return _("Automatic answer: %(text)s", text=_short(text)) if text else _("Automatic answer sent")


def _assigned(done: Mapping[str, Any], names: Names) -> str:
    if done.get("turn"):
        return _("Assigned to %(name)s", name=_("whose turn it is"))
    after = done.get("after")
    if done.get("team"):
        return _("Team: %(name)s", name=names.teams.get(after or 0, "–"))
    return _("Assigned to %(name)s", name=names.agents.get(after, "?") if after else _("nobody"))


def _told(done: Mapping[str, Any], names: Names) -> str:
    whom: Sequence[int] = done.get("after") or []
    told = ", ".join(names.agents.get(one, "?") for one in whom) or whom_words(
        str(done.get("whom", "")), names
    )
    return _("Told: %(names)s", names=told)


def sentences() -> list[str]:
    """What pure code and the log say, which know no language: the catalogue finds it here, `in_words` translates it."""
    return [
        _("There is no such condition."),
        _("Say what to look for."),
        _("This must be a number."),
        _("That is too much for one condition."),
        _("There is no such action."),
        _("This text is too long."),
        _("Please choose one of the list."),
        _("Please fill this in."),
        _("Say for how long."),
        _("It names an agent who does not work here any more."),
        _("It names a team that does not exist any more."),
        _("It names a mailbox that does not exist any more."),
        _("It uses an article that is gone."),
        _("It sets a field that does not exist any more."),
        _("there is no letter to answer"),
        _("spam is never answered"),
        _("a variable of the text has no value"),
        _("automatic mail is never answered automatically"),
        _("its envelope has no sender"),
        _("it comes from a helpdesk"),
        _("it is from before this mailbox was connected"),
        _("it was set aside before"),
        _("it is held"),
        _("its sender did not write to us"),
        _("it arrived long ago"),
        _("its sender has no address that can be written to"),
        _("it comes from one of our own addresses"),
        _("nobody reads what is sent to its sender"),
        _("its sender is not proven"),
        _("automatic mail is switched off"),
        _("automatic mail of this mailbox is stopped"),
        _("this address had an automatic mail within a day"),
        _("too many automatic mails in an hour: stopped"),
    ]
