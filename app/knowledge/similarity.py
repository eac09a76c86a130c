"""How far a reply that was sent is an article. Pure.

Counted on stems without stop words, so that endings, order and small words do not matter much.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from app.knowledge.variables import count, without
from kb_search.stems import stems

# A variable becomes some words that the article does not have: a name, a number, a subject.
WORDS_PER_VARIABLE = 3
# A greeting and a name around the article are not an edit.
GREETING_WORDS = 4
# From here on a reply counts as the article sent as it was: a greeting or a name more makes no difference.
UNCHANGED = 0.95
# From here on an edited answer teaches as much as an unchanged one.
SIMILAR = 0.6
# Below this an inserted article was deleted again: what is left is chance.
GONE = 0.2
# From here on a freely written answer is taken for the article.
SAME_ANSWER = 0.8
FEWEST_WORDS = 5


def similarity(article: str, sent: str, others: Iterable[str] = ()) -> float:
    """0..1: words the two share among all their words (Dice). `others`: more articles in the same reply."""
    wanted, spare = _bag(without(article)), GREETING_WORDS + WORDS_PER_VARIABLE * count(article)
    found = _bag(sent)
    for other in others:
        found -= _bag(without(other))
        spare += WORDS_PER_VARIABLE * count(other)
    if not wanted:
        return 0.0
    shared = (wanted & found).total()
    extra = max(0, found.total() - shared - spare)
    return 2 * shared / (wanted.total() + shared + extra) if shared else 0.0


def says_the_same(article: str, sent: str) -> bool:
    """True when a free answer is, near enough, this article. Very short articles prove nothing."""
    return _bag(without(article)).total() >= FEWEST_WORDS and similarity(article, sent) >= SAME_ANSWER


def weight(similar: float) -> float:
    """What a sent answer is worth as an example of its article."""
    return 1.0 if similar >= SIMILAR else 0.3


def _bag(text: str) -> Counter[str]:
    return Counter(stems(text))
