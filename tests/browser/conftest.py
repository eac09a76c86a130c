"""The desk of the page tests, in a browser."""

from tests.app.web.conftest import desk  # noqa: F401 (a fixture)
