"""The desk of the page tests, in a browser. On which databases: tests/support/turns.py."""

from __future__ import annotations

from tests.app.web.conftest import desk  # noqa: F401 (a fixture)
