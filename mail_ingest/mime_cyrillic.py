"""Part of parsing: is this 8-bit text Cyrillic, and in which of the five usual charsets?

Every single-byte charset decodes anything, so the question is which reading looks like words. Judged by how
often two letters stand side by side in Russian, Ukrainian, Bulgarian and Serbian text, and by capital letters
in the middle of words: ten letters are enough, where general detectors need hundreds.
"""

import re
from collections import Counter
from functools import lru_cache
from itertools import pairwise

# Ties go to the earlier one: windows-1251 and mac-cyrillic agree on most small letters.
CANDIDATES = ("cp1251", "koi8_u", "cp866", "iso8859_5", "mac_cyrillic")

_LETTERS = " абвгдежзийклмнопрстуфхцчшщъыьэюя"
# Row: first letter, column: second letter, the space standing for the edge of a word. 5 is what chance would
# give, each step is a factor of two. Counted by us over names and sentences in the languages above.
_PAIRS = """
    088878648859789897986665653000556
    946766666477879468675553453000156
    471300600603404606506020104440000
    680034800704605705554000400142103
    473503500602413705215010000100100
    580202762703416745635040000044103
    933666425266768448773444533000113
    361005600601006210204000000010000
    474515431603032402432000000023001
    945556645587768445783245650000047
    850213401102133302763003020000021
    790401500902431816556021010000120
    683133720804414620446010310037035
    786300700600003730405010010151103
    780277802805215700766015030056116
    947767365556777467781422553000312
    470000600700403828334000000001011
    784555713804446823666122120364204
    673500700719634655585020320257005
    880633700704334807626020200147203
    755546354355445246561032520000350
    340010300500200505003000000000000
    450030200500123602223000000101000
    141100500504000101005000000033101
    350000720604005300045000100010100
    340300600304311321245000000000000
    030000500400000000000000000000000
    001000100001101003000001300000003
    601420400063412003330011010000002
    801132400207034400540010130000004
    300100001015212003250100000000000
    600021041002203002130000003000000
    903101303004335131350003000000032
""".split()
_FOLDED = str.maketrans("ёіїєґўјљњћђџѓѕќ", "еииегуйлнчдцгск")
# Letters of one language only cost a little, or they would match whatever they are folded to.
_RARE = dict.fromkeys("іїє", 0.7) | dict.fromkeys("ґўјљњћђџѓѕќ", 1.8)
_SIGNS = frozenset("«»„“”‘’–—…№ ")

_HIGH_STRETCH = re.compile(rb"[ A-Za-z]{0,20}[\x80-\xff][A-Za-z \x80-\xff]{0,400}")
_THREE_HIGH = re.compile(rb"[\x80-\xff]{3}")
_MAC = re.compile(rb"(?<![\x80-\xff])[\x80-\x9f](?=[\xe0-\xfe])|(?<=[\xe0-\xfe])\xdf|[\x80-\x9f]{3}")
_WINDOWS = re.compile(rb"[\xc0-\xde](?=[\xe0-\xff])|\xff|[\xc0-\xdf]{3}")
_MAX_SAMPLE = 500
_WORD = re.compile("[а-яёА-ЯЁіїєґўІЇЄҐЎ]{3}")

# Mean score per pair of letters: real words reach 0.5 and, with twenty letters and more, 0.8; other alphabets
# misread stay below 0 when there is more than a word of them.
CLEAR_SHORT = 0.5
CLEAR_LONG = 0.7
# Between equal readings the common charset wins.
_UNLIKELY = {"mac_cyrillic": 0.2, "iso8859_5": 0.05}


def _weights() -> dict[str, float]:
    weights: dict[str, float] = {}
    for first, row in zip(_LETTERS, _PAIRS, strict=True):
        for second, digit in zip(_LETTERS, row, strict=True):
            weights[first + second] = int(digit) - 5.0
    return weights


_WEIGHTS = _weights()


def find_cyrillic(data: bytes) -> str:
    """The Cyrillic charset in which this text reads like words, '' when it does in none."""
    if not _THREE_HIGH.search(data):
        return ""
    sample = sample_of(data)
    readings = {name: sample.decode(name, "replace") for name in CANDIDATES}
    best = max(CANDIDATES, key=lambda name: score_cyrillic(readings[name]) - _UNLIKELY.get(name, 0.0))
    if best in ("cp1251", "mac_cyrillic"):
        # They share the small letters but for one; capitals and that one decide.
        best = "mac_cyrillic" if len(_MAC.findall(sample)) > len(_WINDOWS.findall(sample)) else "cp1251"
    short = len(sample) <= _SHORT_SAMPLE
    if not is_cyrillic(readings[best]):
        return _by_shape(readings) if short and not _could_be_french(sample) else ""
    if short and best == "koi8_u" and readings[best].isupper() and _is_shaped(readings["cp1251"]):
        # "чек" in windows-1251 is "ВЕЙ" in KOI8-R: of two words the small letters are likelier.
        return "cp1251" if is_cyrillic(readings["cp1251"]) else best
    return best


