"""What the cases share: the servers of a run, and fresh ground for each case and seed."""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.faults.ground import Case, Ground, Servers, run
from tests.faults.nursery import Nursery
from tests.support.dovecot import Dovecot
from tests.support.fault_seeds import seeds
from tests.support.scripted_smtp import ScriptedSmtp

MOST_CASES = 20_000


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "seed" in metafunc.fixturenames:
        metafunc.parametrize("seed", seeds(metafunc.config), ids=lambda seed: f"seed{seed}")


@pytest.fixture(scope="session")
def servers() -> Iterator[Servers]:
    dovecot, sink = Dovecot(), ScriptedSmtp()
    # All at once: Dovecot reads its list again only after a while, and slows down whoever it does not know.
    dovecot.add_account(*(f"case-{number}@help.example" for number in range(MOST_CASES)))
    try:
        nursery = Nursery()
        yield Servers(dovecot.start(), sink.start(), nursery)
        nursery.close()
    finally:
        sink.stop()
        dovecot.remove()


@pytest.fixture
def make_ground(
    servers: Servers, _sqlite_template: Path, tmp_path: Path, request: pytest.FixtureRequest, seed: int
) -> Iterator[Callable[..., Ground]]:
    """Fresh ground on SQLite, or on the database of `url`."""
    made: list[Ground] = []

    def make(folder: str = "INBOX", url: str = "") -> Ground:
        servers.sink.forget()
        root = tmp_path / f"ground{len(made)}"
        (root / "data").mkdir(parents=True, exist_ok=True)
        if not url:
            shutil.copyfile(_sqlite_template, root / "data" / "sincerely.db")
            url = f"sqlite:///{root / 'data' / 'sincerely.db'}"
        made.append(Ground(root, url, servers, random.Random(f"{request.node.name} {seed}"), folder))
        return made[-1]

    yield make
    if request.node.stash.get(FAILED, False):
        print("\n".join(ground.logs() for ground in made))
    for ground in made:
        ground.close()


@pytest.fixture
def play(make_ground: Callable[..., Ground], request: pytest.FixtureRequest) -> Callable[..., None]:
    """Play one case on fresh ground: `play(case, "F3 what breaks", "where", folder=..., url=...)`."""

    def play_it(case: Case, fault: str, point: str, **more: str) -> None:
        run(case, make_ground(**more), (fault, point), request.node.user_properties)

    return play_it


FAILED = pytest.StashKey[bool]()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[object]:
    report = yield
    if report.failed:  # type: ignore[attr-defined]
        item.stash[FAILED] = True
    return report
