"""A desk made up by chance from a seed: letters with suggestions, replies, ratings, tickets that are opened again."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.accounts.models import Agent
from app.customers.models import Customer
from app.knowledge import service
from app.knowledge.models import Article, Outcome, Suggestion
from app.knowledge.service import ArticleText
from app.mailboxes.models import Mailbox
from app.ratings.models import Rating, RatingInvitation
from app.tickets.models import Delivery, Event, Kind, Message, Status, Ticket

NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
ANSWERS = (
    ("Returns", "You can return the kettle within fourteen days. A courier collects it free of charge."),
    ("Delivery", "Delivery takes two to four working days. The tracking number is in the carrier's letter."),
    ("Invoice", "The invoice is sent on the first working day of the month. It comes as a separate letter."),
    ("Warranty", "The warranty is two years. Please keep the receipt and send us a photo of it."),
    ("Opening", "We are open from nine to six. On Saturdays we close at two in the afternoon."),
)


@dataclass
class MadeDesk:
    """Two mailboxes, three agents, five articles. `ticket`, `letter` and `reply` add rows by hand."""

    session: Session
    agents: list[Agent] = field(default_factory=list)
    boxes: list[Mailbox] = field(default_factory=list)
    articles: list[Article] = field(default_factory=list)
    _number: count[int] = field(default_factory=lambda: count(1))

    def __post_init__(self) -> None:
        names = ("Nora", "Ivan", "Ben")
        self.agents = [Agent(email=f"{n}@help.example", name=n, created_at=NOW) for n in names]
        self.boxes = [Mailbox(address=f"{n}@help.example", created_at=NOW) for n in ("shop", "repairs")]
        self.olga = Customer(name="Olga Petrova", created_at=NOW)
        self.session.add_all([*self.agents, *self.boxes, self.olga])
        self.session.flush()
        self.articles = [
            service.create(
                self.session, ArticleText(title, answer, "en"), by=None, now=NOW - timedelta(days=400)
            )
            for title, answer in ANSWERS
        ]

    def ticket(self, *, box: int = 0, at: datetime = NOW, **more: object) -> Ticket:
        values = {"subject": "My order", "language": "en", **more}
        ticket = Ticket(
            mailbox_id=self.boxes[box].id,
            customer_id=self.olga.id,
            opened_at=at,
            last_message_at=at,
            **values,
        )
        self.session.add(ticket)
        self.session.flush()
        return ticket

    def letter(
        self, ticket: Ticket, text: str = "Where is it?", *, at: datetime = NOW, **more: object
    ) -> Message:
        return self._message(
            ticket, kind=Kind.INCOMING, visible=text, arrived_at=at, customer_id=self.olga.id,
            sender_name="Olga Petrova", sender_email="olga@buyer.example", language=ticket.language, **more,
        )  # fmt: skip

    def reply(
        self,
        ticket: Ticket,
        text: str = "It is on its way.",
        *,
        by: int = 0,
        at: datetime = NOW,
        **more: object,
    ) -> Message:
        return self._message(
            ticket, kind=Kind.OUTGOING, visible=text, arrived_at=at, author_id=self.agents[by].id,
            delivery=Delivery.ACCEPTED, **more,
        )  # fmt: skip

    def suggested(self, letter: Message, article: Article, *, rank: int = 1, **more: object) -> Suggestion:
        row = Suggestion(
            message_id=letter.id, article_id=article.id, rank=rank, confidence=0.5, created_at=letter.arrived_at,
            **more,
        )  # fmt: skip
        self.session.add(row)
        self.session.flush()
        return row

    def sent_with(
        self, letter: Message, article: Article, reply: Message, *, edited: bool = False, typed: bool = False
    ) -> Suggestion:
        return self.suggested(
            letter, article, reply_id=reply.id, agent_id=reply.author_id, outcome_at=reply.arrived_at,
            outcome=Outcome.EDITED if edited else Outcome.ACCEPTED,
            inserted_at=None if typed else reply.arrived_at,
        )  # fmt: skip

    def rated(self, reply: Message, face: str, *, at: datetime = NOW, anonymous: bool = False) -> Rating:
        number = next(self._number)
        invitation = RatingInvitation(
            message_id=reply.id, recipient=f"c{number}@buyer.example", agent_id=reply.author_id,
            customer_id=self.olga.id, language="en", nonce=str(number), token_hash=str(number), created_at=at,
            expires_at=at + timedelta(days=30), anonymous=anonymous,
        )  # fmt: skip
        self.session.add(invitation)
        self.session.flush()
        rating = Rating(
            invitation_id=invitation.id, agent_id=reply.author_id, ticket_id=None if anonymous else reply.ticket_id,
            customer_id=None if anonymous else self.olga.id, mailbox_id=reply.ticket.mailbox_id, face=face, created_at=at, changed_at=at,
            changeable_until=at, anonymous=anonymous, counted_at=at if number % 3 else sa.null(),
        )  # fmt: skip
        self.session.add(rating)
        self.session.flush()
        return rating

    def reopened(self, ticket: Ticket, at: datetime, before: str = Status.CLOSED) -> None:
        self.session.add(Event(ticket_id=ticket.id, kind="reopened", detail={"before": before}, at=at))
        self.session.flush()

    def _message(self, ticket: Ticket, **values: object) -> Message:
        message = Message(ticket_id=ticket.id, **values)
        self.session.add(message)
        self.session.flush()
        return message


def by_chance(desk: MadeDesk, seed: int, tickets: int = 120) -> None:
    """Tickets of the last 200 days in both mailboxes, some of them spam."""
    dice = random.Random(seed)
    for _ in range(tickets):
        _ticket(desk, dice)


def _ticket(desk: MadeDesk, dice: random.Random) -> None:
    at = NOW - timedelta(days=dice.uniform(0.1, 200))
    status = dice.choice((Status.OPEN, Status.CLOSED, Status.CLOSED, Status.WAITING, Status.SPAM))
    ticket = desk.ticket(box=dice.randrange(2), at=at, status=status)
    closed_at = at + timedelta(hours=dice.uniform(1, 40))
    if status == Status.CLOSED:
        ticket.closed_at = closed_at
    for _ in range(dice.randint(1, 3)):
        letters = [desk.letter(ticket, at=at) for _ in range(dice.randint(1, 2))]
        at += timedelta(hours=dice.uniform(0.1, 20))
        seconds = dice.choice((None, dice.randint(20, 400)))
        reply = desk.reply(ticket, by=dice.randrange(3), at=at, composing_seconds=seconds)
        for letter in letters:
            _offered(desk, dice, letter, reply)
        for _ in range(dice.choice((0, 0, 1, 1, 2))):
            desk.rated(reply, dice.choice(("good", "good", "okay", "bad")), anonymous=dice.random() < 0.2)
        if dice.random() < 0.3:
            desk.reopened(ticket, at + timedelta(hours=2), dice.choice((Status.CLOSED, Status.WAITING)))


def _offered(desk: MadeDesk, dice: random.Random, letter: Message, reply: Message) -> None:
    for rank, article in enumerate(dice.sample(desk.articles, dice.randint(0, 3)), 1):
        outcome = dice.choice([*Outcome, Outcome.ACCEPTED, Outcome.EDITED])
        sent = outcome in (Outcome.ACCEPTED, Outcome.EDITED)
        inserted = outcome == Outcome.INSERTED or (sent and dice.random() < 0.8)
        desk.suggested(
            letter, article, rank=dice.choice((0, rank)), outcome=outcome,
            inserted_at=reply.arrived_at if inserted else None,
            reply_id=reply.id if sent or dice.random() < 0.3 else None,
            outcome_at=None if outcome == Outcome.SHOWN else reply.arrived_at,
        )  # fmt: skip


__all__ = ["NOW", "MadeDesk", "by_chance"]
