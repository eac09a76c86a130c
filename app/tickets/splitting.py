"""Messages that belong elsewhere: a second matter becomes a ticket of its own, or messages move into another ticket.

What moved is written down, so that taking it back moves exactly that. Answers follow: the letters are found by their
Message-ID where they are now, our own by the mark that names them (mail_ingest.moved), and who takes part in what
moved takes part where it went.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.accounts.models import Agent
from app.accounts.rights import Who, rights_of
from app.customers import service as customers
from app.customers.models import Customer
from app.errors import Conflict, InvalidInput, NotFound
from app.tickets import search_index
from app.tickets.models import Kind, Message, Participant, Status, Ticket
from app.tickets.moving import ratings_follow, refresh_summary
from app.tickets.numbering import Numbers
from app.tickets.remembered import put_back, remembered
from app.tickets.search_filters import contains
from app.tickets.service import changed, lock, record
from app.tickets.shredding import ON_ITS_WAY

LONGEST_SUBJECT = 500


def split(
    session: Session,
    ticket: Ticket,
    message_ids: Collection[int],
    *,
    by: Agent,
    now: datetime,
    subject: str = "",
) -> Ticket:
    """These messages become a ticket of their own, linked to this one. Raises InvalidInput when they cannot."""
    session.flush()
    lock(session, ticket)
    chosen = _chosen(session, ticket, message_ids)
    letters = [message for message in chosen if message.kind != Kind.NOTE]
    if not letters:
        raise InvalidInput("A ticket needs a letter: notes alone cannot be one.", "messages")
    if _all_letters_of(session, ticket) <= {message.id for message in letters}:
        raise InvalidInput("Leave at least one letter where it is.", "messages")
    new = _new_ticket(session, ticket, letters, subject, now)
    before = remembered(ticket)
    _go(session, ticket, new, chosen, by=by, now=now, kind="split", created=True, before=before)
    return new


def move(
    session: Session,
    ticket: Ticket,
    message_ids: Collection[int],
    target_id: int,
    *,
    by: Agent,
    now: datetime,
) -> Ticket:
    """These messages go into another ticket that is there already. Raises InvalidInput when they cannot."""
    target = session.get(Ticket, target_id)
    if target is None:
        raise InvalidInput("There is no ticket with this number.", "target")
    if target.id == ticket.id:
        raise InvalidInput("The messages are in this ticket already.", "target")
    session.flush()
    lock(session, ticket, target)
    if target.status == Status.TRASH:
        raise InvalidInput("There is no ticket with this number.", "target")
    if target.merged_into_id is not None:
        raise InvalidInput("That ticket was itself merged into another one.", "target")
    chosen = _chosen(session, ticket, message_ids)
    if _all_letters_of(session, ticket) <= {message.id for message in chosen}:
        raise InvalidInput("These are all of its letters: merge the tickets instead.", "messages")
    before = remembered(ticket)
    _go(session, ticket, target, chosen, by=by, now=now, kind="split", created=False, before=before)
    return target


def take_back(session: Session, detail: dict[str, Any], *, by: Agent, now: datetime) -> Ticket:
    """Undo of `split` and `move`: what they moved returns; an emptied new ticket becomes a signpost."""
    source, target = _both(session, detail)
    session.flush()
    lock(session, source, target)
    there = sa.select(Message).where(Message.id.in_(detail["messages"]), Message.ticket_id == target.id)
    messages = list(session.scalars(there))
    if not messages:
        raise Conflict("The messages have gone elsewhere since.")
    for message in messages:
        message.held = message.id in detail["held"]
        message.evidence = _without_move(message.evidence, source.id)
    _put(session, messages, of=target, to=source)
    session.execute(
        sa.delete(Participant).where(
            Participant.ticket_id == target.id, Participant.email.in_(detail["people"])
        )
    )
    for ticket in (source, target):
        refresh_summary(session, ticket)
        record(session, "unsplit", ticket=ticket, by=by, now=now, source=source.id, target=target.id)
        changed(session, ticket.id, "moved", now)
    if source.status == detail["source_before"]["before"]:
        put_back(source, detail["source_before"], now)
    if detail["created"] and target.message_count == 0:
        target.status, target.closed_at, target.merged_into_id = Status.CLOSED, now, source.id
    elif detail["target_before"] and target.status == detail["target_before"]["before"]:
        put_back(target, detail["target_before"], now)
    session.flush()
    return source


def _both(session: Session, detail: dict[str, Any]) -> tuple[Ticket, Ticket]:
    source, target = session.get(Ticket, detail["source"]), session.get(Ticket, detail["target"])
    if source is None or target is None:
        raise NotFound("There is no such ticket.")
    if source.merged_into_id is not None or target.merged_into_id is not None:
        raise Conflict("One of the two tickets was merged since. Take that back first.")
    return source, target


def following(session: Session, message: Message) -> list[int]:
    """The ids of a message and of everything after it in its ticket."""
    query = sa.select(Message.id).where(
        Message.ticket_id == message.ticket_id,
        sa.tuple_(Message.arrived_at, Message.id) >= sa.tuple_(sa.literal(message.arrived_at), message.id),
    )
    return list(session.scalars(query))


def _chosen(session: Session, ticket: Ticket, message_ids: Collection[int]) -> list[Message]:
    query = sa.select(Message).where(Message.id.in_(message_ids), Message.ticket_id == ticket.id)
    found = list(session.scalars(query.order_by(Message.arrived_at, Message.id)))
    if not found:
        raise InvalidInput("Choose at least one message.", "messages")
    if len(found) != len(set(message_ids)):
        raise InvalidInput("One of the messages is not in this ticket any more. Reload the page.", "messages")
    if any(message.delivery in ON_ITS_WAY for message in found):
        raise InvalidInput("A reply that is still on its way cannot be moved.", "messages")
    return found


def _all_letters_of(session: Session, ticket: Ticket) -> set[int]:
    query = sa.select(Message.id).where(Message.ticket_id == ticket.id, Message.kind != Kind.NOTE)
    return set(session.scalars(query))


def _new_ticket(
    session: Session, old: Ticket, letters: Sequence[Message], subject: str, now: datetime
) -> Ticket:
    first = next((one for one in letters if one.kind == Kind.INCOMING), None)
    card = (
        customers.find_or_create(session, first.sender_email, first.sender_name, now=now)
        if first is not None and first.sender_email
        else old.customer
    )
    title = " ".join(subject.split()) or (first or letters[0]).subject or old.subject
    ours = letters[-1].kind == Kind.INCOMING
    new = Ticket(
        id=Numbers(session, Ticket).take(1)[0],
        mailbox_id=old.mailbox_id,
        customer_id=card.id,
        assignee_id=old.assignee_id,
        team_id=old.team_id,
        priority=old.priority,
        subject=title[:LONGEST_SUBJECT],
        status=Status.OPEN if ours else Status.WAITING,
        language=old.language,
        opened_at=letters[0].arrived_at,
        last_message_at=letters[-1].arrived_at,
        related_id=old.id,
        unread=False,
        message_count=0,
    )
    session.add(new)
    session.flush()
    return new


def _go(
    session: Session,
    source: Ticket,
    target: Ticket,
    chosen: Sequence[Message],
    *,
    by: Agent,
    now: datetime,
    kind: str,
    created: bool,
    before: dict[str, Any],
) -> None:
    """Move, bring both tickets up to date, and write down enough to take it back."""
    held = [message.id for message in chosen if message.held]
    target_before = None if created else remembered(target)
    people = _let_speak(session, target, chosen, created=created)
    for message in chosen:
        if message.kind == Kind.INCOMING:
            message.held = message.held and not created
            message.evidence = [*message.evidence, {"rule": "moved", "detail": f"#{source.id}"}]
    _put(session, chosen, of=source, to=target)
    for ticket in (source, target):
        refresh_summary(session, ticket)
        record(
            session, kind, ticket=ticket, by=by, now=now, source=source.id, target=target.id, created=created,
            messages=[message.id for message in chosen], people=people, held=held,
            source_before=before, target_before=target_before,
        )  # fmt: skip
        changed(session, ticket.id, "moved", now)
    session.flush()


def _let_speak(session: Session, target: Ticket, chosen: Sequence[Message], *, created: bool) -> list[str]:
    """Who wrote or got what moves may speak where it goes; those who could not before. A stranger whose letter is held
    gets no right by it, unless the letter opens the new ticket as its sender's own."""
    wanted: dict[str, str] = {}
    for message in chosen:
        if message.kind == Kind.INCOMING and message.sender_email and (created or not message.held):
            wanted.setdefault(
                message.sender_email.lower(), "accepted" if wanted or not created else "customer"
            )
        elif message.kind == Kind.OUTGOING:
            for _name, email in (*message.to, *message.cc):
                wanted.setdefault(str(email).lower(), "agent")
    there = set(session.scalars(sa.select(Participant.email).where(Participant.ticket_id == target.id)))
    new = {email: how for email, how in wanted.items() if email not in there}
    session.add_all(Participant(ticket_id=target.id, email=email, how=how) for email, how in new.items())
    session.flush()
    return sorted(new)


