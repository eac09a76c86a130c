"""The suggestions beside letters, as the page of a ticket shows them to one agent, in the customer's language."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.accounts.rights import Rights
from app.knowledge.models import Article, ArticleVariant, Outcome, Suggestion
from app.knowledge.who_sees import visible


@dataclass(frozen=True)
class Offered:
    """A suggestion beside a letter."""

    id: int
    message_id: int
    article_id: int
    title: str
    answer: str
    language: str
    rank: int
    confidence: float
    words: tuple[str, ...]
    example: str
    shown: str
    outcome: str

    @property
    def percent(self) -> int:
        return round(self.confidence * 100)


_S, _A, _V = Suggestion.__table__.c, Article.__table__.c, ArticleVariant.__table__.c


def suggestions_for(
    session: Session, message_ids: Sequence[int], rights: Rights, language: str = ""
) -> list[Offered]:
    """The suggestions of these letters that this agent may see, by letter and rank; articles archived since are left
    out. Who does not see every mailbox is not shown the past letter that was alike: it may be another mailbox's."""
    if not message_ids:
        return []
    asked = {"letters": list(message_ids), "language": language}
    found = session.connection().execute(_suggested(rights), asked)
    return [_offered(row, examples=rights.mailboxes is None) for row in found]


@lru_cache(maxsize=500)
def _suggested(rights: Rights) -> sa.Select[Any]:
    """Every ticket page asks this: built once for each agent."""
    both = Article.__table__.outerjoin(
        ArticleVariant.__table__,
        sa.and_(_V.article_id == _A.id, _V.language == sa.bindparam("language")),
    )
    return (
        sa.select(
            *(_S[name] for name in ("id", "message_id", "article_id", "rank", "confidence")),
            sa.func.coalesce(_V.title, _A.title).label("title"),
            sa.func.coalesce(_V.answer, _A.answer).label("answer"),
            sa.func.coalesce(_V.language, _A.language).label("language"),
            *(_S[name] for name in ("why", "shown", "outcome")),
        )
        .select_from(Suggestion.__table__.join(both, _A.id == _S.article_id))
        .where(
            _S.message_id.in_(sa.bindparam("letters", expanding=True)),
            _S.rank > 0,
            sa.or_(_A.archived.is_(False), _S.outcome != Outcome.SHOWN),
            visible(rights),
        )
        .order_by(_S.message_id, _S.rank, _S.id)
    )


def _offered(row: sa.Row[Any], *, examples: bool) -> Offered:
    why = row.why or {}
    return Offered(
        row.id,
        row.message_id,
        row.article_id,
        row.title,
        row.answer,
        row.language,
        row.rank,
        row.confidence,
        tuple(map(str, why.get("words", ()))),
        str(why.get("example", "")) if examples else "",
        row.shown,
        row.outcome,
    )
