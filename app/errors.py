"""What can go wrong, named by what the caller should do. The web turns these into pages once, in app/web."""

from __future__ import annotations


class SincerelyError(Exception):
    """Base of our own errors; the text is safe to show to a person."""


class NotFound(SincerelyError):
    """The thing does not exist, or this person may not know that it does."""


class NotAllowed(SincerelyError):
    """The person is known, the act is not theirs."""


class InvalidInput(SincerelyError):
    """What was typed cannot be used; `field` names where to show the text."""

    def __init__(self, message: str, field: str = "") -> None:
        super().__init__(message)
        self.field = field


class Conflict(SincerelyError):
    """Somebody else changed it first."""


class Merged(Conflict):
    """The ticket was merged; `ticket_id` is the one that has its messages now."""

    def __init__(self, message: str, ticket_id: int) -> None:
        super().__init__(message)
        self.ticket_id = ticket_id


class TemporaryFailure(SincerelyError):
    """Trying again later may help."""


class PermanentFailure(SincerelyError):
    """Trying again will not help until a person changes something."""
