"""Others write at the same moment: an agent's form begins again by itself, and if that does not help, nothing is lost."""

from __future__ import annotations

import html
import io
import re
import threading

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from app import db
from app.tickets.models import Attachment
from tests.app.web.conftest import one
from tests.app.web.replies import newest, outgoing, reply
from tests.support.other_writers import crossing, refusals, somebody_writes

ON_SQLITE = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
ON_POSTGRESQL = pytest.mark.parametrize("database", ["postgresql"], indirect=True)
TYPED = '<div>It left today.<br>Yours, "Nora" &amp; co.</div>'


@pytest.mark.postgres
@ON_POSTGRESQL
def test_a_reply_that_waited_for_whoever_waited_for_it_is_sent_once(
    agent: FlaskClient, desk, database: str
) -> None:
    ticket = desk.letter()
    with crossing(database, ticket) as told:
        assert reply(agent, ticket, TYPED, then_status="waiting").status_code == 303
    assert told == ["40P01"], "it was sent away as the victim of a deadlock"
    assert len(outgoing()) == 1 and "It left today." in agent.get(f"/tickets/{ticket}").text


@ON_SQLITE
def test_forms_get_through_when_the_other_writer_ends(agent: FlaskClient, desk, database: str) -> None:
    ticket = desk.letter()
    db.configure(database, busy_seconds=0.02)
    refused = refusals()
    answers = []
    file = {"kind": "outgoing", "file": (io.BytesIO(b"all of it"), "a.txt")}
    for send in (
        lambda: agent.post(f"/tickets/{ticket}/draft/files", data=file),
        lambda: reply(agent, ticket, TYPED),
    ):
        refused.clear()
        with somebody_writes(database) as other:
            sending = threading.Thread(target=lambda send=send: answers.append(send()))
            sending.start()
            assert refused.wait(60), "it was refused at least once"
            other.ends()
            sending.join(60)
    assert [answer.status_code // 100 for answer in answers] in ([2, 3], [3, 3])
    assert len(outgoing()) == 1
    assert one(sa.select(Attachment.size)) == len(b"all of it"), "a file is read from its beginning again"


@ON_SQLITE
def test_a_reply_that_does_not_get_through_is_kept_and_sent_with_one_click(
    app: Flask, agent: FlaskClient, desk, database: str
) -> None:
    ticket = desk.letter()
    agent.post(f"/tickets/{ticket}/draft", data={"kind": "outgoing", "html": "my draft", "version": "0"})
    agent.get(f"/tickets/{ticket}")
    db.configure(database, busy_seconds=0.02)
    seen = str(newest(ticket))
    with somebody_writes(database):
        page = reply(agent, ticket, TYPED, seen_message_id=seen)
        toast = agent.post(
            f"/tickets/{ticket}/reply",
            data={"html": TYPED, "to": "olga@buyer.example", "nonce": "nonce-of-a-toast-0001"},
            headers={"HX-Request": "true"},
        )
        stranger = app.test_client().post(
            "/sign-in", data={"email": "nora@help.example", "password": "correct horse"}
        )
        assert agent.get(f"/tickets/{ticket}").status_code == 200, "who only reads waits for nobody"
    assert page.status_code == 503 and page.headers["Retry-After"]
    assert "Too many write at this moment" in page.text and "Something went wrong" not in page.text
    assert toast.status_code == 503 and toast.headers["HX-Retarget"] == "#toasts"
    assert "correct horse" not in stranger.text
    assert not outgoing() and "my draft" in agent.get(f"/tickets/{ticket}").text
    form = re.search(
        r'<form method="post" action="([^"]+)" id="once-more">(.*?)</form>', page.text, re.DOTALL
    )
    assert form is not None
    fields = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', form[2])
    again = agent.post(form[1], data={name: html.unescape(value) for name, value in fields})
    assert again.status_code == 303
    assert [message.visible for message in outgoing()] == ['It left today.\nYours, "Nora" & co.']
