"""Who may see which article: a condition for every query that could show one, its title or its figures.

An article that is not restricted is for every agent. A restricted one is for those who see one of its mailboxes, are in
one of its teams, or own it; and for admins and auditors, who look after everything.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.accounts.models import Role
from app.accounts.rights import UNBOUND, Rights, Who, rights_of
from app.accounts.teams import Team, TeamMember
from app.errors import InvalidInput
from app.knowledge.models import Article, article_mailboxes, article_teams

# For workers, which ask for nobody: whatever they show is asked for again by whom it is shown to.
NOBODY_ASKS = Rights(0, Role.ADMIN, None)
_A = Article.__table__.c
# By its name: mailboxes stand beside articles, not below them.
_MAILBOXES = sa.table("mailboxes", sa.column("id"))


@dataclass(frozen=True)
class Circle:
    """For whom a restricted article is. Without both nobody but admins and its owner sees it."""

    mailbox_ids: frozenset[int] = frozenset()
    team_ids: frozenset[int] = frozenset()


def visible(rights: Rights) -> sa.ColumnElement[bool]:
    """A condition on articles."""
    if rights.role in UNBOUND:
        return sa.true()
    boxes = sa.exists().where(
        article_mailboxes.c.article_id == _A.id, rights.within(article_mailboxes.c.mailbox_id)
    )
    teams = sa.exists().where(
        article_teams.c.article_id == _A.id,
        article_teams.c.team_id == TeamMember.team_id,
        TeamMember.agent_id == rights.agent_id,
    )
    return sa.or_(_A.restricted.is_(False), _A.owner_id == rights.agent_id, boxes, teams)


def visible_to(session: Session, who: Who) -> sa.ColumnElement[bool]:
    return visible(rights_of(session, who))


def fits_mailbox(mailbox_id: int) -> sa.ColumnElement[bool]:
    """A condition on articles: what may be offered beside a letter to this mailbox, to those who may see it."""
    boxes = sa.exists().where(
        article_mailboxes.c.article_id == _A.id, article_mailboxes.c.mailbox_id == mailbox_id
    )
    teams = sa.exists().where(article_teams.c.article_id == _A.id)
    return sa.or_(_A.restricted.is_(False), boxes, teams)


def suggestable(session: Session, mailbox_id: int) -> frozenset[int] | None:
    """Ids of the articles that letters to this mailbox may be answered with; None when that is every article."""
    if session.scalar(sa.select(_A.id).where(_A.restricted.is_(True)).limit(1)) is None:
        return None
    query = sa.select(_A.id).where(_A.archived.is_(False), fits_mailbox(mailbox_id))
    return frozenset(session.scalars(query))


def circle_of(session: Session, article_id: int) -> Circle:
    boxes = sa.select(article_mailboxes.c.mailbox_id).where(article_mailboxes.c.article_id == article_id)
    teams = sa.select(article_teams.c.team_id).where(article_teams.c.article_id == article_id)
    return Circle(frozenset(session.scalars(boxes)), frozenset(session.scalars(teams)))


def restrict(session: Session, article: Article, circle: Circle | None) -> None:
    """Only for these from now on; None: for every agent. Raises InvalidInput for rows that are not there."""
    _known(session, sa.select(_MAILBOXES.c.id), circle.mailbox_ids if circle else ())
    _known(session, sa.select(Team.id), circle.team_ids if circle else ())
    article.restricted = circle is not None
    for table, column, ids in (
        (article_mailboxes, "mailbox_id", circle.mailbox_ids if circle else ()),
        (article_teams, "team_id", circle.team_ids if circle else ()),
    ):
        session.execute(sa.delete(table).where(table.c.article_id == article.id))
        rows = [{"article_id": article.id, column: one} for one in sorted(ids)]
        if rows:
            session.execute(sa.insert(table), rows)
    session.flush()


def _known(session: Session, query: sa.Select[Any], ids: Iterable[int]) -> None:
    wanted = set(ids)
    if wanted and wanted - set(session.scalars(query)):
        raise InvalidInput("Please choose one of the list.", "circle")
