"""Russian that was typed in Latin letters: on the wrong layout ("rfr jgkfnbnm"), or as it sounds ("kak oplatit"). Pure.

Only what reads as Russian then, and not as English before, is changed: articles and English letters stay as they are.
"""

import re

from kb_search.stopwords import ENGLISH, RUSSIAN

_RUN = re.compile(r"[a-z\[\];',.`]+")
_LATIN = re.compile(r"[a-z]")
_KEYS = str.maketrans("qwertyuiop[]asdfghjkl;'zxcvbnm,.`", "йцукенгшщзхъфывапролджэячсмитьбюе")
_SOUNDS = {
    "shch": "щ",
    "sch": "щ",
    "zh": "ж",
    "kh": "х",
    "ts": "ц",
    "ch": "ч",
    "sh": "ш",
    "yu": "ю",
    "ju": "ю",
}
_SOUNDS |= {"ya": "я", "ja": "я", "yo": "е", "jo": "е", "ye": "е", "iy": "ий", "yy": "ый", "ii": "ий"}
_SOUNDS |= dict(zip("abvgdezijklmnoprstufhcyxwq'", "абвгдезийклмнопрстуфхцыхвкь", strict=True))
_SOUND = re.compile("|".join(sorted(map(re.escape, _SOUNDS), key=len, reverse=True)))
# A letter shows by its small words which language it is in; fewer may be chance.
_ENOUGH = 2
_SMALL = frozenset(word for word in RUSSIAN if len(word) > 1)


def in_russian(text: str) -> str:
    """Folded text as it was meant."""
    if not _LATIN.search(text):
        return text
    english = _count(text, ENGLISH)
    enough = _count(text, _SMALL) + max(_ENOUGH, 2 * english + 1)
    for reading in (_from_keys, _from_sounds):
        read = reading(text)
        if _count(read, _SMALL) >= enough:
            return read
    return text


def _count(text: str, known: frozenset[str]) -> int:
    return sum(word.strip(".,!?;:") in known for word in text.split())


def _from_keys(text: str) -> str:
    return _RUN.sub(
        lambda run: run.group().translate(_KEYS) if _LATIN.search(run.group()) else run.group(), text
    )


def _from_sounds(text: str) -> str:
    return _RUN.sub(lambda run: _SOUND.sub(lambda one: _SOUNDS[one.group()], run.group()), text)
