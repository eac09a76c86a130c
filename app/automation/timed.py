"""Rules that act when time has passed: hours since a moment of the ticket, by the wall clock or by business hours.

The hours become a moment: every ticket whose own is older is due. That is one walk along an index, some tickets at a
time, from where the last walk ended; at its end it begins anew, so a ticket that met the conditions only later is found
as well. A rule acts once on a ticket for each such moment: not again until the customer, or an agent, made it another.
What is due the moment a rule is switched on was not meant, unless the admin said so.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import InstrumentedAttribute, Session

from app.automation import engine, rulebook
from app.automation.conditions import judge
from app.automation.engine import Occasion
from app.automation.models import Rule, RuleFiring, RuleLog, When
from app.automation.rulebook import ActiveRule
from app.errors import Merged
from app.mailboxes.models import Mailbox
from app.settings import Settings
from app.tasks import calendars, clock
from app.tickets.models import Status, Ticket
from app.tickets.service import lock

# In one transaction; the next tick goes on.
TOGETHER = 100
SINCE: dict[str, InstrumentedAttribute[Any]] = {
    "opened": Ticket.opened_at,
    "message": Ticket.last_message_at,
    "waiting": Ticket.waiting_since,
    "closed": Ticket.closed_at,
}
STATUSES = (Status.OPEN, Status.WAITING, Status.SNOOZED, Status.CLOSED)
MOST_HOURS = 24 * 366 * 5


@dataclass(frozen=True)
class _Cutoff:
    """Tickets of these mailboxes are due when their moment is not later than `at`; those that were due when the rule
    was switched on, not later than `armed`, are none of its business."""

    mailbox_ids: tuple[int, ...]
    at: datetime
    armed: datetime | None = None


def has_rules(session: Session) -> bool:
    return bool(rulebook.rules_for(session, When.TIME))


def step(session: Session, *, now: datetime, settings: Settings) -> list[int]:
    """One stretch of every time rule's walk. Ids of mails to ring for."""
    written: list[int] = []
    for rule in rulebook.rules_for(session, When.TIME):
        written += _walk(session, rule, now, settings)
    return written


def _walk(session: Session, rule: ActiveRule, now: datetime, settings: Settings) -> list[int]:
    row = session.get(Rule, rule.id, with_for_update=True)
    if row is None or not row.active:
        return []
    due = due_tickets(session, rule, now, after=(row.round_at, row.round_id))
    written: list[int] = []
    for ticket_id, moment in due:
        written += _look(session, rule, ticket_id, moment, now, settings)
    # A full stretch goes on behind its last ticket; else the walk is over and begins anew.
    row.round_at, row.round_id = (due[-1][1], due[-1][0]) if len(due) == TOGETHER else (None, 0)
    session.flush()
    return written


def due_tickets(
    session: Session, rule: ActiveRule, now: datetime, *, after: tuple[datetime | None, int] = (None, 0)
) -> list[tuple[int, datetime]]:
    """(ticket, its moment) of the next tickets that are due and were not acted on for this moment."""
    column = SINCE.get(str(rule.timing.get("since")))
    if column is None:
        return []
    found: list[tuple[int, datetime]] = []
    for cutoff in _cutoffs(session, rule, now):
        # One status at a time: then each database walks along an index and stops at the limit.
        for status in STATUSES:
            query = _due(rule, column, cutoff, status, after)
            found += [(row[0], row[1]) for row in session.execute(query)]
    return sorted(found, key=lambda one: (one[1], one[0]))[:TOGETHER]


def _due(
    rule: ActiveRule,
    column: InstrumentedAttribute[Any],
    cutoff: _Cutoff,
    status: str,
    after: tuple[datetime | None, int],
) -> sa.Select[Any]:
    done = sa.exists().where(
        RuleFiring.rule_id == rule.id, RuleFiring.ticket_id == Ticket.id, RuleFiring.moment == column
    )
    query = sa.select(Ticket.id, column).where(
        column <= cutoff.at,
        Ticket.status == status,
        Ticket.merged_into_id.is_(None),
        Ticket.mailbox_id.in_(cutoff.mailbox_ids),
        ~done,
    )
    if cutoff.armed is not None:
        query = query.where(column > cutoff.armed)
    at, ticket_id = after
    if at is not None:
        query = query.where(sa.or_(column > at, sa.and_(column == at, Ticket.id > ticket_id)))
    return query.order_by(column, Ticket.id).limit(TOGETHER)


def hours_of(rule: ActiveRule) -> float:
    try:
        hours = float(rule.timing.get("hours", 0))
    except (TypeError, ValueError):
        return 0.0
    return min(max(hours, 0.0), float(MOST_HOURS))


def _cutoffs(session: Session, rule: ActiveRule, now: datetime) -> list[_Cutoff]:
    """One for all mailboxes by the wall clock; one for each calendar by business hours."""
    span = timedelta(hours=hours_of(rule))
    mailbox_ids = sorted(session.scalars(sa.select(Mailbox.id)))
    if not rule.timing.get("business"):
        return [_Cutoff(tuple(mailbox_ids), now - span, _back(rule.armed_from, span))] if mailbox_ids else []
    groups: dict[clock.Hours | None, list[int]] = {}
    hours = calendars.hours_by_mailbox(session, mailbox_ids)
    for mailbox_id in mailbox_ids:
        groups.setdefault(hours.get(mailbox_id), []).append(mailbox_id)
    found = []
    for calendar, ids in groups.items():
        at = _back(now, span, calendar)
        if at is not None:
            found.append(_Cutoff(tuple(ids), at, _back(rule.armed_from, span, calendar)))
    return found


def _back(moment: datetime | None, span: timedelta, calendar: clock.Hours | None = None) -> datetime | None:
    if moment is None or calendar is None:
        return None if moment is None else moment - span
    return clock.before(calendar, moment, span)


def _look(
    session: Session, rule: ActiveRule, ticket_id: int, moment: datetime, now: datetime, settings: Settings
) -> list[int]:
    """Ask the rule about one ticket; when it acts, it has for this moment."""
    ticket = session.get(Ticket, ticket_id)
    if ticket is None:
        return []
    chain = _made_by(session, ticket_id, moment)
    occasion = Occasion(ticket, chain=chain)
    facts = engine.facts_of(session, occasion, now=now, settings=settings)
    if rule.id in chain or not judge(rule.group, facts).met:
        return []
    try:
        lock(session, ticket)
    except Merged:
        return []
    # Somebody wrote at this moment: the hours count from there now.
    if getattr(ticket, SINCE[str(rule.timing.get("since"))].key) != moment:
        return []
    ran = engine.run(session, occasion, [rule], now=now, settings=settings)
    _fired(session, rule.id, ticket_id, moment)
    return ran.message_ids


def _made_by(session: Session, ticket_id: int, moment: datetime) -> tuple[int, ...]:
    """The rules whose doing this moment of the ticket is; they do not answer to it."""
    query = sa.select(RuleLog.chain).where(RuleLog.ticket_id == ticket_id, RuleLog.at == moment)
    chains: Sequence[list[int]] = session.scalars(query.order_by(RuleLog.id)).all()
    return tuple(chains[-1]) if chains else ()


def _fired(session: Session, rule_id: int, ticket_id: int, moment: datetime) -> None:
    row = session.get(RuleFiring, (rule_id, ticket_id))
    if row is None:
        session.add(RuleFiring(rule_id=rule_id, ticket_id=ticket_id, moment=moment))
    else:
        row.moment = moment
    session.flush()
