"""Mail that was set aside: trying it again, filing it by hand, leaving it out, and taking that back.

An agent's word is written on the journal row; the poller obeys it. Every change names the state it comes from, so of
two agents the second finds nothing to do.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from app import db
from app.accounts.rights import Rights
from app.errors import InvalidInput
from app.mailboxes.models import RawMail, RawState

PAGE = 50
MOST_AT_ONCE = 200
LONGEST_WHY = 300
# Reasons, as they stand in the journal; pages say them in the reader's language.
TOO_LARGE = "larger than the limit"
READ_TOO_LONG = "reading this letter took more than {seconds} seconds"
READ_TOO_MUCH = "reading this letter needed more than {megabytes} MB of memory"
READ_CRASHED = "the reader process crashed over this letter"
READ_BADLY = "reading this letter failed ({name})"
FLOOD = "more than {limit} letters from this sender within an hour"
LEFT_OUT = "left out by hand: {why}"


@dataclass(frozen=True)
class Taken:
    """Of the letters that were asked for, those it was done to, and how many a colleague had dealt with before."""

    ids: tuple[int, ...]
    gone: int


def parked_mails(
    session: Session, *, before: int | None = None, left_out: bool = False, rights: Rights | None = None
) -> list[RawMail]:
    """Newest first, one more than a page so that the caller sees whether there is a next one.

    `left_out`: instead those that an agent left out; history that was never wanted has no bytes and is not among them.
    """
    mine = RawMail.state == RawState.PARKED
    if left_out:
        mine = sa.and_(RawMail.state == RawState.IGNORED, RawMail.sha256 != "")
    query = sa.select(RawMail).where(mine, _seen(rights)).options(joinedload(RawMail.mailbox))
    if before is not None:
        query = query.where(RawMail.id < before)
    return list(session.scalars(query.order_by(RawMail.id.desc()).limit(PAGE + 1)))


def seen_of(session: Session, ids: Sequence[int], rights: Rights) -> list[int]:
    """Those of these mails that came to a mailbox the asker sees."""
    return list(session.scalars(sa.select(RawMail.id).where(RawMail.id.in_(ids), _seen(rights))))


def _seen(rights: Rights | None) -> sa.ColumnElement[bool]:
    return sa.true() if rights is None else rights.within(RawMail.mailbox_id)


def parked_count(session: Session) -> int:
    return (
        session.scalar(
            sa.select(sa.func.count()).select_from(RawMail).where(RawMail.state == RawState.PARKED)
        )
        or 0
    )


def replay(session: Session, chosen: sa.Select[int], *, limit: int) -> int:
    """Let these parked mails be decided again; one that was too large is fetched anew if it fits `limit` by now."""
    mine = sa.and_(RawMail.state == RawState.PARKED, RawMail.id.in_(chosen))
    fresh = {"state": RawState.STORED, "reason": "", "decided_at": None, "instruction": sa.null()}
    again = session.execute(
        sa.update(RawMail)
        .where(mine, RawMail.reason != TOO_LARGE)
        .values(**fresh)
        .execution_options(synchronize_session=False)
    )
    # Only its header was kept: without bytes the next full look fetches the whole mail.
    fetched = session.execute(
        sa.update(RawMail)
        .where(mine, RawMail.reason == TOO_LARGE, RawMail.size <= limit)
        .values(sha256="", **fresh)
        .execution_options(synchronize_session=False)
    )
    return db.changed_rows(again) + db.changed_rows(fetched)


def file_by_hand(
    session: Session, ids: Sequence[int], *, by: int, ticket_id: int | None = None, new_for: str = ""
) -> Taken:
    """Have the poller file these parked mails in that ticket, or in a new one for that address.

    What cannot be read even then is filed with its original attached.
    """
    where: dict[str, Any] = {"ticket_id": ticket_id} if ticket_id is not None else {"new_for": new_for}
    rows = _locked(session, ids, RawState.PARKED)
    for raw in rows:
        raw.instruction = {**where, "by": by, "was": raw.reason}
        raw.state, raw.reason, raw.decided_at = RawState.STORED, "", None
    return _taken(ids, rows)


def is_told(raw: RawMail) -> bool:
    """True when an agent said where this letter goes."""
    instruction = raw.instruction or {}
    return "ticket_id" in instruction or "new_for" in instruction


def leave_out(session: Session, ids: Sequence[int], why: str, *, by: int, now: datetime) -> Taken:
    """These are no mail for us. Raises InvalidInput without a reason; `take_back` undoes it."""
    why = " ".join(why.split())[:LONGEST_WHY]
    if not why:
        raise InvalidInput("Say why these letters are left out.", "why")
    rows = _locked(session, ids, RawState.PARKED)
    for raw in rows:
        raw.instruction = {"left_out": why, "by": by, "was": raw.reason}
        raw.state, raw.reason, raw.decided_at = RawState.IGNORED, LEFT_OUT.format(why=why), now
    return _taken(ids, rows)


def take_back(session: Session, ids: Sequence[int], *, now: datetime) -> Taken:
    """Park again what an agent left out, with the reason it had."""
    rows = [raw for raw in _locked(session, ids, RawState.IGNORED) if "left_out" in (raw.instruction or {})]
    for raw in rows:
        was = (raw.instruction or {}).get("was") or ""
        raw.state, raw.reason, raw.decided_at, raw.instruction = RawState.PARKED, str(was), now, sa.null()
    return _taken(ids, rows)


def _locked(session: Session, ids: Iterable[int], state: RawState) -> list[RawMail]:
    query = sa.select(RawMail).where(RawMail.id.in_(list(ids)[:MOST_AT_ONCE]), RawMail.state == state)
    return list(session.scalars(query.order_by(RawMail.id).with_for_update(of=RawMail)))


def _taken(asked: Iterable[int], rows: Sequence[RawMail]) -> Taken:
    return Taken(tuple(raw.id for raw in rows), len(set(asked)) - len(rows))
