"""Answers that are typed again and again."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from app import db
from app.accounts.models import Agent, Role
from app.accounts.rights import Rights
from app.errors import NotFound
from app.knowledge.texts import ArticleText
from app.knowledge.typed_often import Reply, repeated, typed_words
from app.tickets.models import Delivery, Message
from app.together.models import Notice
from app.upkeep import typed
from app.upkeep.models import FreeReply, TypedAnswer
from tests.app.upkeep.made_desk import NOW, MadeDesk
from workers import upkeep

TEXT = (
    "Hello {},\n\nYour refund of order {} was sent to your bank today, please allow three working days until it is"
    " on your account.{}\n\nKind regards,\n{}"
)


def test_replies_that_say_the_same_but_for_names_and_numbers() -> None:
    texts = [
        TEXT.format(name, 40000 + n, "", "Nora")
        for n, name in enumerate(("Anna", "Ben", "Carl", "Dora", "Eve"))
    ]
    texts += ["Please send us a photo of the broken lid, then we send a new one at once."]
    texts += [TEXT.format("Finn", 7, " Have a nice weekend.", "Ivan"), "Done!", "Thank you very much!"]
    replies = [Reply(n, tuple(typed_words(text))) for n, text in enumerate(texts)]
    assert replies[7].words == replies[8].words == (), "too short to be an answer"
    assert repeated([one for one in replies if one.words]) == [[0, 1, 2, 3, 4, 6]]
    assert repeated(replies[:4]) == []
    # The short way finds what comparing each with each finds.
    words = [tuple(f"w{(n * k) % 23}" for k in range(1, 14)) for n in range(60)]
    many = [Reply(n, said) for n, said in enumerate(words)]
    pairs = {
        (one.id, other.id) for one in many for other in many
        if len(set(one.words) & set(other.words)) / len(set(one.words) | set(other.words)) >= 0.75
    }  # fmt: skip
    together = {(one, other) for group in repeated(many, least=1) for one in group[:1] for other in group}
    assert together <= pairs
    alone = [group[0] for group in repeated(many, least=1)]
    assert not [pair for pair in pairs if pair[0] != pair[1] and set(pair) <= set(alone)]


def desk() -> tuple[int, int, list[int]]:
    """Nora typed one answer five times in the shop and once in repairs, Ivan twice; one more can still be undone, and
    one was the article."""
    with db.transaction() as session:
        made = MadeDesk(session)
        nora, ivan = made.agents[0].id, made.agents[1].id
        for n in range(9):
            at = db.now() - timedelta(hours=20 - n)
            ticket = made.ticket(box=int(n == 5), at=at, subject="Where is my refund?")
            letter = made.letter(ticket, "Where is my refund?", at=at)
            held = {"delivery": Delivery.HELD} if n == 8 else {}
            text = TEXT.format("Olga", 1000 + n, "", "Nora")
            reply = made.reply(ticket, text, by=int(n in (6, 7)), at=at)
            for name, value in held.items():
                setattr(reply, name, value)
            if n == 0:
                made.sent_with(letter, made.articles[0], made.reply(ticket, text, at=at))
        return nora, ivan, [box.id for box in made.boxes]


@pytest.mark.usefixtures("database")
def test_who_types_an_answer_often_is_told_once_and_makes_an_article_of_it() -> None:
    nora, ivan, boxes = desk()
    for _ in range(2):
        upkeep.find_typed()
    with db.transaction() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(FreeReply)) == 8
        notices = session.execute(sa.select(Notice.agent_id, Notice.kind, Notice.detail)).all()
        assert [tuple(row) for row in notices] == [(nora, "typed", {"times": 6})], "once, and Ivan not at all"
        mine = Rights(nora, Role.AGENT, None)
        (line,), _ = typed.listed(session, mine)
        assert (line.times, line.mine, line.people) == (8, 6, 2)
        assert typed.listed(session, Rights(ivan, Role.AGENT, None)) == ([], "")
        assert typed.listed(session, Rights(ivan, Role.LEAD, None))[0][0].mine == 2
        repairs = Rights(nora, Role.LEAD, frozenset(boxes[1:]))
        assert typed.listed(session, repairs) == ([], "")
        author = session.get_one(Agent, nora)
        with pytest.raises(NotFound):
            typed.draft_of(session, repairs, line.id)
        typed.dismiss(session, mine, line.id, by=author, now=NOW)
        assert typed.listed(session, mine)[0] == []
        assert len(typed.listed(session, mine, dismissed=True)[0]) == 1
        typed.dismiss(session, mine, line.id, by=author, now=NOW, again=True)
        language, made = typed.draft_of(session, mine, line.id)
        assert language == "en"
        assert "⟦1006⟧" in made.answer or "⟦100" in made.answer
        assert "Olga" not in made.answer
        text = ArticleText("Refunds", "Your refund was sent to your bank.", "en")
        article = typed.make_article(session, mine, line.id, text, by=author, now=NOW)
        assert typed.listed(session, mine) == ([], "")
        session.execute(
            sa.update(Message).where(Message.delivery == Delivery.HELD).values(delivery="accepted")
        )
    upkeep.find_typed()
    with db.transaction() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(FreeReply)) == 9
        row = session.scalars(sa.select(TypedAnswer)).one()
        assert (row.state, row.article_id) == ("made", article.id)
        assert typed.listed(session, mine) == ([], "")
