"""Sign-in sessions: one row per signed-in browser, found by the hash of a random token.

A session ends twelve hours after it began, or after two hours without activity. Rights are read with it on
every request, so a deactivated agent is out at once.

A row whose stage is "code" is half a sign-in: the password was right, the second step is to come. It opens nothing.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.orm import Session, make_transient_to_detached
from sqlalchemy.orm.attributes import manager_of_class, set_committed_value

from app import security
from app.accounts import rights, stages
from app.accounts.models import Agent, SignIn, Stage
from app.accounts.rights import Rights
from app.errors import NotAllowed, TemporaryFailure

Row = TypeVar("Row", SignIn, Agent)

ABSOLUTE = timedelta(hours=12)
IDLE = timedelta(hours=2)
# So long the code of the second step may take.
HALF = timedelta(minutes=10)
TOUCH_EVERY = timedelta(minutes=1)
LONGEST_USER_AGENT = 300
# A password check takes 19 MiB and some 70 ms on purpose: a flood of tries must not take the machine down.
_CHECKS = threading.BoundedSemaphore(2)
_CHECK_WAIT_SECONDS = 10


@dataclass(frozen=True)
class Checked:
    """A password that was right, and the hash it was checked against."""

    agent_id: int
    password_hash: str


@dataclass(frozen=True)
class Started:
    """The token of a new row, and what is still to come before it opens the desk."""

    token: str
    stage: Stage


def check(session: Session, email: str, password: str) -> Checked | None:
    """None unless this active agent has this password. Unknown, invited and deactivated cost the same time.

    Call it with a reading session: the work is slow on purpose and must not hold the write lock.
    """
    query = sa.select(Agent.id, Agent.password_hash).where(
        Agent.email == email.replace("\x00", "").strip().lower(), Agent.active.is_(True)
    )
    row = session.execute(query).first()
    stored = row.password_hash if row else None
    if not _CHECKS.acquire(timeout=_CHECK_WAIT_SECONDS):
        raise TemporaryFailure("Many people are signing in right now. Please try again in a minute.")
    try:
        right = security.password_matches(stored, password)
    finally:
        _CHECKS.release()
    return Checked(row.id, stored) if row and stored and right else None


def start_checked(session: Session, checked: Checked, *, now: datetime, user_agent: str = "") -> Started:
    """NotAllowed when the agent was deactivated or changed the password meanwhile."""
    agent = session.get(Agent, checked.agent_id)
    if agent is None or not agent.active or agent.password_hash != checked.password_hash:
        raise NotAllowed("The address or the password is wrong.")
    return start_after_password(session, agent.id, now=now, user_agent=user_agent)


def start_after_password(session: Session, agent_id: int, *, now: datetime, user_agent: str = "") -> Started:
    """For whoever proved nothing but a password, or that a link reached them."""
    stage = stages.after_password(session, agent_id)
    return Started(start(session, agent_id, now=now, user_agent=user_agent, stage=stage), stage)


def sign_in(session: Session, email: str, password: str, *, now: datetime, user_agent: str = "") -> str:
    """check and start_checked in one transaction. Raises NotAllowed, with one answer for every reason."""
    checked = check(session, email, password)
    if checked is None:
        raise NotAllowed("The address or the password is wrong.")
    return start_checked(session, checked, now=now, user_agent=user_agent).token


def start(
    session: Session, agent_id: int, *, now: datetime, user_agent: str = "", stage: Stage = Stage.IN
) -> str:
    """Token of a new session of an agent whose right to it was checked. Forgets the agent's ended ones."""
    session.execute(sa.delete(SignIn).where(SignIn.agent_id == agent_id, sa.not_(_alive(now))))
    token = security.new_token()
    session.add(
        SignIn(
            agent_id=agent_id,
            token_hash=security.token_hash(token),
            created_at=now,
            last_seen_at=now,
            expires_at=now + (HALF if stage == Stage.CODE else ABSOLUTE),
            user_agent=user_agent[:LONGEST_USER_AGENT],
            stage=stage,
        )
    )
    session.flush()
    return token


def find(session: Session, token: str, *, now: datetime) -> SignIn | None:
    """The live session of this token with its agent."""
    found = find_with_rights(session, token, now=now)
    return found[0] if found else None


