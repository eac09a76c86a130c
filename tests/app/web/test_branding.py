"""How mails and rating pages look: set on a page, kept with each letter, shown to the customer who rates."""

from __future__ import annotations

import io
import re

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from app import db
from app.blobs import BlobStore
from app.mailboxes.models import Mailbox
from app.outgoing import branding
from app.outgoing.compose import compose
from app.outgoing.letter_rows import letter_to
from app.outgoing.models import Outbox
from app.ratings.models import RatingInvitation
from app.ratings.service import invitation_token
from app.settings import Settings
from tests.app.outgoing.test_looks import png
from tests.app.web.conftest import Desk

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
LOOK = {"company": "Orbit <LLC>", "colour": "#205080", "footer": "Street 1\nReg. 42"}


def change(client: FlaskClient, logo: bytes | None = None, **more: str) -> int:
    form: dict[str, object] = {**LOOK, **more}
    if logo is not None:
        form["logo"] = (io.BytesIO(logo), "logo.png")
    return client.post("/settings/look", data=form).status_code


def sent_bytes(settings: Settings) -> bytes:
    with db.reading() as session:
        row = session.scalars(sa.select(Outbox).order_by(Outbox.id.desc())).first()
        assert row is not None
        return compose(letter_to(session, row, settings, BlobStore(settings.blob_dir))).as_bytes()


def answer(client: FlaskClient, ticket_id: int, nonce: str) -> None:
    form = {"body": "It is on its way.", "to": "olga@buyer.example", "nonce": nonce * 20}
    assert client.post(f"/tickets/{ticket_id}/reply", data=form).status_code == 303


def test_a_letter_keeps_the_look_it_was_written_with(
    admin: FlaskClient, desk: Desk, installation: Settings
) -> None:
    ticket_id = desk.letter()
    assert change(admin, png(300, 60)) == 302
    answer(admin, ticket_id, "a")
    first = sent_bytes(installation)
    assert b"Orbit &lt;LLC&gt;" in first and b"image/png" in first and b"#205080" in first
    assert change(admin, company="Comet", drop_logo="on") == 302
    assert sent_bytes(installation) == first, "a retry would be another mail"
    answer(admin, ticket_id, "b")
    second = sent_bytes(installation)
    assert b"Comet" in second and b"logo.png" not in second


def test_a_mailbox_has_its_own_where_it_says_something(admin: FlaskClient, desk: Desk) -> None:
    change(admin)
    assert change(admin, mailbox=str(desk.mailbox_id), company="Orbit repairs", colour="", footer="") == 302
    with db.reading() as session:
        look = branding.look_of(session, desk.mailbox_id)
        assert (look.company, look.colour, look.footer) == ("Orbit repairs", "#205080", "Street 1\nReg. 42")
        assert branding.look_of(session, None).company == "Orbit <LLC>"
        session.rollback()
    assert admin.get("/settings/look?mailbox=999").status_code == 404


def test_the_rating_page_looks_like_the_letter(
    app: Flask, admin: FlaskClient, desk: Desk, installation: Settings
) -> None:
    change(admin, png(300, 60))
    answer(admin, desk.letter(), "a")
    with db.reading() as session:
        invitation = session.scalars(sa.select(RatingInvitation)).one()
        token = invitation_token(invitation, installation.secret_key)
    stranger = app.test_client()
    page = stranger.get(f"/r/{token}").text
    assert "Orbit &lt;LLC&gt;" in page and "--brand: #205080" in page and "Street 1" in page
    found = re.search(r'src="(/brand/[0-9a-f]{64})"', page)
    assert found is not None
    picture = stranger.get(found[1])
    assert picture.data == png(300, 60) and picture.mimetype == "image/png"
    assert picture.headers["X-Content-Type-Options"] == "nosniff"
    assert stranger.get("/brand/" + "1" * 64).status_code == 404
    assert stranger.get("/brand/../settings").status_code in (302, 404)


@pytest.mark.parametrize(
    ("form", "logo", "said"),
    [
        ({"colour": "#ffee00"}, None, "The nearest that can be read: #"),
        ({"colour": "blue"}, None, "such as #3f4bc4"),
        ({"footer": "\n".join("abcdefghi")}, None, "eight lines"),
        ({}, b"<svg/>", "PNG or JPEG"),
        ({}, b"\x89PNG\r\n\x1a\n" + b"0" * 50, "not damaged"),
    ],
)
def test_what_cannot_be_is_said_and_changes_nothing(
    admin: FlaskClient, desk: Desk, form: dict[str, str], logo: bytes | None, said: str
) -> None:
    sent: dict[str, object] = {**LOOK, **form}
    if logo is not None:
        sent["logo"] = (io.BytesIO(logo), "logo.png")
    page = admin.post("/settings/look", data=sent)
    assert page.status_code == 422 and said in page.text
    with db.reading() as session:
        assert not branding.look_of(session, None).in_mail


def test_a_mailbox_that_goes_takes_its_look_along(admin: FlaskClient, desk: Desk) -> None:
    with db.transaction() as session:
        spare = Mailbox(address="spare@help.example", created_at=db.now())
        session.add(spare)
        session.flush()
        spare_id = spare.id
    change(admin, mailbox=str(spare_id))
    with db.transaction() as session:
        session.execute(sa.delete(Mailbox).where(Mailbox.id == spare_id))
    with db.reading() as session:
        assert branding.customised(session) == set()
