"""Mails from a grammar, with what must be found in them: whole ones, damaged ones, and bombs.

The same seed gives the same mails. Every text part carries a word that occurs nowhere else, and every file its own
bytes: what a reader does not find in the parsed mail was dropped.
"""

from __future__ import annotations

import base64
import binascii
import quopri
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from tests.hostile.bombs import BOMBS, CODECS, in_codec
from tests.hostile.damage import damaged

# Charset as Python knows it, spellings of it, words in it.
ALPHABETS: list[tuple[str, tuple[str, ...], str]] = [
    ("utf-8", ("utf-8", "UTF8", '"utf-8"'), "Привет 日本 é €"), ("koi8-r", ("koi8-r", "KOI8-R"), "Здравствуйте, где мой заказ"),
    ("cp1251", ("windows-1251", "cp-1251"), "Верните деньги за доставку"), ("cp866", ("ibm866", "cp866"), "Позвоните мне завтра"),
    ("iso8859-5", ("iso-8859-5",), "Не работает оплата"), ("cp1252", ("iso-8859-1", "windows-1252"), "Schöne Grüße aus Köln"),
    ("iso8859-2", ("iso-8859-2",), "Dzień dobry, proszę o zwrot"), ("cp1253", ("windows-1253",), "Καλημέρα σας, την παραγγελία"),
    ("cp1255", ("windows-1255", "iso-8859-8-i"), "שלום, ההזמנה שלי"), ("cp1256", ("windows-1256",), "مرحبا لم يصل طلبي"),
    ("gb18030", ("gb2312", "GBK"), "您好，我的订单还没有收到"), ("big5", ("big5",), "您好，我的訂單還沒有收到"),
    ("iso2022_jp", ("iso-2022-jp",), "商品がまだ届きません"), ("cp932", ("shift_jis",), "商品がまだ届きません"),
    ("euc_jp", ("euc-jp",), "商品がまだ届きません"), ("cp949", ("euc-kr", "ks_c_5601-1987"), "주문한 상품이 아직"),
    ("utf-16", ("utf-16",), "Привет, где заказ"), ("utf-7", ("utf-7",), "Привет, где заказ"), ("ascii", ("us-ascii", ""), "Hello there"),
]  # fmt: skip
SUBTYPES = ["mixed", "mixed", "mixed", "related", "alternative", "signed", "parallel", "x-unknown", "report"]
FROM = [
    "Ann <ann@x.example>", "ann@x.example", '"Lee, Ann" <ann@x.example>', "=?utf-8?B?0JDQvdC90LA=?= <ann@x.example>", "<ann@x.example>",
    "ann@x.example (Ann)", "Lee, Ann <ann@x.example>", "Ann <<ann@x.example>>", "MAILER-DAEMON", "", "Анна <ann@x.example>", "Ann <ann@x.example",
]  # fmt: skip
DATES = ["Mon, 2 Nov 2026 10:15:00 +0100", "2 Nov 26 10:15 GMT", "2026-11-02T10:15:00Z", "Mon Nov  2 10:15:00 2026", "never", "", "Пн, 2 ноя 2026 10:15:00 +0300"]  # fmt: skip
ODD_HEADERS = [
    b"X-Odd: \xd0\xcf\xff", b"Received: from a by b; Mon, 2 Nov 2026 10:15:00 +0000", b"X-Folded: a\r\n b\r\n\tc", b"MIME-Version: 1.0",
    b"X-Long: " + b"y" * 3000, b"References: <a@x.example> <b@x.example>", b"Auto-Submitted: no", b"X-Empty:", b"To: a@x.example, b@x.example",
    b"Cc: undisclosed-recipients:;", b"List-Id: <list.x.example>", b"Return-Path: <>", b"X-Mailer: =?utf-8?Q?=D0?=", b"Precedence: bulk",
]  # fmt: skip


@dataclass(frozen=True)
class Hostile:
    """One mail. `words`: to be found somewhere; `texts`: in the text of the letter; `files`: contents of its files."""

    raw: bytes
    kind: str
    words: tuple[str, ...] = ()
    texts: tuple[str, ...] = ()
    files: tuple[bytes, ...] = ()


def generate(seed: int, count: int, first: int = 0) -> Iterator[Hostile]:
    """`count` mails of this seed, from number `first` on."""
    for number in range(first, first + count):
        yield one_mail(random.Random(f"{seed}/{number}"), number)


