"""Gathering: what the database knows that bears on a batch of letters, kept current while the batch is applied.

A handful of queries serve the whole batch. Whatever one letter of the batch changes (its ticket, its Message-ID, its
participants) the next one already sees, so the result does not depend on how letters were grouped.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.customers.models import Customer, CustomerAddress
from app.mailboxes.models import RawMail, RawState
from app.outgoing.ids import MOST_MARKS, marks_in, read_token
from app.outgoing.models import Outbox
from app.tickets import spam
from app.tickets.models import Kind, Message, MessageReference, Participant, Status, Ticket
from app.tickets.spam_patterns import caught_by
from mail_ingest.decide import Arrival
from mail_ingest.moved import where_now
from mail_ingest.ourselves import OurMailbox, load_ourselves
from mail_ingest.parse import ParsedMail
from mail_ingest.reader_batch import Letter
from mail_ingest.thanks import is_bare_thanks, may_be_thanks
from mail_ingest.thread import Facts, TicketFacts, named_ids, subject_number

# Longer ids are cut the same way on both sides; PostgreSQL cannot index more than 2,700 bytes.
LONGEST_ID = 600
FOLLOW_MERGES = 20
# Of the tickets that one Message-ID leads to, the oldest so many: some carriers give all their letters the same id, and
# somebody may name another's id in thousands of letters. What belongs together is at the beginning.
MOST_LED_TO = 50
_SETTLED = frozenset((Status.CLOSED, Status.WAITING))
# Another copy of such a mail is no news, also of one that was deleted for good.
_PLACED = (RawState.FILED, RawState.AUTOMATIC, RawState.OWN, RawState.SPAM, RawState.DELETED)


def short_id(message_id: str) -> str:
    """A Message-ID as we store and compare it."""
    return message_id[:LONGEST_ID]


class Known:
    """The knowledge of one batch. Build it inside the transaction that applies the batch."""

    def __init__(
        self,
        session: Session,
        mails: Sequence[ParsedMail],
        raws: Sequence[RawMail],
        *,
        token_key: bytes,
        instance: str,
    ) -> None:
        self._session = session
        self._key = token_key
        self._instance = instance
        self._marks = {mail.content_key: _marks(mail) for mail in mails}
        self._tokens = where_now(
            session,
            {
                text: token
                for mail in mails
                for text in self._token_texts(mail)
                if (token := read_token(text, token_key)) is not None
            },
        )
        self._spammers = spam.learnt_among(session, {mail.sender.email for mail in mails})
        self._stored: dict[str, dict[int, None]] = defaultdict(dict)
        self._kin: dict[str, dict[int, None]] = defaultdict(dict)
        self._tickets: dict[int, TicketFacts] = {}
        self._rows: dict[int, Ticket] = {}
        self._same_bytes: dict[tuple[int, str], int] = {}
        self._same_letter: dict[str, int] = {}
        self._message_ids: set[str] = set()
        us = load_ourselves(session)
        self._mailboxes, self._left = us.mailboxes, us.left
        # Addresses of our mailboxes; active agents: address in lower case → name.
        self.our_addresses, self.agents = us.addresses, us.agents
        self._load_messages(mails)
        self._load_tickets(self._wanted_tickets(mails))
        self._load_copies(mails, raws)
        self._answered = self._load_answered()

    def mailbox(self, mailbox_id: int) -> OurMailbox:
        return self._mailboxes.get(mailbox_id, OurMailbox())

    def arrival(self, raw: RawMail, letter: Letter) -> Arrival:
        """How this copy relates to what the journal already holds."""
        mail = letter.mail
        same_bytes = self._same_bytes.get((raw.mailbox_id, raw.sha256))
        same_letter = self._same_letter.get(mail.content_key) if mail.message_id else None
        return Arrival(
            self._instance,
            self.our_addresses,
            same_bytes or same_letter,
            same_bytes=same_bytes is not None,
            bounced=self._bounced(mail),
            forward=letter.forward,
            thanks=not self.mailbox(raw.mailbox_id).thanks_reopen and self._is_thanks(letter),
            spam=caught_by(mail.sender.email, self._spammers),
        )

    def facts(self, letter: Letter, *, now: datetime, reopen_days: int) -> Facts:
        mail = letter.mail
        tokens = {text: self._tokens[text] for text in self._token_texts(mail) if text in self._tokens}
        named = {
            name: tuple(self._stored[short_id(name)])
            for name in named_ids(mail)
            if short_id(name) in self._stored
        }
        kin = dict.fromkeys(
            ticket
            for name in (mail.message_id, *named_ids(mail))
            if name
            for ticket in self._kin.get(short_id(name), ())
        )
        return Facts(now, reopen_days, tokens, named, tuple(kin), self._tickets, letter.check)

    def look_up(self, mail: ParsedMail) -> None:
        """Learn what bears on a letter that was found inside another one. A few more questions, and seldom."""
        self._load_messages([mail])
        self._load_tickets(self._wanted_tickets([mail]))

    def reused_id(self, mail: ParsedMail) -> bool:
        """True when another letter with this Message-ID, but other content, is already here."""
        return bool(mail.message_id) and short_id(mail.message_id) in self._message_ids

    def ticket(self, ticket_id: int) -> Ticket:
        """The row of a ticket that the facts named."""
        return self._rows[ticket_id]

    def is_answered(self, ticket_id: int) -> bool:
        """True when mail of ours went out, or is about to, in this ticket."""
        return ticket_id in self._answered

    def filed(self, raw: RawMail, mail: ParsedMail, ticket: Ticket, participants: Iterable[str]) -> None:
        """Tell the rest of the batch where this letter went."""
        self._same_letter.setdefault(mail.content_key, raw.id)
        self._same_bytes.setdefault((raw.mailbox_id, raw.sha256), raw.id)
        if mail.message_id:
            _lead(self._stored[short_id(mail.message_id)], ticket.id)
            self._message_ids.add(short_id(mail.message_id))
        for name in named_ids(mail):
            _lead(self._kin[short_id(name)], ticket.id)
        self._rows[ticket.id] = ticket
        before = self._tickets.get(ticket.id)
        everybody = frozenset(participants) | (before.participants if before else frozenset())
        self._tickets[ticket.id] = TicketFacts(
            ticket.id,
            everybody,
            ticket.closed_at,
            ticket.subject,
            settled=ticket.status in _SETTLED,
            spam=ticket.status == Status.SPAM,
        )

    def _is_thanks(self, letter: Letter) -> bool:
        written = letter.body.visible
        if letter.files or letter.mail.automatic or letter.mail.bounce or not may_be_thanks(written):
            return False
        return is_bare_thanks(written, [letter.mail.sender.name, *self.agents.values()])

    def _token_texts(self, mail: ParsedMail) -> tuple[str, ...]:
        """Where a token of ours may stand in a letter: the ids it names, the addresses it was sent to, its text."""
        addresses = [address.email for address in (*mail.to, *mail.cc)]
        marks = self._marks.get(mail.content_key, ())
        return tuple(dict.fromkeys((*named_ids(mail), *addresses, *mail.delivered_to, *marks)))

    def _bounced(self, mail: ParsedMail) -> tuple[int, int] | None:
        if mail.bounce is None:
            return None
        sent_to = [address.email for address in mail.to]
        # The mark last: in what came back it is our letter's own, since what we quote has none.
        places = (*named_ids(mail), *mail.delivered_to, *sent_to, *self._marks.get(mail.content_key, ()))
        for text in (mail.bounce.original_message_id, *places):
            token = self._tokens.get(text) or (read_token(text, self._key) if text else None)
            if token is not None and token[0] in self._tickets:
                return self._tickets[token[0]].merged_into or token[0], token[1]
        return None

    def _load_messages(self, mails: Sequence[ParsedMail]) -> None:
        own = {short_id(mail.message_id) for mail in mails if mail.message_id}
        names = {short_id(name) for mail in mails for name in named_ids(mail)}
        query = (
            sa.select(Message.rfc_message_id, Message.ticket_id, Message.kind)
            .where(Message.rfc_message_id.in_(own | names))
            .order_by(Message.id)
        )
        for name, ticket_id, kind in self._session.execute(query):
            self._message_ids.add(name)
            if kind == Kind.INCOMING:
                _lead(self._stored[name], ticket_id)
        query_kin = (
            sa.select(MessageReference.rfc_message_id, Message.ticket_id)
            .join(Message, Message.id == MessageReference.message_id)
            .where(MessageReference.rfc_message_id.in_(own | names))
            .group_by(MessageReference.rfc_message_id, Message.ticket_id)
            .order_by(sa.func.min(Message.id))
        )
        for name, ticket_id in self._session.execute(query_kin):
            _lead(self._kin[name], ticket_id)

    def _wanted_tickets(self, mails: Sequence[ParsedMail]) -> set[int]:
        wanted = {ticket for ticket, _message in self._tokens.values()}
        wanted.update(ticket for tickets in self._stored.values() for ticket in tickets)
        wanted.update(ticket for tickets in self._kin.values() for ticket in tickets)
        wanted.update(number for mail in mails if (number := subject_number(mail.subject)) is not None)
        bounced = (read_token(mail.bounce.original_message_id, self._key) for mail in mails if mail.bounce)
        wanted.update(token[0] for token in bounced if token is not None)
        return wanted

    def _load_tickets(self, wanted: set[int]) -> None:
        merged: dict[int, int] = {}
        for _ in range(FOLLOW_MERGES):
            wanted = {ticket for ticket in wanted if ticket not in self._tickets}
            if not wanted:
                break
            # Locked: an agent who closes a ticket at this moment is waited for, so that the letter reopens it.
            mine = sa.select(Ticket).where(Ticket.id.in_(wanted)).order_by(Ticket.id)
            rows = self._session.scalars(mine.with_for_update()).all()
            people = self._people(wanted)
            for row in rows:
                self._rows[row.id] = row
                self._tickets[row.id] = TicketFacts(
                    row.id,
                    frozenset(people[row.id]),
                    row.closed_at,
                    row.subject,
                    row.merged_into_id,
                    settled=row.status in _SETTLED,
                    spam=row.status == Status.SPAM,
                )
                if row.merged_into_id is not None:
                    merged[row.id] = row.merged_into_id
            wanted = set(merged.values())
        for ticket_id in merged:
            self._point_to_end(ticket_id, merged)

    def _point_to_end(self, ticket_id: int, merged: dict[int, int]) -> None:
        end = ticket_id
        for _ in range(FOLLOW_MERGES):
            end = merged.get(end, end)
        self._tickets[ticket_id] = replace(self._tickets[ticket_id], merged_into=end)

    def _load_answered(self) -> frozenset[int]:
        if not self._rows:
            return frozenset()
        query = (
            sa.select(Message.ticket_id)
            .join(Outbox, Outbox.message_id == Message.id)
            .where(Message.ticket_id.in_(self._rows))
        )
        return frozenset(self._session.scalars(query))

    def _people(self, wanted: set[int]) -> dict[int, set[str]]:
        """Who may speak in each ticket: its participants and every address of its customer's card."""
        people: dict[int, set[str]] = defaultdict(set)
        allowed = sa.select(Participant.ticket_id, Participant.email).where(
            Participant.ticket_id.in_(wanted), Participant.email.not_in(self._left)
        )
        of_card = (
            sa.select(Ticket.id, CustomerAddress.email)
            .join(Customer, Customer.id == Ticket.customer_id)
            .join(CustomerAddress, CustomerAddress.customer_id == Customer.id)
            .where(Ticket.id.in_(wanted))
        )
        for ticket_id, email in self._session.execute(sa.union_all(allowed, of_card)):
            people[ticket_id].add(email)
        return people

    def _load_copies(self, mails: Sequence[ParsedMail], raws: Sequence[RawMail]) -> None:
        placed = RawMail.state.in_(_PLACED)
        by_bytes = sa.select(RawMail.mailbox_id, RawMail.sha256, RawMail.id).where(
            placed, RawMail.sha256.in_({raw.sha256 for raw in raws})
        )
        for mailbox_id, digest, raw_id in self._session.execute(by_bytes.order_by(RawMail.id)):
            self._same_bytes.setdefault((mailbox_id, digest), raw_id)
        keys = {mail.content_key for mail in mails}
        by_content = sa.select(RawMail.content_key, RawMail.id).where(placed, RawMail.content_key.in_(keys))
        for key, raw_id in self._session.execute(by_content.order_by(RawMail.id)):
            self._same_letter.setdefault(key, raw_id)


def _lead(found: dict[int, None], ticket_id: int) -> None:
    """Remember a ticket, in order and once."""
    if len(found) < MOST_LED_TO:
        found.setdefault(ticket_id)


def _marks(mail: ParsedMail) -> tuple[str, ...]:
    """The marks of our letters that this one quotes, in its text or hidden in its HTML."""
    found = [*marks_in(mail.text), *(marks_in(mail.html) if mail.html else ())]
    return tuple(dict.fromkeys(found))[:MOST_MARKS]
