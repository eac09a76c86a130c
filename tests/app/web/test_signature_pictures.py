"""Signatures as they look: in the editor, in the exchange and on paper; also where a ticket goes to another mailbox."""

from __future__ import annotations

import io
from html import escape

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from selectolax.lexbor import LexborHTMLParser

from app import db
from app.blobs import BlobStore
from app.mailboxes.models import Mailbox
from app.mailboxes.setup_models import Brand, BrandLogo
from app.outgoing.compose import html_of
from app.outgoing.letter_rows import letter_to
from app.outgoing.models import Outbox
from app.outgoing.signature_pictures import LARGEST
from app.settings import Settings
from tests.app.outgoing.test_looks import png
from tests.app.web.conftest import Desk
from tests.app.web.replies import reply
from tests.app.web.test_profile_page import FORM

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


def upload(client: FlaskClient, content: bytes, name: str = "our_logo.png"):
    return client.post(
        "/brand/pictures", data={"file": (io.BytesIO(content), name)}, headers={"Accept": "application/json"}
    )


def test_a_picture_in_a_signature_is_seen_wherever_the_signature_is(
    agent: FlaskClient, admin: FlaskClient, desk: Desk
) -> None:
    kept = upload(agent, png(240, 60)).json
    assert kept is not None and kept["name"] == "our logo"
    shown = agent.get(kept["url"])
    assert (shown.mimetype, shown.data) == ("image/png", png(240, 60))
    assert upload(agent, b"<svg/>").status_code == 422
    assert "100 KB" in (upload(agent, png() + b"\0" * LARGEST).json or {})["error"]
    assert agent.post("/brand/pictures", data={}).status_code == 422
    with db.reading() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(BrandLogo)) == 1

    looks = f'<div><strong>Nora</strong><br><img src="{kept["url"]}" alt="Orbit"></div>'
    agent.post("/profile", data={**FORM, "signature_html": looks})
    in_editor = LexborHTMLParser(agent.get("/profile").text).css_first("#signature-html")
    assert in_editor is not None
    figure = (in_editor.attributes["value"] or "").partition("<figure")[2]
    assert kept["url"] in figure and escape('"caption": "Orbit"') in figure

    ticket = desk.letter()
    picture = f'<img src="{kept["url"]}" alt="Orbit">'
    assert picture in agent.get(f"/tickets/{ticket}").text, "below the editor, before it is sent"
    reply(agent, ticket)
    agent.post("/profile", data={**FORM, "signature_html": "<div>Somebody else</div>"})
    page = LexborHTMLParser(admin.get(f"/tickets/{ticket}").text).css_first(
        ".message-outgoing .signature-shown"
    )
    assert page is not None and page.html is not None
    assert picture in page.html and "<strong>Nora</strong>" in page.html, "as it was sent"
    paper = LexborHTMLParser(admin.get(f"/tickets/{ticket}/print").text).css_first(".print-signature")
    assert paper is not None and picture in (paper.html or "")


def test_a_reply_in_a_moved_ticket_has_the_looks_of_the_mailbox_it_leaves_from(
    agent: FlaskClient, admin: FlaskClient, desk: Desk, installation: Settings
) -> None:
    """Brand, signature with its picture, and address are those of the new mailbox; of the old one nothing stays."""
    kept = upload(admin, png(100, 40)).json
    assert kept is not None
    digest = kept["url"].rpartition("/")[2]
    with db.transaction() as session:
        now = db.now()
        old = session.get_one(Mailbox, desk.mailbox_id)
        old.signature = "The support desk"
        html = f'<div>The returns desk<br><img src="cid:picture.{digest}" alt="Returns"></div>'
        returns = Mailbox(
            address="returns@help.example", name="Returns", created_at=now,
            signature="The returns desk\n[Returns]", signature_html=html,
        )  # fmt: skip
        session.add(returns)
        session.flush()
        session.add_all(
            [
                Brand(mailbox_id=old.id, company="Support Ltd", colour="#aa0000", footer="Old road 1"),
                Brand(mailbox_id=returns.id, company="Returns Ltd", colour="#006600", footer="New road 2"),
            ]
        )
        there = returns.id
    ticket = desk.letter()
    before, after = "<div>We look into it.</div>", "<div>Send it to us.</div>"
    reply(agent, ticket, before)
    agent.post(f"/tickets/{ticket}/mailbox", data={"mailbox": str(there)})
    assert f'src="{kept["url"]}"' in agent.get(f"/tickets/{ticket}").text
    reply(agent, ticket, after)
    with db.reading() as session:
        rows = session.scalars(sa.select(Outbox).order_by(Outbox.id))
        letters = [letter_to(session, row, installation, BlobStore(installation.blob_dir)) for row in rows]
    first, second = (html_of(letter) for letter in letters)
    assert [letter.sender.email for letter in letters] == ["support@help.example", "returns@help.example"]
    for words in ("Support Ltd", "Old road 1", "#aa0000", "The support desk"):
        assert words in first, "written before the move: it stays as it was"
        assert words not in second.partition("gmail_quote")[0]
    for words in ("Returns Ltd", "New road 2", "#006600", "The returns desk", f"cid:picture.{digest}"):
        assert words in second and words not in first
