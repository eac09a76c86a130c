"""Rows as pages read them: plain values with the names of their columns, a tenth of the cost of an entity.

A line has every column of its table that the query selected, so a new column is there by itself. What is declared
below is what code of ours relies on. Nothing may be assigned: nothing of it would ever be stored.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Self

from app.tickets.field_values import is_filled


class Line:
    """The values of one row."""

    def __init__(self, names: Iterable[str], values: Iterable[Any]) -> None:
        self.__dict__.update(zip(names, values, strict=True))

    @classmethod
    def of(cls, **values: Any) -> Self:
        return cls(values, values.values())

    def with_values(self, **values: Any) -> Self:
        """The same line with some values of its own."""
        return type(self).of(**{**self.__dict__, **values})


class AgentLine(Line):
    id: int
    name: str
    email: str
    role: str
    active: bool

    @property
    def first_name(self) -> str:
        return self.name.split()[0] if self.name.split() else self.email

    @property
    def display_name(self) -> str:
        return self.name


class TagLine(Line):
    id: int
    name: str
    colour: str


class FieldLine(Line):
    """A field of our own and what it says, '' for nothing."""

    id: int
    name: str
    kind: str
    value: str
    required: bool

    @property
    def missing(self) -> bool:
        return self.required and not is_filled(self.kind, self.value)


class AddressLine(Line):
    id: int
    email: str
    bounced_at: datetime | None
    bounce_reason: str


class PhoneLine(Line):
    id: int
    number: str


class OrganisationLine(Line):
    id: int
    name: str


class CustomerLine(Line):
    """Of the table customers, with what hangs on a card."""

    id: int
    name: str
    language: str
    notes: str
    organisation: OrganisationLine | None
    addresses: Sequence[AddressLine]
    phones: Sequence[PhoneLine]
    tags: Sequence[TagLine]
    fields: Sequence[FieldLine]

    @property
    def email(self) -> str:
        return self.addresses[0].email if self.addresses else ""

    @property
    def display_name(self) -> str:
        return self.name or self.email


class MailboxLine(Line):
    """Of the table mailboxes; without passwords and what only fetching and sending need."""

    id: int
    name: str
    address: str
    signature: str
    signature_html: str
    signature_mode: str
    language: str

    @property
    def display_name(self) -> str:
        return self.name or self.address


class TicketLine(Line):
    """Of the table tickets."""

    id: int
    mailbox_id: int
    customer_id: int
    assignee_id: int | None
    subject: str
    status: str
    preview: str
    unread: bool
    seen_message_id: int | None
    message_count: int
    opened_at: datetime
    last_message_at: datetime
    merged_into_id: int | None
    related_id: int | None
    snoozed_until: datetime | None
    recovery_id: int | None
    recovery_due_at: datetime | None
    customer: CustomerLine
    mailbox: MailboxLine
    assignee: AgentLine | None
    tags: Sequence[TagLine]
    fields: Sequence[FieldLine]


class FileLine(Line):
    """Of the table attachments."""

    id: int
    message_id: int | None
    draft_id: int | None
    filename: str
    content_type: str
    content_id: str
    inline: bool
    size: int
    sha256: str


class MessageLine(Line):
    """Of the table messages. `html` is what an agent wrote; of a letter only `has_html` is told (see `html_of`)."""

    id: int
    ticket_id: int
    kind: str
    author_id: int | None
    customer_id: int | None
    raw_mail_id: int | None
    sender_name: str
    sender_email: str
    to: list[Any]
    cc: list[Any]
    reply_to: list[Any]
    bcc: list[Any]
    forwarded_id: int | None
    subject: str
    visible: str
    folded: str
    signature: str
    html: str | None
    has_html: bool
    arrived_at: datetime
    automatic: str | None
    evidence: list[Any]
    held: bool
    defects: list[Any]
    suggest_state: str
    delivery: str
    author: AgentLine | None
    attachments: Sequence[FileLine]


class DraftLine(Line):
    """Of the table drafts."""

    id: int
    agent_id: int
    kind: str
    html: str
    to: list[str]
    cc: list[str]
    bcc: list[str]
    about_id: int | None
    about_files: list[int] | None
    send_at: datetime | None
    then_status: str
    stopped: str
    article_ids: list[int]
    seen_message_id: int | None
    version: int
    updated_at: datetime
    agent: AgentLine
    attachments: Sequence[FileLine]


class EventLine(Line):
    """Of the table events."""

    id: int
    ticket_id: int | None
    agent_id: int | None
    kind: str
    detail: dict[str, Any]
    at: datetime
    agent: AgentLine | None


class EntryLine(Line):
    """A message as one line of a card."""

    id: int
    ticket_id: int
    kind: str
    author_id: int | None
    sender_name: str
    sender_email: str
    visible: str
    delivery: str
    arrived_at: datetime
    author: AgentLine | None
