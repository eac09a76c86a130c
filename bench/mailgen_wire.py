"""Generated letters as bytes: headers, character sets, transfer encodings and parts as real programs send them."""

import base64
import html
import quopri
import random
import textwrap
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import format_datetime

from bench.mailgen_text import Person

SUPPORT = "support@orbit.example"
_AGENTS = ("Mozilla Thunderbird", "Apple Mail (2.3696)", "Microsoft Outlook 16.0", "WebMail 5.2", "K-9 Mail")


@dataclass(frozen=True)
class Letter:
    """Everything that goes into one mail; `headers` are added as they are."""

    sender: Person
    subject: str
    text: str
    sent_at: datetime
    message_id: str | None
    references: tuple[str, ...] = ()
    headers: tuple[tuple[str, str], ...] = ()
    shape: str = "plain"  # plain, alternative, mixed
    charset: str = "utf-8"
    attachment: tuple[str, bytes] | None = None
    variety: int = field(default=0)  # seeds the choices of form that carry no meaning


def to_bytes(letter: Letter) -> bytes:
    """The mail with CRLF line ends."""
    rng = random.Random(letter.variety)
    lines = _routing(rng, letter.sent_at)
    lines += [
        f"From: {_words(letter.sender.name, letter.charset)} <{letter.sender.address}>",
        f"To: Orbit <{SUPPORT}>",
        f"Subject: {_words(letter.subject, letter.charset)}",
        f"Date: {format_datetime(letter.sent_at)}",
    ]
    if letter.message_id:
        lines.append(f"Message-ID: {letter.message_id}")
    if letter.references:
        lines.append(f"In-Reply-To: {letter.references[-1]}")
        lines.append("References: " + "\r\n ".join(letter.references))
    lines += [f"{name}: {value}" for name, value in letter.headers]
    lines += ["MIME-Version: 1.0", f"X-Mailer: {rng.choice(_AGENTS)}"]
    head, body = _body(letter, rng)
    return "\r\n".join([*lines, *head, "", ""]).encode("ascii") + body


def other_route(raw: bytes, number: int) -> bytes:
    """The same letter as it comes by another way: only trace headers differ."""
    trace = (
        f"Delivered-To: box{number}@orbit.example\r\n"
        f"Received: from relay{number}.other.example (relay{number}.other.example [192.0.2.{number % 250}])\r\n"
        f"\tby in2.orbit.example with ESMTPS id q{number:08d}\r\n"
    )
    return trace.encode("ascii") + raw


def bounce(recipient: str, host: str, sent_at: datetime, number: int, about: str) -> bytes:
    """A delivery report (RFC 3464) about a message with the id `about`."""
    boundary = f"report{number:08d}"
    parts = [
        (
            "text/plain; charset=us-ascii",
            f"Your message could not be delivered to {recipient}:\r\nno such user here.",
        ),
        (
            "message/delivery-status",
            f"Reporting-MTA: dns; {host}\r\n\r\nFinal-Recipient: rfc822; {recipient}\r\nAction: failed\r\n"
            "Status: 5.1.1\r\nDiagnostic-Code: smtp; 550 5.1.1 no such user",
        ),
        (
            "text/rfc822-headers",
            f"From: Orbit <{SUPPORT}>\r\nTo: {recipient}\r\nMessage-ID: {about}\r\nSubject: Re",
        ),
    ]
    body = "".join(f"--{boundary}\r\nContent-Type: {kind}\r\n\r\n{text}\r\n" for kind, text in parts)
    return (
        f"Return-Path: <>\r\nReceived: from {host} by in.orbit.example id b{number:08d}; {format_datetime(sent_at)}\r\n"
        f"From: Mail Delivery System <MAILER-DAEMON@{host}>\r\nTo: {SUPPORT}\r\n"
        f"Subject: Undelivered Mail Returned to Sender\r\nDate: {format_datetime(sent_at)}\r\n"
        f"Message-ID: <bounce{number}@{host}>\r\nAuto-Submitted: auto-replied\r\nMIME-Version: 1.0\r\n"
        f'Content-Type: multipart/report; report-type=delivery-status; boundary="{boundary}"\r\n\r\n'
        f"{body}--{boundary}--\r\n"
    ).encode("ascii")


