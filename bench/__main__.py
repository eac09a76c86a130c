"""All measurements, one after the other: `make bench`. Each can be run alone: `python -m bench.ingest` and so on."""

from __future__ import annotations

from pathlib import Path

from bench import arrival, generator, ingest, quotes, reports, suggest, web

RU_DESK = Path(__file__).parent / "data" / "ru_desk.json"


def main() -> None:
    generator.main([])
    print()
    quotes.main([])
    print()
    ingest.main([])
    print()
    arrival.main([])
    print()
    suggest.main([str(RU_DESK)])
    print()
    web.main(["--tickets", "1000"])
    print()
    reports.main(["--tickets", "1000"])


if __name__ == "__main__":
    main()
