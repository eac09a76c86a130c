"""Part of parsing: base64 (RFC 2045, section 6.8) that is damaged, or that is only said to be base64."""

import binascii
import re

_FOREIGN = re.compile(rb"[^A-Za-z0-9+/=]+")
_PADDING = re.compile(rb"=+")
_URL_SAFE = bytes.maketrans(b"-_", b"+/")
_BLANK_LINE = re.compile(rb"\n[ \t]*\r?\n(?=[^\r\n])")
_PLAIN_WORD = re.compile(rb"[A-Z]?[a-z]+|[A-Z]+")
_FOOTER = 4000
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


def looks_like_base64(data: bytes) -> bool:
    """False for text that was labelled base64 but never encoded."""
    sample = data[:4096]
    letters = _FOREIGN.sub(b"", sample)
    if len(letters) + sum(map(sample.count, (b"\r", b"\n", b" ", b"\t"))) < 0.9 * len(sample):
        return False
    # Prose has many words on a line, base64 one word a line.
    lines = [line.split() for line in sample.splitlines() if line.strip()]
    wordy = sum(len(words) > 1 for words in lines)
    if len(letters) < _SHORT and (wordy or _PLAIN_WORD.fullmatch(letters)):
        return _is_utf8(decode_base64(data))
    return sum(map(len, lines)) <= len(lines) + 2 + len(lines) // 4


def _is_utf8(data: bytes) -> bool:
    try:
        return data.decode("utf-8").isprintable()
    except UnicodeDecodeError:
        return False


def split_footer(data: bytes) -> tuple[bytes, bytes]:
    """(base64, what a mailing list or a virus scanner has put behind it in plain words)."""
    if b" " not in data[-_FOOTER:].strip():
        return data, b""
    for blank in _BLANK_LINE.finditer(data, max(0, len(data) - _FOOTER)):
        footer = data[blank.end() :]
        if b" " in footer.strip() and not looks_like_base64(footer) and data[: blank.start()].strip():
            return data[: blank.start() + 1], footer
    return data, b""
