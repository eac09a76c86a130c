"""The one owner of the knowledge index: follows the log in the database, and scores letters on arrival.

It alone writes the index directory, under a lock. Articles and lessons come from `knowledge_log` in order of id;
letters are found by their state, so a lost wake-up only costs the time of a look (two seconds at most). Whatever
happens to the directory, it is rebuilt from the log. Nothing else depends on this process: without it agents work
on, without suggestions.
"""

from __future__ import annotations

import fcntl
import logging
import threading
import time
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app import db, queue
from app.again import write
from app.knowledge import index_log
from app.knowledge.index_log import OWNER_LOCK, REBUILD_REQUEST, Entry
from app.knowledge.models import KnowledgeLog
from app.knowledge.who_sees import suggestable
from app.reports import heartbeats
from app.settings import Settings
from app.tickets.suggesting import Found, Question, save_found, score_again, waiting_questions
from app.tickets.vectors import keep_vector, vectors_of
from kb_search.embed import FindEmbedder, installed_embedder, standing
from kb_search.events import Event
from kb_search.suggest import Suggester, Suggestion
from workers.beginning import begin
from workers.knowledge_asked import answering

log = logging.getLogger(__name__)

LOOK_SECONDS = 2.0
# Scoring open letters anew is for agents who come back to them; it waits until the log has been quiet for a while.
QUIET_SECONDS = 5.0
# When even the best guess is this unlikely, three titles would only be in the way.
SILENT_BELOW = 0.1
SHOWN, SPARE = 3, 5
# Whoever searches may not see every article, and sees the next ones then.
SEARCHED = 100
# So many rows of the log at a time get their vectors when a sentence model has just been installed.
EMBEDDED_TOGETHER = 20


