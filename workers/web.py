"""gunicorn in a fork of the supervisor. Several web processes share an application that was made before they were
forked; a single one makes its own, since what it would share with its idle master is soon its own copy anyway.

The names below `main` are settings of gunicorn.
"""

from __future__ import annotations

import gc
import sys
from typing import Any

from gunicorn.app.wsgiapp import WSGIApplication  # type: ignore[import-untyped]

from app import db


def main() -> None:
    """`sys.argv` is a command line of gunicorn behind `python -u -m gunicorn`."""
    sys.argv = ["gunicorn", *sys.argv[sys.argv.index("gunicorn") + 1 :], "--config", f"python:{__name__}"]
    # The application is given behind the options, by the command line of the part.
    WSGIApplication("%(prog)s [OPTIONS] [APP_MODULE]", prog="gunicorn").run()


def _several(words: list[str]) -> bool:
    """Whether the command line asks for more than one web process."""
    return "--workers" not in words or int(words[words.index("--workers") + 1]) > 1


preload_app = _several(sys.argv)


def pre_fork(_server: Any, _worker: Any) -> None:
    """What is in memory now is never garbage: a collection in a worker would only copy it."""
    gc.collect()
    gc.freeze()


def post_worker_init(_worker: Any) -> None:
    """The application is there, and stays."""
    gc.collect()
    gc.freeze()


def post_fork(_server: Any, _worker: Any) -> None:
    # A page makes thousands of short-lived objects and hardly a cycle: looking for those every 700 is wasted.
    gc.set_threshold(10_000, 20, 20)
    db.forget_connections_after_fork()
