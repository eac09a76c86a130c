"""What can happen to scripts: written, changed, put away. And reading them. Never commits."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.accounts.models import Agent
from app.errors import NotFound
from app.knowledge import scripts
from app.knowledge.models import Script
from app.knowledge.scripts import ScriptText
from app.knowledge.service import ChangedMeanwhile

MOST_SCRIPTS = 200


def make(session: Session, text: ScriptText, *, by: Agent | None, now: datetime) -> Script:
    """Raises InvalidInput."""
    checked = scripts.check(text)
    script = Script(version=1, archived=False)
    _fill(script, checked, by, now)
    session.add(script)
    session.flush()
    return script


def edit(
    session: Session, script_id: int, text: ScriptText, *, version: int, by: Agent | None, now: datetime
) -> Script:
    """Save over the version the editor began with. Raises ChangedMeanwhile, InvalidInput, NotFound."""
    checked = scripts.check(text)
    script = session.get(Script, script_id, with_for_update=True)
    if script is None:
        raise NotFound("There is no such script.")
    if script.version != version:
        raise ChangedMeanwhile()
    if (script.title, script.language, scripts.read(script.steps)) != (
        checked.title,
        checked.language,
        checked.steps,
    ):
        script.version += 1
        _fill(script, checked, by, now)
        session.flush()
    return script


def set_archived(
    session: Session, script_id: int, archived: bool, *, by: Agent | None, now: datetime
) -> Script:
    """Offered no more, or again. Raises NotFound."""
    script = one(session, script_id)
    if script.archived != archived:
        script.archived = archived
        script.updated_at, script.updated_by_id = now, by.id if by else None
        session.flush()
    return script


def one(session: Session, script_id: int) -> Script:
    """Raises NotFound."""
    script = session.get(Script, script_id)
    if script is None:
        raise NotFound("There is no such script.")
    return script


def offered(session: Session, language: str = "", *, archived: bool = False) -> list[Script]:
    """Those in this language first, then by title."""
    other = sa.case((Script.language == language, 0), else_=1)
    query = sa.select(Script).where(Script.archived.is_(archived))
    return list(session.scalars(query.order_by(other, Script.title, Script.id).limit(MOST_SCRIPTS)))


def _fill(script: Script, text: ScriptText, by: Agent | None, now: datetime) -> None:
    script.title, script.language = text.title, text.language
    script.steps = scripts.written(text.steps)
    script.updated_at, script.updated_by_id = now, by.id if by else None
