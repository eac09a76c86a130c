"""flask seed-demo: a desk that looks as if it had been in use for a year."""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from flask import Flask

from app import cli, db
from app.accounts.models import Agent, Role
from app.customers.models import Customer, CustomerAddress
from app.demo.write import TABLES, write
from app.mailboxes.models import Mailbox
from app.outgoing.models import Outbox
from app.ratings.models import Rating
from app.tickets import search_index
from app.tickets.models import Message, Status, Ticket
from app.tickets.search import search_page
from app.tickets.search_filters import Asker
from app.tickets.search_query import parse
from app.tickets.service import preview


@pytest.fixture
def seed(app: Flask):
    """Runs the command; gives its result."""
    if "seed-demo" not in app.cli.commands:
        cli.register(app)
    runner = app.test_cli_runner()
    return lambda *arguments: runner.invoke(args=["seed-demo", *arguments])


def test_a_year_of_tickets_that_fit_together(seed) -> None:
    assert seed("--tickets", "60").exit_code == 0
    with db.reading() as session:
        tickets = session.scalars(sa.select(Ticket)).all()
        assert len(tickets) == 60
        languages = {ticket.language for ticket in tickets}
        assert languages == {"en", "ru"}
        for known in session.scalars(sa.select(Customer)):
            theirs = [ticket.opened_at for ticket in tickets if ticket.customer_id == known.id]
            assert not theirs or known.created_at == min(theirs)
        oldest, newest = min(t.opened_at for t in tickets), max(t.last_message_at for t in tickets)
        assert newest <= db.now() and newest - oldest > timedelta(days=300)
        for ticket in tickets:
            said = session.scalars(
                sa.select(Message).where(Message.ticket_id == ticket.id).order_by(Message.arrived_at)
            ).all()
            assert ticket.message_count == len(said)
            assert (ticket.opened_at, ticket.last_message_at) == (said[0].arrived_at, said[-1].arrived_at)
            assert ticket.preview == preview(said[-1].visible)
            assert said[0].kind == "incoming"
            assert (ticket.waiting_since is not None) == (ticket.status == Status.OPEN)
        replies = sa.select(sa.func.count()).select_from(Message).where(Message.kind == "outgoing")
        assert session.scalar(replies) == session.scalar(sa.select(sa.func.count()).select_from(Outbox))


def test_its_messages_are_found(seed) -> None:
    seed("--tickets", "60")
    with db.transaction() as session:
        agent = Agent(email="reader@desk.example", name="Reader", role=Role.ADMIN, created_at=db.now())
        session.add(agent)
        session.flush()
        asker = Asker(agent.id, ZoneInfo("UTC"))
        found = search_page(session, parse("700007", today=db.now().date()), asker)
        assert len(found.rows) == 1
        with_forms = search_page(session, parse("заказом", today=db.now().date()), asker)
        assert with_forms.rows


def test_a_second_desk_has_people_of_its_own(seed) -> None:
    assert seed("--tickets", "20").exit_code == 0
    again = seed("--tickets", "20")
    assert again.exit_code == 0, again.output
    with db.reading() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Ticket)) == 40
        people = session.scalar(sa.select(sa.func.count()).select_from(Customer))
        addresses = session.scalar(sa.select(sa.func.count(sa.distinct(CustomerAddress.email))))
        assert people == addresses == 10


def test_numbers_go_on_behind_it(seed) -> None:
    seed("--tickets", "20")
    with db.transaction() as session:
        card = Customer(name="Next", created_at=db.now())
        session.add(card)
        session.flush()
        assert card.id == session.scalar(sa.select(sa.func.max(Customer.id)))
        assert session.scalar(sa.select(sa.func.count()).select_from(Rating)) is not None


def test_a_database_with_real_mail_is_refused_unless_somebody_insists(seed) -> None:
    with db.transaction() as session:
        session.add(Mailbox(address="real@desk.example", imap_host="imap.desk.example", created_at=db.now()))
    refused = seed("--tickets", "20")
    assert refused.exit_code == 1 and "Real mail" in refused.output
    with db.reading() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Ticket)) == 0
    assert seed("--tickets", "20", "--yes").exit_code == 0


def structure() -> dict[str, object]:
    """Indexes and foreign keys of every table that is written."""
    inspector = sa.inspect(db.engine())
    return {
        table.name: (
            sorted((str(one["name"]), str(one["column_names"])) for one in inspector.get_indexes(table.name)),
            sorted(str(key) for key in inspector.get_foreign_keys(table.name)),
        )
        for table in TABLES
    }


def test_in_bulk_it_is_as_if_each_row_had_been_written_by_itself(database: str) -> None:
    """Rows go past SQLAlchemy, and on PostgreSQL indexes are made anew: what is there must be the same."""
    before = structure()
    write(20, db.now(), lambda _number: None)
    assert structure() == before
    with db.transaction() as session:
        messages = session.scalars(sa.select(Message).order_by(Message.id)).all()
        assert {type(one.to) for one in messages} == {list} and {one.held for one in messages} == {False}
        assert all(row.attempts == 1 and row.lease_token == "" for row in session.scalars(sa.select(Outbox)))
        stored = sa.text("SELECT * FROM search_words ORDER BY 1")
        in_bulk = session.execute(stored).all()
        assert len(in_bulk) == len(messages) > 100
        search_index.start_over(session)
        search_index.add(session, [(one, ()) for one in messages])
        assert session.execute(stored).all() == in_bulk
