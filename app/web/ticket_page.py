"""Everything the ticket page shows, gathered in a fixed number of queries from the features that know it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from markupsafe import Markup
from sqlalchemy.orm import Session

from app import db
from app.accounts.models import Agent
from app.outgoing import signatures
from app.outgoing.progress import OutboxLine, progress
from app.ratings.beside import RatingLine, ratings
from app.tickets import mentions, thread, whole, whose
from app.tickets.letter_shape import LetterShape, read_shape, shape_of
from app.tickets.lines import AgentLine, DraftLine, EventLine, MessageLine, TicketLine
from app.tickets.models import Delivery, DraftKind, Kind
from app.tickets.safe_html import sanitise_reply
from app.tickets.shown_senders import shown_letters
from app.together import beside as related
from app.together.beside import Beside
from app.web import composer
from app.web.card import Column, beside
from app.web.composer import Composer
from app.web.suggestion_panel import Panel, panel, safe, unanswered
from app.web.thread_fold import MOST_UNREAD_OPENED, fold_at, unread_of
from app.web.writing import editor_html, sent_signature, shown_signature

NEWEST_EXPANDED = 1
# Told by the messages themselves.
UNTOLD = frozenset({"replied", "forwarded"})
_OPENED = (DraftKind.REPLY, DraftKind.FORWARD, DraftKind.NOTE)
_ANSWERED = (Kind.INCOMING, Kind.OUTGOING)
_PASSED_ON = (Kind.INCOMING, Kind.OUTGOING)


@dataclass(frozen=True)
class Entry:
    """One piece of the conversation: a message or an event."""

    at: datetime
    message: MessageLine | None = None
    event: EventLine | None = None


@dataclass(frozen=True)
class OlderPart:
    """What the templates of messages read. `more_before`: where still older ones go on, 0 for none."""

    ticket: TicketLine
    entries: list[Entry]
    has_html: set[int]
    reply_html: dict[int, Markup]
    outbox: dict[int, list[OutboxLine]]
    copies: dict[int, str]
    ratings: dict[int, list[RatingLine]]
    agent_names: dict[int, str]
    more_before: int
    # The signatures of replies, as they look.
    signed: dict[int, Markup] = field(default_factory=dict)
    expanded: frozenset[int] = frozenset()
    shapes: dict[int, LetterShape] = field(default_factory=dict)
    pictured: frozenset[int] = frozenset()
    merged: frozenset[int] = frozenset()


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
    forward: Composer | None = None
    # Letters that leave by themselves, everybody's.
    later: list[DraftLine] = field(default_factory=list)
    # The signatures of replies, as they look.
    signed: dict[int, Markup] = field(default_factory=dict)
    # People whom a letter was passed on to: not the customer.
    aside: set[str] = field(default_factory=set)
    signature: str = ""
    compose: str = ""
    # The agent asked for the editor: it takes the focus.
    focus: bool = False
    everybody_cc: str = ""
    reply_to_hint: str = ""
    agent_names: dict[int, str] = field(default_factory=dict)
    # Letters whose pictures from elsewhere this agent wants to see without asking.
    pictured: set[int] = field(default_factory=set)
    card: Column | None = None
    # Who watches it and which tickets belong to it.
    together: Beside = field(default_factory=Beside)

    # The letters that nobody has looked at yet, oldest first.
    unread: list[int] = field(default_factory=list)

    @property
    def shown(self) -> list[Entry]:
        """What opens of a long exchange; `earlier` messages come before that."""
        return self.entries[fold_at(self.entries, self.expanded) :]

    @property
    def earlier(self) -> int:
        here = sum(entry.message is not None for entry in self.shown)
        return max(0, self.ticket.message_count - here)

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
    session: Session,
    ticket_id: int,
    agent: Agent,
    *,
    compose: str = "",
    about_id: int | None = None,
    card: bool = False,
) -> TicketPage:
    """Raises NotFound when the ticket is not this agent's to see. With `card` the client card comes as well."""
    ticket, around = whole.ticket(session, agent, ticket_id, more=related.asked)
    names, customer_id = around.agents, ticket.customer_id
    papers = whole.papers(session, ticket_id, names)
    messages = whole.messages(session, ticket_id, names, papers.files)
    events, latest_events = whole.events(session, agent, ticket_id, customer_id, names)
    sent = progress(session, messages, db.now())
    rated, latest_ratings = ratings(session, agent, ticket_id, customer_id, names)
    unread = unread_of(ticket.unread, ticket.seen_message_id, messages)
    expanded = _expanded(messages) | set(unread[-MOST_UNREAD_OPENED:])
    shapes = _shapes(session, messages, expanded)
    aside = composer.aside_of(ticket, messages)
    newest_id = max((message.id for message in messages), default=0)
    own = {draft.kind: draft for draft in papers.drafts if draft.agent_id == agent.id and not draft.send_at}
    focus = bool(compose)
    compose = compose or next((composer.NAMES[kind] for kind in _OPENED if kind in own), "")
    reply = own.get(DraftKind.REPLY)
    asked = about_id if compose == "reply" else None
    about = composer.chosen_message(messages, asked or (reply.about_id if reply else None), kinds=_ANSWERED)
    addressing = composer.Addressing.of(
        ticket, messages, around.own_addresses, aside, about, chosen=whose.chosen(events)
    )
    if asked and about is not None and reply is not None and reply.about_id != asked:
        # Chosen anew: the words stay, the address is that of the chosen letter.
        reply = reply.with_values(to=[], cc=[])
    return TicketPage(
        ticket=ticket,
        entries=entries_of(messages, events),
        has_html={message.id for message in messages if message.has_html},
        shapes=shapes,
        reply_html={message.id: shown_html(message, agent.id) for message in messages if message.html},
        expanded=expanded,
        outbox=sent.outbox,
        copies=sent.copies,
        signed=signed_as_sent(sent.signed),
        ratings=rated,
        agents=list(names.values()),
        panel=panel(session, ticket, agent, messages),
        reply=composer.reply(reply, newest_id, addressing, about),
        note=composer.note(own.get(DraftKind.NOTE), newest_id),
        forward=_forward(compose, own.get(DraftKind.FORWARD), messages, about_id, aside),
        later=[draft for draft in papers.drafts if draft.send_at],
        aside=aside,
        signature=shown_signature(signatures.of_reply(ticket, agent, ticket.mailbox)),
        colleagues=[
            draft
            for draft in papers.drafts
            if draft.agent_id != agent.id and (draft.html or draft.attachments) and not draft.send_at
        ],
        compose=compose,
        focus=focus,
        everybody_cc=", ".join(addressing.others),
        reply_to_hint=addressing.reply_to,
        agent_names={one.id: one.name for one in names.values()},
        pictured=shown_letters(
            session, agent.id, [one for one in messages if one.id in shapes and shapes[one.id].remote]
        ),
        unread=unread,
        together=related.found(around.small),
        card=beside(session, agent, ticket, around, latest_events, latest_ratings) if card else None,
    )


