"""One transaction's worth of read letters: gather what the database knows, decide each, apply through app's services.

Called by ingest for a batch that is read already, inside the transaction that ingest opens.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app import db
from app.blobs import BlobStore
from app.customers import service as customers
from app.customers.models import Customer
from app.failpoints import passing
from app.mailboxes.form_letters import is_by_form
from app.mailboxes.models import RawMail, RawState
from app.mailboxes.parked import FLOOD, is_told
from app.outgoing import bounce, letter_rows, states
from app.outgoing.service import instance_id, token_key
from app.settings import Settings
from app.tickets import service as tickets
from app.tickets import shredding, spam
from app.tickets.filing import Filing, IncomingLetter
from app.tickets.models import Message, Ticket
from mail_ingest import by_hand, notice_answers
from mail_ingest.acknowledge import Opened, opened, send_receipts
from mail_ingest.ask_rules import Arrived, arrived, ask_rules
from mail_ingest.decide import Arrival, Decision, Outcome, decide
from mail_ingest.facts import Known
from mail_ingest.flood import Flood
from mail_ingest.incoming import Copy, incoming_letter, sender_address
from mail_ingest.journal import decide_row
from mail_ingest.parse import ParsedMail
from mail_ingest.passed_on import taken
from mail_ingest.reader_batch import Letter
from mail_ingest.thread import Facts

# One applier at a time, so that an answer always sees its parent. Any fixed number does.
ADVISORY_LOCK = 7_305_411


@dataclass
class Applied:
    """The state each journal row of the batch got, in order, and the receipts that were written on the way."""

    states: list[str] = field(default_factory=list)
    receipts: list[int] = field(default_factory=list)


@dataclass(frozen=True)
class _Batch:
    """What the letters of one transaction share. `cards`: client cards by address, with those made on the way;
    `placed`: the tickets of letters of this very batch, by journal row, before they are written."""

    session: Session
    known: Known
    cards: dict[str, Customer]
    filing: Filing
    flood: Flood
    placed: dict[int, Ticket] = field(default_factory=dict)
    opened: list[Opened] = field(default_factory=list)
    # Every letter that was filed, for the rules.
    arrived: list[Arrived] = field(default_factory=list)
    # Addresses of people who wrote.
    wrote: set[str] = field(default_factory=set)
    # How many letters each learnt sender of spam has sent.
    caught: Counter[str] = field(default_factory=Counter)


class Applier:
    """Writes what was decided. One object per process."""

    def __init__(self, settings: Settings, blobs: BlobStore) -> None:
        self._settings = settings
        self._blobs = blobs
        self._token_key = token_key(settings)
        self._instance = instance_id(settings)

    def apply(self, session: Session, letters: Sequence[Letter]) -> Applied:
        """Decide and write these letters; rows that were decided meanwhile are left alone."""
        applied = Applied()
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
        waiting = [self._taken(letter, rows[letter.raw_id], known) for letter in waiting]
        cards = customers.hold_by_addresses(session, [sender_address(letter.mail) for letter in waiting])
        senders = [(rows[letter.raw_id], _came_from(letter)) for letter in waiting]
        flood = Flood(session, senders, limit=self._settings.sender_hourly_limit)
        batch = _Batch(session, known, cards, Filing(session), flood)
        for letter in waiting:
            applied.states.append(self._apply(batch, rows[letter.raw_id], letter))
            passing("ingest.applied")
        batch.filing.write()
        bounce.wrote_again(session, batch.wrote)
        spam.note_caught(session, batch.caught, now=db.now())
        applied.receipts += ask_rules(session, batch.arrived, now=db.now(), settings=self._settings)
        applied.receipts += send_receipts(session, batch.opened, now=db.now(), settings=self._settings)
        return applied

    def _apply(self, batch: _Batch, raw: RawMail, letter: Letter) -> str:
        session, known, mail, now = batch.session, batch.known, letter.mail, db.now()
        raw.content_key, raw.sender, raw.subject = mail.content_key, _came_from(letter), mail.subject[:500]
        if (told := by_hand.told(session, raw, mail)) is not None:
            return self._file(batch, raw, letter, told.decision, told.ticket)
        facts = known.facts(letter, now=now, reopen_days=10**5 if raw.history else self._settings.reopen_days)
        arrival = known.arrival(raw, letter)
        if is_by_form(raw):  # Nothing that was typed there points anywhere.
            facts, arrival = Facts(now, facts.reopen_days), replace(arrival, bounced=None, by_form=True)
        decision = decide(mail, arrival, facts)
        if decision.kind is Outcome.DUPLICATE or decision.kind is Outcome.OWN:
            return self._set_aside(batch, raw, decision, arrival.same_as, now)
        if (settled := notice_answers.settle(session, raw, letter, self._token_key, now=now)) is not None:
            return settled
        if arrival.bounced is None and not decision.spam and batch.flood.is_over(raw, raw.sender):
            return self._hold_back(session, raw, now)
        ticket = None if decision.ticket_id is None else known.ticket(decision.ticket_id)
        state = self._file(batch, raw, letter, decision, ticket)
        self._note_bounce(session, mail, arrival, now)
        if mail.bounce is None:
            _note_proof(session, facts, mail, now)
        return state

    def _file(
        self, batch: _Batch, raw: RawMail, letter: Letter, decision: Decision, ticket: Ticket | None
    ) -> str:
        """Write the letter into this ticket, or into a new one."""
        session, mail, now = batch.session, letter.mail, db.now()
        filed = self._incoming(batch, raw, letter, decision, now)
        customer = self._card(batch, mail, filed.language, now)
        if ticket is None:
            ticket = batch.filing.open_ticket(filed, customer)
        wakes = decision.wakes and not raw.history
        message = batch.filing.file_letter(ticket, filed, customer, wakes=wakes, now=now)
        batch.placed[raw.id] = ticket
        if decision.thanks:
            tickets.record(session, "thanks", ticket=ticket, now=now, message_id=message.id)
        if decision.spam:
            batch.caught[decision.spam] += 1
        else:
            batch.arrived.append(arrived(ticket, message, raw, letter, first=decision.ticket_id is None))
        if not decision.spam and decision.ticket_id is None and filed.forwarder is None:
            # The first writer of a letter that was passed on did not write to us and gets no receipt.
            batch.opened.append(opened(ticket, message, raw, letter))
        if message.automatic is None and not (raw.history or decision.spam or is_by_form(raw)):
            batch.wrote.add(filed.sender_email)
        told = is_told(raw)
        batch.known.filed(raw, mail, ticket, () if filed.held or told else [filed.sender_email])
        if told:
            by_hand.note(session, raw, ticket, now=now)
        state = RawState.AUTOMATIC if message.automatic else RawState.FILED
        state = RawState.SPAM if decision.spam else state
        decide_row(session, raw, state, decision.reason, now=now)
        return state

    def _taken(self, letter: Letter, raw: RawMail, known: Known) -> Letter:
        if is_by_form(raw):  # What somebody says there of other letters makes none of them ours.
            return by_hand.addressed(letter, raw)
        return by_hand.addressed(letter, raw) if is_told(raw) else taken(letter, raw, known, self._blobs)

    def _hold_back(self, session: Session, raw: RawMail, now: datetime) -> str:
        raw.attempts += 1
        reason = FLOOD.format(limit=self._settings.sender_hourly_limit)
        decide_row(session, raw, RawState.PARKED, reason, now=now)
        return RawState.PARKED

    def _set_aside(
        self, batch: _Batch, raw: RawMail, decision: Decision, same_as: int | None, now: datetime
    ) -> str:
        state = RawState.DUPLICATE if decision.kind is Outcome.DUPLICATE else RawState.OWN
        raw.duplicate_of_id = same_as
        decide_row(batch.session, raw, state, decision.reason, now=now)
        with batch.session.no_autoflush:  # its journal row is older than this transaction
            original = batch.session.get(RawMail, same_as) if same_as else None
        if original is not None and original.state == RawState.DELETED:
            # Its ticket was deleted for good: another copy must not bring back what was in it.
            raw.sender, raw.subject, state = "", "", RawState.DELETED
            decide_row(
                batch.session,
                raw,
                RawState.DELETED,
                f"a copy of mail {original.id}, which was deleted",
                now=now,
            )
            shredding.unwanted(batch.session, [raw.sha256], now)
        elif original is not None and original.mailbox_id != raw.mailbox_id:
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

    def _card(self, batch: _Batch, mail: ParsedMail, language: str, now: datetime) -> Customer:
        email = sender_address(mail)
        card = batch.cards.get(email)
        if card is None:
            card = customers.make(batch.session, email, mail.sender.name, now=now, language=language)
            batch.cards[email] = card
        elif mail.sender.name and not card.name:
            card.name = mail.sender.name[: customers.LONGEST_NAME]
        return card

    def _incoming(
        self, batch: _Batch, raw: RawMail, letter: Letter, decision: Decision, now: datetime
    ) -> IncomingLetter:
        sent: Sequence[str] = ()
        if decision.ticket_id is not None and batch.known.is_answered(decision.ticket_id):
            # What we sent does not depend on what this batch is about to write.
            with batch.session.no_autoflush:
                sent = letter_rows.sent_texts(batch.session, decision.ticket_id, self._settings)
        reused_id = letter.forward is None and batch.known.reused_id(letter.mail)
        copy = Copy(raw.id, raw.mailbox_id, raw.internal_date, raw.history, reused_id)
        return incoming_letter(copy, letter, decision, sent_texts=sent, now=now)

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


def _note_proof(session: Session, facts: Facts, mail: ParsedMail, now: datetime) -> None:
    """Who answers a letter of ours has it: it need not stay uncertain."""
    for message_id in sorted({message_id for _ticket, message_id in facts.tokens.values()}):
        with session.no_autoflush:
            states.proved_arrived(session, message_id, mail.sender.email, now, how="reply")


def _came_from(letter: Letter) -> str:
    """The address that sent it to us, as the journal has it."""
    return (letter.forward.by if letter.forward else letter.mail.sender).email[:320]
