"""A draft of an article out of answers that agents sent: which answer, and what in it is about one customer only. Pure.

Nothing is made up: the text is one agent's own, and the others stand beside it as quotes. What looks like a name, a
number, an address or a date of one case is put in ⟦marks⟧, and an article with marks left is not saved.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from app.knowledge.own_words import own_words
from kb_search.stems import stem, stems, words

OPEN, CLOSE = "⟦", "⟧"
MOST_QUOTED = 5
LONGEST_TITLE = 90
# Better than unrated, worse than praised; a bad one is nobody's example.
_WORTH = {"good": 1.0, "": 0.5, "okay": 0.25}
_RATING_COUNTS = 1.0
_ALWAYS = re.compile(
    r"[^\s<>()\[\],;]+@[^\s<>()\[\],;]+\.\w+"  # addresses
    r"|https?://\S*\d\S*"  # a link with a number in it is mostly somebody's own
    r"|(?:№|#|No\.)\s?[\w-]*\d[\w-]*"
    r"|\b\d{1,2}[./]\d{1,2}(?:[./]\d{2,4})?\b"  # days
    r"|\+?\d[\d\s()-]{5,}\d"  # phones
    r"|\b[A-ZА-ЯЁ]{1,4}-?\d{3,}\w*"  # AB-1234
    r"|\b\d{4,}\b"
    r"|\b(?:ул|улица|просп|проспект|пер|переулок|д|дом|кв|квартира|офис)\.?\s?[А-ЯЁ\d][\w-]*(?:,?\s?\d+\w?)?"
    r"|\b\d+\w?\s[A-Z]\w+\s(?:Street|St|Road|Rd|Avenue|Ave|Lane|Square)\b"
)
_NAME = re.compile(r"\b[A-ZА-ЯЁ][\w’'-]+")
_MARKED = re.compile(f"{OPEN}([^{CLOSE}]*){CLOSE}")
_SENTENCE = re.compile(r"(?<=[.!?…])\s|\n")


@dataclass(frozen=True)
class Answer:
    """A reply that was sent. `face` is what the customer thought of it: good, okay, bad or ''."""

    reply_id: int
    ticket_id: int
    agent: str
    at: datetime
    text: str
    face: str = ""


@dataclass(frozen=True)
class Draft:
    """`answer` has marks; `quoted` are the answers it rests on, the one it was made from first."""

    title: str
    answer: str
    quoted: tuple[Answer, ...]


def draft(question: str, answers: Sequence[Answer], names: Collection[str]) -> Draft:
    """From the best answer. `names`: of customers and agents of these tickets, to be marked wherever they stand."""
    best = ranked(answers)[:MOST_QUOTED]
    text = own_words(best[0].text) if best else ""
    text = text[:1].upper() + text[1:]
    return Draft(title(question, names), marked(text, names), tuple(best))


def ranked(answers: Sequence[Answer]) -> list[Answer]:
    """Best first: by what customers thought, and by how much an answer says what the others say. No bad ones."""
    bags = {one.reply_id: Counter(stems(own_words(one.text))) for one in answers if one.face in _WORTH}
    usual: Counter[str] = Counter()
    for bag in bags.values():
        usual.update(set(bag))

    def worth(one: Answer) -> float:
        bag = bags[one.reply_id]
        typical = (
            sum(usual[term] - 1 for term in set(bag)) / (len(set(bag)) * max(1, len(bags) - 1)) if bag else 0
        )
        return _RATING_COUNTS * _WORTH[one.face] + typical

    fit = [one for one in answers if bags.get(one.reply_id)]
    return sorted(fit, key=lambda one: (-worth(one), -one.at.timestamp(), one.reply_id))


def title(question: str, names: Collection[str]) -> str:
    """The first sentence of a letter, marked as well."""
    first = next((part.strip() for part in _SENTENCE.split(own_words(question)) if words(part)), "")
    cut = first if len(first) <= LONGEST_TITLE else first[:LONGEST_TITLE].rsplit(" ", 1)[0] + "…"
    return marked(cut[:1].upper() + cut[1:], names)


def marked(text: str, names: Collection[str]) -> str:
    """The text with everything that belongs to one case between marks. Braces of variables stay as they are."""
    plain = text.replace(OPEN, "").replace(CLOSE, "")
    spans = [match.span() for match in _ALWAYS.finditer(plain)]
    known = {stem(word) for name in names for word in words(name) if len(word) > 1}
    spans += [match.span() for match in _NAME.finditer(plain) if _is_named(match.group(), known)]
    return _with_marks(plain, spans)


def marks(text: str) -> list[str]:
    """What still stands between marks."""
    return [match.group(1) for match in _MARKED.finditer(text)] or (
        [OPEN] if OPEN in text or CLOSE in text else []
    )


def _is_named(word: str, known: Collection[str]) -> bool:
    return any(stem(part) in known for part in words(word))


def _with_marks(text: str, spans: Iterable[tuple[int, int]]) -> str:
    """Overlapping places become one; names side by side too."""
    joined: list[list[int]] = []
    for start, end in sorted(spans):
        if joined and (start <= joined[-1][1] or not text[joined[-1][1] : start].strip()):
            joined[-1][1] = max(joined[-1][1], end)
        else:
            joined.append([start, end])
    for start, end in reversed(joined):
        inside = text[start:end].rstrip()
        text = f"{text[:start]}{OPEN}{inside}{CLOSE}{text[start + len(inside) :]}"
    return text
