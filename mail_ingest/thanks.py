"""Pure: is this letter nothing but a thank-you?

Such a letter need not open a closed ticket again. But whoever writes "thanks, it broke again" must never be taken for
it, so the question is asked the hard way round: the whole letter has to consist of phrases that we know, and one of
them has to be thanks. A single word that we do not know, a question mark, a figure or a link, and it is a letter like
any other.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from mail_ingest.thanks_words import BESIDE, THANKS, phrases_of

LONGEST = 250
MOST_WORDS = 40

_THANKS = phrases_of(THANKS)
_ALL = _THANKS | phrases_of(BESIDE)
_LONGEST_PHRASE = max(map(len, _ALL))
_STEM = re.compile(
    r"than|thx|thnx|tks|\bty\b|tysm|apprec|cheers|спасиб|спс|благодар|dank|merci|graci|agrad|grazi|ringraz|obrigad|obg"
    r"|grat[oa]|dzi[eę]|дяку|вдячн"
)
# Signs that say nothing against thanks: ends of sentences, dashes, smiles.
_HARMLESS = frozenset(" \t\n\r\xa0.,!¡;:-–—'’`´\"«»„“”*_~)\u200d\ufe0f") | frozenset(
    "👍👌🙏🙂😊😀😃😄😁😉😍🥰🤗❤💙💚💛🌹🌷💐🎉✅☺🤝👏💪😇"
)
_SMILES = re.compile(r"[:;=8]-?[)D]+")
_TRAILING_OFF = re.compile(r"\.\.|…")


def may_be_thanks(text: str) -> bool:
    """A quick no for nearly every letter: is it short, with a word of thanks in it?"""
    return len(text) <= LONGEST and _STEM.search(text.casefold()) is not None


def is_bare_thanks(text: str, names: Iterable[str] = ()) -> bool:
    """text: what the person wrote, without quotation and signature; names: of the writer and of those they write to.

    True only when every word of it is understood. "Thanks..." may be bitter or unfinished, and is not thanks.
    """
    if len(text) > LONGEST or _TRAILING_OFF.search(text):
        return False
    words = _words(unicodedata.normalize("NFC", _SMILES.sub(" ", text)).casefold())
    if words is None or not 0 < len(words) <= MOST_WORDS:
        return False
    known = {word for name in names for word in (_words(name.casefold()) or ()) if len(word) > 1}
    return _understood(words, known)


def _understood(words: list[str], names: set[str]) -> bool:
    at, thanked = 0, False
    while at < len(words):
        length = next(
            (size for size in range(_LONGEST_PHRASE, 0, -1) if tuple(words[at : at + size]) in _ALL), 0
        )
        if not length and words[at] not in names:
            return False
        thanked = thanked or tuple(words[at : at + length]) in _THANKS
        at += max(length, 1)
    return thanked


def _words(text: str) -> list[str] | None:
    """The words; None when there is a sign in the text that is neither a letter nor harmless."""
    kept = []
    for char in text:
        if char.isalpha() or unicodedata.category(char) == "Mn":
            kept.append(char)
        elif char in _HARMLESS or unicodedata.category(char) == "Sk":
            kept.append(" ")
        else:
            return None
    return "".join(kept).split()
