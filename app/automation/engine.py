"""Rules at work: what happened is shown to each rule in its order; those whose conditions are met act. All is logged.

A rule acts inside a savepoint. Whatever goes wrong in one is taken back, logged and told to the admins; the letter, the
other rules and whoever is waiting go on. Nothing that rules do makes them run for ever: each carries the chain of those
whose doing it was, none acts twice in a chain, and a chain has at most DEEPEST.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.automation import telling
from app.automation.actions import Action
from app.automation.answering import answer
from app.automation.conditions import Verdict, judge
from app.automation.doing import Done, Hand, do
from app.automation.facts import TicketFacts
from app.automation.models import Rule, RuleLog
from app.automation.rulebook import ActiveRule
from app.db import changed_rows
from app.errors import InvalidInput, NotFound
from app.outgoing.receipts import Opening
from app.settings import Settings
from app.tickets import service
from app.tickets.models import Message, Ticket

log = logging.getLogger(__name__)

DEEPEST = 5
# Under this name a session knows whose doing its changes are; see app.automation.triggers.
CHAIN = "rule_chain"
TELL_AGAIN = timedelta(hours=1)
MOST_WHY = 20


@dataclass(frozen=True)
class Occasion:
    """What happened to a ticket. `opening`: what is known of a letter that came this moment."""

    ticket: Ticket
    letter: Message | None = None
    opening: Opening | None = None
    status_before: str = ""
    chain: tuple[int, ...] = ()


@dataclass
class Ran:
    """`fired`: rules that acted, in order; `message_ids`: mails they wrote, to be rung for after the commit."""

    fired: list[int] = field(default_factory=list)
    message_ids: list[int] = field(default_factory=list)


def run(
    session: Session, occasion: Occasion, rules: Sequence[ActiveRule], *, now: datetime, settings: Settings
) -> Ran:
    """Show the occasion to these rules."""
    ran = Ran()
    for rule in rules:
        chain = (*occasion.chain, *ran.fired)
        if rule.id in chain or len(chain) >= DEEPEST:
            continue
        facts = facts_of(session, occasion, now=now, settings=settings)
        try:
            verdict = judge(rule.group, facts)
        except (InvalidInput, NotFound, ValueError, TypeError, KeyError) as error:
            _failed(session, rule, occasion, error, now)
            continue
        if not verdict.met:
            continue
        stopped = _act(session, rule, occasion, verdict, ran, now, settings)
        ran.fired.append(rule.id)
        if stopped:
            break
    return ran


def facts_of(session: Session, occasion: Occasion, *, now: datetime, settings: Settings) -> TicketFacts:
    return TicketFacts(
        session,
        occasion.ticket,
        now=now,
        settings=settings,
        letter=occasion.letter,
        status_before=occasion.status_before,
    )


def _act(
    session: Session,
    rule: ActiveRule,
    occasion: Occasion,
    verdict: Verdict,
    ran: Ran,
    now: datetime,
    settings: Settings,
) -> bool:
    """Do what the rule says; True when no other rule shall run after it."""
    chain = (*occasion.chain, *ran.fired, rule.id)
    hand = Hand(session, now, settings, name=rule.name)
    try:
        with session.begin_nested(), _doing_of(session, chain):
            done, written = _do_all(hand, rule, occasion)
            _note(session, rule, occasion, verdict, done, chain, now)
            telling.tell(session, hand, rule.name)
    except Exception as error:  # noqa: BLE001 (a rule that fails must not keep a letter from being filed)
        _failed(session, rule, occasion, error, now, verdict)
        return False
    ran.message_ids += written
    return any(action.do == "stop" for action in rule.actions)


def _do_all(hand: Hand, rule: ActiveRule, occasion: Occasion) -> tuple[list[Done], list[int]]:
    done: list[Done] = []
    written: list[int] = []
    for action in rule.actions:
        one = (
            _answer(hand, occasion, action, written)
            if action.do == "answer"
            else do(hand, occasion.ticket, action)
        )
        if one is not None:
            done.append(one)
    return done, written


def _answer(hand: Hand, occasion: Occasion, action: Action, written: list[int]) -> Done:
    sent = answer(
        hand.session, occasion.ticket, action, occasion.opening, now=hand.now, settings=hand.settings
    )
    if sent.message_id is not None:
        written.append(sent.message_id)
    return {"do": "answer", "before": None, "after": sent.message_id, "why_not": sent.why_not}


def _note(
    session: Session,
    rule: ActiveRule,
    occasion: Occasion,
    verdict: Verdict,
    done: list[Done],
    chain: tuple[int, ...],
    now: datetime,
) -> None:
    why = reasons(verdict)
    session.add(
        RuleLog(
            rule_id=rule.id, name=rule.name, trigger=rule.trigger, ticket_id=occasion.ticket.id, at=now,
            why=why, done=done, chain=list(chain),
        )
    )  # fmt: skip
    if done:
        met = [one for one in why if one["met"]]
        service.record(
            session, "rule", ticket=occasion.ticket, now=now,
            rule=rule.id, name=rule.name, done=done, why=met[:5],
        )  # fmt: skip
        service.changed(session, occasion.ticket.id, "event", now)
    session.flush()


def reasons(verdict: Verdict) -> list[dict[str, Any]]:
    """Why, as the log keeps it."""
    return [{**asdict(one), "values": list(one.values)} for one in verdict.reasons[:MOST_WHY]]


def _failed(
    session: Session,
    rule: ActiveRule,
    occasion: Occasion,
    error: Exception,
    now: datetime,
    verdict: Verdict | None = None,
) -> None:
    """Nothing of it was done: say so in the log, once an hour at the rule itself and to the admins, and go on."""
    words = str(error) if isinstance(error, InvalidInput | NotFound) else type(error).__name__
    log.warning("rule %d could not act on ticket %d: %s", rule.id, occasion.ticket.id, type(error).__name__)
    session.add(
        RuleLog(
            rule_id=rule.id, name=rule.name, trigger=rule.trigger, ticket_id=occasion.ticket.id, at=now,
            why=reasons(verdict) if verdict else [], chain=list(occasion.chain), failure=words[:500],
        )
    )  # fmt: skip
    told = sa.or_(Rule.failed_at.is_(None), Rule.failed_at < now - TELL_AGAIN, Rule.failure != words[:500])
    news = session.execute(
        sa.update(Rule)
        .where(Rule.id == rule.id, told)
        .values(failed_at=now, failure=words[:500])
        .execution_options(synchronize_session=False)
    )
    if changed_rows(news):
        telling.tell_broken(session, occasion.ticket.id, rule.id, rule.name, words[:500], now)
    session.flush()


@contextmanager
def _doing_of(session: Session, chain: tuple[int, ...]) -> Iterator[None]:
    """What changes meanwhile was caused by these rules."""
    before = session.info.get(CHAIN)
    session.info[CHAIN] = chain
    try:
        yield
    finally:
        session.info[CHAIN] = before
