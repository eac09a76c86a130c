"""How mails look: logos reduced to their picture, colours that can be read, and what stands below a letter."""

from __future__ import annotations

import struct
import zlib
from datetime import UTC, datetime

import pytest

from app.errors import InvalidInput
from app.outgoing.compose import compose
from app.outgoing.letter import Letter
from app.outgoing.logo import LARGEST, clean_logo
from app.outgoing.looks import Look, check_colour, check_footer, contrast, darker, look_from
from app.outgoing.recipients import Mailable

NOW = datetime(2026, 11, 23, 10, tzinfo=UTC)


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(width: int = 3, height: int = 2, *, extra: bytes = b"", pixels: bytes | None = None) -> bytes:
    data = zlib.compress(b"\0" + b"\x10\x20\x30" * width) if pixels is None else pixels
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + extra + chunk(b"IDAT", data) + chunk(b"IEND", b"")


def segment(kind: int, data: bytes) -> bytes:
    return bytes([0xFF, kind]) + struct.pack(">H", len(data) + 2) + data


def jpeg(*, extra: bytes = b"") -> bytes:
    frame = segment(0xC0, b"\x08" + struct.pack(">HH", 20, 30) + b"\x01\x01\x11\x00")
    return b"\xff\xd8" + segment(0xE0, b"JFIF\0") + extra + frame + segment(0xDA, b"\x01") + b"points\xff\xd9"


def test_what_is_no_picture_is_left_out() -> None:
    cleaned = clean_logo(png(extra=chunk(b"tEXt", b"Author\0Somebody")) + b"<script>alert(1)</script>")
    assert (cleaned.kind, cleaned.width, cleaned.height, cleaned.content) == ("image/png", 3, 2, png())
    cleaned = clean_logo(
        jpeg(extra=segment(0xE1, b"Exif\0where it was taken") + segment(0xFE, b"hello")) + b"PK\3\4"
    )
    assert (cleaned.kind, cleaned.width, cleaned.height, cleaned.content) == ("image/jpeg", 30, 20, jpeg())


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<svg onload='alert(1)'/>",
        b"GIF89a" + b"\0" * 40,
        b"%PDF-1.7",
        png()[:-6],
        png().replace(b"IDAT", b"IDAX"),
        png(pixels=b"not packed"),
        png(pixels=zlib.compress(b"\0" * 10_000_000)),
        png(width=20_000),
        jpeg()[:-2],
        b"\xff\xd8\xff\xd9",
        png() + b"\0" * LARGEST,
    ],
    ids=[
        "empty",
        "svg",
        "gif",
        "pdf",
        "cut",
        "renamed",
        "pixels",
        "bomb",
        "wide",
        "no end",
        "no frame",
        "large",
    ],
)
def test_what_is_no_usable_logo_is_refused(content: bytes) -> None:
    with pytest.raises(InvalidInput) as refused:
        clean_logo(content)
    assert refused.value.field == "logo"


def test_a_colour_must_carry_white_words() -> None:
    assert check_colour(" #3F4BC4 ") == "#3f4bc4" and check_colour("") == ""
    for text in ("#ffcc00", "#fff", "red", "#3f4bc4;background:url(x)"):
        with pytest.raises(InvalidInput):
            check_colour(text)
    assert round(contrast("#000000")) == 21 and check_colour(darker("#ffcc00"))


def test_a_mailbox_takes_what_it_leaves_out_from_the_installation() -> None:
    whole = Look("Orbit", "#3f4bc4", "Street 1", "a", "image/png", 400, 100)
    assert Look(company="Orbit repairs").over(whole) == Look("Orbit repairs", *list(vars(whole).values())[1:])
    assert Look(logo="b", logo_width=10, logo_height=10).over(whole).shown_size == (10, 10)
    assert whole.shown_size == (160, 40) and look_from({"company": "Orbit", "unknown": 1}).company == "Orbit"


def test_a_footer_has_its_limits() -> None:
    assert check_footer(" Orbit LLC \r\nStreet 1\r\n") == "Orbit LLC\nStreet 1"
    for text in ("\n".join("123456789"), "x" * 1001, "a\x00b", "a\u202eb"):
        with pytest.raises(InvalidInput):
            check_footer(text)


def letter(look: Look, logo: bytes = b"") -> Letter:
    return Letter(
        message_id="1.a@help.example", sender=Mailable("Nora", "support@help.example"),
        to=(Mailable("", "olga@buyer.example"),), cc=(), subject="Re: Order", written_at=NOW, in_reply_to="",
        references=(), reply_to="", instance="i", language="en", html="<div>Hello</div>", text="Hello", signature="",
        quoted="", smileys=None, files=(), look=look, logo=logo,
    )  # fmt: skip


def test_a_letter_ends_with_the_company_in_words_and_with_its_logo_inside() -> None:
    look = Look("Orbit <LLC>", "#3f4bc4", "Street 1\nReg. 42", "a", "image/png", 400, 100)
    mail = compose(letter(look, png()))
    plain, rich = mail.get_body(("plain",)), mail.get_body(("html",))
    assert plain is not None and plain.get_content().strip().endswith("Orbit <LLC>\nStreet 1\nReg. 42")
    html = rich.get_content() if rich is not None else ""
    assert "Orbit &lt;LLC&gt;" in html and "border-top:2px solid #3f4bc4" in html
    (picture,) = [part for part in mail.walk() if part.get_content_type() == "image/png"]
    assert f'src="cid:{picture["Content-ID"].strip("<>")}"' in html and 'width="160"' in html
    assert picture.get_content() == png()


def test_without_a_look_a_letter_is_as_before() -> None:
    plain = compose(letter(Look())).get_body(("plain",))
    assert plain is not None and plain.get_content().strip() == "Hello"
