"""Which ticket does this letter continue? Pure: the letter and the facts in, the evidence out.

The order is fixed: our signed token, then the letters that References and In-Reply-To name (whichever of them came
first), then our number in the subject. Each counts only when the sender may speak in that ticket; a letter is never
put before a stranger's eyes, nor a stranger's letter into a customer's ticket without an agent's word. A sender whose
own domain says through our mail server that it did not send this (`auth-fail`) is held as a stranger is, unless the
letter has our token.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from mail_ingest.authentication import SenderCheck, Verdict
from mail_ingest.parse import ParsedMail

_NUMBER = re.compile(r"\[#(\d{1,12})\]")
_PREFIX = re.compile(
    r"\s*(?:re|fwd?|fw|aw|wg|sv|vs|rv|tr|r|отв|на|пересл|ответ|нa)\s*(?:\[\d+\]|\(\d+\))?\s*:\s*",
    re.IGNORECASE,
)
MOST_REFERENCES = 100


@dataclass(frozen=True)
class TicketFacts:
    """What threading must know of a ticket. `participants` are lower-case addresses that may speak in it."""

    ticket_id: int
    participants: frozenset[str]
    closed_at: datetime | None = None
    subject: str = ""
    # The ticket this one was merged into, already followed to the end; None when it stands for itself.
    merged_into: int | None = None
    # Closed, or waiting for the customer: nobody of us is about to answer.
    settled: bool = False
    # Marked as spam, or opened by somebody who was learnt as a sender of it.
    spam: bool = False


@dataclass(frozen=True)
class Facts:
    """Everything the database knows that bears on one letter.

    tokens: Message-IDs, addresses and marks of the letter that carry a valid signature of ours → (ticket id,
        message id), in that order.
    named: Message-IDs the letter names and we have stored → ticket ids.
    kin: tickets with letters that name this letter, or name a letter that this one names (late parents, lost roots).
    """

    now: datetime
    reopen_days: int
    tokens: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    named: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    kin: tuple[int, ...] = ()
    tickets: Mapping[int, TicketFacts] = field(default_factory=dict)
    check: SenderCheck = field(default_factory=SenderCheck)


@dataclass(frozen=True)
class Evidence:
    """Why a letter is where it is: `rule` is a fixed word, `detail` what it saw."""

    rule: str
    detail: str = ""


@dataclass(frozen=True)
class Thread:
    """The choice: a ticket or none; `held` for a stranger with our token; `related` when it only may belong."""

    ticket_id: int | None
    evidence: tuple[Evidence, ...]
    held: bool = False
    related_id: int | None = None


def find_ticket(mail: ParsedMail, facts: Facts, *, thanks: bool = False) -> Thread:
    """The ticket this letter continues, with the evidence for or against. `thanks`: it says nothing but thank you."""
    notes: list[Evidence] = []
    related: int | None = None
    held: Thread | None = None
    for rule, detail, ticket_id in _leads(mail, facts):
        ticket = _followed(facts, ticket_id)
        if ticket is None:
            continue
        if not _may_speak(mail, ticket):
            if rule == "token":
                held = held or Thread(ticket.ticket_id, (Evidence("token-stranger", detail),), held=True)
            notes.append(Evidence(f"{rule}-stranger", detail))
            related = related or (ticket.ticket_id if rule != "subject" else None)
            continue
        if mail.automatic is None and not thanks and _closed_too_long(ticket, facts):
            notes.append(Evidence("closed-long-ago", f"#{ticket.ticket_id}"))
            return Thread(None, tuple(notes), related_id=ticket.ticket_id)
        if rule != "token" and facts.check.verdict is Verdict.FAIL:
            notes += [Evidence(rule, detail), Evidence("auth-fail", facts.check.detail)]
            return held or Thread(ticket.ticket_id, tuple(notes), held=True)
        return Thread(ticket.ticket_id, (*notes, Evidence(rule, detail), *_topic(mail, ticket)))
    return held or Thread(None, (*notes, Evidence("new")), related_id=related)


def named_ids(mail: ParsedMail) -> tuple[str, ...]:
    """The Message-IDs this letter names, nearest parent first, each once, at most 100."""
    ordered = [mail.in_reply_to, *reversed(mail.references)]
    return tuple(dict.fromkeys(name for name in ordered if name))[:MOST_REFERENCES]


def subject_number(subject: str) -> int | None:
    """The ticket number of a subject with `[#1042]`, else None."""
    found = _NUMBER.search(subject)
    return int(found.group(1)) if found else None


def plain_subject(subject: str) -> str:
    """The subject without reply and forward prefixes, our number, case and double spaces."""
    rest = _NUMBER.sub(" ", subject[:1000])
    while match := _PREFIX.match(rest):
        rest = rest[match.end() :]
    return " ".join(rest.split()).casefold()


def _leads(mail: ParsedMail, facts: Facts) -> Iterator[tuple[str, str, int]]:
    for text, (ticket_id, _message) in facts.tokens.items():
        yield "token", text, ticket_id
    for name in named_ids(mail):
        for ticket_id in facts.named.get(name, ()):
            yield "reference", name, ticket_id
    for ticket_id in facts.kin:
        yield "kin", mail.message_id, ticket_id
    number = subject_number(mail.subject)
    if number is not None:
        yield "subject", f"[#{number}]", number


def _followed(facts: Facts, ticket_id: int) -> TicketFacts | None:
    ticket = facts.tickets.get(ticket_id)
    if ticket is not None and ticket.merged_into is not None:
        return facts.tickets.get(ticket.merged_into)
    return ticket


def _may_speak(mail: ParsedMail, ticket: TicketFacts) -> bool:
    # Several addresses in From: whoever can add one of ours to their own would speak as them (T1).
    return bool(mail.sender.email) and not mail.several_senders and mail.sender.email in ticket.participants


def _closed_too_long(ticket: TicketFacts, facts: Facts) -> bool:
    if ticket.closed_at is None:
        return False
    return facts.now - ticket.closed_at > timedelta(days=facts.reopen_days)


def _topic(mail: ParsedMail, ticket: TicketFacts) -> tuple[Evidence, ...]:
    mine, theirs = plain_subject(mail.subject), plain_subject(ticket.subject)
    return (Evidence("new-subject", mail.subject[:200]),) if mine and theirs and mine != theirs else ()
