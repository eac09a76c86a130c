"""Options and the table of the fault rig: how many seeds, whether the long cases run, and what came of it all."""

from __future__ import annotations

import os
from collections import defaultdict
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


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """One line for each fault and point, from the reports of all runners."""
    table: dict[tuple[str, str], dict[str, float]] = defaultdict(lambda: dict.fromkeys(COLUMNS, 0))
    for outcome in ("passed", "failed"):
        for report in terminalreporter.stats.get(outcome, []):
            for name, run in getattr(report, "user_properties", ()):
                if name == "fault" and report.when == "call":
                    line = table[(run["fault"], run["point"])]
                    for column in COLUMNS:
                        line[column] += run[column]
    if table:
        _write(terminalreporter, table)


def _write(out: Any, table: dict[tuple[str, str], dict[str, float]]) -> None:
    out.section("faults")
    out.write_line(f"{'fault':<40}{'point':<34}" + "".join(f"{name:>11}" for name in COLUMNS))
    total = dict.fromkeys(COLUMNS, 0.0)
    for (fault, point), line in sorted(table.items()):
        _line(out, fault, point, line)
        for column in COLUMNS:
            total[column] += line[column]
    _line(out, f"{len(table)} pairs", "", total)


def _line(out: Any, fault: str, point: str, line: dict[str, float]) -> None:
    figures = "".join(
        f"{round(line[name], 1) if name == 'seconds' else int(line[name]):>11}" for name in COLUMNS
    )
    out.write_line(f"{fault:<40}{point:<34}{figures}")
