"""Search among the public pages: word forms, misspellings, the wrong keyboard. Knows nothing but those pages.

An index holds the words of public pages only. So whatever it finds, counts, corrects or leaves out, and however long
that takes, says nothing of any other text.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from app.knowledge.public_spelling import Spelling
from kb_search.stems import fold, stems, words

Key = tuple[int, str]
MOST_TYPED = 400
MOST_TERMS = 24
_K1, _B = 1.2, 0.75
_TITLE = 3
# Of what the known words of a question tell, a page must have this much.
LEAST_SHARE = 0.34
_GUESSED = 0.6
_BEGUN = 0.7
_SHORTEST_BEGINNING = 3
_MOST_BEGUN = 12
_KEYS_LATIN = "qwertyuiop[]asdfghjkl;'zxcvbnm,."
_KEYS_RUSSIAN = "йцукенгшщзхъфывапролджэячсмитьбю"
_TO_RUSSIAN = str.maketrans(_KEYS_LATIN, _KEYS_RUSSIAN)
_TO_LATIN = str.maketrans(_KEYS_RUSSIAN, _KEYS_LATIN)


@dataclass(frozen=True)
class PageWords:
    """The stems of one page."""

    key: Key
    title: tuple[str, ...]
    body: tuple[str, ...]


@dataclass(frozen=True)
class Found:
    """A page that answers; `words` are the stems of it that matched."""

    key: Key
    score: float
    share: float
    words: frozenset[str]


class PublicIndex:
    """Made once for a set of pages and never changed: threads may share it."""

    def __init__(self, pages: Iterable[PageWords]) -> None:
        self.pages = {page.key: page for page in pages}
        lists: dict[str, dict[Key, int]] = defaultdict(dict)
        self._lengths: dict[Key, int] = {}
        for page in self.pages.values():
            counts = Counter(page.body)
            for term in page.title:
                counts[term] += _TITLE
            self._lengths[page.key] = max(1, counts.total())
            for term, count in counts.items():
                lists[term][page.key] = count
        self._lists = dict(lists)
        self._average = sum(self._lengths.values()) / max(1, len(self._lengths))
        self._sorted = sorted(self._lists)
        self._spelling = Spelling(self._sorted)

    def search(self, typed: str, language: str, limit: int, *, growing: bool = False) -> list[Found]:
        """Best first. `growing`: the last word may be the beginning of one."""
        terms = self._terms(typed[:MOST_TYPED], growing)
        return self._best(terms, language, limit)

    def like(self, key: Key, limit: int) -> list[Found]:
        """Other pages in the same language about the same, by the words of this one's title."""
        page = self.pages.get(key)
        if page is None:
            return []
        shared = [term for term in page.title[:MOST_TERMS] if len(self._lists[term]) > 1]
        terms = {term: {term: 1.0} for term in shared}
        return [found for found in self._best(terms, key[1], limit + 1) if found.key != key][:limit]

    def _terms(self, typed: str, growing: bool) -> dict[str, dict[str, float]]:
        """Each stem that was typed → the stems of pages it may stand for, with a weight."""
        asked = list(dict.fromkeys(stems(typed)))[:MOST_TERMS]
        found = {term: self._meant(term) for term in asked}
        if growing and asked:
            last = words(typed)[-1:]
            for begun in self._beginning(last[0] if last else ""):
                found[asked[-1]].setdefault(begun, _BEGUN)
        if asked and not any(found.values()):
            other = [term for term in stems(_other_keyboard(typed)) if term in self._lists]
            found = {term: {term: 1.0} for term in other[:MOST_TERMS]}
        return found

    def _meant(self, term: str) -> dict[str, float]:
        if term in self._lists:
            return {term: 1.0}
        return dict.fromkeys(self._spelling.near(term), _GUESSED)

    def _beginning(self, typed: str) -> list[str]:
        if len(typed) < _SHORTEST_BEGINNING:
            return []
        start = bisect_left(self._sorted, typed)
        near = self._sorted[start : start + _MOST_BEGUN]
        return [term for term in near if term.startswith(typed)]

    def _best(self, terms: Mapping[str, Mapping[str, float]], language: str, limit: int) -> list[Found]:
        scores: dict[Key, float] = defaultdict(float)
        shares: dict[Key, float] = defaultdict(float)
        matched: dict[Key, set[str]] = defaultdict(set)
        whole = 0.0
        for stands_for in terms.values():
            if not stands_for:
                continue
            told = max(self._telling(term) for term in stands_for)
            whole += told
            gains: dict[Key, float] = {}
            for term, weight in stands_for.items():
                for key, count in self._lists[term].items():
                    if key[1] == language:
                        gain = weight * self._gain(key, count, self._telling(term))
                        gains[key] = max(gains.get(key, 0.0), gain)
                        matched[key].add(term)
            for key, gain in gains.items():
                scores[key] += gain
                shares[key] += told
        found = [
            Found(key, score, shares[key] / whole, frozenset(matched[key])) for key, score in scores.items()
        ]
        enough = [one for one in found if one.share >= LEAST_SHARE]
        return sorted(enough, key=lambda one: (-one.score * one.share, one.key))[:limit]

    def _telling(self, term: str) -> float:
        holders = len(self._lists[term])
        return math.log(1.0 + (len(self.pages) - holders + 0.5) / (holders + 0.5))

    def _gain(self, key: Key, count: int, telling: float) -> float:
        norm = 1.0 - _B + _B * self._lengths[key] / self._average
        return telling * count * (_K1 + 1.0) / (count + _K1 * norm)


def _other_keyboard(typed: str) -> str:
    folded = fold(typed)
    latin = sum(char in _KEYS_LATIN for char in folded)
    return folded.translate(_TO_RUSSIAN if latin * 2 >= len(folded.replace(" ", "")) else _TO_LATIN)


def page_words(key: Key, stored: Mapping[str, Sequence[str]]) -> PageWords:
    return PageWords(key, tuple(stored.get("title", ())), tuple(stored.get("body", ())))
