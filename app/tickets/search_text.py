"""What stands in the full-text index and how a query is put to it: stems, the same on both databases. Pure.

Both databases get words that are already folded and stemmed by kb_search.stems, each by its own script: "счета" finds
"счёт" and "invoices" finds "invoice" in either, and neither database's own language settings matter.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache

from kb_search.stems import fold, fold_word, stem

_WORD = re.compile(r"[^\W_]+(?:['’ʼ`][^\W_]+)*")
_ONLY_NUMBER = re.compile(r"\d+\Z")
# PostgreSQL keeps the positions of the first 16,383 words of a document, and no word above 2 KB.
MOST_WORDS = 16_000
MOST_LETTERS = 200_000
LONGEST_WORD = 60
MOST_EXCERPTED = 4000
# Letters before the first hit: a list is narrow, and the hit must be seen in it.
LEAD = 14


@dataclass(frozen=True)
class Document:
    """One message for the index: stems separated by spaces. The order is that of importance."""

    subject: str
    sender: str
    recipients: str
    body: str


FIELDS = ("subject", "sender", "recipients", "body")


def words(text: str) -> list[str]:
    """Folded words in order, each at most 60 letters."""
    found = _WORD.findall(fold(text[:MOST_LETTERS]))
    return [fold_word(word)[:LONGEST_WORD] for word in found[:MOST_WORDS]]


def stems(text: str) -> str:
    """The stems of a text, in order, separated by spaces; numbers are kept as they are."""
    return " ".join(map(_indexed, _WORD.findall(fold(text[:MOST_LETTERS]))[:MOST_WORDS]))


def document(subject: str, sender: Iterable[str], recipients: Iterable[str], body: Iterable[str]) -> Document:
    """`sender`, `recipients`: names and addresses; `body`: the text, the signature, the names of the files."""
    return Document(
        stems(subject), stems("\n".join(sender)), stems("\n".join(recipients)), stems("\n".join(body))
    )


@dataclass(frozen=True)
class Term:
    """Stems that stand side by side, in one field or in any (''). `begun`: the last may be the beginning of a word."""

    stems: tuple[str, ...]
    field: str = ""
    begun: str = ""
    without: bool = False


def term(text: str, *, field: str = "", begun: bool = False, without: bool = False) -> Term | None:
    """A term for the words of `text`, in this order; None when it has no words."""
    found = words(text)
    if not found:
        return None
    return Term(tuple(_stem(word) for word in found), field, found[-1] if begun else "", without)


def whole(one: Term) -> Term:
    """The same words, and nothing longer that begins with the last."""
    return replace(one, begun="")


def for_fts5(terms: Iterable[Term]) -> str:
    """An FTS5 query (sqlite.org/fts5.html, section 3); '' when nothing positive is asked. Stems hold letters only."""
    wanted = [_fts5(one) for one in terms if not one.without]
    if not wanted:
        return ""
    unwanted = [_fts5(one) for one in terms if one.without]
    return " NOT ".join([" AND ".join(wanted), *unwanted]) if unwanted else " AND ".join(wanted)


def _fts5(one: Term) -> str:
    column = f"{{{one.field}}} : " if one.field else ""
    exact = column + '"' + " ".join(one.stems) + '"'
    if not one.begun:
        return exact
    phrase = '"' + " ".join((*one.stems[:-1], one.begun)) + '" *'
    return f"({exact} OR {column}{phrase})"


_WEIGHTS = dict(zip(FIELDS, "ABCD", strict=True))


def for_tsquery(terms: Iterable[Term]) -> str:
    """A PostgreSQL tsquery for to_tsquery('simple', …); '' when nothing positive is asked."""
    wanted = [_tsquery(one) for one in terms if not one.without]
    if not wanted:
        return ""
    return " & ".join([*wanted, *("!" + _tsquery(one) for one in terms if one.without)])


def _tsquery(one: Term) -> str:
    weight = _WEIGHTS.get(one.field, "")
    mark = f":{weight}" if weight else ""
    exact = " <-> ".join(f"'{word}'{mark}" for word in one.stems)
    if not one.begun:
        return f"({exact})"
    begun = [*(f"'{word}'{mark}" for word in one.stems[:-1]), f"'{one.begun}':*{weight}"]
    return f"(({exact}) | ({' <-> '.join(begun)}))"


@dataclass(frozen=True)
class Piece:
    """A part of an excerpt; `hit` is to be marked."""

    text: str
    hit: bool = False


def excerpt(text: str, terms: Iterable[Term], length: int = 160) -> list[Piece]:
    """About `length` letters around the first word that was searched for, in pieces; the beginning if there is none."""
    sought = {word for one in terms if not one.without for word in one.stems}
    begun = tuple(one.begun for one in terms if one.begun and not one.without)
    line = " ".join(text[:MOST_EXCERPTED].split())
    hits = list(_hits(line, sought, begun, length))
    start = max(0, hits[0][0] - LEAD) if hits else 0
    start = line.rfind(" ", 0, start) + 1 if start else 0
    end = start + length
    pieces, at = [Piece("… ")] if start else [], start
    for left, right in hits:
        if left >= at and right <= end:
            pieces += [Piece(line[at:left]), Piece(line[left:right], hit=True)]
            at = right
    return [*(piece for piece in pieces if piece.text), Piece(line[at:end])]


def _hits(line: str, sought: set[str], begun: tuple[str, ...], length: int) -> Iterator[tuple[int, int]]:
    """Where the words stand: the first, and those near enough behind it to be seen with it."""
    end = len(line)
    # Words that begin alike are found quickly; where there is none, every word is looked at.
    likely = _likely(frozenset(sought), begun)
    for match in likely.finditer(line) if likely.search(line) else _WORD.finditer(line):
        if match.start() > end:
            return
        if _is_hit(match.group(), sought, begun):
            end = min(end, match.start() + length)
            yield match.span()


@lru_cache(1000)
def _likely(sought: frozenset[str], begun: tuple[str, ...]) -> re.Pattern[str]:
    """Words that begin as these do. A stem may differ from its word in the last letters."""
    starts = {word[: max(2, len(word) - 2)] for word in (*sought, *begun)}
    ways = "|".join(re.escape(start).replace("е", "[её]") for start in sorted(starts))
    return re.compile(rf"(?<![^\W_])(?:{ways})(?:[^\W_]|['’ʼ`](?=[^\W_]))*", re.IGNORECASE)


def _is_hit(word: str, sought: set[str], begun: tuple[str, ...]) -> bool:
    folded, stemmed = _forms(word)
    return stemmed in sought or bool(begun and folded.startswith(begun))


@lru_cache(20_000)
def _forms(word: str) -> tuple[str, str]:
    """A word of a letter as it is typed into a search, and its stem. Letters use the same words again and again."""
    folded = fold_word(fold(word))[:LONGEST_WORD]
    return folded, _stem(folded)


@lru_cache(20_000)
def _indexed(found: str) -> str:
    """A word of a folded text as it stands in the index. Letters use the same words again and again."""
    return _stem(fold_word(found)[:LONGEST_WORD])


def _stem(word: str) -> str:
    return word if _ONLY_NUMBER.match(word) else stem(word)
