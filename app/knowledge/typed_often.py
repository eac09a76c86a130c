"""Answers that are typed again and again: replies that are nearly the same but for greeting, names and numbers. Pure.

Two replies are the same answer when they share three quarters of all their stems. Only replies that share one of their
rarest stems are compared; with the sizes chosen here that misses none (a known property of sets that overlap so much).
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from app.knowledge.own_words import own_words
from kb_search.stems import stem, words

SAME = 0.75
OFTEN = 5
FEWEST_STEMS = 5
MOST_WORDS = 300


@dataclass(frozen=True)
class Reply:
    """A reply as its words."""

    id: int
    words: tuple[str, ...]


def typed_words(text: str) -> list[str]:
    """What the agent said: without greeting and signature; none for what is too short to be an answer."""
    said = list(dict.fromkeys(word for word in words(own_words(text)) if not word.isdigit()))
    return said[:MOST_WORDS] if len({stem(word) for word in said}) >= FEWEST_STEMS else []


def repeated(replies: Sequence[Reply], least: int = OFTEN) -> list[list[int]]:
    """Groups of replies that say the same, in the order given; the largest first."""
    sets = {one.id: frozenset(stem(word) for word in one.words) for one in replies}
    holders = Counter(term for terms in sets.values() for term in terms)
    leaders: dict[str, list[int]] = {}
    groups: dict[int, list[int]] = {}
    for one in replies:
        terms = sets[one.id]
        beginning = _rarest(terms, holders)
        near = dict.fromkeys(leader for term in beginning for leader in leaders.get(term, ()))
        leader = max(near, key=lambda other: (_shared(terms, sets[other]), -other), default=None)
        if leader is not None and _shared(terms, sets[leader]) >= SAME:
            groups[leader].append(one.id)
            continue
        groups[one.id] = [one.id]
        for term in beginning:
            leaders.setdefault(term, []).append(one.id)
    return sorted((ids for ids in groups.values() if len(ids) >= least), key=lambda ids: (-len(ids), ids[0]))


def same_answers(said: Sequence[str], others: Sequence[tuple[int, Sequence[str]]]) -> list[int]:
    """Of other replies, as their words, the ids of those that say the same, in the order given."""
    words_said, terms = frozenset(said), frozenset(stem(word) for word in said)
    # Only those that share many words as they are written need their stems looked at.
    near = [(id_, more) for id_, more in others if _shared(words_said, frozenset(more)) >= SAME - 0.25]
    return [id_ for id_, more in near if _shared(terms, frozenset(stem(word) for word in more)) >= SAME]


def _rarest(terms: frozenset[str], holders: Counter[str]) -> list[str]:
    """So many that two sets sharing enough have at least one of them in common."""
    ranked = sorted(terms, key=lambda term: (holders[term], term))
    return ranked[: len(ranked) - math.ceil(SAME * len(ranked)) + 1]


def _shared(one: frozenset[str], other: frozenset[str]) -> float:
    """Jaccard's index: what both have among all that there is."""
    every = len(one | other)
    return len(one & other) / every if every else 0.0
