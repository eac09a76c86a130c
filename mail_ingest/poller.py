"""The poller process: a thread per mailbox that captures, and one that decides what was captured.

Polling is the truth; IDLE only shortens the wait. Each thread takes the mailbox's lease, reconciles every folder at
the start and every `reconcile_seconds`, looks for newer mail in between, and backs off when the server fails. A
mailbox that hangs or fails delays only itself.
"""

from __future__ import annotations

import logging
import signal
import threading
import time
from collections import defaultdict
from collections.abc import Callable

from app import db, installation, queue
from app.again import again
from app.blobs import BlobStore
from app.errors import Conflict, PermanentFailure, TemporaryFailure
from app.failpoints import passing
from app.mailboxes import oauth, queries, service
from app.mailboxes.alarms import WITHHELD
from app.mailboxes.models import Auth, Mailbox
from app.mailboxes.service import Lease
from app.settings import Settings, load_settings
from mail_ingest.after_fetch import tell_server
from mail_ingest.capture import Look, account_of, look_for_newer, look_into_folder
from mail_ingest.chores import Chores
from mail_ingest.fetch import ImapSource
from mail_ingest.imap_errors import LineBroken
from mail_ingest.ingest import Ingest
from mail_ingest.lease_keeper import LeaseKeeper
from mail_ingest.lease_owner import is_gone, new_owner
from mail_ingest.strikes import Strikes, wanted_again
from mail_ingest.watched import account_signature, watched_folders

log = logging.getLogger(__name__)

BACKOFF_SECONDS = (2, 5, 15, 30, 60)
LONGEST_IDLE_SECONDS = 25  # below the socket's time limit, far below the 29 minutes of RFC 2177
LEASE_AGAIN_SECONDS = 5
STOP_SECONDS = 5.0
ROSTER_SECONDS = 3
SWEEP_SECONDS = 5


class MailboxWatch(threading.Thread):
    """Captures one mailbox until told to stop."""

    def __init__(
        self, mailbox: Mailbox, settings: Settings, blobs: BlobStore, *, captured: Callable[[], None]
    ) -> None:
        super().__init__(name=f"mailbox-{mailbox.id}", daemon=True)
        self.mailbox = mailbox
        self.signature = account_signature(mailbox)
        self._settings = settings
        self._blobs = blobs
        self._captured = captured
        self._owner = new_owner()
        self._held: Lease | None = None
        self._source: ImapSource | None = None
        # Not _stop: a thread has a method of that name.
        self._ending = threading.Event()
        self._failures = 0
        self._complaint = ""
        self._strikes: dict[int, Strikes] = defaultdict(Strikes)

    def stop(self) -> None:
        self._ending.set()
        self.lost()

    @property
    def held(self) -> Lease | None:
        return self._held

    def lost(self) -> None:
        """Another poller has the mailbox now, or we are to stop: whatever waits for the server ends at once."""
        source = self._source
        if source is not None:
            source.cut()

    def run(self) -> None:
        while not self._ending.is_set():
            try:
                self._watch()
            except Conflict as conflict:
                log.info("mailbox %s: %s", self.mailbox.address, conflict)
                self._ending.wait(LEASE_AGAIN_SECONDS)
            except (TemporaryFailure, PermanentFailure) as error:
                self._failed(str(error))
            except OSError as error:  # of the disk: what the network does has been put into words before
                self._failed(f"Mail cannot be stored here: {error.strerror or error}.")
            except Exception as error:  # a bug here must not end the mailbox: say it, wait, go on
                log.exception("mailbox %d", self.mailbox.id)
                self._failed(f"{type(error).__name__}: {error}")

    def _watch(self) -> None:
        lease = self._held = self._lease()
        if lease is None:
            self._ending.wait(LEASE_AGAIN_SECONDS)
            return
        try:
            self._blobs.need_room(self._settings.disk_floor_mb)
            with ImapSource(account_of(self.mailbox, self._settings)) as self._source:
                self._look_and_wait(self._source, lease)
        finally:
            self._source = None
            self.release()

    def release(self) -> None:
        """Let the next poller in at once, also the one of our own next start."""
        lease, self._held = self._held, None
        if lease is not None:
            with db.transaction() as session:
                service.release_lease(session, lease)

    def _look_and_wait(self, source: ImapSource, lease: Lease) -> None:
        folders = watched_folders(self.mailbox)
        full_at = all_at = 0.0
        while not self._ending.is_set():
            self._blobs.need_room(self._settings.disk_floor_mb)
            now = time.monotonic()
            full = now >= full_at
            due = folders if full or now >= all_at else folders[-1:]
            looks = self._look(source, lease, due, full=full)
            passing("poller.looked")
            full_at = now + self._settings.reconcile_seconds if full else full_at
            full_at = min(full_at, now + wanted_again(sum(look.withheld for look in looks)))
            if due is folders:
                all_at = now + min(self._settings.poll_seconds, LONGEST_IDLE_SECONDS)
            touched = self._tell_server(source, lease, due, looks, full=full)
            self._succeeded(lease, looks)
            if self.mailbox.auth != Auth.PASSWORD:
                oauth.keep_fresh(self.mailbox.id, self._settings)
            # What came while we fetched was told to us then, not again: wait only after a look that found nothing.
            if not touched and not any(look.stored for look in looks):
                self._wait(source, all_at - time.monotonic())

    def _look(self, source: ImapSource, lease: Lease, folders: list[int], *, full: bool) -> list[Look]:
        """Every folder, also those behind one that the server refuses; then the first refusal, if any."""
        look = look_into_folder if full else look_for_newer
        looks: list[Look] = []
        refused: TemporaryFailure | None = None
        for folder in folders:
            try:
                limit, strikes = self._settings.mail_bytes, self._strikes[folder]
                looks.append(look(source, lease, folder, self._blobs, limit=limit, strikes=strikes))
            except LineBroken:
                self._tell_of(looks)
                raise
            except TemporaryFailure as error:
                refused = refused or error
        if refused is not None:
            self._tell_of(looks)
            raise refused
        return looks

    def _tell_server(
        self, source: ImapSource, lease: Lease, folders: list[int], looks: list[Look], *, full: bool
    ) -> bool:
        """Mark or move what is journalled, if the mailbox wants it; True when another folder is open now."""
        touched = False
        try:
            for folder, look in zip(folders, looks, strict=True):
                if full or look.stored:
                    touched |= tell_server(source, lease, self.mailbox, folder)
            if full:
                self._complaint = ""
        except LineBroken:
            raise
        except TemporaryFailure as error:
            self._complaint, touched = str(error), True
        return touched

    def _tell_of(self, looks: list[Look]) -> None:
        if any(look.stored for look in looks):
            self._captured()

    def _wait(self, source: ImapSource, seconds: float) -> None:
        """Until the server speaks of the folder we looked into last, or the poll of all of them is due."""
        if source.can_idle() and seconds > 0:
            source.idle(seconds)
        else:
            self._ending.wait(max(seconds, 0))

    @again
    def _lease(self) -> Lease | None:
        with db.transaction() as session:
            holder = service.lease_owner(session, self.mailbox.id)
            if holder and is_gone(holder):
                service.forget_owner(session, self.mailbox.id, holder)
            return service.acquire_lease(session, self.mailbox.id, self._owner, now=db.now())

    @again
    def _succeeded(self, lease: Lease, looks: list[Look]) -> None:
        self._failures = 0
        with db.transaction() as session:
            service.hold_lease(session, lease, now=db.now())
            service.note_success(session, self.mailbox.id, now=db.now())
            reason = self._complaint
            if withheld := sum(look.withheld for look in looks):
                reason = WITHHELD.format(number=withheld)
            if reason:
                service.note_error(session, self.mailbox.id, reason, now=db.now())
        self._tell_of(looks)

    def _failed(self, reason: str) -> None:
        if self._ending.is_set():
            return
        log.warning("mailbox %s: %s", self.mailbox.address, reason)
        try:
            with db.transaction() as session:
                service.note_error(session, self.mailbox.id, reason, now=db.now())
        except Exception:
            log.exception("could not note the error of mailbox %d", self.mailbox.id)
        self._ending.wait(BACKOFF_SECONDS[min(self._failures, len(BACKOFF_SECONDS) - 1)])
        self._failures += 1


