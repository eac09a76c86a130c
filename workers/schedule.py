"""The clock. Every second: replies whose undo time is over leave. Every few seconds: rows nobody rang for. Every
minute: housekeeping. Each tick reads the database, so it does not matter what happened to any bell.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from functools import cache

from rq.registry import StartedJobRegistry

from app import db, installation, queue
from app.again import Busy, again
from app.automation import keeping, timed, triggers
from app.blobs import BlobStore
from app.failpoints import passing
from app.knowledge import public_publishing
from app.levels import alarms as level_alarms
from app.levels import keeping as level_keeping
from app.mailboxes.bytes_check import BytesCheck
from app.outgoing import later, receipts_limit, restored, sandbox, sent_copies, turns
from app.outgoing import service as outgoing
from app.reports import briefing_mail, heartbeats, rollup
from app.settings import Settings, load_settings
from app.tickets import housekeeping, search_index, snoozing, trash
from app.together import following, mail_out, mailing, notices, presence, telling
from workers import upkeep
from workers.beginning import begin

log = logging.getLogger(__name__)


def release_replies() -> None:
    """held → queued for replies whose undo time is over, then ring for each mailbox."""
    with db.transaction() as session:
        message_ids = turns.one_of_each(session, outgoing.release_due(session, db.now()))
    _ring("deliver_message", message_ids)


def wake_tickets() -> None:
    """Snoozed tickets whose time has come. Mostly there is none, and then nobody waits for a writer."""
    with db.reading() as session:
        due = snoozing.has_due(session, db.now())
    if due:
        with db.transaction() as session:
            snoozing.wake_due(session, db.now())


def send_later() -> None:
    """Letters that were put off until now, then ring for each mailbox."""
    with db.reading() as session:
        if not later.is_due(session, db.now()):
            return
    # A database put back from an older copy does not know which of them have left since.
    restored.hold_back(_settings(), db.now())
    with db.transaction() as session:
        message_ids = turns.one_of_each(session, later.send_due(session, db.now(), _settings()))
    _ring("deliver_message", message_ids)


def ask_rules() -> None:
    """Rules about what happened since the last time, but for letters: those were shown to them as they came."""
    with db.reading() as session:
        due = triggers.has_due(session, db.now())
    if due:
        with db.transaction() as session:
            message_ids = triggers.catch_up(session, now=db.now(), settings=_settings())
        _ring("deliver_message", message_ids)


def ask_timed_rules() -> None:
    """Rules about time that has passed."""
    with db.reading() as session:
        there = timed.has_rules(session)
    if there:
        with db.transaction() as session:
            message_ids = timed.step(session, now=db.now(), settings=_settings())
        _ring("deliver_message", message_ids)


def sweep_outbox() -> None:
    """Ring for rows nobody rang for, and settle leases that ran out."""
    with db.transaction() as session:
        message_ids = outgoing.sweep(session, db.now())
    _ring("deliver_message", message_ids)


def sweep_sent_copies() -> None:
    """Ring for mailboxes whose Sent folder is to be looked into."""
    with db.reading() as session:
        mailbox_ids = sent_copies.due_mailboxes(session, db.now())
    _ring("file_sent_copies", mailbox_ids)


def tell_agents() -> None:
    """Who is told of what happened since the last time."""
    with db.reading() as session:
        if not following.has_news(session):
            return
    for _ in range(MOST_TELLINGS):
        with db.transaction() as session:
            if telling.tell(session, now=db.now()) < following.MOST_AT_ONCE:
                return
        # SQLite has one writer, and who waits for it is not served in turn: let the others in.
        time.sleep(BREATH_SECONDS)


def mail_notices() -> None:
    """Mails to agents about their notices: written when they are due, then rung for, mailbox by mailbox."""
    now = db.now()
    with db.reading() as session:
        due = mailing.has_due(session)
    if due:
        with db.transaction() as session:
            mailing.write_due(session, _settings(), now=now)
    with db.reading() as session:
        mailbox_ids = mail_out.waiting(session, now=now)
    _ring("send_notice_mails", mailbox_ids)


def keep_facts() -> None:
    """What reports are counted from, after what has changed since the last time."""
    zone = _settings().timezone
    with db.reading() as session:
        if not rollup.is_due(session, zone):
            return
    for _ in range(MOST_TELLINGS):
        with db.transaction() as session:
            if not rollup.step(session, zone, db.now()):
                return
        time.sleep(BREATH_SECONDS)


def keep_promises() -> None:
    """The clocks of service levels, after what has changed; then who is told that one ends soon or has ended."""
    with db.reading() as session:
        due = level_keeping.is_due(session, now=db.now())
    for _ in range(MOST_TELLINGS if due else 0):
        with db.transaction() as session:
            if not level_keeping.step(session, _settings(), now=db.now()):
                break
        time.sleep(BREATH_SECONDS)
    with db.reading() as session:
        due = level_alarms.has_due(session, now=db.now())
    if due:
        with db.transaction() as session:
            level_alarms.step(session, now=db.now())


def brief_agents() -> None:
    """The week's briefing, for those who want it and have none yet; the mails leave with those about notices."""
    now = db.now()
    with db.reading() as session:
        agent_ids = briefing_mail.due_agents(session, now)
    for agent_id in agent_ids:
        with db.transaction() as session:
            briefing_mail.write(session, agent_id, _settings(), now=now)


