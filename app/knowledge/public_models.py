"""The help centre: its settings, the pages it shows, their addresses, and what readers said of them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, BigId


class HelpCentre(Base):
    """One row. `texts`: language → {"name", "greeting"}; `topics`: [{"tag_id", "names": {language: name}}] in order.

    `edition` grows with every page that comes, changes or goes. `salt` lives for a day: with it a visitor's second
    vote is known as theirs, and without it nobody can tell who voted.
    """

    __tablename__ = "help_centre"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    enabled: Mapped[bool] = mapped_column(default=False)
    languages: Mapped[list[str]] = mapped_column(default=list)
    texts: Mapped[dict[str, Any]] = mapped_column(default=dict)
    topics: Mapped[list[Any]] = mapped_column(default=list)
    form: Mapped[bool] = mapped_column(default=False)
    mailbox_id: Mapped[int | None] = mapped_column(sa.ForeignKey("mailboxes.id", ondelete="SET NULL"))
    edition: Mapped[int] = mapped_column(default=0)
    salt: Mapped[str] = mapped_column(sa.String(64), default="")
    salt_on: Mapped[date | None]
    updated_at: Mapped[datetime]


class HelpPage(Base):
    """What the help centre shows of one article in one language: nothing else is ever read for a public page.

    It counts only while the article is public and has not changed since (app.knowledge.public_pages.LIVE).
    `html` is clean, `plain` the same without marks, `stems` {"title": […], "body": […]} for the search.
    """

    __tablename__ = "help_pages"
    __table_args__ = (sa.Index(None, "language", "title"), sa.Index(None, "language", "updated_at"))
    article_id: Mapped[int] = mapped_column(
        sa.ForeignKey("articles.id", ondelete="CASCADE"), primary_key=True
    )
    language: Mapped[str] = mapped_column(sa.String(5), primary_key=True)
    version: Mapped[int]
    slug: Mapped[str] = mapped_column(sa.String(100))
    title: Mapped[str] = mapped_column(sa.String(200))
    html: Mapped[str] = mapped_column(sa.Text)
    plain: Mapped[str] = mapped_column(sa.Text)
    stems: Mapped[dict[str, Any]]
    updated_at: Mapped[datetime]


class HelpSlug(Base):
    """Every address an article ever had in a language; the page has the one that counts, the others lead there."""

    __tablename__ = "help_slugs"
    __table_args__ = (sa.UniqueConstraint("language", "slug"),)
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    article_id: Mapped[int] = mapped_column(sa.ForeignKey("articles.id", ondelete="CASCADE"), index=True)
    language: Mapped[str] = mapped_column(sa.String(5))
    slug: Mapped[str] = mapped_column(sa.String(100))
    created_at: Mapped[datetime]


class HelpVote(Base):
    """ "Did this help?" `visitor` is a digest that nothing leads back from once its day is over."""

    __tablename__ = "help_votes"
    __table_args__ = (sa.UniqueConstraint("article_id", "language", "visitor"),)
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    article_id: Mapped[int] = mapped_column(sa.ForeignKey("articles.id", ondelete="CASCADE"))
    language: Mapped[str] = mapped_column(sa.String(5))
    version: Mapped[int]
    helped: Mapped[bool]
    words: Mapped[str] = mapped_column(sa.Text, default="")
    visitor: Mapped[str] = mapped_column(sa.String(64))
    at: Mapped[datetime]


class HelpRead(Base):
    """How often a page was read on a day, as the pages themselves told; of nobody in particular."""

    __tablename__ = "help_reads"
    __table_args__ = (sa.Index(None, "language", "day"),)
    article_id: Mapped[int] = mapped_column(
        sa.ForeignKey("articles.id", ondelete="CASCADE"), primary_key=True
    )
    language: Mapped[str] = mapped_column(sa.String(5), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    times: Mapped[int] = mapped_column(default=0)
