"""Which articles say the same: by their own words, and by the questions they answered. Pure.

Only articles that share some of their rarest words are compared, so that thousands of articles take seconds.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from app.knowledge.variables import without
from kb_search.stems import stem, words
from kb_search.stopwords import STOP_WORDS

# Alike enough by the text alone, or by both together.
TEXT = 0.5
TEXT_WITH_ASKED = 0.3
ASKED = 0.6
FEWEST_ASKED = 3
_TITLE_COUNTS = 1
_RAREST = 20
# A word in more articles than this leads to no comparison.
_MOST_HOLDERS = 150
_SHOWN = 8

Vector = dict[str, float]


@dataclass(frozen=True)
class Said:
    """An article in one language. `asked`: the questions it answered."""

    id: int
    language: str
    title: str
    answer: str
    asked: tuple[str, ...] = ()


@dataclass(frozen=True)
class Pair:
    """Two articles, the smaller id first; cosines 0..1, and the telling words that both have."""

    one: int
    other: int
    text: float
    asked: float
    words: tuple[str, ...]


def pairs(articles: Sequence[Said]) -> list[Pair]:
    """Most alike first. Only texts of one language are compared; a pair is named once."""
    best: dict[tuple[int, int], Pair] = {}
    for language in sorted({one.language for one in articles}):
        for pair in _of_language([one for one in articles if one.language == language]):
            known = best.get((pair.one, pair.other))
            if known is None or (pair.text, pair.asked) > (known.text, known.asked):
                best[pair.one, pair.other] = pair
    return sorted(best.values(), key=lambda pair: (-pair.text, -pair.asked, pair.one, pair.other))


def _of_language(articles: Sequence[Said]) -> Iterable[Pair]:
    said = {one.id: _counted(one) for one in articles}
    asked = {one.id: Counter(term for text in one.asked for term in _terms(text)) for one in articles}
    weights = _weights(said.values())
    texts = {article_id: _unit(terms, weights) for article_id, terms in said.items()}
    questions = {article_id: _unit(terms, None) for article_id, terms in asked.items()}
    number = {one.id: len(one.asked) for one in articles}
    forms = _forms(articles)
    for first, second in _candidates(texts):
        text = _cosine(texts[first], texts[second])
        enough = min(number[first], number[second]) >= FEWEST_ASKED
        both = _cosine(questions[first], questions[second]) if enough else 0.0
        if text >= TEXT or (text >= TEXT_WITH_ASKED and both >= ASKED):
            shared = sorted(
                texts[first].keys() & texts[second].keys(), key=lambda term: (-weights[term], term)
            )
            yield Pair(
                first, second, round(text, 3), round(both, 3), tuple(forms[one] for one in shared[:_SHOWN])
            )


def _candidates(texts: Mapping[int, Vector]) -> list[tuple[int, int]]:
    """Pairs that share one of the heaviest terms of both."""
    holders: dict[str, list[int]] = {}
    for article_id in sorted(texts):
        ranked = sorted(texts[article_id].items(), key=lambda pair: (-pair[1], pair[0]))
        for term, _ in ranked[:_RAREST]:
            holders.setdefault(term, []).append(article_id)
    found = {
        (first, second)
        for ids in holders.values()
        if 1 < len(ids) <= _MOST_HOLDERS
        for place, first in enumerate(ids)
        for second in ids[place + 1 :]
    }
    return sorted(found)


def _counted(article: Said) -> Counter[str]:
    counted = Counter(_terms(without(article.answer)))
    for term in _terms(article.title):
        counted[term] += _TITLE_COUNTS
    return counted


def _terms(text: str) -> list[str]:
    return [stem(word) for word in words(text) if word not in STOP_WORDS]


def _forms(articles: Sequence[Said]) -> dict[str, str]:
    """stem → a word that somebody really wrote, the shortest."""
    found: dict[str, str] = {}
    for one in articles:
        for word in words(f"{one.title} {without(one.answer)}"):
            known = found.get(stem(word))
            if known is None or (len(word), word) < (len(known), known):
                found[stem(word)] = word
    return found


def _weights(said: Iterable[Counter[str]]) -> dict[str, float]:
    every = list(said)
    holders = Counter(term for terms in every for term in terms)
    return {term: math.log(1 + len(every) / n) for term, n in holders.items()}


def _unit(terms: Counter[str], weights: Mapping[str, float] | None) -> Vector:
    vector = {term: math.sqrt(n) * (weights[term] if weights else 1.0) for term, n in terms.items()}
    length = math.sqrt(sum(one * one for one in vector.values()))
    return {term: one / length for term, one in vector.items()} if length else {}


def _cosine(one: Vector, other: Vector) -> float:
    small, large = (one, other) if len(one) <= len(other) else (other, one)
    return min(1.0, sum(weight * large[term] for term, weight in small.items() if term in large))
