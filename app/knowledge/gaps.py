"""Which letters ask the same: clusters of questions, by the words they share. Pure; the same letters give the same
clusters, and the work grows with the number of letters, not with its square.

A letter is the set of its telling stems, weighed by how rare they are; a rare stem that is one slip of the pen from a
common one counts as that. Letters are gathered around leaders, clusters that say the same are joined, and then each
letter goes to the nearest cluster. Of very many letters only a sample looks for leaders: what many ask is in it.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from kb_search.clean import clean_question
from kb_search.stems import stem, words
from kb_search.stopwords import STOP_WORDS

MOST_WORDS = 40
FEWEST_LETTERS = 3
# Cosines: with a leader, between two clusters, and with the middle of the finished cluster.
JOIN = 0.30
UNITE = 0.23
ASSIGN = 0.30
# A letter and its cluster share so many terms, and so many are in this share of a small or a large cluster's letters.
SHARED = 2
SHARE_FEW = 0.7
SHARE_MANY = 0.3
MANY = 8
# A rarer stem weighs no more than this: what only two letters share must not outweigh what all of a topic share.
CAP = 2.5
SAMPLE = 3000
ROUNDS = 3
_TERMS = 14
_CENTRE_TERMS = 40
# A stem in more than this share of the letters brings no two of them together by itself.
_COMMON = 0.12
_SHORTEST_MENDED = 5
_RARE = 2

Vector = dict[str, float]


@dataclass(frozen=True)
class Asked:
    """A letter as its telling words, in order."""

    id: int
    words: tuple[str, ...]


@dataclass(frozen=True)
class Cluster:
    """Letters with their closeness to the middle, 0..1, nearest first."""

    letters: tuple[tuple[int, float], ...]

    @property
    def ids(self) -> list[int]:
        return [letter_id for letter_id, _ in self.letters]


def telling_words(subject: str, text: str) -> list[str]:
    """What a letter asks about: its words without greeting, signature, quotes and small words, each once."""
    found = [*words(clean_question(text)), *words(subject)]
    return list(dict.fromkeys(word for word in found if word not in STOP_WORDS and len(word) > 1))[
        :MOST_WORDS
    ]


def typical_words(letters: Iterable[Sequence[str]], most: int = 6) -> list[str]:
    """The words most of these letters have, in the form that is most usual; forms of one word count together."""
    letter_count: Counter[str] = Counter()
    forms: dict[str, Counter[str]] = {}
    for said in letters:
        for word in said:
            forms.setdefault(stem(word), Counter())[word] += 1
        letter_count.update({stem(word) for word in said})
    ranked = sorted(letter_count, key=lambda one: (-letter_count[one], one))[:most]
    return [max(sorted(forms[one]), key=lambda word: forms[one][word]) for one in ranked]


def clusters(letters: Sequence[Asked]) -> list[Cluster]:
    """Letters of one language. Largest first; letters that nobody else asks are in none."""
    vectors = _vectors(letters)
    left = [one.id for one in letters if vectors[one.id]]
    common = _common(vectors)
    found: list[Cluster] = []
    for _ in range(ROUNDS):
        step = max(1, math.ceil(len(left) / SAMPLE))
        gathered = _Gathering(common)
        for letter_id in left[::step]:
            gathered.take(vectors[letter_id])
        centres = gathered.centres()
        assigned = _assign(left, vectors, centres, common)
        found += assigned
        taken = {letter_id for one in assigned for letter_id in one.ids}
        left = [letter_id for letter_id in left if letter_id not in taken]
        if step == 1 or not taken:
            break
    return sorted(found, key=lambda one: (-len(one.letters), min(one.ids)))


@dataclass
class _Group:
    """The sum of its letters' vectors."""

    total: Vector = field(default_factory=dict)
    size: int = 0

    def add(self, vector: Vector, size: int = 1) -> None:
        for term, weight in vector.items():
            self.total[term] = self.total.get(term, 0.0) + weight
        self.size += size

    def centre(self) -> Vector:
        return _unit(dict(_heaviest(self.total, _CENTRE_TERMS)))


class _Nearest:
    """Finds the centre nearest to a vector by the terms they share."""

    def __init__(self, common: frozenset[str]) -> None:
        self._common = common
        self._holders: dict[str, dict[int, float]] = {}

    def put(self, number: int, centre: Vector, before: Vector | None = None) -> None:
        for term in before or ():
            del self._holders[term][number]
        for term, weight in centre.items():
            self._holders.setdefault(term, {})[number] = weight

    def best(self, vector: Vector) -> tuple[int, float]:
        """(number, cosine), or (-1, 0.0). Common terms count where a rarer one has led to the centre."""
        scores: dict[int, float] = {}
        shared: Counter[int] = Counter()
        late = []
        for term, weight in vector.items():
            if term in self._common:
                late.append((term, weight))
                continue
            for number, other in self._holders.get(term, {}).items():
                scores[number] = scores.get(number, 0.0) + weight * other
                shared[number] += 1
        for term, weight in late:
            holders = self._holders.get(term, {})
            for number in scores.keys() & holders.keys():
                scores[number] += weight * holders[number]
                shared[number] += 1
        enough = min(SHARED, len(vector))
        scores = {number: score for number, score in scores.items() if shared[number] >= enough}
        if not scores:
            return -1, 0.0
        number = min(scores, key=lambda one: (-scores[one], one))
        return number, scores[number]


