"""The fixed words of tickets and messages: statuses, kinds of messages, states of their delivery."""

from __future__ import annotations

from enum import StrEnum


class Status(StrEnum):
    OPEN = "open"
    WAITING = "waiting"
    SNOOZED = "snoozed"
    CLOSED = "closed"
    SPAM = "spam"
    TRASH = "trash"


class Priority(StrEnum):
    LOW = "low"
    NORMAL = "normal"
    HIGH = "high"
    URGENT = "urgent"


class Kind(StrEnum):
    INCOMING = "incoming"
    OUTGOING = "outgoing"
    NOTE = "note"


class Delivery(StrEnum):
    """Of an outgoing message: the state that most needs an agent's eye among its recipients."""

    NONE = ""
    HELD = "held"
    QUEUED = "queued"
    SENDING = "sending"
    DATA_STARTED = "data_started"
    ACCEPTED = "accepted"
    DEFERRED = "deferred"
    FAILED = "failed"
    UNCERTAIN = "uncertain"
    BOUNCED = "bounced"


class DraftKind(StrEnum):
    """What a draft will be. The first two are also kinds of messages."""

    REPLY = "outgoing"
    NOTE = "note"
    FORWARD = "forward"
    NEW = "new"
