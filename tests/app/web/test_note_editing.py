"""A note in other words: by its author or an admin, its earlier words kept, whoever is mentioned now told."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from app import db
from app.accounts.models import Role
from app.tickets.models import Event, Message
from app.together import telling
from app.together.models import Notice
from tests.app.web.conftest import Desk
from tests.support.web import add_agent, sign_in


def told() -> list[tuple[int, str]]:
    with db.transaction() as session:
        telling.tell(session, now=db.now())
        return [(one.agent_id, one.kind) for one in session.scalars(sa.select(Notice).order_by(Notice.id))]


@pytest.mark.both_databases
def test_a_note_is_edited_by_its_author_and_keeps_its_earlier_words(
    app: Flask, agent: FlaskClient, admin: FlaskClient, desk: Desk
) -> None:
    told()  # from here on everything is told
    desk.letter()
    mia, ben = add_agent("mia@help.example", "Mia Stone"), add_agent("ben@help.example", "Ben Harlow")
    reader = sign_in(app.test_client(), add_agent("rita@help.example", "Rita Roth", role=Role.AUDITOR))
    form = {"html": "<div>@Mia, the kettle <strong>leaks</strong>.</div>", "nonce": "n" * 22, "kind": "note"}
    agent.post("/tickets/1/note", data=form)
    assert told() == [(mia.id, "mention")]
    path = "/messages/2/note"
    assert path in agent.get("/tickets/1").text
    assert path in admin.get("/tickets/1").text
    assert "leaks" in agent.get(path).text
    # Nobody else's, and never a letter.
    colleague = sign_in(app.test_client(), ben)
    assert path not in colleague.get("/tickets/1").text
    changed = {"text": "@Mia and @Ben: it drips.", "version": "0", "view": "open"}
    assert colleague.get(path).status_code == 404
    assert colleague.post(path, data=changed).status_code == 404
    assert reader.post(path, data=changed).status_code == 403
    assert admin.post("/messages/1/note", data=changed).status_code == 404

    empty = agent.post(path, data={**changed, "text": " "})
    assert (empty.status_code, "The note is empty." in empty.text) == (422, True)
    assert agent.post(path, data=changed).status_code == 303
    assert admin.post(path, data={**changed, "text": "Late"}).status_code == 409  # read before the edit
    assert agent.post(path, data={**changed, "version": "1"}).status_code == 303  # the same words again
    page = reader.get("/tickets/1").text
    for said in ("it drips.", "edited ", "A note was edited", "Earlier words", "the kettle leaks"):
        assert said in page
    assert told() == [(mia.id, "mention"), (ben.id, "mention")]  # Mia has heard of it
    assert "/tickets/1" in agent.get("/search?q=drips").text
    with db.reading() as session:
        (event,) = session.scalars(sa.select(Event).where(Event.kind == "note-edited"))
        assert (event.detail["before"], event.detail["who"]) == ("@Mia, the kettle leaks.", "Nora Lind")

    assert agent.post(f"/events/{event.id}/undo").status_code == 303
    with db.reading() as session:
        note = session.get_one(Message, 2)
        assert note.html == form["html"]
        assert [one["rule"] for one in note.evidence] == ["mention"]
    assert admin.post(path, data={"text_html": "<div>Closed, @Ben.</div>", "version": "0"}).status_code == 303
    assert told()[-1] == (ben.id, "mention")
    assert "Ada Berg" in agent.get("/tickets/1").text


def test_a_note_keeps_its_pictures(agent: FlaskClient, desk: Desk) -> None:
    desk.letter()
    shown = '<div>See<img src="cid:image.7"></div>'
    agent.post("/tickets/1/note", data={"html": shown, "nonce": "n" * 22, "kind": "note"})
    assert "Its pictures stay." in agent.get("/messages/2/note").text
    agent.post("/messages/2/note", data={"text_html": "<div>Look</div>", "version": "0"})
    with db.reading() as session:
        html = session.get_one(Message, 2).html or ""
    assert html.startswith("<div>Look</div>")
    assert 'src="cid:image.7"' in html
