"""Whose pictures an agent sees without asking: chosen letter by letter, taken back at any time."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.errors import InvalidInput
from app.tickets.models import Kind, Message
from app.tickets.reading_models import ShownSender

MOST_SENDERS = 1000


def may_be_trusted(message: Message) -> bool:
    """Not where the sender may be somebody else: a forged name must not open what the real one may show."""
    doubted = message.held or any(
        item.get("rule") in ("auth-fail", "forwarded", "form") for item in message.evidence
    )
    return message.kind == Kind.INCOMING and bool(message.sender_email) and not doubted


def shown_letters(session: Session, agent_id: int, messages: Iterable[Message]) -> set[int]:
    """The letters among these whose pictures this agent has asked to see always: one query, or none."""
    senders = {one.id: one.sender_email.lower() for one in messages if may_be_trusted(one)}
    if not senders:
        return set()
    query = sa.select(ShownSender.email).where(
        ShownSender.agent_id == agent_id, ShownSender.email.in_(sorted(set(senders.values())))
    )
    shown = set(session.scalars(query))
    return {key for key, email in senders.items() if email in shown}


def show_always(session: Session, agent_id: int, message: Message, *, now: datetime) -> None:
    """From now on in every letter of its sender. Raises InvalidInput where nobody knows who that is."""
    if not may_be_trusted(message):
        raise InvalidInput(
            "Nothing proves who sent this letter, so its pictures are shown only when asked for."
        )
    email = message.sender_email.lower()
    if session.get(ShownSender, (agent_id, email)) is not None:
        return
    if len(senders_of(session, agent_id)) >= MOST_SENDERS:
        raise InvalidInput("That are too many senders. Remove some on the page of your profile.")
    session.add(ShownSender(agent_id=agent_id, email=email, since=now))
    session.flush()


def stop_showing(session: Session, agent_id: int, email: str) -> None:
    """Ask again for letters of this address. Safe to run twice."""
    session.execute(
        sa.delete(ShownSender).where(ShownSender.agent_id == agent_id, ShownSender.email == email.lower())
    )


def senders_of(session: Session, agent_id: int) -> list[ShownSender]:
    """All of an agent's choices, by address."""
    query = sa.select(ShownSender).where(ShownSender.agent_id == agent_id).order_by(ShownSender.email)
    return list(session.scalars(query))
