"""Rules that are on and cannot do what they say: something they name is gone, or they failed when they last acted."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

from app.automation import rulebook, rules


@dataclass(frozen=True)
class Trouble:
    """`gone`: sentences about what it names; `failure`: why it could not act, '' when it did not fail."""

    rule_id: int
    name: str
    gone: tuple[str, ...]
    failure: str


def in_trouble(session: Session) -> list[Trouble]:
    """In the order in which they are asked; one query while no rule is on."""
    rows = [row for row in rules.all_rules(session) if row.active]
    known = rules.known(session) if rows else None
    found = []
    for row in rows:
        active = rulebook.as_active(row)
        gone = tuple(rules.broken(known, active.group, active.actions)) if known else ()
        if gone or row.failure:
            found.append(Trouble(row.id, row.name, gone, row.failure))
    return found
