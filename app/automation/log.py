"""Reading the log of rules, newest first, by keyset."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.automation.models import RuleLog
from app.tickets.models import Ticket

PAGE = 50


@dataclass(frozen=True)
class LogRow:
    """One line with the subject of its ticket."""

    entry: RuleLog
    subject: str


@dataclass(frozen=True)
class LogPage:
    """`before`: where the next page begins, None at the end."""

    rows: list[LogRow]
    before: int | None


def log_page(
    session: Session,
    mailboxes: sa.ColumnElement[bool],
    *,
    rule_id: int | None = None,
    ticket_id: int | None = None,
    before: int | None = None,
) -> LogPage:
    """What rules did to tickets of these mailboxes; of one rule or one ticket when asked."""
    query = sa.select(RuleLog, Ticket.subject).join(Ticket, Ticket.id == RuleLog.ticket_id).where(mailboxes)
    for column, value in ((RuleLog.rule_id, rule_id), (RuleLog.ticket_id, ticket_id)):
        if value is not None:
            query = query.where(column == value)
    if before is not None:
        query = query.where(RuleLog.id < before)
    rows = [LogRow(*row) for row in session.execute(query.order_by(RuleLog.id.desc()).limit(PAGE + 1))]
    return LogPage(rows[:PAGE], rows[PAGE - 1].entry.id if len(rows) > PAGE else None)
