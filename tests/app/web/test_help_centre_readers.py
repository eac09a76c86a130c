"""The public help centre: what reading leaves behind, and who sees that."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from app import db
from app.knowledge import public_votes
from app.knowledge.public_models import HelpCentre, HelpPage, HelpRead, HelpVote
from tests.app.web.made_help_centre import Centre_, centre_of_tests, open_centre  # noqa: F401 (a fixture)

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


def test_votes_are_counted_once_and_only_by_a_form(centre: Centre_) -> None:
    path = "/help/en/how-to-return-goods"
    answer = centre.post(f"{path}/vote", {"helped": "yes"})
    assert (answer.status_code, answer.headers["Location"]) == (303, f"{path}?voted=yes#helped")
    assert "Set-Cookie" not in answer.headers
    assert "What was good about it?" in centre.text(f"{path}?voted=yes")
    assert (
        centre.post(f"{path}/vote", {"helped": "no", "words": " Too <b>short</b> "})
        .headers["Location"]
        .endswith("words#helped")
    )
    other = centre.app.test_client().post(
        f"{path}/vote", data={"helped": "yes"}, headers={"User-Agent": "Mozilla/5.0 Other"}
    )
    assert other.status_code == 303
    # Neither opening nor programs nor other sites vote.
    for voted in ("yes", "no", "words"):
        centre.text(f"{path}?voted={voted}&helped=yes")
    assert centre.ask(f"{path}/vote").status_code == 404
    scanner = centre.app.test_client()
    scanner.post(
        f"{path}/vote", data={"helped": "no"}, headers={"User-Agent": "SomeScanner/1.0 (python-requests)"}
    )
    scanner.post(
        f"{path}/vote",
        data={"helped": "no", "leave_this_empty": "x"},
        headers={"User-Agent": "Mozilla/5.0 Third"},
    )
    elsewhere = {"User-Agent": "Mozilla/5.0 Fourth", "Origin": "https://evil.example"}
    assert scanner.post(f"{path}/vote", data={"helped": "no"}, headers=elsewhere).status_code == 403
    assert centre.post(f"{path}/vote", {"helped": "maybe"}).status_code == 303
    assert centre.post("/help/en/nothing/vote", {"helped": "yes"}).status_code == 404
    with db.reading() as session:
        rows = session.scalars(sa.select(HelpVote).order_by(HelpVote.id)).all()
        salt = session.scalars(sa.select(HelpCentre.salt)).one()
        figures = public_votes.figures(session, {centre.returns: rows[0].version, centre.delivery: 1})
        words = public_votes.words_about(session, centre.returns)
    assert [(row.helped, row.words) for row in rows] == [(False, "Too <b>short</b>"), (True, "")]
    assert all("127.0.0.1" not in row.visitor and len(row.visitor) == 64 for row in rows) and len(salt) == 64
    assert (figures[centre.returns].yes, figures[centre.returns].no, figures[centre.delivery].yes) == (
        1,
        1,
        0,
    )
    assert [one.words for one in words.votes] == ["Too <b>short</b>"]


def test_a_day_later_nobody_knows_whose_vote_it_was(centre: Centre_) -> None:
    centre.post("/help/en/delivery-times/vote", {"helped": "yes"})
    with db.transaction() as session:
        before = session.scalars(sa.select(HelpCentre.salt)).one()
        session.execute(sa.update(HelpCentre).values(salt_on=db.now().date() - timedelta(days=1)))
    centre.post("/help/en/delivery-times/vote", {"helped": "no"})
    with db.reading() as session:
        assert session.scalars(sa.select(HelpCentre.salt)).one() != before
        assert len(session.scalars(sa.select(HelpVote)).all()) == 2


def test_what_is_read_most_comes_first(centre: Centre_) -> None:
    for _ in range(3):
        assert centre.post("/help/en/how-to-return-goods/read", {}).status_code == 204
    centre.post("/help/en/delivery-times/read", {})
    centre.text("/help/en/delivery-times")
    with db.reading() as session:
        assert sorted(session.scalars(sa.select(HelpRead.times))) == [1, 3]
    home = centre.text("/help/en")
    assert home.index("How to return goods") < home.index("Delivery times")


def test_agents_see_what_readers_said(centre: Centre_, admin: FlaskClient) -> None:
    for number in range(60):
        reader = {"User-Agent": f"Mozilla/5.0 Reader {number}"}
        with db.transaction() as session:
            page = session.scalars(sa.select(HelpPage).where(HelpPage.slug == "delivery-times")).one()
            public_votes.vote(
                session, page, number % 3 > 0, words=f"Word <{number}>", visitor=str(reader), now=db.now()
            )
    shown = unescape(admin.get(f"/knowledge/{centre.delivery}/readers").text)
    assert "40 " in shown and "20 " in shown and "Word <59>" in shown and "Word <9>" not in shown
    assert "/help/en/delivery-times" in shown
    older = unescape(
        re.findall(r'href="([^"]+after=[^"]+)"', admin.get(f"/knowledge/{centre.delivery}/readers").text)[0]
    )
    assert "Word <9>" in unescape(admin.get(older).text)
    open_centre(centre.agent, open=False)
    assert "closed" in admin.get(f"/knowledge/{centre.delivery}/readers").text