class Poller:
    """Keeps one watch per active mailbox, and decides captured mail in the calling thread."""

    def __init__(self, settings: Settings, blobs: BlobStore) -> None:
        self._settings = settings
        self._blobs = blobs
        self._ingest = Ingest(settings, blobs)
        self._chores = Chores(settings)
        self._watches: dict[int, MailboxWatch] = {}
        self._work = threading.Event()
        self._stop = threading.Event()

    def stop(self) -> None:
        self._stop.set()
        self._work.set()

    def run(self) -> None:
        LeaseKeeper(lambda: list(self._watches.values()), self._stop).start()
        sweep_at = 0.0
        while not self._stop.is_set():
            self._guarded(self._update_watches)
            self._guarded(self._chores.step)
            captured = self._work.wait(ROSTER_SECONDS)
            self._work.clear()
            if captured or time.monotonic() >= sweep_at:
                self._guarded(self._decide)
                sweep_at = time.monotonic() + SWEEP_SECONDS
        for watch in self._watches.values():
            watch.stop()
        # Cut off from their servers they end at once and give back their leases; we do it for one that does not.
        end = time.monotonic() + STOP_SECONDS
        for watch in self._watches.values():
            watch.join(max(0.0, end - time.monotonic()))
            self._guarded(watch.release)

    def _decide(self) -> None:
        report = self._ingest.drain()
        passing("poller.decided")
        if report.outcomes:
            states = ", ".join(f"{number} {state}" for state, number in sorted(report.outcomes.items()))
            log.info("decided: %s", states)
            queue.wake("knowledge")

    def _update_watches(self) -> None:
        with db.reading() as session:
            wanted = {mailbox.id: mailbox for mailbox in queries.active_mailboxes(session)}
        for mailbox_id, watch in list(self._watches.items()):
            changed = mailbox_id not in wanted or account_signature(wanted[mailbox_id]) != watch.signature
            if changed or not watch.is_alive():
                watch.stop()
                del self._watches[mailbox_id]
        for mailbox_id, mailbox in wanted.items():
            if mailbox_id not in self._watches:
                self._watches[mailbox_id] = MailboxWatch(
                    mailbox, self._settings, self._blobs, captured=self._work.set
                )
                self._watches[mailbox_id].start()

    def _guarded(self, act: Callable[[], None]) -> None:
        """The poller outlives any failure of one step: it is logged, and the next round tries again."""
        try:
            act()
        except Exception:
            log.exception("%s", act.__name__)
            self._stop.wait(2)


def main() -> None:
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    settings = installation.settle(load_settings())
    db.configure(settings.database)
    queue.configure(settings.queue_url)
    poller = Poller(settings, BlobStore(settings.blob_dir))
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: poller.stop())
    poller.run()


if __name__ == "__main__":
    main()
