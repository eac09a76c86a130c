"""The shell around the Sent folder: one IMAP connection for all copies of a mailbox that are due, short transactions.

A failure here is written beside the copy and tried again later; no delivery ever depends on it.
"""

from __future__ import annotations

import logging
import time
from dataclasses import replace

from app import db
from app.again import again
from app.blobs import BlobStore
from app.errors import SincerelyError
from app.mailboxes.models import Mailbox
from app.outgoing import sent_copies, states
from app.outgoing.compose import compose
from app.outgoing.letter_rows import letter_to
from app.outgoing.models import CopyState, Outbox
from app.outgoing.sent_copies import Plan, Step, next_step
from app.settings import Settings
from mail_ingest.capture import account_of
from mail_ingest.sent_folder import SentFolder

log = logging.getLogger(__name__)

# One bad letter must not keep the others waiting; a server that fails at every one is left alone.
MOST_FAILURES = 3
# Well inside the lease of a claimed copy (app.outgoing.sent_copies.LEASE).
LONGEST_RUN_SECONDS = 300


def file_copies(mailbox_id: int, settings: Settings, blobs: BlobStore) -> None:
    """See to the copies of this mailbox that are due. Safe to run twice and at the same time."""
    with db.transaction() as session:
        waiting = sent_copies.claim(session, mailbox_id, db.now())
    if waiting:
        _Round(mailbox_id, waiting, settings, blobs).run()


class _Round:
    """One run for one mailbox. The first of `waiting` is the copy that is being seen to."""

    def __init__(self, mailbox_id: int, waiting: list[int], settings: Settings, blobs: BlobStore) -> None:
        self._mailbox_id = mailbox_id
        self._waiting = waiting
        self._settings = settings
        self._blobs = blobs
        self._end = time.monotonic() + LONGEST_RUN_SECONDS

    def run(self) -> None:
        reason, failures = "There was no time for it.", 0
        while self._waiting and failures < MOST_FAILURES and time.monotonic() < self._end:
            try:
                folder, exists = self._open()
            except SincerelyError as error:
                # Nobody gets in: no letter's fault.
                reason = str(error)
                break
            try:
                with folder:
                    self._work_off(folder, exists)
            except (SincerelyError, ValueError) as error:
                log.warning("sent copies of mailbox %d: %s", self._mailbox_id, error)
                _put_off([self._waiting.pop(0)], str(error))
                failures, reason = failures + 1, str(error)
        _put_off(self._waiting, reason)

    def _open(self) -> tuple[SentFolder, bool]:
        """A connection, and whether there is a folder of sent mail."""
        with db.reading() as session:
            mailbox = session.get_one(Mailbox, self._mailbox_id)
            account, wanted = account_of(mailbox, self._settings), mailbox.sent_folder
        folder = SentFolder(account)
        try:
            return folder, folder.find(wanted)
        except SincerelyError:
            folder.close()
            raise

    def _work_off(self, folder: SentFolder, exists: bool) -> None:
        while self._waiting and time.monotonic() < self._end:
            with db.reading() as session:
                plan = sent_copies.plan(session, self._waiting[0])
            if not exists and plan.ours:
                folder.make()
                exists = True
            step = next_step(plan, folder.copies(plan.rfc_message_id) if exists else 0)
            if step is Step.APPEND:
                self._append(plan, folder)
                step = Step.STORED
            _note(plan, step)
            self._waiting.pop(0)

    def _append(self, plan: Plan, folder: SentFolder) -> None:
        letter = self._letter(plan)
        with db.transaction() as session:
            sent_copies.settle(session, plan.message_id, CopyState.APPENDING, db.now())
        folder.append(letter, plan.at)

    def _letter(self, plan: Plan) -> bytes:
        """The letter without the customer's own links to rate it: whoever reads the Sent folder is not the customer."""
        with db.reading() as session:
            letter = letter_to(session, session.get_one(Outbox, plan.outbox_id), self._settings, self._blobs)
        return compose(replace(letter, smileys=None)).as_bytes()


_ENDS = {
    Step.STORED: CopyState.STORED,
    Step.FOUND: CopyState.FOUND,
    Step.PROVED: CopyState.FOUND,
    Step.ABSENT: CopyState.ABSENT,
}


@again
def _note(plan: Plan, step: Step) -> None:
    with db.transaction() as session:
        if step is Step.PROVED:
            for recipient in plan.uncertain:
                states.proved_arrived(session, plan.message_id, recipient, db.now(), how="copy")
        if step is Step.LOOK_AGAIN:
            sent_copies.look_again(session, plan.message_id, db.now())
        else:
            sent_copies.settle(session, plan.message_id, _ENDS[step], db.now())


@again
def _put_off(message_ids: list[int], reason: str) -> None:
    with db.transaction() as session:
        for message_id in message_ids:
            sent_copies.put_off(session, message_id, reason, db.now())
