"""Read many generated mails under the limits of a reader, and print what came of it.

    python -m tests.hostile.run --count 20000 --seed 1
    python -m tests.hostile.run --bombs

The mails are read in child processes of their own with a limit on memory (RLIMIT_AS) and on CPU time, as the product
reads them; the highest resident memory is what the kernel counted for the child. Exit status 1 when anything is wrong.
"""

from __future__ import annotations

import argparse
import json
import platform
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime

from mail_ingest.body import split_quoted
from mail_ingest.parse import parse_mail
from tests.hostile.bombs import BOMBS, CODECS, in_codec
from tests.hostile.finding import missing
from tests.hostile.generator import Hostile, generate
from tests.hostile.promises import broken_promises

MEMORY_MB = 512
# Above this a mail is not "slow": the product ends the process that reads it.
CPU_SECONDS = 30
# Reading twice shows what depends on chance; every mail twice would only take longer.
TWICE_EVERY = 5
KINDS = ("whole", "damaged", "bomb")


@dataclass
class Outcome:
    """What came of some mails; times in milliseconds of CPU."""

    count: int = 0
    uncaught: list[str] = field(default_factory=list)
    dropped: list[str] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)
    times: list[tuple[float, str]] = field(default_factory=list)
    kinds: dict[str, int] = field(default_factory=dict)
    peak_mb: int = 0

    def add(self, other: Outcome) -> None:
        self.count += other.count
        self.uncaught += other.uncaught
        self.dropped += other.dropped
        self.broken += other.broken
        self.times += other.times
        self.kinds = {kind: self.kinds.get(kind, 0) + other.kinds.get(kind, 0) for kind in KINDS}
        self.peak_mb = max(self.peak_mb, other.peak_mb)

    @property
    def is_clean(self) -> bool:
        return not (self.uncaught or self.dropped or self.broken)


def read_all(mails: Iterator[tuple[str, Hostile]]) -> Outcome:
    """Read each mail: parse it, split its text, look for what must be there."""
    outcome = Outcome()
    for name, mail in mails:
        outcome.count += 1
        outcome.kinds[mail.kind] = outcome.kinds.get(mail.kind, 0) + 1
        try:
            _read(name, mail, outcome)
        except Exception as error:
            outcome.uncaught.append(f"{name}: {error!r}")
    outcome.peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    return outcome


def _read(name: str, mail: Hostile, outcome: Outcome) -> None:
    started = time.process_time()
    parsed = parse_mail(mail.raw)
    body = split_quoted(parsed.text, parsed.html)
    outcome.times.append(((time.process_time() - started) * 1000, name))
    outcome.broken += [f"{name}: {promise}" for promise in broken_promises(parsed, mail.raw)]
    outcome.dropped += [f"{name}: {lost}" for lost in missing(mail, parsed)]
    if outcome.count % TWICE_EVERY:
        return
    if parse_mail(mail.raw) != parsed or split_quoted(parsed.text, parsed.html) != body:
        outcome.broken.append(f"{name}: read twice it says two things")


def generated(seed: int, first: int, count: int) -> Iterator[tuple[str, Hostile]]:
    for number, mail in enumerate(generate(seed, count, first), first):
        yield f"{seed}/{number} ({mail.kind})", mail


def bombs(times: int) -> Iterator[tuple[str, Hostile]]:
    for name, make in BOMBS.items():
        yield f"{name} x{times}", Hostile(make(times), "bomb")


def codecs(size: int) -> Iterator[tuple[str, Hostile]]:
    for codec in CODECS:
        yield f"charset {codec}", Hostile(in_codec(codec, size), "bomb")


def child(arguments: str) -> Outcome:
    """The outcome of reading in a process of its own; what ends the process counts as uncaught."""
    found = subprocess.run(
        [sys.executable, "-m", "tests.hostile.run", "--child", arguments], capture_output=True, text=True
    )
    if found.returncode or not found.stdout:
        last = (found.stderr.strip().splitlines() or [f"ended with {found.returncode}"])[-1]
        return Outcome(uncaught=[f"{arguments}: the process ended: {last}"])
    return Outcome(**json.loads(found.stdout))


def be_child(arguments: str) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_MB * 1024 * 1024,) * 2)
    kind, *numbers = arguments.split(",")
    sources = {"generated": generated, "bombs": bombs, "codecs": codecs}
    outcome = read_all(sources[kind](*(int(number) for number in numbers)))
    json.dump(asdict(outcome), sys.stdout)


def percentile(times: list[tuple[float, str]], share: float) -> float:
    return sorted(times)[min(len(times) - 1, int(len(times) * share))][0] if times else 0.0


def table(rows: dict[str, Outcome]) -> str:
    head = "| mails | count | uncaught | dropped | promises broken | p50 ms | p99 ms | worst ms | peak MB |"
    lines = [head, "|" + "---|" * 9]
    for name, one in rows.items():
        worst = max(one.times, default=(0.0, ""))
        figures = (one.count, len(one.uncaught), len(one.dropped), len(one.broken))
        speeds = (
            f"{percentile(one.times, 0.5):.2f}",
            f"{percentile(one.times, 0.99):.1f}",
            f"{worst[0]:.0f}",
            one.peak_mb,
        )
        lines.append("| " + " | ".join(map(str, (name, *figures, *speeds))) + " |")
    return "\n".join(lines)


def whole_run(seed: int, count: int, step: int = 1000) -> Outcome:
    total = Outcome()
    for first in range(0, count, step):
        total.add(child(f"generated,{seed},{first},{min(step, count - first)}"))
        print(f"\r{total.count} of {count}", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    return total


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.hostile.run", description=__doc__)
    parser.add_argument("--count", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--bombs", action="store_true", help="only the bombs")
    parser.add_argument("--child")
    options = parser.parse_args()
    if options.child:
        be_child(options.child)
        return 0
    rows = (
        {} if options.bombs else {f"generated, seed {options.seed}": whole_run(options.seed, options.count)}
    )
    rows |= {
        "bombs": child("bombs,1"),
        "bombs, ten times": child("bombs,10"),
        "every codec of Python, 1 MB": child("codecs,1000000"),
    }
    print(
        f"{datetime.now(UTC):%d %B %Y}, {platform.machine()}, Python {platform.python_version()}, limit {MEMORY_MB} MB\n"
    )
    print(table(rows))
    for one in rows.values():
        for line in (one.uncaught + one.dropped + one.broken)[:20]:
            print(line)
    slow = [f"{name}: {taken:.0f} ms" for one in rows.values() for taken, name in sorted(one.times)[-3:]]
    print("\nSlowest: " + "; ".join(slow))
    return 0 if all(one.is_clean for one in rows.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
