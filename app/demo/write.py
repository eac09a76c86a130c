"""Writing a made-up desk into the database: what it needs once, then its tickets by the thousand."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import cast

import sqlalchemy as sa
from sqlalchemy.orm import Session, selectinload

from app import db
from app.accounts import service as accounts
from app.accounts.models import Agent
from app.customers.models import Customer, CustomerAddress, CustomerPhone, Organisation
from app.demo import people
from app.demo.bulk import Writer, writer
from app.demo.people import customer
from app.demo.rows import Places, add
from app.demo.stories import PER_CUSTOMER, Desk, story
from app.demo.texts import TOPICS
from app.knowledge import sample
from app.knowledge.models import Article, Suggestion
from app.mailboxes.models import Mailbox
from app.outgoing.models import Outbox
from app.ratings.models import Rating, RatingInvitation
from app.tags.service import find_or_make
from app.tickets.models import Event, Message, Participant, Ticket, ticket_tags
from app.together import following

CHUNK = 1000
# In the order in which one refers to another.
_MODELS: tuple[type[db.Base], ...] = (
    Organisation,
    Customer,
    CustomerAddress,
    CustomerPhone,
    Ticket,
    Participant,
    Message,
    Outbox,
    Event,
    RatingInvitation,
    Rating,
    Suggestion,
)
TABLES = [*(cast("sa.Table", model.__table__) for model in _MODELS), ticket_tags]
Done = Callable[[int], None]


def has_real_mailbox(session: Session) -> bool:
    """Somebody's mail is fetched into this database."""
    query = sa.select(Mailbox.id).where(Mailbox.imap_host != "", Mailbox.sandbox.is_(False)).limit(1)
    return session.scalar(query) is not None


def write(tickets: int, now: datetime, done: Done) -> None:
    """A desk of so many tickets, behind what is there. `done` hears how many more were written."""
    with db.transaction() as session:
        places = _places(session, now)
    desk = Desk(tickets, now, len(places.agents))
    with writer(TABLES, fresh=places.is_fresh) as into:
        _write_chunks(_customers(places, desk), places, into, lambda _number: None)
        _write_chunks(_tickets(places, desk), places, into, done)
    _settle(now)


def _places(session: Session, now: datetime) -> Places:
    agents = [_agent(session, name, language, now) for name, language in people.AGENTS]
    mailboxes: dict[str, list[tuple[int, str]]] = {}
    for name, address, language in people.MAILBOXES:
        mailboxes.setdefault(language, []).append((_mailbox(session, name, address, language, now), address))
    names = sorted({topic.tag for topic in TOPICS})
    tags = {tag.name: tag.id for tag in find_or_make(session, names)}
    numbers = {
        table.name: session.scalar(sa.select(sa.func.coalesce(sa.func.max(table.c.id), 0))) or 0
        for table in TABLES
        if "id" in table.c
    }
    articles = _articles(session, next(iter(mailboxes.values()))[0][0], now)
    return Places(numbers, numbers["customers"], agents, mailboxes, tags, articles)


def _agent(session: Session, name: str, language: str, now: datetime) -> Agent:
    email = f"{people.latin(name.split()[0])}@orbit-demo.example"
    found = session.scalar(sa.select(Agent).where(Agent.email == email))
    return found or accounts.make_agent(session, email, name, language=language, now=now)


def _mailbox(session: Session, name: str, address: str, language: str, now: datetime) -> int:
    """Without servers: nothing is ever fetched or sent."""
    found = session.scalar(sa.select(Mailbox).where(Mailbox.address == address))
    if found is None:
        found = Mailbox(address=address, name=name, language=language, sandbox=True, created_at=now)
        session.add(found)
        session.flush()
    return found.id


def _articles(session: Session, mailbox_id: int, now: datetime) -> dict[str, list[int]]:
    """The knowledge base, begun with the sandbox's articles where there is none."""
    if sample.is_empty(session):
        sample.articles(session, now=now)
        sample.help_centre(session, mailbox_id, now=now)
    found: dict[str, list[int]] = {}
    shown = sa.select(Article).where(Article.archived.is_(False)).options(selectinload(Article.variants))
    for article in session.scalars(shown.order_by(Article.id)):
        for language in article.languages:
            found.setdefault(language, []).append(article.id)
    return found


def _customers(places: Places, desk: Desk) -> Iterator[None]:
    rows, firms = places.rows, {}
    for number in range(1, max(1, desk.tickets // PER_CUSTOMER) + 1):
        person, row_id = customer(number), places.take("customers")
        if person.organisation and person.organisation not in firms:
            firms[person.organisation] = places.take("organisations")
            name = f"{person.organisation} ({firms[person.organisation]})"
            rows["organisations"].append({"id": firms[person.organisation], "name": name})
        rows["customers"].append(
            {
                "id": row_id,
                "name": person.name,
                "organisation_id": firms.get(person.organisation),
                "language": person.language,
                "created_at": desk.now,
            }
        )
        rows["customer_addresses"].append(
            {
                "id": places.take("customer_addresses"),
                "customer_id": row_id,
                "email": _unused(person.email, row_id, number),
            }
        )
        if person.phone:
            phone = {"id": places.take("customer_phones"), "customer_id": row_id, "number": person.phone}
            rows["customer_phones"].append(phone)
        yield


def _unused(email: str, row_id: int, number: int) -> str:
    """A second made-up desk in the same database has people of its own."""
    return email if row_id == number else email.replace("@", f".{row_id}@")


def _tickets(places: Places, desk: Desk) -> Iterator[None]:
    for number in range(1, desk.tickets + 1):
        add(places, desk, story(desk, number))
        yield


def _write_chunks(made: Iterator[None], places: Places, into: Writer, done: Done) -> None:
    waiting = 0
    for _ in made:
        waiting += 1
        if waiting == CHUNK:
            into.write(places.rows)
            places.rows.clear()
            done(waiting)
            waiting = 0
    into.write(places.rows)
    places.rows.clear()
    done(waiting)


def _settle(now: datetime) -> None:
    """Customers are known since they first wrote, nobody is told of a year at once, numbers go on above ours, and the
    planner knows the sizes."""
    wrote = (
        sa.select(sa.func.min(Ticket.opened_at)).where(Ticket.customer_id == Customer.id).scalar_subquery()
    )
    with db.transaction() as session:
        since = sa.update(Customer).where(Customer.created_at == now)
        session.execute(since.values(created_at=sa.func.coalesce(wrote, now, type_=Customer.created_at.type)))
        following.skip(session)
    with db.engine().connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        if connection.dialect.name == "postgresql":
            for table in TABLES:
                if "id" in table.c:
                    newest = f"(SELECT max(id) FROM {table.name})"  # noqa: S608 (our own tables)
                    connection.execute(sa.text(f"SELECT setval('{table.name}_id_seq', {newest})"))
        connection.execute(sa.text("ANALYZE"))
