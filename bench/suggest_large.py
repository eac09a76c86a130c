"""A large knowledge base of made-up words: what suggesting, learning and starting again cost in it.

Words are syllables; some are common to all articles, some belong to one, as in a real desk where most words of a letter
say little and a few say all. Every figure is CPU time of this process.

With a directory of its own it can be stopped at any moment and goes on where it was: what was learnt up to the last
thousand is there, and so is the time it took.
"""

from __future__ import annotations

import random
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from bench.memory import resident_mb
from kb_search.embed import FindEmbedder
from kb_search.events import ArticleText, Event, Learnt
from kb_search.suggest import Suggester

_SYLLABLES = [a + b for a in "bcdfgklmnprstvz" for b in "aeiou"]
_COMMON, _SHARED, _OWN = 400, 6_000, 6
SAMPLE = 200
# So many events are written at a time, and the seconds they took stand beside them.
TOGETHER, SPENT = 1000, "seconds"


class Words:
    """The same seed makes the same articles and letters."""

    def __init__(self, articles: int, seed: int = 3) -> None:
        self._chance = random.Random(seed)
        self._common = [self._word(2) for _ in range(_COMMON)]
        shared = [self._word(3) for _ in range(_SHARED)]
        self._about = [
            [*self._chance.sample(shared, 8), *(self._word(4) for _ in range(_OWN))] for _ in range(articles)
        ]

    def article(self, number: int) -> ArticleText:
        title = " ".join(self._about[number][-4:])
        body = [*self._about[number] * 2, *self._chance.choices(self._common, k=40)]
        self._chance.shuffle(body)
        return ArticleText(number, title, " ".join(body), "en")

    def letter(self, number: int) -> str:
        said = [*self._chance.sample(self._about[number], 5), *self._chance.choices(self._common, k=12)]
        self._chance.shuffle(said)
        return " ".join(said)

    def _word(self, syllables: int) -> str:
        return "".join(self._chance.choices(_SYLLABLES, k=syllables))


def events(words: Words, articles: int, letters: int) -> Iterator[Event]:
    for number in range(articles):
        yield words.article(number)
    for place in range(letters):
        number = place % articles
        yield Learnt(words.letter(number), number)


def main(articles: int, letters: int, find_embedder: FindEmbedder, keep: Path | None = None) -> None:
    words = Words(articles)
    with tempfile.TemporaryDirectory() as passing:
        directory = str(keep or passing)
        suggester = Suggester(directory, find_embedder=find_embedder)
        print(
            f"{articles} articles, {letters} learnt letters{' with ' + suggester.model if suggester.model else ''}"
        )
        told = events(words, articles, letters)
        if keep:
            took, what = _learnt(suggester, told, keep / SPENT), "learnt from the log, with what it writes"
        else:
            took, what = _seconds(partial(suggester.rebuild, told, 1)), "rebuild from the log"
        print(f"  {what}: {took:.0f} s; memory of the process {resident_mb():.0f} MiB", flush=True)
        _speed(suggester, words, articles)
        on_disk = sum(one.stat().st_size for one in Path(directory).rglob("*") if one.is_file())
        suggester.close()
        took = _seconds(lambda: Suggester(directory, find_embedder=find_embedder).close())
        print(f"  start with what is on the disk ({on_disk / 1e6:.0f} MB): {took:.1f} s")


def _learnt(suggester: Suggester, told: Iterator[Event], spent: Path) -> float:
    """Lives through what is not on the disk yet; returns the seconds of all runs together."""
    before = float(spent.read_text("ascii")) if spent.exists() else 0.0
    start, done = time.process_time(), suggester.position
    suggester.commit(done)
    # The same words are made in every run, those that are known already too.
    for number, event in enumerate(told, 1):
        if number > done:
            suggester.apply(event)
            if number % TOGETHER == 0:
                suggester.commit(number)
                spent.write_text(f"{before + time.process_time() - start:.1f}", "ascii")
                print(f"  {number} events, {spent.read_text('ascii')} s", flush=True)
    suggester.commit(number)
    return before + time.process_time() - start


def _speed(suggester: Suggester, words: Words, articles: int) -> None:
    numbers = random.Random(9).choices(range(articles), k=SAMPLE)
    asked = [(words.letter(number), number) for number in numbers]
    vectors = [suggester.vector_of(question) for question, _ in asked]
    times, right = [], 0
    for (question, number), vector in zip(asked, vectors, strict=True):
        start = time.process_time()
        found = suggester.suggest(question, vector=vector)
        times.append(time.process_time() - start)
        right += bool(found) and found[0].article_id == number
    print(
        f"  suggest: {_percentiles(times)}; the right article first for {right / SAMPLE:.2f} of new letters"
    )
    learns = []
    for question, number in asked:
        start = time.process_time()
        suggester.learn(question, number)
        learns.append(time.process_time() - start)
    print(f"  learn: {_percentiles(learns)}", flush=True)


def _seconds(run: Callable[[], object]) -> float:
    start = time.process_time()
    run()
    return time.process_time() - start


def _percentiles(times: list[float]) -> str:
    cuts = statistics.quantiles(times, n=20)
    return f"p50 {statistics.median(times) * 1000:.1f} ms, p95 {cuts[-1] * 1000:.1f} ms CPU"
