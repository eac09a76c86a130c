"""The figures of the report, recomputed from raw rows, and the page that shows them."""

from __future__ import annotations

import random
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from app import db
from app.accounts.models import Agent
from app.ratings import queries, service
from app.ratings.models import Rating, RatingHit, RatingInvitation
from app.settings import Settings
from tests.app.ratings.conftest import add_people, add_reply


@pytest.fixture
def history(installation: Settings) -> None:
    """Three agents, two months of replies, some rated, some explained, some only scanned."""
    chance = random.Random(7)
    now = db.now()
    with db.transaction() as session:
        ben, customer = add_people(session, now)
        agents = [
            ben,
            Agent(email="v@orbit.example", name="Vera Lind", created_at=now),
            Agent(email="m@orbit.example", name="Mina", active=False, created_at=now),
        ]
        session.add_all(agents)
        session.flush()
        for agent, number in zip(agents, (40, 25, 4), strict=True):
            for index in range(number):
                at = now - timedelta(days=chance.uniform(0, 60))
                [invitation] = add_reply(
                    session, agent, customer, installation.secret_key, at=at, subject=f"Subject {index}"
                )
                person = service.Signs("GET", "Mozilla/5.0")
                service.note_hit(session, invitation, "good", person, at)
                if chance.random() < 0.4:
                    service.note_hit(session, invitation, "good", service.Signs("HEAD", "x"), at)
                if chance.random() < 0.8:
                    face = chance.choice(["good", "good", "okay", "bad"])
                    words = chance.choice(["", f"words of {index}"])
                    service.give(
                        session, invitation, face, words, now=at + timedelta(minutes=1), change_days=7
                    )


@pytest.mark.parametrize("days", [None, 7, 30])
def test_every_figure_equals_a_slow_count(history: None, days: int | None) -> None:
    since = db.now() - timedelta(days=days) if days else None
    with db.reading() as session:
        rows = {row.name: row for row in queries.agent_scores(session, since=since)}
        everything = [
            session.scalars(sa.select(model)).all() for model in (RatingInvitation, Rating, RatingHit)
        ]
        agent_of = {one.id: one.agent_id for one in everything[0]}
        for agent in session.scalars(sa.select(Agent)):
            invited = [
                one
                for one in everything[0]
                if one.agent_id == agent.id and (since is None or one.created_at >= since)
            ]
            given = [
                one
                for one in everything[1]
                if one.agent_id == agent.id and (since is None or one.created_at >= since)
            ]
            seen = [
                one
                for one in everything[2]
                if agent_of[one.invitation_id] == agent.id and (since is None or one.at >= since)
            ]
            row = rows.get(agent.name)
            if row is None:
                assert not (invited or given or seen)
                continue
            assert row.invitations == len(invited)
            assert [row.score.good, row.score.okay, row.score.bad] == [
                sum(one.face == face for one in given) for face in ("good", "okay", "bad")
            ]
            assert (row.hits, row.filtered) == (len(seen), sum(one.filtered != "" for one in seen))
        total = queries.total(list(rows.values()))
        assert total.score.n == sum(row.score.n for row in rows.values())


def test_who_has_too_few_comes_last_however_happy_their_customers_are(history: None) -> None:
    with db.reading() as session:
        names = [row.name for row in queries.agent_scores(session)]
    assert names[-1] == "Mina"


def test_comments_come_newest_first_in_pages_without_gaps(
    history: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queries, "PAGE", 5)
    with db.reading() as session:
        wanted = list(
            session.scalars(
                sa.select(Rating.id)
                .where(Rating.comment != "")
                .order_by(Rating.created_at.desc(), Rating.id.desc())
            )
        )
        found, after = [], ""
        while True:
            page = queries.comments(session, after=after)
            found += [row.rating.id for row in page.rows]
            after = page.next
            if not after:
                break
    assert len(wanted) > 10
    assert found == wanted


def test_a_made_up_cursor_is_the_first_page(history: None) -> None:
    made_up = [
        "x",
        "_",
        "2026-01-01_1",
        "2026-01-01T00:00:00+00:00_x",
        "2026-01-01T00:00:00+00:00_²",
        "9" * 50,
    ]
    with db.reading() as session:
        first = queries.comments(session).rows[0]
        for cursor in made_up:
            assert queries.comments(session, after=cursor).rows[0] == first


def test_the_number_of_queries_does_not_grow(history: None) -> None:
    statements: list[str] = []
    with db.reading() as session:
        sa.event.listen(db.engine(), "before_cursor_execute", lambda *more: statements.append(more[2]))
        queries.agent_scores(session)
        queries.comments(session)
    assert len(statements) <= 6


def test_the_page_shows_the_figures_and_links_the_tickets(history: None, agent: FlaskClient) -> None:
    page = agent.get("/ratings?days=0")
    assert page.status_code == 200
    assert "too few to rank" in page.text
    assert "Vera Lind" in page.text
    assert "/tickets/" in page.text
    with db.reading() as session:
        first = queries.comments(session).rows[0]
    assert first.rating.comment in page.text


def test_odd_filters_do_no_harm(history: None, agent: FlaskClient) -> None:
    for query in ["?days=abc", "?days=-1", "?face=evil", "?agent=x", "?agent=999999999999"]:
        assert agent.get(f"/ratings{query}").status_code == 200
    assert agent.get("/ratings?after=%00").status_code == 400


def test_nobody_reads_the_report_without_signing_in(history: None, client: FlaskClient) -> None:
    answer = client.get("/ratings")
    assert answer.status_code == 302
    assert "/sign-in" in answer.headers["Location"]


def test_an_empty_report_is_a_page_too(installation: Settings, agent: FlaskClient) -> None:
    assert "Nobody has been asked yet" in agent.get("/ratings").text
