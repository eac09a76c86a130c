"""Suggested answers beside the letter that waits for one: which they are and how this customer would read them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from markupsafe import Markup
from sqlalchemy.orm import Session

from app.accounts.models import Agent
from app.accounts.rights import rights_of
from app.db import now
from app.knowledge.models import Outcome
from app.knowledge.offered import Offered, suggestions_for
from app.knowledge.render import render
from app.outgoing import signatures
from app.reports import heartbeats
from app.tickets.models import Kind, Message, Ticket
from app.tickets.segment_facts import facts_for

MOST = 3


@dataclass(frozen=True)
class Panel:
    """Suggestions for the letter that waits for an answer.

    `pending`: still being looked for. `resting`: and nobody is there to look.
    """

    ticket_id: int
    message: Message | None
    offered: list[Offered]
    pending: bool
    # Article id → the answer as this customer would read it.
    answers: dict[int, Markup] = field(default_factory=dict)
    # Sent away, and still to be had back.
    dismissed: list[Offered] = field(default_factory=list)
    resting: bool = False


def panel(session: Session, ticket: Ticket, agent: Agent, messages: Sequence[Message]) -> Panel:
    """Suggestions beside the newest letter a person wrote, unless it has been answered."""
    letters = [message for message in messages if message.kind != Kind.NOTE and not message.held]
    if not letters or letters[-1].kind != Kind.INCOMING:
        return Panel(ticket.id, None, [], False)
    waiting = unanswered(letters)
    rights = rights_of(session, agent)
    offered = suggestions_for(session, [message.id for message in waiting], rights, ticket.language)
    newest = waiting[-1] if waiting else letters[-1]
    best: dict[int, Offered] = {}
    for one in sorted(offered, key=lambda row: (-row.message_id, row.rank)):
        if one.outcome != Outcome.IGNORED:
            best.setdefault(one.article_id, one)
    unscored = [message for message in waiting if message.suggest_state == "pending"]
    shown = [one for one in best.values() if one.outcome != Outcome.DISMISSED][:MOST]
    dismissed = [one for one in best.values() if one.outcome == Outcome.DISMISSED]
    values = values_for(ticket, agent)
    facts = facts_for(session, [one.answer for one in shown], ticket)
    answers = {one.article_id: safe(render(one.answer, values, facts).html) for one in shown}
    resting = bool(unscored) and _resting(session, unscored[0].arrived_at)
    return Panel(ticket.id, newest if waiting else None, shown, bool(unscored), answers, dismissed, resting)


def _resting(session: Session, arrived_at: datetime) -> bool:
    """Whether a letter waits for suggestions because the owner of the index is away. A young one costs no query."""
    at = now()
    return arrived_at < at - heartbeats.SILENT_AFTER and heartbeats.is_silent(session, "knowledge", at)


def values_for(ticket: Ticket, agent: Agent) -> dict[str, str]:
    """What the variables of an answer stand for in this ticket."""
    return signatures.values_for(ticket, agent, ticket.mailbox)


def safe(html: str) -> Markup:
    return Markup(html)  # noqa: S704 (what `render` and `sanitise_reply` return was cleaned by nh3 last)


def unanswered(letters: Sequence[Message]) -> list[Message]:
    """The incoming letters after our last reply that a person wrote."""
    waiting: list[Message] = []
    for message in reversed(letters):
        if message.kind != Kind.INCOMING:
            break
        if not message.automatic:
            waiting.insert(0, message)
    return waiting
