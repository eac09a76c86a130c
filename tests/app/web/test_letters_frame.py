"""Letters as they were laid out, and files: shown so that they can do nothing."""

from __future__ import annotations

import base64

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from app import db
from app.mailboxes.models import Folder, RawMail
from app.tickets.filing import LetterFile
from app.tickets.letter_shape import shape_of
from app.tickets.models import Message

PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
HTML = (
    '<table><tr><td><script>alert(1)</script><img src="https://spy.example/open.gif"><img src="cid:logo@a">'
    '<a href="javascript:alert(1)">x</a>Hello</td></tr></table>'
)
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"></svg>'


def stored(agent: FlaskClient, content: bytes) -> str:
    return agent.application.extensions["blobs"].put(content)


def file_of(agent: FlaskClient, content: bytes, name: str, kind: str, content_id: str = "") -> LetterFile:
    return LetterFile(name, kind, content_id, bool(content_id), len(content), stored(agent, content))


def test_the_frame_is_inert(agent: FlaskClient, desk) -> None:
    desk.letter("Hello", html=HTML)
    answer = agent.get("/messages/1/letter")
    policy = answer.headers["Content-Security-Policy"]
    for part in (
        "default-src 'none'",
        "img-src data:;",
        "form-action 'none'",
        "base-uri 'none'",
        "frame-ancestors 'self'",
        "sandbox allow-popups allow-popups-to-escape-sandbox",
    ):
        assert part in policy
    assert "allow-scripts" not in policy and "allow-same-origin" not in policy
    assert "alert" not in answer.text and "spy.example" not in answer.text and "Hello" in answer.text


def test_pictures_from_elsewhere_come_only_when_asked_for_and_only_then(agent: FlaskClient, desk) -> None:
    ticket = desk.letter("Hello", html=HTML)
    page = agent.get(f"/tickets/{ticket}").text
    assert "Pictures from elsewhere are blocked." in page and "spy.example" not in page
    asked = agent.get("/messages/1/letter?images=yes")
    assert (
        "https://spy.example/open.gif" in asked.text
        and "img-src data: https:" in asked.headers["Content-Security-Policy"]
    )
    body = agent.get("/messages/1/body?as=html&images=yes").text
    assert "images=yes" in body and "are blocked" not in body
    assert "spy.example" not in agent.get("/messages/1/letter").text


def test_the_page_frames_it_without_rights(agent: FlaskClient, desk) -> None:
    page = agent.get(f"/tickets/{desk.letter('Hello', html=HTML)}").text
    assert (
        'sandbox="allow-popups allow-popups-to-escape-sandbox"' in page
        and 'referrerpolicy="no-referrer"' in page
    )


def test_inline_pictures_travel_inside_when_they_are_pictures(agent: FlaskClient, desk) -> None:
    good = file_of(agent, PNG, "logo.png", "image/png", "logo@a")
    desk.letter("a", html=HTML, files=(good,))
    assert f"data:image/png;base64,{base64.b64encode(PNG).decode()}" in agent.get("/messages/1/letter").text
    bad = file_of(agent, SVG, "logo.png", "image/png", "logo@a")
    desk.letter("b", html=HTML, files=(bad,))
    assert "data:image" not in agent.get("/messages/2/letter").text


def test_plain_looking_html_opens_as_text_and_can_be_seen_as_sent(agent: FlaskClient, desk) -> None:
    page = agent.get(f"/tickets/{desk.letter('Just words', html='<p>Just <b>words</b></p>')}").text
    assert "<iframe" not in page and "As sent" in page
    assert "<iframe" in agent.get("/messages/1/body?as=html").text
    assert "<iframe" not in agent.get("/messages/1/body?as=text").text


def test_a_letter_without_html_has_no_frame(agent: FlaskClient, desk) -> None:
    desk.letter("text only")
    assert agent.get("/messages/1/letter").status_code == 404
    assert agent.get("/messages/77/letter").status_code == 404


@pytest.mark.parametrize(
    ("content", "name", "kind"),
    [
        (b"<script>alert(1)</script>", "page.html", "text/html"),
        (SVG, "drawing.svg", "image/svg+xml"),
        (b"%PDF-1.7", "a.pdf", "application/pdf"),
        (PNG, "a.png", "image/png"),
        (b"<?xml version='1.0'?>", "a.xml", "text/xml"),
        (b"MZ", "setup.exe", "text/plain"),
        (b"x", "a.html", "image/png\r\nX-Evil: 1"),
    ],
)
def test_downloads_are_bytes_and_nothing_else(
    agent: FlaskClient, desk, content: bytes, name: str, kind: str
) -> None:
    desk.letter("files", files=(file_of(agent, content, name, kind),))
    answer = agent.get("/attachments/1")
    assert answer.data == content and answer.mimetype == "application/octet-stream"
    assert answer.headers["Content-Disposition"].startswith("attachment;")
    assert (
        answer.headers["X-Content-Type-Options"] == "nosniff"
        and "sandbox" in answer.headers["Content-Security-Policy"]
    )
    assert "X-Evil" not in answer.headers


