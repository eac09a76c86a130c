"""When a mailbox acknowledges a letter, and in which words. Never commits. The brakes are app.outgoing.receipts'."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from app.automation.models import Acknowledgement
from app.errors import InvalidInput
from app.mailboxes.models import Mailbox
from app.outgoing.receipts_text import LONGEST_TEXT
from app.tasks import calendars
from app.tasks.clock import is_open


@dataclass(frozen=True)
class ReceiptForm:
    """What an admin says about the receipts of a mailbox; an empty text is our own."""

    on: bool
    text_en: str
    text_ru: str
    only_closed: bool


@dataclass(frozen=True)
class Wording:
    """`texts`: by language, where the mailbox has its own; `why_not`: why none goes out now, '' when one may."""

    texts: dict[str, str]
    why_not: str = ""


def wording(session: Session, mailbox: Mailbox, *, now: datetime) -> Wording:
    """One query, and the calendar when it matters."""
    row = session.get(Acknowledgement, mailbox.id)
    if row is None:
        return Wording({})
    texts = {key: text for key, text in (("en", row.text_en), ("ru", row.text_ru)) if text.strip()}
    held = row.only_closed and is_open_at(session, mailbox, now)
    return Wording(texts, "it came within business hours" if held else "")


def is_open_at(session: Session, mailbox: Mailbox, now: datetime) -> bool:
    """Without a calendar we are always open."""
    hours = calendars.hours_for(session, mailbox.id)
    return hours is None or is_open(hours, now)


def form_of(session: Session, mailbox: Mailbox) -> ReceiptForm:
    row = session.get(Acknowledgement, mailbox.id)
    if row is None:
        return ReceiptForm(mailbox.auto_ack, mailbox.auto_ack_text, mailbox.auto_ack_text, False)
    return ReceiptForm(
        mailbox.auto_ack,
        row.text_en or mailbox.auto_ack_text,
        row.text_ru or mailbox.auto_ack_text,
        row.only_closed,
    )


def save(session: Session, mailbox: Mailbox, form: ReceiptForm) -> None:
    """Raises InvalidInput; nothing is changed then."""
    texts = {"text_en": form.text_en, "text_ru": form.text_ru}
    for name, text in texts.items():
        if len(text) > LONGEST_TEXT:
            raise InvalidInput("This text is too long.", name)
    if form.on and form.only_closed and calendars.hours_for(session, mailbox.id) is None:
        raise InvalidInput("Say first when you work: there is no calendar for this mailbox.", "only_closed")
    row = session.get(Acknowledgement, mailbox.id) or Acknowledgement(mailbox_id=mailbox.id)
    row.text_en, row.text_ru = (text.replace("\r\n", "\n").strip() for text in texts.values())
    row.only_closed = form.only_closed
    # From now on each language has its own words, or ours.
    mailbox.auto_ack, mailbox.auto_ack_text = form.on, ""
    session.add(row)
    session.flush()
