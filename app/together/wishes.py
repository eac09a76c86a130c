"""How an agent wants to be told: whether they watch what they answer, and what is mailed to them, and when."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.errors import InvalidInput
from app.mailboxes.models import Mailbox
from app.together.models import Mailing, NoticeSettings, Told

NOW, DAILY, OFF = "now", "daily", "off"
WAYS = (NOW, DAILY, OFF)
# Mailed at once to whoever has not said no: a customer who waits to be won back does not wait long.
_USUALLY = {Told.RECOVERY.value: NOW}
_MAILINGS = {NOW: Mailing.DUE, DAILY: Mailing.WAITING}


@dataclass(frozen=True)
class Wishes:
    """`mail`: kind → now, daily or off. `hour`: of the daily mail, in the agent's time zone."""

    watch_own: bool = True
    mail: Mapping[str, str] = field(default_factory=dict)
    hour: int = 8
    mailbox_id: int | None = None

    def mailing(self, kind: str) -> Mailing:
        return _MAILINGS.get(self.way(kind), Mailing.NONE)

    def way(self, kind: str) -> str:
        return self.mail.get(kind) or _USUALLY.get(kind, OFF)


def wishes_of(session: Session, agent_ids: Iterable[int]) -> dict[int, Wishes]:
    """Of each of these agents; the usual ones where nothing was chosen."""
    ids = sorted(set(agent_ids))
    rows = session.scalars(sa.select(NoticeSettings).where(NoticeSettings.agent_id.in_(ids)))
    known = {row.agent_id: Wishes(row.watch_own, row.mail, row.hour, row.mailbox_id) for row in rows}
    return {agent_id: known.get(agent_id, Wishes()) for agent_id in ids}


def choose(session: Session, agent_id: int, wishes: Wishes) -> None:
    """Keep what the agent chose. Raises InvalidInput."""
    if not 0 <= wishes.hour <= 23:
        raise InvalidInput("Choose an hour of the day.", "hour")
    if any(way not in WAYS for way in wishes.mail.values()):
        raise InvalidInput("Choose how you want to be told.", "mail")
    if wishes.mailbox_id is not None and session.get(Mailbox, wishes.mailbox_id) is None:
        raise InvalidInput("Choose one of the mailboxes.", "mailbox")
    row = session.get(NoticeSettings, agent_id) or NoticeSettings(agent_id=agent_id)
    row.watch_own, row.hour, row.mailbox_id = wishes.watch_own, wishes.hour, wishes.mailbox_id
    row.mail = {kind: wishes.mail.get(kind, OFF) for kind in Told}
    session.add(row)
    session.flush()
