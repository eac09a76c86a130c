"""Changing an internal note: by its author, or an admin. Letters are never changed.

The note says that it was edited, when and by whom; the earlier words stay in the history of the ticket, for everybody
who reads its notes. Whoever is mentioned only now is told, and nobody else.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from app.accounts.models import Agent
from app.accounts.rights import Rights, Who
from app.errors import Conflict, InvalidInput, NotFound
from app.tickets import inline_images, mentions, search_index, thread
from app.tickets.models import Kind, Message
from app.tickets.safe_html import reply_to_text, sanitise_reply
from app.tickets.service import changed, lock, record

KIND, RULE = "note-edited", "edited"
LONGEST_TOLD = 300


def may_edit(rights: Rights, note: Any) -> bool:
    """`note`: a message, or its line on a page. What came with a forwarded letter was written by nobody here."""
    written_here = note.kind == Kind.NOTE and note.author_id is not None
    return written_here and rights.may_note and (note.author_id == rights.agent_id or rights.may_administer)


def note_for(session: Session, rights: Rights, message_id: int) -> Message:
    """A note that this agent may change; anything else is NotFound."""
    note = thread.message_for(session, rights, message_id)
    if not may_edit(rights, note):
        raise NotFound("There is no such note.")
    return note


def version(note: Message) -> int:
    """How often it was edited: what somebody changes must be what they read."""
    return sum(item.get("rule") == RULE and int(item["times"]) for item in note.evidence)


def edit(session: Session, note: Message, html: str, *, on: int, by: Agent, now: datetime) -> bool:
    """Give the note these words; False when they are the same. `on`: the version that was read.

    Its pictures and files stay. Raises InvalidInput for an empty one, Conflict when it was changed meanwhile.
    """
    lock(session, note.ticket)
    session.refresh(note)
    if version(note) != on:
        raise Conflict("This note was changed meanwhile. Reload the page.")
    clean = _with_pictures(sanitise_reply(html), note.html or "")
    text = reply_to_text(clean)
    if not text.strip():
        raise InvalidInput("The note is empty.", "text")
    if clean == note.html or (not note.html and text == note.visible):
        return False
    known = {item.get("who") for item in note.evidence if item.get("rule") == mentions.RULE}
    named = mentions.find(text, mentions.names(session)) if "@" in text else []
    others = [item for item in note.evidence if item.get("rule") not in (mentions.RULE, RULE)]
    mark = {
        "rule": RULE,
        "detail": now.isoformat(),
        "who": by.name,
        "times": str(on + 1),
    }
    fresh = [item for item in named if item["who"] not in known]
    _put(session, note, clean, text, [*others, *named, mark], fresh, by=by, now=now)
    return True


def take_back(session: Session, detail: dict[str, Any], who: Who, *, by: Agent, now: datetime) -> None:
    """Undo: the words before. Raises Conflict when somebody has changed it since."""
    note = thread.message_for(session, who, detail["message_id"])
    if note.evidence != detail["after_evidence"]:
        raise Conflict("Somebody has changed it since.")
    html, text = detail["before_html"], detail["before"]
    _put(session, note, html, text, detail["before_evidence"], [], by=by, now=now)


def _put(
    session: Session,
    note: Message,
    html: str | None,
    text: str,
    evidence: list[Any],
    fresh: list[Any],
    *,
    by: Agent,
    now: datetime,
) -> None:
    record(
        session, KIND, ticket=note.ticket, by=by, now=now, message_id=note.id, before=note.visible,
        before_html=note.html, before_evidence=note.evidence, after_evidence=evidence, mentions=fresh, who=by.name,
        text=" ".join(text[:LONGEST_TOLD].split()),
    )  # fmt: skip
    note.html, note.visible, note.evidence = html, text, evidence
    search_index.add_again(session, Message.id == note.id)
    changed(session, note.ticket_id, Kind.NOTE, now)


def _with_pictures(clean: str, before: str) -> str:
    """The field for changing a note takes no pictures: those that it had follow its words."""
    gone = sorted(inline_images.shown(before) - inline_images.shown(clean))
    return clean + "".join(f'<img src="cid:{inline_images.content_id(number)}">' for number in gone)
