"""Tag."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, BigId


class Tag(Base):
    """A word, lower-case, unique."""

    __tablename__ = "tags"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    name: Mapped[str] = mapped_column(sa.String(60), unique=True)
    # One of app.tags.colours, '' for none.
    colour: Mapped[str] = mapped_column(sa.String(10), default="", server_default="")
