"""Mails made to break parsers: nothing raises, nothing runs away, every field stays what it promises to be."""

import base64
import random
from datetime import UTC, datetime

import pytest

from mail_ingest.bounce import Bounce
from mail_ingest.header_address import MAX_ADDRESSES, Address
from mail_ingest.mime_body import MAX_ALL_TEXT, ParsedAttachment
from mail_ingest.mime_tree import MAX_PARTS
from mail_ingest.parse import ParsedMail, parse_mail

CHARSETS = [
    "utf-8", "us-ascii", "koi8-r", "windows-1251", "cp-1251", "iso-2022-jp", "shift_jis", "gb2312", "big5", "euc-kr",
    "utf-7", "utf-16", "punycode", "idna", "rot13", "unicode_escape", "raw_unicode_escape", "base64", "hex", "zlib",
    "undefined", "mbcs", "x-unknown", "", "\xff", "a" * 300, "utf-8\0", "iso-8859-1; x=y", "ks_c_5601-1987",
]  # fmt: skip
ENCODINGS = [
    "7bit",
    "8bit",
    "base64",
    "quoted-printable",
    "x-uuencode",
    "BASE64 ",
    "binary",
    "gzip",
    "",
    "utf-8",
]
TYPES = [
    "text/plain", "text/html", "text/calendar", "message/rfc822", "multipart/mixed", "multipart/alternative",
    "multipart/related", "multipart/report; report-type=delivery-status", "multipart/digest", "multipart/signed",
    "multipart/encrypted", "message/delivery-status", "message/partial", "message/external-body", "image/png",
    "application/ms-tnef", "application/pkcs7-mime", "text", "text/", "/", ";;;", "multipart", "audio/x-\xff", "",
]  # fmt: skip
NAMES = [
    "From", "To", "Cc", "Reply-To", "Subject", "Date", "Message-ID", "In-Reply-To", "References", "Content-Type",
    "Content-Disposition", "Content-ID", "Content-Transfer-Encoding", "Return-Path", "Auto-Submitted",
    "X-Failed-Recipients",
    "Received", "Delivered-To", "List-Id", "X-Sincerely-Instance", "X-\xff", " ", ":", "no colon here",
]  # fmt: skip
SNIPPETS = [
    b"<a@b.example>", b"=?utf-8?B?", b"=?koi8-r?Q?=D0?=", b"?=", b"\"", b"\\", b"(((((", b"))", b"<<<<",
    b",;:", b"\0", b"\xff\xfe",
    b"\xed\xa0\x80", "Привет".encode("koi8-r"), "тест".encode(), b"\r\n ", b"\n\t", b"filename*0*=",
    b"name=\"x", b"utf-8''%D0%",
    b"boundary=", b"charset=", b"@", b"%00", b"Mon, 32 Foo 99999 99:99:99 +9999", b"begin 644 a\n",
    b"<blockquote>" * 5, b"&#x110000;",
    b"\xe2\x80\x8b.htaccess", b"\x1b$B", b"+AAA-", b"a" * 400, b"--b", b"--b--", b"Action: failed",
    b"Final-Recipient: rfc822;", b"\r",
]  # fmt: skip


def noise(rng: random.Random, size: int) -> bytes:
    return b"".join(
        rng.choice(SNIPPETS) if rng.random() < 0.7 else rng.randbytes(rng.randrange(12))
        for _ in range(rng.randrange(size))
    )


def header(rng: random.Random) -> bytes:
    name = rng.choice(NAMES).encode("latin-1")
    return (
        name
        + rng.choice([b": ", b":", b" : ", b""])
        + noise(rng, 12)
        + rng.choice([b"\r\n", b"\n", b"\r", b"\r\r\n"])
    )


