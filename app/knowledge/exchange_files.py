"""The files of articles in an export and in an import. Gathered and looked at; app.knowledge.exchange writes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.accounts.rights import Rights
from app.knowledge import enclosed
from app.knowledge.enclosed import Enclosed
from app.knowledge.exchange import Plan, Planned, Trouble
from app.knowledge.files import MOST_FILES
from app.knowledge.models import Article, ArticleFile
from app.knowledge.who_sees import visible


def export(session: Session, who: Rights) -> list[tuple[str, str]]:
    """(place in the zip, digest) of every file of the articles that this person sees."""
    query = sa.select(sa.func.coalesce(Article.key, ""), ArticleFile.filename, ArticleFile.sha256).join(
        ArticleFile, ArticleFile.article_id == Article.id
    )
    rows = session.execute(query.where(visible(who)).order_by(Article.key, ArticleFile.id))
    return enclosed.names((row[0], row[1], row[2]) for row in rows)


def joined(session: Session, plan: Plan, others: Sequence[Enclosed], *, most_bytes: int) -> Plan:
    """The plan, each article with the files that it does not have yet; `most_bytes` is what a letter can carry."""
    if not others:
        return plan
    keys = {one.first.key for one in plan.articles}
    troubles = [
        Trouble(one.place, 0, one.trouble or "There is no article for this file.")
        for one in others
        if one.trouble or one.key not in keys
    ]
    has, offered = _stored(session), [one for one in others if not one.trouble]
    articles = [
        _with_files(one, [file for file in offered if file.key == one.first.key], has, most_bytes)
        for one in plan.articles
    ]
    return Plan(articles, [*plan.troubles, *troubles])


def _with_files(
    planned: Planned, offered: list[Enclosed], has: dict[str, dict[tuple[str, str], int]], most_bytes: int
) -> Planned:
    known, fresh, notes = dict(has.get(planned.first.key, {})), [], list(planned.notes)
    for one in offered:
        if (one.filename, one.sha256) in known:
            continue
        if len(known) >= MOST_FILES or sum(known.values()) + one.size > most_bytes:
            notes.append(("That is too much for one letter; it is left out.", one.filename))
            continue
        known[one.filename, one.sha256] = one.size
        fresh.append(one)
    what = "changed" if fresh and planned.what == "same" else planned.what
    return replace(planned, what=what, files=tuple(fresh), notes=tuple(notes))


def _stored(session: Session) -> dict[str, dict[tuple[str, str], int]]:
    """article → (name, digest) → size."""
    query = sa.select(Article.key, ArticleFile.filename, ArticleFile.sha256, ArticleFile.size)
    found: dict[str, dict[tuple[str, str], int]] = {}
    for key, filename, digest, size in session.execute(
        query.join(ArticleFile, ArticleFile.article_id == Article.id)
    ):
        found.setdefault(key or "", {})[filename, digest] = size
    return found
