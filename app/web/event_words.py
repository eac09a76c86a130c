"""One line of history in the reader's language. A kind that is not known here still says who and when."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from app.tickets.models import Event
from app.web.words import gettext as _
from app.web.words import words

Detail = Mapping[str, Any]


def status_name(status: str) -> str:
    """The word for a status, the status itself when it is a new one."""
    names = {
        "open": _("open"),
        "waiting": _("waiting"),
        "snoozed": _("snoozed"),
        "closed": _("closed"),
        "spam": _("spam"),
        "trash": _("trash"),
    }
    return names.get(status, status)


def why_stopped(why: str) -> str:
    """Why a letter that was put off did not leave; a sentence of ours is translated like every error."""
    reasons = {"letter": _("the customer wrote first"), "merged": _("the ticket was merged")}
    return reasons.get(why) or _(why)


def priority_name(priority: str) -> str:
    """The word for a priority."""
    names = {"low": _("low"), "normal": _("normal"), "high": _("high"), "urgent": _("urgent")}
    return names.get(priority, priority)


def event_words(event: Event, agents: Mapping[int, str]) -> str:
    """What happened, without who and when. `agents`: id → name, for assignments."""
    wording = _WORDINGS.get(event.kind)
    return wording(event.detail or {}, agents) if wording else _("Changed")


def _assigned(detail: Detail, agents: Mapping[int, str]) -> str:
    if detail.get("after") is None:
        return _("Nobody is assigned any more")
    name = agents.get(detail["after"], "?")
    by_itself = {
        "turn": _("Assigned to %(name)s, whose turn it was", name=name),
        "load": _("Assigned to %(name)s, who had the fewest open tickets", name=name),
        "own": _("Assigned to %(name)s, the client’s own agent", name=name),
    }
    return by_itself.get(str(detail.get("why")), _("Assigned to %(name)s", name=name))


def _team(detail: Detail, _agents: Mapping[int, str]) -> str:
    name = detail.get("name")
    return _("Given to the team %(name)s", name=name) if name else _("In no team any more")


def _tags(detail: Detail, _agents: Mapping[int, str]) -> str:
    names = ", ".join(map(str, detail.get("after") or []))
    return _("Tags: %(names)s", names=names) if names else _("Tags removed")


def _card(detail: Detail, _agents: Mapping[int, str]) -> str:
    words = {
        "name": _("name"),
        "organisation": _("organisation"),
        "language": _("language"),
        "notes": _("notes"),
        "tags": _("tags"),
        "address added": _("address added"),
        "address removed": _("address removed"),
        "first address": _("first address"),
        "phone added": _("phone added"),
        "phone removed": _("phone removed"),
        "own agent": _("own agent"),
    }
    parts = [words.get(part, part) for part in str(detail.get("what", "")).split(", ")]
    return _("Client card changed: %(what)s", what=", ".join(parts))


def _recipient(detail: Detail) -> str:
    return str(detail.get("recipient") or ", ".join(map(str, detail.get("recipients") or [])))


def _moment(text: object) -> str:
    """A moment that an event keeps, in the reader's own time."""
    return words().exact(datetime.fromisoformat(str(text))) if text else ""


def _moved(detail: Detail, _agents: Mapping[int, str]) -> str:
    return _(
        "Moved from #%(source)s to #%(target)s", source=detail.get("source"), target=detail.get("target")
    )


def _spam(detail: Detail, _agents: Mapping[int, str]) -> str:
    learnt = ", ".join(map(str, detail.get("learnt") or []))
    return _("Marked as spam; learnt: %(sender)s", sender=learnt) if learnt else _("Marked as spam")


def _not_spam(detail: Detail, _agents: Mapping[int, str]) -> str:
    forgotten = ", ".join(map(str, detail.get("forgotten") or []))
    return _("Not spam; forgotten: %(sender)s", sender=forgotten) if forgotten else _("Not spam")


def _field(detail: Detail, _agents: Mapping[int, str]) -> str:
    shown = {"yes": _("yes"), "no": _("no")}
    value = str(detail.get("after") or "")
    return f"{detail.get('name')}: {shown.get(value, value) or '—'}"


def _recovered(detail: Detail, _agents: Mapping[int, str]) -> str:
    ends = {
        "won": _("The unhappy customer was won back"),
        "lost": _("The unhappy customer was not won back"),
        "unreachable": _("The unhappy customer could not be reached"),
    }
    return ends.get(str(detail.get("outcome")), _("Changed"))


def _recovery_given(detail: Detail, agents: Mapping[int, str]) -> str:
    if detail.get("owner_id") is None:
        return _("Nobody is to win the customer back any more")
    return _("%(name)s is to win the customer back", name=agents.get(detail["owner_id"], "?"))


def _due_soon(detail: Detail, _agents: Mapping[int, str]) -> str:
    words = {
        "first": _("The first reply is due %(time)s", time=_moment(detail.get("due_at"))),
        "solved": _("To be solved by %(time)s", time=_moment(detail.get("due_at"))),
    }
    return words.get(
        str(detail.get("promise")), _("A reply is due %(time)s", time=_moment(detail.get("due_at")))
    )


def _late(detail: Detail, _agents: Mapping[int, str]) -> str:
    level = str(detail.get("level", ""))
    words = {
        "first": _("The first reply is later than “%(level)s” promises", level=level),
        "solved": _("Not solved by the time that “%(level)s” promises", level=level),
    }
    return words.get(str(detail.get("promise")), _("A reply is later than “%(level)s” promises", level=level))


def _praised(detail: Detail, agents: Mapping[int, str]) -> str:
    name = agents.get(detail.get("agent_id") or 0, "?")
    return _("Praised %(name)s for the reply", name=name)


