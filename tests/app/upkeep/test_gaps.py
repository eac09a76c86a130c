"""Gaps of a desk: found, seen, hidden, answered with an article."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from app import db
from app.accounts.models import Agent, Role
from app.accounts.rights import Rights
from app.errors import InvalidInput, NotFound
from app.knowledge import service
from app.knowledge.models import KnowledgeLog
from app.knowledge.texts import ArticleText
from app.tickets.models import Message, Ticket
from app.upkeep import asked, gap_pages, gap_service, rounds
from app.upkeep.models import AskedLetter, Gap, GapState
from tests.app.upkeep.made_desk import NOW, MadeDesk
from tests.app.upkeep.questions import TOPICS
from workers import upkeep


class AskedDesk:
    """Letters on gift cards (4 in the shop, 3 in repairs), on passwords (5, but an article answered them)."""

    def __init__(self) -> None:
        with db.transaction() as session:
            made = MadeDesk(session)
            self.boxes, self.nora = [one.id for one in made.boxes], made.agents[0].id
            at = db.now() - timedelta(days=1)
            gift = "How long is the gift card valid, and where is its code?"
            for n in range(7):
                ticket = made.ticket(box=int(n > 3), at=at, subject=f"Question {n}")
                made.letter(ticket, f"Hello,\n\n{gift}\n\nRegards,\nOlga", at=at)
                if n < 3:
                    text = f"Hello Olga,\n\nIt is valid for two years. The code comes with letter {n}.\n\nRegards,\nNora"
                    made.rated(made.reply(ticket, text, at=at), "good" if n == 1 else "okay")
                made.letter(ticket, "Thank you, and where is the code of the gift card?", at=at)
            for text in TOPICS["en"]["password"]:
                ticket = made.ticket(at=at)
                letter = made.letter(ticket, f"{text} My password, my account.", at=at)
                made.sent_with(letter, made.articles[0], made.reply(ticket, at=at))
            made.letter(made.ticket(at=at), "Do your cats have names?", at=at)
        self.everything = Rights(self.nora, Role.LEAD, None)
        self.shop = Rights(self.nora, Role.AGENT, frozenset(self.boxes[:1]))
        self.repairs = Rights(self.nora, Role.AGENT, frozenset(self.boxes[1:]))

    def gaps(self, rights: Rights, state: str = GapState.OPEN) -> list[gap_pages.Line]:
        with db.reading() as session:
            return gap_pages.lines(session, rights, state, now=db.now()).rows

    def count(self, model: type) -> int:
        with db.reading() as session:
            return session.scalar(sa.select(sa.func.count()).select_from(model)) or 0


@pytest.fixture
def desk(database: str) -> AskedDesk:
    return AskedDesk()


def test_a_gap_is_found_seen_by_those_who_may_and_becomes_an_article(desk: AskedDesk) -> None:
    upkeep.find_gaps()
    (gap,) = desk.gaps(desk.everything)
    assert gap.letters == 7
    assert gap.weekly == 7 / 4
    assert {"gift", "card", "code"} <= set(gap.words)
    assert gap.agents == (("Nora", 3),)
    assert desk.gaps(desk.shop)[0].letters == 4
    assert desk.gaps(desk.repairs)[0].agents == (), "who answered in another mailbox is not said"
    with db.transaction() as session:
        letters, after = gap_pages.letters(session, desk.repairs, gap.gap.id)
        tickets = sa.select(Ticket.mailbox_id).where(Ticket.id.in_([one.ticket_id for one in letters]))
        assert set(session.scalars(tickets)) == {desk.boxes[1]}
        assert (len(letters), after) == (3, "")
        made = gap_service.draft_of(session, desk.everything, gap.gap.id)
        assert made.answer == "It is valid for two years. The code comes with letter 1."
        assert made.quoted[0].face == "good"
        assert gap_service.draft_of(session, desk.repairs, gap.gap.id).quoted == ()
        nora = session.get_one(Agent, desk.nora)
        bad = ArticleText("Gift cards", "Dear ⟦Olga⟧, two years.", "en")
        with pytest.raises(InvalidInput):
            gap_service.make_article(session, desk.everything, gap.gap.id, bad, by=nora, now=NOW)
        good = ArticleText("Gift cards", "A gift card is valid for two years.", "en")
        article = gap_service.make_article(session, desk.everything, gap.gap.id, good, by=nora, now=NOW)
        again = gap_service.make_article(session, desk.everything, gap.gap.id, good, by=nora, now=NOW)
        assert again is article
        learnt = session.scalars(sa.select(KnowledgeLog.article_id).where(KnowledgeLog.kind == "learn"))
        assert list(learnt) == [article.id] * 7
    assert desk.gaps(desk.everything) == []
    assert len(desk.gaps(desk.everything, GapState.CLOSED)) == 1
    upkeep.find_gaps()
    assert desk.gaps(desk.everything) == [], "it stays closed when looked for again"
    with db.transaction() as session:
        service.archive(session, article.id, by=None, now=NOW)
    upkeep.find_gaps()
    assert len(desk.gaps(desk.everything)) == 1, "without its article it is a gap again"


def test_a_hidden_gap_stays_hidden_and_can_be_shown_again(desk: AskedDesk) -> None:
    upkeep.find_gaps()
    (gap,) = desk.gaps(desk.everything)
    with db.transaction() as session:
        gap_service.hide(session, gap.gap.id, by=session.get_one(Agent, desk.nora), now=NOW)
    upkeep.find_gaps()
    assert desk.gaps(desk.everything) == []
    (hidden,) = desk.gaps(desk.everything, GapState.HIDDEN)
    assert hidden.gap.id == gap.gap.id
    with db.transaction() as session:
        gap_service.show_again(session, gap.gap.id, by=session.get_one(Agent, desk.nora), now=NOW)
        session.execute(sa.update(Ticket).where(Ticket.mailbox_id == desk.boxes[1]).values(status="spam"))
    assert desk.gaps(desk.everything)[0].letters == 4, "spam does not count"
    assert desk.gaps(desk.repairs) == []
    with db.reading() as session, pytest.raises(NotFound):
        gap_pages.one(session, desk.repairs, gap.gap.id, now=NOW)


def test_looking_twice_reads_each_letter_once_and_takes_turns(desk: AskedDesk) -> None:
    upkeep.find_gaps()
    first = desk.count(AskedLetter)
    assert first == 13, "only the first letter of each ticket"
    upkeep.find_gaps()
    assert (desk.count(AskedLetter), desk.count(Gap)) == (first, 1)
    with db.transaction() as session:
        message_id = session.scalar(sa.select(sa.func.max(Message.id))) or 0
        assert session.get_one(asked.UpkeepRound, asked.NAME).position == message_id
        assert rounds.begin(session, "gaps", NOW) is not None
        assert rounds.begin(session, "gaps", NOW) is None, "another worker has it"
        assert rounds.begin(session, "gaps", NOW + timedelta(hours=1)) is not None, (
            "whoever had it was killed"
        )
        rounds.end(session, "gaps", now=NOW, seconds=3, rows=1)
        session.expire_all()
        assert not rounds.is_due(session, "gaps", NOW + timedelta(minutes=9))
        assert rounds.is_due(session, "gaps", NOW + timedelta(minutes=10))
        asked.forget_old(session, now=db.now() + timedelta(days=181))
    assert desk.count(AskedLetter) == 0
