"""The log of what admins and leads do: who changed which setting, role, grant or mailbox, who took data out or away.

Rows are only ever added; the database refuses to change or remove one. Each holds a hash over itself and the row
before, so that an entry changed behind the back of the database is noticed as well (`first_broken`).
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.accounts.models import Agent
from app.cursors import row_number
from app.db import Base, BigId

PAGE = 50
LONGEST_VALUE = 300
# Any fixed number that nothing else of ours uses.
_LOCK = 7_305_413
# A value under such a name is never written down, whoever passes it.
_SECRET = ("password", "secret", "token", "key")


class AuditEntry(Base):
    """`subject`: what it was done to, in words, such as an address. `detail`: plain values before and after."""

    __tablename__ = "audit_entries"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)
    agent_id: Mapped[int | None] = mapped_column(sa.ForeignKey("agents.id"), index=True)
    agent_name: Mapped[str] = mapped_column(sa.String(200), default="")
    kind: Mapped[str] = mapped_column(sa.String(40), index=True)
    subject: Mapped[str] = mapped_column(sa.String(320), default="")
    detail: Mapped[dict[str, Any]]
    previous: Mapped[str] = mapped_column(sa.String(64), default="")
    digest: Mapped[str] = mapped_column(sa.String(64), unique=True)


@dataclass(frozen=True)
class AuditPage:
    """Newest first; `after` is the mark from which the next page goes on, '' on the last."""

    entries: list[AuditEntry]
    after: str


def note(
    session: Session, kind: str, subject: str = "", *, by: Agent | None, now: datetime, **detail: Any
) -> AuditEntry:
    """Write one line, in the transaction of what it tells. Values that look like secrets are left out.

    kind: a word such as "role" or "mailbox"; app.web.audit_words says it in the reader's language.
    """
    if session.get_bind().dialect.name == "postgresql":
        # SQLite has one writer at a time anyway; here two entries must not both follow the same one.
        session.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK)))
    session.flush()
    last = session.scalar(sa.select(AuditEntry.digest).order_by(AuditEntry.id.desc()).limit(1))
    entry = AuditEntry(
        at=now,
        agent_id=by.id if by else None,
        agent_name=by.name if by else "",
        kind=kind,
        subject=subject[:320],
        detail={name: _plain(value) for name, value in detail.items() if not _is_secret(name)},
        previous=last or "",
    )
    entry.digest = _digest(entry)
    session.add(entry)
    session.flush()
    return entry


def changes(before: dict[str, Any], after: dict[str, Any]) -> dict[str, list[Any]]:
    """What differs, as name → [before, after]; of secrets only that they changed."""
    return {
        name: ["…", "…"] if _is_secret(name) else [_plain(before.get(name)), _plain(value)]
        for name, value in after.items()
        if before.get(name) != value
    }


def page(
    session: Session, *, kind: str = "", agent_id: int | None = None, after: str = "", limit: int = PAGE
) -> AuditPage:
    query = sa.select(AuditEntry).order_by(AuditEntry.id.desc()).limit(limit + 1)
    if kind:
        query = query.where(AuditEntry.kind == kind)
    if agent_id is not None:
        query = query.where(AuditEntry.agent_id == agent_id)
    last = row_number(after)
    if last is not None:
        query = query.where(AuditEntry.id < last)
    rows = list(session.scalars(query))
    return AuditPage(rows[:limit], str(rows[limit - 1].id) if len(rows) > limit else "")


def kinds(session: Session) -> list[str]:
    """Those that occur, for choosing."""
    return list(session.scalars(sa.select(AuditEntry.kind).distinct().order_by(AuditEntry.kind)))


def first_broken(session: Session, *, newest: int | None = None) -> int | None:
    """The id of the first entry that is not what it was, or does not follow the one before; None when all is well.

    newest: look only at so many of the newest.
    """
    query = sa.select(AuditEntry).order_by(AuditEntry.id.desc())
    rows = list(session.scalars(query.limit(newest) if newest else query))[::-1]
    for number, entry in enumerate(rows):
        follows = entry.previous == rows[number - 1].digest if number else True
        if not follows or entry.digest != _digest(entry):
            return entry.id
    return None


def _digest(entry: AuditEntry) -> str:
    told = [
        entry.at.isoformat(),
        entry.agent_id,
        entry.agent_name,
        entry.kind,
        entry.subject,
        entry.detail,
        entry.previous,
    ]
    return hashlib.sha256(json.dumps(told, sort_keys=True, ensure_ascii=True).encode()).hexdigest()


def _is_secret(name: str) -> bool:
    return any(word in name for word in _SECRET)


def _plain(value: Any) -> Any:
    """What JSON can hold, and no more of it than a person wants to read."""
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(one) for one in value][:50]
    if isinstance(value, dict):
        return {str(name)[:80]: _plain(one) for name, one in list(value.items())[:80]}
    if value is None or isinstance(value, bool | int):
        return value
    return str(value)[:LONGEST_VALUE]
