"""What becomes of a letter. Pure: ParsedMail + Facts → Decision(kind, ticket, reason).

Exactly one Decision for every letter, each with a reason an agent can read. Nothing here asks the database.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from mail_ingest.parse import ParsedMail
from mail_ingest.thread import Evidence, Facts, Thread, find_ticket


class Outcome(StrEnum):
    NEW = "new"
    ADD = "add"
    DUPLICATE = "duplicate"
    OWN = "own"


@dataclass(frozen=True)
class Arrival:
    """How this copy came to us: what the journal knows beside the letter itself."""

    instance: str
    our_addresses: frozenset[str]
    # The journal row that holds the same bytes or the same letter, if any.
    same_as: int | None = None
    same_bytes: bool = False
    # The outgoing message a bounce is about, found by our own Message-ID only: (ticket id, message id).
    bounced: tuple[int, int] | None = None


@dataclass(frozen=True)
class Decision:
    """`kind` says what to write; `automatic` is set for mail no person wrote; `wakes` reopens the ticket."""

    kind: Outcome
    reason: str
    ticket_id: int | None = None
    evidence: tuple[Evidence, ...] = field(default=())
    held: bool = False
    related_id: int | None = None
    automatic: str | None = None
    wakes: bool = False


def decide(mail: ParsedMail, arrival: Arrival, facts: Facts) -> Decision:
    """The one choice for this letter."""
    if arrival.same_as is not None:
        word = "the same bytes" if arrival.same_bytes else "the same letter by another route"
        return Decision(Outcome.DUPLICATE, f"{word} as mail {arrival.same_as}")
    if mail.is_own and mail.is_own == arrival.instance and mail.sender.email in arrival.our_addresses:
        return Decision(Outcome.OWN, "our own mail came back to us")
    if mail.bounce is not None and arrival.bounced is not None:
        evidence = (Evidence("bounce", mail.bounce.original_message_id),)
        return Decision(
            Outcome.ADD,
            "bounce of our reply",
            arrival.bounced[0],
            evidence,
            automatic=mail.automatic or "bounce",
        )
    return _by_thread(mail, find_ticket(mail, facts))


def _by_thread(mail: ParsedMail, thread: Thread) -> Decision:
    automatic = mail.automatic or ("bounce" if mail.bounce else None)
    if thread.ticket_id is None:
        reason = f"automatic mail: {automatic}" if automatic else "a new letter"
        return Decision(
            Outcome.NEW,
            reason,
            None,
            thread.evidence,
            related_id=thread.related_id,
            automatic=automatic,
            wakes=automatic is None,
        )
    reason = f"automatic mail: {automatic}" if automatic else f"continues #{thread.ticket_id}"
    if thread.held:
        reason = f"held in #{thread.ticket_id}: has our token, but the sender is not part of that ticket"
    return Decision(
        Outcome.ADD,
        reason,
        thread.ticket_id,
        thread.evidence,
        held=thread.held,
        automatic=automatic,
        wakes=automatic is None,
    )
