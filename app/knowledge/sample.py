"""The knowledge base of the sandbox and of the made-up desk: articles, an apology, a help centre that is open.

Only for databases that have no article yet. Never commits.
"""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.knowledge import arrangement, public_publishing, public_settings, seed, service
from app.knowledge.arrangement import Arrangement
from app.knowledge.models import Article, Visibility
from app.knowledge.public_settings import Centre, Topic
from app.knowledge.texts import ArticleText
from app.tags.models import Tag

# What readers of the help centre choose from: the tag of the articles, and its name as they see it.
_TOPICS = {
    "delivery": {"en": "Delivery", "ru": "Доставка"},
    "payment": {"en": "Payment", "ru": "Оплата"},
    "refund": {"en": "Returns and refunds", "ru": "Возврат и отмена"},
    "repair": {"en": "Repairs", "ru": "Ремонт"},
}


def is_empty(session: Session) -> bool:
    """Nobody has written an article here."""
    return session.scalar(sa.select(Article.id).limit(1)) is None


def articles(session: Session, *, now: datetime) -> dict[str, int]:
    """The seed's articles, each said in all its languages, those for customers public; key → id.

    The same article has a key in each language, after which it is called in the letters that it answers.
    """
    made: dict[str, Article] = {}
    for one in seed.seed_articles():
        text = ArticleText(one.title, one.answer, one.language, one.tags)
        first = made.get(one.of)
        if first is not None:
            service.say_in(session, first.id, text, version=first.version, by=None, now=now)
            continue
        made[one.of] = service.create(session, text, by=None, now=now, key=one.of)
        if one.public:
            arrangement.arrange(session, made[one.of].id, Arrangement(Visibility.PUBLIC), by=None, now=now)
    return {one.key: made[one.of].id for one in seed.seed_articles()}


def help_centre(session: Session, mailbox_id: int, *, now: datetime) -> None:
    """Open in both languages, its letters go to this mailbox. Settings that somebody has stored stay."""
    if public_settings.row(session) is not None:
        return
    wanted = Centre(
        open=True,
        languages=public_settings.LANGUAGES,
        topics=_topics(session),
        form=True,
        mailbox_id=mailbox_id,
    )
    public_settings.change(session, public_settings.checked(wanted), by=None, now=now)
    public_publishing.catch_up(session, now=now)


def _topics(session: Session) -> tuple[Topic, ...]:
    ids = {row.name: row.id for row in session.execute(sa.select(Tag.id, Tag.name))}
    return tuple(Topic(ids[tag], names) for tag, names in _TOPICS.items() if tag in ids)
