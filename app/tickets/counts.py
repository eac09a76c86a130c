"""The numbers beside the views, and what else stands there: mailboxes, teams, tags, saved views. One query.

Open tickets are counted exactly, by one walk through an index that holds open tickets alone. Of the others it is
enough to know that they are many.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.accounts.rights import Rights, Who, rights_of
from app.accounts.teams import Team, TeamMember
from app.mailboxes.models import Mailbox, RawMail, RawState
from app.tags.models import Tag
from app.tickets.kept import Kept
from app.tickets.models import Status, Ticket, ticket_tags
from app.tickets.queue_models import SavedView
from app.tickets.view_conditions import has_status

# A number beside a view that nobody works through ends here, and is shown with a plus.
MOST_COUNTED = 1000
CAPPED = (Status.WAITING, Status.SNOOZED, Status.SPAM, Status.TRASH)
MOST_TAGS = 12
_MINE, _NOBODYS = 1, 2


@dataclass(frozen=True)
class Place:
    """A mailbox, a team or a tag beside the list, with its open tickets. `mine`: a team of this agent."""

    row_id: int
    name: str
    count: int
    mine: bool = False


_TAGS: Kept[list[Place]] = Kept(100)


@dataclass(frozen=True)
class Saved:
    """A saved view beside the list. Its number is asked for apart."""

    row_id: int
    icon: str
    sorting: str
    query: str
    name: str
    position: int


@dataclass(frozen=True)
class Counts:
    """Numbers beside the views; `parked` counts mails nobody could file."""

    views: dict[str, int] = field(default_factory=dict)
    mailboxes: list[Place] = field(default_factory=list)
    teams: list[Place] = field(default_factory=list)
    tags: list[Place] = field(default_factory=list)
    saved: list[Saved] = field(default_factory=list)
    parked: int = 0

    def numbers(self) -> dict[str, int]:
        """By the slug of the view, for pages that are open already."""
        found = {**self.views, "parked": self.parked}
        for kind, places in (("mailbox", self.mailboxes), ("team", self.teams), ("tag", self.tags)):
            found |= {f"{kind}-{place.row_id}": place.count for place in places}
        return found


def counts(session: Session, who: Who, *, state: str = "") -> Counts:
    """All numbers beside the views, in one query.

    `state` names the state of the tickets, such as the mark of the newest change. Tags cost most, and are counted
    once for each state and set of mailboxes.
    """
    rights = rights_of(session, who)
    key = (str(session.get_bind().engine.url), state, rights.mailboxes)
    known = _TAGS.find(key) if state else None
    rows: dict[str, list[Any]] = {}
    statement = _statement(rights.mailboxes, known is None)
    for row in session.connection().execute(statement, {"agent": rights.agent_id}):
        rows.setdefault(row.kind, []).append(row)
    views = {row.name: row.number for row in rows.get("status", ()) if row.number}
    views |= _of_open(rows.get("open", ()))
    tags = (
        _often([Place(row.first, row.name, row.number) for row in rows.get("tag", ())])
        if known is None
        else known
    )
    if state and known is None:
        _TAGS.keep(key, tags)
    saved = [_saved_view(row) for row in rows.get("saved", ())]
    return Counts(
        views,
        _places(rows.get("mailbox", ()), _by(rows.get("open", ()), "first")),
        _places(rows.get("team", ()), _by(rows.get("open", ()), "second")),
        tags,
        sorted(saved, key=lambda one: (one.position, one.name.casefold(), one.row_id)),
        sum(row.number for row in rows.get("parked", ())),
    )


def _often(tags: list[Place]) -> list[Place]:
    return sorted(tags, key=lambda place: (-place.count, place.name))[:MOST_TAGS]


def _saved_view(row: Any) -> Saved:
    icon, sorting, query, name = row.name.split("\n", 3)
    return Saved(row.first, icon, sorting, query, name, row.number)


def _of_open(rows: Any) -> dict[str, int]:
    found = {
        "open": sum(row.number for row in rows),
        "mine": sum(row.number for row in rows if row.third == _MINE),
        "unassigned": sum(row.number for row in rows if row.third == _NOBODYS),
    }
    return {name: number for name, number in found.items() if number}


def _by(rows: Any, column: str) -> dict[int, int]:
    found: dict[int, int] = {}
    for row in rows:
        row_id = getattr(row, column) or 0
        found[row_id] = found.get(row_id, 0) + row.number
    return found


def _places(rows: Any, numbers: dict[int, int]) -> list[Place]:
    found = [Place(row.first, row.name, numbers.get(row.first, 0), bool(row.second)) for row in rows]
    return sorted(found, key=lambda place: place.name.casefold())


def _line(
    kind: str,
    *,
    name: Any = "",
    number: Any = 0,
    first: Any = 0,
    second: Any = 0,
    third: Any = 0,
) -> sa.Select[Any]:
    """What every part of the query has in common: five columns and a kind."""
    values = {"name": name, "number": number, "first": first, "second": second, "third": third}
    columns = [sa.literal(value) if isinstance(value, (str, int)) else value for value in values.values()]
    labelled = [column.label(label) for label, column in zip(values, columns, strict=True)]
    return sa.select(sa.literal(kind).label("kind"), *labelled)


@lru_cache(maxsize=200)
def _statement(mailboxes: frozenset[int] | None, with_tags: bool) -> sa.CompoundSelect[Any]:
    """Built once for each set of mailboxes; `agent` is given when it is asked."""
    rights = Rights(sa.bindparam("agent", type_=sa.BigInteger), "", mailboxes)  # type: ignore[arg-type]
    return _query(rights, with_tags)


def _query(rights: Rights, with_tags: bool = True) -> sa.CompoundSelect[Any]:
    allowed = rights.within(Ticket.mailbox_id)
    whose = sa.case(
        (Ticket.assignee_id == rights.agent_id, _MINE), (Ticket.assignee_id.is_(None), _NOBODYS), else_=0
    )
    by_open = (
        _line("open", number=sa.func.count(), first=Ticket.mailbox_id, second=Ticket.team_id, third=whose)
        .where(has_status(Status.OPEN), allowed)
        .group_by(Ticket.mailbox_id, Ticket.team_id, whose)
    )
    others = [_line("status", name=status.value, number=_capped(status, allowed)) for status in CAPPED]
    named = sa.func.coalesce(sa.func.nullif(Mailbox.name, ""), Mailbox.address)
    mailboxes = _line("mailbox", name=named, first=Mailbox.id).where(
        Mailbox.active.is_(True), rights.within(Mailbox.id)
    )
    parked = _line("parked", number=sa.func.count(RawMail.id)).where(
        RawMail.state == sa.literal_column(f"'{RawState.PARKED.value}'"), rights.within(RawMail.mailbox_id)
    )
    tags = [_tags(allowed)] if with_tags else []
    return sa.union_all(by_open, *others, mailboxes, _teams(rights), *tags, _saved(rights), parked)


def _capped(status: Status, allowed: sa.ColumnElement[bool]) -> sa.ScalarSelect[Any]:
    some = sa.select(sa.literal(1)).select_from(Ticket).where(has_status(status), allowed).limit(MOST_COUNTED)
    return sa.select(sa.func.count()).select_from(some.subquery()).scalar_subquery()


def _teams(rights: Rights) -> sa.Select[Any]:
    mine = sa.exists().where(TeamMember.team_id == Team.id, TeamMember.agent_id == rights.agent_id)
    return _line("team", name=Team.name, first=Team.id, second=sa.case((mine, 1), else_=0)).where(
        Team.active.is_(True)
    )


def _tags(allowed: sa.ColumnElement[bool]) -> sa.Select[Any]:
    """From the open tickets to their tags: the other way round every ticket there ever was would be looked at."""
    open_ones = sa.select(Ticket.id).where(has_status(Status.OPEN), allowed)
    tagged = (
        sa.select(ticket_tags.c.tag_id, sa.func.count().label("number"))
        .where(ticket_tags.c.ticket_id.in_(open_ones))
        .group_by(ticket_tags.c.tag_id)
        .subquery()
    )
    return _line("tag", name=Tag.name, number=tagged.c.number, first=Tag.id).join(
        tagged, tagged.c.tag_id == Tag.id
    )


def _saved(rights: Rights) -> sa.Select[Any]:
    words = [SavedView.icon, SavedView.sorting, SavedView.query, SavedView.name]
    name = words[0] + "\n" + words[1] + "\n" + words[2] + "\n" + words[3]
    return _line("saved", name=name, number=SavedView.position, first=SavedView.id).where(
        visible_saved(rights.agent_id)
    )


def visible_saved(agent_id: int) -> sa.ColumnElement[bool]:
    """An agent's own saved views, everybody's, and those of their teams."""
    teams = sa.select(TeamMember.team_id).where(TeamMember.agent_id == agent_id)
    return sa.or_(
        SavedView.owner_id == agent_id,
        SavedView.shared == "all",
        sa.and_(SavedView.shared == "team", SavedView.team_id.in_(teams)),
    )