@pytest.mark.parametrize(
    ("content", "name", "kind", "shown"),
    [
        (PNG, "a.png", "image/png", "image/png"),
        (PNG, "a.html", "text/html", "image/png"),
        (b"\xff\xd8\xff\xc0\x00\x11\x08\x00\x10\x00\x10", "a.jpg", "image/jpeg", "image/jpeg"),
        (b"GIF89a\x10\x00\x10\x00", "a.gif", "image/gif", "image/gif"),
        (
            b"RIFF0000WEBPVP8 0000\x00\x00\x00\x9d\x01\x2a\x10\x00\x10\x00",
            "a.webp",
            "image/webp",
            "image/webp",
        ),
        (SVG, "a.png", "image/png", None),
        (b"%PDF-1.7\x00", "a.png", "image/png", None),
        (b"\x00\x01", "a.txt", "text/plain", None),
        (PNG[:16] + b"\x00\x01\x86\xa0\x00\x01\x86\xa0" + PNG[24:], "bomb.png", "image/png", None),
        (b"GIF89a\xff\xff\xff\xff", "bomb.gif", "image/gif", None),
        (b"\xff\xd8\xff\xe0", "cut.jpg", "image/jpeg", None),
    ],
)
def test_previews_go_by_the_first_bytes(
    agent: FlaskClient, desk, content: bytes, name: str, kind: str, shown: str | None
) -> None:
    desk.letter("files", files=(file_of(agent, content, name, kind),))
    answer = agent.get("/attachments/1/preview")
    if shown is None:
        assert answer.status_code == 404 or answer.mimetype == "text/html"
        assert content not in answer.data
    else:
        assert answer.mimetype == shown and answer.data == content
        assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"


def test_a_text_preview_is_words_on_a_page(agent: FlaskClient, desk) -> None:
    desk.letter(
        "files", files=(file_of(agent, "<script>alert(1)</script> Привет".encode(), "a.txt", "text/plain"),)
    )
    text = agent.get("/attachments/1/preview").text
    assert "&lt;script&gt;alert(1)&lt;/script&gt; Привет" in text


def test_names_of_downloads_cannot_break_the_header(agent: FlaskClient, desk) -> None:
    desk.letter("files", files=(file_of(agent, b"x", 'Счёт "12"\r\nX-Evil: 1;.pdf', "application/pdf"),))
    answer = agent.get("/attachments/1")
    assert "X-Evil" not in answer.headers
    assert "filename*=UTF-8''%D0%A1%D1%87%D1%91%D1%82%20" in answer.headers["Content-Disposition"]


def test_the_original_is_downloaded_as_it_came(agent: FlaskClient, desk) -> None:
    raw = b"From: olga@buyer.example\r\n\r\n<script>alert(1)</script>"
    with db.transaction() as session:
        folder = Folder(mailbox_id=desk.mailbox_id, name="INBOX")
        session.add(folder)
        session.flush()
        session.add(
            RawMail(
                mailbox_id=desk.mailbox_id,
                folder_id=folder.id,
                uidvalidity=1,
                uid=1,
                sha256=stored(agent, raw),
                stored_at=db.now(),
            )
        )
    desk.letter("hello", raw_mail_id=1)
    answer = agent.get("/messages/1/source")
    assert (
        answer.data == raw
        and answer.mimetype == "application/octet-stream"
        and ".eml" in answer.headers["Content-Disposition"]
    )


def test_replies_are_cleaned_again_when_shown(agent: FlaskClient, desk) -> None:
    ticket = desk.letter()
    with db.transaction() as session:
        session.add(
            Message(
                ticket_id=ticket,
                kind="note",
                author_id=agent.agent.id,
                arrived_at=db.now(),
                visible="x",
                html="<div onclick=alert(1)>old <b>note</b><script>alert(1)</script></div>",
            )
        )
    text = agent.get(f"/tickets/{ticket}").text
    assert "onclick" not in text and "alert(1)" not in text and "old " in text


def test_the_height_of_a_frame_follows_the_letter() -> None:
    short, long = shape_of("<p>Hi</p>"), shape_of("<p>line</p>" * 100)
    assert short.height < long.height <= 640 and not short.laid_out
    assert shape_of("<table><tr><td>x</td></tr></table>").laid_out
    assert shape_of('<img src="https://a.example/x.png">').remote and not shape_of('<img src="cid:x">').remote


def test_a_huge_letter_still_opens(agent: FlaskClient, desk) -> None:
    ticket = desk.letter("x", html="<table><tr><td>" + "<div>" * 3000 + "deep words" + "</div>" * 3000)
    assert agent.get(f"/tickets/{ticket}").status_code == 200
    assert "deep words" in agent.get("/messages/1/letter").text
    with db.reading() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Message)) == 1
