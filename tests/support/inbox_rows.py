"""Realistic rows for looking at the inbox: agents, customers, sixty tickets in English and Russian. Invented people."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.accounts.models import Agent, Role
from app.blobs import BlobStore
from app.customers.models import CustomerPhone, Organisation
from app.customers.service import find_or_create
from app.knowledge.models import Article, Suggestion
from app.mailboxes.models import Mailbox
from app.outgoing.models import Outbox
from app.outgoing.service import Reply, write_reply
from app.ratings.models import Rating, RatingInvitation
from app.settings import Settings
from app.tickets import service
from app.tickets.drafts import Written, save
from app.tickets.filing import IncomingLetter, LetterFile, file_letter, open_ticket
from app.tickets.models import Delivery, Message, Ticket

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000002000000020802000000fdd49a73000000164944415408d763f8cfc0c0f09f81e1ff7f06060600"
    "1fee04fd0c5fe8990000000049454e44ae426082"
)
NEWSLETTER = """<html><body><table width="600" cellpadding="12" style="font-family:Georgia,serif"><tr>
<td bgcolor="#f2efe8"><h2 style="color:#7a3b10">Harbour Lights Hotel</h2>
<p>Dear colleagues,</p><p>we would like to move our
<b>weekly delivery</b>
from Tuesday to <b>Thursday</b>, starting next month. Here is what we need:</p><ul><li>40 sets of towels</li>
<li>12 boxes of soap</li></ul><p><img src="https://pictures.example/logo.png" width="120" alt="Logo"></p>
<p style="color:#777">Marta Quill<br>Purchasing, Harbour Lights</p></td></tr></table></body></html>"""


@dataclass(frozen=True)
class Person:
    name: str
    email: str
    phone: str = ""
    organisation: str = ""


PEOPLE = [
    Person("Olga Petrova", "olga.petrova@mail.example", "+7 921 555-01-44", "Orbit LLC"),
    Person("Ivan Sokolov", "i.sokolov@post.example", "", ""),
    Person("Marta Quill", "marta@harbourlights.example", "+44 20 5550 0199", "Harbour Lights Hotel"),
    Person("Анна Зимина", "anna.zimina@pochta.example", "+7 495 555-23-10", "Салон «Липа»"),
    Person("Пётр Лебедев", "lebedev@sklad.example", "", "Складской двор"),
    Person("Tom Ashby", "tom.ashby@mail.example", "", ""),
    Person("Светлана Котова", "kotova.s@pochta.example", "", ""),
    Person("Priya Raman", "priya@lumen.example", "+1 555 010 0133", "Lumen Studio"),
    Person("", "no.name.given@mail.example"),
    Person(
        "Johannes Albrecht von der Lindenhoven-Mayer",
        "johannes.albrecht.von.der.lindenhoven@verylongdomainname.example",
    ),
]
LETTERS = [
    (
        "Where is my order?",
        "Hello,\n\nI ordered two desk lamps last Monday (order 48113) and the tracking page has said "
        "“label created” for six days. Could you tell me where they are? I need them before the weekend.",
    ),
    (
        "Re: invoice 2214 has the wrong address",
        "Hi,\n\nthe invoice you sent still has our old street on it. Our accountant "
        "cannot book it like this. Please send a corrected one to accounts@orbit.example.\n\nIvan",
    ),
    ("Delivery day", "We would like to move our weekly delivery from Tuesday to Thursday."),
    (
        "Когда приедет мастер?",
        "Здравствуйте!\n\nЗаписывалась на ремонт стиральной машины на вторник, с 10 до 13. Мастер не "
        "приехал и не позвонил. Подскажите, пожалуйста, когда его ждать? Второй раз с работы не отпроситься.\n\n"
        "Анна Зимина",
    ),
    (
        "Счёт на оплату за ноябрь",
        "Добрый день.\n\nПришлите, пожалуйста, счёт на ноябрь и акт сверки. Реквизиты прежние, "
        "ИНН 7700000000.\n\nС уважением,\nПётр Лебедев",
    ),
    (
        "Damaged on arrival",
        "The box was open and one of the two glasses is broken, photo attached. I would like a "
        "replacement, not a refund, it is a present.",
    ),
    (
        "Хочу вернуть товар",
        "Здравствуйте, купила у вас плед, цвет совсем не такой, как на сайте. Как оформить возврат и кто "
        "платит за пересылку?",
    ),
    (
        "Can we get an annual plan?",
        "We are three people and pay monthly. Is there an annual plan, and does it include the "
        "reports? https://lumen.example/about says who we are.",
    ),
    ("", "hello?? anybody there"),
    (
        "Questions about the extended warranty and the long list of conditions in the letter of 12 May",
        "Dear Sir or Madam,\n\n"
        + "I have read the conditions with care and still do not understand paragraph seven. " * 6,
    ),
]
ANSWERS = [
    (
        "Delivery times",
        "Hello {{customer.first_name|there}},\n\nthank you for writing. Orders leave our warehouse within two "
        "working days, and delivery takes **three to five days** after that. You can follow the parcel here: "
        "https://track.example/parcel\n\nIf it has not moved for a week, tell me and I will ask the carrier.",
        "en",
    ),
    (
        "Correcting an invoice",
        "Hello {{customer.first_name|there}},\n\nI have corrected the address and attached the new "
        "invoice. It replaces number {{ticket.number}}.",
        "en",
    ),
    ("Returns within 30 days", "You may return it within 30 days. Postage is on us.", "en"),
    (
        "Мастер задерживается",
        "Здравствуйте, {{customer.first_name|уважаемый клиент}}!\n\nПриносим извинения за ожидание. Мастер "
        "приедет в ближайшее удобное вам время, звонок за час до приезда.",
        "ru",
    ),
]


def fill(session: Session, settings: Settings, blobs: BlobStore, now: datetime) -> None:
    """Everything the pages can show, at least once."""
    agents = _agents(session, now)
    boxes = [
        Mailbox(
            address=f"{name}@sincerely.example",
            name=title,
            created_at=now,
            sandbox=settings.is_sandbox,
            signature=f"{title}\nsincerely.example",
        )
        for name, title in (("support", "Orbit support"), ("repairs", "Ремонт и сервис"))
    ]
    articles = [
        Article(title=title, answer=answer, language=language, created_at=now, updated_at=now)
        for title, answer, language in ANSWERS
    ]
    session.add_all([*boxes, *articles])
    session.flush()
    tickets = [_ticket(session, number, boxes, now) for number in range(60)]
    _shape(session, settings, blobs, tickets, agents, articles, now)


def _agents(session: Session, now: datetime) -> list[Agent]:
    agents = [
        Agent(
            name=name,
            email=email,
            role=role,
            created_at=now,
            language=language,
            signature=f"{name}\nCustomer care",
            timezone="Europe/Moscow",
        )
        for name, email, role, language in (
            ("Ben Harlow", "ben@sincerely.example", Role.ADMIN, "en"),
            ("Лидия Соколова", "lidia@sincerely.example", Role.AGENT, "ru"),
            ("Maya Okafor", "maya@sincerely.example", Role.AGENT, "en"),
        )
    ]
    session.add_all(agents)
    session.flush()
    return agents


def _ticket(session: Session, number: int, boxes: list[Mailbox], now: datetime) -> Ticket:
    person, (subject, text) = PEOPLE[number % len(PEOPLE)], LETTERS[number % len(LETTERS)]
    at = now - timedelta(minutes=2 + number * number * 7)
    customer = find_or_create(session, person.email, person.name, now=at)
    if person.phone and not customer.phones:
        customer.phones.append(CustomerPhone(number=person.phone))
    if person.organisation and customer.organisation_id is None:
        firm = session.scalar(sa.select(Organisation).where(Organisation.name == person.organisation))
        customer.organisation = firm or Organisation(name=person.organisation)
    russian = any("а" <= char <= "я" for char in text)
    letter = letter_of(person, subject, text, boxes[russian], at, "ru" if russian else "en")
    ticket = open_ticket(session, letter, customer, now=at)
    file_letter(session, ticket, letter, customer, wakes=True, now=at)
    return ticket


def letter_of(
    person: Person, subject: str, text: str, box: Mailbox, at: datetime, language: str = "en", **more: object
) -> IncomingLetter:
    values: dict[str, object] = {
        "raw_mail_id": None,
        "mailbox_id": box.id,
        "sender_name": person.name,
        "sender_email": person.email,
        "subject": subject,
        "visible": text,
        "folded": "",
        "signature": "",
        "html": None,
        "language": language,
        "arrived_at": at,
        "to": ((box.name, box.address),),
        "evidence": ({"rule": "new", "detail": ""},),
        **more,
    }
    return IncomingLetter(**values)  # type: ignore[arg-type]


def _shape(
    session: Session,
    settings: Settings,
    blobs: BlobStore,
    tickets: list[Ticket],
    agents: list[Agent],
    articles: list[Article],
    now: datetime,
) -> None:
    ben, lidia, maya = agents
    steps: list[Callable[[], object]] = [
        lambda: _conversation(session, settings, tickets[0], ben, articles, now),
        lambda: _newsletter(session, tickets[2], now),
        lambda: _picture(session, blobs, tickets[5], now),
        lambda: _suggest(
            session, tickets[3], [(articles[3], 0.91, "open"), (articles[2], 0.31, "folded")], now
        ),
        lambda: service.set_tags(session, tickets[1], ["invoice", "vip"], by=ben, now=now),
        lambda: service.set_tags(session, tickets[6], ["возврат"], by=lidia, now=now),
        lambda: service.assign(session, tickets[1], maya.id, by=ben, now=now),
        lambda: _failed(session, settings, tickets[7], ben, now),
    ]
    for step in steps:
        step()
    for number, ticket in enumerate(tickets[10:], 10):
        if number % 3 == 0:
            service.assign(session, ticket, agents[number % 3].id, by=ben, now=now)
        if number > 24:
            service.set_status(
                session, ticket, ("open", "closed", "waiting", "closed")[number % 4], by=ben, now=now
            )
        if number % 2:
            ticket.unread = False
    save(
        session,
        tickets[4],
        "outgoing",
        Written("Добрый день, Пётр! Счёт подготовим <strong>сегодня</strong>.", [tickets[4].customer.email]),
        version=0,
        by=lidia,
        now=now,
    )


def _conversation(
    session: Session,
    settings: Settings,
    ticket: Ticket,
    ben: Agent,
    articles: list[Article],
    now: datetime,
) -> None:
    at = now - timedelta(days=2)
    for message in session.scalars(sa.select(Message).where(Message.ticket_id == ticket.id)):
        message.arrived_at = at
    service.assign(session, ticket, ben.id, by=ben, now=at + timedelta(minutes=5))
    reply = write_reply(
        session,
        ticket,
        Reply(
            "Hello Olga,<br><br>I have asked the carrier and will write again <strong>"
            "tomorrow</strong>. Sorry for the wait!",
            [PEOPLE[0].email],
            [],
            "waiting",
            f"seed-{ticket.id:020}",
        ),
        by=ben,
        now=at + timedelta(minutes=9),
        settings=settings,
    )
    _settle(session, reply, Delivery.ACCEPTED, now)
    _rate(session, reply, "good", "Quick and kind, thank you!", now)
    service.add_note(
        session,
        ticket,
        "The carrier says the parcel went to the <em>wrong depot</em>. Expected on Friday.",
        by=ben,
        now=at + timedelta(hours=3),
        nonce=f"note-{ticket.id:020}",
    )
    service.set_tags(session, ticket, ["delivery", "vip"], by=ben, now=at + timedelta(hours=3, minutes=1))
    box = ticket.mailbox
    later = letter_of(
        PEOPLE[0],
        "Re: Where is my order?",
        "Hello Ben,\n\nit is Friday tomorrow and nothing has moved. Can you "
        "give me a real date? My number for the courier is +7 921 555-01-44.\n\nOlga",
        box,
        now - timedelta(minutes=2),
        folded="On Thursday Ben wrote:\n> I have asked the carrier and will write again tomorrow.",
        signature="Olga Petrova\nOrbit LLC",
        evidence=({"rule": "token", "detail": ""},),
    )
    message = file_letter(session, ticket, later, ticket.customer, wakes=True, now=now - timedelta(minutes=2))
    message.suggest_state = "done"
    _suggest_for(
        session,
        message,
        [(articles[0], 0.86, "folded"), (articles[2], 0.42, "folded"), (articles[1], 0.2, "folded")],
        now,
    )


def _suggest(
    session: Session, ticket: Ticket, offered: list[tuple[Article, float, str]], now: datetime
) -> None:
    message = session.scalars(sa.select(Message).where(Message.ticket_id == ticket.id)).one()
    message.suggest_state = "done"
    _suggest_for(session, message, offered, now)


def _suggest_for(
    session: Session, message: Message, offered: list[tuple[Article, float, str]], now: datetime
) -> None:
    for rank, (article, confidence, shown) in enumerate(offered, 1):
        session.add(
            Suggestion(
                message_id=message.id,
                article_id=article.id,
                rank=rank,
                confidence=confidence,
                shown=shown,
                why={
                    "words": ["order", "tracking", "days"],
                    "example": "My parcel has not moved since Monday",
                },
                created_at=now,
            )
        )


def _newsletter(session: Session, ticket: Ticket, now: datetime) -> None:
    message = session.scalars(sa.select(Message).where(Message.ticket_id == ticket.id)).one()
    message.html, message.suggest_state = NEWSLETTER, "done"


def _picture(session: Session, blobs: BlobStore, ticket: Ticket, now: datetime) -> None:
    files = [
        LetterFile("broken glass.png", "image/png", "", False, len(PNG), blobs.put(PNG)),
        LetterFile("packing-list.txt", "text/plain", "", False, 11, blobs.put(b"2 x glasses")),
        LetterFile("receipt.pdf", "application/pdf", "", False, 20480, blobs.put(b"%PDF-1.4 not really")),
    ]
    letter = letter_of(
        PEOPLE[5],
        "Re: Damaged on arrival",
        "And here is the photo.",
        ticket.mailbox,
        now - timedelta(minutes=40),
        files=tuple(files),
        evidence=({"rule": "reference", "detail": "<a@b>"},),
        cc=(("Shop", "shop@glass.example"),),
    )
    file_letter(session, ticket, letter, ticket.customer, wakes=True, now=now - timedelta(minutes=40))


def _failed(session: Session, settings: Settings, ticket: Ticket, ben: Agent, now: datetime) -> None:
    reply = write_reply(
        session,
        ticket,
        Reply(
            "Yes, there is: ten months for the price of twelve.",
            [PEOPLE[7].email],
            [],
            "",
            f"fail-{ticket.id:020}",
        ),
        by=ben,
        now=now - timedelta(hours=1),
        settings=settings,
    )
    _settle(session, reply, Delivery.FAILED, now, "550 5.1.1 The mailbox does not exist")


def _settle(session: Session, message: Message, state: str, now: datetime, answer: str = "250 OK") -> None:
    for row in session.scalars(sa.select(Outbox).where(Outbox.message_id == message.id)):
        row.state, row.answer, row.due_at, row.done_at = state, answer, None, now
    message.delivery = state


def _rate(session: Session, message: Message, face: str, comment: str, now: datetime) -> None:
    asked = session.scalars(
        sa.select(RatingInvitation).where(RatingInvitation.message_id == message.id)
    ).first()
    if asked is None:
        return
    session.add(
        Rating(
            invitation_id=asked.id,
            agent_id=asked.agent_id,
            ticket_id=message.ticket_id,
            customer_id=asked.customer_id,
            face=face,
            comment=comment,
            created_at=now - timedelta(days=1),
            changed_at=now - timedelta(days=1),
            changeable_until=now + timedelta(days=6),
        )
    )