def _put(session: Session, messages: Sequence[Message], *, of: Ticket, to: Ticket) -> None:
    for message in messages:
        message.ticket_id = to.id
    session.flush()
    ratings_follow(session, [message.id for message in messages], of=of.id, to=to.id)
    for message in messages:
        session.expire(message, ["ticket"])
    search_index.add_again(session, Message.id.in_([message.id for message in messages]))


def _without_move(evidence: list[Any], source_id: int) -> list[Any]:
    """Without the last line that says it was moved here from there."""
    last = {"rule": "moved", "detail": f"#{source_id}"}
    return evidence[:-1] if evidence and evidence[-1] == last else evidence


def find_targets(session: Session, ticket: Ticket, text: str, who: Who) -> Sequence[Any]:
    """Other tickets that every typed word leads to, by subject, customer or address; newest first."""
    query = (
        sa.select(Ticket.id, Ticket.subject, Customer.name)
        .join(Customer, Customer.id == Ticket.customer_id)
        .where(
            Ticket.id != ticket.id,
            Ticket.merged_into_id.is_(None),
            Ticket.status.not_in((Status.TRASH, Status.SPAM)),
            rights_of(session, who).within(Ticket.mailbox_id),
        )
    )
    for word in text.split()[:5]:
        query = query.where(sa.or_(contains(Ticket.subject, word), contains(Customer.name, word)))
    return session.execute(query.order_by(Ticket.last_message_at.desc(), Ticket.id.desc()).limit(8)).all()
