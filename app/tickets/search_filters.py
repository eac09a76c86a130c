"""The operators of a search as conditions on tickets: `status:open`, `assignee:me`, `has:attachment` and so on."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from app import db
from app.accounts.models import Agent
from app.accounts.teams import Team
from app.customers.models import Customer, CustomerAddress, Organisation
from app.mailboxes.models import Mailbox
from app.tags.models import Tag
from app.tickets.models import (
    FAILED,
    Attachment,
    Kind,
    Message,
    Participant,
    Priority,
    Status,
    Ticket,
    ticket_tags,
)
from app.tickets.search_fields import by_field
from app.tickets.search_query import Filter, Query

Condition = sa.ColumnElement[bool]
UNUSUAL = Ticket.priority != sa.literal_column("'normal'")


@dataclass(frozen=True)
class Asker:
    """Who searches, and what features above tickets add: an operator's value → a condition on tickets."""

    agent_id: int
    zone: ZoneInfo
    more: Mapping[str, Callable[[str], Condition]] = field(default_factory=dict)
    # What "waiting:4h" counts from.
    now: datetime | None = None


def on_tickets(query: Query, asker: Asker) -> list[Condition]:
    """Everything in the query but its words."""
    found = [_signed(_ONE[one.name](one.value, asker), one.without) for one in query.filters]
    found += [Ticket.id == number for number in query.numbers]
    found += [by_address(beginning) for beginning in query.addresses]
    if not query.numbers and not any(one == Filter("status", Status.TRASH) for one in query.filters):
        found.append(Ticket.status != Status.TRASH)
    # The messages of a merged ticket are found in the one they went to.
    return found if query.numbers else [*found, Ticket.merged_into_id.is_(None)]


def on_messages(query: Query, asker: Asker) -> list[Condition]:
    """Where words are searched too, the message that has them is the one that must be that old or new."""
    ends: list[Condition] = []
    for one in query.filters:
        if one.name == "before":
            ends.append(_signed(Message.arrived_at < _midnight(one.value, asker), one.without))
        if one.name == "after":
            ends.append(_signed(Message.arrived_at >= _midnight(one.value, asker), one.without))
    return ends


def by_address(beginning: str) -> Condition:
    """A range instead of LIKE, so that both databases use their index of addresses."""
    end = beginning + "\uffff"
    own = sa.select(CustomerAddress.customer_id).where(CustomerAddress.email.between(beginning, end))
    spoke = sa.select(Participant.ticket_id).where(Participant.email.between(beginning, end))
    return sa.or_(Ticket.customer_id.in_(own), Ticket.id.in_(spoke))


def contains(column: sa.orm.attributes.InstrumentedAttribute[str], word: str) -> Condition:
    """SQLite ignores case only for a–z, so other letters are tried as typed, small, capital and at a beginning."""
    if word.isascii():
        return column.icontains(word, autoescape=True)
    forms = dict.fromkeys((word, word.lower(), word.upper(), word.capitalize()))
    return sa.or_(*[column.contains(form, autoescape=True) for form in forms])


def _signed(condition: Condition, without: bool) -> Condition:
    return sa.not_(condition) if without else condition


def _status(value: str, _asker: Asker) -> Condition:
    return Ticket.status == value


def _priority(value: str, _asker: Asker) -> Condition:
    """Written out, with the condition of the index, so that a database sees that the index serves."""
    wanted = Ticket.priority == sa.literal_column(f"'{Priority(value).value}'")
    return wanted if value == Priority.NORMAL else sa.and_(UNUSUAL, wanted)


def _tag(value: str, _asker: Asker) -> Condition:
    names: Sequence[str] = (value, value.lower(), value.capitalize())
    tagged = sa.select(ticket_tags.c.ticket_id).join(Tag, Tag.id == ticket_tags.c.tag_id)
    return Ticket.id.in_(tagged.where(Tag.name.in_(names)))


def _assignee(value: str, asker: Asker) -> Condition:
    if value.lower() in ("me", "я"):
        return Ticket.assignee_id == asker.agent_id
    if value.lower() in ("", "none", "nobody", "никто", "нет"):
        return Ticket.assignee_id.is_(None)
    named = sa.or_(contains(Agent.name, value), contains(Agent.email, value))
    return Ticket.assignee_id.in_(sa.select(Agent.id).where(named))


