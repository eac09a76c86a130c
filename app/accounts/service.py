"""What can happen to agents: added, edited, given a role, deactivated, given a new password."""

from __future__ import annotations

import unicodedata
from datetime import datetime
from zoneinfo import available_timezones

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app import security
from app.accounts import audit, links, sign_ins
from app.accounts.addresses import tidy_email
from app.accounts.models import Agent, Role
from app.errors import InvalidInput, NotFound

LANGUAGES = ("en", "ru")
THEMES = ("auto", "light", "dark")
LONGEST_NAME = 200
LONGEST_SIGNATURE = 2000

invite = links.invite
sign_in = sign_ins.sign_in


def make_agent(
    session: Session,
    email: str,
    name: str,
    *,
    role: str = Role.AGENT,
    language: str = "en",
    timezone: str = "UTC",
    now: datetime,
) -> Agent:
    """A new agent without a password: only a one-time link lets them in. Raises InvalidInput."""
    address = tidy_email(email)
    if session.scalar(sa.select(Agent.id).where(Agent.email == address)) is not None:
        raise InvalidInput("There is already an agent with this address.", "email")
    agent = Agent(
        email=address,
        name=tidy_name(name),
        role=_one_of(role, tuple(Role), "role"),
        language=_one_of(language, LANGUAGES, "language"),
        timezone=_zone(timezone),
        created_at=now,
    )
    session.add(agent)
    session.flush()
    return agent


def agent_by_id(session: Session, agent_id: int) -> Agent:
    """Raises NotFound."""
    agent = session.get(Agent, agent_id)
    if agent is None:
        raise NotFound("There is no such agent.")
    return agent


def edit_profile(
    session: Session,
    agent: Agent,
    *,
    name: str,
    language: str,
    timezone: str,
    theme: str,
    shortcuts: bool,
    signature: str,
    signature_html: str = "",
) -> None:
    """What agents may change about themselves. Raises InvalidInput; nothing is changed then.

    signature_html: safe already, '' for a signature of plain lines.
    """
    values = {
        "name": tidy_name(name),
        "language": _one_of(language, LANGUAGES, "language"),
        "timezone": _zone(timezone),
        "theme": _one_of(theme, THEMES, "theme"),
        "shortcuts": shortcuts,
        "signature": _signature(signature),
        "signature_html": signature_html,
    }
    for field, value in values.items():
        setattr(agent, field, value)
    session.flush()


def set_role(session: Session, agent: Agent, role: str, *, by: Agent | None = None, now: datetime) -> bool:
    """Rights change at once, and the agent signs in again: a new session for new rights. False when it was so."""
    wanted = _one_of(role, tuple(Role), "role")
    if wanted == agent.role:
        return False
    if wanted != Role.ADMIN:
        _keep_an_admin(session, agent)
    audit.note(session, "role", agent.name, by=by, now=now, before=agent.role, after=wanted)
    agent.role = wanted
    sign_ins.end_all(session, agent.id)
    return True


def deactivate(session: Session, agent: Agent, *, by: Agent | None = None, now: datetime) -> None:
    """The agent can no longer sign in; what they wrote stays theirs. Ends their sessions and open links."""
    _keep_an_admin(session, agent)
    agent.active = False
    sign_ins.end_all(session, agent.id)
    links.cancel_all(session, agent.id, now=now)
    audit.note(session, "agent deactivated", agent.name, by=by, now=now)


def activate(session: Session, agent: Agent, *, by: Agent | None = None, now: datetime) -> None:
    """The agent may sign in again, with a new password: the old one may be why they were deactivated."""
    agent.active = True
    agent.password_hash = None
    audit.note(session, "agent activated", agent.name, by=by, now=now)


def sign_out_everywhere(session: Session, agent: Agent, *, by: Agent | None = None, now: datetime) -> None:
    sign_ins.end_all(session, agent.id)
    audit.note(session, "signed out", agent.name, by=by, now=now)


def new_link(session: Session, agent: Agent, *, by: Agent | None = None, now: datetime) -> str:
    """An invitation, or a reset for somebody who forgot the password. The log knows that there was one."""
    audit.note(session, "link", agent.name, by=by, now=now)
    return links.invite(session, agent, now=now)


def change_password(session: Session, agent: Agent, password_hash: str, *, keep_token: str) -> str:
    """Stores a checked new password, ends every other session, and returns a new token for this one."""
    agent.password_hash = password_hash
    token = sign_ins.renew(session, agent.id, keep_token)
    sign_ins.end_all(session, agent.id, but=token)
    return token


def welcome(session: Session, token: str, password: str, *, now: datetime, cost: str = "normal") -> Agent:
    """Spends a one-time link: sets the password and ends every session. Raises InvalidInput or NotFound."""
    hashed = security.hash_password(password, cost=cost)
    agent = links.spend(session, token, now=now)
    agent.password_hash = hashed
    sign_ins.end_all(session, agent.id)
    return agent


def tidy_name(text: str) -> str:
    """One line without control or invisible characters: names end up in mail headers. Raises InvalidInput."""
    visible = "".join(
        " " if char.isspace() else char
        for char in unicodedata.normalize("NFC", text)
        if char.isspace() or unicodedata.category(char)[0] != "C"
    )
    name = " ".join(visible.split())
    if not name:
        raise InvalidInput("Please fill in a name.", "name")
    if len(name) > LONGEST_NAME:
        raise InvalidInput("This name is too long.", "name")
    return name


def _keep_an_admin(session: Session, agent: Agent) -> None:
    """An installation without an admin could not be managed any more."""
    if not (agent.is_admin and agent.active):
        return
    # Every admin row is locked, so that two requests cannot remove the last two admins at once.
    query = (
        sa.select(Agent.id)
        .where(Agent.role == Role.ADMIN, Agent.active.is_(True))
        .order_by(Agent.id)
        .with_for_update()
    )
    if session.scalars(query).all() == [agent.id]:
        raise InvalidInput("This is the last admin. Make another agent an admin first.", "role")


def _one_of(value: str, allowed: tuple[str, ...], field: str) -> str:
    if value not in allowed:
        raise InvalidInput("Please choose one of the list.", field)
    return str(value)


def _zone(value: str) -> str:
    if value != "UTC" and value not in available_timezones():
        raise InvalidInput("This is not a known time zone.", "timezone")
    return value


def _signature(text: str) -> str:
    kept = "".join(
        char
        for char in text.replace("\r\n", "\n").replace("\r", "\n")
        if char == "\n" or unicodedata.category(char)[0] != "C"
    ).strip()
    if len(kept) > LONGEST_SIGNATURE:
        raise InvalidInput("This signature is too long.", "signature")
    return kept
