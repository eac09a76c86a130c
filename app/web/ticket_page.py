"""Everything the ticket page shows, gathered in a fixed number of queries from the features that know it."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

import sqlalchemy as sa
from markupsafe import Markup
from sqlalchemy.orm import Session, joinedload

from app import db
from app.accounts.models import Agent
from app.outgoing import sent_copies
from app.outgoing.models import Outbox
from app.ratings.models import Rating, RatingInvitation
from app.tickets import thread
from app.tickets.drafts import Written
from app.tickets.letter_shape import LetterShape, shape_of
from app.tickets.models import Delivery, Draft, Event, Kind, Message, Ticket
from app.tickets.safe_html import sanitise_reply
from app.web.suggestion_panel import Panel, panel, safe, unanswered

NEWEST_EXPANDED = 1
# Told by the messages themselves.
UNTOLD = frozenset({"replied"})


@dataclass(frozen=True)
class Entry:
    """One piece of the conversation: a message or an event."""

    at: datetime
    message: Message | None = None
    event: Event | None = None


@dataclass(frozen=True)
class Composer:
    """The reply editor as it opens. `problem` is what stopped the last try; `arrived` what came meanwhile."""

    kind: str
    html: str
    to: str
    cc: str
    version: int = 0
    draft: Draft | None = None
    seen_message_id: int = 0
    nonce: str = ""
    article_ids: str = ""
    problem: str = ""
    problem_field: str = ""
    arrived: Sequence[Message] = ()


@dataclass
class TicketPage:
    """What templates/tickets reads."""

    ticket: Ticket
    entries: list[Entry]
    has_html: set[int]
    shapes: dict[int, LetterShape]
    # What agents wrote, sanitised again on its way to the page.
    reply_html: dict[int, Markup]
    expanded: set[int]
    outbox: dict[int, list[Outbox]]
    # Why there is no copy of a reply in the Sent folder, where that is worth a word.
    copies: dict[int, str]
    ratings: dict[int, list[Rating]]
    agents: list[Agent]
    panel: Panel
    reply: Composer
    note: Composer
    colleagues: list[Draft]
    compose: str = ""
    everybody_cc: str = ""
    reply_to_hint: str = ""
    agent_names: dict[int, str] = field(default_factory=dict)

    @property
    def messages(self) -> list[Message]:
        return [entry.message for entry in self.entries if entry.message is not None]

    @property
    def merged(self) -> set[int]:
        """Tickets that were merged into this one and not taken out since."""
        inside: set[int] = set()
        for entry in self.entries:
            if entry.event is not None and entry.event.detail.get("target") == self.ticket.id:
                if entry.event.kind == "merged":
                    inside.add(entry.event.detail["source"])
                elif entry.event.kind == "unmerged":
                    inside.discard(entry.event.detail["source"])
        return inside

    @property
    def newest_id(self) -> int:
        return max((message.id for message in self.messages), default=0)

    @property
    def newest_event_id(self) -> int:
        return max((entry.event.id for entry in self.entries if entry.event is not None), default=0)


def gather(session: Session, ticket_id: int, agent: Agent, *, compose: str = "") -> TicketPage:
    """Raises NotFound when the ticket is not this agent's to see."""
    ticket = thread.ticket_for(session, agent.id, ticket_id)
    messages, has_html = thread.messages(session, ticket.id)
    agents = thread.agents(session)
    drafts = thread.drafts(session, ticket.id)
    expanded = _expanded(messages, ticket)
    written = {message.id for message in messages if message.kind != Kind.INCOMING}
    html = thread.html_of(session, sorted((expanded | written) & has_html))
    shapes = {key: shape_of(text) for key, text in html.items() if key not in written}
    addressing = _Addressing.of(ticket, messages, thread.own_addresses(session))
    own = {draft.kind: draft for draft in drafts if draft.agent_id == agent.id}
    page = TicketPage(
        ticket=ticket,
        entries=_entries(messages, thread.events(session, ticket.id)),
        has_html=has_html,
        shapes=shapes,
        reply_html={key: _shown(text) for key, text in html.items() if key in written},
        expanded=expanded,
        outbox=_outbox(session, messages),
        copies=sent_copies.troubles(session, messages, db.now()),
        ratings=_ratings(session, ticket.id),
        agents=agents,
        panel=panel(session, ticket, agent, messages),
        reply=None,
        note=None,  # type: ignore[arg-type]
        colleagues=[
            draft for draft in drafts if draft.agent_id != agent.id and (draft.html or draft.attachments)
        ],
        compose=compose,
        everybody_cc=", ".join(addressing.others),
        reply_to_hint=addressing.reply_to,
        agent_names={one.id: one.name for one in agents},
    )
    page.reply = _composer(Kind.OUTGOING, own.get(Kind.OUTGOING), page.newest_id, addressing.customer)
    page.note = _composer(Kind.NOTE, own.get(Kind.NOTE), page.newest_id, "")
    if not compose and (own.get(Kind.OUTGOING) or own.get(Kind.NOTE)):
        page.compose = "reply" if own.get(Kind.OUTGOING) else "note"
    return page


