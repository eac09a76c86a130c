"""What happens to mails on their way: bits, bytes, lines, headers and boundaries go missing, double or change places."""

from __future__ import annotations

import random
from collections.abc import Callable

JUNK = [
    b"\0", b"\xff\xfe", b"\r", b"\n", b"\r\n\r\n", b"\x1b$B", b"=?utf-8?B?", b"?=", b"\"", b"(((", b"<<", b"\xed\xa0\x80", b"=3D", b"=\r\n",
    b"begin 644 a\r\n", b"--b", b"--b--", b"\r\n--", b": ", b"Content-Type: multipart/mixed\r\n", b"Content-Type: text/html\r\n", b"charset=punycode",
    b"Content-Transfer-Encoding: base64\r\n", b"Content-Transfer-Encoding: quoted-printable\r\n", b"Content-Disposition: attachment\r\n",
    b"From ann Mon Nov 2 10:00:00 2026\r\n", b"\r\n\r\n\r\n", b" ", b"\t", b"%", b"''", b";", b"=", b"+AAA-", b"~{", b"&#0;", b"<!--", b"-->", b"<div hidden>",
]  # fmt: skip


def damaged(rng: random.Random, raw: bytes) -> bytes:
    """The mail after one to six accidents."""
    for _ in range(rng.choice([1, 1, 1, 2, 2, 3, 4, 6])):
        raw = rng.choice(ACCIDENTS)(rng, raw)
    return raw


def _flip(rng: random.Random, raw: bytes) -> bytes:
    changed = bytearray(raw)
    for _ in range(rng.randrange(1, 8)):
        if changed:
            changed[rng.randrange(len(changed))] ^= 1 << rng.randrange(8)
    return bytes(changed)


def _span(rng: random.Random, raw: bytes, longest: int) -> tuple[int, int]:
    start = rng.randrange(len(raw) + 1)
    return start, min(len(raw), start + rng.randrange(longest))


def _cut_out(rng: random.Random, raw: bytes) -> bytes:
    start, end = _span(rng, raw, 60)
    return raw[:start] + raw[end:]


def _double(rng: random.Random, raw: bytes) -> bytes:
    start, end = _span(rng, raw, 300)
    return raw[:end] + raw[start:end] + raw[end:]


def _insert(rng: random.Random, raw: bytes) -> bytes:
    start = rng.randrange(len(raw) + 1)
    return raw[:start] + rng.choice(JUNK) + raw[start:]


def _cut_off(rng: random.Random, raw: bytes) -> bytes:
    return raw[: rng.randrange(len(raw) + 1)]


def _cut_start(rng: random.Random, raw: bytes) -> bytes:
    return raw[rng.randrange(min(len(raw), 400) + 1) :]


def _lines(change: Callable[[random.Random, list[bytes]], None]) -> Callable[[random.Random, bytes], bytes]:
    def changed(rng: random.Random, raw: bytes) -> bytes:
        lines = raw.split(b"\n")
        change(rng, lines)
        return b"\n".join(lines)

    return changed


def _drop_line(rng: random.Random, lines: list[bytes]) -> None:
    del lines[rng.randrange(len(lines))]


def _double_line(rng: random.Random, lines: list[bytes]) -> None:
    at = rng.randrange(len(lines))
    lines.insert(at, lines[at])


def _move_line(rng: random.Random, lines: list[bytes]) -> None:
    lines.insert(rng.randrange(len(lines)), lines.pop(rng.randrange(len(lines))))


def _drop_blank_line(rng: random.Random, lines: list[bytes]) -> None:
    blank = [at for at, line in enumerate(lines) if not line.strip()]
    if blank:
        del lines[rng.choice(blank)]


def _change_header(rng: random.Random, lines: list[bytes]) -> None:
    headers = [at for at, line in enumerate(lines) if line.lower().startswith(b"content-")]
    if headers:
        at = rng.choice(headers)
        name, _, value = lines[at].partition(b":")
        lines[at] = rng.choice(
            [
                name + b":",
                name + b" " + value,
                value,
                name + b": " + rng.choice(JUNK) + value,
                name.replace(b"-", b"", 1) + b":" + value,
            ]
        )


def _change_boundary(rng: random.Random, lines: list[bytes]) -> None:
    marks = [at for at, line in enumerate(lines) if line.startswith(b"--")]
    if marks:
        at = rng.choice(marks)
        mark = lines[at].rstrip(b"\r")
        lines[at] = (
            rng.choice(
                [mark + b"--", mark[:-1], mark + b"x", b" " + mark, mark[2:], b"", mark + mark, b">" + mark]
            )
            + b"\r"
        )


def _other_line_ends(rng: random.Random, raw: bytes) -> bytes:
    start, end = _span(rng, raw, len(raw) + 1)
    middle = raw[start:end].replace(b"\r\n", rng.choice([b"\n", b"\r", b"\r\r\n", b"\n\r\n"]))
    return raw[:start] + middle + raw[end:]


ACCIDENTS: list[Callable[[random.Random, bytes], bytes]] = [
    _flip, _cut_out, _double, _insert, _insert, _cut_off, _cut_start, _lines(_drop_line), _lines(_double_line), _lines(_move_line),
    _lines(_drop_blank_line), _lines(_change_header), _lines(_change_header), _lines(_change_boundary), _lines(_change_boundary), _other_line_ends,
]  # fmt: skip
