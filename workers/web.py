"""gunicorn in a fork of the supervisor. Several web processes share an application that was made before they were
forked. A single one needs no master beside it, which would hold twenty-five megabytes only to wait: it is the worker
of gunicorn, alone; the supervisor starts it again when it dies, and a watchdog ends it when it hangs.

The names below `main` are settings of gunicorn.
"""

from __future__ import annotations

import faulthandler
import gc
import os
import sys
import time
from typing import Any

from gunicorn.app.wsgiapp import WSGIApplication  # type: ignore[import-untyped]
from gunicorn.sock import create_sockets  # type: ignore[import-untyped]
from gunicorn.workers.gthread import ThreadWorker  # type: ignore[import-untyped]

from app import db

REARM_SECONDS = 5.0


class Alone(ThreadWorker):  # type: ignore[misc]
    """Serves without a master. When its loop has not come round for gunicorn's --timeout, it says where each thread is
    and ends: nothing else could end a process whose one lock is never given back."""

    _armed_at = -REARM_SECONDS

    def notify(self) -> None:
        now = time.monotonic()
        if now - self._armed_at >= REARM_SECONDS:
            self._armed_at = now
            faulthandler.dump_traceback_later(self.cfg.timeout, exit=True)


def main() -> None:
    """`sys.argv` is a command line of gunicorn behind `python -u -m gunicorn`."""
    sys.argv = ["gunicorn", *sys.argv[sys.argv.index("gunicorn") + 1 :], "--config", f"python:{__name__}"]
    # The application is given behind the options, by the command line of the part.
    application = WSGIApplication("%(prog)s [OPTIONS] [APP_MODULE]", prog="gunicorn")
    if application.cfg.workers > 1:
        application.run()
    else:
        _serve_alone(application)


def _serve_alone(application: Any) -> None:
    cfg = application.cfg
    log = cfg.logger_class(cfg)
    listeners = create_sockets(cfg, log)
    worker = Alone(1, os.getppid(), listeners, application, cfg.timeout, cfg, log)
    post_fork(None, worker)
    worker.init_process()


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
