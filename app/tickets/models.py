"""Ticket, Message and what hangs on them: references, participants, attachments, drafts, events, changes."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship, validates

from app.accounts.models import Agent
from app.customers.models import Customer
from app.db import Base, BigId
from app.mailboxes.models import Mailbox
from app.tags.models import Tag
from app.tickets.draft_models import Attachment, Draft
from app.tickets.event_models import Change, Event
from app.tickets.kinds import Delivery, DraftKind, Kind, Priority, Status

__all__ = [
    "Attachment", "Change", "Delivery", "Draft", "DraftKind", "Event", "Kind", "Message", "MessageReference",
    "Participant", "Priority", "Status", "Ticket", "ticket_tags",
]  # fmt: skip

ticket_tags = sa.Table(
    "ticket_tags",
    Base.metadata,
    sa.Column("ticket_id", sa.ForeignKey("tickets.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("tag_id", sa.ForeignKey("tags.id", ondelete="CASCADE"), primary_key=True, index=True),
)


def _where_set(name: str, column: str) -> sa.Index:
    """An index of the few rows that have a value there."""
    filled = sa.text(f"{column} IS NOT NULL")
    return sa.Index(name, column, "id", sqlite_where=filled, postgresql_where=filled)


class Ticket(Base):
    """One customer problem and its whole exchange. Its id is the number people see."""

    __tablename__ = "tickets"
    __table_args__ = (
        sa.Index("ix_tickets_view", "status", "assignee_id", "last_message_at", "id"),
        sa.Index("ix_tickets_status_last_message_at", "status", "last_message_at", "id"),
        sa.Index("ix_tickets_customer_id_last_message_at", "customer_id", "last_message_at"),
        sa.Index("ix_tickets_mailbox_id_status_last_message_at", "mailbox_id", "status", "last_message_at"),
        # What time rules go by; the newest message has an index already.
        sa.Index("ix_tickets_rule_opened", "opened_at", "id"),
        _where_set("ix_tickets_rule_waiting", "waiting_since"),
        _where_set("ix_tickets_rule_closed", "closed_at"),
        sa.Index("ix_tickets_team_id_status_last_message_at", "team_id", "status", "last_message_at"),
        sa.Index(
            "ix_tickets_nobodys_queue",
            "status",
            "queue_at",
            "id",
            sqlite_where=sa.text("status = 'open' AND assignee_id IS NULL"),
            postgresql_where=sa.text("status = 'open' AND assignee_id IS NULL"),
        ),
        # Open tickets in the order in which customers wait, of everybody and of each place, and their numbers.
        *[
            sa.Index(
                f"ix_tickets_open_{name}",
                *columns,
                sqlite_where=sa.text("status = 'open'"),
                postgresql_where=sa.text("status = 'open'"),
            )
            for name, columns in (
                ("queue", ("status", "queue_at", "id")),
                ("assignee_queue", ("status", "assignee_id", "queue_at", "id")),
                ("mailbox_queue", ("status", "mailbox_id", "queue_at", "id")),
                ("team_queue", ("status", "team_id", "queue_at", "id")),
                ("places", ("status", "mailbox_id", "team_id", "assignee_id")),
            )
        ],
        # Most tickets are as urgent as the next one; those that are not are looked for.
        sa.Index(
            "ix_tickets_priority",
            "priority",
            "last_message_at",
            "id",
            sqlite_where=sa.text("priority <> 'normal'"),
            postgresql_where=sa.text("priority <> 'normal'"),
        ),
        _where_set("ix_tickets_snoozed_until", "snoozed_until"),
        _where_set("ix_tickets_trashed_at", "trashed_at"),
        _where_set("ix_tickets_due_at", "due_at"),
    )
    # queue_at is only ever sorted by: nobody reads it back after a write.
    __mapper_args__ = {"eager_defaults": False}  # noqa: RUF012
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    mailbox_id: Mapped[int] = mapped_column(sa.ForeignKey("mailboxes.id"))
    customer_id: Mapped[int] = mapped_column(sa.ForeignKey("customers.id"))
    assignee_id: Mapped[int | None] = mapped_column(sa.ForeignKey("agents.id"), index=True)
    # Of a Team. No foreign key: SQLite cannot add one.
    team_id: Mapped[int | None] = mapped_column(sa.BigInteger)
    subject: Mapped[str] = mapped_column(sa.String(500), default="")
    status: Mapped[str] = mapped_column(sa.String(10), default=Status.OPEN)
    language: Mapped[str] = mapped_column(sa.String(5), default="en")
    preview: Mapped[str] = mapped_column(sa.String(300), default="")
    opened_at: Mapped[datetime]
    # Order of lists: when the newest message arrived or was written.
    last_message_at: Mapped[datetime]
    # Since when the customer waits for an answer; NULL when it is not our turn.
    waiting_since: Mapped[datetime | None]
    # The same without NULL: where it is not our turn, behind everybody who waits. The database works it out.
    queue_at: Mapped[datetime] = mapped_column(
        sa.Computed("coalesce(waiting_since, '9000-01-01 00:00:00.000000')", persisted=True)
    )
    closed_at: Mapped[datetime | None]
    merged_into_id: Mapped[int | None] = mapped_column(sa.ForeignKey("tickets.id"))
    related_id: Mapped[int | None] = mapped_column(sa.ForeignKey("tickets.id"), index=True)
    # True while there is incoming mail that no agent has opened.
    unread: Mapped[bool] = mapped_column(default=True)
    # The newest message there was when somebody last looked: what came later is new to everybody.
    seen_message_id: Mapped[int | None] = mapped_column(sa.BigInteger)
    message_count: Mapped[int] = mapped_column(default=0)
    # When a snoozed ticket wakes by itself, and since when one is in the trash; NULL in every other status.
    snoozed_until: Mapped[datetime | None]
    trashed_at: Mapped[datetime | None]
    # What a ticket in the trash, or marked as spam, was before.
    status_before: Mapped[str] = mapped_column(sa.String(10), default="", server_default="")
    priority: Mapped[str] = mapped_column(
        sa.String(6), default=Priority.NORMAL, server_default=Priority.NORMAL.value
    )
    # The open task to win an unhappy customer back (app.tasks.recovery), and by when.
    recovery_id: Mapped[int | None] = mapped_column(sa.BigInteger)
    recovery_due_at: Mapped[datetime | None]
    # The promise that ends first, and what it promises (app.levels.keeping); NULL and '' where none runs.
    due_at: Mapped[datetime | None]
    due_kind: Mapped[str] = mapped_column(sa.String(6), default="", server_default="")
    customer: Mapped[Customer] = relationship()
    mailbox: Mapped[Mailbox] = relationship()
    assignee: Mapped[Agent | None] = relationship()
    tags: Mapped[list[Tag]] = relationship(secondary=ticket_tags, order_by=Tag.name)

    @validates("status")
    def _leave_status(self, _key: str, status: str) -> str:
        """Whoever changes the status, a time to wake belongs to a snoozed ticket and a time of throwing away to the
        trash."""
        if status != Status.SNOOZED:
            self.snoozed_until = None
        if status != Status.TRASH:
            self.trashed_at = None
        return status


class Participant(Base):
    """An address that may speak in a ticket: its mail with the right evidence is filed there."""

    __tablename__ = "participants"
    ticket_id: Mapped[int] = mapped_column(sa.ForeignKey("tickets.id", ondelete="CASCADE"), primary_key=True)
    email: Mapped[str] = mapped_column(sa.String(320), primary_key=True, index=True)
    # 'customer' wrote first, 'agent' put them on To or Cc, 'accepted' after being held.
    how: Mapped[str] = mapped_column(sa.String(12))


# A list asks these of each of its tickets; an index of only such messages answers without reading any.
_ASKED_BY_LISTS = {
    "ix_messages_by_a_person": "kind = 'incoming' AND automatic IS NULL",
    "ix_messages_by_a_program": "kind = 'incoming' AND automatic IS NOT NULL",
    "ix_messages_failed": "delivery IN ('failed', 'uncertain', 'bounced')",
}


class Message(Base):
    """One entry of a ticket. An incoming one comes from exactly one RawMail; nothing of the letter is deleted."""

    __tablename__ = "messages"
    __table_args__ = (
        sa.Index("ix_messages_ticket_id_arrived_at", "ticket_id", "arrived_at", "id"),
        sa.Index("ix_messages_customer_id_arrived_at", "customer_id", "arrived_at", "id"),
        *(
            sa.Index(name, "ticket_id", sqlite_where=sa.text(which), postgresql_where=sa.text(which))
            for name, which in _ASKED_BY_LISTS.items()
        ),
        sa.Index(
            "ix_messages_unsuggested",
            "id",
            sqlite_where=sa.text("suggest_state = 'pending'"),
            postgresql_where=sa.text("suggest_state = 'pending'"),
        ),
        sa.Index("ix_messages_author_id_arrived_at", "author_id", "arrived_at"),
    )
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    ticket_id: Mapped[int] = mapped_column(sa.ForeignKey("tickets.id"))
    kind: Mapped[str] = mapped_column(sa.String(10))
    author_id: Mapped[int | None] = mapped_column(sa.ForeignKey("agents.id"))
    customer_id: Mapped[int | None] = mapped_column(sa.ForeignKey("customers.id"))
    raw_mail_id: Mapped[int | None] = mapped_column(sa.ForeignKey("raw_mails.id"), unique=True)
    sender_name: Mapped[str] = mapped_column(sa.String(300), default="")
    sender_email: Mapped[str] = mapped_column(sa.String(320), default="")
    # Lists of [name, email].
    to: Mapped[list[Any]] = mapped_column(sa.JSON, default=list)
    cc: Mapped[list[Any]] = mapped_column(sa.JSON, default=list)
    reply_to: Mapped[list[Any]] = mapped_column(sa.JSON, default=list)
    # Whom an outgoing one went to unseen by the others.
    bcc: Mapped[list[Any]] = mapped_column(sa.JSON, default=list, server_default="[]")
    # The message that this one passed on to somebody else. No foreign key: it stays a forward when that one is gone.
    forwarded_id: Mapped[int | None] = mapped_column(sa.BigInteger)
    subject: Mapped[str] = mapped_column(sa.Text, default="")
    # What the person wrote, and what we folded away (quoted history; signature apart). Together: the whole text.
    visible: Mapped[str] = mapped_column(sa.Text, default="")
    folded: Mapped[str] = mapped_column(sa.Text, default="")
    signature: Mapped[str] = mapped_column(sa.Text, default="")
    html: Mapped[str | None] = mapped_column(sa.Text)
    # How a letter's HTML is laid out (app.tickets.letter_shape); '' for mail from before that was written down.
    shape: Mapped[str] = mapped_column(sa.String(10), default="", server_default="")
    rfc_message_id: Mapped[str] = mapped_column(sa.String(998), default="", index=True)
    in_reply_to: Mapped[str] = mapped_column(sa.String(998), default="")
    arrived_at: Mapped[datetime]
    # The Date header of a letter, only for show: clocks of others are not trusted.
    sent_at: Mapped[datetime | None]
    # How many minutes the writer's clock is ahead of UTC, as the same header says.
    sent_zone: Mapped[int | None] = mapped_column(sa.SmallInteger)
    # What the letter is written in; '' where nobody looked.
    language: Mapped[str] = mapped_column(sa.String(5), default="", server_default="")
    automatic: Mapped[str | None] = mapped_column(sa.String(300))
    # Why it is in this ticket: list of {"rule", "detail"}; shown to the agent.
    evidence: Mapped[list[Any]] = mapped_column(sa.JSON, default=list)
    # A stranger with a valid token: shown, no rights, until an agent accepts.
    held: Mapped[bool] = mapped_column(default=False)
    defects: Mapped[list[Any]] = mapped_column(sa.JSON, default=list)
    # 'pending' until the knowledge index has scored it; '' when it never will be.
    suggest_state: Mapped[str] = mapped_column(sa.String(10), default="")
    delivery: Mapped[str] = mapped_column(sa.String(14), default=Delivery.NONE)
    then_status: Mapped[str] = mapped_column(sa.String(10), default="")
    # One form, one reply: a double click or a browser's retry finds the first one.
    form_nonce: Mapped[str | None] = mapped_column(sa.String(64), unique=True)
    # Of a reply: how long somebody was really writing it, in seconds; NULL where nobody measured.
    composing_seconds: Mapped[int | None]
    ticket: Mapped[Ticket] = relationship()
    author: Mapped[Agent | None] = relationship()
    customer: Mapped[Customer | None] = relationship()
    attachments: Mapped[list[Attachment]] = relationship(order_by="Attachment.id")


# The conditions of the indexes above, written out so that a database can tell from the text that they serve.
_INCOMING = Message.kind == sa.literal_column("'incoming'")
BY_A_PERSON = sa.and_(_INCOMING, Message.automatic.is_(None))
BY_A_PROGRAM = sa.and_(_INCOMING, Message.automatic.is_not(None))
FAILED = Message.delivery.in_(
    [sa.literal_column(f"'{state}'") for state in (Delivery.FAILED, Delivery.UNCERTAIN, Delivery.BOUNCED)]
)


class MessageReference(Base):
    """A Message-ID that a message names in References or In-Reply-To: a late parent finds its answers by it."""

    __tablename__ = "message_references"
    message_id: Mapped[int] = mapped_column(
        sa.ForeignKey("messages.id", ondelete="CASCADE"), primary_key=True
    )
    rfc_message_id: Mapped[str] = mapped_column(sa.String(998), primary_key=True, index=True)
