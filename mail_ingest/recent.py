"""Which ticket takes a letter that would open yet another one of the same sender.

Between deciding and applying. A program that writes by itself, or a responder that nothing gives away, must not fill
the inbox with tickets: its mail joins the newest one of the same address. Nobody else's ticket is ever touched.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.mailboxes.models import RawMail, RawState
from app.tickets.models import Kind, Message, Status, Ticket
from mail_ingest.decide import Decision, Outcome
from mail_ingest.flood import moment
from mail_ingest.thread import Evidence

# Mail of a program joins what the same program sent lately; a person's, only above a pace no person keeps.
PROGRAM_WINDOW = timedelta(days=3)
PERSON_WINDOW = timedelta(hours=1)
MOST_TICKETS = 5


@dataclass
class _Opened:
    """A ticket that a letter of this sender has opened; `programs`: nothing but automatic mail came into it."""

    ticket_id: int
    at: datetime
    programs: bool


class Recent:
    """What the senders of a batch have opened lately, in each mailbox; kept current while the batch is applied."""

    def __init__(self, session: Session, letters: Sequence[tuple[RawMail, str]]) -> None:
        self._session = session
        self._opened: dict[tuple[int, str], list[_Opened]] = defaultdict(list)
        self._rows: dict[int, Ticket] = {}
        senders = {sender for raw, sender in letters if sender and not raw.history}
        if not senders:
            return
        since = min(moment(raw) for raw, _sender in letters) - PROGRAM_WINDOW
        for mailbox_id, sender, ticket_id, at, programs in session.execute(_question(senders, since)):
            if at is not None:
                self._opened[mailbox_id, sender].append(_Opened(ticket_id, at, bool(programs)))

    def joined(self, decision: Decision, raw: RawMail, sender: str) -> tuple[Decision, Ticket | None]:
        """The decision as it was, or with the ticket that takes the letter instead of a new one."""
        if decision.kind is not Outcome.NEW or decision.related_id is not None or raw.history or not sender:
            return decision, None
        found = self._candidate(raw, sender, automatic=decision.automatic is not None)
        ticket = self._row(found.ticket_id) if found else None
        if ticket is None or found is None:
            return decision, None
        rule = "same-program" if decision.automatic else "flood"
        evidence = (*decision.evidence, Evidence(rule, f"#{ticket.id}"))
        reason = f"{decision.reason}; joined to #{ticket.id} of the same sender"
        return replace(
            decision, kind=Outcome.ADD, ticket_id=ticket.id, reason=reason, evidence=evidence
        ), ticket

    def filed(self, raw: RawMail, sender: str, ticket: Ticket, decision: Decision) -> None:
        """Tell the rest of the batch what this letter opened."""
        known = self._opened[raw.mailbox_id, sender]
        if decision.kind is Outcome.NEW:
            known.append(_Opened(ticket.id, moment(raw), decision.automatic is not None))
            self._rows[ticket.id] = ticket
        elif decision.automatic is None:
            for one in known:
                one.programs = one.programs and one.ticket_id != ticket.id

    def _candidate(self, raw: RawMail, sender: str, *, automatic: bool) -> _Opened | None:
        at = moment(raw)
        window = PROGRAM_WINDOW if automatic else PERSON_WINDOW
        known = [one for one in self._opened[raw.mailbox_id, sender] if at - window < one.at <= at]
        if automatic:
            known = [one for one in known if one.programs]
        elif len(known) < MOST_TICKETS:
            return None
        return max(known, key=lambda one: (one.at, one.ticket_id), default=None)

    def _row(self, ticket_id: int) -> Ticket | None:
        """The ticket, locked; None when an agent has closed it or merged it away: then a new one is right."""
        ticket = self._rows.get(ticket_id)
        if ticket is None:
            with self._session.no_autoflush:
                ticket = self._session.get(Ticket, ticket_id, with_for_update={"of": Ticket})
        if ticket is None or ticket.merged_into_id is not None:
            return None
        return ticket if ticket.status in (Status.OPEN, Status.WAITING, Status.SNOOZED) else None


def _question(senders: set[str], since: datetime) -> sa.Select[int, str, int, datetime | None, bool]:
    """Tickets whose first message is a letter of one of these senders, lately."""
    other, first = sa.orm.aliased(Message), sa.orm.aliased(Message)
    by_person = (
        sa.select(other.id)
        .where(other.ticket_id == Message.ticket_id, other.kind == Kind.INCOMING, other.automatic.is_(None))
        .exists()
    )
    earlier = sa.select(first.id).where(first.ticket_id == Message.ticket_id, first.id < Message.id).exists()
    return (
        sa.select(RawMail.mailbox_id, RawMail.sender, Message.ticket_id, RawMail.internal_date, ~by_person)
        .join(Message, Message.raw_mail_id == RawMail.id)
        .where(
            RawMail.sender.in_(senders),
            RawMail.internal_date > since,
            RawMail.state.in_((RawState.FILED, RawState.AUTOMATIC)),
            ~earlier,
        )
        .order_by(RawMail.internal_date)
    )
