"""Replies written as a browser sends them."""

from __future__ import annotations

from collections.abc import Iterator

import sqlalchemy as sa
from flask.testing import FlaskClient

from app import db
from app.tickets.models import Message, Ticket
from tests.app.web.conftest import one

nonces: Iterator[str] = (f"nonce-of-this-form-{number}" for number in range(10_000))


def reply(agent: FlaskClient, ticket: int, html: str = "<div>It left today.</div>", **more: str):
    values = {
        "html": html,
        "to": "Olga Petrova <olga@buyer.example>",
        "cc": "",
        "then_status": "",
        "nonce": next(nonces),
        "seen_message_id": str(newest(ticket)),
        "draft_id": "",
        "version": "0",
        "article_ids": "",
        "kind": "outgoing",
    }
    return agent.post(f"/tickets/{ticket}/reply", data={**values, **more})


def newest(ticket: int) -> int:
    with db.reading() as session:
        return session.scalar(sa.select(sa.func.max(Message.id)).where(Message.ticket_id == ticket)) or 0


def ticket_row(ticket: int) -> Ticket:
    return one(sa.select(Ticket).where(Ticket.id == ticket))  # type: ignore[return-value]


def outgoing() -> list[Message]:
    with db.reading() as session:
        return list(session.scalars(sa.select(Message).where(Message.kind == "outgoing")))
