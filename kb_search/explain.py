"""A ranked article as an agent sees it: its title, how sure we are, and why. Pure."""

from dataclasses import dataclass
from typing import Literal

from kb_search.concepts import topic
from kb_search.index import ArticleId
from kb_search.memory import Memory, Ranked
from kb_search.stems import words
from kb_search.stopwords import STOP_WORDS

_WORDS_SHOWN = 6


@dataclass(frozen=True)
class Why:
    """`words` of the letter that the article or its past letters share; `example` is the likest past letter or ""."""

    words: tuple[str, ...]
    example: str

    def __str__(self) -> str:
        parts = [f"matches: {', '.join(self.words)}"] if self.words else []
        return "; ".join(
            [*parts, *([f"like a letter answered before: “{self.example}”"] if self.example else [])]
        )


@dataclass(frozen=True)
class Suggestion:
    """`confidence` is the probability that this is the answer; `shown` follows the precision target."""

    article_id: ArticleId
    confidence: float
    why: Why
    shown: Literal["open", "folded"] = "folded"
    title: str = ""


def explained(
    memory: Memory, question: str, ranked: Ranked, language: str | None, precision_target: float
) -> Suggestion:
    variants = memory.articles[ranked.article_id]
    text = variants.get(language or "") or next(iter(variants.values()))
    why = Why(_shared(memory, question, ranked.number), ranked.example)
    shown: Literal["open", "folded"] = "open" if ranked.confidence >= precision_target else "folded"
    return Suggestion(ranked.article_id, ranked.confidence, why, shown, text.title)


def _shared(memory: Memory, question: str, number: int) -> tuple[str, ...]:
    """Words of the letter that the article or its past letters have too, in whichever form or synonym."""
    lists = memory.ranker.text.lists
    telling = [word for word in dict.fromkeys(words(question)) if word not in STOP_WORDS]
    shared = [word for word in telling if any(number in holders for holders in lists(topic(word)).values())]
    return tuple(shared[:_WORDS_SHOWN])
