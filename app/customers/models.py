"""Customer (the client card), CustomerAddress, CustomerPhone, Organisation."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship, validates

from app.db import Base, BigId
from app.tags.models import Tag

customer_tags = sa.Table(
    "customer_tags",
    Base.metadata,
    sa.Column("customer_id", sa.ForeignKey("customers.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("tag_id", sa.ForeignKey("tags.id", ondelete="CASCADE"), primary_key=True, index=True),
)


class Organisation(Base):
    __tablename__ = "organisations"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    name: Mapped[str] = mapped_column(sa.String(200), unique=True)


class Customer(Base):
    """The person who writes. Found by any of their addresses; merged by people only."""

    __tablename__ = "customers"
    __table_args__ = (
        sa.Index(
            "ix_customers_renamed",
            "id",
            sqlite_where=sa.text("renamed"),
            postgresql_where=sa.text("renamed"),
        ),
    )
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    name: Mapped[str] = mapped_column(sa.String(200), default="")
    # The name is another one than the card was made with: letters may not show it, so a search looks here as well.
    renamed: Mapped[bool] = mapped_column(default=False, server_default=sa.false())
    organisation_id: Mapped[int | None] = mapped_column(sa.ForeignKey("organisations.id"), index=True)
    language: Mapped[str] = mapped_column(sa.String(5), default="")
    notes: Mapped[str] = mapped_column(sa.Text, default="")
    created_at: Mapped[datetime]
    # The agent who looks after this client; mailboxes and teams may give new tickets to them.
    own_agent_id: Mapped[int | None] = mapped_column(sa.BigInteger)
    # The card this one became part of; its own page leads there. No foreign key: SQLite cannot add one.
    merged_into_id: Mapped[int | None] = mapped_column(sa.BigInteger)
    organisation: Mapped[Organisation | None] = relationship()
    addresses: Mapped[list[CustomerAddress]] = relationship(
        back_populates="customer",
        order_by="CustomerAddress.position, CustomerAddress.id",
        cascade="all, delete-orphan",
    )
    phones: Mapped[list[CustomerPhone]] = relationship(
        order_by="CustomerPhone.id", cascade="all, delete-orphan"
    )
    tags: Mapped[list[Tag]] = relationship(secondary=customer_tags, order_by=Tag.name)

    @validates("name")
    def _note_renaming(self, _key: str, name: str) -> str:
        """Whoever changes it, a card that was there under another name is renamed."""
        if sa.inspect(self).has_identity and name != self.name:
            self.renamed = True
        return name

    @property
    def email(self) -> str:
        """The first address of the card, '' when it has none."""
        return self.addresses[0].email if self.addresses else ""

    @property
    def display_name(self) -> str:
        return self.name or self.email


class CustomerAddress(Base):
    """An address of a card, lower-case. `bounced_at` says that mail to it came back."""

    __tablename__ = "customer_addresses"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    customer_id: Mapped[int] = mapped_column(sa.ForeignKey("customers.id", ondelete="CASCADE"), index=True)
    email: Mapped[str] = mapped_column(sa.String(320), unique=True)
    # The smallest comes first; agents choose which address that is.
    position: Mapped[int] = mapped_column(default=0)
    bounced_at: Mapped[datetime | None]
    bounce_reason: Mapped[str] = mapped_column(sa.Text, default="")
    customer: Mapped[Customer] = relationship(back_populates="addresses")


class CardMerge(Base):
    """One card that became part of another, and what went along: enough to take exactly that apart again.

    `moved`: {"addresses", "phones", "tags", "tickets", "messages", "ratings", "invitations", "events": ids, "before":
    what the cards said}.
    """

    __tablename__ = "card_merges"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    source_id: Mapped[int] = mapped_column(sa.ForeignKey("customers.id"), index=True)
    target_id: Mapped[int] = mapped_column(sa.ForeignKey("customers.id"), index=True)
    agent_id: Mapped[int | None] = mapped_column(sa.ForeignKey("agents.id"))
    merged_at: Mapped[datetime]
    undone_at: Mapped[datetime | None]
    moved: Mapped[dict[str, Any]] = mapped_column(sa.JSON, default=dict)


class CustomerPhone(Base):
    __tablename__ = "customer_phones"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    customer_id: Mapped[int] = mapped_column(sa.ForeignKey("customers.id", ondelete="CASCADE"), index=True)
    number: Mapped[str] = mapped_column(sa.String(40))