def _mailbox(value: str, _asker: Asker) -> Condition:
    named = sa.or_(contains(Mailbox.name, value), contains(Mailbox.address, value))
    return Ticket.mailbox_id.in_(sa.select(Mailbox.id).where(named))


def _team(value: str, _asker: Asker) -> Condition:
    if value.lower() in ("", "none", "никто", "нет"):
        return Ticket.team_id.is_(None)
    return Ticket.team_id.in_(sa.select(Team.id).where(contains(Team.name, value)))


def _customer(value: str, _asker: Asker) -> Condition:
    """The number of a card, as its own page writes it; else a name or the beginning of an address."""
    number = value.removeprefix("#")
    if number.isascii() and number.isdecimal() and len(number) < 19:
        return Ticket.customer_id == int(number)
    end = value.lower() + "\uffff"
    written = sa.select(CustomerAddress.customer_id).where(CustomerAddress.email.between(value.lower(), end))
    named = sa.select(Customer.id).where(contains(Customer.name, value))
    return sa.or_(Ticket.customer_id.in_(written), Ticket.customer_id.in_(named))


def _organisation(value: str, _asker: Asker) -> Condition:
    named = sa.select(Organisation.id).where(contains(Organisation.name, value))
    return Ticket.customer_id.in_(sa.select(Customer.id).where(Customer.organisation_id.in_(named)))


def _language(value: str, _asker: Asker) -> Condition:
    return Ticket.language == value.lower()[:5]


def _waits(value: str, asker: Asker) -> Condition:
    """The customer has waited for at least so many hours."""
    since = (asker.now or db.now()) - timedelta(hours=int(value))
    return sa.and_(Ticket.status == Status.OPEN, Ticket.waiting_since <= since)


def _due(value: str, asker: Asker) -> Condition:
    """What was promised ends within so many hours, or should have ended."""
    return Ticket.due_at <= (asker.now or db.now()) + timedelta(hours=int(value))


def _field(value: str, _asker: Asker) -> Condition:
    return by_field(value, contains)


def _has(value: str, _asker: Asker) -> Condition:
    of_ticket = sa.select(Message.ticket_id).where(Message.ticket_id == Ticket.id).correlate(Ticket)
    if value == "note":
        return of_ticket.where(Message.kind == Kind.NOTE).exists()
    files = of_ticket.join(Attachment, Attachment.message_id == Message.id)
    return files.where(Attachment.inline.is_(False)).exists()


def _is(value: str, asker: Asker) -> Condition:
    of_ticket = sa.select(Message.ticket_id).where(Message.ticket_id == Ticket.id).correlate(Ticket)
    return {
        "unanswered": sa.and_(Ticket.status == Status.OPEN, Ticket.waiting_since.is_not(None)),
        "unread": Ticket.unread.is_(True),
        "unassigned": Ticket.assignee_id.is_(None),
        "automatic": of_ticket.where(Message.automatic.is_not(None)).exists(),
        "held": of_ticket.where(Message.held.is_(True)).exists(),
        "snoozed": Ticket.status == Status.SNOOZED,
        "waiting": Ticket.status == Status.WAITING,
        "late": Ticket.due_at <= (asker.now or db.now()),
        "failed": Ticket.id.in_(sa.select(Message.ticket_id).where(FAILED)),
    }[value]


def _before(value: str, asker: Asker) -> Condition:
    return Ticket.opened_at < _midnight(value, asker)


def _after(value: str, asker: Asker) -> Condition:
    return Ticket.last_message_at >= _midnight(value, asker)


def _rated(value: str, asker: Asker) -> Condition:
    return asker.more["rated"](value) if "rated" in asker.more else sa.false()


def _midnight(value: str, asker: Asker) -> datetime:
    return datetime.combine(date.fromisoformat(value), time(), asker.zone).astimezone(UTC)


_ONE: dict[str, Callable[[str, Asker], Condition]] = {
    "status": _status,
    "priority": _priority,
    "tag": _tag,
    "assignee": _assignee,
    "team": _team,
    "mailbox": _mailbox,
    "customer": _customer,
    "organisation": _organisation,
    "language": _language,
    "waiting": _waits,
    "due": _due,
    "field": _field,
    "has": _has,
    "is": _is,
    "before": _before,
    "after": _after,
    "rated": _rated,
}
__all__ = ["Asker", "Filter", "by_address", "contains", "on_messages", "on_tickets"]
