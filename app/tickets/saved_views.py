"""Saved views: a search with a name, an order and an icon, for one agent, a team or everybody.

A saved view is a page of tickets like any other: it is sorted by what tickets are sorted by, goes on by keyset, and
its number is counted no further than anybody would read.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.accounts.models import Agent
from app.accounts.rights import Rights, Who, rights_of
from app.accounts.service import tidy_name
from app.accounts.teams import Team, team_ids_of
from app.errors import InvalidInput, NotAllowed, NotFound
from app.tickets import queries, search_index
from app.tickets.counts import visible_saved
from app.tickets.models import Message, Status, Ticket
from app.tickets.queries import Page
from app.tickets.queue_models import SavedView
from app.tickets.search_filters import Asker, Condition, on_messages, on_tickets
from app.tickets.search_query import LONGEST_QUERY, Query
from app.tickets.view_conditions import has_status
from app.tickets.views import Order, View

MOST_COUNTED = 100
MOST_VIEWS = 100
LONGEST_NAME = 80
ICONS = (
    "bookmark", "star", "flag", "heart", "fire", "lightning", "funnel", "clock", "person", "people", "building",
    "globe", "cart", "truck", "credit-card", "tag", "exclamation-triangle", "emoji-smile",
)  # fmt: skip
ORDERS = View("saved").orders


@dataclass(frozen=True)
class SavedForm:
    """What somebody says about a view. `shared`: '', 'all', or the id of a team."""

    name: str
    query: str
    icon: str = ICONS[0]
    sorting: str = Order.NEWEST
    shared: str = ""


def page(
    session: Session, query: Query, asker: Asker, *, order: Order, after: str = "", limit: int = queries.PAGE
) -> Page:
    """A page of the tickets that the search means."""
    if query.is_empty:
        return Page([], "")
    found = conditions(session, query, asker)
    return queries.condition_page(session, found, asker.agent_id, order=order, after=after, limit=limit)


def conditions(session: Session, query: Query, asker: Asker) -> list[Condition]:
    """Words too: a ticket is meant when one message has all of them."""
    found = on_tickets(query, asker)
    if implies_open(query):
        found.append(has_status(Status.OPEN))
    if query.terms:
        matching = search_index.has(session, query.terms)
        if matching is None:
            return [sa.false()]
        table, key = search_index.table(session)
        having = (
            sa.select(Message.ticket_id).select_from(table.join(Message, Message.id == key)).where(matching)
        )
        found.append(Ticket.id.in_(having.where(*on_messages(query, asker))))
    return found


def implies_open(query: Query) -> bool:
    """Whether only open tickets can be meant: those alone are indexed by how long their customers wait."""
    named = {(one.name, one.value) for one in query.filters if not one.without}
    return bool(named & {("status", Status.OPEN.value), ("is", "unanswered")})


def orders(query: Query) -> tuple[Order, ...]:
    """How the view of this search may be sorted, the usual way first."""
    return ORDERS if implies_open(query) else tuple(one for one in ORDERS if one != Order.WAITING)


def numbers(session: Session, asked: Sequence[tuple[int, Query]], asker: Asker) -> dict[int, int]:
    """How many tickets each view has, at most MOST_COUNTED; one query for all of them."""
    rights = rights_of(session, asker.agent_id)
    parts = [
        sa.select(
            sa.literal(view_id).label("view_id"), _number(session, query, asker, rights).label("number")
        )
        for view_id, query in asked
        if not query.is_empty
    ]
    return {row.view_id: row.number for row in session.execute(sa.union_all(*parts))} if parts else {}


def _number(session: Session, query: Query, asker: Asker, rights: Rights) -> sa.ScalarSelect[int]:
    some = (
        sa.select(Ticket.id)
        .where(*conditions(session, query, asker), rights.within(Ticket.mailbox_id))
        .limit(MOST_COUNTED)
        .subquery()
    )
    return sa.select(sa.func.count()).select_from(some).scalar_subquery()


def visible(session: Session, agent_id: int) -> list[SavedView]:
    """Every saved view this agent has beside the list, in its order."""
    query = sa.select(SavedView).where(visible_saved(agent_id))
    return list(session.scalars(query.order_by(SavedView.position, SavedView.name, SavedView.id)))


def view_for(session: Session, who: Who, view_id: int) -> SavedView:
    """A view this agent may change: their own; a shared one is everybody's who leads. Raises NotFound, NotAllowed."""
    rights = rights_of(session, who)
    view = session.scalar(sa.select(SavedView).where(SavedView.id == view_id, visible_saved(rights.agent_id)))
    if view is None:
        raise NotFound("There is no such view.")
    if view.owner_id != rights.agent_id and not rights.may_lead:
        raise NotAllowed("Only whoever made this view, or a lead, can change it.")
    return view


def make(session: Session, form: SavedForm, *, by: Agent, now: datetime) -> SavedView:
    """Raises InvalidInput."""
    mine = sa.select(sa.func.count()).select_from(SavedView).where(SavedView.owner_id == by.id)
    if (session.scalar(mine) or 0) >= MOST_VIEWS:
        raise InvalidInput("You have 100 views. Delete one first.", "name")
    last = session.scalar(sa.select(sa.func.max(SavedView.position)).where(visible_saved(by.id)))
    view = SavedView(owner_id=by.id, position=(last or 0) + 1, created_at=now)
    _fill(session, view, form, by)
    session.add(view)
    session.flush()
    return view


def edit(session: Session, view: SavedView, form: SavedForm, *, by: Agent) -> None:
    """Raises InvalidInput; nothing is changed then."""
    _fill(session, view, form, by)
    session.flush()


def delete(session: Session, view: SavedView) -> None:
    """The tickets in it are nothing of its own."""
    session.delete(view)
    session.flush()


def move(session: Session, view: SavedView, step: int, *, by: Agent) -> None:
    """One place up (-1) or down (1) in this agent's list."""
    there = visible(session, by.id)
    at = next(index for index, one in enumerate(there) if one.id == view.id)
    to = min(max(at + step, 0), len(there) - 1)
    there.insert(to, there.pop(at))
    for position, one in enumerate(there, start=1):
        one.position = position
    session.flush()


def _fill(session: Session, view: SavedView, form: SavedForm, by: Agent) -> None:
    name, text = tidy_name(form.name), " ".join(form.query.split())
    if len(name) > LONGEST_NAME:
        raise InvalidInput("This name is too long.", "name")
    if not text or len(text) > LONGEST_QUERY:
        raise InvalidInput("Say what the view shows, in at most 200 characters.", "query")
    if form.icon not in ICONS or form.sorting not in ORDERS:
        raise InvalidInput("Please choose one of the list.", "icon")
    shared, team_id = _sharing(session, form.shared, by)
    view.name, view.query, view.icon, view.sorting = name, text, form.icon, str(form.sorting)
    view.shared, view.team_id = shared, team_id


def _sharing(session: Session, shared: str, by: Agent) -> tuple[str, int | None]:
    """With everybody, or with a team of one's own; a lead may share with any. Who only reads keeps theirs alone."""
    if shared and not rights_of(session, by).may_answer:
        raise InvalidInput("Please choose one of the list.", "shared")
    if shared in ("", "all"):
        return shared, None
    team = session.get(Team, int(shared)) if shared.isdecimal() and len(shared) < 19 else None
    if team is None or not (rights_of(session, by).may_lead or team.id in team_ids_of(session, by.id)):
        raise InvalidInput("Please choose one of the list.", "shared")
    return "team", team.id