_SHORT_SAMPLE = 24
_OF_SHORT = ("cp1251", "koi8_u", "cp866", "iso8859_5")
# One word that hardly looks like one is still likelier Cyrillic than four accented letters in a row, if its capitals
# stand where they may.
CLEAR_SHAPED = -0.35
CLEAR_TINY = 0.0  # a word of three letters, or several: one of several looks like a word by chance
_COMMONER = {"cp1251": 0.3, "koi8_u": 0.2, "cp866": 0.1}


def _by_shape(readings: dict[str, str]) -> str:
    """The charset in which these few letters are whole words of small letters, a capital one at most in front."""
    scores = {
        name: score_cyrillic(readings[name])
        for name in _OF_SHORT
        if _WORD.search(readings[name]) and _is_shaped(readings[name])
    }
    return max(
        (name for name in scores if scores[name] >= _enough(readings[name])),
        key=lambda name: scores[name] + _COMMONER.get(name, 0.0),
        default="",
    )


def _could_be_french(sample: bytes) -> bool:
    """Several words whose accents are all of one western language: their letters together are no accident there."""
    words = sample.split()
    return len(words) > 1 and all(byte < 0x80 or byte in _FRENCH for byte in sample)


# Windows-1252.
_FRENCH = frozenset("àâçèéêëîïôùûüÿœæ".encode("cp1252"))


def _enough(text: str) -> float:
    words = [word for word in _LETTERED.findall(text) if not word.isascii()]
    return CLEAR_SHAPED if len(words) == 1 and len(words[0]) > 3 else CLEAR_TINY


def _is_shaped(text: str) -> bool:
    words = _LETTERED.findall(text)
    foreign = any(not char.isascii() and not char.isalpha() for char in text)
    return not foreign and all(word.isascii() or _SHAPED_WORD.fullmatch(word) for word in words)


_LETTERED = re.compile(r"[^\W\d_]+")
_SHAPED_WORD = re.compile(r"[А-ЯЁІЇЄҐ]?[а-яёіїєґ]{1,14}")


def is_cyrillic(text: str) -> bool:
    """Does this reading of a sample consist of Cyrillic words?"""
    ascii_only = len(text.encode("ascii", "ignore"))
    enough = CLEAR_LONG if len(text) - ascii_only >= 20 else CLEAR_SHORT
    return bool(_WORD.search(text)) and score_cyrillic(text) > enough


def sample_of(data: bytes) -> bytes:
    """The stretches around 8-bit bytes, so that a few words in a page of markup are not outvoted."""
    stretches: list[bytes] = []
    size = 0
    for match in _HIGH_STRETCH.finditer(data):
        stretches.append(match[0])
        size += len(match[0])
        if size > _MAX_SAMPLE:
            break
    return b"\n".join(stretches)


def score_cyrillic(text: str) -> float:
    """How much the non-ASCII part of a text looks like Cyrillic words: mean log-odds per pair of letters."""
    total, pairs = 0.0, 0
    padded = f" {text} "
    for (first, second), count in Counter(pairwise(padded)).items():
        if first.isascii() and second.isascii():
            continue
        total += count * _pair(first, second)
        pairs += count
    return total / pairs if pairs else -9.0


@lru_cache(maxsize=8192)
def _pair(first: str, second: str) -> float:
    left, right = _letter(first), _letter(second)
    if left is None or right is None:
        # A Latin letter or a box-drawing sign beside a letter: not how words look.
        return -1.5 if " " in (left, right) else -4.0
    if first == "№" and right != " ":
        return -4.0
    if first in _SIGNS or second in _SIGNS:
        return -1.0 if left == right else -0.5
    weight = _WEIGHTS[left + right]
    if second.isupper() and first.islower():
        weight -= 6.0
    if left == " " and second in "ёЁ":
        weight -= 1.5
    return weight - _RARE.get(first.lower(), 0.0) - _RARE.get(second.lower(), 0.0)


def _letter(char: str) -> str | None:
    """The letter of the table, ' ' for whatever may stand beside a word, None for what may not."""
    low = char.lower().translate(_FOLDED)
    if "а" <= low <= "я":
        return low
    if char in _SIGNS or (char.isascii() and not char.isalpha() and (char.isprintable() or char.isspace())):
        return " "
    return None
