"""Part of parsing: header text with encoded words (RFC 2047), decoded whatever state it is in.

Works on bytes so that raw 8-bit text may stand beside encoded words, and joins the bytes of
neighbouring words before decoding, because many senders split a letter across two words.
"""

import re
from typing import NamedTuple

from mail_ingest.charset import clean_text, decode_bytes
from mail_ingest.mime_base64 import decode_base64

MAX_WORDS = 2000

_WORD_START = re.compile(
    rb"=\?[ \t\"']{0,3}([A-Za-z0-9_.:+-]{0,60})(?:\*[A-Za-z0-9-]{0,20})?[ \t\"']{0,3}\?[ \t]?([bBqQ])[ \t]?\?"
)
_HEX = re.compile(rb"=([0-9A-Fa-f]{2})")
_SPACES = re.compile(r"[ \t\r\n]+")
_FOREIGN = re.compile(rb"[^A-Za-z0-9+/=_\s-]")
_BASE64 = re.compile(rb"(?:[A-Za-z0-9+/]{4}){3,}(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?")


class _Word(NamedTuple):
    charset: str  # '' for text outside of encoded words
    encoding: bytes
    content: bytes


def decode_header(value: bytes, hint: str = "") -> str:
    """Readable text of a header value on one line; `hint` is the charset to try first for raw 8-bit bytes."""
    if b"=?" not in value:
        return _on_one_line(_raw_text(value, hint))
    text = _decoded(value, hint)
    if "=?" in text and text.isascii() and _WORD_START.search(value):
        # Encoded twice, by the program and by the server that sent it.
        text = _decoded(text.encode("ascii"), hint)
    return _on_one_line(text)


def _on_one_line(text: str) -> str:
    if text.isascii() and text.isprintable() and "  " not in text:
        return text.strip()
    return _SPACES.sub(" ", clean_text(text)).strip()


def _raw_text(value: bytes, hint: str) -> str:
    return decode_bytes(value) if value.isascii() else decode_bytes(value, hint)


def _decoded(value: bytes, hint: str) -> str:
    runs = _runs(_join_base64(_split(value)))
    return "".join(
        decode_bytes(content, charset or hint) if is_word else _raw_text(content, hint)
        for charset, is_word, content in runs
    )


def _split(value: bytes) -> list[_Word]:
    words: list[_Word] = []
    position = 0
    while len(words) < MAX_WORDS:
        start = _WORD_START.search(value, position)
        if not start:
            break
        end = _word_end(value, start)
        between = value[position : start.start()]
        # White space between two encoded words is not part of the text (RFC 2047, section 6.2).
        if between.strip() or (between and not words):
            words.append(_Word("", b"", between))
        words.append(_Word(start[1].decode("ascii").lower(), start[2].lower(), value[start.end() : end]))
        position = end + 2
    if position < len(value):
        words.append(_Word("", b"", value[position:]))
    return words


def _word_end(value: bytes, start: re.Match[bytes]) -> int:
    end = value.find(b"?=", start.end())
    # A raw question mark before an encoded byte, "really?=C3=A9?=", is not the end of the word.
    while end >= 0 and start[2] in b"qQ" and _HEX.match(value, end + 1):
        following = value.find(b"?=", end + 2)
        if following < 0 or b"=?" in value[end + 2 : following]:
            break
        end = following
    return end if end >= 0 else len(value) - value.endswith(b"?")


def _join_base64(words: list[_Word]) -> list[_Word]:
    """Glue base64 texts that were cut in the middle of a group of four letters."""
    joined: list[_Word] = []
    for word in words:
        last = joined[-1] if joined else None
        if last and word.encoding == b"b" and last[:2] == word[:2] and len(last.content.strip()) % 4:
            joined[-1] = _Word(word.charset, b"b", last.content.strip() + word.content.strip())
        else:
            joined.append(word)
    return joined


def _runs(words: list[_Word]) -> list[tuple[str, bool, bytes]]:
    """(charset, was it an encoded word, decoded bytes); neighbours of one charset stand together, since a letter may
    begin in one word and end in the next."""
    runs: list[tuple[str, bool, list[bytes]]] = []
    for word in words:
        content = _decode_word(word)
        is_word = bool(word.encoding)
        if runs and is_word and runs[-1][:2] == (word.charset, True):
            runs[-1][2].append(content)
        else:
            runs.append((word.charset, is_word, [content]))
    return [(charset, is_word, b"".join(parts)) for charset, is_word, parts in runs]


def _decode_word(word: _Word) -> bytes:
    if word.encoding == b"b":
        foreign = len(_FOREIGN.findall(word.content))
        if foreign * 10 <= len(word.content) and not _is_q_after_all(word.content):
            return decode_base64(word.content)
    elif word.encoding == b"q":
        if _BASE64.fullmatch(word.content) and _is_letters(decode_base64(word.content)):
            return decode_base64(word.content)
    else:
        return word.content
    return _HEX.sub(lambda match: bytes((int(match[1], 16),)), word.content.replace(b"_", b" "))


def _is_q_after_all(content: bytes) -> bool:
    found = _HEX.findall(content.rstrip(b"="))
    return len(found) > 1 and 3 * len(found) * 2 >= len(content)


def _is_letters(decoded: bytes) -> bool:
    # Programs that write the wrong letter for the encoding: only clear UTF-8 counts, or words would be taken apart.
    try:
        return not decoded.isascii() and decoded.decode("utf-8").isprintable()
    except UnicodeDecodeError:
        return False