class KnowledgeOwner:
    """Applies the log to the suggester and scores waiting letters."""

    def __init__(self, settings: Settings, find_embedder: FindEmbedder = installed_embedder) -> None:
        self._directory = settings.search_dir
        self._suggester = Suggester(self._directory, floor=SILENT_BELOW, find_embedder=find_embedder)
        # From its first commit on, the suggester forgets what came after the last one: the log gives that again.
        self._suggester.commit(self._suggester.position)
        # What is known is changed and read by turns: agents search while letters are learnt.
        self._turn = threading.Lock()
        self._asked = 0
        self._dirty_since: float | None = None
        self._embedded_to = 0
        self._all_embedded = False

    def run(self, stop: threading.Event) -> None:
        alive = heartbeats.Beating("knowledge", now=db.now())
        searches = answering(stop, self.search)
        while not stop.is_set():
            alive.note = self._note()
            heartbeats.beat(alive)
            try:
                busy = self.step()
            except Exception:
                log.exception("knowledge")
                busy = False
                stop.wait(LOOK_SECONDS)
            if not busy:
                self._wait(stop)
        searches.join(LOOK_SECONDS)
        self._suggester.close()

    def search(self, words: str) -> list[int]:
        """Articles by the meaning of words typed, likeliest first. From any thread."""
        self._asked += 1
        try:
            with self._turn:
                return [int(one) for one in self._suggester.search(words, SEARCHED)]
        finally:
            self._asked -= 1

    def _note(self) -> str:
        """How it is doing, for the health page."""
        if self._suggester.problem:
            return self._suggester.problem
        if self._suggester.lacks_meaning:
            return "behind"
        if self._suggester.model:
            return "meaning"
        return "broken" if standing().trouble else "words"

    def step(self) -> bool:
        """One round; True when there may be more to do at once."""
        if (self._directory / REBUILD_REQUEST).exists():
            self.rebuild()
        learnt = self._follow_log()
        scored = self._score()
        learnt = self._embed_what_is_known() or learnt
        if learnt:
            self._dirty_since = time.monotonic()
        elif self._dirty_since is not None and time.monotonic() - self._dirty_since > QUIET_SECONDS:
            self._dirty_since = None
            return write(score_again) > 0
        return learnt or scored

    def rebuild(self) -> int:
        """Forget the directory and live through the whole log again; returns the number of log rows."""
        rows = 0
        position = 0
        events: list[Event] = []
        for entry in index_log.all_entries():
            rows, position = rows + 1, entry.id
            events += entry.events
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
                rows, rebuild = index_log.entries_after(session, self._suggester.position), False
        if rebuild:
            self.rebuild()
            return True
        if not rows:
            return False
        for entry in rows:
            self._apply(entry)
        with self._turn:
            written = self._suggester.commit(rows[-1].id)
        if not written:
            log.error("the knowledge index cannot be written: %s", self._suggester.problem)
        return True

    def _apply(self, entry: Entry) -> None:
        """One log row into the suggester; the vectors it was given are kept with the row."""
        with self._turn:
            events = [self._suggester.apply(event) for event in entry.events]
        if self._asked:
            # A lock has no order: without a pause whoever waits would wait until all is learnt.
            time.sleep(0.002)
        if entry.model != self._suggester.model:
            self._keep_vectors(entry, events)

    def _keep_vectors(self, entry: Entry, events: list[Event]) -> None:
        vectors = [vector for event in events if (vector := getattr(event, "vector", b""))]
        model = self._suggester.embedder_name
        write(lambda session: index_log.keep_vectors(session, entry.id, model, vectors))

    def _embed_what_is_known(self) -> bool:
        """A sentence model was installed after things had been learnt: vectors first, a few at a time, then one rebuild
        that makes use of them."""
        model = self._suggester.embedder_name
        if not model or self._all_embedded:
            return False
        with db.reading() as session:
            entries = index_log.without_vectors(session, model, self._embedded_to, EMBEDDED_TOGETHER)
        for entry in entries:
            self._keep_vectors(entry, [self._suggester.with_vector(event) for event in entry.events])
            self._embedded_to = entry.id
        self._all_embedded = not entries
        if self._all_embedded and self._suggester.lacks_meaning:
            self.rebuild()
        return True

    def _is_damaged(self) -> bool:
        return self._suggester.position == 0 and self._suggester.problem is not None

    def _score(self) -> bool:
        with db.reading() as session:
            questions = waiting_questions(session)
            allowed = {one.mailbox_id: suggestable(session, one.mailbox_id) for one in questions}
            ids = [one.message_id for one in questions]
            vectors = vectors_of(session, ids, self._suggester.embedder_name)
        for question in questions:
            known = vectors.get(question.message_id)
            vector = self._suggester.vector_of(question.text) if known is None else known
            found = [_found(one) for one in self._suggestions(question, allowed[question.mailbox_id], vector)]
            self._save(question, found, vector if known is None else b"")
        return bool(questions)

    def _save(self, question: Question, found: list[Found], vector: bytes) -> None:
        """`vector`: empty when there is none, or it is kept already."""

        def save(session: Session) -> None:
            save_found(session, question, found, now=db.now())
            if vector:
                keep_vector(session, question.message_id, self._suggester.embedder_name, vector)

        write(save)

    def _suggestions(
        self, question: Question, allowed: Collection[int] | None, vector: bytes
    ) -> list[Suggestion]:
        """A letter the model chokes on gets no suggestion; it does not stop the others.

        More than are shown: who opens the ticket may not see every article, and sees the next best then.
        """
        most = SHOWN if allowed is None else SHOWN + SPARE
        try:
            with self._turn:
                return self._suggester.suggest(
                    question.text,
                    most,
                    language=question.language,
                    allowed=allowed,
                    place=str(question.mailbox_id),
                    vector=vector,
                )
        except Exception:
            log.exception("no suggestions for message %d", question.message_id)
            return []

    def _wait(self, stop: threading.Event) -> None:
        try:
            queue.wait_for("knowledge", LOOK_SECONDS)
        except ConnectionError:
            stop.wait(LOOK_SECONDS)


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
    settings, stop = begin()
    own_until(stop, settings)


if __name__ == "__main__":
    main()
