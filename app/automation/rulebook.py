"""The active rules, as every process keeps them in memory: read again when their version has changed.

A process looks at the version at most every two seconds, so a letter costs no query while there are no rules, and
none for the rules themselves while they stay as they are. A change of a rule is felt everywhere within that time.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from weakref import WeakKeyDictionary

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.orm import Session

from app.automation.actions import Action, read_actions
from app.automation.conditions import Group, conditions_of, read_group
from app.automation.models import Rule, RuleBook

LOOK_AGAIN_SECONDS = 2.0
Asking = Session | Connection


@dataclass(frozen=True)
class ActiveRule:
    """A rule as it is asked; see app.automation.models.Rule."""

    id: int
    name: str
    trigger: str
    position: int
    group: Group
    actions: tuple[Action, ...]
    timing: Mapping[str, Any] = field(default_factory=dict)
    armed_from: datetime | None = None

    @property
    def fields(self) -> frozenset[str]:
        return frozenset(condition.field for condition in conditions_of(self.group))


@dataclass
class _Known:
    version: int
    looked_at: float
    rules: dict[str, tuple[ActiveRule, ...]]


_known: WeakKeyDictionary[Engine, _Known] = WeakKeyDictionary()
_guard = threading.Lock()


def rules_for(asking: Asking, *triggers: str) -> list[ActiveRule]:
    """The active rules of these triggers in their order."""
    rules = _current(asking).rules
    found = [rule for trigger in triggers for rule in rules.get(trigger, ())]
    return sorted(found, key=lambda rule: (rule.position, rule.id))


def forget() -> None:
    """In the process that has changed a rule: look at once."""
    with _guard:
        _known.clear()


def changed(session: Session) -> None:
    """Rules are different now: every process finds out by itself."""
    session.execute(sa.update(RuleBook).values(version=RuleBook.version + 1))
    forget()


def as_active(rule: Rule) -> ActiveRule:
    """A rule as it would be asked, active or not."""
    return ActiveRule(
        rule.id or 0,
        rule.name,
        rule.trigger,
        rule.position or 0,
        read_group(rule.conditions),
        read_actions(rule.actions),
        dict(rule.timing or {}),
        rule.armed_from,
    )


def _current(asking: Asking) -> _Known:
    engine = _engine(asking)
    known = _known.get(engine)
    at = time.monotonic()
    if known is not None and at - known.looked_at < LOOK_AGAIN_SECONDS:
        return known
    version = asking.execute(sa.select(RuleBook.version)).scalar() or 0
    if known is None or known.version != version:
        known = _Known(version, at, _read(asking))
    known.looked_at = at
    with _guard:
        _known[engine] = known
    return known


def _read(asking: Asking) -> dict[str, tuple[ActiveRule, ...]]:
    columns = (
        Rule.id, Rule.name, Rule.trigger, Rule.position, Rule.conditions, Rule.actions, Rule.timing, Rule.armed_from,
    )  # fmt: skip
    query = sa.select(*columns).where(Rule.active.is_(True)).order_by(Rule.position, Rule.id)
    found: dict[str, list[ActiveRule]] = {}
    for row in asking.execute(query):
        rule = ActiveRule(
            row.id, row.name, row.trigger, row.position, read_group(row.conditions), read_actions(row.actions),
            dict(row.timing or {}), row.armed_from,
        )  # fmt: skip
        found.setdefault(rule.trigger, []).append(rule)
    return {trigger: tuple(rules) for trigger, rules in found.items()}


def _engine(asking: Asking) -> Engine:
    return asking.engine if isinstance(asking, Connection) else asking.get_bind().engine
