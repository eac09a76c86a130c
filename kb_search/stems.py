"""Words and stems of text that mixes English and Russian: each word is stemmed by its own script.

One filter for both languages, because a Russian letter names "iPhone" and "Wi-Fi", and Whoosh's own
analyzers either mangle Latin words or leave Russian ones whole.
"""

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import snowballstemmer
from whoosh.analysis import Analyzer, Filter, RegexTokenizer

from kb_search.stopwords import STOP_WORDS
from kb_search.typed import in_russian

# A hyphen splits, an apostrophe does not: "e-mail" is found by "mail", "don't" stays one word.
_WORD = re.compile(r"[^\W_]+(?:['’ʼ`][^\W_]+)*")
_APOSTROPHES = str.maketrans("", "", "'’ʼ`")
_LOOKALIKES = str.maketrans("aceopxykmthb", "асеорхукмтнв")
_CYRILLIC = re.compile(r"[а-я]")
_LATIN = re.compile(r"[a-z]")
# Unstressed vowels and hard and soft consonants that sound the same are where Russian is misspelt.
_SOUNDS_LIKE = str.maketrans("оеяэыйюбвгджзщ", "аиииииупфктшсш", "ьъ")
_TWICE = re.compile(r"(.)\1+")
_LONG_NUMBER = re.compile(r"\d{5,}")
_MAX_WORD = 40

_english = snowballstemmer.stemmer("english")
_russian = snowballstemmer.stemmer("russian")


def fold(text: str) -> str:
    """One spelling for one letter: compatibility forms, lower case, ё as е; half characters are dropped."""
    if text.isascii():
        return text.lower()
    text = text.encode("utf-8", "ignore").decode("utf-8")
    return unicodedata.normalize("NFKC", text).lower().replace("ё", "е")


@lru_cache(maxsize=1 << 15)
def fold_word(word: str) -> str:
    """A lower-case word without apostrophes; Latin look-alikes typed inside a Russian word become Russian."""
    word = word.translate(_APOSTROPHES)[:_MAX_WORD]
    if _CYRILLIC.search(word) and _LATIN.search(word):
        word = word.translate(_LOOKALIKES)
    return word


def is_russian(word: str) -> bool:
    """Whether a folded word is written in Cyrillic."""
    return _CYRILLIC.search(word) is not None


@lru_cache(maxsize=1 << 15)
def stem(word: str) -> str:
    """The stem of one folded word."""
    stemmer = _russian if is_russian(word) else _english
    return str(stemmer.stemWord(word))


@lru_cache(maxsize=1 << 15)
def sound(word: str) -> str:
    """A Russian word about as it sounds: "пороль" and "пароль", "доставка" and "даставка" are one."""
    return _TWICE.sub(r"\1", word.translate(_SOUNDS_LIKE))


def words(text: str) -> list[str]:
    """Folded words in order; order numbers and phones (five digits and more) say nothing and are left out."""
    return [word for word in map(_said, _WORD.findall(in_russian(fold(text)))) if word is not None]


@lru_cache(maxsize=1 << 15)
def _said(word: str) -> str | None:
    """A word as it is compared, None for one that says nothing."""
    folded = fold_word(word)
    return None if _LONG_NUMBER.search(folded) else folded


def stems(text: str) -> list[str]:
    """Stems in order, stop words left out; all words when nothing else is left ("who are you")."""
    every = words(text)
    telling = [stem(word) for word in every if word not in STOP_WORDS]
    return telling or [stem(word) for word in every]


class MixedStem(Filter):  # type: ignore[misc]  # whoosh carries no types
    """Whoosh filter: folds and stems each token by its script and drops stop words.

    Pickled inside the index's schema: keep the class at this import path.
    """

    def __call__(self, tokens: Any) -> Iterator[Any]:
        for token in tokens:
            word = fold_word(fold(token.text))
            if word in STOP_WORDS and token.removestops:
                continue
            token.text = stem(word)
            yield token


def analyzer() -> Analyzer:
    """The analyzer of every text field of the index."""
    return RegexTokenizer(_WORD) | MixedStem()
