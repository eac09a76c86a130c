"""Who is told of what. Pure: what happened and who is who in its ticket → lines for the agents' pages of notices.

Nobody is told of their own doing, and of one thing nobody is told twice: whoever is mentioned in a note is not told of
the note as well.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

# Kinds of app.together.models.Told, which a pure file does not know.
ASSIGNED, MENTION, LETTER, NOTE = "assigned", "mention", "letter", "note"
DELIVERY, LATER, DRAFT, RATING = "delivery", "later", "draft", "rating"
RECOVERY, PRAISE, DUE = "recovery", "praise", "due"
_WRITING = ("replied", "forwarded", "begun")
_LONG_AGO = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Happened:
    """One row of the history or one message. `kind`: of the event, or "letter" or "note"."""

    kind: str
    ticket_id: int
    at: datetime
    by_id: int | None = None
    message_id: int | None = None
    # Of the reply that the event is about.
    author_id: int | None = None
    detail: Mapping[str, Any] = field(default_factory=dict)
    # Of a note: everybody who is mentioned, teams already taken apart.
    mentioned: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Circle:
    """Who is who in a ticket. `teams`: members by team."""

    assignee_id: int | None = None
    watchers: frozenset[int] = frozenset()
    teams: Mapping[int, tuple[int, ...]] = field(default_factory=dict)
    team_names: Mapping[int, str] = field(default_factory=dict)

    @property
    def everybody(self) -> set[int]:
        return {*self.watchers, *([self.assignee_id] if self.assignee_id else [])}


@dataclass(frozen=True)
class Tell:
    """One thing for one agent. `watch`: they are told of what comes next in this ticket, too."""

    agent_id: int
    ticket_id: int
    kind: str
    at: datetime
    by_id: int | None = None
    message_id: int | None = None
    detail: Mapping[str, Any] = field(default_factory=dict)


def tells(happened: Happened, circle: Circle) -> list[Tell]:
    """Lines for everybody this concerns."""
    found = _RULES[happened.kind](happened, circle) if happened.kind in _RULES else []
    return [one for one in found if one.agent_id != happened.by_id]


def watches(happened: Happened) -> list[int]:
    """Agents who watch this ticket from now on, if they want that: they answered, were given it, were mentioned."""
    if happened.kind in _WRITING:
        return [happened.by_id] if happened.by_id else []
    if happened.kind == "assigned":
        after = happened.detail.get("after")
        return [after] if isinstance(after, int) else []
    return sorted(happened.mentioned - {happened.by_id})


def without_what_was_there(lines: Sequence[Tell], happened: Sequence[Happened]) -> list[Tell]:
    """Whoever is given a ticket, takes it or answers in it has seen the letters and notes that were there before."""
    seen: dict[tuple[Any, int], datetime] = {}
    for one in happened:
        if one.kind == "assigned" or one.kind in _WRITING:
            agent_id = one.detail.get("after") if one.kind == "assigned" else one.by_id
            seen[agent_id, one.ticket_id] = max(one.at, seen.get((agent_id, one.ticket_id), one.at))
    return [
        line
        for line in lines
        if line.kind not in (LETTER, NOTE) or line.at > seen.get((line.agent_id, line.ticket_id), _LONG_AGO)
    ]


def _tell(happened: Happened, agent_id: int | None, kind: str, **detail: Any) -> list[Tell]:
    if agent_id is None:
        return []
    message_id = happened.message_id
    return [Tell(agent_id, happened.ticket_id, kind, happened.at, happened.by_id, message_id, detail)]


def _assigned(happened: Happened, _circle: Circle) -> list[Tell]:
    after = happened.detail.get("after")
    return _tell(happened, after, ASSIGNED) if isinstance(after, int) else []


def _team(happened: Happened, circle: Circle) -> list[Tell]:
    team_id = happened.detail.get("after")
    if not isinstance(team_id, int) or circle.assignee_id is not None:
        return []
    name = circle.team_names.get(team_id, "")
    return [
        line
        for agent_id in circle.teams.get(team_id, ())
        for line in _tell(happened, agent_id, ASSIGNED, team=name)
    ]


def _note(happened: Happened, circle: Circle) -> list[Tell]:
    text = str(happened.detail.get("text", ""))
    rest = circle.everybody - happened.mentioned
    return [
        line
        for kind, agents in ((MENTION, happened.mentioned), (NOTE, rest))
        for agent_id in sorted(agents)
        for line in _tell(happened, agent_id, kind, text=text, who=happened.detail.get("who", ""))
    ]


def _note_edited(happened: Happened, _circle: Circle) -> list[Tell]:
    """Whoever is mentioned only now; the others have heard of the note."""
    said = {name: happened.detail.get(name, "") for name in ("text", "who")}
    return [
        line for agent_id in sorted(happened.mentioned) for line in _tell(happened, agent_id, MENTION, **said)
    ]


def _letter(happened: Happened, circle: Circle) -> list[Tell]:
    return [
        line
        for agent_id in sorted(circle.everybody)
        for line in _tell(happened, agent_id, LETTER, **happened.detail)
    ]


def _about_reply(kind: str, *names: str) -> Callable[[Happened, Circle], list[Tell]]:
    """To the author of the reply, or to whoever has the ticket now."""

    def rule(happened: Happened, circle: Circle) -> list[Tell]:
        detail = {name: happened.detail[name] for name in names if happened.detail.get(name)}
        named = happened.detail.get("agent_id")
        whom = happened.author_id or (named if isinstance(named, int) else None) or circle.assignee_id
        return _tell(happened, whom, kind, how=happened.kind, **detail)

    return rule


def _rated(happened: Happened, circle: Circle) -> list[Tell]:
    if happened.detail.get("face") != "bad":
        return []
    return _tell(happened, happened.author_id or circle.assignee_id, RATING)


def _later(happened: Happened, _circle: Circle) -> list[Tell]:
    owner = happened.detail.get("agent_id")
    why = str(happened.detail.get("why", ""))
    return _tell(happened, owner, LATER, why=why) if isinstance(owner, int) else []


def _draft_taken(happened: Happened, _circle: Circle) -> list[Tell]:
    owner = happened.detail.get("agent_id")
    return _tell(happened, owner, DRAFT) if isinstance(owner, int) else []


def _recovery(happened: Happened, _circle: Circle) -> list[Tell]:
    """An unhappy customer is to be won back: whoever the event names, such as the leads of the author."""
    named = happened.detail.get("whom")
    text = str(happened.detail.get("text") or "")
    return [
        line
        for agent_id in (named if isinstance(named, list) else [])
        if isinstance(agent_id, int)
        for line in _tell(happened, agent_id, RECOVERY, how=happened.kind, text=text)
    ]


def _promised(happened: Happened, _circle: Circle) -> list[Tell]:
    """A promise to a customer ends soon, or is broken: whoever the event names."""
    named = happened.detail.get("whom")
    told = {name: happened.detail.get(name) for name in ("promise", "due_at", "level")}
    return [
        line
        for agent_id in (named if isinstance(named, list) else [])
        if isinstance(agent_id, int)
        for line in _tell(happened, agent_id, DUE, how=happened.kind, **told)
    ]


def _praised(happened: Happened, _circle: Circle) -> list[Tell]:
    whom = happened.detail.get("agent_id")
    text = str(happened.detail.get("text") or "")
    return _tell(happened, whom, PRAISE, text=text) if isinstance(whom, int) else []


_RULES: dict[str, Callable[[Happened, Circle], list[Tell]]] = {
    "assigned": _assigned,
    "team": _team,
    "note": _note,
    "note-edited": _note_edited,
    "letter": _letter,
    "delivery_failed": _about_reply(DELIVERY, "recipient", "answer"),
    "delivery_uncertain": _about_reply(DELIVERY, "recipient", "answer"),
    "delivery_bounced": _about_reply(DELIVERY, "recipient", "answer"),
    "later_cancelled": _later,
    "draft_taken": _draft_taken,
    "rated": _rated,
    "recovery": _recovery,
    "recovery_given": _recovery,
    "recovery_proposed": _recovery,
    "praised": _praised,
    "due_soon": _promised,
    "late": _promised,
}
