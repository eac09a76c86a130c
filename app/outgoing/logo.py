"""A logo as uploaded, reduced to the picture in it. Pure.

Only PNG and JPEG, walked from beginning to end: what is no part of the picture (text, camera data, whatever hangs on
behind) is left out, so that nothing else travels in our mails.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from app.errors import InvalidInput

LARGEST = 200 * 1024
MOST_POINTS = 2000
_PNG = b"\x89PNG\r\n\x1a\n"
# What a PNG needs to look as it does (ISO/IEC 15948, 11.2 and 11.3).
_KEPT = frozenset({b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"sRGB", b"cHRM", b"sBIT"})
# Frames of a JPEG that every mail program shows: baseline, extended and progressive (ITU T.81, table B.1).
_FRAMES = frozenset({0xC0, 0xC1, 0xC2})
_SCAN = 0xDA


@dataclass(frozen=True)
class Logo:
    """`kind` is image/png or image/jpeg; the size is in points."""

    kind: str
    content: bytes
    width: int
    height: int


def clean_logo(content: bytes) -> Logo:
    """Raises InvalidInput for what is no such picture, is broken or too large."""
    if len(content) > LARGEST:
        raise InvalidInput("A logo may have 200 KB at most.", "logo")
    try:
        logo = _png(content) if content.startswith(_PNG) else _jpeg(content)
    except (struct.error, IndexError, ValueError, zlib.error):
        raise InvalidInput("A logo must be a PNG or JPEG picture that is not damaged.", "logo") from None
    if not (0 < logo.width <= MOST_POINTS and 0 < logo.height <= MOST_POINTS):
        raise InvalidInput("A logo may be 2000 points wide and high at most.", "logo")
    return logo


def _png(content: bytes) -> Logo:
    kept, pixels = [_PNG], b""
    width = height = 0
    for number, (kind, data, whole) in enumerate(_chunks(content)):
        if (number == 0) != (kind == b"IHDR"):
            raise ValueError("no header")
        if kind == b"IHDR":
            width, height = struct.unpack(">II", data[:8])
            if not (0 < width <= MOST_POINTS and 0 < height <= MOST_POINTS):
                return Logo("image/png", b"", width, height)
        if kind == b"IDAT":
            pixels += data
        if kind in _KEPT:
            kept.append(whole)
    _check_pixels(pixels, width, height)
    return Logo("image/png", b"".join(kept), width, height)


def _chunks(content: bytes) -> Iterator[tuple[bytes, bytes, bytes]]:
    at, kind = len(_PNG), b""
    while kind != b"IEND":
        (length,) = struct.unpack_from(">I", content, at)
        kind, data = content[at + 4 : at + 8], content[at + 8 : at + 8 + length]
        (told,) = struct.unpack_from(">I", content, at + 8 + length)
        if len(data) != length or zlib.crc32(kind + data) != told:
            raise ValueError("damaged")
        yield kind, data, content[at : at + 12 + length]
        at += 12 + length


def _check_pixels(pixels: bytes, width: int, height: int) -> None:
    """They unpack to something, and to no more than a picture of this size can have."""
    most = (width * 8 + 16) * (height + 8) * 2
    unpacking = zlib.decompressobj()
    unpacked = unpacking.decompress(pixels, most + 1)
    if not unpacked or len(unpacked) > most or not unpacking.eof:
        raise ValueError("damaged")


def _jpeg(content: bytes) -> Logo:
    if not content.startswith(b"\xff\xd8"):
        raise ValueError("no picture of ours")
    kept, at, size = [b"\xff\xd8"], 2, (0, 0)
    for kind, start, end in _segments(content):
        if kind in _FRAMES:
            height, width = struct.unpack_from(">HH", content, start + 5)
            size = (width, height)
        if not _says_nothing(kind):
            kept.append(content[start:end])
        at = end
    end = content.rfind(b"\xff\xd9", at)
    if end < 0 or size == (0, 0):
        raise ValueError("damaged")
    kept.append(content[at : end + 2])
    return Logo("image/jpeg", b"".join(kept), *size)


def _segments(content: bytes) -> Iterator[tuple[int, int, int]]:
    """(marker, begin, end) of each, up to the head of the first scan."""
    at, kind = 2, 0
    while kind != _SCAN:
        while content[at + 1] == 0xFF:
            at += 1
        kind = content[at + 1]
        (length,) = struct.unpack_from(">H", content, at + 2)
        end = at + 2 + length
        if content[at] != 0xFF or length < 2 or end > len(content):
            raise ValueError("damaged")
        yield kind, at, end
        at = end


def _says_nothing(kind: int) -> bool:
    """Application data and comments; but for the two markers that say how colours are meant (JFIF and Adobe)."""
    return (0xE1 <= kind <= 0xEF and kind != 0xEE) or kind == 0xFE
