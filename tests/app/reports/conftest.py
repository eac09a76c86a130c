"""A made-up desk with known truth: tickets over a year in which clocks were put forward and back."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from app import db
from app.accounts.models import Agent, Role
from app.accounts.teams import Team, TeamMember
from app.customers.models import Customer, CustomerAddress
from app.knowledge.models import Article, Suggestion
from app.mailboxes.models import Mailbox
from app.ratings.models import Rating, RatingInvitation
from app.reports import rollup
from app.settings import Settings
from app.tags.models import Tag
from app.tasks.models import Calendar, Holiday, MailboxCalendar
from app.tickets import service
from app.tickets.models import Change, Message, Ticket

ZONE = "Europe/Berlin"
NOW = datetime(2026, 11, 5, 12, 0, tzinfo=UTC)
BEGIN = datetime(2025, 10, 20, 6, 0, tzinfo=UTC)


@dataclass
class Desk:
    """Ids of what is on it."""

    agents: list[int] = field(default_factory=list)
    teams: list[int] = field(default_factory=list)
    mailboxes: list[int] = field(default_factory=list)
    customers: list[int] = field(default_factory=list)
    tags: list[int] = field(default_factory=list)
    article: int = 0


def furnish(session: Session) -> Desk:
    desk = Desk()
    for name, role in (("Ada", Role.ADMIN), ("Lena", Role.LEAD), ("Nora", Role.AGENT), ("Ivan", Role.AGENT)):
        agent = Agent(email=f"{name.lower()}@desk.example", name=f"{name} Berg", role=role, created_at=BEGIN)
        session.add(agent)
        session.flush()
        desk.agents.append(agent.id)
    for name in ("North", "South"):
        team = Team(name=name, created_at=BEGIN)
        session.add(team)
        session.flush()
        desk.teams.append(team.id)
    session.add_all(TeamMember(team_id=desk.teams[0], agent_id=desk.agents[one]) for one in (1, 2))
    for number in range(2):
        box = Mailbox(address=f"box{number}@desk.example", name=f"Box {number}", created_at=BEGIN)
        session.add(box)
        session.flush()
        desk.mailboxes.append(box.id)
    desk.tags = [_add(session, Tag(name=name)) for name in ("delivery", "refund", "vip")]
    desk.customers = [
        _add(
            session,
            Customer(
                name=f"Customer {number}",
                created_at=BEGIN,
                addresses=[CustomerAddress(email=f"c{number}@buyer.example")],
                tags=[session.get_one(Tag, desk.tags[2])] if number % 4 == 0 else [],
            ),
        )
        for number in range(12)
    ]
    week = [[[9 * 60, 18 * 60]]] * 5 + [[], []]
    calendar = Calendar(name="Berlin", timezone=ZONE, week=week, created_at=BEGIN)
    calendar.holidays = [Holiday(day=date(2025, 12, 25), name="Christmas")]
    session.add(calendar)
    session.flush()
    session.add(MailboxCalendar(mailbox_id=desk.mailboxes[0], calendar_id=calendar.id))
    article = Article(title="A", answer="B", language="en", created_at=BEGIN, updated_at=BEGIN)
    desk.article = _add(session, article)
    return desk


def _add(session: Session, row: db.Base) -> int:
    session.add(row)
    session.flush()
    return int(row.id)  # type: ignore[attr-defined]


def add_ticket(session: Session, desk: Desk, rng: random.Random, at: datetime) -> Ticket:
    """One ticket as people make them: asked, answered, closed, reopened, through the product's own functions."""
    customer = rng.choice(desk.customers)
    ticket = Ticket(
        mailbox_id=rng.choice(desk.mailboxes),
        customer_id=customer,
        team_id=rng.choice([*desk.teams, None]),
        assignee_id=rng.choice([*desk.agents[2:], None]),
        subject="Where is it?",
        status="open",
        opened_at=at,
        last_message_at=at,
        waiting_since=at,
    )
    session.add(ticket)
    session.flush()
    for tag in rng.sample(desk.tags[:2], rng.choice((0, 0, 1, 2))):
        ticket.tags.append(session.get_one(Tag, tag))
    letter = write(session, ticket, "incoming", at, customer_id=customer)
    for _ in range(rng.choice((0, 1, 1, 2, 3))):
        at += timedelta(minutes=rng.randrange(1, 4000))
        if at >= NOW:
            return ticket
        act(session, desk, rng, ticket, at, letter)
    return ticket


