"""Conditions, and what they found, in the reader's language; with the words of actions for the pages that show both."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from flask_babel import gettext as _

from app.automation.actions import PRIORITIES
from app.automation.conditions import ALONE, CARD_FIELD, TICKET_FIELD
from app.web.automation_deeds import action_words, do_words, done_words
from app.web.automation_names import Names
from app.web.event_words import priority_name, status_name

__all__ = ["Names", "action_words", "do_words", "done_words"]


def field_groups(names: Names) -> list[tuple[str, list[tuple[str, str]]]]:
    """Every field a condition can ask for, as a choice shows them."""
    own = [(f"{TICKET_FIELD}{key}", name) for key, name in names.ticket_fields.items()]
    card = [(f"{CARD_FIELD}{key}", name) for key, name in names.card_fields.items()]
    words = _field_words()
    letter = (
        "sender sender_domain sender_name recipients subject text language attachment file_name automatic"
    )
    letter += " first_letter authentication header"
    ticket = (
        "mailbox status status_before priority assignee team tags age_hours waiting_hours idle_hours messages"
    )
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
        "priority": _("Priority"),
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
        "priority": lambda: [(one, priority_name(one)) for one in PRIORITIES],
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
