"""What a rating may be about, as an admin says it: what is offered, what was chosen, and changing the list.

Never commits. A reason is never deleted: one that was archived is offered no more, and what was chosen stays true.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.accounts import audit
from app.accounts.models import Agent
from app.errors import InvalidInput, NotFound
from app.ratings.asking import LANGUAGES
from app.ratings.asking_models import RatingReason, chosen_reasons
from app.ratings.models import Face

LONGEST = 60
# More boxes than that nobody reads below a smiley.
MOST = 12


def offered(session: Session) -> list[RatingReason]:
    """In their order."""
    return [one for one in every(session) if one.archived_at is None]


def every(session: Session) -> list[RatingReason]:
    """Those offered first, then archived ones."""
    order = (RatingReason.archived_at.is_not(None), RatingReason.position, RatingReason.id)
    return list(session.scalars(sa.select(RatingReason).order_by(*order)))


def words_of(reason: RatingReason, language: str) -> str:
    """In this language, else in the other one."""
    known: Mapping[str, str] = reason.words
    return known.get(language) or next((text for text in known.values() if text), "")


def fitting(session: Session, ids: Iterable[int], face: str) -> list[int]:
    """Those of these reasons that can be given with this face, sorted."""
    wanted = sorted(set(ids))[: 10 * MOST]
    if not wanted:
        return []
    fits = RatingReason.for_good if face == Face.GOOD else RatingReason.for_bad
    return sorted(session.scalars(sa.select(RatingReason.id).where(RatingReason.id.in_(wanted), fits)))


def choose(session: Session, rating_id: int, ids: Iterable[int]) -> None:
    """Make these the reasons of a rating."""
    session.execute(sa.delete(chosen_reasons).where(chosen_reasons.c.rating_id == rating_id))
    rows = [{"rating_id": rating_id, "reason_id": one} for one in ids]
    if rows:
        session.execute(sa.insert(chosen_reasons), rows)


def chosen(session: Session, rating_ids: Iterable[int]) -> dict[int, list[int]]:
    """rating id → its reasons, sorted. One query."""
    found: dict[int, list[int]] = {}
    query = sa.select(chosen_reasons).where(chosen_reasons.c.rating_id.in_(list(rating_ids)))
    for rating_id, reason_id in session.execute(query.order_by(chosen_reasons.c.reason_id)):
        found.setdefault(rating_id, []).append(reason_id)
    return found


def add(session: Session, form: Mapping[str, str], *, by: Agent, now: datetime) -> RatingReason:
    """`form`: words_en, words_ru, for_good="on", for_bad="on". Raises InvalidInput with the field."""
    words, good, bad = _read(form)
    there = offered(session)
    if len(there) >= MOST:
        raise InvalidInput("Twelve reasons are enough. Archive one first.", "words_en")
    last = max((one.position for one in there), default=0)
    reason = RatingReason(words=words, for_good=good, for_bad=bad, position=last + 1, created_at=now)
    session.add(reason)
    session.flush()
    audit.note(session, "rating_reason", _named(words), by=by, now=now, after="added")
    return reason


def edit(
    session: Session, reason: RatingReason, form: Mapping[str, str], *, by: Agent, now: datetime
) -> None:
    """As `add`. Ratings that chose it say the new words."""
    words, good, bad = _read(form)
    before = {**reason.words, "for_good": reason.for_good, "for_bad": reason.for_bad}
    reason.words, reason.for_good, reason.for_bad = words, good, bad
    changed = audit.changes(before, {**words, "for_good": good, "for_bad": bad})
    if changed:
        audit.note(session, "rating_reason", _named(words), by=by, now=now, changed=changed)


def move(session: Session, reason: RatingReason, up: bool) -> None:
    """One place up or down among those offered."""
    there = offered(session)
    place = there.index(reason) if reason in there else -1
    other = place - 1 if up else place + 1
    if place < 0 or not 0 <= other < len(there):
        return
    there[place], there[other] = there[other], there[place]
    for number, one in enumerate(there, 1):
        one.position = number
    session.flush()


def set_archived(session: Session, reason: RatingReason, archived: bool, *, by: Agent, now: datetime) -> None:
    if (reason.archived_at is not None) is archived:
        return
    if not archived and len(offered(session)) >= MOST:
        raise InvalidInput("Twelve reasons are enough. Archive one first.", "words_en")
    reason.archived_at = now if archived else None
    after = "archived" if archived else "offered again"
    audit.note(session, "rating_reason", _named(reason.words), by=by, now=now, after=after)


def reason_by_id(session: Session, reason_id: int) -> RatingReason:
    """Raises NotFound."""
    reason = session.get(RatingReason, reason_id)
    if reason is None:
        raise NotFound("There is no such reason.")
    return reason


def _read(form: Mapping[str, str]) -> tuple[dict[str, str], bool, bool]:
    words = {code: " ".join(form.get(f"words_{code}", "").split()) for code in LANGUAGES}
    for code, text in words.items():
        if len(text) > LONGEST or not text.isprintable():
            raise InvalidInput(
                "This is too long, or has characters that do not belong there.", f"words_{code}"
            )
    if not any(words.values()):
        raise InvalidInput("Say it in one language at least.", "words_en")
    good, bad = form.get("for_good") == "on", form.get("for_bad") == "on"
    if not (good or bad):
        raise InvalidInput("Choose when it is offered.", "for_good")
    return {code: text for code, text in words.items() if text}, good, bad


def _named(words: Mapping[str, str]) -> str:
    return next(iter(words.values()), "")
