"""The briefing by e-mail every Monday at the hour of each agent's daily mail, in their language and time zone.

A mail is a row of app.together before it is a mail, one for each agent and week: whoever comes after a crash finds it.
It is written on the Monday itself or not at all, and not where there is nothing to tell.
"""

from __future__ import annotations

import html
import secrets
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.accounts.models import Agent, Role
from app.accounts.rights import rights_of
from app.outgoing.ids import ascii_domain
from app.reports import briefing, briefing_words
from app.reports.briefing_words import Said, Section
from app.reports.filters import scope_of
from app.reports.models import BriefingWish
from app.settings import Settings
from app.together import mail_box
from app.together.mailing import catalogue
from app.together.models import NoticeMail
from app.together.wishes import wishes_of

# Leads and admins get it until they say no; everybody else until they say yes: nobody.
USUALLY = (Role.ADMIN, Role.LEAD)
STILL_NEWS = timedelta(hours=16)
_FONT = "'Segoe UI',Roboto,Helvetica,Arial,sans-serif"
# In every cell: Outlook hands no letters down into a table within a table.
_CELL = f"font-family:{_FONT};font-size:15px;line-height:1.5"
_TONES = {"good": "#1d7a4d", "warn": "#8f5600", "bad": "#b4302a"}


def wants(session: Session, agent: Agent) -> bool:
    wish = session.get(BriefingWish, agent.id)
    return wish.by_mail if wish is not None else agent.role in USUALLY


def wish(session: Session, agent: Agent, by_mail: bool) -> None:
    row = session.get(BriefingWish, agent.id) or BriefingWish(agent_id=agent.id)
    row.by_mail = by_mail
    session.add(row)
    session.flush()


def monday(now: datetime, hour: int, timezone: str) -> datetime:
    """When the newest briefing was due, on the agent's own clock."""
    local = now.astimezone(ZoneInfo(timezone))
    day = local.date() - timedelta(days=local.weekday())
    due = datetime(day.year, day.month, day.day, hour, tzinfo=ZoneInfo(timezone))
    if due > local:
        day -= timedelta(days=7)
        due = datetime(day.year, day.month, day.day, hour, tzinfo=ZoneInfo(timezone))
    return due.astimezone(now.tzinfo)


def due_agents(session: Session, now: datetime) -> list[int]:
    """Who wants one and has none for this week yet: a look without a lock, mostly at nobody."""
    wishes = {row.agent_id: row.by_mail for row in session.scalars(sa.select(BriefingWish))}
    agents = [
        agent
        for agent in session.scalars(sa.select(Agent).where(Agent.active.is_(True)).order_by(Agent.id))
        if wishes.get(agent.id, agent.role in USUALLY)
    ]
    hours = wishes_of(session, [agent.id for agent in agents])
    due = {
        agent.id: _period(moment, agent.timezone)
        for agent in agents
        if now - (moment := monday(now, hours[agent.id].hour, agent.timezone)) <= STILL_NEWS
    }
    if not due:
        return []
    made = sa.select(NoticeMail.agent_id, NoticeMail.period).where(NoticeMail.period.in_(set(due.values())))
    there = {(row.agent_id, row.period) for row in session.execute(made)}
    return [agent_id for agent_id, period in due.items() if (agent_id, period) not in there]


