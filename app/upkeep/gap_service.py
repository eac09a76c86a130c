"""What people do with a gap: hide it, take that back, or make an article of it. Never commits."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.accounts.models import Agent
from app.accounts.rights import Rights
from app.errors import InvalidInput, NotFound
from app.knowledge import service
from app.knowledge.gap_drafts import Draft, draft, marks
from app.knowledge.lessons import Lesson, note
from app.knowledge.models import Article, LogKind
from app.knowledge.texts import ArticleText
from app.upkeep import gap_pages
from app.upkeep.models import Gap, GapState

# The article learns from so many letters of its gap at once: whoever made it has said that it answers them.
MOST_LESSONS = 30


def hide(session: Session, gap_id: int, *, by: Agent, now: datetime) -> Gap:
    """Not a gap: it is not shown any more, however many letters come."""
    return _set(session, gap_id, GapState.OPEN, GapState.HIDDEN, by=by, now=now)


def show_again(session: Session, gap_id: int, *, by: Agent, now: datetime) -> Gap:
    return _set(session, gap_id, GapState.HIDDEN, GapState.OPEN, by=by, now=now)


def draft_of(session: Session, rights: Rights, gap_id: int) -> Draft:
    """From what the asker may see."""
    answers = gap_pages.answers(session, rights, gap_id)
    near = gap_pages.middle(session, rights, gap_id, 1)
    tickets = {answer.ticket_id for answer in answers}
    return draft(near[0].question if near else "", answers, gap_pages.names(session, tickets))


def make_article(
    session: Session, rights: Rights, gap_id: int, text: ArticleText, *, by: Agent, now: datetime
) -> Article:
    """Write the article, teach it the letters of its gap, close the gap. Raises InvalidInput while marks are left."""
    refuse_marks(text)
    gap = _locked(session, gap_id)
    if gap.state == GapState.CLOSED and gap.article_id is not None:
        found = session.get(Article, gap.article_id)
        if found is not None:
            return found
    article = service.create(session, text, by=by, now=now)
    teach(session, article.id, gap_pages.middle(session, rights, gap_id, MOST_LESSONS), now)
    gap.state, gap.state_at, gap.state_by_id, gap.article_id = GapState.CLOSED, now, by.id, article.id
    session.flush()
    return article


def refuse_marks(text: ArticleText) -> None:
    """What is marked may be somebody's name or number: a person has to look at each. Raises InvalidInput."""
    for field, written in (("title", text.title), ("answer", text.answer)):
        if marks(written):
            raise InvalidInput("Look at what is marked: leave it out, or take the marks away.", field)


def teach(session: Session, article_id: int, letters: Sequence[Lesson], now: datetime) -> None:
    """The article answers these questions."""
    for letter in letters:
        if letter.question.strip():
            note(session, LogKind.LEARN, article_id, letter, now)


def _set(
    session: Session, gap_id: int, before: GapState, after: GapState, *, by: Agent, now: datetime
) -> Gap:
    gap = _locked(session, gap_id)
    if gap.state == before:
        gap.state, gap.state_at, gap.state_by_id = after, now, by.id
        session.flush()
    return gap


def _locked(session: Session, gap_id: int) -> Gap:
    gap = session.scalar(sa.select(Gap).where(Gap.id == gap_id).with_for_update())
    if gap is None:
        raise NotFound("There is no such gap.")
    return gap
