"""Asking for ratings: one invitation for each reply and recipient, or why there is none. Never commits."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.ratings.models import NotAsked, RatingInvitation
from app.security import derived_token, token_hash
from app.tickets.models import Message, Ticket

PURPOSE = "rating"
INVITATION_DAYS = 30


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

    `anonymous`: they are promised that their answer carries no name. `mailbox_id`: that the reply leaves from.
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
                in_ticket_id=message.ticket_id,
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
