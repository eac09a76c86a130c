"""How customers are asked: everywhere and for each mailbox, read for a letter or a page, and changed by admins.

Never commits. What is chosen concerns letters that are written from now on: a letter keeps what it looked like.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.accounts import audit
from app.accounts.models import Agent
from app.errors import InvalidInput
from app.mailboxes.models import Mailbox
from app.ratings.asking_models import Asking
from app.ratings.whom_to_ask import EVERY_REPLY, MOST_DAYS, ON_CLOSING

# A card with large faces; or one line in the signature, in the first person.
CARD, LINE = "card", "line"
STYLES, MOMENTS, SWITCH = (CARD, LINE), (EVERY_REPLY, ON_CLOSING), ("yes", "no")
OFF = "off"
LANGUAGES = ("en", "ru")
FACES = ("good", "okay", "bad")
LONGEST_QUESTION = 120


@dataclass(frozen=True)
class Picture:
    """An own picture of a face. `sha256` names it among the logos; the size is its own, in points."""

    sha256: str
    kind: str
    width: int
    height: int


@dataclass(frozen=True)
class Choice:
    """What counts for a mailbox, or was said for it alone: '', None and missing keys are "as everywhere"."""

    moment: str = ""
    every_days: int | None = None
    style: str = ""
    anonymous: str = ""
    question: Mapping[str, str] = field(default_factory=dict)
    pictures: Mapping[str, Picture] = field(default_factory=dict)

    def over(self, under: Choice) -> Choice:
        """This one, with what it leaves open taken from `under`. The three faces belong together."""
        return Choice(
            self.moment or under.moment,
            under.every_days if self.every_days is None else self.every_days,
            self.style or under.style,
            self.anonymous or under.anonymous,
            {**under.question, **self.question},
            self.pictures or under.pictures,
        )


USUAL = Choice(EVERY_REPLY, 0, CARD, "no")


def choice_of(session: Session, mailbox_id: int | None) -> Choice:
    """How this mailbox asks. One query."""
    here = sa.or_(Asking.mailbox_id == mailbox_id, Asking.mailbox_id.is_(None))
    found = {row.mailbox_id: _choice(row) for row in session.scalars(sa.select(Asking).where(here))}
    return found.get(mailbox_id, Choice()).over(found.get(None, Choice())).over(USUAL)


def own_choice(session: Session, mailbox_id: int | None) -> Choice:
    """What was said for this mailbox alone, or for everywhere (None)."""
    row = _row(session, mailbox_id)
    return _choice(row) if row is not None else Choice()


def customised(session: Session) -> set[int]:
    """Mailboxes with a way of their own."""
    return {one for one in session.scalars(sa.select(Asking.mailbox_id)) if one is not None}


def in_letter(choice: Choice) -> dict[str, Any]:
    """As it is stored with a letter, so that a retry is the same mail."""
    return {
        "style": choice.style,
        "question": dict(choice.question),
        "pictures": {face: asdict(one) for face, one in choice.pictures.items()},
    }


def from_letter(stored: Mapping[str, Any]) -> Choice:
    """What `in_letter` wrote; the usual way for a letter from before."""
    pictures = {face: Picture(**one) for face, one in (stored.get("pictures") or {}).items()}
    return Choice(style=stored.get("style") or CARD, question=stored.get("question") or {}, pictures=pictures)


def change(
    session: Session,
    mailbox: Mailbox | None,
    form: Mapping[str, str],
    uploaded: Mapping[str, Picture],
    *,
    by: Agent,
    now: datetime,
) -> bool:
    """`form`: moment ('off' of a mailbox: it does not ask), every_days, style, anonymous, question_en, question_ru and
    drop_pictures="on". False when nothing changed. Raises InvalidInput with the field."""
    mailbox_id = mailbox.id if mailbox is not None else None
    before = own_choice(session, mailbox_id)
    after = _read(form, uploaded, before)
    asked = mailbox.ask_ratings if mailbox is not None else True
    asks = form.get("moment") != OFF
    if mailbox is None and not asks:
        raise InvalidInput("Choose one of these.", "moment")
    if after == before and asks == asked:
        return False
    row = _row(session, mailbox_id)
    if row is None:
        row = Asking(mailbox_id=mailbox_id)
        session.add(row)
    row.moment, row.every_days, row.style, row.anonymous = (
        after.moment, after.every_days, after.style, after.anonymous,
    )  # fmt: skip
    row.question = dict(after.question)
    row.pictures = {face: asdict(one) for face, one in after.pictures.items()}
    if mailbox is not None:
        mailbox.ask_ratings = asks
    told = audit.changes(_told(before, asked), _told(after, asks))
    audit.note(session, "asking", mailbox.address if mailbox else "", by=by, now=now, changed=told)
    return True


def _read(form: Mapping[str, str], uploaded: Mapping[str, Picture], before: Choice) -> Choice:
    moment = form.get("moment", "")
    return Choice(
        before.moment if moment == OFF else _one_of("moment", moment, MOMENTS),
        _days(form.get("every_days", "")),
        _one_of("style", form.get("style", ""), STYLES),
        _one_of("anonymous", form.get("anonymous", ""), SWITCH),
        {code: text for code in LANGUAGES if (text := _question(code, form.get(f"question_{code}", "")))},
        _pictures(uploaded, before, dropped=form.get("drop_pictures") == "on"),
    )


def _pictures(uploaded: Mapping[str, Picture], before: Choice, *, dropped: bool) -> Mapping[str, Picture]:
    pictures = {**({} if dropped else before.pictures), **uploaded}
    if pictures and set(pictures) != set(FACES):
        missing = next(face for face in FACES if face not in pictures)
        raise InvalidInput("Choose a picture for each of the three faces.", f"picture_{missing}")
    return pictures


def _one_of(name: str, text: str, known: tuple[str, ...]) -> str:
    if text not in ("", *known):
        raise InvalidInput("Choose one of these.", name)
    return text


def _days(text: str) -> int | None:
    text = text.strip()
    if not text:
        return None
    if not (text.isascii() and text.isdecimal() and len(text) <= 4 and int(text) <= MOST_DAYS):
        raise InvalidInput("A number of days from 0 to 365.", "every_days")
    return int(text)


def _question(language: str, text: str) -> str:
    tidy = " ".join(text.split())
    if len(tidy) > LONGEST_QUESTION or not tidy.isprintable():
        raise InvalidInput(
            "This is too long, or has characters that do not belong there.", f"question_{language}"
        )
    return tidy


def _told(choice: Choice, asks: bool) -> dict[str, Any]:
    """What the log compares."""
    return {
        "asks": asks,
        "moment": choice.moment,
        "every_days": choice.every_days,
        "style": choice.style,
        "anonymous": choice.anonymous,
        **{f"question_{code}": choice.question.get(code, "") for code in LANGUAGES},
        "pictures": ", ".join(one.sha256[:8] for one in choice.pictures.values()),
    }


def _row(session: Session, mailbox_id: int | None) -> Asking | None:
    here = Asking.mailbox_id.is_(None) if mailbox_id is None else Asking.mailbox_id == mailbox_id
    return session.scalar(sa.select(Asking).where(here).order_by(Asking.id).limit(1))


def _choice(row: Asking) -> Choice:
    pictures = {face: Picture(**one) for face, one in row.pictures.items()}
    return Choice(row.moment, row.every_days, row.style, row.anonymous, dict(row.question), pictures)
