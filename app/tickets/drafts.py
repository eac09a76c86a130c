"""What agents are writing: kept on the server from the first seconds, one draft per ticket, agent and kind.

A letter that begins a ticket has none yet (`ticket` is None), and an agent may have several of them: each is found by
its id. A draft that waits for its time to leave is not written on; see app.tickets.scheduled.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, selectinload

from app.accounts.models import Agent
from app.accounts.rights import require_answer
from app.errors import Conflict, InvalidInput, NotFound
from app.tickets import scheduled
from app.tickets.inline_images import from_editor
from app.tickets.models import Attachment, Draft, DraftKind, Kind, Ticket
from app.tickets.safe_html import sanitise_reply
from app.tickets.service import changed, record

LONGEST = 1_000_000
LONGEST_SUBJECT = 500
MOST_ADDRESSES = 60


@dataclass(frozen=True)
class Written:
    """What the editor holds: HTML as typed, addresses as typed, articles inserted, the newest message seen.

    `about_id`: the letter that is passed on or answered; `about_files`: which of its files go along, None for all.
    `subject` and `mailbox_id` are of a letter that begins a ticket.
    """

    html: str
    to: Sequence[str] = ()
    cc: Sequence[str] = ()
    article_ids: Sequence[int] = ()
    seen_message_id: int | None = None
    bcc: Sequence[str] = ()
    about_id: int | None = None
    about_files: Sequence[int] | None = None
    subject: str = ""
    mailbox_id: int | None = None


def mine(session: Session, ticket_id: int | None, agent_id: int, kind: str) -> Draft | None:
    """This agent's draft of that kind, with its files."""
    query = sa.select(Draft).where(
        Draft.ticket_id == ticket_id, Draft.agent_id == agent_id, Draft.kind == kind
    )
    return session.scalar(query.options(selectinload(Draft.attachments)))


def begun(session: Session, draft_id: int, agent_id: int) -> Draft:
    """A letter that is to begin a ticket, with its files. Raises NotFound for any that is not this agent's."""
    query = sa.select(Draft).where(
        Draft.id == draft_id, Draft.agent_id == agent_id, Draft.kind == DraftKind.NEW
    )
    draft = session.scalar(query.options(selectinload(Draft.attachments)))
    if draft is None:
        raise NotFound("There is no such draft: it was sent or thrown away.")
    return draft


def all_begun(session: Session, agent_id: int) -> list[Draft]:
    """Every letter of this agent that is to begin a ticket, the latest first."""
    query = sa.select(Draft).where(Draft.agent_id == agent_id, Draft.kind == DraftKind.NEW)
    return list(session.scalars(query.order_by(Draft.updated_at.desc(), Draft.id.desc())))


def save(
    session: Session,
    ticket: Ticket | None,
    kind: str,
    written: Written,
    *,
    version: int,
    by: Agent,
    now: datetime,
    draft_id: int | None = None,
) -> Draft:
    """Keep what was typed on top of `version` (0: there was none yet).

    Raises Conflict when the stored draft is another version: it was changed, sent or thrown away in another window.
    """
    draft = _find(session, ticket, _known(kind), by, draft_id)
    if (draft.version if draft else 0) != version or (draft is not None and draft.send_at is not None):
        raise Conflict("This draft was changed in another window.")
    if len(written.html) > LONGEST or _addresses(written) > MOST_ADDRESSES:
        raise InvalidInput("That is too long for one letter.", "html")
    if draft is None:
        draft = _begin(session, ticket, kind, by, now)
    else:
        draft.version += 1
    _fill(draft, written)
    draft.updated_at = now
    session.flush()
    return draft


def find_or_begin(
    session: Session,
    ticket: Ticket | None,
    kind: str,
    *,
    by: Agent,
    now: datetime,
    draft_id: int | None = None,
) -> Draft:
    """The agent's draft, made empty where there is none: for a file that comes before the first word.

    Raises Conflict for one that waits for its time to leave.
    """
    draft = _find(session, ticket, _known(kind), by, draft_id) or _begin(session, ticket, kind, by, now)
    if draft.send_at is not None:
        raise Conflict("This letter waits to be sent. Take it back before you change it.")
    return draft


def _find(
    session: Session, ticket: Ticket | None, kind: str, by: Agent, draft_id: int | None
) -> Draft | None:
    """The draft that is about to change, as it is now and until we commit: another window, a colleague who takes it
    over, and the letter it becomes wait for us, or we for them."""
    of_agent = sa.select(Draft).where(Draft.agent_id == by.id, Draft.kind == kind)
    if ticket is not None:
        return session.scalar(_locked(of_agent.where(Draft.ticket_id == ticket.id)))
    if not draft_id:
        return None
    draft = session.scalar(_locked(of_agent.where(Draft.id == draft_id, Draft.kind == DraftKind.NEW)))
    if draft is None:
        raise NotFound("There is no such draft: it was sent or thrown away.")
    return draft


def _locked(query: sa.Select[Draft]) -> sa.Select[Draft]:
    return query.with_for_update(of=Draft).execution_options(populate_existing=True)


