"""The words of a macro: for an open editor, into a draft, or out as a letter. Never commits."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from app.accounts.models import Agent
from app.automation.actions import Action, id_in
from app.automation.doing import Hand
from app.automation.facts import newest_letter
from app.errors import InvalidInput, NotFound
from app.knowledge import queries as knowledge
from app.knowledge.render import render
from app.outgoing.service import Reply, write_reply
from app.outgoing.signatures import values_for
from app.tickets import drafts, whose
from app.tickets.models import DraftKind, Ticket
from app.tickets.safe_html import sanitise_reply
from app.tickets.segment_facts import facts_for


@dataclass(frozen=True)
class Words:
    """`html` is safe; `missing`: variables without a value; `send`: the status after sending, None for not sending."""

    html: str
    article_ids: tuple[int, ...]
    missing: tuple[str, ...]
    send: str | None


@dataclass(frozen=True)
class Put:
    """Where the words went: a letter that is held, or a draft. `waits`: a letter was wanted, and could not leave."""

    message_id: int | None = None
    draft: dict[str, Any] | None = None
    waits: bool = False


def words_of(session: Session, ticket: Ticket, does: Sequence[Action], by: Agent) -> Words:
    """The texts and articles of a macro with the variables of this ticket. Raises InvalidInput for one that is gone."""
    values = values_for(ticket, by, ticket.mailbox)
    html: list[str] = []
    articles: list[int] = []
    missing: list[str] = []
    send: str | None = None
    for action in does:
        if action.do == "send":
            send = action.value
        if action.do not in ("article", "text"):
            continue
        source = action.value
        if action.do == "article":
            source = _article(session, by, id_in(action.value) or 0, ticket.language)
            articles.append(id_in(action.value) or 0)
        said = render(source, values, facts_for(session, [source], ticket))
        html.append(said.html)
        missing += said.missing
    return Words("".join(html), tuple(articles), tuple(dict.fromkeys(missing)), send)


def _article(session: Session, by: Agent, article_id: int, language: str) -> str:
    try:
        article = knowledge.article_for(session, by, article_id)
    except NotFound:
        raise InvalidInput("This article is gone.", "article") from None
    if article.archived:
        raise InvalidInput("This article is gone.", "article")
    return article.said_in(language).answer


def put(hand: Hand, ticket: Ticket, does: Sequence[Action]) -> Put:
    """Send what the macro says, when it says so and nothing is missing; else keep it as the agent's draft."""
    assert hand.by is not None
    said = words_of(hand.session, ticket, does, hand.by)
    to = recipient(hand.session, ticket)
    if said.send is None or said.missing or not to:
        draft = _into_draft(hand.session, ticket, said, by=hand.by, now=hand.now)
        return Put(draft=draft, waits=said.send is not None)
    nonce = f"macro-{secrets.token_urlsafe(16)}"
    reply = Reply(said.html, [to], [], said.send, nonce)
    message = write_reply(hand.session, ticket, reply, by=hand.by, now=hand.now, settings=hand.settings)
    return Put(message_id=message.id)


def recipient(session: Session, ticket: Ticket) -> str:
    """Whom a reply goes to: who wrote last, or whoever was chosen since; '' when that is nobody one can write to."""
    letter = newest_letter(session, ticket.id)
    chosen = whose.chosen_for(session, ticket.id)
    if chosen is not None and chosen.email and letter is not None and letter.id <= chosen.newest:
        return chosen.email
    email = letter.sender_email if letter is not None and not letter.automatic else ticket.customer.email
    return "" if email.lower().endswith(("@invalid", ".invalid")) else email


def _into_draft(
    session: Session, ticket: Ticket, said: Words, *, by: Agent, now: datetime
) -> dict[str, Any] | None:
    if not said.html:
        return None
    there = drafts.mine(session, ticket.id, by.id, DraftKind.REPLY)
    before = there.html if there is not None else None
    draft = drafts.find_or_begin(session, ticket, DraftKind.REPLY, by=by, now=now)
    draft.html = sanitise_reply(f"{draft.html}<br>{said.html}" if draft.html.strip() else said.html)
    draft.article_ids = list(dict.fromkeys([*draft.article_ids, *said.article_ids]))
    draft.version += 1
    draft.updated_at = now
    session.flush()
    return {"version": draft.version, "before": before}


def take_back(
    session: Session, ticket: Ticket, draft: dict[str, Any] | None, *, by: Agent, now: datetime
) -> bool:
    """The draft as it was before the macro; False when the agent has written on."""
    if draft is None:
        return True
    there = drafts.mine(session, ticket.id, by.id, DraftKind.REPLY)
    if there is None or there.version != draft["version"]:
        return False
    if draft["before"] is None and not there.attachments:
        drafts.discard(session, ticket, DraftKind.REPLY, by=by, now=now)
    else:
        there.html, there.version, there.updated_at = draft["before"] or "", there.version + 1, now
    session.flush()
    return True