def act(  # noqa: C901 (a die with many faces)
    session: Session, desk: Desk, rng: random.Random, ticket: Ticket, at: datetime, letter: Message | None
) -> None:
    """Something that happens in a ticket."""
    what = rng.choice(("reply", "reply", "letter", "close", "note", "robot", "assign"))
    agent = session.get_one(Agent, rng.choice(desk.agents[2:]))
    if what == "reply":
        reply = write(
            session,
            ticket,
            "outgoing",
            at,
            author_id=agent.id,
            composing_seconds=rng.choice((None, 60, 200, 345)),
        )
        ticket.waiting_since = None
        if letter is not None and rng.random() < 0.4:
            _use(session, letter.id, reply.id, desk.article, at)
        if rng.random() < 0.6:
            rate(session, reply, agent.id, ticket, rng.choice(("good", "good", "okay", "bad")), at)
        if rng.random() < 0.5:
            service.set_status(session, ticket, "closed", by=agent, now=at)
    elif what == "letter":
        write(session, ticket, "incoming", at, customer_id=ticket.customer_id)
        if ticket.status != "open":
            service.record(session, "reopened", ticket=ticket, now=at, before=ticket.status)
            ticket.status, ticket.closed_at = "open", None
        ticket.waiting_since = ticket.waiting_since or at
    elif what == "close":
        service.set_status(session, ticket, rng.choice(("closed", "waiting", "open")), by=None, now=at)
    elif what == "assign":
        service.assign(session, ticket, agent.id, by=None, now=at)
    else:
        write(
            session,
            ticket,
            "note" if what == "note" else "incoming",
            at,
            automatic="robot" if what == "robot" else None,
        )


def write(session: Session, ticket: Ticket, kind: str, at: datetime, **more: object) -> Message:
    message = Message(
        ticket_id=ticket.id, kind=kind, arrived_at=at, to=[], cc=[], sender_email="", visible="x", **more
    )
    return service.add_message(session, ticket, message, now=at, indexed=False)


def _use(session: Session, letter_id: int, reply_id: int, article_id: int, at: datetime) -> None:
    there = session.scalar(sa.select(Suggestion).where(Suggestion.message_id == letter_id))
    if there is None:
        session.add(
            Suggestion(
                message_id=letter_id, article_id=article_id, rank=1, confidence=0.9, outcome="accepted",
                reply_id=reply_id, created_at=at,
            )
        )  # fmt: skip


def rate(session: Session, reply: Message, agent_id: int, ticket: Ticket, face: str, at: datetime) -> None:
    shared = {"agent_id": agent_id, "customer_id": ticket.customer_id, "created_at": at}
    asked = RatingInvitation(
        message_id=reply.id, recipient="c@buyer.example", language="en", nonce=f"n{reply.id}",
        token_hash=f"hash{reply.id}", expires_at=at + timedelta(days=60), **shared,
    )  # fmt: skip
    session.add(asked)
    session.flush()
    session.add(
        Rating(
            invitation_id=asked.id, ticket_id=ticket.id, face=face, changed_at=at,
            changeable_until=at + timedelta(days=7), **shared,
        )
    )  # fmt: skip
    session.flush()


def catch_up(zone: str = ZONE, now: datetime = NOW) -> None:
    while rollup_step(zone, now):
        pass


def rollup_step(zone: str = ZONE, now: datetime = NOW) -> bool:
    with db.transaction() as session:
        return rollup.step(session, zone, now)


@pytest.fixture
def desk(installation: Settings) -> Desk:
    """Two hundred tickets over a year; the facts are not made yet."""
    rng = random.Random(7)
    with db.transaction() as session:
        desk = furnish(session)
        for number in range(200):
            minutes = (NOW - BEGIN) / 200 * number
            add_ticket(session, desk, rng, BEGIN + minutes + timedelta(minutes=rng.randrange(1400)))
        # As the desk's own clock does with what is older than a day.
        session.execute(sa.update(Change).values(at=NOW))
    return desk
