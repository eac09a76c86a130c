"""How large a picture is, read from its first bytes without decoding it.

A kilobyte can say that it is a picture of a billion points; whoever shows it pays for all of them. Pure.
"""

from __future__ import annotations

import struct

# Beyond what cameras and scanners make, and below what makes a browser stop.
MOST_POINTS = 20_000_000
# The frame of a JPEG: width and height stand in it. 0xC4, 0xC8 and 0xCC mean other things.
_JPEG_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_MOST_SEGMENTS = 400


def is_small_enough(content: bytes) -> bool:
    """Whether a PNG, JPEG, GIF or WebP picture may be shown. One whose size cannot be read may not."""
    size = picture_size(content)
    return size is not None and 0 < size[0] * size[1] <= MOST_POINTS


def picture_size(content: bytes) -> tuple[int, int] | None:
    """Width and height in points, None where they cannot be read."""
    try:
        if content.startswith(b"\x89PNG\r\n\x1a\n"):
            return struct.unpack_from(">II", content, 16) if content[12:16] == b"IHDR" else None
        if content.startswith((b"GIF87a", b"GIF89a")):
            return struct.unpack_from("<HH", content, 6)
        if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
            return _webp(content)
        return _jpeg(content) if content.startswith(b"\xff\xd8") else None
    except (struct.error, IndexError):
        return None


def _jpeg(content: bytes) -> tuple[int, int] | None:
    at = 2
    for _ in range(_MOST_SEGMENTS):
        while content[at] == 0xFF and content[at + 1] == 0xFF:
            at += 1
        if content[at] != 0xFF:
            return None
        kind = content[at + 1]
        if kind in _JPEG_FRAMES:
            height, width = struct.unpack_from(">HH", content, at + 5)
            return width, height
        # Markers that stand alone have no length.
        at += 2 if kind == 0x01 or 0xD0 <= kind <= 0xD8 else 2 + struct.unpack_from(">H", content, at + 2)[0]
    return None


def _webp(content: bytes) -> tuple[int, int] | None:
    kind = content[12:16]
    if kind == b"VP8X":
        width, height = content[24:27], content[27:30]
        return (int.from_bytes(width, "little") + 1, int.from_bytes(height, "little") + 1) if height else None
    if kind == b"VP8L" and content[20] == 0x2F:
        (bits,) = struct.unpack_from("<I", content, 21)
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    if kind == b"VP8 " and content[23:26] == b"\x9d\x01\x2a":
        width, height = struct.unpack_from("<HH", content, 26)
        return width & 0x3FFF, height & 0x3FFF
    return None
