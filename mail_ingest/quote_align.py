"""Which words of a letter are words we already have?

The letter and the known texts are compared as streams of words, so that marks, wrapping, white space, case
and the way from HTML to text make no difference. Runs of three known words anchor the comparison; each word
of the letter is looked at a fixed number of times, so the time is linear whatever is repeated. Pure.
"""

import html
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

_SHINGLE = 3
_MAX_TEXT = 500_000  # characters
_SLICE = 200
_CANDIDATES = 6  # places of one shingle that are remembered
_NOISE = re.compile(
    r"<?\b(?:https?|mailto|tel|cid|ftp):[^\s<>]{1,4000}>?|\[(?:cid|image|inline|bild|изображение):[^\]\n]{0,300}\]",
    re.IGNORECASE,
)
_CJK = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff"
_WORD = re.compile(rf"[{_CJK}]|[^\W_{_CJK}]+")
_INVISIBLE = re.compile("[\u200b-\u200f\u2060\ufeff\u00ad]")


def words_of(text: str) -> list[str]:
    """Comparable words: NFKC, case-folded, without addresses of links and pictures."""
    plain = text.casefold() if text.isascii() else _normal(_INVISIBLE.sub("", text)).casefold()
    if "&" in plain and ";" in plain:
        plain = html.unescape(plain)
    if ":" in plain:
        plain = _NOISE.sub(" ", plain)
    return _WORD.findall(plain)


def _normal(text: str) -> str:
    """NFKC in slices: sorting a long run of combining marks takes quadratic time."""
    if len(text) <= _SLICE:
        return unicodedata.normalize("NFKC", text)
    slices = (text[at : at + _SLICE] for at in range(0, len(text), _SLICE))
    return "".join(unicodedata.normalize("NFKC", piece) for piece in slices)


@dataclass
class Known:
    """The known words in order, each with a label, and an index of where each run of three begins."""

    words: list[str] = field(default_factory=list)
    labels: list[int] = field(default_factory=list)
    starts: set[int] = field(default_factory=set)  # positions where a line begins
    lines: dict[tuple[str, ...], int] = field(default_factory=dict)  # whole lines, by their words → position
    _index: dict[tuple[str, ...], list[int]] = field(default_factory=dict)

    def add(self, lines: Iterable[tuple[str, int]]) -> None:
        """lines: (text, label) in order; runs do not reach from one call into the next."""
        first = len(self.words)
        for text, label in lines:
            line = words_of(text)
            if line:
                self.starts.add(len(self.words))
                self.lines.setdefault(tuple(line[:40]), len(self.words))
            self.words.extend(line)
            self.labels.extend([label] * len(line))
        for at in range(first, len(self.words) - _SHINGLE + 1):
            places = self._index.setdefault(tuple(self.words[at : at + _SHINGLE]), [])
            if len(places) < _CANDIDATES:
                places.append(at)
        self.words.append("")  # equal to no word: the end of this text
        self.labels.append(0)

    def find(self, shingle: tuple[str, ...], expected: int) -> int:
        """The remembered place of a run nearest after (else before) the expected one, or -1."""
        places = self._index.get(shingle)
        if not places:
            return -1
        return min(places, key=lambda place: (place < expected, abs(place - expected)))


@dataclass(frozen=True)
class LineMatch:
    """How much of a line is known: `total` words, `matched` of them; `place` and `end` of the match in `Known`."""

    total: int
    matched: int
    place: int
    end: int

    @property
    def full(self) -> bool:
        return 0 < self.total == self.matched


def align(lines: Sequence[str], known: Known) -> list[LineMatch]:
    """One LineMatch per line of the letter."""
    streams = [words_of(line) for line in _readable(lines)]
    places = _places(streams, known)
    matches, at = [], 0
    for stream in streams:
        found = [place for place in places[at : at + len(stream)] if place >= 0]
        at += len(stream)
        matches.append(_line_match(len(stream), found))
    return matches


def _readable(lines: Sequence[str]) -> Iterable[str]:
    """The lines, emptied where the letter is longer than anybody compares."""
    left = _MAX_TEXT
    for line in lines:
        left -= len(line)
        yield line if left >= 0 else ""


def _line_match(total: int, found: list[int]) -> LineMatch:
    if not found:
        return LineMatch(total, 0, -1, -1)
    return LineMatch(total, len(found), found[0], found[-1] + 1)


def _places(streams: Sequence[Sequence[str]], known: Known) -> list[int]:
    """For each word of the letter its place among the known words, or -1."""
    words = [word for stream in streams for word in stream]
    line_starts, at = {}, 0
    for stream in streams:
        if stream:
            line_starts[at] = stream
        at += len(stream)
    places = [-1] * len(words)
    expected, at = 0, 0
    while at < len(words):
        place, least = _anchor(words, at, expected, known, line_starts.get(at))
        length = _run(words, at, place, known) if place >= 0 else 0
        if length < max(least, 1):
            at += 1
            continue
        places[at : at + length] = range(place, place + length)
        at, expected = at + length, place + length
    return places


def _anchor(
    words: Sequence[str], at: int, expected: int, known: Known, line: Sequence[str] | None
) -> tuple[int, int]:
    """Where the words from `at` may be known from, and how long a run must be there to count."""
    place = known.find(tuple(words[at : at + _SHINGLE]), expected)
    if place >= 0:
        return place, _SHINGLE
    if line is None:
        return -1, 0
    if expected in known.starts and known.words[expected] == words[at]:
        return expected, 1
    if len(line) < _SHINGLE:
        return known.lines.get(tuple(line), -1), len(line)
    return -1, 0


def _run(words: Sequence[str], at: int, place: int, known: Known) -> int:
    length = 0
    limit = min(len(words) - at, len(known.words) - place)
    while length < limit and words[at + length] == known.words[place + length]:
        length += 1
    return length