# Every request asks this: built once.
_SIGN_IN, _AGENT = SignIn.__table__, Agent.__table__
_FIND = rights.with_grants(
    sa.select(*_SIGN_IN.c, *_AGENT.c)
    .set_label_style(sa.LABEL_STYLE_TABLENAME_PLUS_COL)
    .join(_AGENT, _AGENT.c.id == _SIGN_IN.c.agent_id)
    .where(
        SignIn.token_hash == sa.bindparam("token"),
        SignIn.expires_at > sa.bindparam("now"),
        SignIn.last_seen_at > sa.bindparam("since"),
        SignIn.stage != Stage.CODE,
        Agent.active.is_(True),
    )
)


def find_with_rights(session: Session, token: str, *, now: datetime) -> tuple[SignIn, Rights] | None:
    """The live session of this token with its agent and what they may do, in one query."""
    asked = {"token": security.token_hash(token), "now": now, "since": now - IDLE}
    session.flush()
    rows = session.connection().execute(_FIND, asked).all()
    if not rows:
        return None
    width = len(_SIGN_IN.c)
    sign_in = _detached(SignIn, _SIGN_IN, rows[0][:width])
    agent = _detached(Agent, _AGENT, rows[0][width:-1])
    set_committed_value(sign_in, "agent", agent)
    return sign_in, rights.from_rows(agent, [row[-1] for row in rows])


def _detached(model: type[Row], table: sa.FromClause, values: Sequence[Any]) -> Row:
    """An entity of no session, as loaded and then expunged: every request reads one of these, and changes none."""
    made: Row = manager_of_class(model).new_instance()
    made.__dict__.update(zip(table.c.keys(), values, strict=True))
    make_transient_to_detached(made)
    return made


def find_half(session: Session, token: str, *, now: datetime) -> SignIn | None:
    """The sign-in of this token that waits for its second step."""
    query = (
        sa.select(SignIn)
        .join(Agent)
        .where(
            SignIn.token_hash == security.token_hash(token),
            SignIn.stage == Stage.CODE,
            SignIn.expires_at > now,
            Agent.active.is_(True),
        )
    )
    return session.scalar(query)


def let_in(session: Session, agent_id: int, token: str) -> None:
    """The agent has set up their second step in this session; those that were to do the same sign in again."""
    mine = SignIn.token_hash == security.token_hash(token)
    session.execute(sa.update(SignIn).where(SignIn.agent_id == agent_id, mine).values(stage=Stage.IN))
    session.execute(sa.delete(SignIn).where(SignIn.agent_id == agent_id, SignIn.stage == Stage.SETUP))


def is_stale(sign_in: SignIn, *, now: datetime) -> bool:
    """True when `touch` is due."""
    return now - sign_in.last_seen_at >= TOUCH_EVERY


def touch(session: Session, sign_in_id: int, *, now: datetime) -> None:
    session.execute(
        sa.update(SignIn).where(SignIn.id == sign_in_id, SignIn.last_seen_at < now).values(last_seen_at=now)
    )


def renew(session: Session, agent_id: int, token: str) -> str:
    """A new token for the same session: whoever copied the old one is out. Raises NotAllowed if it ended."""
    fresh = security.new_token()
    changed = session.scalars(
        sa.update(SignIn)
        .where(SignIn.agent_id == agent_id, SignIn.token_hash == security.token_hash(token))
        .values(token_hash=security.token_hash(fresh))
        .returning(SignIn.id)
        .execution_options(synchronize_session=False)
    ).all()
    if not changed:
        raise NotAllowed("Please sign in again.")
    return fresh


def end(session: Session, token: str) -> None:
    session.execute(sa.delete(SignIn).where(SignIn.token_hash == security.token_hash(token)))


def end_one(session: Session, agent_id: int, sign_in_id: int) -> None:
    """Ends one of the agent's own sessions; somebody else's number does nothing."""
    session.execute(sa.delete(SignIn).where(SignIn.agent_id == agent_id, SignIn.id == sign_in_id))


def end_all(session: Session, agent_id: int, *, but: str = "") -> None:
    """Ends every session of an agent, save the one of the token `but`."""
    session.execute(
        sa.delete(SignIn).where(SignIn.agent_id == agent_id, SignIn.token_hash != security.token_hash(but))
    )


def alive_of(session: Session, agent_id: int, *, now: datetime) -> list[SignIn]:
    """The agent's signed-in browsers, last used first."""
    query = sa.select(SignIn).where(SignIn.agent_id == agent_id, _alive(now), SignIn.stage != Stage.CODE)
    return list(session.scalars(query.order_by(SignIn.last_seen_at.desc(), SignIn.id.desc())))


def _alive(now: datetime) -> sa.ColumnElement[bool]:
    return sa.and_(SignIn.expires_at > now, SignIn.last_seen_at > now - IDLE)
