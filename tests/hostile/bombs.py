"""Small mails that kept other parsers busy for seconds to hours, at their size and at ten times it."""

from __future__ import annotations

import base64
import encodings.aliases
from collections.abc import Callable

# Python offers these for a charset; none of them is one that mail should be read with, or it is slow.
CODECS = sorted({*encodings.aliases.aliases, *encodings.aliases.aliases.values()} | {"idna", "punycode", "undefined", "unicode_escape", "raw_unicode_escape", "palmos", "oem", "cp65001"})  # fmt: skip


def _levels(head: bytes, count: int) -> bytes:
    return b"".join(head % (level, level) for level in range(count))


def _base64_in_base64(size: int, depth: int) -> bytes:
    inner = b"Subject: deep\n\n" + b"a" * size
    for _ in range(depth):
        inner = b"Content-Type: message/rfc822\nContent-Transfer-Encoding: base64\n\n" + base64.encodebytes(
            inner
        )
    return inner


BOMBS: dict[str, Callable[[int], bytes]] = {
    # What a study of other parsers found: seconds to minutes for each.
    "punycode": lambda x: b"Content-Type: text/plain; charset=punycode\n\n" + b"\xd0-" * (100_000 * x),
    "idna": lambda x: b"Content-Type: text/plain; charset=idna\n\n" + b"xn--\xd0." * (40_000 * x),
    "encoded words, 256 KB": lambda x: b"Subject: " + b"=?utf-8?B?0J8=?= " * (15_000 * x) + b"\n\n",
    "recipients, 583 KB": lambda x: b"To: " + b'"A, b" <a@b.example>, ' * (27_000 * x) + b"\n\n",
    "100,000 parts": lambda x: b"Content-Type: multipart/mixed; boundary=b\n\n" + b"--b\n\nx\n" * (100_000 * x),
    "100,000 parts with headers": lambda x: b"Content-Type: multipart/mixed; boundary=b\n\n" + b"--b\nContent-Type: text/plain\n\nx\n" * (100_000 * x),
    "nested <div>, 488 KB": lambda x: b"Content-Type: text/html\n\n" + b"<div>" * (100_000 * x),
    "500 comments deep": lambda x: b"To: " + b"(" * (500 * x) + b"a@b.example\n\n",
    "500 comments deep, closed": lambda x: b"To: " + b"(" * (500 * x) + b")" * (500 * x) + b" a@b.example\n\n",
    # Structure.
    "nested multiparts": lambda x: _levels(b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n", 3000 * x),
    "nested mails": lambda x: b"Content-Type: message/rfc822\n\n" * (20_000 * x),
    "nested mails in base64": lambda x: _base64_in_base64(30_000 * x, 18),
    "one boundary at every level": lambda x: b"Content-Type: multipart/mixed; boundary=b\n\n--b\n" * (20_000 * x),
    "boundary-like lines": lambda x: b"Content-Type: multipart/mixed; boundary=b\n\n--b\n\n" + b"--bx\n" * (300_000 * x),
    "closing boundaries": lambda x: b"Content-Type: multipart/mixed; boundary=b\n\n--b\n\n" + b"--b--\nx\n" * (100_000 * x),
    "boundary missing": lambda x: b"Content-Type: multipart/mixed\n\n" + b"--b\ncontent-typ\n" * (60_000 * x),
    "empty boundary": lambda x: b'Content-Type: multipart/mixed; boundary=""\n\n' + b"--\n" * (300_000 * x),
    "alternatives": lambda x: b"Content-Type: multipart/alternative; boundary=b\n\n" + b"--b\n\n" .join([b"%d " % n + b"x" * 5000 for n in range(200 * x)]),
    "digest": lambda x: b"Content-Type: multipart/digest; boundary=b\n\n" + b"--b\n\nSubject: x\n\nx\n" * (40_000 * x),
    "pictures by location": lambda x: b"Content-Type: multipart/related; boundary=b\n\n--b\nContent-Type: text/html\n\n" + b'<img src="x1">' * (40_000 * x) + b"".join(b"\n--b\nContent-Type: image/png\nContent-Location: x%d\n\nx" % n for n in range(400)),
    # Headers.
    "header lines": lambda x: b"X: y\n" * (200_000 * x) + b"\nx",
    "lines that are no headers": lambda x: b"From: a@b.example\n" + b"x\n" * (200_000 * x),
    "known headers after rubbish": lambda x: b"From: a@b.example\n" + b"x\ny\nTo: z\n" * (70_000 * x),
    "continuation lines": lambda x: b"Subject: x\n" + b" y\n" * (200_000 * x),
    "encoded words without end": lambda x: b"Subject: " + b"=?utf-8?Q?a" * (50_000 * x) + b"\n\n",
    "question marks": lambda x: b"Subject: =?utf-8?Q?" + b"=41?=42?" * (60_000 * x) + b"\n\n",
    "addresses": lambda x: b"To: " + b"a@b.example, " * (50_000 * x) + b"\n\n",
    "at signs": lambda x: b"From: " + b"@" * (100_000 * x) + b"\n\n",
    "names without addresses": lambda x: b"From: " + b"a, " * (60_000 * x) + b"\n\n",
    "apostrophes": lambda x: b"From: " + b"a'" * (60_000 * x) + b"@b.example\n\n",
    "quotes": lambda x: b"To: " + b'"a\\' * (50_000 * x) + b"\n\n",
    "angle brackets": lambda x: b"From: " + b"<" * (100_000 * x) + b"\n\n",
    "angle brackets with addresses": lambda x: b"From: " + b"<a@b" * (50_000 * x) + b"\n\n",
    "square brackets": lambda x: b"From: " + b"a@[" * (50_000 * x) + b"\n\n",
    "parameters": lambda x: b"Content-Type: text/plain" + b"; a*0*=x" * (50_000 * x) + b"\n\n",
    "open parameter quotes": lambda x: b"Content-Type: text/plain; name=" + b'"a\\" ' * (30_000 * x) + b"\n\n",
    "parameter quotes side by side": lambda x: b"Content-Type: text/plain; name=" + b'"a" ' * (40_000 * x) + b"\n\n",
    "dispositions": lambda x: b"Content-Disposition: attachment; filename=x\n" * (5_000 * x) + b"\nx",
    "references": lambda x: b"References: " + b"<a@b> " * (50_000 * x) + b"\n\n",
    "date": lambda x: b"Date: " + b"1 " * (100_000 * x) + b"\n\n",
    "spaces": lambda x: b"Subject: " + b" " * (300_000 * x) + b"x\n\n" + b" " * (500_000 * x),
    "8-bit subject": lambda x: b"Subject: " + b"\xd0\xcf" * (100_000 * x) + b"\n\n",
    # Texts.
    "high bytes": lambda x: b"Content-Type: text/plain\n\n" + b"\xd0" * (1_000_000 * x),
    "every second byte": lambda x: b"\n\n" + b"a\xe9" * (500_000 * x),
    "lines half in UTF-8": lambda x: b"Content-Type: text/plain; charset=utf-8\n\n" + b"\xd0\x9f\n\xcf\n" * (100_000 * x),
    "encoded twice": lambda x: b"Content-Type: text/plain; charset=utf-8\n\n" + "Ð\x9f".encode() * (100_000 * x) + "é".encode(),
    "utf-7": lambda x: b"Content-Type: text/plain; charset=utf-7\n\n" + b"+AAA-" * (200_000 * x),
    "escapes of Japanese": lambda x: b"Content-Type: text/plain; charset=iso-2022-jp\n\n" + b"\x1b$B-!\x1b(B" * (100_000 * x),
    "open escape of Japanese": lambda x: b"Content-Type: text/plain; charset=iso-2022-jp\n\n\x1b$B" + b"-!\n" * (200_000 * x),
    "wide": lambda x: b"Content-Type: text/plain; charset=utf-16\n\n" + b"\x04\x1f" * (400_000 * x),
    "uuencode starts": lambda x: b"\n" + b"begin 644 x\n" * (80_000 * x) + b"-" * 100,
    "uuencode lines": lambda x: b"\nbegin 644 x\n" + b"#86%A\n" * (150_000 * x) + b"!",
    "yEnc starts": lambda x: b"\n" + b"=ybegin line=1 size=1 name=x\n" * (30_000 * x),
    "flowed quotes": lambda x: b"Content-Type: text/plain; format=flowed\n\n" + b">" * (1_000_000 * x),
    "flowed paragraph": lambda x: b"Content-Type: text/plain; format=flowed\n\n" + b"a \n" * (300_000 * x),
    "base64 paddings": lambda x: b"Content-Transfer-Encoding: base64\n\n" + b"QQ==" * (250_000 * x),
    "base64 footers": lambda x: b"Content-Transfer-Encoding: base64\n\n" + b"QUJD\n\n" * (150_000 * x) + b"a b\n\n" * 700,
    "soft breaks": lambda x: b"Content-Transfer-Encoding: quoted-printable\n\n" + b"= " * (300_000 * x) + b"\n",
    "calendar": lambda x: b"Content-Type: text/calendar\n\n" + b"BEGIN:VEVENT\nSUMMARY:x\n" * (40_000 * x),
    "S/MIME chunks": lambda x: b"Content-Type: application/pkcs7-mime\n\n" + bytes.fromhex("06092a864886f70d010701") + b"\xa0\x80\x24\x80" + b"\x04\x01a" * (200_000 * x),
    "S/MIME in S/MIME": lambda x: b"Content-Type: application/pkcs7-mime\n\n" + (bytes.fromhex("06092a864886f70d010701") + b"\xa0\x80\x24\x80\x04\x84\x00\xff\xff\xffContent-Type: application/pkcs7-mime\n\n") * (2_000 * x),
    # Pages.
    "deep HTML": lambda x: b"Content-Type: text/html\n\n" + b"<b>" * (200_000 * x),
    "hidden HTML": lambda x: b"Content-Type: text/html\n\n" + b"<div hidden>" * (80_000 * x),
    "open HTML tags": lambda x: b"Content-Type: text/html\n\n" + b'<a href="' * (100_000 * x),
    "open HTML comments": lambda x: b"Content-Type: text/html\n\n" + b"<!--" * (250_000 * x),
    "deep HTML quotes": lambda x: b"Content-Type: text/html\n\n" + b"<blockquote>a" * (70_000 * x),
    "HTML links": lambda x: b"Content-Type: text/html\n\n" + b"<a href=http://x.example>y" * (40_000 * x),
    "entities": lambda x: b"Content-Type: text/html\n\n" + b"&amp&lt;&#1;" * (80_000 * x),
    "entities without end": lambda x: b"Content-Type: text/html\n\n" + b"&" * (500_000 * x),
    # Reports.
    "delivery status": lambda x: b"Content-Type: multipart/report; boundary=b\n\n--b\nContent-Type: message/delivery-status\n\n" + b"Final-Recipient: rfc822; a@b.example\n\n" * (30_000 * x),
    "bounce prose": lambda x: b"From: MAILER-DAEMON\nSubject: failure notice\n\ncould not be delivered\n" + b"to a@" * (200_000 * x),
    "NUL": lambda x: b"\0" * (1_000_000 * x),
    "line feeds": lambda x: b"\n" * (1_000_000 * x),
    "carriage returns": lambda x: b"\r" * (1_000_000 * x),
    "From lines": lambda x: b"From a b 1\n" * (100_000 * x),
}  # fmt: skip


def in_codec(codec: str, size: int) -> bytes:
    """A mail that names this codec for its text, its subject and the name of a file."""
    words = b"\xd0\xcf\xe9-a+AB~{\x1b$B" * (size // 16)
    head = (
        f"Subject: =?{codec}?Q?=D0=CF?=\nContent-Type: text/plain; charset={codec}; name*={codec}''%D0%CF\n\n"
    )
    return head.encode() + words
