"""From notices to mails: what is due now, and once a day at each agent's own hour. Never commits.

A mail is a row before it is a mail. Its period (the day, or the newest line in it) is unique for each agent, and the
lines in it are marked in the same transaction: whoever comes after a crash finds both or neither.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from babel.support import NullTranslations, Translations
from sqlalchemy.orm import Session

from app.accounts.models import Agent
from app.accounts.rights import rights_of
from app.outgoing.ids import ascii_domain
from app.outgoing.service import token_key
from app.settings import PROJECT, Settings
from app.tickets.models import Ticket
from app.together import mail_box, mail_text
from app.together.mail_text import Entry
from app.together.marks import mark_of
from app.together.models import Mailing, Notice, NoticeMail
from app.together.wishes import Wishes, wishes_of
from app.together.wording import Line

# Whoever sees it on the screen meanwhile gets no mail.
GRACE = timedelta(seconds=30)
MOST_LINES = 100
LANGUAGES = ("en", "ru")
_CATALOGUES: Path = PROJECT / "app" / "translations"


@dataclass(frozen=True)
class _Line:
    """A notice that waits for a mail."""

    notice: Notice
    subject: str
    mailbox_id: int


def has_due(session: Session) -> bool:
    """A cheap look: does any line wait for a mail?"""
    waiting = sa.select(Notice.id).where(Notice.mailing.in_((Mailing.DUE, Mailing.WAITING))).limit(1)
    return session.scalar(waiting) is not None


def write_due(session: Session, settings: Settings, *, now: datetime) -> list[NoticeMail]:
    """Write every mail whose time has come."""
    agents = session.scalars(
        sa.select(Agent)
        .where(
            Agent.id.in_(sa.select(Notice.agent_id).where(Notice.mailing.in_((Mailing.DUE, Mailing.WAITING))))
        )
        .order_by(Agent.id)
        .with_for_update(key_share=True)
    ).all()
    wishes = wishes_of(session, [agent.id for agent in agents])
    return [mail for agent in agents for mail in _of_agent(session, agent, wishes[agent.id], settings, now)]


def last_hour(now: datetime, hour: int, timezone: str) -> datetime:
    """When the daily mail was last due, in the agent's time zone: today at that hour, or yesterday."""
    zone = ZoneInfo(timezone)
    local = now.astimezone(zone)
    today = datetime.combine(local.date(), time(hour), zone)
    due = today if today <= local else datetime.combine(local.date() - timedelta(days=1), time(hour), zone)
    return due.astimezone(now.tzinfo)


def catalogue(language: str) -> NullTranslations:
    """The texts of a language, outside of any page."""
    return _catalogue(language if language in LANGUAGES else "en")


@cache
def _catalogue(language: str) -> NullTranslations:
    return Translations.load(str(_CATALOGUES), [language])


def _of_agent(
    session: Session, agent: Agent, wishes: Wishes, settings: Settings, now: datetime
) -> list[NoticeMail]:
    box = mail_box.chosen(session, wishes.mailbox_id)
    if box is None or not agent.active:
        return []
    made = []
    by_ticket: dict[int, list[_Line]] = {}
    for line in _lines(session, agent, Mailing.DUE, now - GRACE):
        by_ticket.setdefault(line.notice.ticket_id, []).append(line)
    for ticket_id, lines in by_ticket.items():
        period = f"notice-{max(line.notice.id for line in lines)}"
        made.append(_make(session, agent, box.id, period, ticket_id, now=now))
        _write(made[-1], lines, agent, box.address, settings)
    moment = last_hour(now, wishes.hour, agent.timezone)
    lines = _lines(session, agent, Mailing.WAITING, moment)
    period = f"day-{moment.astimezone(ZoneInfo(agent.timezone)).date().isoformat()}"
    if lines and not _is_made(session, agent.id, period):
        made.append(_make(session, agent, box.id, period, None, now=now))
        _write(made[-1], lines, agent, box.address, settings)
    session.flush()
    return made


def _lines(session: Session, agent: Agent, mailing: Mailing, before: datetime) -> list[_Line]:
    """Unread ones of tickets that the agent may still see, newest first."""
    rights = rights_of(session, agent)
    query = (
        sa.select(Notice, Ticket.subject, Ticket.mailbox_id)
        .join(Ticket, Ticket.id == Notice.ticket_id)
        .where(
            Notice.agent_id == agent.id,
            Notice.mailing == mailing,
            Notice.read_at.is_(None),
            Notice.at <= before,
            rights.within(Ticket.mailbox_id),
        )
        .order_by(Notice.at.desc(), Notice.id.desc())
        .limit(MOST_LINES)
    )
    return [_Line(row[0], row[1], row[2]) for row in session.execute(query)]


def _is_made(session: Session, agent_id: int, period: str) -> bool:
    query = sa.select(NoticeMail.id).where(NoticeMail.agent_id == agent_id, NoticeMail.period == period)
    return session.scalar(query) is not None


def _make(
    session: Session, agent: Agent, mailbox_id: int, period: str, ticket_id: int | None, *, now: datetime
) -> NoticeMail:
    mail = NoticeMail(
        agent_id=agent.id,
        ticket_id=ticket_id,
        mailbox_id=mailbox_id,
        period=period,
        recipient=agent.email,
        language=agent.language,
        due_at=now,
        created_at=now,
    )
    session.add(mail)
    session.flush()
    return mail


def _write(mail: NoticeMail, lines: Sequence[_Line], agent: Agent, address: str, settings: Settings) -> None:
    words = catalogue(agent.language)
    mark = mark_of(mail.id, token_key(settings))
    entries = [_entry(line) for line in lines]
    compose = mail_text.single if mail.ticket_id is not None else mail_text.daily
    said = compose(entries, words, settings.public_url, mark)
    mail.subject, mail.text, mail.html = said.subject, said.text, said.html
    mail.rfc_message_id = f"{secrets.token_hex(8)}.{mark}@{ascii_domain(address.rpartition('@')[2])}"
    for line in lines:
        line.notice.mailing = Mailing.MAILED


def _entry(line: _Line) -> Entry:
    notice = line.notice
    who = notice.by.first_name if notice.by else ""
    told = Line(notice.kind, notice.count, who, notice.detail)
    return Entry(told, notice.ticket_id, line.subject, notice.message_id)
