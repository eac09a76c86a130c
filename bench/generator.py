"""What the generator of the other measurements makes, and how fast.

python -m bench.generator [--count 2000]
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Sequence

from bench.mailgen import expected, generate
from bench.rig import machine, spending


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.generator", description=__doc__)
    parser.add_argument("--count", type=int, default=2000)
    options = parser.parse_args(arguments)
    with spending() as spent:
        mails = list(generate(1, options.count))
    sizes = sorted(len(mail.raw) for mail in mails)
    truth = expected(mail.truth for mail in mails)
    kinds = Counter(mail.truth.kind for mail in mails)
    print(f"Generated mail: {options.count}. {machine()}")
    print(f"  {spent.cpu_ms(len(mails)):.2f} CPU ms each, {len(mails) / spent.cpu:.0f} a second")
    print(
        f"  size: mean {sum(sizes) / len(sizes) / 1024:.1f} KiB, median {sizes[len(sizes) // 2] / 1024:.1f},"
        f" largest {sizes[-1] / 1024:.0f}"
    )
    print(
        f"  {truth.tickets} tickets; "
        + ", ".join(f"{count} {kind}" for kind, count in sorted(truth.outcomes.items()))
    )
    print("  " + ", ".join(f"{kind} {count}" for kind, count in kinds.most_common()))


if __name__ == "__main__":
    main()
