"""Options and the table of the fault rig: how many seeds, whether the long cases run, and what came of it all.

`python -m tests.support.fault_seeds REPORT...` prints the table of runs that were written down with --fault-report.
"""

from __future__ import annotations

import json
import os
import sys
from collections import defaultdict
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest

COLUMNS = ("runs", "lost", "doubled", "sent twice", "uncertain", "parked", "seconds")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--fault-seeds",
        type=int,
        default=int(os.environ.get("FAULT_SEEDS", "0")),
        help="seeds of every fault, the long ones too; 0 (the default) is the short slice: one seed, no long case",
    )
    parser.addoption("--fault-report", type=Path, help="write a line for each run of a fault to this file")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Without --fault-seeds only the short slice of the faults runs; what is left out is said to be."""
    if config.getoption("--fault-seeds"):
        return
    left_out = [item for item in items if not _in_slice(item)]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if _in_slice(item)]


def _in_slice(item: pytest.Item) -> bool:
    if item.get_closest_marker("faults_whole"):
        return False
    marker = item.get_closest_marker("fault_slice")
    if marker is None:
        return True
    name = item.callspec.id.removeprefix("seed1").strip("-")  # type: ignore[attr-defined]
    return name in marker.args


def seeds(config: pytest.Config) -> list[int]:
    return list(range(1, (config.getoption("--fault-seeds") or 1) + 1))


class _Ledger:
    """The runs so far, on the side that prints."""

    def __init__(self, report: Path | None) -> None:
        self._report = report
        self.runs: list[dict[str, Any]] = []

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.when != "call":
            return
        for name, run in report.user_properties:
            if name == "fault":
                self.runs.append(dict(run, passed=report.passed))
                if self._report is not None:
                    with self._report.open("a") as file:
                        file.write(json.dumps(self.runs[-1]) + "\n")


def pytest_configure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):  # of several runners only the first process keeps the ledger
        config.pluginmanager.register(_Ledger(config.getoption("--fault-report")), "fault-ledger")


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """One line for each fault and point, from the reports of all runners."""
    ledger = config.pluginmanager.get_plugin("fault-ledger")
    if ledger is not None and ledger.runs:
        terminalreporter.section("faults")
        write_table(ledger.runs, terminalreporter.write_line)


def write_table(runs: Iterable[dict[str, Any]], write: Callable[[str], None]) -> None:
    table: dict[tuple[str, str], dict[str, float]] = defaultdict(lambda: dict.fromkeys(COLUMNS, 0))
    total = dict.fromkeys(COLUMNS, 0.0)
    for run in runs:
        for column in COLUMNS:
            table[(run["fault"], run["point"])][column] += run[column]
            total[column] += run[column]
    write(f"{'fault':<40}{'point':<34}" + "".join(f"{name:>11}" for name in COLUMNS))
    for (fault, point), line in sorted(table.items()):
        write(_line(fault, point, line))
    write(_line(f"{len(table)} pairs", "", total))


def _line(fault: str, point: str, line: dict[str, float]) -> str:
    figures = (round(line[name], 1) if name == "seconds" else int(line[name]) for name in COLUMNS)
    return f"{fault:<40}{point:<34}" + "".join(f"{figure:>11}" for figure in figures)


if __name__ == "__main__":
    lines = [line for name in sys.argv[1:] for line in Path(name).read_text().splitlines()]
    write_table(map(json.loads, lines), print)
