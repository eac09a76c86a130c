"""How good and how fast suggestions are, on a set of questions given as an argument.

    python bench/suggest.py QUESTIONS.json [--examples 0,1,3,10,30] [--stream 1500] [--letters 4500]
    python bench/suggest.py --large 5000x50000 [--keep DIRECTORY]

The file holds `articles` (id, title, body, lang) and one fold with `train` and `test` questions (q, a) and
`oos` questions that no article answers. Beside our figures stands keyword search (OR of the words) over the
same articles in the same run. With the extra `semantic` installed everything is measured with it as well. Times are
CPU times of this process; vectors are computed when a letter arrives, and their time is given apart.
"""

import argparse
import json
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench import suggest_large
from bench.memory import resident_mb
from bench.suggest_figures import Answer, Asked, Asker, auroc, hits, show_all, use_at
from kb_search.embed import FindEmbedder, installed_embedder, model_name, no_embedder
from kb_search.events import ArticleText, Learnt
from kb_search.query import ArticleSearch
from kb_search.suggest import Suggester

TARGET = 0.9
SAMPLE = 500

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
    find_embedder: FindEmbedder = no_embedder

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
        self.suggester = Suggester(self._directory.name, find_embedder=self._questions.find_embedder)
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
    before = resident_mb()
    with opened(questions) as suggester:
        events = [suggester.with_vector(Learnt(*one)) for one in questions.train[:letters]]
        learns = [timed(partial(suggester.apply, event)) for event in events]
        asked = [(question, suggester.vector_of(question)) for question, _ in questions.test[:300]]
        asks = [timed(partial(suggester.suggest, question, vector=vector)) for question, vector in asked]
        embeds = [timed(partial(suggester.vector_of, question)) for question, _ in questions.test[:300]]
        print(f"  {len(learns)} learnt letters: memory +{resident_mb() - before:.0f} MiB")
    for name, times in (
        ("suggest", asks),
        ("learn, last 500", learns[-500:]),
        ("vector of a letter", embeds),
    ):
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
    owner = Suggester(directory, find_embedder=no_embedder)
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
    parser.add_argument("questions", type=Path, nargs="?")
    parser.add_argument("--examples", default="0,1,3,10,30")
    parser.add_argument("--stream", type=int, default=1500)
    parser.add_argument("--letters", type=int, default=4500)
    parser.add_argument("--large", metavar="ARTICLESxLETTERS")
    parser.add_argument(
        "--keep", type=Path, metavar="DIRECTORY", help="where --large goes on when it was stopped"
    )
    options = parser.parse_args(arguments)
    for find_embedder in (no_embedder, installed_embedder) if model_name() else (no_embedder,):
        if options.large:
            articles, letters = map(int, options.large.split("x"))
            suggest_large.main(articles, letters, find_embedder, options.keep)
        if options.questions:
            measure(replace(load(options.questions), find_embedder=find_embedder), options)


def measure(questions: Questions, options: argparse.Namespace) -> None:
    embedder = questions.find_embedder()
    print(f"{options.questions.name}, {'with ' + embedder.name if embedder else 'words alone'}:")
    print(f"  {len(questions.articles)} articles, {len(questions.train)} past letters,", end=" ")
    print(f"{len(questions.test)} new ones, {len(questions.unanswerable)} that no article answers")
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
