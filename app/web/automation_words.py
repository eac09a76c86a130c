"""Conditions, actions and what came of them, in the reader's language."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy.orm import Session

from app.accounts.models import Agent
from app.accounts.teams import Team
from app.automation.actions import Action
from app.automation.conditions import ALONE, CARD_FIELD, TICKET_FIELD
from app.knowledge.models import Article
from app.mailboxes.models import Mailbox
from app.tickets.order_models import Field
from app.web.event_words import status_name
from app.web.pages import exact_time, in_words


@dataclass
class Names:
    """Rows that rules and macros name: id → what people call them. Those that are gone are named too."""

    agents: dict[int, str] = field(default_factory=dict)
    active_agents: dict[int, str] = field(default_factory=dict)
    teams: dict[int, str] = field(default_factory=dict)
    active_teams: dict[int, str] = field(default_factory=dict)
    mailboxes: dict[int, str] = field(default_factory=dict)
    articles: dict[int, str] = field(default_factory=dict)
    ticket_fields: dict[str, str] = field(default_factory=dict)
    card_fields: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, session: Session, *, articles: bool = True) -> Names:
        """A fixed number of short queries."""
        agents = session.execute(sa.select(Agent.id, Agent.name, Agent.active).order_by(Agent.name)).all()
        teams = session.execute(sa.select(Team.id, Team.name, Team.active).order_by(Team.name)).all()
        fields = session.execute(sa.select(Field.key, Field.name, Field.scope).order_by(Field.position)).all()
        titles = (
            sa.select(Article.id, Article.title).where(Article.archived.is_(False)).order_by(Article.title)
        )
        boxes = sa.select(Mailbox.id, Mailbox.name, Mailbox.address).order_by(Mailbox.id)
        return cls(
            {row.id: row.name for row in agents},
            {row.id: row.name for row in agents if row.active},
            {row.id: row.name for row in teams},
            {row.id: row.name for row in teams if row.active},
            {row.id: row.name or row.address for row in session.execute(boxes)},
            {row.id: row.title for row in session.execute(titles)} if articles else {},
            {row.key: row.name for row in fields if row.scope == "ticket"},
            {row.key: row.name for row in fields if row.scope == "card"},
        )


def field_groups(names: Names) -> list[tuple[str, list[tuple[str, str]]]]:
    """Every field a condition can ask for, as a choice shows them."""
    own = [(f"{TICKET_FIELD}{key}", name) for key, name in names.ticket_fields.items()]
    card = [(f"{CARD_FIELD}{key}", name) for key, name in names.card_fields.items()]
    words = _field_words()
    letter = (
        "sender sender_domain sender_name recipients subject text language attachment file_name automatic"
    )
    letter += " first_letter authentication header"
    ticket = "mailbox status status_before assignee team tags age_hours waiting_hours idle_hours messages"
    client = "customer_tags organisation customer_language"
    return [
        (_("The letter"), [(key, words[key]) for key in letter.split()]),
        (_("The ticket"), [(key, words[key]) for key in ticket.split()] + own),
        (_("The client"), [(key, words[key]) for key in client.split()] + card),
        (_("The time"), [("business_hours", words["business_hours"])]),
    ]


def field_name(key: str, names: Names) -> str:
    if key.startswith(TICKET_FIELD):
        return names.ticket_fields.get(key.removeprefix(TICKET_FIELD), key)
    if key.startswith(CARD_FIELD):
        return names.card_fields.get(key.removeprefix(CARD_FIELD), key)
    return _field_words().get(key, key)


def _field_words() -> dict[str, str]:
    return {
        "sender": _("Sender’s address"),
        "sender_domain": _("Sender’s domain"),
        "sender_name": _("Sender’s name"),
        "recipients": _("To and Cc"),
        "subject": _("Subject"),
        "text": _("Text of the letter"),
        "language": _("Language of the letter"),
        "header": _("Header line"),
        "attachment": _("Has an attachment"),
        "file_name": _("Name of an attachment"),
        "automatic": _("Written by a program"),
        "first_letter": _("First letter of the ticket"),
        "authentication": _("Sender is proven"),
        "mailbox": _("Mailbox"),
        "status": _("Status"),
        "status_before": _("Status before"),
        "assignee": _("Assigned to"),
        "team": _("Team"),
        "tags": _("Tags of the ticket"),
        "age_hours": _("Hours since it was opened"),
        "waiting_hours": _("Hours the client has waited"),
        "idle_hours": _("Hours since the newest message"),
        "messages": _("Number of messages"),
        "customer_tags": _("Tags of the client"),
        "customer_language": _("Language of the client"),
        "organisation": _("Organisation"),
        "business_hours": _("It is business hours now"),
    }


def op_words() -> dict[str, str]:
    return {
        "contains": _("contains"),
        "not_contains": _("does not contain"),
        "word": _("has the word"),
        "not_word": _("does not have the word"),
        "is": _("is"),
        "is_not": _("is not"),
        "starts": _("begins with"),
        "ends": _("ends with"),
        "empty": _("is empty"),
        "filled": _("is not empty"),
        "has": _("has"),
        "has_not": _("does not have"),
        "yes": _("yes"),
        "no": _("no"),
        "more": _("more than"),
        "less": _("less than"),
    }


def choices_of(key: str, names: Names) -> list[tuple[str, str]] | None:
    """What can be chosen for a field; None where one types."""
    lists: dict[str, Callable[[], list[tuple[str, str]]]] = {
        "language": _languages,
        "customer_language": _languages,
        "authentication": lambda: [
            ("pass", _("yes")), ("fail", _("no, it was forged")), ("unknown", _("nobody said")),
        ],
        "mailbox": lambda: [(str(key), name) for key, name in names.mailboxes.items()],
        "status": _statuses,
        "status_before": _statuses,
        "assignee": lambda: [("none", _("Nobody"))] + [(str(k), v) for k, v in names.active_agents.items()],
        "team": lambda: [("none", _("No team"))] + [(str(k), v) for k, v in names.active_teams.items()],
    }  # fmt: skip
    return lists[key]() if key in lists else None


def _languages() -> list[tuple[str, str]]:
    return [("en", "English"), ("ru", "Русский")]


def _statuses() -> list[tuple[str, str]]:
    return [(one, status_name(one)) for one in ("open", "waiting", "snoozed", "closed", "spam")]


def reason_words(why: Mapping[str, Any], names: Names) -> str:
    """ "Subject contains refund" """
    key, op = str(why.get("field", "")), str(why.get("op", ""))
    text = f"{field_name(key, names)}: {op_words().get(op, op)}"
    if op in ALONE:
        return text
    known = dict(choices_of(key, names) or ())
    return f"{text} {', '.join(known.get(str(one), str(one)) for one in why.get('values', ()))}"


def found_words(why: Mapping[str, Any], names: Names) -> str:
    """What was found there, as people call it."""
    found = str(why.get("found", ""))
    if found in ("yes", "no"):
        return op_words()[found]
    key = str(why.get("field", ""))
    if key == "assignee" and found.isdigit():
        return names.agents.get(int(found), found)
    return dict(choices_of(key, names) or ()).get(found, found)


def when_words() -> dict[str, str]:
    return {
        "created": _("A letter opens a new ticket"),
        "letter": _("A letter arrives"),
        "replied": _("A reply has left"),
        "status": _("The status changes"),
        "time": _("Time has passed"),
    }


def since_words() -> dict[str, str]:
    return {
        "waiting": _("since the client waits for an answer"),
        "message": _("since the newest message"),
        "opened": _("since the ticket was opened"),
        "closed": _("since it was closed"),
    }


def do_words() -> dict[str, str]:
    return {
        "article": _("Insert an article into the reply"),
        "text": _("Insert a text into the reply"),
        "send": _("Send the reply"),
        "answer": _("Send an automatic answer"),
        "status": _("Set the status"),
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
