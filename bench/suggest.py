"""How good and how fast suggestions are, on a set of questions given as an argument.

    python bench/suggest.py QUESTIONS.json [--examples 0,1,3,10,30] [--stream 1500] [--letters 4500]

The file holds `articles` (id, title, body, lang) and one fold with `train` and `test` questions (q, a) and
`oos` questions that no article answers. Beside our figures stands keyword search (OR of the words) over the
same articles in the same run. Times are CPU times of this process.
"""

import argparse
import json
import random
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from kb_search.events import ArticleText
from kb_search.query import ArticleSearch
from kb_search.suggest import Suggester

TARGET = 0.9
SAMPLE = 500
Asked = tuple[str, str]
# (articles best first, confidence in the first)
Answer = tuple[list[str], float]
Asker = Callable[[str], Answer]

LETTERS = {
    "en": (
        "Hello,\n\n{q}\n\nBest regards,\nMartha Quill\nOffice manager, Larch & Sons\n+1 555 0142",
        "Hi there, hope you are well. {q} Thanks in advance!\n\nTom",
        "Dear support team,\n{q}\n\nMany thanks\n--\nAda Wren | Wren Books | 12 Mill Lane",
        "Good morning!\n\n{q}\n\nSent from my phone\n\nOn 3 May 2021, Support <help@shop.example> wrote:\n> Fine?",
    ),
    "ru": (
        "Здравствуйте!\n\n{q}\n\nС уважением,\nМарфа Кленова\nменеджер, ООО «Лиственница»\n+7 000 555-01-42",
        "Добрый день, уважаемая служба поддержки. {q} Заранее спасибо!\n\nТимур",
        "Доброго времени суток!\n{q}\nСпасибо\n--\nАнна Скворцова | Книги и точка | Мельничный пер., 12",
        "Привет!\n\n{q}\n\nОтправлено с телефона\n\n3 мая 2021 г., Поддержка <help@shop.example> пишет:\n> Как дела?",
    ),
}


@dataclass(frozen=True)
class Questions:
    language: str
    articles: list[ArticleText]
    train: list[Asked]
    test: list[Asked]
    unanswerable: list[str]

    def examples(self, start: int, end: int) -> list[Asked]:
        """Letters number start to end of each article, mixed."""
        counts: dict[str, int] = {}
        chosen = []
        for question, article in self.train:
            counts[article] = counts.get(article, 0) + 1
            if start < counts[article] <= end:
                chosen.append((question, article))
        random.Random(end).shuffle(chosen)
        return chosen


def load(path: Path) -> Questions:
    content = json.loads(path.read_text("utf-8"))
    fold = content["folds"][0]
    language = content["lang"]
    articles = [
        ArticleText(str(one["id"]), one["title"], one["body"], one.get("lang", language))
        for one in content["articles"]
    ]
    train, test = ([(one["q"], str(one["a"])) for one in fold[part]] for part in ("train", "test"))
    random.Random(1).shuffle(train)
    return Questions(language, articles, train, test, [one["q"] for one in fold.get("oos", [])])


def asker(suggester: Suggester) -> Asker:
    def ask(question: str) -> Answer:
        found = suggester.suggest(question)
        return [str(one.article_id) for one in found], found[0].confidence if found else 0.0

    return ask


def keyword_asker(search: ArticleSearch) -> Asker:
    """Keyword search has no confidence: its score stands in."""

    def ask(question: str) -> Answer:
        hits = search.search(question, 3)
        return [str(hit.article_id) for hit in hits], hits[0].score if hits else 0.0

    return ask


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


def stream(questions: Questions, count: int, seed: int) -> tuple[float, float, float]:
    """(precision, helped, false) over the last third of a life of learning, 5 % wrong choices, 30 % unanswerable."""
    chance = random.Random(seed)
    pool = [*questions.train]
    chance.shuffle(pool)
    ids = [str(one.id) for one in questions.articles]
    last: list[tuple[bool, bool, bool]] = []
    with opened(questions) as suggester:
        for number in range(count):
            answerable = chance.random() >= 0.3 and bool(pool)
            question, article = pool.pop() if answerable else (chance.choice(questions.unanswerable), "")
            found = suggester.suggest(question)
            shown = bool(found) and found[0].confidence >= TARGET
            if number >= count * 2 // 3:
                last.append((answerable, shown, shown and found[0].article_id == article))
            if answerable:
                suggester.learn(question, chance.choice(ids) if chance.random() < 0.05 else article)
    answerable_count = sum(one[0] for one in last)
    right, shown_count = sum(one[2] for one in last), sum(one[1] for one in last)
    false = sum(one[1] and not one[0] for one in last)
    return (
        right / max(1, shown_count),
        right / max(1, answerable_count),
        false / max(1, len(last) - answerable_count),
    )


