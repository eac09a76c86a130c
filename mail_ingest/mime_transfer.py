"""Part of parsing: transfer encodings (RFC 2045, section 6; uuencode), decoded even when broken or mislabelled."""

import binascii
import re
from itertools import islice

_NOT_BASE64 = re.compile(rb"[^A-Za-z0-9+/=]+")
_PADDING = re.compile(rb"=+")
_HIGH_HEX = re.compile(rb"=[89A-F][0-9A-F]")
_BASE64_LINES = re.compile(rb"(?:[A-Za-z0-9+/]{56,76}\r?\n){2,}[A-Za-z0-9+/]{0,76}={0,2}\s*")
_UU_BEGIN = re.compile(rb"^begin(?:-base64)? [0-7]{3,4} ([^\r\n]{1,255})\r?$", re.MULTILINE)


def decode_base64(data: bytes) -> bytes:
    """Bytes of base64 text; foreign characters are skipped, padding is optional and may stand in the middle."""
    padding = data.find(b"=")
    # The C decoder stops at the first padding and knows nothing of the URL-safe letters.
    if (padding < 0 or not data[padding:].strip(b"= \t\r\n")) and not (b"-" in data or b"_" in data):
        try:
            return binascii.a2b_base64(data)
        except binascii.Error:
            pass
    letters = _NOT_BASE64.sub(b"", data.translate(_URL_SAFE))
    return b"".join(_decode_group(group) for group in _PADDING.split(letters) if group)


_URL_SAFE = bytes.maketrans(b"-_", b"+/")


def _decode_group(group: bytes) -> bytes:
    # One letter alone carries six bits: not even one byte.
    usable = group[:-1] if len(group) % 4 == 1 else group
    return binascii.a2b_base64(usable + b"=" * (-len(usable) % 4))


def looks_like_base64(data: bytes) -> bool:
    """False for text that was labelled base64 but never encoded."""
    sample = data[:4096]
    letters = _NOT_BASE64.sub(b"", sample)
    blanks = sample.count(b"\r") + sample.count(b"\n")
    lines = sample.split()
    if len(letters) + blanks < 0.9 * len(sample):
        return False
    # Prose has many words on a line, base64 one word a line.
    return sample.count(b" ") <= 2 + len(lines) // 4


def decode_transfer(data: bytes, encoding: str) -> tuple[bytes, str]:
    """(decoded bytes, defect or ''); `encoding` is the Content-Transfer-Encoding as the mail states it."""
    name = encoding.lower().strip(" \t\"';.").replace("_", "-")
    if name in ("base64", "base-64", "b64", "x-base64", "b"):
        if not looks_like_base64(data):
            return data, "the text is labelled base64 but is not encoded"
        return decode_base64(data), ""
    if name in ("quoted-printable", "quotedprintable", "quoted-printables", "qp", "q"):
        return binascii.a2b_qp(data), ""
    if name in ("x-uuencode", "uuencode", "x-uue", "uue", "uu"):
        return _decode_uu_body(data)
    return data, "" if name in _PLAIN_NAMES else f"unknown transfer encoding {name[:40]!r}"


_PLAIN_NAMES = frozenset(
    ("", "7bit", "8bit", "binary", "7-bit", "8-bit", "7bits", "8bits", "none", "text", "8 bit", "7 bit")
)


def undeclared_encoding(data: bytes) -> str:
    """The encoding that a text without a (true) label is plainly in: 'base64', 'quoted-printable' or ''."""
    if not data.isascii():
        return ""
    if _BASE64_LINES.fullmatch(data.strip() + b"\n") and _is_text(decode_base64(data)):
        return "base64"
    if len(_HIGH_HEX.findall(data[:20000])) >= 6 and _is_text(binascii.a2b_qp(data)):
        return "quoted-printable"
    return ""


def _is_text(data: bytes) -> bool:
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return bool(text) and sum(not (char.isprintable() or char in "\r\n\t") for char in text[:4000]) == 0


def split_uuencoded(data: bytes) -> tuple[bytes, list[tuple[bytes, bytes]]]:
    """Text without its uuencoded files, and the files as (name, content)."""
    files: list[tuple[bytes, bytes]] = []
    kept: list[bytes] = []
    position = 0
    # Bounded, because each false start may read to the end of the text.
    for begin in islice(_UU_BEGIN.finditer(data), 50):
        if begin.start() < position:
            continue
        content, end = _uu_lines(data, begin.end() + 1)
        if end < 0:
            continue
        kept.append(data[position : begin.start()])
        files.append((begin[1].strip(), content))
        position = end
    kept.append(data[position:])
    return b"".join(kept), files


def _uu_lines(data: bytes, start: int) -> tuple[bytes, int]:
    """Decoded lines from `start` and the offset behind "end"; offset -1 when this is not uuencode."""
    decoded: list[bytes] = []
    position = start
    while position < len(data):
        newline = data.find(b"\n", position)
        newline = len(data) if newline < 0 else newline
        line = data[position:newline].rstrip(b"\r")
        position = newline + 1
        if line.strip() in (b"end", b"===="):
            return b"".join(decoded), min(position, len(data))
        piece = _uu_line(line)
        if piece is None:
            return b"", -1
        decoded.append(piece)
    return b"".join(decoded), len(data) if decoded else -1


def _uu_line(line: bytes) -> bytes | None:
    if len(line) > 90:
        return None
    if not line.strip() or line[0] == 0x60:
        return b""
    try:
        return binascii.a2b_uu(line)
    except binascii.Error:
        # Some senders pad the last line too far: take what the length byte promises.
        wanted = (((line[0] - 32) & 63) * 4 + 5) // 3
        try:
            return binascii.a2b_uu(line[: wanted + 1])
        except binascii.Error:
            return None


def _decode_uu_body(data: bytes) -> tuple[bytes, str]:
    _, files = split_uuencoded(data)
    return (files[0][1], "") if files else (data, "the text is labelled uuencode but is not encoded")
