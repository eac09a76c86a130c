"""What admins choose about winning customers back: how soon, and the apology to begin with. Never commits."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.accounts import audit
from app.accounts.models import Agent
from app.accounts.rights import Rights, rights_of
from app.errors import InvalidInput
from app.knowledge.models import Article, ArticleVariant
from app.knowledge.queries import says
from app.knowledge.who_sees import visible
from app.tags.models import Tag
from app.tickets.order_models import Preference

HOURS, ARTICLES = "recovery_hours", "recovery_articles"
USUAL_HOURS = 4
MOST_HOURS = 200
LANGUAGES = ("en", "ru")
# An article with such a tag is the apology where none was chosen.
TAGS = ("apology", "извинение", "извинения")


def hours(session: Session) -> int:
    """Business hours until a customer should have been won back."""
    return int(_value(session, HOURS, USUAL_HOURS))


def articles(session: Session) -> dict[str, int]:
    """Language → the article that was chosen."""
    return dict(_value(session, ARTICLES, {}))


def article_for(session: Session, language: str, may: sa.ColumnElement[bool]) -> int | None:
    """The apology in this language: the one chosen, else the newest tagged so.

    `may`: a condition on articles, of app.knowledge.who_sees. What it shuts out is passed over, chosen or not.
    """
    chosen = articles(session).get(language)
    here = sa.select(Article.id).where(Article.archived.is_(False), says(language), may)
    if chosen is not None and session.scalar(here.where(Article.id == chosen)) is not None:
        return chosen
    tagged = here.where(Article.tags.any(Tag.name.in_(TAGS)))
    return session.scalar(tagged.order_by(Article.updated_at.desc(), Article.id.desc()).limit(1))


def choices(session: Session, rights: Rights) -> dict[str, list[tuple[int, str]]]:
    """Language → articles that could be the apology, by their title in it. Only what the asker may see."""
    first = sa.select(Article.id, Article.title, Article.language)
    other = sa.select(Article.id, ArticleVariant.title, ArticleVariant.language).join(ArticleVariant)
    shown = sa.and_(Article.archived.is_(False), visible(rights))
    found: dict[str, list[tuple[int, str]]] = {code: [] for code in LANGUAGES}
    for row in session.execute(sa.union_all(first.where(shown), other.where(shown)).order_by("title", "id")):
        found.setdefault(row.language, []).append((row.id, row.title))
    return {code: found[code] for code in LANGUAGES}


def change(session: Session, form: Mapping[str, str], *, by: Agent, now: datetime) -> bool:
    """`form`: hours, article_en, article_ru (ids or ''). Raises InvalidInput with the field."""
    before = {"hours": hours(session), **{f"article_{code}": one for code, one in articles(session).items()}}
    typed = form.get("hours", "").strip()
    number = int(typed) if typed.isascii() and typed.isdecimal() and len(typed) < 5 else 0
    if not 1 <= number <= MOST_HOURS:
        raise InvalidInput("A number of hours from 1 to 200.", "hours")
    known = choices(session, rights_of(session, by))
    picked: dict[str, int] = {}
    for code in LANGUAGES:
        text = form.get(f"article_{code}", "")
        if text:
            one = int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else 0
            if one not in [article_id for article_id, _title in known[code]]:
                raise InvalidInput("Choose one of these.", f"article_{code}")
            picked[code] = one
    _store(session, HOURS, number)
    _store(session, ARTICLES, picked)
    after = {"hours": number, **{f"article_{code}": picked.get(code) for code in LANGUAGES}}
    changed = audit.changes(before, after)
    if changed:
        audit.note(session, "recovery", by=by, now=now, changed=changed)
    return bool(changed)


def _value(session: Session, name: str, usual: Any) -> Any:
    row = session.get(Preference, name)
    return usual if row is None else row.value


def _store(session: Session, name: str, value: Any) -> None:
    row = session.get(Preference, name)
    if row is None:
        session.add(Preference(name=name, value=value))
    else:
        row.value = value
    session.flush()
