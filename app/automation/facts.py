"""What the conditions of rules ask about a ticket. Each fact is looked up when it is asked for, and only once."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session, defer

from app.automation.conditions import CARD_FIELD, FIELDS, TICKET_FIELD, Value
from app.automation.header_lines import header_lines
from app.blobs import BlobStore
from app.errors import NotFound
from app.mailboxes.models import RawMail
from app.settings import Settings
from app.tasks import calendars
from app.tasks.clock import is_open
from app.tickets.models import Attachment, Kind, Message, Ticket
from app.tickets.order_models import CardValue, Field, TicketValue

# Headers stand at the beginning of a letter; whatever is behind so many bytes was not meant to be read.
MOST_HEADER = 64 * 1024


class TicketFacts(Mapping[str, Value]):
    """Facts of one ticket at one moment. `letter`: the one it is about; else the newest of a customer."""

    def __init__(
        self,
        session: Session,
        ticket: Ticket,
        *,
        now: datetime,
        settings: Settings,
        letter: Message | None = None,
        status_before: str = "",
    ) -> None:
        self.session, self.ticket, self.now, self.settings = session, ticket, now, settings
        self.status_before = status_before
        self._letter = letter
        self._looked = letter is not None
        self._known: dict[str, Value] = {}

    def __getitem__(self, field: str) -> Value:
        if field not in self._known:
            self._known[field] = self._read(field)
        return self._known[field]

    def __iter__(self) -> Iterator[str]:
        return iter(FIELDS)

    def __len__(self) -> int:
        return len(FIELDS)

    def _read(self, field: str) -> Value:
        if field.startswith(TICKET_FIELD):
            return _own_field(self, TicketValue, field.removeprefix(TICKET_FIELD))
        if field.startswith(CARD_FIELD):
            return _own_field(self, CardValue, field.removeprefix(CARD_FIELD))
        reader = _READERS.get(field)
        return reader(self) if reader else None

    @property
    def letter(self) -> Message | None:
        if not self._looked:
            self._letter, self._looked = newest_letter(self.session, self.ticket.id), True
        return self._letter

    def hours_since(self, moment: datetime | None) -> float | None:
        return None if moment is None else (self.now - moment).total_seconds() / 3600


def newest_letter(session: Session, ticket_id: int) -> Message | None:
    """The newest letter of somebody who may speak in the ticket."""
    query = (
        sa.select(Message)
        .where(Message.ticket_id == ticket_id, Message.kind == Kind.INCOMING, Message.held.is_(False))
        .options(defer(Message.html))
        .order_by(Message.arrived_at.desc(), Message.id.desc())
        .limit(1)
    )
    return session.scalar(query)


def authentication_of(letter: Message | None) -> str:
    """What our own mail server found out about the sender, as it was noted when the letter came."""
    noted = {item.get("rule") for item in letter.evidence if isinstance(item, dict)} if letter else set()
    return "pass" if "auth-pass" in noted else "fail" if "auth-fail" in noted else "unknown"


def _of_letter(read: Callable[[Message], Value]) -> Callable[[TicketFacts], Value]:
    return lambda facts: read(facts.letter) if facts.letter is not None else None


def _recipients(letter: Message) -> Value:
    return tuple(str(email) for _name, email in [*letter.to, *letter.cc])


def _file_names(facts: TicketFacts) -> Value:
    if facts.letter is None:
        return ()
    query = sa.select(Attachment.filename).where(Attachment.message_id == facts.letter.id)
    return tuple(facts.session.scalars(query))


def _attachment(facts: TicketFacts) -> Value:
    """Pictures inside the text are no attachments."""
    if facts.letter is None:
        return False
    query = sa.select(Attachment.id).where(
        Attachment.message_id == facts.letter.id, Attachment.inline.is_(False)
    )
    return facts.session.scalar(query.limit(1)) is not None


def _headers(facts: TicketFacts) -> Value:
    """The header lines of the letter as it came; none where its bytes are gone."""
    if facts.letter is None or facts.letter.raw_mail_id is None:
        return ()
    query = sa.select(RawMail.sha256).where(RawMail.id == facts.letter.raw_mail_id)
    digest = facts.session.scalar(query) or ""
    try:
        raw = BlobStore(facts.settings.blob_dir).get_as_it_is(digest)
    except (NotFound, OSError):
        return ()
    return header_lines(raw[:MOST_HEADER])


def _first_letter(facts: TicketFacts) -> Value:
    if facts.letter is None:
        return False
    earlier = sa.select(Message.id).where(
        Message.ticket_id == facts.ticket.id,
        Message.kind == Kind.INCOMING,
        Message.id != facts.letter.id,
        Message.arrived_at <= facts.letter.arrived_at,
    )
    return facts.session.scalar(earlier.limit(1)) is None


def _business_hours(facts: TicketFacts) -> Value:
    hours = calendars.hours_for(facts.session, facts.ticket.mailbox_id)
    return hours is None or is_open(hours, facts.now)


def _own_field(facts: TicketFacts, model: type[TicketValue] | type[CardValue], key: str) -> Value:
    query = sa.select(model.value).join(Field, Field.id == model.field_id).where(Field.key == key)
    if model is TicketValue:
        query = query.where(TicketValue.ticket_id == facts.ticket.id)
    else:
        query = query.where(CardValue.customer_id == facts.ticket.customer_id)
    return facts.session.scalar(query) or ""


def _organisation(facts: TicketFacts) -> Value:
    organisation = facts.ticket.customer.organisation
    return organisation.name if organisation else ""


_READERS: dict[str, Callable[[TicketFacts], Value]] = {
    "sender": _of_letter(lambda letter: letter.sender_email),
    "sender_domain": _of_letter(lambda letter: letter.sender_email.rpartition("@")[2]),
    "sender_name": _of_letter(lambda letter: letter.sender_name),
    "recipients": _of_letter(_recipients),
    "subject": lambda facts: facts.letter.subject if facts.letter is not None else facts.ticket.subject,
    "text": _of_letter(lambda letter: letter.visible),
    "language": lambda facts: facts.ticket.language,
    "header": _headers,
    "attachment": _attachment,
    "file_name": _file_names,
    "automatic": _of_letter(lambda letter: letter.automatic is not None),
    "first_letter": _first_letter,
    "authentication": lambda facts: authentication_of(facts.letter),
    "mailbox": lambda facts: str(facts.ticket.mailbox_id),
    "status": lambda facts: facts.ticket.status,
    "status_before": lambda facts: facts.status_before,
    "priority": lambda facts: facts.ticket.priority,
    "assignee": lambda facts: str(facts.ticket.assignee_id or "none"),
    "team": lambda facts: str(facts.ticket.team_id or "none"),
    "tags": lambda facts: tuple(tag.name for tag in facts.ticket.tags),
    "age_hours": lambda facts: facts.hours_since(facts.ticket.opened_at),
    "waiting_hours": lambda facts: facts.hours_since(facts.ticket.waiting_since),
    "idle_hours": lambda facts: facts.hours_since(facts.ticket.last_message_at),
    "messages": lambda facts: float(facts.ticket.message_count),
    "customer_tags": lambda facts: tuple(tag.name for tag in facts.ticket.customer.tags),
    "customer_language": lambda facts: facts.ticket.customer.language,
    "organisation": _organisation,
    "business_hours": _business_hours,
}
