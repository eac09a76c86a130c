"""Part of parsing: texts that are UTF-8 only in part, or twice over, or sixteen bits wide without saying so."""

import re
from collections.abc import Callable
from itertools import islice

_SEQUENCE = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
_MANY = 40_000
_CONTROLS = re.compile(rb"[\x00-\x08\x0b\x0e-\x1a\x1c-\x1f]")
_NO_TEXT = re.compile("[\x00-\x08\x0b\x0e-\x1a\x1c-\x1f\ue000-\uf8ff\ufffd\ufffe\uffff\ufdd0-\ufdef]")
_ORDERS = {
    "utf-16": ("utf-16-be", "utf-16-le"),
    "utf-16-be": ("utf-16-be", "utf-16-le"),
    "utf-16-le": ("utf-16-le", "utf-16-be"),
    "utf-32": ("utf-32-be", "utf-32-le"),
    "utf-32-be": ("utf-32-be", "utf-32-le"),
    "utf-32-le": ("utf-32-le", "utf-32-be"),
}
WIDE = frozenset(_ORDERS)

# Letters of UTF-8 that were read in these charsets and encoded once more.
_TWICE = re.compile(
    "[\xc2-\xf4][\x80-\xbf\u20ac\u201a\u0192\u201e\u2026\u2020\u2021\u02c6\u2030\u0160\u2039\u0152\u017d"
    "\u2018\u2019\u201c\u201d\u2022\u2013\u2014\u02dc\u2122\u0161\u203a\u0153\u017e\u0178]|[РС][Ђ-Џђ-џҐґ\x98-№]"
)
_ENOUGH = 4


def is_mostly_utf8(data: bytes) -> bool:
    """Damaged or cut UTF-8, as opposed to another charset in which some bytes look like it."""
    sequences = len(_SEQUENCE.findall(data[:_MANY]))
    return 0 < sequences >= data[:_MANY].decode("utf-8", "replace").count("\ufffd")


def read_mixed(data: bytes, read_other: Callable[[bytes], str], enough: int) -> str:
    """A text of which some lines are UTF-8 and the others are not, '' when fewer than `enough` letters are.

    Digests, footers of mailing lists and quoted answers put texts of several charsets into one part.
    """
    lines = data.split(b"\n")
    if len(lines) < 2:
        return ""
    odd = [line for line in lines if not _is_utf8(line)]
    good = sum(len(_SEQUENCE.findall(line)) for line in islice(lines, _MANY) if _is_utf8(line))
    if good < enough:
        return ""
    mostly = [line for line in odd if is_mostly_utf8(line)]
    others = b"\n".join(line for line in odd if line not in mostly)
    rest = iter(read_other(others).split("\n") if others else ())
    damaged = set(mostly)
    return "\n".join(
        line.decode("utf-8", "replace") if _is_utf8(line) or line in damaged else next(rest, "")
        for line in lines
    )


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def is_narrow(data: bytes) -> bool:
    """Is this a text of single bytes or UTF-8, whatever it says of itself?"""
    return not _CONTROLS.search(data) and _is_utf8(data)


def find_wide(data: bytes, codec: str) -> str:
    """The order of bytes in which a text that is declared UTF-16 or UTF-32 makes sense, '' when it does in none."""
    if is_narrow(data):
        return ""
    fitting = [order for order in _ORDERS[codec] if _makes_sense(data, order)]
    if len(fitting) > 1 and codec == "utf-16":
        # Letters of one text share their upper bytes, not their lower ones.
        first, second = len(set(data[::2])), len(set(data[1::2]))
        return "utf-16-be" if first <= second else "utf-16-le"
    return fitting[0] if fitting else ""


def _makes_sense(data: bytes, order: str) -> bool:
    text = data[:4000].decode(order, "replace")
    return len(_NO_TEXT.findall(text)) <= len(text) // 20


def _table(codec: str) -> dict[int, int]:
    """Characters that this charset has above ASCII, with their bytes; bytes without a character stand for C1."""
    found = {byte: byte for byte in range(0x80, 0xA0)}
    for byte in range(0x80, 0x100):
        char = bytes((byte,)).decode(codec, "replace")
        if char != "\ufffd":
            found[ord(char)] = byte
    return found


_TABLES = [_table("cp1252"), _table("cp1251")]


def encoded_once(text: str) -> str:
    """The text that was meant when UTF-8 was encoded as UTF-8 a second time; all of it, or nothing is changed."""
    if sum(1 for _ in islice(_TWICE.finditer(text), _ENOUGH)) < _ENOUGH:
        return text
    letters = {ord(char) for char in set(text) if not char.isascii()}
    for table in _TABLES:
        if letters <= table.keys():
            try:
                return text.translate(table).encode("latin-1").decode("utf-8")
            except UnicodeError:
                continue
    return text
