"""How often one address, account or link may try something.

Counters live in the Redis-compatible server of the queue, so that all web processes count together. When it
is down each process counts for itself: people can still sign in, and guessing stays slow.
"""

from __future__ import annotations

from flask import Flask
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from limits.errors import StorageError

from app.settings import Settings


class SteadyLimiter(Limiter):
    """Falls back to counting in memory for every request that was under way when the server went, not only one."""

    def _check_request_limit(self, callable_name: str | None = None, in_middleware: bool = True) -> None:
        try:
            super()._check_request_limit(callable_name, in_middleware)
        except StorageError:
            # Another thread has just noticed the same; from now on the memory counts.
            self.context.seen_limits.clear()
            super()._check_request_limit(callable_name, in_middleware)


limiter = SteadyLimiter(
    get_remote_address,
    strategy="moving-window",
    in_memory_fallback_enabled=True,
    key_prefix="sincerely",
    storage_options={"socket_connect_timeout": 1, "socket_timeout": 1, "wrap_exceptions": True},  # type: ignore[dict-item]
)


def init_app(app: Flask) -> None:
    settings: Settings = app.config["SETTINGS"]
    app.config.setdefault("RATELIMIT_STORAGE_URI", storage_uri(settings.queue_url))
    limiter.init_app(app)
    # The limiter is one for the process: what it learnt about an earlier app's server says nothing here.
    limiter._storage_dead = False


def storage_uri(queue_url: str) -> str:
    """The limiter's spelling of the queue's address: RQ says unix://PATH, the limiter redis+unix://PATH."""
    return "redis+" + queue_url if queue_url.startswith("unix://") else queue_url


def forgive(name: str) -> None:
    """Forget the count of the limit called `name` of this request: it turned out to be the right person."""
    for used in limiter.current_limits:
        if name in used.request_args:
            try:
                limiter.limiter.clear(used.limit, *used.request_args)
            except StorageError:
                return  # The server went in this very moment; the count runs out by itself.
