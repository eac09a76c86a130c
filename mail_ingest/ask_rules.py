"""After a batch of letters is written: the rules that answer to letters, in the same transaction.

Ingest notes each letter as it goes. While there are no rules that costs nothing; a rule that fails is taken back and
logged, and the letter stays filed. Mail from before the mailbox was connected, and letters that are held, are shown to
no rule.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.orm import Session

from app.automation import engine, rulebook, triggers
from app.automation.models import When
from app.mailboxes.models import RawMail
from app.outgoing.receipts import Opening
from app.settings import Settings
from app.tickets.models import Message, Ticket
from mail_ingest.acknowledge import opened
from mail_ingest.reader_batch import Letter

# A letter may open a closed ticket, and rules answer to that, too.
triggers.watch()


@dataclass(frozen=True)
class Arrived:
    """A letter of this batch; `first`: it opened its ticket."""

    ticket: Ticket
    letter: Message
    opening: Opening
    first: bool


def arrived(ticket: Ticket, message: Message, raw: RawMail, letter: Letter, *, first: bool) -> Arrived:
    opening = opened(ticket, message, raw, letter).opening
    return Arrived(ticket, message, replace(opening, passed_on=letter.forward is not None), first)


def ask_rules(session: Session, found: Sequence[Arrived], *, now: datetime, settings: Settings) -> list[int]:
    """Returns the messages to ring for, once this transaction is committed."""
    shown = [one for one in found if not one.opening.history and not one.opening.held]
    if not shown:
        return []
    for_every = rulebook.rules_for(session, When.LETTER)
    for_first = rulebook.rules_for(session, When.LETTER, When.CREATED)
    written: list[int] = []
    for one in shown:
        rules = for_first if one.first else for_every
        if rules:
            occasion = engine.Occasion(one.ticket, one.letter, one.opening)
            written += engine.run(session, occasion, rules, now=now, settings=settings).message_ids
    return written
