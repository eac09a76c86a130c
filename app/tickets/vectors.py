"""What a letter means to the optional sentence model, stored with it: computed once, on arrival."""

from __future__ import annotations

from collections.abc import Collection

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.db import Base, BigId


class MessageVector(Base):
    """`vector`: 16-bit floats, little-endian. Those of another `model` cannot be compared with it."""

    __tablename__ = "message_vectors"
    message_id: Mapped[int] = mapped_column(
        BigId, sa.ForeignKey("messages.id", ondelete="CASCADE"), primary_key=True
    )
    model: Mapped[str] = mapped_column(sa.String(80))
    vector: Mapped[bytes] = mapped_column(sa.LargeBinary)


def vectors_of(session: Session, message_ids: Collection[int], model: str) -> dict[int, bytes]:
    """Those that are there and of this model."""
    if not message_ids or not model:
        return {}
    query = sa.select(MessageVector.message_id, MessageVector.vector).where(
        MessageVector.message_id.in_(message_ids), MessageVector.model == model
    )
    return {row.message_id: row.vector for row in session.execute(query)}


def keep_vector(session: Session, message_id: int, model: str, vector: bytes) -> None:
    """In place of one that is there. Safe to run twice."""
    session.execute(sa.delete(MessageVector).where(MessageVector.message_id == message_id))
    session.execute(sa.insert(MessageVector).values(message_id=message_id, model=model, vector=vector))
