"""The shell around the pure middle: journal rows in, tickets out.

Bytes are parsed outside any transaction; then, in one transaction for the batch, facts are gathered, each letter is
decided and applied through app's services. If anything in a batch fails, its letters are taken one by one, and one
that still fails is parked with the reason; nobody else waits for it.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app import db, queue
from app.blobs import BlobStore
from app.customers import service as customers
from app.customers.models import Customer
from app.failpoints import passing
from app.mailboxes.models import RawMail, RawState
from app.outgoing import bounce, letter_rows
from app.outgoing.service import instance_id, token_key
from app.settings import Settings
from app.tickets import service as tickets
from app.tickets.filing import Filing, IncomingLetter, LetterFile
from app.tickets.models import Message, Ticket
from mail_ingest import set_aside
from mail_ingest.acknowledge import Opened, opened, send_receipts
from mail_ingest.decide import Arrival, Decision, Outcome, decide
from mail_ingest.facts import Known
from mail_ingest.incoming import Copy, incoming_letter, letter_language, sender_address
from mail_ingest.journal import decide_row, next_batch
from mail_ingest.parse import ParsedAttachment, ParsedMail, parse_mail

log = logging.getLogger(__name__)

# In one round at most; a disk or a database that fails is asked again in a few seconds.
MOST_PUT_OFF = 100
# One applier at a time, so that an answer always sees its parent. Any fixed number does.
ADVISORY_LOCK = 7_305_411


@dataclass
class IngestReport:
    """What became of a run: how many mails ended in each state."""

    outcomes: dict[str, int] = field(default_factory=dict)
    # Left undecided because the database or the disk failed.
    put_off: list[int] = field(default_factory=list)
    # Outgoing messages written on the way: receipts for new tickets.
    receipts: list[int] = field(default_factory=list)

    def count(self, state: str) -> None:
        self.outcomes[state] = self.outcomes.get(state, 0) + 1

    def add(self, other: IngestReport) -> None:
        for state, number in other.outcomes.items():
            self.outcomes[state] = self.outcomes.get(state, 0) + number
        self.put_off += other.put_off
        self.receipts += other.receipts


@dataclass(frozen=True)
class _Letter:
    raw_id: int
    mail: ParsedMail
    files: tuple[LetterFile, ...]


@dataclass(frozen=True)
class _Batch:
    """What the letters of one transaction share. `cards`: client cards by address, with those made on the way;
    `placed`: the tickets of letters of this very batch, by journal row, before they are written."""

    session: Session
    known: Known
    cards: dict[str, Customer]
    filing: Filing
    placed: dict[int, Ticket] = field(default_factory=dict)
    opened: list[Opened] = field(default_factory=list)


class Ingest:
    """Decides journalled mail. One object per process; safe to use from one thread at a time."""

    def __init__(self, settings: Settings, blobs: BlobStore) -> None:
        self._settings = settings
        self._blobs = blobs
        self._token_key = token_key(settings)
        self._instance = instance_id(settings)

    def drain(self, *, mailbox_id: int | None = None) -> IngestReport:
        """Decide everything that waits, oldest first. Whatever cannot be decided now is left for the next time."""
        report = IngestReport()
        while len(report.put_off) < MOST_PUT_OFF:
            with db.reading() as session:
                ids = next_batch(session, mailbox_id=mailbox_id, without=report.put_off)
            if not ids:
                break
            report.add(self.ingest(ids))
        return report

    def ingest(self, raw_ids: Sequence[int]) -> IngestReport:
        """Decide these rows (at most a batch or so at once); rows already decided are left alone."""
        try:
            return self._ingest_together(raw_ids)
        except Exception as error:  # noqa: BLE001 (rule 6: outside the failed transaction, then parked)
            if len(raw_ids) == 1:
                return self._failed(raw_ids[0], error)
            log.warning(
                "a batch of %d mails failed (%s); taking them one by one", len(raw_ids), type(error).__name__
            )
        report = IngestReport()
        for raw_id in raw_ids:
            report.add(self.ingest([raw_id]))
        return report

    def _ingest_together(self, raw_ids: Sequence[int]) -> IngestReport:
        with db.reading() as session:
            digests = {
                row.id: row.sha256
                for row in session.execute(
                    sa.select(RawMail.id, RawMail.sha256).where(
                        RawMail.id.in_(raw_ids), RawMail.state == RawState.STORED
                    )
                )
            }
        letters = self._read({raw_id: digests[raw_id] for raw_id in sorted(digests)})
        passing("ingest.read")
        with db.transaction() as session:
            report = self._apply_batch(session, letters)
            passing("ingest.written")
        passing("ingest.committed")
        for message_id in report.receipts:
            queue.ring("deliver_message", message_id)
        return report

    def _read(self, digests: dict[int, str]) -> list[_Letter]:
        """Parse the mails of these journal rows, and put their files where they stay."""
        mails = {raw_id: parse_mail(self._blobs.get(digest)) for raw_id, digest in digests.items()}
        parts = [part for mail in mails.values() for part in mail.attachments]
        stored = iter(self._blobs.put_all([part.content for part in parts]))
        # The files are stored now: the letters of a batch need not hold their bytes any longer.
        return [
            _Letter(
                raw_id,
                replace(mail, attachments=()),
                tuple(_letter_file(part, next(stored)) for part in mail.attachments),
            )
            for raw_id, mail in mails.items()
        ]

    def _apply_batch(self, session: Session, letters: Sequence[_Letter]) -> IngestReport:
        report = IngestReport()
        if session.get_bind().dialect.name == "postgresql":
            session.execute(sa.select(sa.func.pg_advisory_xact_lock(ADVISORY_LOCK)))
        rows = {
            raw.id: raw
            for raw in session.scalars(
                sa.select(RawMail)
                .where(RawMail.id.in_([letter.raw_id for letter in letters]))
                .with_for_update()
            )
        }
        waiting = [letter for letter in letters if rows[letter.raw_id].state == RawState.STORED]
        mails = [letter.mail for letter in waiting]
        known = Known(
            session,
            mails,
            [rows[letter.raw_id] for letter in waiting],
            token_key=self._token_key,
            instance=self._instance,
        )
        cards = customers.find_by_addresses(session, [sender_address(mail) for mail in mails])
        batch = _Batch(session, known, cards, Filing(session))
        for letter in waiting:
            report.count(self._apply(batch, rows[letter.raw_id], letter))
            passing("ingest.applied")
        batch.filing.write()
        report.receipts += send_receipts(session, batch.opened, now=db.now(), settings=self._settings)
        return report

    def _apply(self, batch: _Batch, raw: RawMail, letter: _Letter) -> str:
        session, known, mail, now = batch.session, batch.known, letter.mail, db.now()
        raw.content_key, raw.sender, raw.subject = (
            mail.content_key,
            mail.sender.email[:320],
            mail.subject[:500],
        )
        facts = known.facts(mail, now=now, reopen_days=10**5 if raw.history else self._settings.reopen_days)
        arrival = known.arrival(raw, mail)
        decision = decide(mail, arrival, facts)
        if decision.kind is Outcome.DUPLICATE or decision.kind is Outcome.OWN:
            return self._set_aside(batch, raw, decision, arrival.same_as, now)
        customer = self._card(batch, mail, now)
        filed = self._incoming(batch, raw, letter, decision, now)
        if decision.ticket_id is None:
            ticket = batch.filing.open_ticket(filed, customer)
        else:
            ticket = known.ticket(decision.ticket_id)
        wakes = decision.wakes and not raw.history
        message = batch.filing.file_letter(ticket, filed, customer, wakes=wakes, now=now)
        batch.placed[raw.id] = ticket
        if decision.ticket_id is None:
            batch.opened.append(opened(ticket, message, raw, mail))
        self._note_bounce(session, mail, arrival, now)
        known.filed(raw, mail, ticket, () if filed.held else [filed.sender_email])
        state = RawState.AUTOMATIC if message.automatic else RawState.FILED
        decide_row(session, raw, state, decision.reason, now=now)
        return state

    def _set_aside(
        self, batch: _Batch, raw: RawMail, decision: Decision, same_as: int | None, now: datetime
    ) -> str:
        state = RawState.DUPLICATE if decision.kind is Outcome.DUPLICATE else RawState.OWN
        raw.duplicate_of_id = same_as
        decide_row(batch.session, raw, state, decision.reason, now=now)
        with batch.session.no_autoflush:  # its journal row is older than this transaction
            original = batch.session.get(RawMail, same_as) if same_as else None
        if original is not None and original.mailbox_id != raw.mailbox_id:
            self._also_sent_to(batch, original, raw, now)
        return state

    def _also_sent_to(self, batch: _Batch, original: RawMail, raw: RawMail, now: datetime) -> None:
        """One letter to two of our mailboxes is one ticket that says so."""
        of_original = (
            sa.select(Ticket)
            .join(Message, Message.ticket_id == Ticket.id)
            .where(Message.raw_mail_id == original.id)
        )
        ticket = batch.placed.get(original.id) or batch.session.scalar(of_original)
        if ticket is not None:
            tickets.record(batch.session, "also-sent-to", ticket=ticket, now=now, mailbox=raw.mailbox.address)
            tickets.changed(batch.session, ticket.id, "event", now)

    def _card(self, batch: _Batch, mail: ParsedMail, now: datetime) -> Customer:
        email = sender_address(mail)
        card = batch.cards.get(email)
        if card is None:
            language = letter_language(mail.subject, mail.text)
            card = customers.make(batch.session, email, mail.sender.name, now=now, language=language)
            batch.cards[email] = card
        elif mail.sender.name and not card.name:
            card.name = mail.sender.name[: customers.LONGEST_NAME]
        return card

    def _incoming(
        self, batch: _Batch, raw: RawMail, letter: _Letter, decision: Decision, now: datetime
    ) -> IncomingLetter:
        sent: Sequence[str] = ()
        if decision.ticket_id is not None and batch.known.is_answered(decision.ticket_id):
            # What we sent does not depend on what this batch is about to write.
            with batch.session.no_autoflush:
                sent = letter_rows.sent_texts(batch.session, decision.ticket_id, self._settings)
        reused_id = batch.known.reused_id(letter.mail)
        copy = Copy(raw.id, raw.mailbox_id, raw.internal_date, raw.history, reused_id)
        return incoming_letter(copy, letter.mail, letter.files, decision, sent_texts=sent, now=now)

    def _note_bounce(self, session: Session, mail: ParsedMail, arrival: Arrival, now: datetime) -> None:
        if mail.bounce is None or arrival.bounced is None:
            return
        bounce.record_bounce(
            session,
            arrival.bounced[1],
            mail.bounce.recipients,
            mail.bounce.status,
            mail.bounce.diagnostic,
            mail.bounce.action,
            now,
        )

    def _failed(self, raw_id: int, error: Exception) -> IngestReport:
        """One letter, alone, was not ingested."""
        if isinstance(error, sa.exc.IntegrityError):
            # An agent made, or merged, the same client card at this moment: the second time it is there, or gone.
            try:
                return self._ingest_together([raw_id])
            except Exception as second:  # noqa: BLE001 (rule 6, as above)
                error = second
        log.error("mail %d could not be ingested\n%s", raw_id, set_aside.trace_of(error))
        report = IngestReport()
        if set_aside.is_passing(error):
            set_aside.put_off(raw_id, error)
            report.put_off.append(raw_id)
        elif set_aside.park(raw_id, error):
            report.count(RawState.PARKED)
        return report


def _letter_file(part: ParsedAttachment, digest: str) -> LetterFile:
    return LetterFile(
        part.filename, part.content_type, part.content_id, part.inline, len(part.content), digest
    )
