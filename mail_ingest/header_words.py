"""Part of parsing: header text with encoded words (RFC 2047), decoded whatever state it is in.

Works on bytes so that raw 8-bit text may stand beside encoded words, and joins the bytes of
neighbouring words before decoding, because many senders split a letter across two words.
"""

import re
from typing import NamedTuple

from mail_ingest.charset import clean_text, decode_bytes
from mail_ingest.mime_transfer import decode_base64

MAX_WORDS = 2000

_WORD_START = re.compile(
    rb"=\?[ \t]{0,3}([A-Za-z0-9_.:+-]{1,60})(?:\*[A-Za-z0-9-]{0,20})?[ \t]{0,3}\?([bBqQ])\?"
)
_HEX = re.compile(rb"=([0-9A-Fa-f]{2})")
_SPACES = re.compile(r"[ \t\r\n]+")


class _Word(NamedTuple):
    charset: str  # '' for text outside of encoded words
    encoding: bytes
    content: bytes


def decode_header(value: bytes, hint: str = "") -> str:
    """Readable text of a header value on one line; `hint` is the charset to try first for raw 8-bit bytes."""
    if b"=?" not in value:
        text = value.decode("ascii") if value.isascii() else decode_bytes(value, hint)
    else:
        runs = _runs(_join_base64(_split(value)))
        text = "".join(decode_bytes(content, charset or hint) for charset, content in runs)
    return _SPACES.sub(" ", clean_text(text)).strip()


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
    return end if end >= 0 else len(value)


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


def _runs(words: list[_Word]) -> list[tuple[str, bytes]]:
    """Decoded bytes, neighbours of one charset together: a letter may begin in one word and end in the next."""
    runs: list[tuple[str, list[bytes]]] = []
    for word in words:
        content = _decode_word(word)
        if runs and word.charset and runs[-1][0] == word.charset:
            runs[-1][1].append(content)
        else:
            runs.append((word.charset, [content]))
    return [(charset, b"".join(parts)) for charset, parts in runs]


def _decode_word(word: _Word) -> bytes:
    if word.encoding == b"b":
        return decode_base64(word.content)
    if word.encoding == b"q":
        return _HEX.sub(lambda match: bytes((int(match[1], 16),)), word.content.replace(b"_", b" "))
    return word.content