def _forward(
    compose: str,
    draft: DraftLine | None,
    messages: Sequence[MessageLine],
    about_id: int | None,
    aside: set[str],
) -> Composer | None:
    """Only where somebody forwards: of most tickets nothing is ever passed on."""
    if compose != "forward" and draft is None:
        return None
    newest_id = max((message.id for message in messages), default=0)
    wanted = (about_id if compose == "forward" else None) or (draft.about_id if draft else None)
    about = composer.chosen_message(messages, wanted, kinds=_PASSED_ON)
    if about is None:
        letters = [one for one in messages if one.kind in _PASSED_ON and not one.held]
        theirs = [
            one for one in letters if one.kind == Kind.INCOMING and one.sender_email.lower() not in aside
        ]
        about = (theirs or letters)[-1] if letters else None
    return composer.forward(draft, newest_id, about)


def _shapes(session: Session, messages: Sequence[MessageLine], expanded: set[int]) -> dict[int, LetterShape]:
    """How the opened letters are laid out; mail from before that was written down is looked at."""
    laid_out = [one for one in messages if one.id in expanded and one.kind == Kind.INCOMING and one.has_html]
    shapes = {one.id: known for one in laid_out if (known := read_shape(one.shape))}
    older = thread.html_of(session, [one.id for one in laid_out if one.id not in shapes])
    return shapes | {key: shape_of(text) for key, text in older.items()}


def shown_html(message: MessageLine, reader_id: int) -> Markup:
    """What an agent wrote, cleaned once more in front of the reader's eyes."""
    clean = sanitise_reply(message.html or "")
    if message.kind == Kind.NOTE:
        clean = mentions.marked(clean, message.evidence, me=reader_id)
    return safe(editor_html(clean))


def signed_as_sent(signatures_html: Mapping[int, str]) -> dict[int, Markup]:
    return {key: sent_signature(html) for key, html in signatures_html.items()}


def entries_of(messages: Sequence[MessageLine], events: Sequence[EventLine]) -> list[Entry]:
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
