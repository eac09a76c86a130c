"""Which ratings and invitations a figure is about: whose, when, and about what. Conditions for queries, nothing else.

Everything is asked within a `Scope`: agents see their own ratings, leads those of their teams, admins and auditors all,
and each only those of mailboxes that they see.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.accounts.leading import led_by
from app.accounts.rights import Rights
from app.accounts.teams import TeamMember
from app.customers.models import customer_tags
from app.knowledge.models import Outcome, Suggestion
from app.ratings.models import Rating, RatingInvitation
from app.tags.models import Tag
from app.tickets.models import ticket_tags

Query = sa.Select[*tuple[Any, ...]]
Asked = type[Rating] | type[RatingInvitation]
AGENT, TEAM, MAILBOX, ARTICLE, TAG, SEGMENT = "agent", "team", "mailbox", "article", "tag", "segment"
# By these a figure can be taken apart; the last three only for ratings with a name (app.ratings.anonymous).
DIMENSIONS = (AGENT, TEAM, MAILBOX, ARTICLE, TAG, SEGMENT)
NAMED_ONLY = frozenset((ARTICLE, TAG, SEGMENT))
_SENT_WITH = (Outcome.ACCEPTED, Outcome.EDITED)


@dataclass(frozen=True)
class Scope:
    """Whose ratings somebody may see; None is everybody's, and every mailbox's. `leads`: agents of a team of theirs."""

    agent_ids: frozenset[int] | None = None
    mailboxes: frozenset[int] | None = None
    leads: bool = False

    def sees(self, agent_id: int) -> bool:
        return self.agent_ids is None or agent_id in self.agent_ids


@dataclass(frozen=True)
class Cut:
    """From `since` until before `until`; None is open. A number narrows to one agent, team, mailbox, article or tag.

    A segment is what a tag on the client card makes of customers.
    """

    since: datetime | None = None
    until: datetime | None = None
    agent: int | None = None
    team: int | None = None
    mailbox: int | None = None
    article: int | None = None
    tag: int | None = None
    segment: int | None = None

    @property
    def named_only(self) -> bool:
        return any(getattr(self, one) is not None for one in NAMED_ONLY)

    def before(self) -> Cut | None:
        """The same in the period of the same length just before; None where there is none."""
        if self.since is None or self.until is None:
            return None
        return replace(self, since=self.since - (self.until - self.since), until=self.since)


EVERYTHING = Scope()


def scope_of(session: Session, rights: Rights) -> Scope:
    led = led_by(session, rights)
    if led is None:
        return Scope(None, rights.mailboxes)
    return Scope(led.agents, rights.mailboxes, bool(led.teams))


def all_tags(session: Session) -> list[tuple[int, str]]:
    """Number and name of each, by name."""
    return [(row.id, row.name) for row in session.execute(sa.select(Tag.id, Tag.name).order_by(Tag.name))]


def conditions(
    asked: Asked, at: sa.ColumnElement[Any] | Any, cut: Cut, scope: Scope, *dimensions: str
) -> list[sa.ColumnElement[bool]]:
    """For rows of ratings or of invitations; `at` is the column whose time counts."""
    found: list[sa.ColumnElement[bool]] = []
    if cut.since is not None:
        found.append(at >= cut.since)
    if cut.until is not None:
        found.append(at < cut.until)
    if scope.agent_ids is not None:
        found.append(asked.agent_id.in_(sorted(scope.agent_ids)))
    if scope.mailboxes is not None:
        found.append(asked.mailbox_id.in_(sorted(scope.mailboxes)))
    if cut.named_only or NAMED_ONLY & set(dimensions):
        found.append(asked.anonymous.is_(False))
    return found + _narrowed(asked, cut)


def by(asked: Asked, query: Query, dimension: str) -> tuple[Query, Any]:
    """The query joined with what the dimension needs, and the column to group by. A row may belong to several teams,
    tags and segments; what belongs to none is left out."""
    if dimension == AGENT:
        return query, asked.agent_id
    if dimension == MAILBOX:
        return query, asked.mailbox_id
    if dimension == TEAM:
        return query.join(TeamMember, TeamMember.agent_id == asked.agent_id), TeamMember.team_id
    if dimension == SEGMENT:
        on = customer_tags.c.customer_id == asked.customer_id
        return query.join(customer_tags, on), customer_tags.c.tag_id
    if dimension == TAG:
        return query.join(ticket_tags, ticket_tags.c.ticket_id == _ticket_of(asked)), ticket_tags.c.tag_id
    # By article is counted otherwise (app.ratings.by_article).
    raise ValueError(f"no such dimension: {dimension}")


def _narrowed(asked: Asked, cut: Cut) -> list[sa.ColumnElement[bool]]:
    found: list[sa.ColumnElement[bool]] = []
    if cut.agent is not None:
        found.append(asked.agent_id == cut.agent)
    if cut.mailbox is not None:
        found.append(asked.mailbox_id == cut.mailbox)
    if cut.team is not None:
        members = sa.select(TeamMember.agent_id).where(TeamMember.team_id == cut.team)
        found.append(asked.agent_id.in_(members))
    if cut.segment is not None:
        people = sa.select(customer_tags.c.customer_id).where(customer_tags.c.tag_id == cut.segment)
        # A sum is no column: the rows are read in the order of the period, not customer by customer.
        found.append((asked.customer_id + 0).in_(people))
    if cut.tag is not None:
        tickets = sa.select(ticket_tags.c.ticket_id).where(ticket_tags.c.tag_id == cut.tag)
        found.append(_ticket_of(asked).in_(tickets))
    if cut.article is not None:
        replies = sa.select(Suggestion.reply_id).where(
            Suggestion.article_id == cut.article,
            Suggestion.outcome.in_(_SENT_WITH),
            Suggestion.reply_id.is_not(None),
        )
        found.append(_about(asked, replies))
    return found


def _about(asked: Asked, replies: Query) -> sa.ColumnElement[bool]:
    if asked is RatingInvitation:
        return RatingInvitation.message_id.in_(replies)
    invited = sa.select(RatingInvitation.id).where(RatingInvitation.message_id.in_(replies))
    return Rating.invitation_id.in_(invited)


def _ticket_of(asked: Asked) -> Any:
    return RatingInvitation.in_ticket_id if asked is RatingInvitation else Rating.ticket_id


def used() -> sa.ColumnElement[bool]:
    """A suggestion that its reply was made of."""
    return Suggestion.outcome.in_(_SENT_WITH)
