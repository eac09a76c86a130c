"""What a macro or a rule would do to a ticket, found out without doing anything. Reads only."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session, selectinload

from app.accounts.models import Agent
from app.accounts.rights import can_take
from app.automation import answering, engine, timed
from app.automation.actions import Action, id_in, span_of
from app.automation.conditions import Reason, judge
from app.automation.doing import Done
from app.automation.engine import Occasion
from app.automation.facts import newest_letter
from app.automation.models import When
from app.automation.rulebook import ActiveRule
from app.customers.models import Customer
from app.errors import InvalidInput
from app.knowledge.render import render
from app.outgoing import receipts
from app.outgoing.signatures import values_for
from app.settings import Settings
from app.tickets.models import Status, Ticket
from app.tickets.order_models import Field, TicketValue

MOST_TRIED = 100


@dataclass(frozen=True)
class Trial:
    """One ticket of a dry run: whether the conditions are met, what each found, and what would change."""

    ticket_id: int
    subject: str
    customer: str
    met: bool
    reasons: tuple[Reason, ...]
    would: tuple[Done, ...]


@dataclass(frozen=True)
class Plan:
    session: Session
    ticket: Ticket
    now: datetime
    settings: Settings
    by: Agent | None = None


def try_rule(
    session: Session,
    rule: ActiveRule,
    mailboxes: sa.ColumnElement[bool],
    *,
    now: datetime,
    settings: Settings,
) -> list[Trial]:
    """The rule against the newest tickets that the asker sees. Changes nothing."""
    query = (
        sa.select(Ticket)
        .where(Ticket.merged_into_id.is_(None), Ticket.status != Status.TRASH, mailboxes)
        .options(selectinload(Ticket.customer).selectinload(Customer.addresses), selectinload(Ticket.tags))
        .order_by(Ticket.id.desc())
        .limit(MOST_TRIED)
    )
    with session.no_autoflush:
        return [_try(session, rule, ticket, now, settings) for ticket in session.scalars(query)]


def _try(session: Session, rule: ActiveRule, ticket: Ticket, now: datetime, settings: Settings) -> Trial:
    facts = engine.facts_of(session, Occasion(ticket), now=now, settings=settings)
    verdict = judge(rule.group, facts)
    met = verdict.met and (rule.trigger != When.TIME or _is_due(rule, ticket, now))
    plan = Plan(session, ticket, now, settings)
    would = tuple(one for one in (planned(plan, action) for action in rule.actions) if one) if met else ()
    return Trial(ticket.id, ticket.subject, ticket.customer.display_name, met, verdict.reasons, would)


def _is_due(rule: ActiveRule, ticket: Ticket, now: datetime) -> bool:
    """By the wall clock: an estimate that is never too late."""
    column = timed.SINCE.get(str(rule.timing.get("since")))
    moment = getattr(ticket, column.key) if column is not None else None
    return moment is not None and moment <= now - timedelta(hours=timed.hours_of(rule))


def planned(plan: Plan, action: Action) -> Done | None:
    """As `doing.do` would say it; {"do", "why_not"} for what cannot be done, None for what changes nothing."""
    look = _LOOK.get(action.do)
    try:
        found = look(plan, action) if look else None
    except InvalidInput as error:
        return {"do": action.do, "why_not": str(error)}
    return {"do": action.do, **found} if found is not None else None


def _status(plan: Plan, action: Action) -> Done | None:
    before = plan.ticket.status
    return {"before": before, "after": action.value} if before != action.value else None


def _priority(plan: Plan, action: Action) -> Done | None:
    before = plan.ticket.priority
    return {"before": before, "after": action.value} if before != action.value else None


def _assign(plan: Plan, action: Action) -> Done | None:
    ticket, whom = plan.ticket, action.value
    if whom.startswith("team:"):
        after = id_in(whom)
        return {"before": ticket.team_id, "after": after, "team": True} if after != ticket.team_id else None
    if whom.startswith("turn"):
        return {"before": None, "after": None, "turn": True} if ticket.assignee_id is None else None
    agent_id = _agent(plan, whom)
    if agent_id is not None and not can_take(plan.session, agent_id, ticket.mailbox_id):
        return None if whom == "own" else {"why_not": "That agent cannot take tickets."}
    if agent_id == ticket.assignee_id or (whom == "own" and agent_id is None):
        return None
    return {"before": ticket.assignee_id, "after": agent_id}


def _agent(plan: Plan, whom: str) -> int | None:
    if whom == "me":
        return plan.by.id if plan.by else None
    if whom == "own":
        return plan.ticket.customer.own_agent_id
    return None if whom == "nobody" else id_in(whom)


def _names(action: Action) -> list[str]:
    return [
        " ".join(one.casefold().strip("# ").split()) for value in action.values for one in value.split(",")
    ]


def _add_tags(plan: Plan, action: Action) -> Done | None:
    there = [tag.name for tag in plan.ticket.tags]
    fresh = [name for name in _names(action) if name and name not in there]
    return {"before": there, "after": [*there, *fresh]} if fresh else None


def _remove_tags(plan: Plan, action: Action) -> Done | None:
    there = [tag.name for tag in plan.ticket.tags]
    kept = [name for name in there if name not in _names(action)]
    return {"before": there, "after": kept} if kept != there else None


def _snooze(plan: Plan, action: Action) -> Done | None:
    span = span_of(action.value)
    if plan.ticket.status in (Status.SPAM, Status.TRASH) or span is None:
        return {"why_not": "Spam and what is in the trash cannot be snoozed."}
    return {"before": plan.ticket.status, "after": (plan.now + span).isoformat()}


def _field(plan: Plan, action: Action) -> Done | None:
    query = sa.select(TicketValue.value).join(Field, Field.id == TicketValue.field_id)
    mine = query.where(TicketValue.ticket_id == plan.ticket.id, Field.key == action.value)
    before = plan.session.scalar(mine) or ""
    after = action.values[1] if len(action.values) > 1 else ""
    return {"before": before, "after": after, "field": action.value} if before != after else None


def _note(plan: Plan, action: Action) -> Done:
    said = render(action.value, values_for(plan.ticket, plan.by, plan.ticket.mailbox))
    return {"before": None, "after": said.text[:200]}


def _answer(plan: Plan, action: Action) -> Done:
    letter = newest_letter(plan.session, plan.ticket.id)
    why_not = answering.refusal(
        plan.session, plan.ticket, letter, None, now=plan.now, settings=plan.settings, claim=False
    )
    known = letter is not None and receipts.knows(plan.session, letter.sender_email)
    said = answering.content(plan.session, plan.ticket, action, known=known)
    if said.missing:
        why_not = why_not or "a variable of the text has no value"
    return {"before": None, "after": None, "text": said.text[:300], "why_not": why_not}


def _notify(_plan: Plan, action: Action) -> Done:
    return {"before": None, "after": [], "whom": action.value}


_LOOK: dict[str, Callable[[Plan, Action], Done | None]] = {
    "status": _status,
    "priority": _priority,
    "assign": _assign,
    "add_tags": _add_tags,
    "remove_tags": _remove_tags,
    "snooze": _snooze,
    "field": _field,
    "note": _note,
    "answer": _answer,
    "notify": _notify,
}


def plan_all(plan: Plan, actions: Sequence[Action]) -> list[Done]:
    return [one for one in (planned(plan, action) for action in actions) if one]
