"""Which signature stands below a letter."""

from __future__ import annotations

import json
from html import escape

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from app import db
from app.accounts.models import Agent
from app.blobs import BlobStore
from app.customers.models import Customer
from app.errors import InvalidInput
from app.mailboxes.models import Mailbox
from app.outgoing import branding
from app.outgoing.compose import compose, html_of, plain_text
from app.outgoing.letter import Letter
from app.outgoing.letter_rows import letter_to
from app.outgoing.models import Outbox
from app.outgoing.reply import Reply
from app.outgoing.service import write_reply
from app.outgoing.signature_html import LONGEST_HTML, Signature, typed
from app.outgoing.signature_pictures import LARGEST, clean_picture, for_editor, shown_size
from app.outgoing.signatures import of_receipt, signature
from app.tickets.models import Ticket
from tests.app.outgoing.conftest import NOW, World
from tests.app.outgoing.test_looks import png

VALUES = {"agent.name": "Ben Falk", "mailbox.name": "Orbit support"}


@pytest.mark.parametrize(
    ("mode", "expected"),
    [
        ("both", "Ben Falk\nOrbit support, Green street 1"),
        ("agent", "Ben Falk"),
        ("mailbox", "Orbit support, Green street 1"),
        ("none", ""),
    ],
)
def test_each_mailbox_says_which_ones(mode: str, expected: str) -> None:
    agent, mailbox = Signature("{{agent.name}}\n"), Signature("{{mailbox.name}}, Green street 1")
    assert signature(agent, mailbox, mode, VALUES) == Signature(expected)


def test_a_line_without_its_value_is_left_out_and_stops_nothing() -> None:
    plain = signature(Signature("Yours\n{{customer.first_name}}\nBen"), Signature(), "both", VALUES)
    assert plain == Signature("Yours\nBen")
    looks = (
        "<div><strong>Yours<br>{{customer.first_name}}, hello</strong><br>Ben</div>"
        '<ul><li><a href="https://orbit.example/{{ticket.number}}">Your order</a></li><li>{{mailbox.name}}</li></ul>'
    )
    rich = signature(typed("", looks, Signature()), Signature("Green & street"), "both", VALUES)
    assert rich.text == "Yours\nBen\n- Orbit support\nGreen & street"
    assert rich.html == (
        "<div><strong>Yours<br></strong>Ben</div><ul><li>Orbit support</li></ul><div>Green &amp; street</div>"
    )


def test_nothing_is_nothing() -> None:
    assert signature(Signature(" \n"), Signature(), "both", VALUES) == Signature()
    assert typed("", "<div><br></div>", Signature("Ben")) == Signature()


def test_what_a_stranger_chose_is_not_mailed_in_a_receipt() -> None:
    """A receipt goes to whoever a letter says it is from: nobody may send their own words with it."""
    mailbox = Mailbox(
        address="help@desk.example",
        name="Help desk",
        signature="Dear {{customer.name}}\nAbout {{ticket.subject}}, {{ticket.number}}\n{{mailbox.name}}",
    )
    ticket = Ticket(id=7, subject="Buy now", customer=Customer(name="Cheap pills"))
    mailbox.signature_html = ""
    assert of_receipt(ticket, mailbox) == Signature("Help desk")
    mailbox.signature_html = "<div>Dear {{customer.name}}<br><em>{{mailbox.name}}</em></div>"
    assert of_receipt(ticket, mailbox) == Signature("Help desk", "<div><em>Help desk</em></div>")


HOSTILE = (
    '<div onclick="x()">{{agent.name}} <script>x()</script><img src=x onerror=x()><img src="cid:image.1">'
    '<a href="javascript:x()">site</a><style>p{}</style><iframe src="//x.example"></iframe></div>'
)


def test_what_is_typed_is_cleaned_as_a_reply_is_and_holds_no_pictures() -> None:
    assert typed("", HOSTILE, Signature()).html == "<div>{{agent.name}} <a>site</a></div>"
    stranger = {"agent.name": "<img src=x onerror=x()>"}
    shown = signature(Signature("{{agent.name}}", HOSTILE), Signature(), "both", stranger)
    assert shown.html == "<div>&lt;img src=x onerror=x()&gt; <a>site</a></div>", (
        "also one that came past the form"
    )
    with pytest.raises(InvalidInput):
        typed("", "x" * (LONGEST_HTML + 1), Signature())


def test_lines_stay_lines_and_looks_outlive_a_browser_without_scripts() -> None:
    assert typed("", "<div>Ben &lt;3<br><br>Orbit &amp; Co</div>", Signature()) == Signature(
        "Ben <3\n\nOrbit & Co"
    )
    rich = typed(
        "", '<div><strong>Ben</strong><br><a href="https://orbit.example">Orbit</a></div>', Signature()
    )
    assert rich.text == "Ben\nOrbit <https://orbit.example>"
    assert typed("Ben\r\nOrbit <https://orbit.example>", "", rich) == rich
    assert typed("Ben\r\n\r\nLind", "", rich) == Signature("Ben\n\nLind")


