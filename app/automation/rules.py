"""Rules as admins change them: made, edited, ordered, switched on and off, looked over. Never commits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.accounts.models import Agent
from app.accounts.teams import Team
from app.automation import actions, conditions, rulebook, timed
from app.automation.actions import RULE, Action, id_in
from app.automation.conditions import Condition, Group, conditions_of
from app.automation.models import Rule, When
from app.errors import InvalidInput, NotFound
from app.knowledge.models import Article
from app.mailboxes.models import Mailbox
from app.tickets.order_models import Field

LONGEST_NAME = 100
MOST_RULES = 200


@dataclass(frozen=True)
class RuleForm:
    """What an admin says about a rule. `backlog`: a time rule also takes what is due already."""

    name: str
    trigger: str
    group: Group
    actions: tuple[Action, ...]
    timing: dict[str, Any] = field(default_factory=dict)
    backlog: bool = False


@dataclass(frozen=True)
class Known:
    """Rows that rules may name and that can still be used: what is missing here makes a rule broken."""

    agents: frozenset[int]
    teams: frozenset[int]
    mailboxes: frozenset[int]
    articles: frozenset[int]
    fields: frozenset[str]


def all_rules(session: Session) -> list[Rule]:
    """In the order in which they are asked."""
    return list(session.scalars(sa.select(Rule).order_by(Rule.position, Rule.id)))


def rule_by_id(session: Session, rule_id: int) -> Rule:
    """Raises NotFound."""
    rule = session.get(Rule, rule_id)
    if rule is None:
        raise NotFound("There is no such rule.")
    return rule


def make(session: Session, form: RuleForm, *, now: datetime) -> Rule:
    """A new rule, last in order and switched off. Raises InvalidInput."""
    check(form)
    count, last = session.execute(sa.select(sa.func.count(), sa.func.max(Rule.position))).one()
    if count >= MOST_RULES:
        raise InvalidInput("That is more rules than anybody can keep in mind. Remove some first.", "name")
    rule = Rule(created_at=now, active=False, position=(last or 0) + 1)
    _write(session, rule, form, now)
    return rule


def edit(session: Session, rule: Rule, form: RuleForm, *, now: datetime) -> None:
    """Raises InvalidInput; nothing is changed then."""
    check(form)
    _write(session, rule, form, now)


def set_active(session: Session, rule: Rule, active: bool, *, now: datetime) -> None:
    """From this moment on, a time rule that was off does not look at what was due before it."""
    if rule.active == active:
        return
    rule.active = active
    if active and rule.armed_from is not None:
        rule.armed_from = now
    rule.failed_at, rule.failure, rule.round_at, rule.round_id = None, "", None, 0
    session.flush()
    rulebook.changed(session)


def move(session: Session, rule: Rule, step: int) -> None:
    """One place up (-1) or down (1)."""
    rules = all_rules(session)
    at = rules.index(rule)
    to = min(max(at + step, 0), len(rules) - 1)
    rules.insert(to, rules.pop(at))
    for position, one in enumerate(rules, 1):
        one.position = position
    session.flush()
    rulebook.changed(session)


def remove(session: Session, rule: Rule) -> None:
    """What it did stays in the log, under its name."""
    session.delete(rule)
    session.flush()
    rulebook.changed(session)


def check(form: RuleForm) -> None:
    """Raises InvalidInput with the field: "c3" is the third condition of the form, "a2" the second action."""
    _check_head(form)
    for number, condition in enumerate(conditions_of(form.group)):
        if wrong := conditions.problem(condition):
            raise InvalidInput(wrong, f"c{number}")
    for number, action in enumerate(form.actions):
        if wrong := actions.problem(action, RULE):
            raise InvalidInput(wrong, f"a{number}")
    if not form.actions:
        raise InvalidInput("A rule needs something to do.", "actions")
    if sum(1 for action in form.actions if action.do == "answer") > 1:
        raise InvalidInput("A rule sends one letter at most.", "actions")


def _check_head(form: RuleForm) -> None:
    if not form.name.strip():
        raise InvalidInput("Please fill in a name.", "name")
    if len(form.name) > LONGEST_NAME:
        raise InvalidInput("This name is too long.", "name")
    if form.trigger not in tuple(When):
        raise InvalidInput("Please choose one of the list.", "trigger")
    if form.trigger == When.TIME:
        hours = form.timing.get("hours")
        if form.timing.get("since") not in timed.SINCE:
            raise InvalidInput("Please choose one of the list.", "since")
        if not isinstance(hours, int | float) or not 0 < hours <= timed.MOST_HOURS:
            raise InvalidInput("Say after how many hours.", "hours")


def _write(session: Session, rule: Rule, form: RuleForm, now: datetime) -> None:
    rule.name, rule.trigger = " ".join(form.name.split()), form.trigger
    rule.conditions, rule.actions = conditions.as_data(form.group), actions.as_data(form.actions)
    rule.timing = form.timing if form.trigger == When.TIME else {}
    if form.trigger != When.TIME or form.backlog:
        rule.armed_from = None
    else:
        rule.armed_from = rule.armed_from or now
    rule.updated_at, rule.failed_at, rule.failure = now, None, ""
    rule.round_at, rule.round_id = None, 0
    session.add(rule)
    session.flush()
    rulebook.changed(session)


def known(session: Session) -> Known:
    """What rules and macros may name today: five short queries."""
    return Known(
        frozenset(session.scalars(sa.select(Agent.id).where(Agent.active.is_(True)))),
        frozenset(session.scalars(sa.select(Team.id).where(Team.active.is_(True)))),
        frozenset(session.scalars(sa.select(Mailbox.id))),
        frozenset(session.scalars(sa.select(Article.id).where(Article.archived.is_(False)))),
        frozenset(
            session.scalars(sa.select(Field.key).where(Field.retired_at.is_(None), Field.scope == "ticket"))
        ),
    )


def broken(known: Known, group: Group, does: Sequence[Action]) -> list[str]:
    """What a rule or a macro names that is gone, in sentences; [] when it is whole."""
    found = [_broken_action(known, action) for action in does]
    found += [_broken_condition(known, condition) for condition in conditions_of(group)]
    return list(dict.fromkeys(one for one in found if one))


def _broken_action(known: Known, action: Action) -> str:
    value = action.values[-1] if action.do == "answer" and action.values else action.value
    is_row = action.do in ("assign", "notify") or action.do == "article" or action.values[:1] == ("article",)
    row = id_in(value) if is_row else None
    if value.startswith("agent:") and is_row:
        return "" if row in known.agents else "It names an agent who does not work here any more."
    if value.startswith(("team:", "turn:")) and is_row:
        return "" if row in known.teams else "It names a team that does not exist any more."
    if action.do == "article" or (action.do == "answer" and action.value == "article"):
        return "" if row in known.articles else "It uses an article that is gone."
    if action.do == "field":
        return "" if action.value in known.fields else "It sets a field that does not exist any more."
    return ""


def _broken_condition(known: Known, condition: Condition) -> str:
    rows = {int(value) for value in condition.values if value.isdigit()}
    there = {"assignee": known.agents, "team": known.teams, "mailbox": known.mailboxes}.get(condition.field)
    names = {
        "assignee": "It names an agent who does not work here any more.",
        "team": "It names a team that does not exist any more.",
        "mailbox": "It names a mailbox that does not exist any more.",
    }
    return names[condition.field] if there is not None and rows - there else ""