def _rule(detail: Detail, _agents: Mapping[int, str]) -> str:
    """Which rule, and the first of the conditions that it met with what was found there."""
    name = str(detail.get("name", ""))
    found = [str(one.get("found", "")) for one in detail.get("why") or [] if one.get("found")]
    if not found:
        return _("Rule “%(name)s” acted", name=name)
    return _("Rule “%(name)s” acted, because of “%(found)s”", name=name, found=found[0][:80])


_WORDINGS: dict[str, Callable[[Detail, Mapping[int, str]], str]] = {
    "status": lambda detail, _agents: _(
        "Status: %(status)s", status=status_name(str(detail.get("after", "")))
    ),
    "assigned": _assigned,
    "team": _team,
    "priority": lambda detail, _agents: _(
        "Priority: %(priority)s", priority=priority_name(str(detail.get("after", "")))
    ),
    "renamed": lambda detail, _agents: _("Subject: %(subject)s", subject=str(detail.get("after", ""))),
    "customer": lambda detail, _agents: _(
        "Customer: %(name)s instead of %(before)s",
        name=str(detail.get("name") or "?"),
        before=str(detail.get("before_name") or "?"),
    ),
    "mailbox": lambda detail, _agents: _(
        "Moved from %(before)s to %(name)s",
        before=str(detail.get("before_name") or "?"),
        name=str(detail.get("name") or "?"),
    ),
    "note-edited": lambda _detail, _agents: _("A note was edited"),
    "recovery": lambda detail, _agents: _("A task was made: win the unhappy customer back"),
    "recovered": _recovered,
    "recovery_given": _recovery_given,
    "recovery_reopened": lambda detail, _agents: _("The task to win the customer back was opened again"),
    "recovery_proposed": lambda detail, _agents: _("The customer is happy again"),
    "praised": _praised,
    "rated": lambda _detail, _agents: _("The customer rated a reply"),
    "due_soon": _due_soon,
    "late": _late,
    "tags": _tags,
    "card": _card,
    "merged": lambda detail, _agents: _(
        "Merged: #%(source)s into #%(target)s", source=detail.get("source"), target=detail.get("target")
    ),
    "unmerged": lambda detail, _agents: _(
        "Taken apart: #%(source)s and #%(target)s", source=detail.get("source"), target=detail.get("target")
    ),
    "reopened": lambda _detail, _agents: _("Opened again by a letter"),
    "snoozed": lambda detail, _agents: _("Snoozed until %(time)s", time=_moment(detail.get("until"))),
    "woken": lambda _detail, _agents: _("Back from its snooze"),
    "spam": _spam,
    "spam-learnt": _spam,
    "not-spam": _not_spam,
    "trashed": lambda _detail, _agents: _("Moved to the trash"),
    "restored": lambda _detail, _agents: _("Taken out of the trash"),
    "split": _moved,
    "moved": _moved,
    "unsplit": lambda detail, _agents: _(
        "Put back into #%(source)s from #%(target)s", source=detail.get("source"), target=detail.get("target")
    ),
    "field": _field,
    "cards-merged": lambda detail, _agents: _(
        "The card of %(name)s became part of this one", name=str(detail.get("name", ""))
    ),
    "cards-unmerged": lambda _detail, _agents: _("A card of its own again"),
    "rule": _rule,
    "macro": lambda detail, _agents: _("Macro “%(name)s”", name=str(detail.get("name", ""))),
    "macro-undone": lambda detail, _agents: _(
        "Macro “%(name)s” taken back", name=str(detail.get("name", ""))
    ),
    "thanks": lambda _detail, _agents: _("A thank-you came; left as it was"),
    "replied": lambda _detail, _agents: _("Replied"),
    "forwarded": lambda _detail, _agents: _("Passed on"),
    "later": lambda _detail, _agents: _("A letter was put off until later"),
    "later_withdrawn": lambda _detail, _agents: _("A letter that was to leave later was taken back"),
    "later_cancelled": lambda detail, _agents: _(
        "A letter did not leave by itself: %(why)s", why=why_stopped(str(detail.get("why", "")))
    ),
    "draft_taken": lambda detail, agents: _(
        "Took over the draft of %(name)s", name=agents.get(detail.get("agent_id", 0), "?")
    ),
    "begun": lambda _detail, _agents: _("Begun by us"),
    "undone": lambda _detail, _agents: _("Sending undone"),
    "delivery_delayed": lambda detail, _agents: _(
        "Delivery to %(address)s is delayed", address=_recipient(detail)
    ),
    "delivery_failed": lambda detail, _agents: _(
        "Delivery to %(address)s failed", address=_recipient(detail)
    ),
    "delivery_bounced": lambda detail, _agents: _(
        "Mail to %(address)s came back", address=_recipient(detail)
    ),
    "delivery_uncertain": lambda detail, _agents: _(
        "It is not certain that %(address)s got the reply", address=_recipient(detail)
    ),
    "delivery_confirmed": lambda detail, _agents: _(
        "Marked as received by %(address)s", address=_recipient(detail)
    ),
    "delivery_proved": lambda detail, _agents: _(
        "It did arrive at %(address)s after all", address=_recipient(detail)
    ),
    "delivery_retried": lambda detail, _agents: _("Sent to %(address)s again", address=_recipient(detail)),
    "linked": lambda detail, _agents: _("Linked with #%(number)s", number=detail.get("other")),
    "unlinked": lambda detail, _agents: _("Link with #%(number)s taken away", number=detail.get("other")),
    "filed-by-hand": lambda _detail, _agents: _("A parked letter filed here by hand"),
    "also-sent-to": lambda detail, _agents: _(
        "Also sent to %(mailbox)s", mailbox=str(detail.get("mailbox", ""))
    ),
}