def _fill(draft: Draft, written: Written) -> None:
    draft.html = sanitise_reply(from_editor(written.html))
    draft.to, draft.cc, draft.bcc = list(written.to), list(written.cc), list(written.bcc)
    draft.article_ids = list(dict.fromkeys(written.article_ids))
    draft.seen_message_id = written.seen_message_id or draft.seen_message_id
    draft.about_id = written.about_id or draft.about_id
    draft.about_files = None if written.about_files is None else list(written.about_files)
    draft.subject = written.subject[:LONGEST_SUBJECT]
    draft.mailbox_id = written.mailbox_id
    draft.stopped = ""


def _addresses(written: Written) -> int:
    return len(written.to) + len(written.cc) + len(written.bcc)


def insert_answer(
    session: Session, ticket: Ticket, html: str, article_id: int | None, *, by: Agent, now: datetime
) -> Draft:
    """Put an answer at the end of the agent's reply, as browsers without scripts do. No article: words of a script."""
    draft = find_or_begin(session, ticket, Kind.OUTGOING, by=by, now=now)
    draft.html = sanitise_reply(f"{draft.html}<br>{html}" if draft.html.strip() else html)
    if article_id is not None:
        draft.article_ids = list(dict.fromkeys([*draft.article_ids, article_id]))
    draft.version += 1
    draft.updated_at = now
    return draft


def discard(
    session: Session,
    ticket: Ticket | None,
    kind: str,
    *,
    by: Agent,
    now: datetime,
    draft_id: int | None = None,
) -> None:
    """Throw the draft and its files away."""
    draft = _find(session, ticket, _known(kind), by, draft_id)
    if draft is None:
        return
    session.execute(sa.delete(Attachment).where(Attachment.draft_id == draft.id))
    session.expire(draft, ["attachments"])
    session.delete(draft)
    session.flush()
    if ticket is not None:
        changed(session, ticket.id, "draft", now)


def take_over(session: Session, ticket: Ticket, draft_id: int, *, by: Agent, now: datetime) -> Draft:
    """A colleague's draft becomes this agent's, with its files; the colleague is told by the history.

    Words that this agent had written themselves stay below. Raises NotFound when the draft is gone.
    """
    draft = session.scalar(
        _locked(sa.select(Draft).where(Draft.id == draft_id, Draft.ticket_id == ticket.id))
    )
    if draft is None:
        raise NotFound("There is no such draft: it was sent or thrown away.")
    if draft.agent_id == by.id:
        return draft
    if draft.kind != Kind.NOTE:
        require_answer(session, by)
    before = draft.agent_id
    own = mine(session, ticket.id, by.id, draft.kind)
    if own is not None:
        join(session, own, into=draft)
    draft.agent_id, draft.send_at, draft.stopped = by.id, None, ""
    draft.version += 1
    draft.updated_at = now
    session.flush()
    session.expire(draft, ["agent", "attachments"])
    record(session, "draft_taken", ticket=ticket, by=by, now=now, agent_id=before, draft_kind=draft.kind)
    changed(session, ticket.id, "draft", now)
    return draft


def follow(session: Session, source: Ticket, target: Ticket, *, now: datetime) -> None:
    """The tickets become one: every word that is being written goes along.

    What its writer has begun in the other ticket too becomes one with it. A letter that was to leave later stays
    here as a draft: it was written before the other ticket's letters were there.
    """
    both = sa.select(Draft).where(Draft.ticket_id.in_((source.id, target.id)), Draft.send_at.is_not(None))
    for draft in session.scalars(both.order_by(Draft.id)).all():
        scheduled.stop(session, target, draft, scheduled.MERGED, now=now)
    there = {
        (draft.agent_id, draft.kind): draft
        for draft in session.scalars(sa.select(Draft).where(Draft.ticket_id == target.id))
    }
    for draft in session.scalars(
        sa.select(Draft).where(Draft.ticket_id == source.id).order_by(Draft.id)
    ).all():
        known = there.get((draft.agent_id, draft.kind))
        if known is not None:
            join(session, draft, into=known)
        else:
            draft.ticket_id = target.id
    session.flush()
    changed(session, target.id, "draft", now)


def join(session: Session, draft: Draft, *, into: Draft) -> None:
    """One draft below another, files and all; the first is gone then."""
    into.html = "<br>".join(part for part in (into.html, draft.html) if part.strip())
    into.article_ids = list(dict.fromkeys([*into.article_ids, *draft.article_ids]))
    into.to, into.cc, into.bcc = into.to or draft.to, into.cc or draft.cc, into.bcc or draft.bcc
    into.about_id = into.about_id or draft.about_id
    into.send_at = None
    into.stopped = into.stopped or draft.stopped
    into.version += 1
    session.execute(sa.update(Attachment).where(Attachment.draft_id == draft.id).values(draft_id=into.id))
    session.expire(draft, ["attachments"])
    session.expire(into, ["attachments"])
    session.delete(draft)
    session.flush()


def _begin(session: Session, ticket: Ticket | None, kind: str, by: Agent, now: datetime) -> Draft:
    if kind != DraftKind.NOTE:
        require_answer(session, by)
    draft = Draft(
        ticket_id=ticket.id if ticket is not None else None,
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
    if ticket is not None:
        changed(session, ticket.id, "draft", now)
    return draft


def _known(kind: str) -> str:
    if kind not in tuple(DraftKind):
        raise InvalidInput("Unknown kind of draft.", "kind")
    return kind
