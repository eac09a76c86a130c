"""What an agent wants to send, read and checked before anything is written."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.accounts.models import Agent
from app.errors import InvalidInput
from app.mailboxes.models import Mailbox
from app.outgoing import forwarding, thread
from app.outgoing.people import Known, known
from app.outgoing.recipients import Mailable, Recipients, read_recipients
from app.tickets.inline_images import from_editor
from app.tickets.models import Draft, DraftKind, Message, Status, Ticket
from app.tickets.safe_html import reply_to_text, sanitise_reply

STATUSES = ("", Status.OPEN, Status.WAITING, Status.CLOSED)


@dataclass(frozen=True)
class Reply:
    """What the form sends: the editor's HTML, addresses ("a@b" or "Name <a@b>"), the next status, the form's nonce.

    kind         'outgoing', 'forward', or 'new' for the first letter of a ticket that an agent begins
    about_id     the message that is passed on, or the letter that is answered; None is the newest
    about_files  of a forward: the files that go along, by id; None is all
    held         whether it waits for the time to undo; a letter that was put off has waited
    composing    for how many seconds the author was at work in the editor; None where nobody measured
    """

    html: str
    to: Sequence[str]
    cc: Sequence[str]
    then_status: str
    nonce: str
    draft_id: int | None = None
    bcc: Sequence[str] = ()
    kind: str = DraftKind.REPLY
    about_id: int | None = None
    about_files: Sequence[int] | None = None
    held: bool = True
    composing: int | None = None


@dataclass(frozen=True)
class Content:
    """A reply that can be written. `parent` is the letter that it answers, `passed` the one that it passes on."""

    html: str
    text: str
    people: Recipients
    draft: Draft | None
    parent: thread.Answered | None
    passed: Message | None
    exchange: thread.Exchange
    known: Known
    # Whether it goes to third parties and not to the customer.
    aside: bool

    @property
    def everybody(self) -> list[Mailable]:
        return self.people.everybody

    @property
    def others(self) -> frozenset[str]:
        """The third parties of the ticket."""
        return self.exchange.others


def read(session: Session, ticket: Ticket, reply: Reply, by: Agent) -> Content:
    """Raises InvalidInput, with the field, for what cannot be sent."""
    if reply.then_status not in STATUSES:
        raise InvalidInput("Unknown status.", "then_status")
    draft = _draft(session, ticket, reply, by)
    html = sanitise_reply(from_editor(reply.html))
    text = reply_to_text(html)
    forward = reply.kind == DraftKind.FORWARD
    if not text.strip() and not forward and not (draft and draft.attachments):
        raise InvalidInput("The reply is empty.", "html")
    people = read_recipients(reply.to, reply.cc, reply.bcc)
    knows = known(session, [one.email for one in people.everybody])
    _refuse(people, knows.ours)
    exchange = thread.exchange_of(session, ticket)
    if forward:
        passed = forwarding.source(session, ticket.id, reply.about_id)
        return Content(html, text, people, draft, None, passed, exchange, knows, aside=True)
    others = exchange.others
    aside = bool(others) and all(one.email in others for one in people.to)
    parent = thread.letter(session, exchange.parent_id(aside=aside, about_id=reply.about_id))
    return Content(html, text, people, draft, parent, None, exchange, knows, aside)


def refuse_ourselves(session: Session, people: Recipients) -> None:
    """Mail to our own mailbox would come back as a letter."""
    _refuse(people, {address.lower() for address in session.scalars(sa.select(Mailbox.address))})


def _refuse(people: Recipients, ours: Collection[str]) -> None:
    for field, listed in (("to", people.to), ("cc", people.cc), ("bcc", people.bcc)):
        own = next((one.email for one in listed if one.email in ours), None)
        if own is not None:
            raise InvalidInput(f"{own} is our own mailbox: take it off the recipients.", field)


def _draft(session: Session, ticket: Ticket, reply: Reply, by: Agent) -> Draft | None:
    if reply.draft_id is None:
        return None
    mine = sa.select(Draft).where(
        Draft.id == reply.draft_id, Draft.agent_id == by.id, Draft.kind == reply.kind
    )
    here = Draft.ticket_id.is_(None) if reply.kind == DraftKind.NEW else Draft.ticket_id == ticket.id
    return session.scalar(mine.where(here))
