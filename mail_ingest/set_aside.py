"""What becomes of a letter that could not be ingested: parked when it is to blame, else put off until the next round.

After a failed transaction, in one of its own. Nobody else waits for such a letter, and nothing of it is lost: its
bytes stay, and a parked one can be replayed.
"""

from __future__ import annotations

import traceback

import sqlalchemy as sa

from app import db
from app.again import again
from app.errors import NotFound, PermanentFailure, TemporaryFailure
from app.mailboxes.models import RawMail, RawState
from mail_ingest.journal import decide_row

# SQLSTATE class 54, "program limit exceeded": PostgreSQL calls it operational, but it is about what we wrote.
_LIMIT_CLASS = "54"


def is_passing(error: Exception) -> bool:
    """True when the database or the disk is at fault and not the letter."""
    if isinstance(error, sa.exc.OperationalError):
        return not str(getattr(error.orig, "sqlstate", "") or "").startswith(_LIMIT_CLASS)
    return isinstance(error, sa.exc.InterfaceError | OSError | TemporaryFailure)


@again
def put_off(raw_id: int, error: Exception) -> None:
    """Leave it undecided, saying why. Raises when the database cannot even write that."""
    with db.transaction() as session:
        raw = session.get(RawMail, raw_id)
        if raw is not None and raw.state == RawState.STORED:
            raw.attempts += 1
            raw.reason = reason_of(error)


@again
def park(raw_id: int, error: Exception, header: tuple[str, str] = ("", "")) -> bool:
    """Set it aside, visibly; `flask replay-parked` takes it up again. False when it is decided already.

    `header`: sender and subject, for the eyes of whoever decides about it.
    """
    with db.transaction() as session:
        raw = session.get(RawMail, raw_id)
        if raw is None or raw.state != RawState.STORED:
            return False
        raw.attempts += 1
        raw.sender, raw.subject = raw.sender or header[0][:320], raw.subject or header[1][:500]
        decide_row(session, raw, RawState.PARKED, reason_of(error), now=db.now())
        return True


def reason_of(error: Exception) -> str:
    """In words that every database can store, whatever of the letter the error quotes."""
    text = (
        str(error)
        if isinstance(error, NotFound | PermanentFailure | TemporaryFailure)
        else f"{type(error).__name__}: {error}"
    )
    return text.encode("utf-8", "replace").decode("utf-8").replace("\0", "\N{REPLACEMENT CHARACTER}")[:400]


def trace_of(error: Exception) -> str:
    """Where it happened and what it said, for the log. What an error quotes of a letter stands there escaped: no
    line of it can pass for a line of ours."""
    return (
        "".join(traceback.format_tb(error.__traceback__))
        + f"{type(error).__name__}: {ascii(str(error))[:1000]}"
    )
