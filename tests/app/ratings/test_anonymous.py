"""An anonymous rating reaches the figures in a group, and leads nobody to who gave it."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from selectolax.lexbor import LexborHTMLParser as HTMLParser

from app import db
from app.accounts.models import Agent
from app.customers.models import Customer, CustomerAddress
from app.mailboxes.models import Mailbox
from app.ratings import service
from app.ratings.anonymous import FEWEST
from app.ratings.models import Rating, RatingInvitation
from app.settings import Settings
from app.tasks.task_models import Task
from app.tickets.models import Change, Event, Message, Ticket
from app.tickets.splitting import _put
from app.together.models import Notice
from app.together.telling import tell
from tests.app.ratings.conftest import PERSON, add_people, add_reply

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


@pytest.fixture
def tokens(installation: Settings) -> list[str]:
    """Of as many customers as a group needs, each asked once and anonymously."""
    at = db.now() - timedelta(hours=2)
    found = []
    with db.transaction() as session:
        ben, _olga = add_people(session, at)
        for number in range(FEWEST):
            name = f"Customer{number} Marker"
            customer = Customer(
                name=name, created_at=at, addresses=[CustomerAddress(email=f"c{number}@client.example")]
            )
            session.add(customer)
            session.flush()
            [one] = add_reply(session, ben, customer, installation.secret_key, at=at, subject=f"Matter {number}",
                              recipients=((f"c{number}@client.example", "en"),))  # fmt: skip
            one.anonymous = True
            found.append(service.invitation_token(one, installation.secret_key))
    return found


def test_the_score_arrives_in_a_group_and_the_name_nowhere(
    app: Flask, tokens: list[str], admin: FlaskClient
) -> None:
    person = app.test_client(use_cookies=False)
    person.environ_base["HTTP_USER_AGENT"] = PERSON
    _everything_said(admin)  # what was looked for is remembered
    before = _everything_said(admin)
    with db.reading() as session:
        ben = session.scalars(sa.select(Agent.id).where(Agent.name == "Ben Falk")).one()
    page = person.get(f"/r/{tokens[0]}/bad").text
    assert "Your answer is counted without your name." in page
    for number, token in enumerate(tokens[:-1]):
        person.post(f"/r/{token}", data={"face": "bad", "comment": f"words {number}", "reason": "1"})
        # Not yet in any figure, list or file; and a change of mind makes no second one.
        person.post(f"/r/{token}", data={"face": "bad", "comment": f"other words {number}", "reason": "1"})
        assert "No ratings yet" in admin.get("/ratings?days=0").text
        assert "other words" not in admin.get("/ratings/each.csv?days=0").text
    # Nothing else in the product looks different than before anybody rated.
    assert _everything_said(admin) == before
    person.post(f"/r/{tokens[-1]}", data={"face": "good", "comment": "last words"})
    figures = admin.get("/ratings/figures.csv?days=0").text
    assert f",{FEWEST},1,0,{FEWEST - 1}," in figures.replace("\ufeff", "")
    each, file = admin.get("/ratings/each?days=0").text, admin.get("/ratings/each.csv?days=0").text
    assert "other words 0" in each and "last words" in file
    own = admin.get(f"/ratings/agents/{ben}?days=0").text
    for shown in (each, file, own, admin.get("/ratings?days=0").text):
        assert "Marker" not in shown and "Matter" not in shown and "client.example" not in shown
    # By tag, segment and article a group would be cut up: nothing of it is there.
    for by in ("tag", "segment", "article"):
        assert "Ben" not in admin.get(f"/ratings/figures.csv?by={by}&days=0").text
    assert "last words" not in admin.get("/ratings/each?days=0&segment=1").text
    with db.transaction() as session:
        tell(session, now=db.now())
        assert session.scalars(sa.select(Notice)).all() == []
        assert session.scalars(sa.select(Task)).all() == []
        assert session.scalars(sa.select(Event).where(Event.kind.in_(("rated", "recovery")))).all() == []
        assert session.scalars(sa.select(Change).where(Change.kind.in_(("rating", "task")))).all() == []
        rows = session.scalars(sa.select(Rating)).all()
        assert {(one.ticket_id, one.customer_id) for one in rows} == {(None, None)}
        assert len({one.counted_at for one in rows}) == 1
    assert _everything_said(admin) == before


def _everything_said(admin: FlaskClient) -> dict[str, str]:
    """What an admin finds about the customers outside of the figures."""
    with db.reading() as session:
        tickets = session.scalars(sa.select(Ticket.id)).all()
        customers = session.scalars(sa.select(Customer.id)).all()
    paths = [f"/tickets/{one}" for one in tickets] + [f"/customers/{one}" for one in customers]
    paths += [f"/customers/{one}?kind=ratings" for one in customers]
    paths += [f"/search?q=rated:{face}" for face in ("bad", "good", "any")] + ["/notices", "/tasks?view=open"]
    return {path: _lasting(admin.get(path, follow_redirects=True).text) for path in paths}


def _lasting(page: str) -> str:
    """What stands on it, without the times, which go on."""
    content = HTMLParser(page).css_first("#content")
    for part in content.css("time, script, template"):
        part.decompose()
    return " ".join(content.text(separator=" ").split())


def test_moving_a_reply_tells_nothing_either(tokens: list[str], installation: Settings) -> None:
    with db.transaction() as session:
        first = session.scalars(sa.select(RatingInvitation).order_by(RatingInvitation.id)).first()
        service.give(session, first, "bad", "x", now=db.now(), change_days=7)
        target = session.scalars(sa.select(Ticket).order_by(Ticket.id.desc())).first()
        reply = session.get_one(Message, first.message_id)
        _put(session, [reply], of=reply.ticket, to=target)
        assert session.scalars(sa.select(Rating.ticket_id)).all() == [None]


def test_what_was_promised_when_asked_counts_whatever_is_chosen_later(
    app: Flask, tokens: list[str], admin: FlaskClient
) -> None:
    with db.reading() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Mailbox)) == 1
    admin.post("/settings/asking", data={"anonymous": "no", "moment": "", "every_days": "", "style": ""})
    app.test_client(use_cookies=False).post(
        f"/r/{tokens[0]}", data={"face": "bad"}, headers={"User-Agent": PERSON}
    )
    with db.reading() as session:
        [rating] = session.scalars(sa.select(Rating)).all()
        assert (rating.anonymous, rating.ticket_id, rating.counted_at) == (True, None, None)
