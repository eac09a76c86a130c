"""Part of parsing: Western, Central European, Turkish or Baltic - which reading of accented letters fits a language?

A text of a language uses a dozen accented letters and no others. Each pair of charset and language is judged by
how likely the 8-bit bytes of the text are as letters of that language; letters of no language cost much.
"""

import math
import re
from collections import Counter

_LANGUAGES = {
    "cp1252": (
        "éèàêçùâîôûëïœ", "äöüßé", "áéíóúñüº", "ãõáéíóúçâêôà", "àèéìòù", "åäöéæø", "áéíóúýþæöð", "åäöšž",
        "éëïóèöü", "çàèéíòóúïü·",
    ),
    "cp1250": ("ąćęłńóśźż", "áčďéěíňóřšťúůýž", "áäčďéíĺľňóôŕšťúýž", "áéíóöőúüű", "ăâîşţșț", "čćđšž"),
    "iso8859-2": ("ąćęłńóśźż", "áčďéěíňóřšťúůýž", "áäčďéíĺľňóôŕšťúýž", "áéíóöőúüű", "ăâîşţ", "čćđšž"),
    "cp1254": ("çğıöşüâ",),
    "cp1257": ("āčēģīķļņšūž", "ąčęėįšųūž", "äõöüšž"),
    "cp850": ("éèàêçùâîôûëï", "äöüßé", "áéíóúñü", "ãõáéíóúçâêôà", "åäöæø"),
    "mac-roman": ("éèàêçùâîôûëïœ", "äöüßé", "áéíóúñü", "ãõáéíóúçâêôà", "åäöæøé"),
}  # fmt: skip
# What is common is likely before any byte is read; cp1252 also holds texts of several languages.
_PRIOR = {
    "cp1252": 0.0,
    "cp1250": -2.0,
    "iso8859-2": -2.0,
    "cp1254": -2.5,
    "cp1257": -4.0,
    "cp850": -5.0,
    "mac-roman": -5.0,
}
_SIGNS = "“”‘’„‚«»–—…€£§°©®™•\xa0¿¡´×"
_ASCII = bytes(range(128))
# Mean per letter of texts in one language; a letter of another costs twice as much.
_ORDINARY = -3.3
_STRANGE = math.log(0.002)
_SIGN = math.log(0.03)

_WORD = re.compile(rb"[A-Za-z]?[\x80-\xff]+[A-Za-z]?")


def find_latin(data: bytes) -> tuple[str, float]:
    """(best codec, how many times e likelier than Western European)."""
    pieces = Counter(_WORD.findall(data[:20_000])[:400])
    scores = {codec: _score(pieces, codec) + _PRIOR[codec] for codec in _LANGUAGES}
    best = max(_LANGUAGES, key=lambda codec: scores[codec])
    return best, scores[best] - scores["cp1252"]


def reads_as_western(data: bytes) -> bool:
    """Are the accented letters those of one Western language? A row of umlauts is no Greek."""
    pieces = Counter(_WORD.findall(data[:20_000])[:400])
    letters = sum(count * len(piece.strip(_ASCII)) for piece, count in pieces.items())
    return letters > 0 and _score(pieces, "cp1252") / letters > _ORDINARY


def _score(pieces: Counter[bytes], codec: str) -> float:
    letters: Counter[str] = Counter()
    for piece, count in pieces.items():
        text = piece.decode(codec, "replace")
        for char in text:
            if not char.isascii():
                # A sign inside a word is not one: "Dzie³" is Polish read as Western.
                inside = text[0].isalpha() and text[0].isascii() and text[-1].isascii()
                letters[char if char.isalpha() or not inside else "\ufffd"] += count
    return max(_likelihood(letters, alphabet) for alphabet in _LANGUAGES[codec])


def _likelihood(letters: Counter[str], alphabet: str) -> float:
    share = math.log(0.9 / len(alphabet))
    total = 0.0
    for char, count in letters.items():
        low = char.lower() if char != "İ" else "ı"
        total += count * (share if low in alphabet else _SIGN if char in _SIGNS else _STRANGE)
    return total
