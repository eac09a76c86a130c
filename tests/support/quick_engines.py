"""Thousands of tests open a database of their own each: what SQLAlchemy learns about one serves for the next.

An engine asks a database who it is when it first connects, and writes out each statement when it first sends it. The
statements of this product are the same for every database of a kind, so all engines of a kind share their dialect and
what was compiled for it. This is half of what a short test costs.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy.engine import Connection, Dialect, Engine

from app import db

# As the product makes it, with a dialect of its own.
whole = db.make_engine
_kept: dict[str, tuple[Dialect, Any]] = {}
_introduced: set[str] = set()


def share_statements() -> None:
    """Every engine that this process makes from now on compiles a statement once for all of them."""
    db.make_engine = _quick


def _quick(url: str, **more: Any) -> Engine:
    engine = whole(url, **more)
    _kept.setdefault(engine.name, (engine.dialect, engine._compiled_cache))
    kept, statements = _kept[engine.name]
    # A new engine's first connection introduces its own dialect, which nobody uses: once is enough for the kept one.
    engine.dialect.initialize = _introduce(kept, type(kept).initialize)  # type: ignore[method-assign]
    engine.dialect = engine.pool._dialect = kept
    engine._compiled_cache = statements
    return engine


def _introduce(kept: Dialect, initialize: Any) -> Any:
    def once(connection: Connection) -> None:
        if kept.name not in _introduced:
            initialize(kept, connection)
            _introduced.add(kept.name)

    return once
