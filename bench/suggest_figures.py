"""Figures of how good suggestions are, from what was shown and what would have been right. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

Asked = tuple[str, str]
# (articles best first, confidence in the first)
Answer = tuple[list[str], float]
Asker = Callable[[str], Answer]


@dataclass(frozen=True)
class Shown:
    confidence: float
    right: bool
    among: bool
    answerable: bool


def show_all(ask: Asker, test: Iterable[Asked], unanswerable: Iterable[str]) -> list[Shown]:
    shown = []
    for question, article in test:
        found, sure = ask(question)
        shown.append(Shown(sure, found[:1] == [article], article in found, True))
    return shown + [Shown(ask(question)[1], False, False, False) for question in unanswerable]


def hits(shown: Sequence[Shown]) -> tuple[float, float]:
    """(hit@1, hit@3)"""
    answerable = [one for one in shown if one.answerable]
    return sum(one.right for one in answerable) / len(answerable), sum(one.among for one in answerable) / len(
        answerable
    )


def use_at(shown: Sequence[Shown], precision: float) -> float:
    """Largest share of answerable letters that are helped while this share of what is shown is right."""
    best = right = 0
    for count, one in enumerate(sorted(shown, key=lambda one: -one.confidence), 1):
        right += one.right
        if right >= precision * count:
            best = right
    return best / sum(one.answerable for one in shown)


def auroc(shown: Sequence[Shown]) -> float:
    """How well the confidence tells letters that an article answers from those that none does."""
    yes = [one.confidence for one in shown if one.answerable]
    no = [one.confidence for one in shown if not one.answerable]
    return sum((a > b) + 0.5 * (a == b) for a in yes for b in no) / max(1, len(yes) * len(no))
