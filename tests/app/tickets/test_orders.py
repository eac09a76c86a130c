"""Sorting lists: every order, page by page, under ties, and while tickets come, go and move between two pages."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from app import db
from app.accounts.models import Agent
from app.accounts.teams import TeamForm, make_team
from app.customers import service as customers
from app.errors import NotFound
from app.mailboxes.models import Mailbox
from app.tickets import orders, queries
from app.tickets.counts import counts
from app.tickets.models import Ticket
from app.tickets.queries import list_page
from app.tickets.views import MOST_REMEMBERED, Order, View, chosen_order, parse_view, remember

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


class Desk:
    def __init__(self, session: Session) -> None:
        self.session = session
        self.mailbox = Mailbox(address="support@help.example", created_at=NOW)
        self.nora = Agent(email="nora@help.example", name="Nora", created_at=NOW)
        session.add_all([self.mailbox, self.nora])
        session.flush()
        self.card = customers.find_or_create(session, "olga@buyer.example", "Olga", now=NOW)

    def ticket(self, **values: object) -> int:
        at = values.pop("at", NOW)
        usual = {"waiting_since": at, "last_message_at": at, "opened_at": at}
        ticket = Ticket(mailbox_id=self.mailbox.id, customer_id=self.card.id, **usual | values)
        self.session.add(ticket)
        self.session.flush()
        return ticket.id

    def pages(
        self, view: str, order: Order, limit: int = 4, between: Callable[[], None] | None = None
    ) -> list[int]:
        """Every id of the view as somebody reads it who scrolls to the end."""
        seen, after = [], ""
        while True:
            page = list_page(
                self.session, parse_view(view), self.nora.id, order=order, after=after, limit=limit
            )
            seen += [row.id for row in page.rows]
            if not page.after:
                return seen
            after = page.after
            if between is not None:
                between()


@pytest.fixture
def desk(session: Session) -> Desk:
    return Desk(session)


def minutes(number: int) -> datetime:
    return NOW + timedelta(minutes=number)


def test_who_has_waited_longest_comes_first_and_who_does_not_wait_last(desk: Desk) -> None:
    answered = desk.ticket(at=minutes(-500), waiting_since=None)
    newest, oldest, middle = (desk.ticket(at=minutes(-number)) for number in (10, 90, 40))
    assert desk.pages("open", Order.WAITING) == [oldest, middle, newest, answered]


def test_a_reply_of_the_customer_does_not_move_them_back(desk: Desk) -> None:
    first = desk.ticket(at=minutes(-90), last_message_at=minutes(-1))
    second = desk.ticket(at=minutes(-50))
    assert desk.pages("open", Order.WAITING) == [first, second]
    assert desk.pages("open", Order.NEWEST) == [first, second]
    assert desk.pages("open", Order.OLDEST) == [second, first]


@pytest.mark.parametrize("order", [Order.WAITING, Order.NEWEST, Order.OLDEST])
@pytest.mark.parametrize("limit", [1, 3, 7, 50])
def test_pages_miss_and_double_nothing_under_ties(desk: Desk, order: Order, limit: int) -> None:
    """Three different times for twenty tickets, and some that do not wait."""
    ids = [
        desk.ticket(at=minutes(number % 3), **({"waiting_since": None} if number % 5 == 0 else {}))
        for number in range(20)
    ]
    seen = desk.pages("open", order, limit)
    assert sorted(seen) == ids
    assert seen == desk.pages("open", order, 50)


def test_tickets_that_come_go_and_move_between_two_pages_hide_no_others(desk: Desk) -> None:
    ids = [desk.ticket(at=minutes(-100 + number)) for number in range(24)]
    chance = random.Random(7)
    touched: set[int] = set()

    def meanwhile() -> None:
        gone, moved = chance.sample(ids, 2)
        touched.update((gone, moved))
        desk.session.execute(sa.update(Ticket).where(Ticket.id == gone).values(status="closed"))
        desk.session.execute(
            sa.update(Ticket).where(Ticket.id == moved).values(waiting_since=minutes(-chance.randrange(200)))
        )
        touched.add(desk.ticket(at=minutes(-chance.randrange(200))))

    seen = desk.pages("open", Order.WAITING, 3, meanwhile)
    untouched = [one for one in ids if one not in touched]
    assert [one for one in seen if one in untouched] == untouched


def test_a_list_goes_on_in_the_order_in_which_it_began(desk: Desk) -> None:
    for number in range(6):
        desk.ticket(at=minutes(number))
    first = list_page(desk.session, View("open"), desk.nora.id, order=Order.NEWEST, limit=3)
    second = list_page(
        desk.session, View("open"), desk.nora.id, order=Order.WAITING, after=first.after, limit=3
    )
    assert [row.id for row in (*first.rows, *second.rows)] == [6, 5, 4, 3, 2, 1]
    assert second.order == Order.NEWEST


@pytest.mark.parametrize(
    "mark",
    ["x", "waiting.1", "dance.1-1", "waiting.-5-1", "newest.999999999999999999-999999999999999999", "'; --"],
)
def test_a_mark_that_is_none_of_ours_breaks_nothing(desk: Desk, mark: str) -> None:
    ticket = desk.ticket()
    page = list_page(desk.session, View("open"), desk.nora.id, after=mark)
    assert [row.id for row in page.rows] in ([ticket], [])


def test_snoozed_tickets_stand_in_the_order_in_which_they_come_back(desk: Desk) -> None:
    late, soon = (
        desk.ticket(status="snoozed", snoozed_until=minutes(number), waiting_since=None)
        for number in (900, 30)
    )
    assert desk.pages("snoozed", Order.WAKES, 1) == [soon, late]
    assert View("snoozed").orders[0] == Order.WAKES


def test_every_view_has_an_order_that_fits_it() -> None:
    usual = {
        slug: parse_view(slug).orders[0]
        for slug in ("open", "mine", "team-1", "waiting", "closed", "spam", "trash")
    }
    assert usual == {
        "open": "waiting", "mine": "waiting", "team-1": "waiting", "waiting": "oldest",
        "closed": "newest", "spam": "newest", "trash": "newest",
    }  # fmt: skip


def test_an_order_is_remembered_for_its_view_alone() -> None:
    remembered = remember({}, View("open"), "newest")
    assert chosen_order("open", View("open").orders, remembered) == Order.NEWEST
    assert chosen_order("mine", View("mine").orders, remembered) == Order.WAITING
    with pytest.raises(NotFound):
        remember(remembered, View("closed"), "waiting")
    for number in range(1, 300):
        remembered = remember(remembered, View("tag", number), "oldest")
    assert len(remembered) == MOST_REMEMBERED and remembered["tag-299"] == "oldest"


def test_the_numbers_count_teams_mailboxes_and_tickets_of_nobody(desk: Desk) -> None:
    team = make_team(desk.session, TeamForm("Repairs", agent_ids=(desk.nora.id,)), now=NOW)
    desk.ticket(team_id=team.id, assignee_id=desk.nora.id)
    desk.ticket(team_id=team.id)
    desk.ticket()
    desk.ticket(status="trash", waiting_since=None)
    found = counts(desk.session, desk.nora.id)
    assert found.views == {"open": 3, "mine": 1, "unassigned": 2, "trash": 1}
    assert [(place.name, place.count, place.mine) for place in found.teams] == [("Repairs", 2, True)]
    assert found.numbers()[f"mailbox-{desk.mailbox.id}"] == 3
    assert desk.pages(f"team-{team.id}", Order.WAITING) == [1, 2]


PLANS = [
    ("open", Order.WAITING, "ix_tickets_open_queue"),
    ("unassigned", Order.WAITING, "_queue"),
    ("mine", Order.WAITING, "ix_tickets_open_assignee_queue"),
    ("mailbox-1", Order.WAITING, "ix_tickets_open_mailbox_queue"),
    ("team-1", Order.WAITING, "ix_tickets_open_team_queue"),
    ("open", Order.NEWEST, "ix_tickets_status_last_message_at"),
    ("waiting", Order.OLDEST, "ix_tickets_status_last_message_at"),
    ("mine", Order.NEWEST, "ix_tickets_view"),
    ("team-1", Order.NEWEST, "ix_tickets_team_id_status_last_message_at"),
    ("mailbox-1", Order.NEWEST, "ix_tickets_mailbox_id_status_last_message_at"),
    ("snoozed", Order.WAKES, "ix_tickets_snoozed_until"),
]


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize(("slug", "order", "index"), PLANS, ids=lambda value: str(value))
@pytest.mark.parametrize("after", ["", "mark"])
def test_an_index_has_the_list_sorted_already(
    desk: Desk, slug: str, order: Order, index: str, after: str
) -> None:
    """The first page and the ones behind it read fifty rows, not all of them, and sort nothing."""
    after = orders.mark(order, NOW, 5) if after else ""
    plan = explained(desk.session, lambda: list_page(
        desk.session, parse_view(slug), desk.nora.id, order=order, after=after
    ))  # fmt: skip
    assert index in plan
    assert "USE TEMP B-TREE FOR ORDER BY" not in plan


def explained(session: Session, ask: Callable[[], object]) -> str:
    """How SQLite answers the main statement that `ask` sends."""
    sent: list[tuple[str, object]] = []

    def note(
        _connection: sa.Connection, _cursor: object, statement: str, parameters: object, *_more: object
    ) -> None:
        if "FROM tickets" in statement:
            sent.append((statement, parameters))

    sa.event.listen(db.engine(), "before_cursor_execute", note)
    try:
        ask()
    finally:
        sa.event.remove(db.engine(), "before_cursor_execute", note)
    statement, parameters = sent[0]
    rows = session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters).all()
    # Parts that look something up for one row may sort the few that they find.
    main = [row.detail for row in rows if row.parent == 0]
    return "\n".join(main)


def test_the_first_of_a_view_are_those_at_the_top_of_its_list(desk: Desk) -> None:
    ids = [desk.ticket(at=minutes(-number)) for number in range(8)]
    found = queries.ids_of(
        desk.session, [Ticket.status == "open"], desk.nora.id, order=Order.WAITING, limit=3
    )
    assert found == ids[:-4:-1]
