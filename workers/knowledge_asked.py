"""Answers what agents search for while they type, beside the work of the owner of the knowledge index."""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Callable

from app import queue
from app.knowledge.meant import CHANNEL

log = logging.getLogger(__name__)

LOOK_SECONDS = 2.0
Search = Callable[[str], list[int]]


def answering(stop: threading.Event, search: Search) -> threading.Thread:
    """Started; it ends some seconds after `stop`."""
    thread = threading.Thread(target=_answer_until, args=(stop, search), name="asked", daemon=True)
    thread.start()
    return thread


def _answer_until(stop: threading.Event, search: Search) -> None:
    while not stop.is_set():
        try:
            asked = queue.take(CHANNEL, LOOK_SECONDS)
            if asked is not None:
                queue.answer(asked, json.dumps(_found(search, asked.words)))
        except ConnectionError:
            stop.wait(LOOK_SECONDS)


def _found(search: Search, words: str) -> list[int]:
    """Words the model chokes on find nothing by meaning; the search by words is still there."""
    try:
        return search(words)
    except Exception:
        log.exception("no articles for words typed")
        return []
