"""Beside the reply that was just sent: you have typed this answer five times, make it an article."""

from __future__ import annotations

import re
from datetime import timedelta

import sqlalchemy as sa
from flask.testing import FlaskClient

from app import db
from app.knowledge.models import Article, Outcome, Suggestion
from app.tickets.models import Delivery, Kind, Message
from app.upkeep.models import FreeReply, TypedAnswer
from tests.app.upkeep.made_desk import MadeDesk
from workers import upkeep

TEXT = "Hello {},\n\nyour refund of order {} was sent to your bank today, allow three working days please.\n\nNora"
SAID = "You have typed this answer"


def _replies(number: int, author_id: int) -> tuple[list[int], list[int]]:
    """(tickets, replies); the last reply has not left yet."""
    with db.transaction() as session:
        made = MadeDesk(session)
        tickets, replies = [], []
        for n in range(number):
            at = db.now() - timedelta(hours=number - n)
            ticket = made.ticket(at=at, subject="Refund")
            made.letter(ticket, "Where is my refund?", at=at)
            reply = made.reply(ticket, TEXT.format(f"Olga{n}", 4000 + n), at=at)
            reply.author_id = author_id
            tickets.append(ticket.id)
            replies.append(reply.id)
        reply.delivery = Delivery.HELD
        return tickets, replies


def test_the_fifth_time_an_answer_is_typed_its_writer_is_asked_beside_the_reply(
    agent: FlaskClient, admin: FlaskClient
) -> None:
    tickets, replies = _replies(5, agent.agent.id)
    upkeep.find_typed()
    address = f"/knowledge/typed/beside/{replies[-1]}"
    assert address in agent.get(f"/tickets/{tickets[-1]}").text, "asked for by the page once it is there"
    assert "/knowledge/typed/beside/" not in agent.get(f"/tickets/{tickets[0]}").text, "sent long ago"
    assert f"{SAID} 5 times" in agent.get(address).text
    assert SAID not in admin.get(address).text, "not theirs"
    gone = f"/knowledge/typed/beside/{replies[-1] + 1}"
    assert agent.get(gone).status_code == 404
    assert agent.get(gone, headers={"HX-Request": "true"}).status_code == 204, (
        "taken back before the page asked"
    )
    assert admin.post(address, data={"what": "make"}).location == "/knowledge/typed"
    with db.reading() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(TypedAnswer)) == 0, (
            "reading writes nothing"
        )
    draft = agent.post(address, data={"what": "make"}).location
    assert re.fullmatch(r"/knowledge/typed/\d+/draft", draft)
    assert "your refund of order ⟦4004⟧" in agent.get(draft).text.replace("Your", "your")
    assert agent.post(address, data={"what": "make"}).location == draft, "the same again is the same row"
    # What the search finds later is the same repetition.
    with db.transaction() as session:
        session.execute(sa.update(Message).where(Message.id == replies[-1]).values(delivery="accepted"))
    upkeep.find_typed()
    with db.reading() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(TypedAnswer)) == 1
        assert session.scalar(sa.select(sa.func.count()).select_from(FreeReply)) == 5


def test_dismissed_is_dismissed_and_what_is_rare_or_an_article_is_not_mentioned(agent: FlaskClient) -> None:
    _tickets, replies = _replies(6, agent.agent.id)
    upkeep.find_typed()
    address = f"/knowledge/typed/beside/{replies[-1]}"
    assert f"{SAID} 6 times" in agent.get(address).text
    gone = agent.post(address, data={"what": "dismiss"}, headers={"HX-Request": "true"})
    assert (gone.status_code, gone.text) == (200, "")
    assert SAID not in agent.get(address).text
    assert SAID in agent.get("/knowledge/typed?dismissed=yes").text
    with db.transaction() as session:
        made = session.get_one(Message, replies[0])
        for n in range(4):
            session.add(
                Message(ticket_id=made.ticket_id, kind=Kind.OUTGOING, visible=f"We ship the lamp number {n} on Monday by"
                        " courier, and the tracking mail follows.", arrived_at=db.now(), author_id=agent.agent.id)
            )  # fmt: skip
        session.flush()
        last = session.scalar(sa.select(sa.func.max(Message.id)))
    upkeep.find_typed()
    assert SAID not in agent.get(f"/knowledge/typed/beside/{last}").text, "four times"


def test_with_an_article_in_the_reply_there_is_nothing_to_say(agent: FlaskClient) -> None:
    _tickets, replies = _replies(5, agent.agent.id)
    upkeep.find_typed()
    with db.transaction() as session:
        reply = session.get_one(Message, replies[-1])
        letters = sa.select(Message.id).where(
            Message.ticket_id == reply.ticket_id, Message.kind == Kind.INCOMING
        )
        session.add(
            Suggestion(
                message_id=session.scalars(letters).one(), article_id=session.scalar(sa.select(Article.id).limit(1)), rank=1,
                confidence=0.9, outcome=Outcome.INSERTED, inserted_at=db.now(), created_at=db.now(),
            )
        )  # fmt: skip
    assert SAID not in agent.get(f"/knowledge/typed/beside/{replies[-1]}").text