def write(session: Session, agent_id: int, settings: Settings, *, now: datetime) -> NoticeMail | None:
    """The mail of one agent; None where it was written already, or there is nothing to write or nothing to send by."""
    agent = session.get(Agent, agent_id, with_for_update={"key_share": True})
    if agent is None or agent_id not in due_agents(session, now):
        return None
    hours = wishes_of(session, [agent.id])[agent.id]
    box = mail_box.chosen(session, hours.mailbox_id)
    told = briefing.gather(
        session, scope_of(session, rights_of(session, agent)), now=now, zone=settings.timezone
    )
    if box is None or told.is_empty:
        return None
    words = catalogue(agent.language)
    said = briefing_words.sections(told, words, agent.language)
    footer = (
        str(words.ugettext("You get this every Monday. Change it here:"))
        + f" {settings.public_url}/reports/briefing"
    )
    mail = NoticeMail(
        agent_id=agent.id,
        ticket_id=None,
        mailbox_id=box.id,
        period=_period(monday(now, hours.hour, agent.timezone), agent.timezone),
        recipient=agent.email,
        rfc_message_id=f"{secrets.token_hex(16)}@{ascii_domain(box.address.rpartition('@')[2])}",
        language=agent.language,
        subject=briefing_words.subject(words),
        text=as_text(said, settings.public_url, footer),
        html=as_html(said, settings.public_url, footer, briefing_words.subject(words)),
        due_at=now,
        created_at=now,
    )
    session.add(mail)
    session.flush()
    return mail


def as_text(sections: list[Section], public_url: str, footer: str) -> str:
    blocks = []
    for section in sections:
        lines = [section.title.upper()]
        lines += [_plain(line, public_url) for line in section.lines] or [section.nothing]
        blocks.append("\n".join(lines))
    return "\n\n".join(blocks) + f"\n\n-- \n{footer}\n"


def as_html(sections: list[Section], public_url: str, footer: str, title: str) -> str:
    """Tables and inline styles only: mail programs know nothing else. Readable with dark backgrounds too."""
    blocks = "".join(_block(section, public_url) for section in sections)
    return (
        # Outlook knows no widest width: it gets the width of a table.
        '<table role="presentation" cellpadding="0" cellspacing="0" border="0" width="100%"><tr><td align="center">'
        '<table role="presentation" cellpadding="0" cellspacing="0" border="0" width="640" bgcolor="#ffffff"'
        ' style="width:100%;max-width:640px"><tr><td align="left" style="padding:8px 16px;color:#1d1c1a;'
        f'font-family:{_FONT};font-size:15px;line-height:1.5">'
        f'<h1 style="font-size:22px;line-height:1.3;margin:12px 0">{html.escape(title)}</h1>{blocks}'
        f'<p style="margin:24px 0 0;color:#6b6963;font-size:13px">{html.escape(footer)}</p>'
        "</td></tr></table></td></tr></table>"
    )


def _block(section: Section, public_url: str) -> str:
    lines = "".join(
        _rich(line, public_url, inside=section.name == briefing_words.BURNS and not line.is_head)
        for line in section.lines
    )
    if not section.lines:
        lines = (
            f'<tr><td style="padding:4px 0;color:#6b6963;{_CELL}">{html.escape(section.nothing)}</td></tr>'
        )
    return (
        f'<h2 style="font-size:17px;margin:22px 0 6px;padding-top:12px;border-top:1px solid #e8e5df">'
        f"{html.escape(section.title)}</h2>"
        f'<table role="presentation" cellpadding="0" cellspacing="0" border="0" width="100%">{lines}</table>'
    )


def _rich(line: Said, public_url: str, *, inside: bool) -> str:
    colour = _TONES.get(line.tone, "#3843b8")
    weight = "600" if line.is_head else "400"
    indent = "14px" if inside else "0"
    address, said = html.escape(public_url + line.url), html.escape(line.text)
    text = f'<a href="{address}" style="color:{colour};font-weight:{weight}">{said}</a>'
    more = f' <span style="color:#6b6963">{html.escape(line.more)}</span>' if line.more else ""
    return f'<tr><td style="padding:3px 0 3px {indent};{_CELL}">{text}{more}</td></tr>'


def _plain(line: Said, public_url: str) -> str:
    more = f" ({line.more})" if line.more else ""
    return f"{'* ' if line.is_head or line.tone else '  - '}{line.text}{more}\n    {public_url}{line.url}"


def _period(moment: datetime, timezone: str) -> str:
    return f"week-{moment.astimezone(ZoneInfo(timezone)).date().isoformat()}"
