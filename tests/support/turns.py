"""Which tests are repeated on PostgreSQL, and which files begin first.

What a page says is the same on both databases, and so are the clicks in a browser. On PostgreSQL each route is asked
once (test_every_route_on_postgresql.py), besides the files named here, which are about lists and about several people
at a time, and tests marked `both_databases`: between them they ask PostgreSQL everything that all of them would. All
are repeated when PAGES_ON_BOTH is set, or BROWSERS_ON_BOTH.
"""

from __future__ import annotations

import os

import pytest

# Folder of tests → the variable that repeats all of them, and the files that always are.
REPEATED = {
    "tests/app/web/": (
        "PAGES_ON_BOTH",
        """test_article_rights test_drafts test_every_route_on_postgresql test_finding test_health test_hostile_input
        test_inbox test_ledger_pages test_links test_live test_notices test_order_pages test_page_cost test_presence
        test_queue_pages test_replies test_rules_pages test_service_levels test_timeline test_upkeep_pages""",
    ),
    "tests/browser/": ("BROWSERS_ON_BOTH", "test_inbox test_together"),
}

# Files that wait for whole products, browsers and servers begin first: at the end they would keep one runner waiting.
SLOWEST_FIRST = (
    "browser/test_every_page", "browser/test_fifty_letters", "workers/", "browser/", "faults/", "hostile/",
    "kb_search/test_keeping", "mail_ingest/test_import_truth", "app/web/test_every_route", "app/web/test_hostile_input",
    "mail_ingest/", "test_flow", "app/web/",
)  # fmt: skip


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    left_out = [item for item in items if _is_repetition(item)]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if not _is_repetition(item)]
    items.sort(key=_turn)


def _is_repetition(item: pytest.Item) -> bool:
    """Whether it runs on PostgreSQL what it has run on SQLite, for nothing."""
    folder = next((one for one in REPEATED if item.nodeid.startswith(one)), None)
    if folder is None:
        return False
    variable, files = REPEATED[folder]
    if os.environ.get(variable) or item.path.stem in files.split():
        return False
    marks = {mark.name for mark in item.iter_markers()}
    return "postgres" in marks and "both_databases" not in marks


def _turn(item: pytest.Item) -> int:
    name = item.nodeid.removeprefix("tests/")
    return next(
        (turn for turn, start in enumerate(SLOWEST_FIRST) if name.startswith(start)), len(SLOWEST_FIRST)
    )
