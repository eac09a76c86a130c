"""--hostile-letters N: how many hostile letters are opened in the browser (a slice without it, all by `make hostile`)."""

from __future__ import annotations

import pytest

SLICE = 120


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--hostile-letters", type=int, default=SLICE, help="hostile HTML letters to open in the browser"
    )


@pytest.fixture
def hostile_numbers(pytestconfig: pytest.Config) -> range:
    return range(int(pytestconfig.getoption("--hostile-letters")))
