"""Part of parsing: bytes to text, whatever the mail says its charset is. Never raises, never drops text.

Order: a byte order mark; strict UTF-8, which hardly anything else satisfies; the declared charset, unless the
text is plainly Cyrillic in another one (the commonest lie of mailers); then detection. Only the codecs named
here are ever used: Python has others that run for minutes, or are not charsets at all.
"""

import re
from functools import lru_cache

from charset_normalizer import from_bytes

from mail_ingest.mime_cyrillic import find_cyrillic, is_cyrillic, sample_of, score_cyrillic
from mail_ingest.mime_east_asian import find_east_asian
from mail_ingest.mime_latin import find_latin

_ALIASES = {
    "utf-8": "utf8 utf8mb4 unicode11utf8 utf8sig",
    "utf-16": "utf16 unicode ucs2 iso10646ucs2",
    "utf-16-le": "utf16le unicodelittle",
    "utf-16-be": "utf16be unicodebig",
    "utf-32": "utf32 ucs4",
    "utf-7": "utf7 unicode11utf7",
    # Whoever says ASCII or Latin 1 and sends 8-bit bytes means the Windows superset (as browsers do).
    "cp1252": "usascii ascii ansix341968 iso646us iso88591 latin1 l1 cp1252 windows1252 win1252 ansi "
    "ibm1252 88591 iso8859 cp819",
    "iso8859-15": "iso885915 latin9 latin0 l9 885915",
    "cp1250": "cp1250 windows1250 win1250",
    "iso8859-2": "iso88592 latin2 l2 88592",
    "iso8859-3": "iso88593 latin3",
    "iso8859-4": "iso88594 latin4",
    "iso8859-10": "iso885910 latin6",
    "iso8859-13": "iso885913 latin7",
    "iso8859-14": "iso885914 latin8",
    "iso8859-16": "iso885916 latin10",
    "cp1257": "cp1257 windows1257 win1257",
    "cp1254": "cp1254 windows1254 iso88599 latin5 l5 win1254",
    "cp1258": "cp1258 windows1258 tcvn",
    "cp1253": "cp1253 windows1253 win1253",
    "iso8859-7": "iso88597 greek elot928 ecma118",
    "cp1255": "cp1255 windows1255 iso88598 iso88598i iso88598e hebrew logical visual win1255",
    "cp1256": "cp1256 windows1256 win1256",
    "iso8859-6": "iso88596 iso88596i iso88596e arabic ecma114 asmo708",
    "cp874": "cp874 windows874 tis620 iso885911 thai dosthai",
    "cp437": "cp437 ibm437",
    "cp850": "cp850 ibm850",
    "cp852": "cp852 ibm852",
    "mac-roman": "macintosh macroman mac",
    "cp1251": "cp1251 windows1251 win1251 ansi1251 microsoftcp1251 1251 w1251 cp51251",
    "koi8-r": "koi8r koi8 koi koi8rus",
    "koi8-u": "koi8u koi8ru",
    "cp866": "cp866 ibm866 dos866 866 dos",
    "iso8859-5": "iso88595 cyrillic 88595",
    "mac-cyrillic": "maccyrillic macukrainian maccyr",
    "gb18030": "gb18030 gb2312 gbk cp936 windows936 ms936 euccn chinese gb231280 xgbk hzgb",
    "hz": "hzgb2312 hz",
    "big5hkscs": "big5 big5hkscs cp950 windows950 bigfive cnbig5 ms950",
    "cp932": "shiftjis sjis cp932 windows31j ms932 mskanji shiftjisx0213 shiftjis2004 windows932",
    "euc_jp": "eucjp ujis extendedunixcodepackedformatforjapanese",
    "iso2022_jp_ext": "iso2022jp iso2022jp1 iso2022jp3 iso2022jpext iso2022jpms cp50220 cp50221 jis",
    "iso2022_jp_2": "iso2022jp2",
    "iso2022_kr": "iso2022kr",
    "cp949": "euckr ksc5601 ksc56011987 ksc56011989 cp949 windows949 uhc korean ks5601 ms949",
}
_CODECS = {alias: codec for codec, aliases in _ALIASES.items() for alias in aliases.split()}

_SEVEN_BIT = ("iso2022_jp_ext", "iso2022_jp_2", "iso2022_kr", "hz", "utf-7")
_MULTIBYTE = (
    "gb18030",
    "big5hkscs",
    "cp932",
    "euc_jp",
    "cp949",
    "utf-16",
    "utf-16-le",
    "utf-16-be",
    "utf-32",
)
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
_DETECTABLE = ["cp1253", "cp1255", "cp1256", "tis_620"]
_MAX_DETECTION = 3000

_KEY = re.compile(r"[^a-z0-9]+")
_WIDE_LETTERS = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_HIGH = re.compile(rb"[\x80-\xff]")
_HIGH_RUN = re.compile(rb"[\x80-\xff]{2,}")
_ESCAPES = (
    (b"\x1b$)C", "iso2022_kr"),
    (b"\x1b$", "iso2022_jp_ext"),
    (b"\x1b(J", "iso2022_jp_ext"),
    (b"~{", "hz"),
)


def clean_text(text: str) -> str:
    """Text that a database can hold: without NUL; surrogate pairs joined, lone ones replaced."""
    if "\0" in text:
        text = text.replace("\0", "")
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text


