"""HTML letters of known truth."""

from collections.abc import Iterator

from bench.quote_letters import Letter


def pages() -> Iterator[Letter]:
    return iter(())
