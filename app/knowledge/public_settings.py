"""The settings of the help centre: one row that admins change in the browser. Closed until somebody opens it."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.accounts import audit
from app.accounts.models import Agent
from app.errors import InvalidInput
from app.knowledge.public_models import HelpCentre

LANGUAGES = ("en", "ru")
LONGEST_NAME = 80
LONGEST_GREETING = 300
LONGEST_TOPIC = 60
MOST_TOPICS = 24
_ONLY_ROW = 1


@dataclass(frozen=True)
class Topic:
    """A tag that readers see, under a name of its own in each language."""

    tag_id: int
    names: dict[str, str]


@dataclass(frozen=True)
class Centre:
    """The settings as a page needs them. `languages` in their order, never empty while it is open."""

    open: bool = False
    languages: tuple[str, ...] = ("en",)
    names: dict[str, str] = field(default_factory=dict)
    greetings: dict[str, str] = field(default_factory=dict)
    topics: tuple[Topic, ...] = ()
    form: bool = False
    mailbox_id: int | None = None
    edition: int = 0
    updated_at: datetime | None = None

    @property
    def takes_letters(self) -> bool:
        return self.open and self.form and self.mailbox_id is not None


def row(session: Session, *, lock: bool = False) -> HelpCentre | None:
    """The row itself; `lock` makes writers of pages take turns."""
    query = sa.select(HelpCentre).where(HelpCentre.id == _ONLY_ROW)
    return session.scalar(query.with_for_update() if lock else query)


def centre(session: Session) -> Centre:
    """The settings as they are now; the usual ones when nobody has looked at them yet."""
    found = row(session)
    if found is None:
        return Centre()
    languages = tuple(one for one in LANGUAGES if one in found.languages)
    topics = tuple(Topic(int(one["tag_id"]), dict(one["names"])) for one in found.topics)
    return Centre(
        open=found.enabled and bool(languages),
        languages=languages or LANGUAGES[:1],
        names={code: text.get("name", "") for code, text in found.texts.items()},
        greetings={code: text.get("greeting", "") for code, text in found.texts.items()},
        topics=topics,
        form=found.form,
        mailbox_id=found.mailbox_id,
        edition=found.edition,
        updated_at=found.updated_at,
    )


def change(session: Session, wanted: Centre, *, by: Agent | None, now: datetime) -> bool:
    """Store what `checked` let through; False when it is so already. Whoever calls has checked the mailbox."""
    before, stored = centre(session), row(session, lock=True)
    if stored is None:
        stored = HelpCentre(id=_ONLY_ROW, edition=0, salt="", updated_at=now)
        session.add(stored)
    elif _shown(before) == _shown(wanted):
        return False
    stored.enabled, stored.form, stored.mailbox_id = wanted.open, wanted.form, wanted.mailbox_id
    stored.languages = list(wanted.languages)
    stored.texts = {
        code: {"name": wanted.names.get(code, ""), "greeting": wanted.greetings.get(code, "")}
        for code in LANGUAGES
    }
    stored.topics = [{"tag_id": one.tag_id, "names": one.names} for one in wanted.topics]
    stored.updated_at, stored.edition = now, stored.edition + 1
    session.flush()
    audit.note(session, "help centre", by=by, now=now, changed=audit.changes(_shown(before), _shown(wanted)))
    return True


def checked(wanted: Centre) -> Centre:
    """The same, tidied. Raises InvalidInput with the field."""
    if wanted.open and not wanted.languages:
        raise InvalidInput("Choose at least one language.", "languages")
    if wanted.form and wanted.mailbox_id is None:
        raise InvalidInput("Choose the mailbox that gets the letters.", "mailbox_id")
    if len(wanted.topics) > MOST_TOPICS:
        raise InvalidInput("These are too many topics.", "topics")
    return Centre(
        open=wanted.open,
        languages=tuple(one for one in LANGUAGES if one in wanted.languages),
        names=_tidied(wanted.names, LONGEST_NAME, "name"),
        greetings=_tidied(wanted.greetings, LONGEST_GREETING, "greeting"),
        topics=tuple(
            Topic(one.tag_id, _tidied(one.names, LONGEST_TOPIC, f"topic_{one.tag_id}"))
            for one in wanted.topics
        ),
        form=wanted.form,
        mailbox_id=wanted.mailbox_id,
    )


def _tidied(texts: Mapping[str, str], longest: int, field_name: str) -> dict[str, str]:
    tidy = {code: one_line(texts.get(code, "")) for code in LANGUAGES}
    for code, text in tidy.items():
        if len(text) > longest:
            raise InvalidInput("This text is too long.", f"{field_name}_{code}")
    return tidy


def one_line(text: str) -> str:
    """Words with single spaces, without characters that only confuse."""
    visible = (char if char.isprintable() else " " for char in unicodedata.normalize("NFC", text))
    return " ".join("".join(visible).split())


def _shown(one: Centre) -> dict[str, Any]:
    """As the log of changes has it."""
    return {
        "enabled": one.open,
        "languages": ", ".join(one.languages),
        "name": " / ".join(filter(None, (one.names.get(code, "") for code in LANGUAGES))),
        "greeting": " / ".join(filter(None, (one.greetings.get(code, "") for code in LANGUAGES))),
        "topics": "; ".join(f"{topic.tag_id}: {_both(topic.names)}" for topic in one.topics),
        "form": one.form,
        "mailbox_id": one.mailbox_id,
    }


def _both(names: Mapping[str, str]) -> str:
    return " / ".join(names.get(code, "") for code in LANGUAGES)
