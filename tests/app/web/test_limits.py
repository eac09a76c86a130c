"""Where the counts of tries are kept."""

from __future__ import annotations

from app.web.limits import storage_uri


def test_the_storage_address_is_spelt_as_the_limiter_wants_it() -> None:
    assert storage_uri("unix:///run/q.sock") == "redis+unix:///run/q.sock"
    assert storage_uri("rediss://queue.example/0") == "rediss://queue.example/0"
