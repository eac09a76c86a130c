"""What the inbox shows beside a ticket: views with their counts, a page of the list, the mark for live updates."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask import g, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from app.errors import NotFound
from app.ratings import queries as ratings
from app.tickets import queries, saved_views, thread
from app.tickets.counts import Counts, counts
from app.tickets.orders import descends
from app.tickets.queries import Page, list_page
from app.tickets.search import search_page
from app.tickets.search_filters import Asker
from app.tickets.search_query import Problem, Query, parse
from app.tickets.view_conditions import of_view
from app.tickets.views import View, chosen_order, parse_view
from app.web.inbox_views import order_links, saved_links, saved_of, team_links, view_links, view_title
from app.web.locale import chosen_timezone

DEFAULT_VIEW = "open"
# Operators stay as they are in every language; the Russian names work as well.
EXAMPLES = (
    "from:anna@",
    "subject:invoice",
    "status:closed",
    "priority:urgent",
    "assignee:me",
    "has:attachment",
    "is:unanswered",
    "after:30d",
    "rated:bad",
    '"exact words"',
    "-without",
)
# A transaction that began earlier may still add a row with a lower id than one we saw; ten seconds is the longest
# that a writer waits for the database, three times that is ample.
SETTLING = timedelta(seconds=30)
# Far enough back to hold every change that could still be unsettled when a page is made.
LOOK_BACK = 500


@dataclass(frozen=True)
class Mark:
    """How far a page has seen the changes: `count` of them behind `base`, the newest being `newest`."""

    base: int
    count: int
    newest: int

    def __str__(self) -> str:
        return f"{self.base}.{self.count}.{self.newest}"


def read_mark(text: str) -> Mark | None:
    parts = text.split(".")
    if len(parts) != 3 or not all(part.isascii() and part.isdigit() and len(part) < 19 for part in parts):
        return None
    return Mark(*map(int, parts))


def first_mark(session: Session, now: datetime) -> Mark:
    """The mark of a page made now. Read before anything else on the page, so that no change falls between."""
    return moved_mark(session, 0, now, look_back=LOOK_BACK)


def moved_mark(session: Session, base: int, now: datetime, *, look_back: int = 10**15) -> Mark:
    state = thread.changes_behind(session, base, look_back, settled_before=now - SETTLING)
    return Mark(state.settled, state.count, state.newest)


def known_view(slug: str) -> View:
    """The view of that name, the usual one for an empty or unknown name."""
    try:
        return parse_view(slug)
    except NotFound:
        return View(DEFAULT_VIEW)


def surroundings(
    session: Session, view: View, agent_id: int, *, after: str = "", now: datetime
) -> dict[str, Any]:
    """Everything but the ticket, for templates/inbox. Raises NotFound for a saved view of somebody else."""
    around = _frame(session, view, agent_id, now)
    return {**around, **_page(session, view, around["counts"], agent_id, after=after, now=now)}


def _frame(session: Session, view: View, agent_id: int, now: datetime) -> dict[str, Any]:
    """Everything but the list: views with their numbers, and the mark."""
    mark = first_mark(session, now)
    numbers = counts(session, agent_id, state=str(mark))
    title = view_title(view, numbers)
    return {
        "view": view,
        "counts": numbers,
        "mark": mark,
        "view_links": view_links(numbers),
        "team_links": team_links(numbers),
        "saved_links": saved_links(numbers),
        "title": title,
        "searched": None,
        "best": False,
        "problems": [],
    }


def _page(
    session: Session, view: View, numbers: Counts, agent_id: int, *, after: str, now: datetime
) -> dict[str, Any]:
    """The rows, in the order this agent likes, and what else the order can be."""
    remembered = g.agent.view_orders or {}
    if view.name == "saved":
        saved = saved_of(view, numbers)
        query = parsed(saved.query, now)
        allowed = saved_views.orders(query)
        order = chosen_order(view.slug, allowed, remembered, saved.sorting)
        page = saved_views.page(session, query, asker_of(agent_id), order=order, after=after)
    else:
        allowed = view.orders
        order = chosen_order(view.slug, allowed, remembered)
        page = list_page(session, view, agent_id, order=order, after=after)
    return {"page": page, "orders": order_links(allowed, order), "falls": descends(page.order)}


def ids_of(session: Session, view: View, agent_id: int, *, limit: int, now: datetime) -> list[int]:
    """The first tickets of a view, as this agent has it sorted."""
    remembered = g.agent.view_orders or {}
    if view.name == "saved":
        saved = saved_of(view, counts(session, agent_id))
        query = parsed(saved.query, now)
        order = chosen_order(view.slug, saved_views.orders(query), remembered, saved.sorting)
        conditions = saved_views.conditions(session, query, asker_of(agent_id))
    else:
        order = chosen_order(view.slug, view.orders, remembered)
        conditions = of_view(view, agent_id, order)
    return queries.ids_of(session, conditions, agent_id, order=order, limit=limit)


def parsed(text: str, now: datetime) -> Query:
    """ "30d" counts from the reader's own today."""
    return parse(text, today=now.astimezone(ZoneInfo(chosen_timezone())).date())


def asker_of(agent_id: int) -> Asker:
    return Asker(agent_id, ZoneInfo(chosen_timezone()), {"rated": ratings.tickets_rated})


def search_surroundings(
    session: Session, text: str, agent_id: int, *, after: str, best: bool, now: datetime
) -> dict[str, Any]:
    around = _frame(session, View(DEFAULT_VIEW), agent_id, now)
    query = parsed(text, now)
    page = search_page(session, query, asker_of(agent_id), after=after, best=best)
    return {
        **around,
        "page": page,
        "orders": [],
        "falls": True,
        "searched": text,
        "best": best,
        "problems": problem_texts(query),
        "search_examples": EXAMPLES,
        "title": _("Search"),
    }


def problem_texts(query: Query) -> list[str]:
    """What of a search was not understood."""
    return [_problem_words(problem) for problem in query.problems]


def _problem_words(problem: Problem) -> str:
    return _(
        "%(operator)s does not know “%(value)s”. Try: %(known)s.",
        operator=f"{problem.operator}:",
        value=problem.value,
        known=", ".join(problem.known),
    )


def next_url(view: View, page: Page, searched: str | None) -> str:
    """Where the list goes on; '' at its end."""
    if not page.after:
        return ""
    if searched is not None:
        return url_for("inbox.search", q=searched, after=page.after)
    return url_for("inbox.view", view=view.slug, after=page.after)