def quoted(text: str, writer: str, when: datetime, language: str) -> str:
    """`text` as a mail program repeats it below an answer."""
    stamp = f"{when:%d.%m.%Y %H:%M}"
    lead = f"{stamp}, {writer} пишет:" if language == "ru" else f"On {when:%Y-%m-%d %H:%M}, {writer} wrote:"
    return lead + "\n" + "\n".join(f"> {line}".rstrip() for line in text.split("\n"))


def _routing(rng: random.Random, sent_at: datetime) -> list[str]:
    host = f"mx{rng.randint(1, 9)}.relay.example"
    number = rng.getrandbits(40)
    return [
        f"Return-Path: <bounces-{number:010x}@{host}>",
        f"Received: from {host} ({host} [192.0.2.{rng.randint(1, 250)}])\r\n"
        f"\tby in.orbit.example with ESMTPS id {number:010x}\r\n\tfor <{SUPPORT}>; {format_datetime(sent_at)}",
        f"Received: from [198.51.100.{rng.randint(1, 250)}] by {host} with ESMTPSA id {number ^ 0xFFFF:010x};\r\n"
        f"\t{format_datetime(sent_at)}",
    ]


def _words(text: str, charset: str) -> str:
    """An unstructured header value: ASCII as it is, else encoded words of at most 75 characters (RFC 2047)."""
    if text.isascii():
        return text
    pieces = [text[at : at + 12] for at in range(0, len(text), 12)]
    encoded = (base64.b64encode(piece.encode(charset)).decode("ascii") for piece in pieces)
    return "\r\n ".join(f"=?{charset}?B?{piece}?=" for piece in encoded)


def _body(letter: Letter, rng: random.Random) -> tuple[list[str], bytes]:
    """Headers of the content, and the content."""
    wrapped = letter.shape != "plain"
    head, content = _text_part(_wrap(letter.text), "plain", letter.charset, rng)
    if not wrapped:
        return head, content
    parts = [(head, content)]
    kind = "alternative"
    if letter.shape == "alternative":
        parts.append(_text_part(_as_html(letter.text), "html", letter.charset, rng))
    elif letter.attachment:
        kind = "mixed"
        parts.append(_attachment(*letter.attachment))
    boundary = f"=_part{rng.getrandbits(64):016x}"
    joined = b"".join(
        f"--{boundary}\r\n".encode("ascii") + "\r\n".join([*lines, "", ""]).encode("ascii") + data + b"\r\n"
        for lines, data in parts
    )
    return [f'Content-Type: multipart/{kind}; boundary="{boundary}"'], joined + f"--{boundary}--\r\n".encode(
        "ascii"
    )


def _wrap(text: str) -> str:
    return "\n".join(
        line if len(line) <= 78 else textwrap.fill(line, 76, break_long_words=False)
        for line in text.split("\n")
    )


def _as_html(text: str) -> str:
    paragraphs = "\n".join(
        f'<p style="margin:0 0 12px 0">{html.escape(part).replace(chr(10), "<br>")}</p>'
        for part in text.split("\n\n")
    )
    return f"<html><head><title></title></head><body>\n{paragraphs}\n</body></html>"


def _text_part(text: str, kind: str, charset: str, rng: random.Random) -> tuple[list[str], bytes]:
    data = text.replace("\n", "\r\n").encode(charset, "xmlcharrefreplace")
    name = "us-ascii" if data.isascii() and rng.random() < 0.5 else charset
    encoding = "7bit" if data.isascii() else rng.choice(("8bit", "base64", "quoted-printable"))
    if any(len(line) > 990 for line in data.split(b"\r\n")) and encoding in {"7bit", "8bit"}:
        encoding = "quoted-printable"
    if encoding == "base64":
        data = base64.encodebytes(data).replace(b"\n", b"\r\n")
    elif encoding == "quoted-printable":
        data = quopri.encodestring(data.replace(b"\r\n", b"\n")).replace(b"\n", b"\r\n")
    return [f'Content-Type: text/{kind}; charset="{name}"', f"Content-Transfer-Encoding: {encoding}"], data


def _attachment(name: str, data: bytes) -> tuple[list[str], bytes]:
    head = [
        f'Content-Type: application/octet-stream; name="{name}"',
        "Content-Transfer-Encoding: base64",
        f'Content-Disposition: attachment; filename="{name}"',
    ]
    return head, base64.encodebytes(data).replace(b"\n", b"\r\n")
