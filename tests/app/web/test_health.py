"""/healthz, which load balancers and our own start ask."""

from __future__ import annotations

from flask.testing import FlaskClient

from app import db


def test_answers_while_the_database_does(client: FlaskClient) -> None:
    reply = client.get("/healthz")
    assert (reply.status_code, reply.get_json()) == (200, {"status": "ok"})


def test_says_when_the_database_is_gone(client: FlaskClient) -> None:
    db.configure("sqlite:////nowhere/at/all.db")
    reply = client.get("/healthz")
    assert (reply.status_code, reply.get_json()) == (503, {"status": "database"})
