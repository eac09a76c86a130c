"""Part of parsing: bytes to text, whatever the mail says its charset is. Never raises, never drops text.

Order: a byte order mark; strict UTF-8, which hardly anything else satisfies; the declared charset, unless the
text is plainly Cyrillic in another one (the commonest lie of mailers); then detection. A text of which only some
lines are UTF-8, and one that was encoded twice, are mended (mime_mended).
"""

import re
import unicodedata

from mail_ingest.mime_alphabet import find_alphabet
from mail_ingest.mime_codecs import codec_for as codec_for
from mail_ingest.mime_cyrillic import find_cyrillic, is_cyrillic, sample_of, score_cyrillic
from mail_ingest.mime_east_asian import find_east_asian
from mail_ingest.mime_japanese import decode_jis
from mail_ingest.mime_latin import find_latin, reads_as_western
from mail_ingest.mime_mended import WIDE, encoded_once, find_wide, is_mostly_utf8, is_narrow, read_mixed

_SEVEN_BIT = ("iso2022_jp_ext", "iso2022_jp_2", "iso2022_kr", "hz", "utf-7")
_JAPANESE = ("iso2022_jp_ext", "iso2022_jp_2")
_MULTIBYTE = ("gb18030", "big5hkscs", "cp932", "euc_jp", "cp949", "johab")
_CYRILLIC = ("cp1251", "koi8-r", "koi8-u", "cp866", "iso8859-5", "mac-cyrillic")
_LATIN = (
    "cp1252",
    "iso8859-15",
    "cp1250",
    "iso8859-2",
    "cp1257",
    "cp1254",
    "iso8859-4",
    "cp437",
    "cp850",
    "mac-roman",
)
# The standard has no letters where its Windows relative has some: whoever uses those means the relative.
_RELATIVES = {
    "iso8859-2": "cp1250", "iso8859-15": "cp1252", "iso8859-7": "cp1253", "iso8859-6": "cp1256",
    "iso8859-4": "cp1257", "iso8859-13": "cp1257",
}  # fmt: skip
# That many letters of another script are no accents of a Western one.
_CLEARLY = 12
_SURELY = 5
_TINY = 12  # bytes

_WIDE_LETTERS = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_CYRILLIC_WORD = re.compile("[А-Яа-яё][а-яё]{3}")
_GREEK_WINDOWS = re.compile(
    rb"(?<![\xb6-\xfe])\xa2[\xdc-\xfe]"
)  # a capital letter there, an apostrophe in the standard
_C1 = re.compile(rb"[\x80-\x9f]")
_ESCAPES = (
    (b"\x1b$)C", "iso2022_kr"),
    (b"\x1b$", "iso2022_jp_ext"),
    (b"\x1b(J", "iso2022_jp_ext"),
    (b"\x1b(I", "iso2022_jp_ext"),
    (b"~{", "hz"),
)


def clean_text(text: str) -> str:
    """Text that a database can hold: without NUL; surrogate pairs joined, lone ones replaced."""
    if "\0" in text:
        text = text.replace("\0", "")
    if text.isascii():
        return text
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text


def decode_bytes(data: bytes, declared: str = "") -> str:
    """Text of bytes whose charset is declared, perhaps wrongly, or unknown ('')."""
    return decode_text(data, declared)[0]


def decode_text(data: bytes, declared: str = "") -> tuple[str, str]:
    """(text, what was wrong with the declared charset or '')."""
    codec = codec_for(declared) if declared else ""
    if data.isascii() and codec not in _NOT_ASCII and b"\x1b" not in data and b"\0" not in data:
        return data.decode("ascii"), ""
    text, used = _read(data, codec)
    if used == "utf-8":
        text = encoded_once(text)
    elif used == "cp1258":
        text = unicodedata.normalize("NFC", text)
    wrong = declared and used != codec and not data.isascii() and (used, codec) not in _AS_GOOD_AS
    return clean_text(text), f"the charset is not {declared[:40]!r} but {used}" if wrong else ""


_NOT_ASCII = WIDE.union(_SEVEN_BIT)
_AS_GOOD_AS = {("koi8-r", "koi8-u"), ("koi8-u", "koi8-r"), *((order, "utf-16") for order in WIDE)}


def _read(data: bytes, codec: str) -> tuple[str, str]:
    """(text, codec it was read with)."""
    for step in (_marked, _stateful, _wide, _utf8, _declared):
        found = step(data, codec)
        if found:
            return found
    return _detected(data)


