"""Begun again from the start: work that lost against somebody else's, through no fault of its own.

PostgreSQL ends one of two transactions that wait for each other, and one that saw what another changed; SQLite gives up
waiting for its one writer. In each case nothing of the transaction is left, so the same work may simply begin anew. It
does so as long as none of its transactions was committed: what was committed is not done twice. Files are named by
their content and bells ring after the commit, so nothing outside the database is doubled either.
"""

from __future__ import annotations

import logging
import random
import time
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app import db
from app.errors import TemporaryFailure

log = logging.getLogger(__name__)
P = ParamSpec("P")
T = TypeVar("T")

MOST_TRIES = 5
# After so long nobody waits for another try: a person would rather be told.
MOST_SECONDS = 15.0
FIRST_PAUSE_SECONDS = 0.05
# serialization_failure, deadlock_detected, lock_not_available: docs of PostgreSQL, appendix A.
_SQLSTATES = {"40001", "40P01", "55P03"}
# SQLITE_BUSY and SQLITE_LOCKED; the bits above name the kind.
_SQLITE_CODES = {5, 6}


class Busy(TemporaryFailure):
    """The database would not let this work through, however often it was begun again."""


def lost_to_another(error: sa.exc.DBAPIError) -> bool:
    """True when the transaction is gone because of others at the same moment, and may be begun again."""
    if getattr(error.orig, "sqlstate", None) in _SQLSTATES:
        return True
    code = getattr(error.orig, "sqlite_errorcode", None)
    return code is not None and code & 0xFF in _SQLITE_CODES


def again(
    work: Callable[P, T], *, before: Callable[[], None] | None = None, tries: int = MOST_TRIES
) -> Callable[P, T]:
    """`work`, begun again from the start when it lost to another. `before` is called before each further beginning.

    Raises Busy at the end of patience, and when something was committed before it lost.
    """

    name = getattr(getattr(work, "func", work), "__qualname__", "work")

    @wraps(work)
    def patient(*args: P.args, **kwargs: P.kwargs) -> T:
        end = time.monotonic() + MOST_SECONDS
        for turn in range(1, tries + 1):
            committed = db.commits()
            try:
                return work(*args, **kwargs)
            except sa.exc.DBAPIError as error:
                if not lost_to_another(error):
                    raise
                last = turn == tries or time.monotonic() > end or db.commits() != committed
                if last:
                    log.warning("%s was lost to others too often", name)
                    raise Busy(
                        "Too many write at this moment, and yours had to wait too long. Try again in a moment."
                    ) from error
            log.info("%s lost to another, and begins again", name)
            time.sleep(FIRST_PAUSE_SECONDS * 2 ** (turn - 1) * (0.5 + random.random()))  # noqa: S311 (no secret)
            if before is not None:
                before()
        raise AssertionError("unreachable")

    return patient


def write(work: Callable[[Session], T]) -> T:
    """`work(session)` in a transaction of its own, begun again when it lost to another. Raises Busy."""

    def whole() -> T:
        with db.transaction() as session:
            return work(session)

    whole.__qualname__ = getattr(getattr(work, "func", work), "__qualname__", "work")
    return again(whole)()
