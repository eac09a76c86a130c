"""What keeps the desk in order: learnt senders of spam, fields of our own, traces of what was deleted."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.accounts.models import Agent
from app.db import Base, BigId


class SpamSender(Base):
    """Letters of this sender are filed as spam. `pattern` is an address, or "@" and a domain; lower-case."""

    __tablename__ = "spam_senders"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    pattern: Mapped[str] = mapped_column(sa.String(320), unique=True)
    agent_id: Mapped[int | None] = mapped_column(sa.ForeignKey("agents.id"))
    # Which ticket taught it; only a number, since that ticket may be deleted for good.
    ticket_id: Mapped[int | None] = mapped_column(sa.BigInteger)
    learnt_at: Mapped[datetime]
    caught: Mapped[int] = mapped_column(default=0)
    last_caught_at: Mapped[datetime | None]
    agent: Mapped[Agent | None] = relationship()


class DeletedTicket(Base):
    """The trace of a ticket deleted for good: its number, when and by whom (nobody: its time in the trash was over),
    and how many letters of the journal were in it. Nothing of what was said."""

    __tablename__ = "deleted_tickets"
    ticket_id: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True, autoincrement=False)
    agent_id: Mapped[int | None] = mapped_column(sa.ForeignKey("agents.id"))
    deleted_at: Mapped[datetime]
    letters: Mapped[int] = mapped_column(default=0)
    agent: Mapped[Agent | None] = relationship()


class UnwantedBlob(Base):
    """A stored file that a deleted ticket had. It goes once nothing else has it; see app.tickets.shredding."""

    __tablename__ = "unwanted_blobs"
    sha256: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    since: Mapped[datetime]


class Preference(Base):
    """A choice of the whole desk that admins make in the browser, by its name."""

    __tablename__ = "preferences"
    name: Mapped[str] = mapped_column(sa.String(60), primary_key=True)
    value: Mapped[Any] = mapped_column(sa.JSON)


class FieldKind(StrEnum):
    TEXT = "text"
    NUMBER = "number"
    CHOICE = "choice"
    DATE = "date"
    CHECKBOX = "checkbox"


class Field(Base):
    """A field that an admin defined for tickets or for client cards. A retired one keeps its values."""

    __tablename__ = "fields"
    __table_args__ = (sa.UniqueConstraint("scope", "key"),)
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    # 'ticket' or 'card'.
    scope: Mapped[str] = mapped_column(sa.String(10))
    # The word for it in a search and in rules; made from the first name and never changed.
    key: Mapped[str] = mapped_column(sa.String(40))
    name: Mapped[str] = mapped_column(sa.String(80))
    kind: Mapped[str] = mapped_column(sa.String(10))
    choices: Mapped[list[Any]] = mapped_column(sa.JSON, default=list)
    position: Mapped[int] = mapped_column(default=0)
    # Of a ticket: must be filled before the ticket can be closed by hand.
    required: Mapped[bool] = mapped_column(default=False)
    retired_at: Mapped[datetime | None]


class TicketValue(Base):
    """What a field of a ticket says, as app.tickets.fields writes it; `number` for comparing numbers."""

    __tablename__ = "ticket_values"
    __table_args__ = (sa.Index("ix_ticket_values_field_id_value", "field_id", "value"),)
    ticket_id: Mapped[int] = mapped_column(sa.ForeignKey("tickets.id", ondelete="CASCADE"), primary_key=True)
    field_id: Mapped[int] = mapped_column(sa.ForeignKey("fields.id", ondelete="CASCADE"), primary_key=True)
    value: Mapped[str] = mapped_column(sa.String(500))
    number: Mapped[float | None] = mapped_column(sa.Double)


class CardValue(Base):
    """What a field of a client card says."""

    __tablename__ = "card_values"
    __table_args__ = (sa.Index("ix_card_values_field_id_value", "field_id", "value"),)
    customer_id: Mapped[int] = mapped_column(
        sa.ForeignKey("customers.id", ondelete="CASCADE"), primary_key=True
    )
    field_id: Mapped[int] = mapped_column(sa.ForeignKey("fields.id", ondelete="CASCADE"), primary_key=True)
    value: Mapped[str] = mapped_column(sa.String(500))
    number: Mapped[float | None] = mapped_column(sa.Double)
