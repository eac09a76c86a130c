"""In which of our two languages do we answer this letter? Pure."""

import re

_CYRILLIC = re.compile(r"[\u0400-\u052f]+")
_LATIN = re.compile(r"[A-Za-z\u00c0-\u024f]+")
# Each with what must stand in a text for it to be looked for: most letters have neither.
_NOISE = (
    ("://", re.compile(r"https?://[^\s<>]{1,2000}")),
    ("@", re.compile(r"[^\s<>@]{1,64}@[^\s<>@]{1,255}")),
)
_ENOUGH = 20_000  # characters: the language of a letter shows in its first pages


def guess_language(text: str) -> str:
    """ "ru" if Cyrillic letters carry the text, else "en".

    Everything written in Cyrillic counts as "ru". Links and addresses are Latin in every language and are left out;
    so is much of the vocabulary of a technical letter, hence a third of the letters is enough.
    """
    sample = text[:_ENOUGH]
    for mark, noise in _NOISE:
        if mark in sample:
            sample = noise.sub(" ", sample)
    cyrillic = sum(map(len, _CYRILLIC.findall(sample)))
    latin = sum(map(len, _LATIN.findall(sample)))
    return "ru" if cyrillic and cyrillic * 2 >= latin else "en"