def _marked(data: bytes, codec: str) -> tuple[str, str] | None:
    """UTF-16 and UTF-8 with a byte order mark, and UTF-16 without one: every second byte is NUL."""
    if data.startswith(b"\xef\xbb\xbf"):
        return _strict(data[3:], "utf-8")
    even = data[: len(data) // 2 * 2]
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        # The mark before a text that is plainly none: somebody glued two texts together.
        return _strict(data[2:], "utf-8") if is_narrow(data[2:]) else _strict(even, "utf-16")
    head = data[:400]
    if len(head) > 3 and head.count(0) * 3 >= len(head):
        return _strict(even, "utf-16-le" if head[1::2].count(0) >= head[::2].count(0) else "utf-16-be")
    return None


def _stateful(data: bytes, codec: str) -> tuple[str, str] | None:
    """The 7-bit charsets that switch alphabets by escape sequences."""
    if codec in _SEVEN_BIT:
        return _strict(data, codec) or _damaged(data, codec)
    if b"\x1b" in data or (b"~{" in data and not codec and data.isascii()):
        for mark, name in _ESCAPES:
            if mark in data:
                return _strict(data, name) or (_damaged(data, name) if data.isascii() else None)
    return None


def _damaged(data: bytes, codec: str) -> tuple[str, str] | None:
    if codec in _JAPANESE and (data.isascii() or b"\x1b$" in data):
        return decode_jis(data), codec
    return (data.decode(codec, "replace"), codec) if data.isascii() and codec != "utf-7" else None


def _wide(data: bytes, codec: str) -> tuple[str, str] | None:
    order = find_wide(data, codec) if codec in WIDE else ""
    return (data.decode(order, "replace"), order) if order else None


def _utf8(data: bytes, codec: str) -> tuple[str, str] | None:
    found = _strict(data, "utf-8")
    if found and codec in _MULTIBYTE and len(data) <= 12 and not _WIDE_LETTERS.search(found[0]):
        # Two or three characters of an East Asian charset may be UTF-8 by chance.
        return _strict(data, codec) or found
    if found or codec not in ("", "utf-8"):
        return found
    if codec and _is_cesu(data):
        return data.decode("utf-8", "surrogatepass"), "utf-8"
    if codec and is_mostly_utf8(data):
        return read_mixed(data, _other_text, enough=1) or data.decode("utf-8", "replace"), "utf-8"
    mixed = read_mixed(data, _other_text, enough=8)
    return (mixed, "utf-8") if mixed else None


def _other_text(data: bytes) -> str:
    return _detected(data)[0]


def _is_cesu(data: bytes) -> bool:
    # Some Java senders encode each half of an emoji by itself.
    try:
        data.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        return False
    return b"\xed" in data


def _declared(data: bytes, codec: str) -> tuple[str, str] | None:
    if codec in _CYRILLIC:
        return _cyrillic(data, codec)
    if codec in _RELATIVES and (_C1.search(data) or (codec == "iso8859-7" and _GREEK_WINDOWS.search(data))):
        codec = _RELATIVES[codec]
    if codec in _LATIN:
        # A few letters of "żółć" may be Korean by chance; whoever names a rarer charset means it.
        tiny = codec != "cp1252" and len(data) <= _TINY
        codec = find_cyrillic(data) or (not tiny and find_east_asian(data)) or _other_latin(data, codec)
    elif codec in _MULTIBYTE:
        return _east_asian(data, codec)
    elif codec in ("", "utf-8", *_NOT_ASCII):
        return None
    return data.decode(codec, "replace"), codec


def _east_asian(data: bytes, codec: str) -> tuple[str, str] | None:
    """The declared charset, unless another of them fits clearly better."""
    found = _strict(data, codec)
    if found and _CYRILLIC_WORD.search(found[0], 0, 20_000):
        # These charsets have Russian letters too, and people there write Russian.
        return found
    rival = find_east_asian(data, codec)
    return (_strict(data, rival) if rival else None) or found or _mostly(data, codec)


def _other_latin(data: bytes, codec: str) -> str:
    # "Latin 1" is what mailers write when they do not know; the other names are written on purpose.
    if codec != "cp1252":
        return codec
    best, margin = find_latin(data)
    return _alphabet(data, _CLEARLY) or (best if margin > 6.0 else codec)


def _alphabet(data: bytes, enough: int) -> str:
    found = find_alphabet(data, enough)
    return "" if found and reads_as_western(data) else found


def _cyrillic(data: bytes, codec: str) -> tuple[str, str]:
    """The declared Cyrillic charset unless the text reads clearly better in another one."""
    sample = sample_of(data)
    declared = sample.decode(codec, "replace")
    if not is_cyrillic(declared):
        other = find_cyrillic(data)
        if other and score_cyrillic(sample.decode(other, "replace")) > score_cyrillic(declared) + 0.5:
            codec = other
    return data.decode(codec, "replace"), codec


def _mostly(data: bytes, codec: str) -> tuple[str, str] | None:
    """A multi-byte text with a few broken characters is still that text."""
    text = data.decode(codec, "replace")
    return (text, codec) if text.count("\ufffd") <= 1 + len(text) // 50 else None


def _detected(data: bytes) -> tuple[str, str]:
    codec = find_cyrillic(data) or find_east_asian(data) or _alphabet(data, _SURELY) or find_latin(data)[0]
    return data.decode(codec, "replace"), codec


def _strict(data: bytes, codec: str) -> tuple[str, str] | None:
    try:
        return data.decode(codec), codec
    except (UnicodeDecodeError, ValueError):
        return None
