"""Ten codes for the day the phone is gone: shown once, each good for one sign-in, stored as keyed hashes.

A code has 80 random bits, and the key of the hash stands outside the database: a copy of the database can try nothing.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app import security
from app.accounts.models import RecoveryCode
from app.db import changed_rows

NUMBER = 10
LENGTH = 16
# Without the letters and digits that people take for one another.
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
_ALIKE = str.maketrans("", "", " -\t\r\n\u00a0\u2010\u2011\u2013\u2014\u2212")


def make(session: Session, agent_id: int, *, key: str) -> list[str]:
    """Ten new codes, as a person reads them; those there were are worth nothing any more."""
    forget(session, agent_id)
    codes = ["".join(secrets.choice(_LETTERS) for _ in range(LENGTH)) for _ in range(NUMBER)]
    session.add_all(RecoveryCode(agent_id=agent_id, code_hash=_hash(agent_id, code, key)) for code in codes)
    session.flush()
    return ["-".join(code[at : at + 4] for at in range(0, LENGTH, 4)) for code in codes]


def spend(session: Session, agent_id: int, typed: str, *, key: str, now: datetime) -> bool:
    """True for one that was never used; of two who use it at once, for one of them."""
    code = tidy(typed)
    if not code:
        return False
    done = session.execute(
        sa.update(RecoveryCode)
        .where(
            RecoveryCode.agent_id == agent_id,
            RecoveryCode.code_hash == _hash(agent_id, code, key),
            RecoveryCode.used_at.is_(None),
        )
        .values(used_at=now)
        .execution_options(synchronize_session=False)
    )
    return changed_rows(done) == 1


def unused(session: Session, agent_id: int) -> int:
    query = sa.select(sa.func.count(RecoveryCode.id))
    return session.scalar(query.where(RecoveryCode.agent_id == agent_id, RecoveryCode.used_at.is_(None))) or 0


def ours(session: Session, agent_id: int, typed: list[str], *, key: str) -> list[str]:
    """Of what a page sends back to have it as a file: only codes of this agent that still count."""
    query = sa.select(RecoveryCode.code_hash)
    known = set(
        session.scalars(query.where(RecoveryCode.agent_id == agent_id, RecoveryCode.used_at.is_(None)))
    )
    return [code for code in typed[:NUMBER] if _hash(agent_id, tidy(code), key) in known]


def forget(session: Session, agent_id: int) -> None:
    session.execute(sa.delete(RecoveryCode).where(RecoveryCode.agent_id == agent_id))


def tidy(typed: str) -> str:
    """'' for what cannot be one: the six digits of the app come through the same field."""
    code = typed[:100].translate(_ALIKE).lower()
    return code if len(code) == LENGTH and code.isascii() else ""


def _hash(agent_id: int, code: str, key: str) -> str:
    purpose = security.derive_key(key, "recovery codes")
    return hmac.new(purpose, f"{agent_id}:{code}".encode(), hashlib.sha256).hexdigest()