def entity(rng: random.Random, depth: int = 0) -> bytes:
    """A part with mostly sensible headers, sometimes noise, and children for multiparts."""
    kind = rng.choice(TYPES)
    boundary = rng.choice(["b", "b", f"b{depth}", "b--", "", "long" * 40, "с"])
    eol = rng.choice([b"\r\n", b"\n", b"\r\n", b"\r"])
    lines = [header(rng) for _ in range(rng.randrange(4))]
    quote = rng.choice(['"', "", "'", '"'])
    text = f"Content-Type: {kind}; boundary={quote}{boundary}{quote}; charset={quote}{rng.choice(CHARSETS)}{quote}"
    lines.append(text.encode("utf-8", "replace") + eol)
    lines.append(f"Content-Transfer-Encoding: {rng.choice(ENCODINGS)}".encode() + eol)
    if rng.random() < 0.3:
        lines.append(b"Content-Disposition: attachment; filename=" + noise(rng, 4) + eol)
    rng.shuffle(lines)
    body = noise(rng, 30)
    if rng.random() < 0.3:
        body = base64.encodebytes(body)
    if depth < 5 and kind.startswith(("multipart", "message")):
        delimiter = eol + b"--" + boundary.encode() + eol
        children = [entity(rng, depth + 1) for _ in range(rng.randrange(4))]
        body = delimiter.join([body, *children]) + rng.choice(
            [delimiter, eol + b"--" + boundary.encode() + b"--" + eol, b""]
        )
    return b"".join(lines) + rng.choice([eol, eol, eol, b""]) + body


def check_text(text: object) -> None:
    assert isinstance(text, str)
    assert "\0" not in text
    text.encode("utf-8")  # a lone surrogate would raise


def check(mail: ParsedMail) -> None:
    for text in (
        mail.message_id,
        mail.in_reply_to,
        mail.subject,
        mail.text,
        mail.content_key,
        mail.envelope_sender,
        mail.is_own,
    ):
        check_text(text)
    for many in (mail.references, mail.defects, mail.delivered_to):
        assert isinstance(many, tuple)
        for text in many:
            check_text(text)
    for address in (mail.sender, *mail.to, *mail.cc, *mail.reply_to):
        assert isinstance(address, Address)
        check_text(address.name)
        check_text(address.email)
        assert address.email == address.email.lower()
        assert not address.email or "@" in address.email
        assert "\n" not in address.name + address.email
    assert len(mail.to) <= MAX_ADDRESSES
    assert "\n" not in mail.subject
    assert "\r" not in mail.text
    assert len(mail.text) <= MAX_ALL_TEXT
    assert mail.sent_at is None or (isinstance(mail.sent_at, datetime) and mail.sent_at.tzinfo is UTC)
    assert mail.html is None or isinstance(mail.html, str)
    check_text(mail.html or "")
    check_text(mail.automatic or "")
    check_bounce(mail.bounce)
    assert len(mail.attachments) <= MAX_PARTS + 100
    for attachment in mail.attachments:
        check_attachment(attachment)


def check_bounce(bounce: Bounce | None) -> None:
    if bounce is None:
        return
    for text in (*bounce.recipients, bounce.status, bounce.diagnostic, bounce.original_message_id):
        check_text(text)
    assert bounce.action in ("failed", "delayed", "delivered", "relayed", "expanded")


def check_attachment(attachment: ParsedAttachment) -> None:
    check_text(attachment.filename)
    check_text(attachment.content_id)
    check_text(attachment.content_type)
    assert attachment.filename
    assert len(attachment.filename) <= 160
    assert not set(attachment.filename) & set("/\\\r\n\t\u200b\u202e:")
    assert not attachment.filename.startswith(".")
    assert isinstance(attachment.content, bytes)
    assert isinstance(attachment.inline, bool)


@pytest.mark.parametrize("seed", range(0, 600, 50))
def test_structured_noise_never_raises(seed: int) -> None:
    for number in range(seed, seed + 50):
        check(parse_mail(entity(random.Random(number))))


def test_every_cut_of_a_mail_is_a_mail() -> None:
    whole = entity(random.Random(4242))[:4000]
    for end in range(0, len(whole), 31):
        check(parse_mail(whole[:end]))
        check(parse_mail(whole[end:]))


@pytest.mark.parametrize(
    "raw", [b"", b"\n", b"\r", b"\0", b"\xff" * 100, b":", b": x\n\ny", b" x", b"a" * 10_000, b"\n" * 10_000]
)
def test_next_to_nothing_is_still_a_mail(raw: bytes) -> None:
    check(parse_mail(raw))