class opened:  # noqa: N801 - reads as a word in a with statement
    """A Suggester with the articles, in a directory that goes away."""

    def __init__(self, questions: Questions) -> None:
        self._questions = questions

    def __enter__(self) -> Suggester:
        self._directory = tempfile.TemporaryDirectory()
        self.suggester = Suggester(self._directory.name)
        self.suggester.add_articles(self._questions.articles)
        return self.suggester

    def __exit__(self, *_: object) -> None:
        self.suggester.close()
        self._directory.cleanup()


def surrounded(questions: Questions, test: Iterable[Asked]) -> Iterator[Asked]:
    frames = LETTERS[questions.language]
    for number, (question, article) in enumerate(test):
        yield frames[number % len(frames)].format(q=question), article


def again_first(suggester: Suggester, learnt: Sequence[Asked]) -> float:
    """Share of letters that, learnt and asked at once again, bring their article first."""
    right = 0
    for question, article in learnt:
        suggester.learn(question, article)
        found = suggester.suggest(question)
        right += bool(found) and found[0].article_id == article
    return right / max(1, len(learnt))


def timed(run: Callable[[], object]) -> float:
    start = time.process_time()
    run()
    return (time.process_time() - start) * 1000


def speed(questions: Questions, letters: int) -> None:
    """Learns so many letters and prints CPU times over the last of them, and memory."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with opened(questions) as suggester:
        learns = [timed(partial(suggester.learn, *one)) for one in questions.train[:letters]]
        asks = [timed(partial(suggester.suggest, question)) for question, _ in questions.test[:300]]
        grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    print(f"  {len(learns)} learnt letters: memory +{grown:.0f} MiB (peak of the process)")
    for name, times in (("suggest", asks), ("learn, last 500", learns[-500:])):
        cuts = statistics.quantiles(times, n=20)
        print(f"  {name}: p50 {statistics.median(times):.1f} ms, p95 {cuts[-1]:.1f} ms CPU")


def learning(questions: Questions, steps: Sequence[int]) -> None:
    print("  examples |  hit@1   hit@3   use90   AUROC | in a letter | keyword hit@1  hit@3  use90  AUROC")
    done = 0
    sample = random.Random(2).sample(questions.test, min(SAMPLE, len(questions.test)))
    framed = list(surrounded(questions, sample))
    with opened(questions) as suggester, tempfile.TemporaryDirectory() as plain:
        keyword = _keyword(questions, Path(plain), sample)
        for step in steps:
            for question, article in questions.examples(done, step):
                suggester.learn(question, article)
            done = step
            ask = asker(suggester)
            shown = show_all(ask, sample, questions.unanswerable)
            first, third = hits(shown)
            loss = hits(show_all(ask, framed, ()))[0] - first
            print(
                f"  {step:8} |  {first:.3f}   {third:.3f}   {use_at(shown, TARGET):.3f}   {auroc(shown):.3f} |"
                f"    {loss:+.3f}   | {keyword if step == steps[0] else ''}",
                flush=True,
            )


def _keyword(questions: Questions, directory: Path, sample: Sequence[Asked]) -> str:
    owner = Suggester(directory)
    owner.add_articles(questions.articles)
    owner.close()
    shown = show_all(
        keyword_asker(ArticleSearch(directory)), sample[: SAMPLE // 2], questions.unanswerable[:100]
    )
    first, third = hits(shown)
    return f"      {first:.3f}   {third:.3f}  {use_at(shown, TARGET):.3f}  {auroc(shown):.3f}"


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("questions", type=Path)
    parser.add_argument("--examples", default="0,1,3,10,30")
    parser.add_argument("--stream", type=int, default=1500)
    parser.add_argument("--letters", type=int, default=4500)
    options = parser.parse_args(arguments)
    questions = load(options.questions)
    print(
        f"{options.questions.name}: {len(questions.articles)} articles, {len(questions.train)} past letters,"
    )
    print(f"  {len(questions.test)} new ones, {len(questions.unanswerable)} that no article answers")
    speed(questions, options.letters)
    most = max(map(len, _by_article(questions).values()))
    steps = [int(step) for step in options.examples.split(",")]
    learning(questions, [step for place, step in enumerate(steps) if step <= most or place == 0])
    with opened(questions) as suggester:
        print(f"  accepted letter asked again is first: {again_first(suggester, questions.train[:400]):.3f}")
    if questions.unanswerable and len(questions.train) >= options.stream // 2:
        precision, helped, false = stream(questions, options.stream, seed=5)
        print(
            f"  stream of {options.stream}, last third: precision {precision:.3f} helped {helped:.3f} false {false:.3f}"
        )


def _by_article(questions: Questions) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for question, article in questions.train:
        found.setdefault(article, []).append(question)
    return found


if __name__ == "__main__":
    main()
