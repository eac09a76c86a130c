"""Which words of a vocabulary may have been meant by one that is not in it. Pure."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence

# Shorter words have too many neighbours.
_SHORTEST = 4
# From this length on two slips are forgiven.
_LONG = 7
_MOST = 3
# So many words that share the most letter triples are compared letter by letter.
_COMPARED = 40


class Spelling:
    """Words by their letter triples."""

    def __init__(self, vocabulary: Sequence[str]) -> None:
        self._words = vocabulary
        self._triples: dict[str, list[int]] = defaultdict(list)
        for number, word in enumerate(vocabulary):
            if len(word) >= _SHORTEST - 1:
                for triple in _triples(word):
                    self._triples[triple].append(number)

    def near(self, word: str) -> list[str]:
        """At most three words within a slip or two of this one, the nearest first."""
        if len(word) < _SHORTEST:
            return []
        allowed = 2 if len(word) >= _LONG else 1
        shared: Counter[int] = Counter()
        for triple in _triples(word):
            shared.update(self._triples.get(triple, ()))
        found = []
        for number, _count in shared.most_common(_COMPARED):
            other = self._words[number]
            slips = distance(word, other, allowed)
            if slips <= allowed:
                found.append((slips, other))
        return [other for _slips, other in sorted(found)[:_MOST]]


def distance(one: str, other: str, most: int) -> int:
    """Letters to add, drop, change or swap with their neighbour; `most` + 1 stands for everything above `most`."""
    if abs(len(one) - len(other)) > most:
        return most + 1
    before: list[int] = []
    row = list(range(len(other) + 1))
    for at, char in enumerate(one, 1):
        earlier, before, row = before, row, [at]
        for place, target in enumerate(other, 1):
            cost = min(before[place] + 1, row[-1] + 1, before[place - 1] + (char != target))
            swapped = at > 1 and place > 1 and char == other[place - 2] and one[at - 2] == target
            row.append(min(cost, earlier[place - 2] + 1) if swapped else cost)
        if min(row) > most:
            return most + 1
    return min(row[-1], most + 1)


def _triples(word: str) -> set[str]:
    framed = f"^{word}$"
    return {framed[at : at + 3] for at in range(len(framed) - 2)}
