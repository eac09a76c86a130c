"""Inviting to rate, looking at a link, and giving a rating. Sessions come from the caller and are never committed here.

Opening a link never makes a rating. `give` is called for a form that was sent, and keeps one rating per reply and
recipient with all it ever was.
"""

from __future__ import annotations

import secrets
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from app.errors import Conflict, InvalidInput, NotAllowed, NotFound
from app.ratings import lessons, robots
from app.ratings.models import Face, NotAsked, Rating, RatingChange, RatingHit, RatingInvitation
from app.security import derived_token, token_hash
from app.tickets import service as tickets
from app.tickets.models import Message, Ticket

PURPOSE = "rating"
INVITATION_DAYS = 30
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


def invite(
    session: Session,
    message: Message,
    guests: Mapping[str, tuple[int, str]],
    *,
    secret: str,
    now: datetime,
    mailbox_id: int | None = None,
    anonymous: bool = False,
) -> None:
    """Ask these recipients to rate this reply: address → (customer id, language). Credit is the author's.

    `anonymous`: they are promised that their answer carries no name. `mailbox_id`: that the reply leaves from, if known.
    """
    assert message.author_id is not None
    mailbox_id = mailbox_id or session.scalar(
        sa.select(Ticket.mailbox_id).where(Ticket.id == message.ticket_id)
    )
    for recipient, (customer_id, language) in guests.items():
        nonce = secrets.token_urlsafe(24)
        session.add(
            RatingInvitation(
                message_id=message.id,
                recipient=recipient,
                agent_id=message.author_id,
                customer_id=customer_id,
                language=language,
                nonce=nonce,
                token_hash=token_hash(derived_token(secret, PURPOSE, nonce)),
                created_at=now,
                expires_at=now + timedelta(days=INVITATION_DAYS),
                mailbox_id=mailbox_id,
                anonymous=anonymous,
            )
        )


def invitation_token(invitation: RatingInvitation, secret: str) -> str:
    """The token in this invitation's links, the same for every retry of the mail."""
    return derived_token(secret, PURPOSE, invitation.nonce)


def forget_invitations(session: Session, message_id: int) -> None:
    """The reply was taken back before it left: nobody has these links."""
    for table in (RatingInvitation, NotAsked):
        session.execute(sa.delete(table).where(table.message_id == message_id))


def not_asked(
    session: Session, message: Message, mailbox_id: int, reasons: Iterable[str], *, now: datetime
) -> None:
    """Why so many recipients of this reply were not asked; who they were is not kept."""
    session.add_all(
        NotAsked(
            message_id=message.id, agent_id=message.author_id, mailbox_id=mailbox_id, reason=reason, at=now
        )
        for reason in reasons
    )


def last_asked(
    session: Session, emails: Iterable[str], customer_ids: Iterable[int], since: datetime
) -> tuple[dict[str, datetime], dict[int, datetime]]:
    """When these addresses, and these people at whatever address, were last asked after `since`."""
    asked = RatingInvitation
    query = sa.select(asked.recipient, asked.customer_id, asked.created_at).where(
        sa.or_(asked.recipient.in_(list(emails)), asked.customer_id.in_(list(customer_ids))),
        asked.created_at > since,
    )
    addresses: dict[str, datetime] = {}
    people: dict[int, datetime] = {}
    for row in session.execute(query.order_by(asked.created_at)):
        addresses[row.recipient], people[row.customer_id] = row.created_at, row.created_at
    return addresses, people


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
    comment = tidy_comment(comment)
    if rating is not None and (rating.face, rating.comment) == (face, comment):
        return rating
    before = rating.face if rating is not None else ""
    if rating is None:
        rating = _new(session, invitation, now, change_days)
    elif _changes_since(session, rating, now - timedelta(hours=1)) >= CHANGES_PER_HOUR:
        raise TooOften("That was changed very often. Try again in an hour.")
    rating.face, rating.comment, rating.changed_at = face, comment, now
    session.add(rating)
    session.flush()
    session.add(RatingChange(rating_id=rating.id, face=face, comment=comment, at=now))
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


def _new(session: Session, invitation: RatingInvitation, now: datetime, change_days: int) -> Rating:
    ticket_id = session.scalar(sa.select(Message.ticket_id).where(Message.id == invitation.message_id))
    return Rating(
        invitation_id=invitation.id,
        agent_id=invitation.agent_id,
        ticket_id=ticket_id,
        customer_id=invitation.customer_id,
        created_at=now,
        changed_at=now,
        changeable_until=now + timedelta(days=change_days),
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
