"""What becomes of a letter. Pure: ParsedMail + Facts → Decision(kind, ticket, reason).

Exactly one Decision for every letter, each with a reason an agent can read. Nothing here asks the database.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import StrEnum

from mail_ingest.authentication import Verdict
from mail_ingest.forward import Forward
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
    # One of us passed on somebody's letter: the mail that is decided is already the original one.
    forward: Forward | None = None
    # It says nothing but thank you, and the mailbox does not want tickets opened again for that.
    thanks: bool = False
    # The learnt sender of spam that this one falls under: an address or "@domain".
    spam: str = ""
    # Written on a page of ours: nobody has checked that the sender has that address.
    by_form: bool = False


@dataclass(frozen=True)
class Decision:
    """`kind` says what to write; `automatic` is set for mail no person wrote; `wakes` reopens the ticket.

    `thanks`: a bare thank-you to a ticket that needs no answer, which is left as it is. `spam`: filed as spam, because
    of this pattern.
    """

    kind: Outcome
    reason: str
    ticket_id: int | None = None
    evidence: tuple[Evidence, ...] = field(default=())
    held: bool = False
    related_id: int | None = None
    automatic: str | None = None
    wakes: bool = False
    thanks: bool = False
    spam: str = ""


def decide(mail: ParsedMail, arrival: Arrival, facts: Facts) -> Decision:
    """The one choice for this letter."""
    if (at_once := _by_arrival(arrival, facts)) is not None:
        return at_once
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
    if mail.list_address and mail.list_address in arrival.our_addresses:
        # A group of the provider stands before our mailbox: what comes through it was written to us.
        mail = replace(mail, automatic=None)
    thread = find_ticket(mail, facts, thanks=arrival.thanks)
    if arrival.forward is not None and arrival.forward.accepted:
        return _passed_on(arrival.forward, thread, facts)
    decision = _by_thread(mail, thread)
    if arrival.spam and not _answers_us(thread):
        decision = _as_spam(arrival.spam, decision, facts)
    if arrival.thanks and _needs_no_answer(decision, facts):
        reason = f"{decision.reason}: only thanks, so it is left as it is"
        decision = replace(decision, reason=reason, wakes=False, thanks=True)
    return replace(decision, evidence=(*decision.evidence, *_beside(arrival, facts, decision.evidence)))


def _by_arrival(arrival: Arrival, facts: Facts) -> Decision | None:
    """What is plain from how it came, whatever it says."""
    if arrival.same_as is not None:
        word = "the same bytes" if arrival.same_bytes else "the same letter by another route"
        return Decision(Outcome.DUPLICATE, f"{word} as mail {arrival.same_as}")
    return _by_form(arrival, facts) if arrival.by_form else None


def _by_form(arrival: Arrival, facts: Facts) -> Decision:
    """Always a ticket of its own: anybody can type anybody's address, our number and our mark into a form (T1)."""
    decision = Decision(
        Outcome.NEW, "written through the form of the help centre", None, (Evidence("form", ""),), wakes=True
    )
    return _as_spam(arrival.spam, decision, facts) if arrival.spam else decision


def _answers_us(thread: Thread) -> bool:
    """Our signed mark came back from somebody who takes part: that is a correspondence, whatever was learnt."""
    return not thread.held and any(item.rule == "token" for item in thread.evidence)


def _as_spam(pattern: str, decision: Decision, facts: Facts) -> Decision:
    """Kept, but out of everybody's way: never into a ticket of good mail, where it only names an earlier letter, and
    never a reason to open one again."""
    into = facts.tickets[decision.ticket_id] if decision.ticket_id is not None else None
    beside_spam = into is not None and into.spam and not decision.held
    return Decision(
        Outcome.ADD if beside_spam else Outcome.NEW,
        f"spam: {pattern} was learnt as a sender of it",
        decision.ticket_id if beside_spam else None,
        (*decision.evidence, Evidence("spam-sender", pattern)),
        related_id=None if beside_spam else decision.ticket_id or decision.related_id,
        automatic=decision.automatic,
        spam=pattern,
    )


def _needs_no_answer(decision: Decision, facts: Facts) -> bool:
    if decision.ticket_id is None or decision.held or decision.automatic or decision.spam:
        return False
    changed = any(item.rule == "new-subject" for item in decision.evidence)
    return facts.tickets[decision.ticket_id].settled and not changed


def _passed_on(forward: Forward, thread: Thread, facts: Facts) -> Decision:
    """A ticket of the first writer. Never a ticket that is there already: From of the forwarder can be forged, and
    nothing that a letter says about another letter is evidence (T1). The agent sees what it may belong to."""
    who = f"{forward.by.name} <{forward.by.email}>".strip()
    proof = Evidence("forwarder-proven" if forward.proven else "forwarder-unproven", facts.check.detail)
    return Decision(
        Outcome.NEW,
        f"passed on by {who}{'' if forward.proven else ' (not proven)'}",
        None,
        (Evidence("forwarded", who), proof),
        related_id=thread.ticket_id or thread.related_id,
        wakes=True,
    )


def _beside(arrival: Arrival, facts: Facts, known: tuple[Evidence, ...]) -> tuple[Evidence, ...]:
    """What the agent should know of the sender, beside why the letter is here."""
    found = []
    told = any(item.rule == "auth-fail" for item in known)
    if facts.check.asked and facts.check.verdict is not Verdict.FAIL:
        found.append(Evidence(f"auth-{facts.check.verdict}", facts.check.detail))
    elif facts.check.verdict is Verdict.FAIL and not told:
        found.append(Evidence("auth-fail", facts.check.detail))
    if arrival.forward is not None and not arrival.forward.accepted:
        found.append(Evidence("forward-refused", facts.check.detail))
    return tuple(found)


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
        reason = f"held in #{thread.ticket_id}: {_why_held(thread)}"
    return Decision(
        Outcome.ADD,
        reason,
        thread.ticket_id,
        thread.evidence,
        held=thread.held,
        automatic=automatic,
        wakes=automatic is None,
    )


def _why_held(thread: Thread) -> str:
    if any(item.rule == "auth-fail" for item in thread.evidence):
        return "the sender's domain says that it did not send this"
    return "has our token, but the sender is not part of that ticket"
