"""The shell around the pure middle: journal rows in, tickets out.

Bytes are parsed outside any transaction; then, in one transaction for the batch, facts are gathered, each letter is
decided and applied through app's services. If anything in a batch fails, its letters are taken one by one, and one
that still fails is parked with the reason; nobody else waits for it.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app import db
from app.blobs import BlobStore
from app.customers import service as customers
from app.customers.models import Customer
from app.errors import NotFound, PermanentFailure
from app.mailboxes.models import RawMail, RawState
from app.outgoing import bounce, letter_rows
from app.outgoing.service import instance_id, token_key
from app.settings import Settings
from app.tickets import service as tickets
from app.tickets.filing import Filing, IncomingLetter, LetterFile
from app.tickets.models import Message, Ticket
from mail_ingest.decide import Arrival, Decision, Outcome, decide
from mail_ingest.facts import Known
from mail_ingest.incoming import Copy, incoming_letter, letter_language, sender_address
from mail_ingest.journal import decide_row, undecided_ids
from mail_ingest.parse import ParsedMail, parse_mail

log = logging.getLogger(__name__)

BATCH = 50
# One applier at a time, so that an answer always sees its parent. Any fixed number does.
ADVISORY_LOCK = 7_305_411


@dataclass
class IngestReport:
    """What became of a run: how many mails ended in each state."""

    outcomes: dict[str, int] = field(default_factory=dict)

    def count(self, state: str) -> None:
        self.outcomes[state] = self.outcomes.get(state, 0) + 1

    def add(self, other: IngestReport) -> None:
        for state, number in other.outcomes.items():
            self.outcomes[state] = self.outcomes.get(state, 0) + number


@dataclass(frozen=True)
class _Letter:
    raw_id: int
    mail: ParsedMail
    files: tuple[LetterFile, ...]


@dataclass(frozen=True)
class _Batch:
    """What the letters of one transaction share. `cards`: client cards by address, with those made on the way."""

    session: Session
    known: Known
    cards: dict[str, Customer]
    filing: Filing


class Ingest:
    """Decides journalled mail. One object per process; safe to use from one thread at a time."""

    def __init__(self, settings: Settings, blobs: BlobStore) -> None:
        self._settings = settings
        self._blobs = blobs
        self._token_key = token_key(settings)
        self._instance = instance_id(settings)

    def drain(self, *, mailbox_id: int | None = None) -> IngestReport:
        """Decide everything that waits, oldest first."""
        report = IngestReport()
        while True:
            with db.reading() as session:
                ids = undecided_ids(session, limit=BATCH, mailbox_id=mailbox_id)
            if not ids:
                return report
            report.add(self.ingest(ids))

    def ingest(self, raw_ids: Sequence[int]) -> IngestReport:
        """Decide these rows (at most a batch or so at once); rows already decided are left alone."""
        try:
            return self._ingest_together(raw_ids)
        except Exception as error:  # noqa: BLE001 (rule 6: outside the failed transaction, then parked)
            if len(raw_ids) == 1:
                return self._park(raw_ids[0], error)
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
        letters = [self._read(raw_id, digests[raw_id]) for raw_id in sorted(digests)]
        with db.transaction() as session:
            return self._apply_batch(session, letters)

    def _read(self, raw_id: int, digest: str) -> _Letter:
        mail = parse_mail(self._blobs.get(digest))
        files = tuple(
            LetterFile(
                part.filename,
                part.content_type,
                part.content_id,
                part.inline,
                len(part.content),
                self._blobs.put(part.content),
            )
            for part in mail.attachments
        )
        return _Letter(raw_id, mail, files)

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
        batch.filing.write()
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
            return self._set_aside(session, raw, decision, arrival.same_as, now)
        customer = self._card(batch, mail, now)
        filed = self._incoming(batch, raw, letter, decision, now)
        if decision.ticket_id is None:
            ticket = batch.filing.open_ticket(filed, customer)
        else:
            ticket = known.ticket(decision.ticket_id)
        wakes = decision.wakes and not raw.history
        message = batch.filing.file_letter(ticket, filed, customer, wakes=wakes, now=now)
        self._note_bounce(session, mail, arrival, now)
        known.filed(raw, mail, ticket, () if filed.held else [filed.sender_email])
        state = RawState.AUTOMATIC if message.automatic else RawState.FILED
        decide_row(session, raw, state, decision.reason, now=now)
        return state

    def _set_aside(
        self, session: Session, raw: RawMail, decision: Decision, same_as: int | None, now: datetime
    ) -> str:
        state = RawState.DUPLICATE if decision.kind is Outcome.DUPLICATE else RawState.OWN
        raw.duplicate_of_id = same_as
        decide_row(session, raw, state, decision.reason, now=now)
        original = session.get(RawMail, same_as) if same_as else None
        if original is not None and original.mailbox_id != raw.mailbox_id:
            self._also_sent_to(session, original, raw, now)
        return state

    def _also_sent_to(self, session: Session, original: RawMail, raw: RawMail, now: datetime) -> None:
        """One letter to two of our mailboxes is one ticket that says so."""
        ticket = session.scalar(
            sa.select(Ticket)
            .join(Message, Message.ticket_id == Ticket.id)
            .where(Message.raw_mail_id == original.id)
        )
        if ticket is not None:
            tickets.record(session, "also-sent-to", ticket=ticket, now=now, mailbox=raw.mailbox.address)
            tickets.changed(session, ticket.id, "event", now)

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

    def _park(self, raw_id: int, error: Exception) -> IngestReport:
        """Set one mail aside, visibly, with its bytes kept; `flask replay-parked` takes it up again."""
        log.error("mail %d could not be ingested", raw_id, exc_info=error)
        if isinstance(error, sa.exc.OperationalError | OSError):
            raise error  # database or disk, not the mail, is at fault: it stays undecided and is tried again
        report = IngestReport()
        with db.transaction() as session:
            raw = session.get(RawMail, raw_id)
            if raw is not None and raw.state == RawState.STORED:
                raw.attempts += 1
                decide_row(session, raw, RawState.PARKED, _why(error), now=db.now())
                report.count(RawState.PARKED)
        return report


def _why(error: Exception) -> str:
    if isinstance(error, NotFound | PermanentFailure):
        return str(error)
    return f"{type(error).__name__}: {str(error)[:300]}"
