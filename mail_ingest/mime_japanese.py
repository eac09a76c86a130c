"""Part of parsing: ISO-2022-JP as Japanese mail programs write it, which is wider than its standard (RFC 1468).

Windows signs such as the circled digits, half-width kana by escape or by shift, escapes that were lost at the end of
a line, a text cut in the middle of a letter: Python's codec gives up on each of them.
"""

import re

# Escape sequence: the alphabet it switches to.
_ALPHABETS = {
    b"\x1b$@": "kanji", b"\x1b$B": "kanji", b"\x1b$(B": "kanji", b"\x1b$(@": "kanji", b"\x1b$(D": "more kanji",
    b"\x1b$(O": "kanji", b"\x1b$(Q": "kanji", b"\x1b$(P": "more kanji",
    b"\x1b(B": "ascii", b"\x1b(J": "ascii", b"\x1b(H": "ascii", b"\x1b(I": "kana", b"\x0e": "kana", b"\x0f": "ascii",
}  # fmt: skip
_SWITCH = re.compile(rb"\x1b\$\([BD@OPQ]|\x1b\$[@B]|\x1b\([BJHI]|[\x0e\x0f]")
_LINE_END = re.compile(rb"([\r\n]+)")
_TO_HIGH = bytes(min(byte | 0x80, 0xFF) for byte in range(256))


def decode_jis(data: bytes) -> str:
    """The text; what stands for no letter becomes U+FFFD."""
    texts: list[str] = []
    alphabet = "ascii"
    position = 0
    for switch in _SWITCH.finditer(data):
        following = _ALPHABETS[switch[0]]
        texts.append(_stretch(data[position : switch.start()], alphabet, closed=following == "ascii"))
        alphabet = following
        position = switch.end()
    texts.append(_stretch(data[position:], alphabet, closed=False))
    return "".join(texts)


def _stretch(data: bytes, alphabet: str, *, closed: bool) -> str:
    if not data or alphabet == "ascii":
        return data.decode("cp932", "replace")
    # Every line begins in ASCII (RFC 1468); only an escape back to ASCII shows that a later line went on.
    first, *others = _LINE_END.split(data, 0 if closed else 1)
    texts = [_letters(first, alphabet)]
    for index, piece in enumerate(others):
        is_break = index % 2 == 0
        texts.append(
            _letters(piece, alphabet) if closed and not is_break else piece.decode("cp932", "replace")
        )
    return "".join(texts)


def _letters(data: bytes, alphabet: str) -> str:
    high = data.translate(_TO_HIGH)
    if alphabet == "kana":
        return high.decode("cp932", "replace")
    if alphabet == "more kanji":
        pairs = (high[index : index + 2] for index in range(0, len(high), 2))
        return b"".join(b"\x8f" + pair for pair in pairs).decode("euc_jp", "replace")
    return _shifted(data).decode("cp932", "replace")


def _shifted(data: bytes) -> bytes:
    """Pairs of JIS X 0208 as Shift-JIS, whose Windows form has the signs that mail programs use."""
    shifted = bytearray()
    index = 0
    while index + 1 < len(data):
        row, cell = data[index] & 0x7F, data[index + 1] & 0x7F
        if row < 0x21:
            # A space or a control between the pairs stands for itself.
            shifted.append(row)
            index += 1
            continue
        index += 2
        lead = (row + 1) // 2 + (0x70 if row < 0x5F else 0xB0)
        shifted.append(min(lead, 0xFF))
        shifted.append(min(cell + (0x1F + (cell > 0x5F) if row % 2 else 0x7E), 0xFF))
    return bytes(shifted) + (b"\xff" if index < len(data) else b"")
