"""The one owner of the knowledge index: follows the log in the database, and scores letters on arrival.

It alone writes the index directory, under a lock. Articles and lessons come from `knowledge_log` in order of id;
letters are found by their state, so a lost wake-up only costs the time of a look (two seconds at most). Whatever
happens to the directory, it is rebuilt from the log. Nothing else depends on this process: without it agents work
on, without suggestions.
"""

from __future__ import annotations

import fcntl
import logging
import signal
import threading
import time
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa

from app import db, installation, queue
from app.knowledge.index_log import OWNER_LOCK, REBUILD_REQUEST, all_events, events_after
from app.knowledge.models import KnowledgeLog
from app.knowledge.who_sees import suggestable
from app.reports import heartbeats
from app.settings import Settings, load_settings
from app.tickets.suggesting import Found, Question, save_found, score_again, waiting_questions
from kb_search.events import AnsweredFreely, ArticleRemoved, ArticleText, Event, Learnt
from kb_search.suggest import Suggester, Suggestion

log = logging.getLogger(__name__)

LOOK_SECONDS = 2.0
# Scoring open letters anew is for agents who come back to them; it waits until the log has been quiet for a while.
QUIET_SECONDS = 5.0
# When even the best guess is this unlikely, three titles would only be in the way.
SILENT_BELOW = 0.15
SHOWN, SPARE = 3, 5


class KnowledgeOwner:
    """Applies the log to the suggester and scores waiting letters."""

    def __init__(self, settings: Settings) -> None:
        self._directory = settings.search_dir
        self._suggester = Suggester(self._directory, floor=SILENT_BELOW)
        # From its first commit on, the suggester forgets what came after the last one: the log gives that again.
        self._suggester.commit(self._suggester.position)
        self._dirty_since: float | None = None

    def run(self, stop: threading.Event) -> None:
        alive = heartbeats.Beating("knowledge", now=db.now())
        while not stop.is_set():
            heartbeats.beat(alive)
            try:
                busy = self.step()
            except Exception:
                log.exception("knowledge")
                busy = False
                stop.wait(LOOK_SECONDS)
            if not busy:
                self._wait(stop)
        self._suggester.close()

    def step(self) -> bool:
        """One round; True when there may be more to do at once."""
        if (self._directory / REBUILD_REQUEST).exists():
            self.rebuild()
        learnt = self._follow_log()
        scored = self._score()
        if learnt:
            self._dirty_since = time.monotonic()
        elif self._dirty_since is not None and time.monotonic() - self._dirty_since > QUIET_SECONDS:
            self._dirty_since = None
            with db.transaction() as session:
                return score_again(session) > 0
        return learnt or scored

    def rebuild(self) -> int:
        """Forget the directory and live through the whole log again; returns the number of log rows."""
        rows = 0
        position = 0
        events: list[Event] = []
        for row_id, event in all_events():
            rows, position = rows + 1, row_id
            if event is not None:
                events.append(event)
        self._suggester.rebuild(events, position)
        (self._directory / REBUILD_REQUEST).unlink(missing_ok=True)
        log.info("knowledge index rebuilt from %d log rows", rows)
        return rows

    def _follow_log(self) -> bool:
        with db.reading() as session:
            newest = session.scalar(sa.select(sa.func.max(KnowledgeLog.id))) or 0
            if newest < self._suggester.position or self._is_damaged():
                log.warning("the knowledge index does not fit the database: rebuilding")
                rows, rebuild = [], True
            else:
                rows, rebuild = events_after(session, self._suggester.position), False
        if rebuild:
            self.rebuild()
            return True
        for _row_id, event in rows:
            if event is not None:
                apply_event(self._suggester, event)
        if rows and not self._suggester.commit(rows[-1][0]):
            log.error("the knowledge index cannot be written: %s", self._suggester.problem)
        return bool(rows)

    def _is_damaged(self) -> bool:
        return self._suggester.position == 0 and self._suggester.problem is not None

    def _score(self) -> bool:
        with db.reading() as session:
            questions = waiting_questions(session)
            allowed = {one.mailbox_id: suggestable(session, one.mailbox_id) for one in questions}
        for question in questions:
            found = [_found(one) for one in self._suggestions(question, allowed[question.mailbox_id])]
            with db.transaction() as session:
                save_found(session, question, found, now=db.now())
        return bool(questions)

    def _suggestions(self, question: Question, allowed: Collection[int] | None) -> list[Suggestion]:
        """A letter the model chokes on gets no suggestion; it does not stop the others.

        More than are shown: who opens the ticket may not see every article, and sees the next best then.
        """
        most = SHOWN if allowed is None else SHOWN + SPARE
        try:
            return self._suggester.suggest(question.text, most, language=question.language, allowed=allowed)
        except Exception:
            log.exception("no suggestions for message %d", question.message_id)
            return []

    def _wait(self, stop: threading.Event) -> None:
        try:
            queue.wait_for("knowledge", LOOK_SECONDS)
        except ConnectionError:
            stop.wait(LOOK_SECONDS)


def apply_event(suggester: Suggester, event: Event) -> None:
    """One log row into the suggester."""
    match event:
        case ArticleText():
            suggester.add_articles([event])
        case ArticleRemoved():
            suggester.remove_article(event.id)
        case Learnt():
            suggester.learn(event.question, event.article_id, weight=event.weight, wrong=event.wrong)
        case AnsweredFreely():
            suggester.answered_freely(event.question)


def _found(one: Suggestion) -> Found:
    return Found(
        int(one.article_id),
        one.confidence,
        {"words": list(one.why.words), "example": one.why.example},
        one.shown,
    )


@contextmanager
def ownership(directory: Path) -> Iterator[bool]:
    """Try to be the owner of the index directory; yields False while another process is."""
    directory.mkdir(parents=True, exist_ok=True, mode=0o700)
    with open(directory / OWNER_LOCK, "w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        yield True


def own_until(stop: threading.Event, settings: Settings) -> None:
    """Own the index as soon as nobody else does, until `stop`."""
    while not stop.is_set():
        with ownership(settings.search_dir) as mine:
            if mine:
                KnowledgeOwner(settings).run(stop)
        stop.wait(LOOK_SECONDS)


def main() -> None:
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    settings = installation.settle(load_settings())
    db.configure(settings.database)
    queue.configure(settings.queue_url)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    own_until(stop, settings)


if __name__ == "__main__":
    main()
