"""What agents are writing: kept on the server from the first seconds, one draft per ticket, agent and kind."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, selectinload

from app.accounts.models import Agent
from app.errors import Conflict, InvalidInput
from app.tickets.models import Attachment, Draft, Kind, Ticket
from app.tickets.safe_html import sanitise_reply
from app.tickets.service import changed, discard_draft

KINDS = (Kind.OUTGOING, Kind.NOTE)
LONGEST = 1_000_000
MOST_ADDRESSES = 60


@dataclass(frozen=True)
class Written:
    """What the editor holds: HTML as typed, addresses as typed, articles inserted, the newest message seen."""

    html: str
    to: Sequence[str] = ()
    cc: Sequence[str] = ()
    article_ids: Sequence[int] = ()
    seen_message_id: int | None = None


def mine(session: Session, ticket_id: int, agent_id: int, kind: str) -> Draft | None:
    """This agent's draft of that kind, with its files."""
    query = sa.select(Draft).where(
        Draft.ticket_id == ticket_id, Draft.agent_id == agent_id, Draft.kind == kind
    )
    return session.scalar(query.options(selectinload(Draft.attachments)))


def save(
    session: Session,
    ticket: Ticket,
    kind: str,
    written: Written,
    *,
    version: int,
    by: Agent,
    now: datetime,
) -> Draft:
    """Keep what was typed on top of `version` (0: there was none yet).

    Raises Conflict when the stored draft is another version: it was changed, sent or thrown away in another window.
    """
    draft = mine(session, ticket.id, by.id, _known(kind))
    if (draft.version if draft else 0) != version:
        raise Conflict("This draft was changed in another window.")
    if draft is None:
        draft = _begin(session, ticket, kind, by, now)
    else:
        draft.version += 1
    if len(written.html) > LONGEST or len(written.to) + len(written.cc) > MOST_ADDRESSES:
        raise InvalidInput("That is too long for one letter.", "html")
    draft.html = sanitise_reply(written.html)
    draft.to, draft.cc = list(written.to), list(written.cc)
    draft.article_ids = list(dict.fromkeys(written.article_ids))
    draft.seen_message_id = written.seen_message_id or draft.seen_message_id
    draft.updated_at = now
    session.flush()
    return draft


def find_or_begin(session: Session, ticket: Ticket, kind: str, *, by: Agent, now: datetime) -> Draft:
    """The agent's draft, made empty where there is none: for a file that comes before the first word."""
    return mine(session, ticket.id, by.id, _known(kind)) or _begin(session, ticket, kind, by, now)


def insert_answer(
    session: Session, ticket: Ticket, html: str, article_id: int, *, by: Agent, now: datetime
) -> Draft:
    """Put an answer at the end of the agent's reply, as browsers without scripts do."""
    draft = find_or_begin(session, ticket, Kind.OUTGOING, by=by, now=now)
    draft.html = sanitise_reply(f"{draft.html}<br>{html}" if draft.html.strip() else html)
    draft.article_ids = list(dict.fromkeys([*draft.article_ids, article_id]))
    draft.version += 1
    draft.updated_at = now
    return draft


def discard(session: Session, ticket: Ticket, kind: str, *, by: Agent, now: datetime) -> None:
    """Throw the draft and its files away."""
    draft = mine(session, ticket.id, by.id, _known(kind))
    if draft is None:
        return
    session.execute(sa.delete(Attachment).where(Attachment.draft_id == draft.id))
    session.expire(draft, ["attachments"])
    discard_draft(session, ticket.id, by.id, kind)
    changed(session, ticket.id, "draft", now)


def _begin(session: Session, ticket: Ticket, kind: str, by: Agent, now: datetime) -> Draft:
    draft = Draft(
        ticket_id=ticket.id,
        agent_id=by.id,
        kind=kind,
        html="",
        to=[],
        cc=[],
        article_ids=[],
        version=1,
        updated_at=now,
        attachments=[],
    )
    session.add(draft)
    try:
        session.flush()
    except IntegrityError:
        raise Conflict("This draft was changed in another window.") from None
    changed(session, ticket.id, "draft", now)
    return draft


def _known(kind: str) -> str:
    if kind not in KINDS:
        raise InvalidInput("Unknown kind of draft.", "kind")
    return kind
