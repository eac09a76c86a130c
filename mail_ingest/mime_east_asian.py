"""Part of parsing: which East Asian charset is an unlabelled 8-bit text in?

Most of its bytes are valid in several of them, but each puts its everyday characters in known rows: kana,
Hangul syllables, the first level of Chinese characters. The charset whose everyday rows are hit wins.
"""

import re
from collections import Counter
from collections.abc import Callable

_MAX_CHARS = 400
# A reading is accepted when its characters are everyday ones in most places.
_CONVINCING = 0.55
# A label is doubted only from so many bytes on, and when another charset fits so much better.
_MIN_DOUBT = 20
_CLEARLY_BETTER = 0.25

_HIGH_PAIR = re.compile(rb"(?:[\x81-\xfe][\x40-\xfe]|[\x80-\xff])+")


def find_east_asian(data: bytes, declared: str = "") -> str:
    """The Python codec of the charset, '' when the text is in none of them.

    When it is `declared` to be in one, only what fits clearly better.
    """
    sample = b" ".join(_HIGH_PAIR.findall(data[:20_000]))
    # Korean before Chinese: Hangul rows are a part of the Chinese ones, but Chinese text leaves them at once.
    scores = {codec: _score(sample, codec, weight) for codec, weight in _WEIGHTS.items()}
    best = max(_WEIGHTS, key=lambda codec: scores[codec])
    if declared and (len(sample) < _MIN_DOUBT or scores[best] - scores.get(declared, 1.0) < _CLEARLY_BETTER):
        return ""
    return best if scores[best] >= _CONVINCING else ""


def _score(sample: bytes, codec: str, weight: Callable[[bytes], float]) -> float:
    text = [char for char in sample.decode(codec, "replace") if not char.isascii()][:_MAX_CHARS]
    if len(text) < 2:
        return 0.0
    total = 0.0
    for char, count in Counter(text).items():
        total += count * (-3.0 if char == "\ufffd" else weight(char.encode(codec, "ignore")))
    return total / len(text)


def _korean(code: bytes) -> float:
    if len(code) < 2 or code[1] < 0xA1:
        return -0.3
    return 1.0 if 0xB0 <= code[0] <= 0xC8 else 0.3 if code[0] <= 0xA3 else -1.0


def _chinese(code: bytes) -> float:
    if len(code) != 2 or code[1] < 0xA1:
        return -1.0
    return (
        0.95
        if 0xB0 <= code[0] <= 0xD7
        else 0.3
        if 0xA1 <= code[0] <= 0xA3
        else 0.0
        if code[0] >= 0xD8
        else -0.6
    )


def _taiwanese(code: bytes) -> float:
    if len(code) < 2:
        return -1.0
    return (
        0.97
        if 0xA4 <= code[0] <= 0xC6
        else 0.3
        if 0xA1 <= code[0] <= 0xA3
        else 0.0
        if 0xC9 <= code[0] <= 0xF9
        else -1.0
    )


def _euc_japanese(code: bytes) -> float:
    if len(code) != 2:
        return -1.0
    return (
        1.5
        if code[0] in (0xA4, 0xA5)
        else 0.6
        if 0xB0 <= code[0] <= 0xCF
        else 0.3
        if code[0] == 0xA1
        else -0.5
    )


def _shift_japanese(code: bytes) -> float:
    if len(code) < 2:
        return -0.7
    if code[0] == 0x83 or (code[0] == 0x82 and code[1] >= 0x9F):
        return 1.05
    return 0.7 if 0x88 <= code[0] <= 0x97 else 0.3 if code[0] in (0x81, 0x82) else -0.3


_WEIGHTS: dict[str, Callable[[bytes], float]] = {
    "cp949": _korean,
    "euc_jp": _euc_japanese,
    "cp932": _shift_japanese,
    "gb18030": _chinese,
    "big5hkscs": _taiwanese,
}
