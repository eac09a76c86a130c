"""Part of parsing: base64 (RFC 2045, section 6.8) that is damaged, or that is only said to be base64."""

import binascii
import re

_FOREIGN = re.compile(rb"[^A-Za-z0-9+/=]+")
_PADDING = re.compile(rb"=+")
_URL_SAFE = bytes.maketrans(b"-_", b"+/")
_LETTERS_AND_BLANKS = bytes(range(48, 58)) + bytes(range(65, 91)) + bytes(range(97, 123)) + b"+/=\r\n"
_PLAIN_WORD = re.compile(rb"[A-Z]?[a-z]+")
_FOREIGN_BYTE = re.compile(rb"[^A-Za-z0-9+/=\r\n]")
_MAX_CANDIDATES = 20_000
_LINE = 200
_SHORT = 60


def decode_base64(data: bytes) -> bytes:
    """Bytes of base64 text; foreign characters are skipped, padding is optional and may stand in the middle."""
    padding = data.find(b"=")
    # The C decoder stops at the first padding and knows nothing of the URL-safe letters.
    if (padding < 0 or not data[padding:].strip(b"= \t\r\n")) and not (b"-" in data or b"_" in data):
        try:
            return binascii.a2b_base64(data)
        except binascii.Error:
            pass
    letters = _FOREIGN.sub(b"", data.translate(_URL_SAFE))
    return b"".join(_decode_group(group) for group in _PADDING.split(letters) if group)


def _decode_group(group: bytes) -> bytes:
    # One letter alone carries six bits: not even one byte.
    usable = group[:-1] if len(group) % 4 == 1 else group
    return binascii.a2b_base64(usable + b"=" * (-len(usable) % 4))


def looks_like_base64(data: bytes, *, is_text: bool = True) -> bool:
    """False for text that was labelled base64 but never encoded; a single word is doubted only where text belongs."""
    sample = data[:4096]
    letters = _FOREIGN.sub(b"", sample)
    if len(letters) + sum(map(sample.count, (b"\r", b"\n", b" ", b"\t"))) < 0.9 * len(sample):
        return False
    # Prose has many words on a line, base64 one word a line.
    lines = [line.split() for line in sample.splitlines() if line.strip()]
    wordy = sum(len(words) > 1 for words in lines)
    if len(letters) < _SHORT and (wordy or (is_text and _PLAIN_WORD.fullmatch(letters))):
        return _is_utf8(decode_base64(data))
    return sum(map(len, lines)) <= len(lines) + 2 + len(lines) // 4


def _is_utf8(data: bytes) -> bool:
    try:
        return data.decode("utf-8").isprintable()
    except UnicodeDecodeError:
        return False


def split_footer(data: bytes) -> tuple[bytes, bytes]:
    """(base64, what a mailing list, a virus scanner or a damaged boundary has put behind it in plain words)."""
    if not data.translate(None, _LETTERS_AND_BLANKS):
        return data, b""
    position = 0
    for _ in range(_MAX_CANDIDATES):
        foreign = _FOREIGN_BYTE.search(data, position)
        if not foreign:
            break
        start = data.rfind(b"\n", 0, foreign.start()) + 1
        newline = data.find(b"\n", foreign.start())
        position = newline + 1 if newline >= 0 else len(data)
        if _is_prose(data[start:position]):
            start = _paragraph_start(data, start)
            # Prose from the start on was never encoded.
            return (data[:start], data[start:]) if data[:start].strip() else (data, b"")
    return data, b""


def _paragraph_start(data: bytes, start: int) -> int:
    """Single words above the prose belong to it, if a blank line divides them from the base64."""
    blank = max(data.rfind(b"\n\n", 0, start), data.rfind(b"\n\r\n", 0, start))
    return blank + 1 if blank >= 0 and start - blank < _LINE else start


def _is_prose(line: bytes) -> bool:
    text = line[:_LINE].lstrip(b"> \t").rstrip()
    if text.startswith(b"--") or (len(text) > 4 and not text.strip(b"_=*")):
        return True
    return (b" " in text and bool(_FOREIGN.search(text.replace(b" ", b"")))) or len(
        _FOREIGN.findall(text)
    ) > 2
