"""When an article wants looking at again: it is edited the same way again and again, it is rated badly, or its day of
review is over. Pure.

An edit is a sentence of the article that was left out or reworded, or a sentence that was added. Greetings and
signatures are no edits, and neither is what a variable became.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from app.knowledge.own_words import own_words
from app.knowledge.similarity import similarity
from app.knowledge.variables import without
from kb_search.stems import stems

# So many replies since the last change of the article, and this share of the edited ones, make a habit of an edit.
FEWEST_SAME = 3
SHARE_SAME = 0.3
# Sentences that share so much are the same one; above the lower mark one is the other reworded.
SAME_SENTENCE = 0.8
REWORDED = 0.35
FEWEST_STEMS = 2
# Rated badly: not even the upper end of the interval reaches this share of good ratings.
FEWEST_RATINGS = 5
POOR_BELOW = 0.8
_SENTENCE_ENDS = re.compile(r"(?<=[.!?…])\s+|\n+")
_MARKDOWN = re.compile(r"\*\*|__|^#+ |^\s*[-*] |\[([^\]\n]*)\]\([^)\n]*\)", re.MULTILINE)


class Why(StrEnum):
    """`review`: its day has come."""

    EDITED = "edited"
    RATED = "rated"
    REVIEW = "review"


@dataclass(frozen=True)
class Edit:
    """`old` is a sentence of the article, '' where one was added; `new` what stood there instead, '' for nothing."""

    old: str
    new: str


@dataclass(frozen=True)
class Habit:
    """The same edit in several replies, newest wording."""

    edit: Edit
    reply_ids: tuple[int, ...]


def sentences(text: str) -> list[str]:
    """Of an answer or a reply, without marks of Markdown."""
    plain = _MARKDOWN.sub(lambda match: match.group(1) or "", text)
    return [part.strip() for part in _SENTENCE_ENDS.split(plain) if part.strip()]


def edits(answer: str, reply: str) -> list[Edit]:
    """What was changed on the way from the article to the reply; nothing where no sentence of it is left."""
    wanted = [(one, bag) for one in sentences(answer) if (bag := _bag(without(one))).total() >= FEWEST_STEMS]
    found = [(one, _bag(one)) for one in sentences(own_words(reply))]
    left = []
    for text, bag in wanted:
        same = next((pair for pair in found if _alike(bag, pair[1]) >= SAME_SENTENCE), None)
        if same is None:
            left.append((text, bag))
        else:
            found.remove(same)
    made = [_changed(text, bag, found) for text, bag in left]
    if len(left) == len(wanted) and not any(edit.new for edit in made):
        return []
    return made + [Edit("", text) for text, bag in found if bag.total() > FEWEST_STEMS]


def _changed(text: str, bag: Counter[str], found: list[tuple[str, Counter[str]]]) -> Edit:
    """The sentence with what stands for it in the reply, which is taken out of `found`."""
    best = max(found, key=lambda pair: _alike(bag, pair[1]), default=None)
    if best is None or _alike(bag, best[1]) < REWORDED:
        return Edit(text, "")
    found.remove(best)
    return Edit(text, best[0])


def habits(answers: Sequence[str], replies: Sequence[tuple[int, str]]) -> list[Habit]:
    """Edits that come again, most frequent first. `answers`: the article in each of its languages; `replies`: (id,
    text) of those it was sent edited in since it last changed, newest first."""
    groups: list[tuple[Edit, Counter[str], list[int]]] = []
    for reply_id, text in replies:
        for edit in edits(max(answers, key=lambda answer: similarity(answer, text)), text):
            bag = _bag(edit.new)
            group = next((one for one in groups if _same(one, edit, bag)), None)
            if group is None:
                group = (edit, bag, [])
                groups.append(group)
            if reply_id not in group[2]:
                group[2].append(reply_id)
    enough = max(FEWEST_SAME, SHARE_SAME * len(replies))
    found = [Habit(edit, tuple(ids)) for edit, _bag_, ids in groups if len(ids) >= enough]
    return sorted(found, key=lambda one: (-len(one.reply_ids), one.edit.old, one.edit.new))


def reasons(
    habits: Iterable[Habit], *, ratings: int, high: float, review_on: date | None, today: date
) -> list[Why]:
    """Why the article wants looking at. `high`: the upper end of the interval of its good ratings."""
    found = [Why.EDITED] if any(True for _ in habits) else []
    if ratings >= FEWEST_RATINGS and high < POOR_BELOW:
        found.append(Why.RATED)
    if review_on is not None and review_on <= today:
        found.append(Why.REVIEW)
    return found


def _same(group: tuple[Edit, Counter[str], list[int]], edit: Edit, bag: Counter[str]) -> bool:
    known, known_bag, _ = group
    if known.old != edit.old or bool(known.new) != bool(edit.new):
        return False
    return not edit.new or _alike(known_bag, bag) >= SAME_SENTENCE


def _alike(one: Counter[str], other: Counter[str]) -> float:
    """Dice's coefficient: what both have among all that they have."""
    every = one.total() + other.total()
    return 2 * (one & other).total() / every if every else 0.0


def _bag(text: str) -> Counter[str]:
    return Counter(stems(text))
