"""Part of parsing: `type/subtype; name=value` headers (RFC 2045, RFC 2231), total and linear.

Understands quoted and unquoted values, values with raw spaces or 8-bit bytes, missing semicolons and
closing quotes, comments, RFC 2231 continuations and charsets in any order.
"""

import re
from itertools import groupby
from urllib.parse import unquote_to_bytes

from mail_ingest.charset import decode_bytes
from mail_ingest.header_words import decode_header

MAX_PARAMETERS = 100

_NAME = re.compile(
    rb"[ \t;,]{0,200}(?:([A-Za-z0-9!#$&+.^_`|~*-]{1,80})[ \t]{0,20}="
    rb"|((?i:filename|name|charset|boundary))[ \t]{0,20}:)[ \t]{0,20}"
)
_NEXT_NAME = re.compile(rb"[ \t][A-Za-z][A-Za-z0-9*-]{1,30}=(?!\?)")
_SECTION = re.compile(r"([^*]{1,80})(?:\*(\d{1,3}))?(\*)?")
_CHARSET_MARK = re.compile(rb"[A-Za-z0-9_.-]{0,40}'(?:[A-Za-z-]{0,20}'|(?=%))")
_NEXT_QUOTE = re.compile(rb"[ \t]{0,20}\"")


def split_value(value: bytes, hint: str = "") -> tuple[str, dict[str, str]]:
    """('text/plain', {'charset': 'utf-8'}); names and the leading value in lower case.

    `hint` is the charset to try first for raw 8-bit values.
    """
    head, _, rest = value.partition(b";")
    if b"=" in head:
        # "text/plain charset=utf-8": the semicolon was forgotten.
        first_word = head.split(None, 1)[0]
        head, rest = (
            (b"", value)
            if b"=" in first_word
            else (first_word, value[value.find(first_word) + len(first_word) :])
        )
    leading = head.split(b"(", 1)[0].strip(b" \t\"'").lower().decode("ascii", "ignore")
    return leading, _join(_pairs(rest), hint) if rest else {}


def _pairs(text: bytes) -> list[tuple[str, bytes]]:
    pairs: list[tuple[str, bytes]] = []
    position = 0
    while len(pairs) < MAX_PARAMETERS and position < len(text):
        match = _NAME.match(text, position)
        if match:
            found, position = _value(text, match.end())
            pairs.append(((match[1] or match[2]).decode("ascii").lower(), found))
            continue
        following = text.find(b";", position)
        if following < 0:
            break
        position = following + 1
    return pairs


def _value(text: bytes, start: int) -> tuple[bytes, int]:
    if text[start : start + 1] == b'"':
        return _quoted_pieces(text, start + 1)
    end = text.find(b";", start)
    end = len(text) if end < 0 else end
    # "charset=utf-8 name=x": the next parameter begins without a semicolon.
    spaced = _NEXT_NAME.search(text, start, end)
    if spaced and b"=?" not in text[start : spaced.start()]:
        end = spaced.start()
    found = text[start:end].strip()
    comment = found.find(b" (")
    if comment > 0 and found.endswith(b")") and b"." not in found[comment:] and b"." not in found[:comment]:
        found = found[:comment].strip()
    if len(found) > 1 and found[:1] == b"'" == found[-1:]:
        found = found[1:-1]
    return found.rstrip(b'"') if found.count(b'"') == 1 else found, end


def _quoted_pieces(text: bytes, start: int) -> tuple[bytes, int]:
    found, position = _quoted(text, start)
    # Each line of a long name in quotation marks of its own.
    while further := _NEXT_QUOTE.match(text, position):
        piece, position = _quoted(text, further.end())
        found += (b" " if piece.startswith(b"=?") and found.endswith(b"?=") else b"") + piece
    return found, position


def _quoted(text: bytes, start: int) -> tuple[bytes, int]:
    position = start
    while True:
        quote = text.find(b'"', position)
        if quote < 0:
            return _unescape(text[start:]).strip(), len(text)
        backslashes = 0
        while quote - backslashes > start and text[quote - backslashes - 1 : quote - backslashes] == b"\\":
            backslashes += 1
        # name="C:\dir\" : a backslash before the very last quote belongs to a Windows path.
        if backslashes % 2 == 0 or b'"' not in text[quote + 1 :]:
            return _unescape(text[start:quote]), quote + 1
        position = quote + 1


def _unescape(value: bytes) -> bytes:
    # Only \" and \\ are undone: a raw Windows path must not lose its separators.
    return value.replace(b"\\\\", b"\\").replace(b'\\"', b'"') if b"\\" in value else value


def _join(pairs: list[tuple[str, bytes]], hint: str) -> dict[str, str]:
    plain: dict[str, str] = {}
    sections: dict[str, dict[int, tuple[bytes, bool]]] = {}
    for name, value in pairs:
        if "*" not in name:
            if name not in plain:
                plain[name] = _plain(value, hint)
            continue
        match = _SECTION.fullmatch(name)
        if match:
            sections.setdefault(match[1], {}).setdefault(int(match[2] or 0), (value, bool(match[3])))
    for name, numbered in sections.items():
        joined = _continued([numbered[index] for index in sorted(numbered)], hint)
        if joined:
            plain[name] = joined
    return plain


def _plain(value: bytes, hint: str) -> str:
    if _CHARSET_MARK.match(value) and b"%" in value:
        # filename="utf-8''%D1%84.txt": the extended form under the plain name.
        return _continued([(value, True)], hint)
    return decode_header(value, hint)


def _continued(parts: list[tuple[bytes, bool]], hint: str) -> str:
    """RFC 2231, section 3 and 4: sections in order; the charset stands in front of the first one."""
    first, extended = parts[0]
    charset = ""
    mark = _CHARSET_MARK.match(first) if extended else None
    if mark:
        charset = first.split(b"'", 1)[0].decode("ascii", "ignore")
        parts = [(first[mark.end() :], True), *parts[1:]]
    if not any(encoded for _, encoded in parts):
        return decode_header(b"".join(value for value, _ in parts), hint)
    # Neighbours together: some senders cut in the middle of a percent code.
    runs = [
        (encoded, b"".join(value for value, _ in run))
        for encoded, run in groupby(parts, lambda part: part[1])
    ]
    text = decode_bytes(
        b"".join(unquote_to_bytes(value) if encoded else value for encoded, value in runs), charset or hint
    )
    return decode_header(text.encode("utf-8")) if "=?" in text else text