def one_mail(rng: random.Random, number: int) -> Hostile:
    chance = rng.random()
    if chance < 0.012:
        return _bomb(rng)
    maker = _Maker(rng, number)
    raw = maker.mail()
    if chance < 0.45:
        return Hostile(raw, "whole", tuple(maker.words), tuple(maker.texts), tuple(maker.files))
    broken = damaged(rng, raw)
    # Damage may hit a word itself, or its encoding: only words that still stand there in plain can be asked for.
    return Hostile(broken, "damaged", tuple(word for word in maker.words if word.encode() in broken))


def _bomb(rng: random.Random) -> Hostile:
    if rng.random() < 0.3:
        return Hostile(in_codec(rng.choice(CODECS), rng.choice([1_000, 100_000])), "bomb")
    return Hostile(rng.choice(list(BOMBS.values()))(1), "bomb")


@dataclass
class _Maker:
    """Makes one mail and remembers what it put into it."""

    rng: random.Random
    number: int
    words: list[str] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    files: list[bytes] = field(default_factory=list)
    parts: int = 0

    def mail(self) -> bytes:
        head = self._head()
        body_head, body = self._entity(0)
        eol = self.rng.choice([b"\r\n", b"\r\n", b"\r\n", b"\n"])
        raw = b"\r\n".join([*head, *body_head, b"", body])
        # Files that are sent as they are would change with the line ends.
        return raw.replace(b"\r\n", b"\n") if eol == b"\n" else raw

    def _head(self) -> list[bytes]:
        rng = self.rng
        lines = [
            f"From: {rng.choice(FROM)}".encode(),
            f"Date: {rng.choice(DATES)}".encode(),
            b"Subject: " + self._subject(),
        ]
        lines += rng.sample(ODD_HEADERS, rng.randrange(5))
        rng.shuffle(lines)
        return lines

    def _subject(self) -> bytes:
        codec, _, text = self.rng.choice(ALPHABETS)
        raw = text.encode(codec)
        return self.rng.choice([
            text.encode("utf-8"),
            b"=?" + codec.encode() + b"?B?" + base64.b64encode(raw) + b"?=",
            b"=?" + codec.encode() + b"?Q?" + b"".join(b"=%02X" % byte for byte in raw) + b"?=",
            b"plain words",
        ])  # fmt: skip

    def word(self) -> str:
        letters = "".join(self.rng.choice("bcdfghklmnprstvwz") for _ in range(5))
        found = f"Kanarie{self.number}{letters}{len(self.words)}"
        self.words.append(found)
        return found

    def _entity(self, depth: int) -> tuple[list[bytes], bytes]:
        """(header lines, body) of a part."""
        self.parts += 1
        chance = self.rng.random()
        if depth < 5 and self.parts < 30 and chance < (0.75 if depth == 0 else 0.3):
            return self._multipart(depth)
        if 0 < depth < 4 and self.parts < 30 and chance < 0.38:
            return self._nested(depth)
        makers: list[Callable[[], tuple[list[bytes], bytes]]] = [
            self._text,
            self._text,
            self._page,
            self._file,
            self._calendar,
            self._old_file,
        ]
        return self.rng.choice(makers if depth else makers[:3])()

    def _multipart(self, depth: int) -> tuple[list[bytes], bytes]:
        rng = self.rng
        boundary = (
            rng.choice(["b", "=_b_", "b b", "--b", "b'b", "x" * 70, "ы", "b+(*"]) + f"{depth}.{self.parts}"
        )
        mark = b"--" + boundary.encode()
        kind = rng.choice(SUBTYPES)
        pieces = [rng.choice([b"", b"This is a message in MIME format.\r\n"])]
        for _ in range(rng.randrange(1, 4)):
            head, body = self._entity(depth + 1)
            pieces.append(
                mark
                + rng.choice([b"", b"", b" ", b"\t "])
                + b"\r\n"
                + b"\r\n".join([*head, b"", body])
                + b"\r\n"
            )
        end = rng.choice([mark + b"--\r\n", mark + b"--\r\n", mark + b"--", b"", mark + b"--\r\n\r\n"])
        quote = '"' if rng.random() < 0.8 or set(boundary) & set(" ;,()'") else ""
        line = f"Content-Type: multipart/{kind}; boundary={quote}{boundary}{quote}"
        return [line.encode(), *rng.choice([[], [b"Content-Transfer-Encoding: 8bit"]])], b"".join(
            pieces
        ) + end

    def _nested(self, depth: int) -> tuple[list[bytes], bytes]:
        head, body = self._entity(depth + 1)
        # Texts and files of an inner mail are shown with it, or are in its bytes.
        self.files.clear()
        inner = b"\r\n".join([*self._head(), *head, b"", body])
        if self.rng.random() < 0.3:
            return [
                b"Content-Type: message/rfc822",
                b"Content-Transfer-Encoding: base64",
            ], base64.encodebytes(inner)
        return [b"Content-Type: message/rfc822"], inner

    def _text(self) -> tuple[list[bytes], bytes]:
        rng = self.rng
        codec, labels, words = rng.choice(ALPHABETS)
        text = f"{words} {self.word()}\r\n{words}."
        label = rng.choice(labels)
        flowed = rng.choice(["", "", "; format=flowed"])
        head = [f"Content-Type: text/plain; charset={label}{flowed}".encode()] if label else []
        if rng.random() < 0.1:
            head = [
                f"Content-Type: text/plain; charset={rng.choice(['x-unknown', 'utf-8', 'us-ascii', '?'])}".encode()
            ]
        else:
            self.texts.append(words)
        return self._encoded(head, text.encode(codec), wide=codec == "utf-16")

    def _page(self) -> tuple[list[bytes], bytes]:
        page = self.rng.choice(
            ["<p>{}</p>", "<html><body><div>{}</div></body></html>", "<b>{}", "{}", "<table><td>{}</table>"]
        )
        body = page.format("Grüße " + self.word()).encode()
        return self._encoded([b"Content-Type: text/html; charset=utf-8"], body)

    def _encoded(self, head: list[bytes], body: bytes, *, wide: bool = False) -> tuple[list[bytes], bytes]:
        encoding = (
            self.rng.choice(["8bit", "8bit", "base64", "quoted-printable", ""]) if not wide else "base64"
        )
        if encoding == "base64":
            body = base64.encodebytes(body).replace(b"\n", self.rng.choice([b"\r\n", b"\n", b" \r\n"]))
        elif encoding == "quoted-printable":
            body = quopri.encodestring(body.replace(b"\r\n", b"\n"), header=False).replace(b"\n", b"\r\n")
        if encoding:
            name = self.rng.choice([encoding, encoding.upper(), f" {encoding} "])
            head = [*head, f"Content-Transfer-Encoding: {name}".encode()]
        self.rng.shuffle(head)
        return head, body

    def _file(self) -> tuple[list[bytes], bytes]:
        content = self.rng.randbytes(self.rng.randrange(1, 400))
        name = self.rng.choice(
            ["a.bin", "../a.bin", "счёт.pdf", "a b.txt", ".htaccess", "a" * 300, "CON.txt"]
        )
        self.files.append(content)
        disposition = self.rng.choice(
            [
                f'attachment; filename="{name}"',
                f"attachment; filename={name}",
                f'inline; filename="{name}"',
                "attachment",
            ]
        )
        kind = self.rng.choice(["application/octet-stream", "image/png", "application/pdf", "x/y", "foo"])
        head = [
            f"Content-Type: {kind}".encode(),
            f"Content-Disposition: {disposition}".encode(),
            b"Content-Transfer-Encoding: base64",
        ]
        return head, base64.encodebytes(content)

    def _old_file(self) -> tuple[list[bytes], bytes]:
        content = self.rng.randbytes(self.rng.randrange(1, 200))
        self.files.append(content)
        lines = b"".join(
            binascii.b2a_uu(content[at : at + 45], backtick=True) for at in range(0, len(content), 45)
        )
        return (
            [],
            f"The file {self.word()} is below.\r\nbegin 644 a.bin\r\n".encode() + lines + b"`\r\nend\r\n",
        )

    def _calendar(self) -> tuple[list[bytes], bytes]:
        text = f"BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nBEGIN:VEVENT\r\nSUMMARY:{self.word()}\r\nEND:VEVENT\r\nEND:VCALENDAR"
        return self._encoded([b"Content-Type: text/calendar; charset=utf-8"], text.encode())
