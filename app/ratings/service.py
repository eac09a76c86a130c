"""Inviting to rate, and giving a rating. Sessions come from the caller and are never committed here."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.ratings.models import RatingInvitation
from app.security import derived_token, token_hash
from app.tickets.models import Message

PURPOSE = "rating"
INVITATION_DAYS = 30


def invite(
    session: Session, message: Message, guests: Mapping[str, tuple[int, str]], *, secret: str, now: datetime
) -> None:
    """Ask these recipients to rate this reply. guests: address → (customer id, language). Credit is the author's."""
    assert message.author_id is not None
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
            )
        )


def invitation_token(invitation: RatingInvitation, secret: str) -> str:
    """The token in this invitation's links, the same for every retry of the mail."""
    return derived_token(secret, PURPOSE, invitation.nonce)


def forget_invitations(session: Session, message_id: int) -> None:
    """The reply was taken back before it left: nobody has these links."""
    session.execute(sa.delete(RatingInvitation).where(RatingInvitation.message_id == message_id))
