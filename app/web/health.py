"""/healthz: does this process answer, and can it read its database? For load balancers, and for our own start."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from flask import Blueprint
from sqlalchemy.exc import SQLAlchemyError

from app.db import reading

bp = Blueprint("health", __name__)


@bp.get("/healthz")
def healthz() -> Any:
    """200 {"status": "ok"}, or 503 when the database does not answer. Says nothing else to strangers."""
    try:
        with reading() as session:
            session.execute(sa.text("SELECT 1"))
    except SQLAlchemyError:
        return {"status": "database"}, 503
    return {"status": "ok"}