def sweep_sandbox() -> None:
    with db.reading() as session:
        letter_ids = sandbox.waiting_letters(session)
    _ring("send_sandbox_letter", letter_ids)


def clean_up() -> None:
    """Old change rows, receipts that may leave again, and jobs whose worker was killed: RQ itself looks only every
    ten minutes."""
    with db.transaction() as session:
        housekeeping.forget_old_changes(session, now=db.now())
        housekeeping.forget_old_actions(session, now=db.now())
        keeping.forget_old(session, now=db.now())
        presence.forget_old(session, now=db.now())
        notices.forget_old(session, now=db.now())
        receipts_limit.close_quiet_breakers(session, db.now(), per_hour=_settings().automatic_per_hour)
    connection = queue.connection()
    if connection is not None and queue.answers():
        StartedJobRegistry(queue.NAME, connection=connection, serializer=queue.SERIALIZER).cleanup()


def empty_trash() -> None:
    """What has been in the trash for long enough; at night."""
    settings = _settings()
    trash.empty(db.now(), settings.timezone, BlobStore(settings.blob_dir))


def publish_articles() -> None:
    """Pages of the help centre that did not follow their articles."""
    public_publishing.keep_up(db.now())


def index_messages() -> None:
    """Messages from before the full-text index was there, some hundreds at a time."""
    with db.transaction() as session:
        search_index.catch_up(session)


def check_bytes() -> None:
    """The next few stored mails: are their bytes still what was received?"""
    _bytes_check().step(db.now())


def keep_knowledge() -> None:
    """Ring when a part of the upkeep of the knowledge base has its turn; each says itself how often that is."""
    if upkeep.has_due():
        _ring("keep_knowledge", [0])


def say_alive() -> None:
    """Of this process; and of the workers, who speak to the queue only."""
    heartbeats.beat(_beating("schedule"))
    if queue.workers():
        heartbeats.beat(_beating("worker"))


@cache
def _beating(name: str) -> heartbeats.Beating:
    return heartbeats.Beating(name, now=db.now())


@cache
def _settings() -> Settings:
    return installation.settle(load_settings())


@cache
def _bytes_check() -> BytesCheck:
    settings = _settings()
    return BytesCheck(BlobStore(settings.blob_dir), settings.timezone)


# Behind an import the teller takes its time.
MOST_TELLINGS = 10
BREATH_SECONDS = 0.25
TICKS: tuple[tuple[float, Callable[[], None]], ...] = (
    (1, release_replies),
    (1, tell_agents),
    (2, send_later),
    (1, ask_rules),
    (15, ask_timed_rules),
    (5, sweep_outbox),
    (10, mail_notices),
    (5, sweep_sandbox),
    (5, keep_facts),
    (300, brief_agents),
    (2, keep_promises),
    (5, wake_tickets),
    (10, sweep_sent_copies),
    (2, index_messages),
    (2, check_bytes),
    (60, clean_up),
    (30, publish_articles),
    (600, empty_trash),
    (60, keep_knowledge),
    (30, say_alive),
)


def run(stop: threading.Event) -> None:
    """Run every tick when it is due until `stop`. A tick that fails is logged and tried again at its next time."""
    due = {tick: 0.0 for _seconds, tick in TICKS}
    while not stop.is_set():
        for seconds, tick in TICKS:
            if time.monotonic() >= due[tick]:
                due[tick] = time.monotonic() + seconds
                _guarded(tick)
        stop.wait(max(0.05, min(due.values()) - time.monotonic()))


def _guarded(tick: Callable[[], None]) -> None:
    passing("schedule.tick")
    try:
        again(tick)()
    except Busy:
        return  # app.again has said so
    except Exception:
        log.exception("tick %s", tick.__name__)


def _ring(job: str, ids: list[int]) -> None:
    """Stops at the first bell that cannot be rung: an unreachable server costs seconds each time, the clock goes on."""
    all(queue.ring(job, row_id) for row_id in ids)


def main() -> None:
    _, stop = begin()
    run(stop)


if __name__ == "__main__":
    main()
