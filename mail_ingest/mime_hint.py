"""Part of parsing: in which charset are the raw 8-bit names and subjects of this mail likely written?

A short name says little by itself. The letter around it says more: what its text is declared as, else in which charset
it reads, else which of the old charsets has the letters of its language.
"""

from collections.abc import Iterator
from itertools import islice

from mail_ingest.charset import codec_for, decode_bytes
from mail_ingest.mime_cyrillic import find_cyrillic
from mail_ingest.mime_report import walk
from mail_ingest.mime_tree import Part

_MOST_PARTS = 20
_ENOUGH = 20_000  # bytes of a text
# The old charsets, each with the ones tried before it that lack its letters.
_LEGACY = (
    "cp1252",
    "cp1250",
    "cp1251",
    "cp1254",
    "cp1257",
    "cp1253",
    "cp1255",
    "cp1256",
    "cp932",
    "cp949",
    "gb18030",
)
_UNIVERSAL = ("", "ascii", "utf-8", "utf-7", "utf-16", "utf-32")
_NAMING = ("content-type", "content-disposition", "content-description")


def charset_hint(root: Part) -> str:
    """The charset to try first for raw 8-bit text in headers and names, '' when nothing speaks for one."""
    parts = list(islice(walk(root), _MOST_PARTS))
    texts = [part for part in parts if part.main_type == "text" and not part.disposition_params]
    declared = next((part.params["charset"] for part in texts if part.params.get("charset")), "")
    if not declared:
        declared = next((part.params["charset"] for part in parts if _says_charset(part)), "")
    if all(value.isascii() for value in _values(root, parts)):
        return declared
    return next((hint for part in texts if (hint := _of_text(part, declared))), declared)


def _says_charset(part: Part) -> bool:
    return part.main_type == "text" and bool(part.params.get("charset"))


def _values(root: Part, parts: list[Part]) -> Iterator[bytes]:
    """What may hold raw 8-bit text: every header of the mail, and what names its files."""
    for values in root.headers.values.values():
        yield from values
    for part in parts:
        for name in _NAMING:
            yield from part.headers.every(name)


def _of_text(part: Part, declared: str) -> str:
    data = part.decoded()[0][:_ENOUGH]
    if data.isascii() and not declared:
        return ""
    charset = part.params.get("charset", "")
    letters = {char for char in decode_bytes(data, charset) if not char.isascii() and char.isalpha()}
    if not letters:
        return ""
    codec = codec_for(declared) if declared else ""
    if codec not in _UNIVERSAL and _has(codec, letters):
        return declared
    read = "" if _is_utf8(data) else find_cyrillic(data)
    return read or next((name for name in _LEGACY if _has(name, letters)), "")


def _has(codec: str, letters: set[str]) -> bool:
    try:
        "".join(letters).encode(codec)
    except (UnicodeEncodeError, LookupError):
        return False
    return True


def _is_utf8(data: bytes) -> bool:
    return b"\xef\xbf\xbd" not in data and data.decode("utf-8", "ignore").encode("utf-8") == data
