"""How well are new words told from quoted ones? Letters with known truth through `split_quoted`.

python -m bench.quotes [--wrong FAMILY] [--count 20]
"""

from __future__ import annotations

import argparse
import re
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from bench.quote_letters import QUOTED, SIGNATURE, WRITTEN, Letter, letters
from bench.quote_ours import answers_to_ours
from bench.quote_pages import pages
from bench.rig import machine
from mail_ingest.body import Body, split_quoted

_WORD = re.compile(r"\w+")
Words = Counter[str]


@dataclass
class Score:
    """Words in their right place, over the letters of one family."""

    letters: int = 0
    perfect: int = 0
    lost: int = 0
    truth: Counter[str] = field(default_factory=Counter)
    said: Counter[str] = field(default_factory=Counter)
    both: Counter[str] = field(default_factory=Counter)

    def add(self, letter: Letter, body: Body) -> bool:
        """True if every word is where it belongs."""
        truth = _truth(letter)
        said = {WRITTEN: _words(body.visible), QUOTED: _words(body.folded), SIGNATURE: _words(body.signature)}
        for kind in truth:
            self.truth[kind] += truth[kind].total()
            self.said[kind] += said[kind].total()
            self.both[kind] += (truth[kind] & said[kind]).total()
        everything = sum(truth.values(), Words())
        self.lost += (everything - sum(said.values(), Words())).total()
        right = truth == said
        self.letters += 1
        self.perfect += right
        return right

    def precision(self, kind: str) -> float:
        return self.both[kind] / self.said[kind] if self.said[kind] else 1.0

    def recall(self, kind: str) -> float:
        return self.both[kind] / self.truth[kind] if self.truth[kind] else 1.0


def _truth(letter: Letter) -> dict[str, Words]:
    truth: dict[str, Words] = {kind: Words() for kind in (WRITTEN, QUOTED, SIGNATURE)}
    for kind, text in letter.pieces:
        truth[kind].update(_words(text))
    return truth


def _words(text: str) -> Words:
    return Words(_WORD.findall(text.casefold()))


def score(some: Iterable[Letter]) -> tuple[dict[str, Score], dict[str, list[Letter]], float]:
    """Scores and wrong letters by family, and CPU seconds of the splitting alone."""
    scores: dict[str, Score] = defaultdict(Score)
    wrong: dict[str, list[Letter]] = defaultdict(list)
    spent = 0.0
    for letter in some:
        begun = time.process_time()
        body = split_quoted(letter.text, letter.html, letter.sent)
        spent += time.process_time() - begun
        if not scores[letter.family].add(letter, body):
            wrong[letter.family].append(letter)
    return scores, wrong, spent


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.quotes", description=__doc__)
    parser.add_argument("--wrong", default="", help="show letters of this family that are sorted wrongly")
    parser.add_argument("--count", type=int, default=20)
    options = parser.parse_args(arguments)
    some = [*letters(), *pages(), *answers_to_ours()]
    scores, wrong, spent = score(some)
    print(f"Quotations: {len(some)} letters, {spent / len(some) * 1000:.2f} CPU ms each. {machine()}")
    print(
        "| letters | of | all right | shown: precision | recall | folded: precision | recall"
        " | signature: precision | recall | lost |"
    )
    print("|---|---|---|---|---|---|---|---|---|---|")
    total = Score()
    for family, one in [*scores.items(), ("all", total)]:
        if one is not total:
            _sum(total, one)
        figures = " | ".join(
            f"{one.precision(kind):.3f} | {one.recall(kind):.3f}" for kind in (WRITTEN, QUOTED, SIGNATURE)
        )
        print(f"| {family} | {one.letters} | {one.perfect / one.letters:.3f} | {figures} | {one.lost} |")
    if options.wrong:
        _show(wrong, options.wrong, options.count)


def _sum(total: Score, one: Score) -> None:
    total.letters += one.letters
    total.perfect += one.perfect
    total.lost += one.lost
    for kind in (WRITTEN, QUOTED, SIGNATURE):
        total.truth[kind] += one.truth[kind]
        total.said[kind] += one.said[kind]
        total.both[kind] += one.both[kind]


def _show(wrong: dict[str, list[Letter]], family: str, count: int) -> None:
    for name, some in wrong.items():
        if not name.startswith(family):
            continue
        print(f"\n{name}: " + ", ".join(letter.name for letter in some))
        for letter in some[:count]:
            body = split_quoted(letter.text, letter.html, letter.sent)
            print(f"--- {letter.name}: {body.reason}")
            for part in body.parts:
                print("\n".join(f"{part.kind.value[0].upper()} {line}" for line in part.text.split("\n")))


if __name__ == "__main__":
    main()