class _Gathering:
    """Leaders and who gathered around them."""

    def __init__(self, common: frozenset[str]) -> None:
        self._common = common
        self._groups: list[_Group] = []
        self._centres: list[Vector] = []
        self._nearest = _Nearest(common)

    def take(self, vector: Vector) -> None:
        number, score = self._nearest.best(vector)
        if score < JOIN:
            number = len(self._groups)
            self._groups.append(_Group())
            self._centres.append({})
        group = self._groups[number]
        group.add(vector)
        centre = group.centre()
        self._nearest.put(number, centre, self._centres[number])
        self._centres[number] = centre

    def centres(self) -> list[Vector]:
        """Of what has at least two letters, when clusters that say the same are one."""
        groups = sorted((one for one in self._groups if one.size > 1), key=lambda one: -one.size)
        for _ in range(2):
            groups = _united(groups, self._common)
        return [one.centre() for one in groups]


def _united(groups: list[_Group], common: frozenset[str]) -> list[_Group]:
    """Smaller groups go into larger ones that are near enough."""
    nearest = _Nearest(common)
    kept: list[_Group] = []
    centres: list[Vector] = []
    for group in groups:
        centre = group.centre()
        number, score = nearest.best(centre)
        if score >= UNITE:
            kept[number].add(group.total, group.size)
            grown = kept[number].centre()
            nearest.put(number, grown, centres[number])
            centres[number] = grown
        else:
            nearest.put(len(kept), centre)
            kept.append(group)
            centres.append(centre)
    return sorted(kept, key=lambda one: -one.size)


def _assign(
    ids: Iterable[int], vectors: dict[int, Vector], centres: list[Vector], common: frozenset[str]
) -> list[Cluster]:
    nearest = _Nearest(common)
    for number, centre in enumerate(centres):
        nearest.put(number, centre)
    members: dict[int, list[tuple[int, float]]] = {}
    for letter_id in ids:
        number, score = nearest.best(vectors[letter_id])
        if score >= ASSIGN:
            members.setdefault(number, []).append((letter_id, round(min(score, 1.0), 4)))
    return [
        Cluster(tuple(sorted(letters, key=lambda one: (-one[1], one[0]))))
        for letters in members.values()
        if len(letters) >= FEWEST_LETTERS and _holds_together([vectors[one] for one, _ in letters])
    ]


def _holds_together(vectors: Sequence[Vector]) -> bool:
    """At least two terms that many of the letters have: else they are neighbours of neighbours, and ask nothing
    together. The fewer letters, the more of them must."""
    holders = Counter(term for vector in vectors for term in vector)
    needed = max(SHARE_FEW * len(vectors) if len(vectors) < MANY else SHARE_MANY * len(vectors), 2)
    return sum(n >= needed for n in holders.values()) >= SHARED


def _vectors(letters: Sequence[Asked]) -> dict[int, Vector]:
    """Telling stems with their weight; a stem that one letter alone has says nothing here."""
    said = {one.id: [stem(word) for word in one.words] for one in letters}
    holders = Counter(term for terms in said.values() for term in set(terms))
    mended = _mended(holders)
    said = {letter_id: [mended.get(term, term) for term in terms] for letter_id, terms in said.items()}
    holders = Counter(term for terms in said.values() for term in set(terms))
    weights = {term: min(CAP, math.log(1 + len(letters) / n)) for term, n in holders.items() if n > 1}
    return {
        letter_id: _unit(dict(_heaviest({term: weights[term] for term in terms if term in weights}, _TERMS)))
        for letter_id, terms in said.items()
    }


def _common(vectors: dict[int, Vector]) -> frozenset[str]:
    holders = Counter(term for vector in vectors.values() for term in vector)
    return frozenset(term for term, n in holders.items() if n > max(10, _COMMON * len(vectors)))


def _heaviest(vector: Vector, most: int) -> list[tuple[str, float]]:
    return sorted(
        ((term, one) for term, one in vector.items() if one > 0), key=lambda pair: (-pair[1], pair[0])
    )[:most]


def _unit(vector: Vector) -> Vector:
    length = math.sqrt(sum(weight * weight for weight in vector.values()))
    return {term: weight / length for term, weight in vector.items()} if length else {}


def _mended(holders: Counter[str]) -> dict[str, str]:
    """Rare stem → the common one that is a letter more, less or other, or two letters swapped."""
    common = [one for one, n in holders.items() if n > _RARE and len(one) >= _SHORTEST_MENDED]
    by_part: dict[str, list[str]] = {}
    for known in common:
        for part in _parts(known):
            by_part.setdefault(part, []).append(known)
    found = {}
    for rare, n in holders.items():
        if n > _RARE or len(rare) < _SHORTEST_MENDED or any(char.isdigit() for char in rare):
            continue
        near = {known for part in _parts(rare) for known in by_part.get(part, ())}
        if near:
            found[rare] = min(near, key=lambda known: (-holders[known], known))
    return found


def _parts(term: str) -> Iterator[str]:
    """The term, and the term without each of its letters in turn: two that share one are near."""
    yield term
    for place in range(len(term)):
        yield term[:place] + term[place + 1 :]
