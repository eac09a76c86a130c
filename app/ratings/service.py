"""Inviting to rate, looking at a link, and giving a rating. Sessions come from the caller and are never committed here.

Opening a link never makes a rating. `give` is called for a form that was sent, and keeps one rating per reply and
recipient with all it ever was.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from app.errors import Conflict, InvalidInput, NotAllowed, NotFound
from app.ratings import anonymous, lessons, reasons, robots
from app.ratings.inviting import (
    INVITATION_DAYS,
    PURPOSE,
    forget_invitations,
    invitation_token,
    invite,
    last_asked,
    not_asked,
)
from app.ratings.models import Face, Rating, RatingChange, RatingHit, RatingInvitation
from app.security import token_hash
from app.tickets import service as tickets
from app.tickets.models import Message, Ticket

__all__ = [
    "INVITATION_DAYS",
    "PURPOSE",
    "Signs",
    "TooLate",
    "TooOften",
    "find_invitation",
    "forget_invitations",
    "give",
    "invitation_token",
    "invite",
    "is_open",
    "last_asked",
    "not_asked",
    "note_hit",
    "rating_of",
    "tidy_comment",
]
LONGEST_COMMENT = 2000
LONGEST_TOKEN = 100
CHANGES_PER_HOUR = 10
# Hits beyond this say nothing new about a link and would only fill the disk.
MOST_HITS_A_DAY = 50


class TooLate(Conflict):
    """The time to rate, or to change a rating, is over."""


class TooOften(NotAllowed):
    """More changes in an hour than a person makes."""


@dataclass(frozen=True)
class Signs:
    """What a request says about who sent it. Nothing of it is stored."""

    method: str
    user_agent: str
    prefetch: bool = False
    trap: bool = False


def find_invitation(session: Session, token: str) -> RatingInvitation:
    """The invitation of a link. Raises NotFound for a token that is not ours."""
    found = None
    if len(token) <= LONGEST_TOKEN:
        query = sa.select(RatingInvitation).where(RatingInvitation.token_hash == token_hash(token))
        found = session.scalar(query.options(joinedload(RatingInvitation.message)))
    if found is None:
        raise NotFound("This link is not one of ours.")
    return found


def rating_of(session: Session, invitation: RatingInvitation) -> Rating | None:
    return session.scalar(sa.select(Rating).where(Rating.invitation_id == invitation.id))


def is_open(invitation: RatingInvitation, rating: Rating | None, now: datetime) -> bool:
    """True while a rating may be given or changed."""
    return now <= (rating.changeable_until if rating else invitation.expires_at)


def note_hit(session: Session, invitation: RatingInvitation, face: str, signs: Signs, now: datetime) -> str:
    """Somebody or something opened a link. Returns why it is taken for a program, '' for a person."""
    day = now - timedelta(days=1)
    query = sa.select(RatingHit).where(RatingHit.invitation_id == invitation.id, RatingHit.at > day)
    earlier = list(session.scalars(query))
    verdict = robots.judge(
        robots.Seen(face, now),
        [robots.Seen(hit.face, hit.at) for hit in earlier],
        method=signs.method,
        trap=signs.trap,
        names_itself=robots.names_itself(signs.user_agent),
        prefetch=signs.prefetch,
    )
    for hit in earlier:
        if verdict.since is not None and hit.at >= verdict.since and not hit.filtered:
            hit.filtered = verdict.reason
    if len(earlier) < MOST_HITS_A_DAY:
        session.add(
            RatingHit(
                invitation_id=invitation.id, face=face, method=signs.method, filtered=verdict.reason, at=now
            )
        )
    session.flush()
    return verdict.reason


def give(
    session: Session,
    invitation: RatingInvitation,
    face: str,
    comment: str,
    *,
    now: datetime,
    change_days: int,
    reason_ids: Iterable[int] = (),
) -> Rating:
    """Write the verdict, or change it. The same again changes nothing.

    Raises InvalidInput without a face, TooLate when the time is over, TooOften for more than ten changes an hour.
    """
    if face not in list(Face):
        raise InvalidInput("Choose one of the three faces.", "face")
    session.execute(
        sa.select(RatingInvitation.id).where(RatingInvitation.id == invitation.id).with_for_update()
    )
    rating = rating_of(session, invitation)
    if not is_open(invitation, rating, now):
        raise TooLate("The time to rate this reply is over.")
    comment, chosen = tidy_comment(comment), reasons.fitting(session, reason_ids, face)
    if rating is not None and _says(session, rating) == (face, comment, chosen):
        return rating
    before = rating.face if rating is not None else ""
    if rating is None:
        rating = _new(session, invitation, now, change_days)
    elif _changes_since(session, rating, now - timedelta(hours=1)) >= CHANGES_PER_HOUR:
        raise TooOften("That was changed very often. Try again in an hour.")
    rating.face, rating.comment, rating.changed_at = face, comment, now
    session.add(rating)
    session.flush()
    reasons.choose(session, rating.id, chosen)
    session.add(RatingChange(rating_id=rating.id, face=face, comment=comment, reasons=chosen, at=now))
    if rating.anonymous:
        # Nothing leads from here to the ticket: no line of its history, no lesson, no open page that looks again.
        anonymous.release(session, rating.agent_id, rating.mailbox_id, now=now)
    else:
        lessons.learn(session, invitation.message_id, before, face, now=now)
        _tell(session, rating, invitation, now)
    return rating


def tidy_comment(comment: str) -> str:
    """What the customer wrote, without what is not text."""
    lines = comment.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    kept = ["".join(char for char in line if _is_text(char)).rstrip() for line in lines]
    return "\n".join(kept).strip()[:LONGEST_COMMENT]


def _is_text(char: str) -> bool:
    # Joiners belong to emoji and to some scripts; other invisible signs can turn the order of a line around.
    return char in "\t\u200c\u200d" or unicodedata.category(char) not in (
        "Cc",
        "Cf",
        "Cs",
        "Co",
        "Cn",
        "Zl",
        "Zp",
    )


def _says(session: Session, rating: Rating) -> tuple[str, str, list[int]]:
    return rating.face, rating.comment, reasons.chosen(session, [rating.id]).get(rating.id, [])


def _new(session: Session, invitation: RatingInvitation, now: datetime, change_days: int) -> Rating:
    named = not invitation.anonymous
    ticket_id = session.scalar(sa.select(Message.ticket_id).where(Message.id == invitation.message_id))
    return Rating(
        invitation_id=invitation.id,
        agent_id=invitation.agent_id,
        mailbox_id=invitation.mailbox_id,
        ticket_id=ticket_id if named else None,
        customer_id=invitation.customer_id if named else None,
        anonymous=invitation.anonymous,
        created_at=now,
        changed_at=now,
        changeable_until=now + timedelta(days=change_days),
        counted_at=now if named else None,
    )


def _changes_since(session: Session, rating: Rating, since: datetime) -> int:
    query = sa.select(sa.func.count()).select_from(RatingChange)
    return session.scalar(query.where(RatingChange.rating_id == rating.id, RatingChange.at > since)) or 0


def _tell(session: Session, rating: Rating, invitation: RatingInvitation, now: datetime) -> None:
    ticket = session.get_one(Ticket, rating.ticket_id)
    tickets.record(
        session, "rated", ticket=ticket, now=now, message_id=invitation.message_id, face=rating.face
    )
    tickets.changed(session, ticket.id, "rating", now)
    session.flush()