def test_a_letter_carries_the_looks_and_a_text_that_says_the_same(world: World) -> None:
    with db.transaction() as session:
        ben = session.get_one(Agent, world.ben)
        before = _letter(session, world, ben, "a" * 20)
        ben.signature_html = '<p><strong>{{agent.name}}</strong></p><ul><li><a href="https://orbit.example/?a=1&amp;b=2">Shop</a></li></ul>'
        ben.signature = "{{agent.name}}"
        after = _letter(session, world, ben, "b" * 20)
    assert "Ben<br>Orbit, Green street 1</td>" in html_of(before).replace("\n", ""), (
        "plain lines, as they always were"
    )
    shown = html_of(after)
    assert '<p style="margin:0 0 6px"><strong>Ben Falk</strong></p>' in shown
    assert (
        'href="https://orbit.example/?a=1&amp;b=2">Shop</a></li></ul><div>Orbit, Green street 1</div>'
        in shown
    )
    assert "Ben Falk\n\n- Shop <https://orbit.example/?a=1&b=2>\nOrbit, Green street 1\n" in plain_text(after)


def figure(digest: str, caption: str = "") -> str:
    told = escape(json.dumps({"url": f"https://desk.example/brand/{digest}", "filename": "orbit logo"}))
    said = escape(json.dumps({"caption": caption}))
    return f'<figure data-trix-attachment="{told}" data-trix-attributes="{said}"><img src="x"></figure>'


def test_a_picture_is_kept_by_what_it_is_and_keeps_its_words_in_the_editor() -> None:
    one, other = "a" * 64, "b" * 64
    kept = typed("", f"<div>Ben<br>{figure(one)}{figure(other, 'Orbit & <Co>')}</div>", Signature())
    assert kept.text == "Ben\n[orbit logo][Orbit & <Co>]"
    assert f'<img src="cid:picture.{one}" alt="orbit logo">' in kept.html
    again = typed("", for_editor(kept.html, lambda digest: f"/brand/{digest}"), kept)
    assert again == kept
    elsewhere = figure(one).replace("/brand/", "/attachments/")
    assert typed("", f"<div>Ben{elsewhere}</div>", Signature()) == Signature("Ben")
    with pytest.raises(InvalidInput):
        typed("", "".join(figure(letter * 64) for letter in "abcd"), Signature())
    assert [shown_size(*size) for size in ((640, 100), (90, 30), (100, 400), (0, 0))] == [
        (320, 50),
        (90, 30),
        (25, 100),
        (0, 0),
    ]
    for wrong in (png() + b" " * LARGEST, b"GIF89a", png()[:-6]):
        with pytest.raises(InvalidInput):
            clean_picture(wrong)


def test_a_letter_carries_the_pictures_of_its_signature_and_no_others(world: World) -> None:
    with db.transaction() as session:
        digest = branding.keep(session, clean_picture(png(640, 100)))
        ben = session.get_one(Agent, world.ben)
        looks = f"<div>{{{{agent.name}}}}<br>{figure(digest, 'Orbit')}{figure('c' * 64, 'gone')}</div>"
        signed = typed("", looks, Signature())
        ben.signature, ben.signature_html = signed.text, signed.html
        letter = _letter(session, world, ben, "d" * 20, blobs=BlobStore(world.settings.blob_dir))
    name = f"picture.{digest}.{letter.message_id}"
    assert (
        f'<img style="max-width:100%;height:auto" src="cid:{name}" alt="Orbit" width="320" height="50"'
        in html_of(letter)
    )
    assert "cccc" not in html_of(letter) and "gone</div>" in html_of(letter), (
        "words instead of what nobody stored"
    )
    assert "Ben Falk\n[Orbit][gone]\n" in plain_text(letter)
    parts = [part for part in compose(letter).walk() if part["Content-ID"] == f"<{name}>"]
    assert [part.get_payload(decode=True) for part in parts] == [png(640, 100)]
    assert parts[0].get_content_disposition() == "inline" and parts[0].get_filename() == "signature-1.png"


def _letter(
    session: Session, world: World, ben: Agent, nonce: str, *, blobs: BlobStore | None = None
) -> Letter:
    reply = Reply("<div>On Monday.</div>", ["olga@client.example"], [], "", nonce)
    ticket = session.get_one(Ticket, world.ticket)
    sent = write_reply(session, ticket, reply, by=ben, now=NOW, settings=world.settings)
    row = session.scalars(sa.select(Outbox).where(Outbox.message_id == sent.id)).one()
    return letter_to(session, row, world.settings, blobs)
