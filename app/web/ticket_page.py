"""Everything the ticket page shows, gathered in a fixed number of queries from the features that know it."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from markupsafe import Markup
from sqlalchemy.orm import Session

from app import db
from app.accounts.models import Agent
from app.accounts.rights import rights_of
from app.outgoing.progress import OutboxLine, progress
from app.ratings.beside import RatingLine, ratings
from app.tickets import mentions, thread, whole
from app.tickets.drafts import Written
from app.tickets.letter_shape import LetterShape, read_shape, shape_of
from app.tickets.lines import AgentLine, DraftLine, EventLine, MessageLine, TicketLine
from app.tickets.models import Delivery, Kind
from app.tickets.safe_html import sanitise_reply
from app.tickets.shown_senders import shown_letters
from app.together import beside as related
from app.together.beside import Beside
from app.web.card import Column, beside
from app.web.suggestion_panel import Panel, panel, safe, unanswered

NEWEST_EXPANDED = 1
# Told by the messages themselves.
UNTOLD = frozenset({"replied"})


@dataclass(frozen=True)
class Entry:
    """One piece of the conversation: a message or an event."""

    at: datetime
    message: MessageLine | None = None
    event: EventLine | None = None


@dataclass(frozen=True)
class Composer:
    """The reply editor as it opens. `problem` is what stopped the last try; `arrived` what came meanwhile."""

    kind: str
    html: str
    to: str
    cc: str
    version: int = 0
    draft: DraftLine | None = None
    seen_message_id: int = 0
    nonce: str = ""
    article_ids: str = ""
    problem: str = ""
    problem_field: str = ""
    arrived: Sequence[MessageLine] = ()


@dataclass
class TicketPage:
    """What templates/tickets reads."""

    ticket: TicketLine
    entries: list[Entry]
    has_html: set[int]
    shapes: dict[int, LetterShape]
    # What agents wrote, sanitised again on its way to the page.
    reply_html: dict[int, Markup]
    expanded: set[int]
    outbox: dict[int, list[OutboxLine]]
    # Why there is no copy of a reply in the Sent folder, where that is worth a word.
    copies: dict[int, str]
    ratings: dict[int, list[RatingLine]]
    agents: list[AgentLine]
    panel: Panel
    reply: Composer
    note: Composer
    colleagues: list[DraftLine]
    compose: str = ""
    everybody_cc: str = ""
    reply_to_hint: str = ""
    agent_names: dict[int, str] = field(default_factory=dict)
    # Letters whose pictures from elsewhere this agent wants to see without asking.
    pictured: set[int] = field(default_factory=set)
    card: Column | None = None
    # Who watches it and which tickets belong to it.
    together: Beside = field(default_factory=Beside)

    @property
    def messages(self) -> list[MessageLine]:
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
    def watcher_names(self) -> list[str]:
        return sorted(name for key, name in self.agent_names.items() if key in self.together.watchers)

    @property
    def newest_id(self) -> int:
        return max((message.id for message in self.messages), default=0)

    @property
    def newest_event_id(self) -> int:
        return max((entry.event.id for entry in self.entries if entry.event is not None), default=0)


def gather(
    session: Session, ticket_id: int, agent: Agent, *, compose: str = "", card: bool = False
) -> TicketPage:
    """Raises NotFound when the ticket is not this agent's to see. With `card` the client card comes as well."""
    ticket, around = whole.ticket(session, agent, ticket_id)
    names, customer_id = around.agents, ticket.customer_id
    papers = whole.papers(session, ticket_id, names)
    messages = whole.messages(session, ticket_id, names, papers.files)
    events, latest_events = whole.events(session, agent, ticket_id, customer_id, names)
    outbox, copies = progress(session, messages, db.now())
    rated, latest_ratings = ratings(session, ticket_id, customer_id, names)
    expanded = _expanded(messages)
    shapes = _shapes(session, messages, expanded)
    addressing = _Addressing.of(ticket, messages, around.own_addresses)
    own = {draft.kind: draft for draft in papers.drafts if draft.agent_id == agent.id}
    reply, note = own.get(Kind.OUTGOING), own.get(Kind.NOTE)
    newest_id = max((message.id for message in messages), default=0)
    if not compose and (reply or note):
        compose = "reply" if reply else "note"
    return TicketPage(
        ticket=ticket,
        entries=_entries(messages, events),
        has_html={message.id for message in messages if message.has_html},
        shapes=shapes,
        reply_html={message.id: _shown(message, agent.id) for message in messages if message.html},
        expanded=expanded,
        outbox=outbox,
        copies=copies,
        ratings=rated,
        agents=list(names.values()),
        panel=panel(session, ticket, agent, messages),
        reply=_composer(Kind.OUTGOING, reply, newest_id, addressing.customer),
        note=_composer(Kind.NOTE, note, newest_id, ""),
        colleagues=[
            draft
            for draft in papers.drafts
            if draft.agent_id != agent.id and (draft.html or draft.attachments)
        ],
        compose=compose,
        everybody_cc=", ".join(addressing.others),
        reply_to_hint=addressing.reply_to,
        agent_names={one.id: one.name for one in names.values()},
        pictured=shown_letters(
            session, agent.id, [one for one in messages if one.id in shapes and shapes[one.id].remote]
        ),
        together=related.beside(session, ticket.id, ticket.related_id, rights_of(session, agent)),
        card=beside(session, agent, ticket, around, latest_events, latest_ratings) if card else None,
    )


def _shapes(session: Session, messages: Sequence[MessageLine], expanded: set[int]) -> dict[int, LetterShape]:
    """How the opened letters are laid out; mail from before that was written down is looked at."""
    laid_out = [one for one in messages if one.id in expanded and one.kind == Kind.INCOMING and one.has_html]
    shapes = {one.id: known for one in laid_out if (known := read_shape(one.shape))}
    older = thread.html_of(session, [one.id for one in laid_out if one.id not in shapes])
    return shapes | {key: shape_of(text) for key, text in older.items()}


def _shown(message: MessageLine, reader_id: int) -> Markup:
    """What an agent wrote, cleaned once more in front of the reader's eyes."""
    clean = sanitise_reply(message.html or "")
    if message.kind == Kind.NOTE:
        clean = mentions.marked(clean, message.evidence, me=reader_id)
    return safe(clean)


def reopened(
    composer: Composer,
    written: Written,
    *,
    problem: str,
    field: str = "",
    arrived: Sequence[MessageLine] = (),
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


def _entries(messages: Sequence[MessageLine], events: Sequence[EventLine]) -> list[Entry]:
    told = [Entry(event.at, event=event) for event in events if event.kind not in UNTOLD]
    said = [Entry(message.arrived_at, message=message) for message in messages]
    return sorted(said + told, key=lambda entry: (entry.at, entry.event is not None))


def _expanded(messages: Sequence[MessageLine]) -> set[int]:
    """The newest message is open, and every letter since our last reply."""
    opened = {message.id for message in messages[-NEWEST_EXPANDED:]}
    letters = [message for message in messages if message.kind != Kind.NOTE]
    opened |= {message.id for message in unanswered(letters)[-3:]}
    opened |= {
        message.id for message in messages if message.delivery in (Delivery.FAILED, Delivery.UNCERTAIN)
    }
    return opened


def _composer(kind: str, draft: DraftLine | None, newest_id: int, customer: str) -> Composer:
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
    def of(cls, ticket: TicketLine, messages: Sequence[MessageLine], own: set[str]) -> _Addressing:
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