def _shown(html: str) -> Markup:
    """What an agent wrote, cleaned once more in front of the reader's eyes."""
    return safe(sanitise_reply(html))


def reopened(
    composer: Composer,
    written: Written,
    *,
    problem: str,
    field: str = "",
    arrived: Sequence[Message] = (),
    seen_message_id: int = 0,
) -> Composer:
    """The editor again as the agent left it, with what stopped the send."""
    return Composer(
        kind=composer.kind,
        html=written.html,
        to=", ".join(written.to),
        cc=", ".join(written.cc),
        version=composer.version,
        draft=composer.draft,
        nonce=composer.nonce,
        seen_message_id=seen_message_id or composer.seen_message_id,
        article_ids=",".join(map(str, written.article_ids)),
        problem=problem,
        problem_field=field,
        arrived=arrived,
    )


def _entries(messages: Sequence[Message], events: Sequence[Event]) -> list[Entry]:
    told = [Entry(event.at, event=event) for event in events if event.kind not in UNTOLD]
    said = [Entry(message.arrived_at, message=message) for message in messages]
    return sorted(said + told, key=lambda entry: (entry.at, entry.event is not None))


def _expanded(messages: Sequence[Message], ticket: Ticket) -> set[int]:
    """The newest message is open, and every letter since our last reply."""
    opened = {message.id for message in messages[-NEWEST_EXPANDED:]}
    letters = [message for message in messages if message.kind != Kind.NOTE]
    opened |= {message.id for message in unanswered(letters)[-3:]}
    opened |= {
        message.id for message in messages if message.delivery in (Delivery.FAILED, Delivery.UNCERTAIN)
    }
    return opened


def _outbox(session: Session, messages: Sequence[Message]) -> dict[int, list[Outbox]]:
    """Deliveries that are not simply done."""
    asked = [message.id for message in messages if message.delivery not in (Delivery.NONE, Delivery.ACCEPTED)]
    found: dict[int, list[Outbox]] = {}
    if asked:
        for row in session.scalars(sa.select(Outbox).where(Outbox.message_id.in_(asked)).order_by(Outbox.id)):
            found.setdefault(row.message_id, []).append(row)
    return found


def _ratings(session: Session, ticket_id: int) -> dict[int, list[Rating]]:
    query = (
        sa.select(Rating, RatingInvitation.message_id)
        .join(RatingInvitation, Rating.invitation_id == RatingInvitation.id)
        .join(Message, Message.id == RatingInvitation.message_id)
        .where(Message.ticket_id == ticket_id)
        .options(joinedload(Rating.customer))
        .order_by(Rating.id)
    )
    found: dict[int, list[Rating]] = {}
    for rating, message_id in session.execute(query):
        found.setdefault(message_id, []).append(rating)
    return found


def _composer(kind: str, draft: Draft | None, newest_id: int, customer: str) -> Composer:
    nonce = secrets.token_urlsafe(16)
    if draft is None:
        return Composer(kind, "", customer, "", seen_message_id=newest_id, nonce=nonce)
    return Composer(
        kind,
        draft.html,
        ", ".join(draft.to) or customer,
        ", ".join(draft.cc),
        version=draft.version,
        draft=draft,
        seen_message_id=draft.seen_message_id or newest_id,
        nonce=nonce,
        article_ids=",".join(map(str, draft.article_ids)),
    )


@dataclass(frozen=True)
class _Addressing:
    """Whom a reply goes to: the customer who wrote last; the others of that letter only when asked for."""

    customer: str
    others: list[str]
    reply_to: str

    @classmethod
    def of(cls, ticket: Ticket, messages: Sequence[Message], own: set[str]) -> _Addressing:
        letters = [
            message
            for message in messages
            if message.kind == Kind.INCOMING and not message.held and not message.automatic
        ]
        last = letters[-1] if letters else None
        if last is None or not last.sender_email:
            return cls(_address(ticket.customer.name, ticket.customer.email), [], "")
        skipped = own | {last.sender_email.lower()}
        copied = [*last.to, *last.cc]
        others = [_address(name, email) for name, email in copied if email.lower() not in skipped]
        others = [one for one in others if one]
        reply_to = next(
            (email for _name, email in last.reply_to if email.lower() != last.sender_email.lower()), ""
        )
        return cls(_address(last.sender_name, last.sender_email), others, reply_to)


def _address(name: str, email: str) -> str:
    """As it stands in To; nothing for a letter that told no address to answer to (RFC 6761 keeps .invalid free)."""
    if email.lower().endswith(("@invalid", ".invalid")):
        return ""
    if not name:
        return email
    plain = name.replace('"', "")
    return f'"{plain}" <{email}>' if set(plain) & set(",;:<>()@[]\\") else f"{plain} <{email}>"
