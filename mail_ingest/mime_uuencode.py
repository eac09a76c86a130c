"""Part of parsing: files inside of a text, as mail had them before MIME: uuencode, its base64 kind, and yEnc."""

import binascii
import re
from itertools import islice

from mail_ingest.mime_base64 import decode_base64

MAX_FILES = 50

_BEGIN = re.compile(
    rb"^(?:begin(-base64)? [0-7]{3,4} ([^\r\n]{1,255})|(=ybegin) [^\r\n]{0,200}name=([^\r\n]{1,255}))\r?$",
    re.M,
)
_Y_ESCAPE = re.compile(rb"=(.)", re.DOTALL)
_Y_LETTERS = bytes((byte - 42) % 256 for byte in range(256))


def split_encoded_files(data: bytes) -> tuple[bytes, list[tuple[bytes, bytes]]]:
    """Text without the files encoded in it, and the files as (name, content)."""
    files: list[tuple[bytes, bytes]] = []
    kept: list[bytes] = []
    position = 0
    # Bounded, because each false start may read to the end of the text.
    for begin in islice(_BEGIN.finditer(data), MAX_FILES):
        if begin.start() < position:
            continue
        content, end = _content(data, begin)
        if end < 0:
            continue
        kept.append(data[position : begin.start()])
        files.append(((begin[2] or begin[4]).strip(), content))
        position = end
    kept.append(data[position:])
    return b"".join(kept), files


def decode_uu_body(data: bytes) -> bytes | None:
    """The file of a part that consists of one, with or without its first line; None when it is no uuencode."""
    _, files = split_encoded_files(data)
    if files:
        return files[0][1]
    content, end = _uu_lines(data.lstrip(b"\r\n"), 0)
    return content if end >= 0 and content else None


def _content(data: bytes, begin: re.Match[bytes]) -> tuple[bytes, int]:
    """(content, offset behind it) of the file that begins there; offset -1 when it is none."""
    start = begin.end() + 1
    if begin[3]:
        return _y_lines(data, start)
    return _base64_lines(data, start) if begin[1] else _uu_lines(data, start)


def _base64_lines(data: bytes, start: int) -> tuple[bytes, int]:
    end = data.find(b"\n====", start - 1)
    if end < 0:
        return b"", -1
    newline = data.find(b"\n", end + 1)
    return decode_base64(data[start:end]), newline + 1 if newline >= 0 else len(data)


def _y_lines(data: bytes, start: int) -> tuple[bytes, int]:
    if data.startswith(b"=ypart ", start):
        start = data.find(b"\n", start) + 1 or len(data)
    end = data.find(b"\n=yend", start - 1)
    if end < 0:
        return b"", -1
    body = data[start:end].replace(b"\r", b"").replace(b"\n", b"")
    body = _Y_ESCAPE.sub(lambda match: bytes(((match[1][0] - 64) % 256,)), body)
    newline = data.find(b"\n", end + 1)
    return body.translate(_Y_LETTERS), newline + 1 if newline >= 0 else len(data)


def _uu_lines(data: bytes, start: int) -> tuple[bytes, int]:
    """Decoded lines from `start` and the offset behind "end"; offset -1 when this is not uuencode."""
    decoded: list[bytes] = []
    position = start
    while position < len(data):
        newline = data.find(b"\n", position)
        newline = len(data) if newline < 0 else newline
        line = data[position:newline].rstrip(b"\r")
        position = newline + 1
        if line.strip() == b"end":
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
