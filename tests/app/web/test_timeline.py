"""One customer's timeline: everything in one order, each entry on exactly one page, at a fixed cost."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from selectolax.lexbor import LexborHTMLParser

from app import db
from app.customers import service as customers
from app.tickets.models import Event, Kind, Message
from app.web import timeline
from app.web.card import column
from tests.app.web.seeds import NOW, Seeded, seed


@pytest.fixture
def seeded(agent: FlaskClient) -> Seeded:
    return seed(agent.agent)  # type: ignore[attr-defined]


def elements(html: str, selector: str) -> list[str]:
    return [" ".join(node.text().split()) for node in LexborHTMLParser(html).css(selector)]


def test_the_timeline_has_everything_newest_first_and_can_be_narrowed(
    agent: FlaskClient, seeded: Seeded
) -> None:
    base = f"/customers/{seeded.customer}"
    page = agent.get(base)
    marks = [
        (re.search(r"entry-(\w+)", node.attributes["class"] or "") or [""])[0]
        for node in LexborHTMLParser(page.text).css("li.entry")
    ]
    assert marks == [
        "entry-outgoing",
        "entry-note",
        "entry-rating",
        "entry-event",
        "entry-event",
        "entry-incoming",
    ]
    for kind, count in [
        ("letters", 1),
        ("replies", 1),
        ("notes", 1),
        ("ratings", 1),
        ("events", 2),
        ("made-up", 6),
    ]:
        assert len(elements(agent.get(f"{base}?kind={kind}").text, "li.entry")) == count


def test_every_entry_of_a_long_history_is_on_exactly_one_page(agent: FlaskClient, seeded: Seeded) -> None:
    with db.transaction() as session:
        for number in range(40):
            # Several of each kind at the same moment.
            at = NOW + timedelta(hours=number // 6)
            session.add(
                Message(
                    ticket_id=seeded.ticket, kind=Kind.INCOMING, arrived_at=at, customer_id=seeded.customer
                )
            )
            session.add(Event(ticket_id=seeded.ticket, kind="status", detail={}, at=at))
    seen: list[tuple[str, int]] = []
    after = ""
    with db.reading() as session:
        while True:
            page = timeline.page(session, seeded.customer, after=after, limit=7)
            seen += [(entry.source, entry.row.id) for entry in page.entries]
            after = page.next
            if not after:
                break
        whole = timeline.page(session, seeded.customer, limit=500).entries
    assert len(seen) == len(set(seen)) == 86
    assert seen == [(entry.source, entry.row.id) for entry in whole]
    assert [entry.at for entry in whole] == sorted((entry.at for entry in whole), reverse=True)


def test_the_link_to_earlier_entries_works_plain_and_in_place(agent: FlaskClient, seeded: Seeded) -> None:
    with db.transaction() as session:
        for number in range(40):
            session.add(
                Event(ticket_id=seeded.ticket, kind="status", detail={}, at=NOW + timedelta(hours=number))
            )
    first = LexborHTMLParser(agent.get(f"/customers/{seeded.customer}").text)
    link = first.css_first("#timeline-more a")
    assert link is not None
    assert link.attributes["href"] == link.attributes["hx-get"]
    plain = agent.get(link.attributes["href"] or "")
    part = agent.get(
        link.attributes["href"] or "", headers={"HX-Request": "true", "HX-Target": "timeline-more"}
    )
    assert "<html" in plain.text
    assert "<html" not in part.text
    assert len(elements(plain.text, "li.entry")) == len(elements(part.text, "li.entry")) == 46 - timeline.PAGE


@pytest.mark.parametrize(
    "cursor", ["x", "2026", "2026-11-22_0_0", "2026-11-22T10:00:00+00:00_9_1", "' OR 1=1", "_" * 50]
)
def test_a_broken_cursor_shows_the_first_page(agent: FlaskClient, seeded: Seeded, cursor: str) -> None:
    answer = agent.get(f"/customers/{seeded.customer}", query_string={"after": cursor})
    assert len(elements(answer.text, "li.entry")) == 6


def test_a_letter_in_somebody_elses_ticket_is_on_the_writers_timeline(
    agent: FlaskClient, seeded: Seeded
) -> None:
    with db.transaction() as session:
        ivan = customers.find_or_create(session, "ivan@mail.example", "Ivan", now=NOW).id
        session.add(
            Message(
                ticket_id=seeded.ticket, kind=Kind.INCOMING, arrived_at=NOW, customer_id=ivan, visible="I too"
            )
        )
    assert elements(agent.get(f"/customers/{ivan}").text, "li.entry .entry-text") == ["I too"]


def test_the_card_costs_the_same_number_of_queries_whatever_the_history(
    agent: FlaskClient, seeded: Seeded
) -> None:
    def counted() -> int:
        statements: list[str] = []

        def note(_conn: object, _cursor: object, statement: str, *_rest: object) -> None:
            statements.append(statement)

        engine = db.engine()
        sa.event.listen(engine, "before_cursor_execute", note)
        try:
            with db.reading() as session:
                column(session, seeded.customer, ticket_id=seeded.ticket)
        finally:
            sa.event.remove(engine, "before_cursor_execute", note)
        return len(statements)

    before = counted()
    with db.transaction() as session:
        for number in range(30):
            session.add(
                Message(
                    ticket_id=seeded.ticket, kind=Kind.INCOMING, arrived_at=NOW, customer_id=seeded.customer
                )
            )
            session.add(
                Event(ticket_id=seeded.ticket, agent_id=seeded.author, kind="status", detail={}, at=NOW)
            )
            customers.find_or_create(session, f"x{number}@mail.example", "", now=NOW)
    assert counted() == before <= 12