@lru_cache(maxsize=512)
def codec_for(name: str) -> str:
    """The Python codec for a charset name as mail writes it, '' for unknown ones."""
    key = _KEY.sub("", name[:60].lower().partition("*")[0].removeprefix("charset="))
    for candidate in (key, key.removeprefix("x"), key.removeprefix("cs"), key.removeprefix("iso")):
        if candidate in _CODECS:
            return _CODECS[candidate]
    return ""


def decode_bytes(data: bytes, declared: str = "") -> str:
    """Text of bytes whose charset is declared, perhaps wrongly, or unknown ('')."""
    return decode_text(data, declared)[0]


def decode_text(data: bytes, declared: str = "") -> tuple[str, str]:
    """(text, what was wrong with the declared charset or '')."""
    codec = codec_for(declared) if declared else ""
    if data.isascii() and codec not in _SEVEN_BIT and b"\x1b" not in data and b"\0" not in data:
        return data.decode("ascii"), ""
    text, used = _read(data, codec)
    wrong = declared and used != codec and not data.isascii() and {used, codec} != {"koi8-r", "koi8-u"}
    return clean_text(text), f"the charset is not {declared[:40]!r} but {used}" if wrong else ""


def _read(data: bytes, codec: str) -> tuple[str, str]:
    """(text, codec it was read with)."""
    for step in (_marked, _stateful, _utf8, _declared):
        found = step(data, codec)
        if found:
            return found
    return _detected(data)


def _marked(data: bytes, codec: str) -> tuple[str, str] | None:
    """UTF-16 and UTF-8 with a byte order mark, and UTF-16 without one: every second byte is NUL."""
    if data.startswith(b"\xef\xbb\xbf"):
        return _strict(data[3:], "utf-8")
    if data.startswith((b"\xff\xfe", b"\xfe\xff")) and len(data) % 2 == 0:
        return _strict(data, "utf-16")
    head = data[:400]
    if len(head) > 3 and head.count(0) * 3 >= len(head) and len(data) % 2 == 0:
        return _strict(data, "utf-16-le" if head[1::2].count(0) >= head[::2].count(0) else "utf-16-be")
    return None


def _stateful(data: bytes, codec: str) -> tuple[str, str] | None:
    """The 7-bit charsets that switch alphabets by escape sequences."""
    if codec in _SEVEN_BIT:
        strict = _strict(data, codec)
        return strict or (
            (data.decode(codec, "replace"), codec) if data.isascii() and codec != "utf-7" else None
        )
    if b"\x1b" in data or (b"~{" in data and not codec and data.isascii()):
        for mark, name in _ESCAPES:
            if mark in data:
                return _strict(data, name)
    return None


def _utf8(data: bytes, codec: str) -> tuple[str, str] | None:
    found = _strict(data, "utf-8")
    if found and codec in _MULTIBYTE and len(data) <= 12 and not _WIDE_LETTERS.search(found[0]):
        # Two or three characters of an East Asian charset may be UTF-8 by chance.
        return _strict(data, codec) or found
    if found or codec != "utf-8":
        return found
    text = data.decode("utf-8", "surrogatepass" if b"\xed" in data else "replace") if _is_cesu(data) else ""
    if not text:
        text = data.decode("utf-8", "replace")
    good = sum(not char.isascii() for char in text[:20000])
    lost = text.count("\ufffd", 0, 20000)
    return (text, "utf-8") if good - lost >= 4 * lost else None


def _is_cesu(data: bytes) -> bool:
    # Some Java senders encode each half of an emoji by itself.
    try:
        data.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        return False
    return True


def _declared(data: bytes, codec: str) -> tuple[str, str] | None:
    if codec in _CYRILLIC:
        return _cyrillic(data, codec)
    if codec in _LATIN:
        codec = find_cyrillic(data) or find_east_asian(data) or _other_latin(data, codec)
    elif codec in _MULTIBYTE:
        return _strict(data, codec) or _mostly(data, codec)
    elif codec in ("", "utf-8", *_SEVEN_BIT):
        return None
    return data.decode(codec, "replace"), codec


def _other_latin(data: bytes, codec: str) -> str:
    # "Latin 1" is what mailers write when they do not know; the other names are written on purpose.
    best, margin = find_latin(data) if codec == "cp1252" else (codec, 0.0)
    return best if margin > 6.0 else codec


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
    codec = find_cyrillic(data) or find_east_asian(data) or _alphabet(data) or find_latin(data)[0]
    return data.decode(codec, "replace"), codec


def _alphabet(data: bytes) -> str:
    """Greek, Hebrew, Arabic or Thai by statistics; '' for texts with single accented letters."""
    sample = b" ".join(_HIGH_RUN.findall(data[:200_000]))[:_MAX_DETECTION]
    if len(sample) < 8 or len(_HIGH.findall(data[:20_000])) > len(sample) * 1.2:
        return ""
    best = from_bytes(sample, cp_isolation=_DETECTABLE, threshold=0.4).best()
    return codec_for(best.encoding) if best is not None else ""


def _strict(data: bytes, codec: str) -> tuple[str, str] | None:
    try:
        return data.decode(codec), codec
    except (UnicodeDecodeError, ValueError):
        return None
