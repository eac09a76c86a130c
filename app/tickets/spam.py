"""Spam: a ticket moves out of the views, and its sender is learnt, so that later letters of theirs go the same way.

Nothing is deleted by it. A sender whom one of us has answered is never learnt without being told so in so many words.
Which letters are caught is decided where mail is decided (mail_ingest.decide), from the patterns kept here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from app.accounts.addresses import tidy_email
from app.accounts.models import Agent
from app.cursors import row_number
from app.errors import InvalidInput
from app.mailboxes.models import Mailbox
from app.tickets.models import Kind, Message, Participant, Status, Ticket
from app.tickets.order_models import SpamSender
from app.tickets.remembered import remembered
from app.tickets.service import changed, lock, record
from app.tickets.spam_patterns import domain_of, is_public, patterns_of

# What is to be learnt: the address unless somebody answered it, the address or the domain in any case, nothing.
AUTO, ADDRESS, DOMAIN, NOTHING = "auto", "address", "domain", ""
PAGE = 100


def mark(session: Session, ticket: Ticket, *, by: Agent | None, now: datetime, learn: str = AUTO) -> str:
    """Move the ticket to spam; the pattern that was learnt from it, '' for none. Safe to run twice."""
    session.flush()
    lock(session, ticket)
    pattern = _to_learn(session, ticket, learn)
    known = _known(session, (pattern,)) if pattern else []
    if pattern and not known:
        session.add(
            SpamSender(pattern=pattern, agent_id=by.id if by else None, ticket_id=ticket.id, learnt_at=now)
        )
    learnt = [] if known or not pattern else [pattern]
    if ticket.status != Status.SPAM:
        record(session, "spam", ticket=ticket, by=by, now=now, learnt=learnt, **remembered(ticket))
        ticket.status_before = "" if ticket.status == Status.TRASH else ticket.status
        ticket.status, ticket.closed_at, ticket.waiting_since = Status.SPAM, None, None
    elif learnt:
        record(session, "spam-learnt", ticket=ticket, by=by, now=now, learnt=learnt)
    changed(session, ticket.id, "status", now)
    session.flush()
    return pattern


def unmark(session: Session, ticket: Ticket, *, by: Agent | None, now: datetime) -> list[str]:
    """Not spam: back to where it was, and its sender is forgotten. The patterns that were forgotten."""
    session.flush()
    lock(session, ticket)
    if ticket.status != Status.SPAM:
        return []
    forgotten = _forget(
        session, [name for sender in senders(session, ticket) for name in patterns_of(sender)]
    )
    event = record(
        session, "not-spam", ticket=ticket, by=by, now=now, forgotten=forgotten, **remembered(ticket)
    )
    back_to_work(session, ticket, ticket.status_before or Status.OPEN, now=now)
    event.detail = {**event.detail, "after": ticket.status}
    fresh = sa.update(Message).where(
        Message.ticket_id == ticket.id,
        Message.kind == Kind.INCOMING,
        Message.suggest_state == "",
        Message.automatic.is_(None),
        Message.held.is_(False),
    )
    session.execute(fresh.values(suggest_state="pending").execution_options(synchronize_session=False))
    changed(session, ticket.id, "status", now)
    session.flush()
    return forgotten


def back_to_work(session: Session, ticket: Ticket, status: str, *, now: datetime) -> None:
    """Out of spam or the trash into this status; who waits there waits since the last letter nobody answered."""
    if status in (Status.SNOOZED, Status.TRASH, Status.SPAM, ""):
        status = Status.OPEN
    ticket.status, ticket.status_before = status, ""
    ticket.closed_at = now if status == Status.CLOSED else None
    newest = session.execute(
        sa.select(Message.kind, Message.arrived_at)
        .where(Message.ticket_id == ticket.id, Message.kind != Kind.NOTE)
        .order_by(Message.arrived_at.desc(), Message.id.desc())
        .limit(1)
    ).first()
    asked = newest is not None and newest.kind == Kind.INCOMING
    ticket.waiting_since = newest.arrived_at if newest and asked and status == Status.OPEN else None


def senders(session: Session, ticket: Ticket) -> list[str]:
    """Addresses of the letters in it, the one that opened it first."""
    query = (
        sa.select(Message.sender_email)
        .where(Message.ticket_id == ticket.id, Message.kind == Kind.INCOMING, Message.sender_email != "")
        .order_by(Message.arrived_at, Message.id)
    )
    return list(dict.fromkeys(email.lower() for email in session.scalars(query)))


def was_answered(session: Session, address: str) -> bool:
    """True when one of us has written in a ticket in which this address, or somebody at this "@domain", takes part."""
    taking_part = (
        Participant.email.endswith(address, autoescape=True)
        if address.startswith("@")
        else Participant.email == address
    )
    query = (
        sa.select(Message.id)
        .join(Participant, Participant.ticket_id == Message.ticket_id)
        .where(taking_part, Message.kind == Kind.OUTGOING, Message.author_id.is_not(None))
    )
    return session.scalar(query.limit(1)) is not None


def learn_by_hand(session: Session, typed: str, *, by: Agent, now: datetime) -> str:
    """Add an address, or "@" and a domain, that an admin typed. Raises InvalidInput."""
    typed = typed.strip().lower()
    pattern = "@" + tidy_email(f"x{typed}").partition("@")[2] if typed.startswith("@") else tidy_email(typed)
    _refuse_ours(session, pattern)
    if not _known(session, [pattern]):
        session.add(SpamSender(pattern=pattern, agent_id=by.id, learnt_at=now))
        session.flush()
    return pattern


def forget(session: Session, row_id: int) -> str:
    """Take a pattern off the list; what it caught stays where it is. '' when it is gone already."""
    row = session.get(SpamSender, row_id)
    return _forget(session, [row.pattern])[0] if row is not None else ""


def learnt_page(session: Session, text: str, after: str) -> tuple[Sequence[SpamSender], str]:
    """The list, newest first, and the mark of the next page ('' on the last)."""
    query = sa.select(SpamSender).options(joinedload(SpamSender.agent)).order_by(SpamSender.id.desc())
    if text:
        query = query.where(SpamSender.pattern.contains(text.strip().lower(), autoescape=True))
    last = row_number(after)
    if last is not None:
        query = query.where(SpamSender.id < last)
    rows = session.scalars(query.limit(PAGE + 1)).all()
    return rows[:PAGE], str(rows[PAGE - 1].id) if len(rows) > PAGE else ""


def learnt_among(session: Session, addresses: Iterable[str]) -> set[str]:
    """Of everything that was learnt, the patterns that could catch these addresses; one query."""
    wanted = {pattern for address in addresses for pattern in patterns_of(address)}
    if not wanted:
        return set()
    return set(session.scalars(sa.select(SpamSender.pattern).where(SpamSender.pattern.in_(wanted))))


def note_caught(session: Session, caught: Mapping[str, int], *, now: datetime) -> None:
    """Count what the patterns caught, so that an admin sees which are of use."""
    for pattern, number in sorted(caught.items()):
        session.execute(
            sa.update(SpamSender)
            .where(SpamSender.pattern == pattern)
            .values(caught=SpamSender.caught + number, last_caught_at=now)
            .execution_options(synchronize_session=False)
        )


def relearn(session: Session, patterns: Iterable[str], *, by: Agent | None, now: datetime) -> None:
    """Put patterns back that were forgotten by mistake."""
    known = {row.pattern for row in _known(session, list(patterns))}
    session.add_all(
        SpamSender(pattern=pattern, agent_id=by.id if by else None, learnt_at=now)
        for pattern in dict.fromkeys(patterns)
        if pattern not in known
    )
    session.flush()


def unlearn(session: Session, patterns: Sequence[str]) -> list[str]:
    """Forget these patterns; those that were there."""
    return _forget(session, patterns)


def _to_learn(session: Session, ticket: Ticket, learn: str) -> str:
    if learn not in (AUTO, ADDRESS, DOMAIN, NOTHING):
        raise InvalidInput("Choose what to learn from it.", "learn")
    found = senders(session, ticket)[:1]
    if learn == NOTHING or not found:
        return ""
    address = found[0]
    ours = session.scalar(sa.select(Agent.id).where(sa.func.lower(Agent.email) == address).limit(1))
    if learn == AUTO:
        return "" if ours is not None or was_answered(session, address) else address
    pattern = f"@{domain_of(address)}" if learn == DOMAIN else address
    _refuse_ours(session, pattern)
    return pattern


def _refuse_ours(session: Session, pattern: str) -> None:
    ours = [*session.scalars(sa.select(Mailbox.address)), *session.scalars(sa.select(Agent.email))]
    if any(pattern in patterns_of(address) for address in ours):
        raise InvalidInput("This is an address of ours.", "pattern")
    if pattern.startswith("@") and is_public(pattern[1:]):
        raise InvalidInput("Too many different people have an address there.", "pattern")


def _known(session: Session, patterns: Iterable[str]) -> list[SpamSender]:
    return list(session.scalars(sa.select(SpamSender).where(SpamSender.pattern.in_(list(patterns)))))


def _forget(session: Session, patterns: Sequence[str]) -> list[str]:
    rows = _known(session, patterns)
    for row in rows:
        session.delete(row)
    session.flush()
    return sorted(row.pattern for row in rows)
