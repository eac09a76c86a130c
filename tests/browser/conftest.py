"""The desk of the page tests, in a browser; and on which databases.

What a page asks of the database is tested on both everywhere else. Here both databases would mean the same clicks
twice: on PostgreSQL a few files show that it works there, and all of them when BROWSERS_ON_BOTH is set.
"""

from __future__ import annotations

import os

import pytest

from tests.app.web.conftest import desk  # noqa: F401 (a fixture)

ON_BOTH = ("test_inbox.py", "test_together.py")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if os.environ.get("BROWSERS_ON_BOTH"):
        return
    left_out = [item for item in items if _is_repetition(item)]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if not _is_repetition(item)]


def _is_repetition(item: pytest.Item) -> bool:
    here = item.path.parent.name == "browser" and item.path.name not in ON_BOTH
    return here and "postgresql" in item.name
