"""How far a right password leads: in, to the code of the second step, or to setting one up first."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.accounts.models import SecondStep, SignInRule, Stage

RULE = 1


def has_second_step(session: Session, agent_id: int) -> bool:
    query = sa.select(SecondStep.agent_id).where(SecondStep.agent_id == agent_id, SecondStep.sealed != "")
    return session.scalar(query) is not None


def is_required(session: Session) -> bool:
    """Whether everybody needs a second step."""
    return bool(session.scalar(sa.select(SignInRule.second_step).where(SignInRule.id == RULE)))


def after_password(session: Session, agent_id: int) -> Stage:
    """Whoever changes the rule meanwhile waits for this transaction, or is waited for."""
    rule = sa.select(SignInRule.second_step).where(SignInRule.id == RULE).with_for_update(read=True)
    required = bool(session.scalar(rule))
    if has_second_step(session, agent_id):
        return Stage.CODE
    return Stage.SETUP if required else Stage.IN
