"""The second step at sign-in: setting it up, answering it, and being without a phone one day.

A secret waits until its first code was right; only then does it count. Whoever has one proves it by a code before they
change anything about it, so an open screen is not enough.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app import security
from app.accounts import audit, recovery_codes, sign_ins, totp
from app.accounts.models import Agent, SecondStep, SignIn, SignInRule, Stage
from app.accounts.stages import RULE, is_required
from app.db import changed_rows
from app.errors import InvalidInput, NotAllowed, PermanentFailure

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Standing:
    """Of one agent: since when they have a second step (None: they have none), and the recovery codes left."""

    since: datetime | None
    codes_left: int
    required: bool
    # The secret on its way to the phone, '' when there is none.
    waiting: str = ""


def standing(session: Session, agent_id: int, *, key: str) -> Standing:
    row = session.get(SecondStep, agent_id)
    waiting = _opened(row.waiting, key) if row is not None and row.waiting else ""
    since = row.since if row is not None and row.sealed else None
    return Standing(since, recovery_codes.unused(session, agent_id), is_required(session), waiting)


def require(session: Session, required: bool, *, by: Agent, now: datetime) -> bool:
    """For everybody or not; who has no second step is led to it at their next click. False when it was so."""
    rule = session.get(SignInRule, RULE, with_for_update=True)
    if rule is None:
        rule = SignInRule(id=RULE, second_step=False)
        session.add(rule)
    if rule.second_step == required:
        return False
    rule.second_step = required
    session.flush()
    with_one = sa.select(SecondStep.agent_id).where(SecondStep.sealed != "")
    change = sa.update(SignIn).execution_options(synchronize_session=False)
    if required:
        session.execute(
            change.where(SignIn.stage == Stage.IN, SignIn.agent_id.not_in(with_one)).values(stage=Stage.SETUP)
        )
    else:
        session.execute(change.where(SignIn.stage == Stage.SETUP).values(stage=Stage.IN))
    audit.note(session, "second step for all", by=by, now=now, changed={"active": [not required, required]})
    return True


def begin(session: Session, agent: Agent, *, key: str) -> None:
    """A new secret that waits for its first code. What counts at sign-in is unchanged until then."""
    row = _row(session, agent.id)
    row.waiting = security.seal(key, totp.new_secret())
    session.flush()


def confirm(
    session: Session, agent: Agent, typed: str, token: str, *, key: str, now: datetime
) -> tuple[list[str], str]:
    """The phone has it: ten recovery codes, and a new token for this session, which has now come all the way.

    Raises InvalidInput for a wrong code. The agent's other sessions that were only here to set this up end.
    """
    row = _row(session, agent.id)
    step = totp.step_of(_opened(row.waiting, key), typed, now=now) if row.waiting else None
    if step is None:
        raise InvalidInput("This code is not right. Is the clock of your phone set by itself?", "code")
    again = bool(row.sealed)
    row.sealed, row.waiting, row.since, row.last_used = row.waiting, "", now, step
    session.flush()
    fresh = sign_ins.renew(session, agent.id, token)
    sign_ins.let_in(session, agent.id, fresh)
    audit.note(session, "second step", agent.name, by=agent, now=now, changed=again)
    return recovery_codes.make(session, agent.id, key=key), fresh


def answer(session: Session, agent: Agent, typed: str, *, key: str, now: datetime) -> bool:
    """True for the code of now, of one step before or after, or for a recovery code; each works once."""
    row = session.get(SecondStep, agent.id)
    if row is None or not row.sealed:
        return False
    step = totp.step_of(_opened(row.sealed, key), typed, now=now)
    if step is not None:
        # Of two who send the same code at once, one moves the mark.
        moved = session.execute(
            sa.update(SecondStep)
            .where(SecondStep.agent_id == agent.id, SecondStep.last_used < step)
            .values(last_used=step)
            .execution_options(synchronize_session=False)
        )
        return changed_rows(moved) == 1
    if recovery_codes.spend(session, agent.id, typed, key=key, now=now):
        left = recovery_codes.unused(session, agent.id)
        audit.note(session, "recovery code", agent.name, by=agent, now=now, left=left)
        return True
    return False


def come_in(
    session: Session, token: str, typed: str, *, key: str, now: datetime, user_agent: str = ""
) -> str:
    """The token of a real session for that of a half one. Raises NotAllowed when that has ended, or InvalidInput."""
    half = sign_ins.find_half(session, token, now=now)
    if half is None:
        raise NotAllowed("Please sign in again.")
    prove(session, half.agent, typed, key=key, now=now)
    sign_ins.end(session, token)
    return sign_ins.start(session, half.agent_id, now=now, user_agent=user_agent)


def new_codes(session: Session, agent: Agent, typed: str, *, key: str, now: datetime) -> list[str]:
    """Ten others. Raises InvalidInput when the code that proves them is wrong."""
    prove(session, agent, typed, key=key, now=now)
    audit.note(session, "recovery codes", agent.name, by=agent, now=now)
    return recovery_codes.make(session, agent.id, key=key)


def switch_off(session: Session, agent: Agent, typed: str, *, key: str, now: datetime) -> None:
    """Raises InvalidInput while everybody needs one, or for a wrong code."""
    if is_required(session):
        raise InvalidInput("Everybody here signs in with a second step.", "code")
    prove(session, agent, typed, key=key, now=now)
    _forget(session, agent.id)
    audit.note(session, "second step off", agent.name, by=agent, now=now)


def prove(session: Session, agent: Agent, typed: str, *, key: str, now: datetime) -> None:
    if not answer(session, agent, typed, key=key, now=now):
        raise InvalidInput("This code is not right, or was used already. Wait for the next one.", "code")


def reset(session: Session, agent: Agent, *, by: Agent | None = None, now: datetime) -> bool:
    """For somebody without their phone and their codes: they sign in anew, by password. False: had none."""
    if session.get(SecondStep, agent.id) is None:
        return False
    _forget(session, agent.id)
    sign_ins.end_all(session, agent.id)
    audit.note(session, "second step reset", agent.name, by=by, now=now)
    return True


def _forget(session: Session, agent_id: int) -> None:
    recovery_codes.forget(session, agent_id)
    session.execute(sa.delete(SecondStep).where(SecondStep.agent_id == agent_id))


def _row(session: Session, agent_id: int) -> SecondStep:
    """The agent's own, made if need be; the lock on the agent keeps two windows from making it twice."""
    session.execute(sa.select(Agent.id).where(Agent.id == agent_id).with_for_update())
    row = session.get(SecondStep, agent_id)
    if row is None:
        row = SecondStep(agent_id=agent_id, sealed="", waiting="", last_used=0)
        session.add(row)
        session.flush()
    return row


def _opened(sealed: str, key: str) -> str:
    """'' when SECRET_KEY is another than that which sealed it: no code is right then, and `flask` can reset it."""
    try:
        return security.unseal(key, sealed)
    except PermanentFailure:
        log.error("a second step cannot be read: SECRET_KEY differs from the one that saved it")  # noqa: TRY400
        return ""
