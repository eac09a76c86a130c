"""The shell around the pure middle: journal rows in, tickets out.

Bytes are read by the limited child, outside any transaction; then one transaction decides and applies the batch. If
anything in a batch fails, its letters are taken one by one, and one that still fails is parked with the reason. A
mail that kills or stalls the reader is tried once more alone, after everybody else; nobody waits for it.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field

import sqlalchemy as sa

from app import db, queue
from app.again import again
from app.blobs import BlobStore
from app.errors import Conflict, PermanentFailure, TemporaryFailure
from app.failpoints import passing
from app.mailboxes.models import RawState
from app.settings import Settings
from mail_ingest import by_hand, set_aside
from mail_ingest.apply import Applier
from mail_ingest.journal import next_batch, stored_digests
from mail_ingest.reader import Reader, shared
from mail_ingest.reader_batch import Letter, read_batch, sender_and_subject

log = logging.getLogger(__name__)

# In one round at most; a disk or a database that fails is asked again in a few seconds.
MOST_PUT_OFF = 100


@dataclass
class IngestReport:
    """What became of a run: how many mails ended in each state."""

    outcomes: dict[str, int] = field(default_factory=dict)
    # Left undecided because the database or the disk failed.
    put_off: list[int] = field(default_factory=list)
    # Left undecided because the reader had trouble with them beside others: to be tried alone.
    suspects: list[int] = field(default_factory=list)
    # Outgoing messages written on the way: receipts for new tickets.
    receipts: list[int] = field(default_factory=list)

    def count(self, state: str) -> None:
        self.outcomes[state] = self.outcomes.get(state, 0) + 1

    def add(self, other: IngestReport) -> None:
        for state, number in other.outcomes.items():
            self.outcomes[state] = self.outcomes.get(state, 0) + number
        self.put_off += other.put_off
        self.suspects += other.suspects
        self.receipts += other.receipts


class Ingest:
    """Decides journalled mail. One object per process; safe to use from one thread at a time."""

    def __init__(self, settings: Settings, blobs: BlobStore, *, reader: Reader | None = None) -> None:
        self._blobs = blobs
        self._reader = reader or shared()
        self._applier = Applier(settings, blobs)

    def drain(self, *, mailbox_id: int | None = None) -> IngestReport:
        """Decide everything that waits, oldest first. Whatever cannot be decided now is left for the next time.

        A mail that the reader had trouble with is tried again, alone, once nothing else waits.
        """
        report = IngestReport()
        while len(report.put_off) < MOST_PUT_OFF:
            with db.reading() as session:
                ids = next_batch(session, mailbox_id=mailbox_id, without=report.put_off + report.suspects)
            if ids:
                report.add(self._attempt(ids))
            elif report.suspects:
                report.add(self._attempt([report.suspects.pop(0)], alone=True))
            else:
                break
        return report

    def ingest(self, raw_ids: Sequence[int]) -> IngestReport:
        """Decide these rows (at most a batch or so at once); rows already decided are left alone."""
        report = self._attempt(raw_ids)
        while report.suspects:
            report.add(self._attempt([report.suspects.pop(0)], alone=True))
        return report

    def _attempt(self, raw_ids: Sequence[int], *, alone: bool = False) -> IngestReport:
        try:
            return self._ingest_together(raw_ids, alone=alone)
        except TemporaryFailure as error:  # the reader cannot be started: no mail is to blame
            return self._put_off(raw_ids, error)
        except Exception as error:  # noqa: BLE001 (rule 6: outside the failed transaction, then parked)
            if len(raw_ids) == 1:
                return self._failed(raw_ids[0], error, alone=alone)
            log.warning(
                "a batch of %d mails failed (%s); taking them one by one", len(raw_ids), type(error).__name__
            )
        report = IngestReport()
        for raw_id in raw_ids:
            report.add(self._attempt([raw_id]))
        return report

    def _ingest_together(self, raw_ids: Sequence[int], *, alone: bool) -> IngestReport:
        with db.reading() as session:
            digests = stored_digests(session, raw_ids)
        batch = read_batch(self._reader, self._blobs, digests, alone=alone)
        passing("ingest.read")
        report = self._write(batch.letters)
        for raw_id, trouble in batch.troubles.items():
            log.warning("mail %d: %s", raw_id, trouble.words)
            if alone:
                report.add(self._give_up(raw_id, PermanentFailure(trouble.words)))
            else:
                report.suspects.append(raw_id)
        return report

    @again
    def _write(self, letters: Sequence[Letter]) -> IngestReport:
        with db.transaction() as session:
            applied = self._applier.apply(session, letters)
            passing("ingest.written")
        passing("ingest.committed")
        report = IngestReport(receipts=applied.receipts)
        for state in applied.states:
            report.count(state)
        for message_id in report.receipts:
            queue.ring("deliver_message", message_id)
        return report

    def _put_off(self, raw_ids: Sequence[int], error: Exception) -> IngestReport:
        log.error("%s", error)
        for raw_id in raw_ids:
            set_aside.put_off(raw_id, error)
        return IngestReport(put_off=list(raw_ids))

    def _failed(self, raw_id: int, error: Exception, *, alone: bool) -> IngestReport:
        """One letter, alone, was not ingested."""
        if isinstance(error, sa.exc.IntegrityError | Conflict):
            # An agent made, or merged, the same client card or ticket at this moment: now it is there, or gone.
            try:
                return self._ingest_together([raw_id], alone=alone)
            except Exception as second:  # noqa: BLE001 (rule 6, as above)
                error = second
        log.error("mail %d could not be ingested\n%s", raw_id, set_aside.trace_of(error))
        if set_aside.is_passing(error):
            return self._put_off([raw_id], error)
        return self._give_up(raw_id, error)

    def _give_up(self, raw_id: int, error: Exception) -> IngestReport:
        """It cannot be ingested: park it, or file what stands for it where an agent wants it."""
        try:
            letter = by_hand.stand_in(raw_id, set_aside.reason_of(error), self._blobs)
            if letter is not None:
                return self._write([letter])
        except Exception as second:  # noqa: BLE001 (rule 6, as above)
            if set_aside.is_passing(second):
                return self._put_off([raw_id], second)
            error = second
        report = IngestReport()
        if set_aside.park(raw_id, error, sender_and_subject(self._reader, self._blobs, raw_id)):
            report.count(RawState.PARKED)
        return report
