"""Finding a ticket again: by words in any of their forms, by who, where and when; on both databases alike."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.accounts.models import Agent
from app.accounts.teams import Team
from app.customers import service as customers
from app.mailboxes.models import Mailbox
from app.tags.models import Tag
from app.tickets import search, search_index, search_newest, service, subjects
from app.tickets.filing import IncomingLetter, LetterFile, file_letter, open_ticket
from app.tickets.models import Message, Ticket
from app.tickets.order_models import CardValue, Field, TicketValue
from app.tickets.search_filters import Asker
from app.tickets.search_query import parse

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
TODAY = date(2026, 11, 22)


class Desk:
    """Tickets made with one line each, and what a search finds of them."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.mailbox = Mailbox(address="support@help.example", name="Orbit", created_at=NOW)
        self.nora = Agent(email="nora@help.example", name="Nora Lind", created_at=NOW)
        session.add_all([self.mailbox, self.nora])
        session.flush()
        self.at = NOW - timedelta(days=10)

    def letter(
        self,
        text: str,
        *,
        subject: str = "A question",
        sender: str = "olga@buyer.example",
        name: str = "Olga",
        into: Ticket | None = None,
        files: tuple[LetterFile, ...] = (),
        to: tuple[tuple[str, str], ...] = (("Orbit", "support@help.example"),),
    ) -> Ticket:
        self.at += timedelta(hours=1)
        card = customers.find_or_create(self.session, sender, name, now=NOW)
        written = IncomingLetter(
            raw_mail_id=None,
            mailbox_id=self.mailbox.id,
            sender_name=name,
            sender_email=sender,
            subject=subject,
            visible=text,
            folded="",
            signature="",
            html=None,
            language="en",
            arrived_at=self.at,
            files=files,
            to=to,
        )
        ticket = into or open_ticket(self.session, written, card, now=NOW)
        file_letter(self.session, ticket, written, card, wakes=True, now=NOW)
        self.session.flush()
        return ticket

    def page(self, text: str, **more: object) -> search.Page:
        asker = Asker(self.nora.id, ZoneInfo("UTC"))
        return search.search_page(self.session, parse(text, today=TODAY), asker, **more)  # type: ignore[arg-type]

    def find(self, text: str, **more: object) -> list[int]:
        return [row.id for row in self.page(text, **more).rows]


@pytest.fixture
def desk(session: Session) -> Desk:
    return Desk(session)


FORMS = [
    ("The invoices were wrong.", "invoice"),
    ("I was charged twice", "charges"),
    ("Не пришёл счёт за ноябрь", "счета"),
    ("Возврат посылки", "посылка"),
    ("ещё одна ЁЛКА", "елка"),
    ("My iPhone не включается", "iphone"),
    ("Order 4711982 is late", "4711982"),
    ("see naïve café", "CAFÉ"),
    ("don't know", "dont"),
    ("begins with refrigerator", "refri"),
]


@pytest.mark.parametrize(("text", "query"), FORMS)
def test_words_are_found_in_any_form_and_while_typing(desk: Desk, text: str, query: str) -> None:
    ticket = desk.letter(text)
    desk.letter("Something else altogether")
    assert desk.find(query) == [ticket.id]


def test_every_word_must_stand_in_the_message(desk: Desk) -> None:
    both = desk.letter("The blue kettle leaks")
    desk.letter("A blue lamp")
    assert desk.find("kettle blue") == [both.id]
    assert desk.find('"blue kettle" leaks') == [both.id]
    assert desk.find('"kettle blue"') == []


def test_a_minus_leaves_out(desk: Desk) -> None:
    lamp = desk.letter("A blue lamp")
    desk.letter("A blue kettle")
    assert desk.find("blue -kettle lamp") == desk.find("-kettle blue") == [lamp.id]


def test_people_and_subjects_have_operators(desk: Desk) -> None:
    anna = desk.letter("hello", sender="anna.k@orbit.example", name="Anna Kern", subject="Broken lamp")
    desk.letter("Anna told me about a broken lamp", subject="Other")
    assert (
        desk.find("from:anna.k@orbit.example") == desk.find("from:kern") == desk.find("от:Anna") == [anna.id]
    )
    assert desk.find('subject:"broken lamp"') == desk.find("тема:lamp") == [anna.id]
    copied = desk.letter("hi", to=(("Billing", "billing@help.example"),))
    assert desk.find("to:billing@help.example") == [copied.id]


def test_a_card_is_searched_by_its_number_name_or_address(desk: Desk) -> None:
    anna = desk.letter("kettle", sender="anna.k@orbit.example", name="Anna Kern")
    olga = desk.letter("kettle")
    assert desk.find(f"kettle customer:{anna.customer_id}") == desk.find("customer:kern") == [anna.id]
    assert desk.find("клиент:anna.k@") == desk.find(f"customer:#{anna.customer_id}") == [anna.id]
    assert desk.find(f"kettle -customer:{anna.customer_id}") == [olga.id]
    assert desk.find("customer:kern lamp") == []


def test_teams_snoozed_tickets_and_the_trash(desk: Desk) -> None:
    team = Team(name="Repairs", created_at=NOW)
    desk.session.add(team)
    desk.session.flush()
    repairs, snoozed, thrown, plain = [desk.letter(f"kettle {n}") for n in range(4)]
    repairs.team_id, snoozed.status, thrown.status = team.id, "snoozed", "trash"
    desk.session.flush()
    assert desk.find("team:repairs") == desk.find("команда:Repairs") == [repairs.id]
    assert desk.find("kettle team:none") == [plain.id, snoozed.id]
    assert desk.find("is:snoozed") == desk.find("status:snoozed") == [snoozed.id]
    assert desk.find("kettle status:trash") == [thrown.id]
    assert thrown.id not in desk.find("kettle") and desk.find(f"#{thrown.id}") == [thrown.id]


def test_fields_of_tickets_and_cards(desk: Desk) -> None:
    large, small, vip = (
        desk.letter("one"),
        desk.letter("two"),
        desk.letter("three", sender="vip@buyer.example"),
    )
    fields = [
        Field(scope="ticket", key="size", name="Size", kind="choice"),
        Field(scope="ticket", key="weight", name="Вес", kind="number"),
        Field(scope="ticket", key="due", name="Due", kind="date"),
        Field(scope="card", key="contract", name="Contract", kind="text"),
    ]
    desk.session.add_all(fields)
    desk.session.flush()
    size, weight, due, contract = [field.id for field in fields]
    desk.session.add_all(
        [
            TicketValue(ticket_id=large.id, field_id=size, value="Very large"),
            TicketValue(ticket_id=small.id, field_id=size, value="Small"),
            TicketValue(ticket_id=large.id, field_id=weight, value="12.5", number=12.5),
            TicketValue(ticket_id=small.id, field_id=weight, value="3", number=3),
            TicketValue(ticket_id=large.id, field_id=due, value="2026-12-01"),
            CardValue(customer_id=vip.customer_id, field_id=contract, value="K-77"),
        ]
    )
    desk.session.flush()
    assert desk.find("field:size=small") == [small.id]
    assert desk.find('field:size="very large"') == desk.find("поле:size=Very") == [large.id]
    assert desk.find("field:weight>5") == desk.find("field:вес=12,5") == [large.id]
    assert desk.find("field:due>2026-11-30") == [large.id] and desk.find("field:due<2026-11-30") == []
    assert desk.find("field:contract=k-77") == desk.find("field:contract") == [vip.id]
    assert desk.find("field:size -field:size=small") == [large.id]
    assert desk.find("field:nothing=1") == []


def test_states_labels_and_owners_have_operators(desk: Desk) -> None:
    closed, other = desk.letter("kettle one"), desk.letter("kettle two")
    service.set_status(desk.session, closed, "closed", by=desk.nora, now=NOW)
    service.set_tags(desk.session, other, ["Refund"], by=desk.nora, now=NOW)
    service.assign(desk.session, other, desk.nora.id, by=desk.nora, now=NOW)
    desk.session.flush()
    assert desk.find("kettle status:closed") == desk.find("статус:закрыт") == [closed.id]
    assert desk.find("kettle -status:closed") == [other.id]
    assert (
        desk.find("tag:refund") == desk.find("assignee:me") == desk.find("assignee:lind kettle") == [other.id]
    )
    assert desk.find("assignee:none kettle") == desk.find("is:unassigned") == [closed.id]
    assert desk.find("mailbox:orbit is:unanswered") == [other.id]


def test_files_and_times_have_operators(desk: Desk) -> None:
    file = LetterFile("Rechnung-2211.pdf", "application/pdf", "", False, 3, "0" * 64)
    old = desk.letter("kettle", files=(file,))
    desk.at = NOW - timedelta(days=1)
    new = desk.letter("kettle")
    assert desk.find("has:attachment") == desk.find("rechnung") == [old.id]
    assert desk.find("kettle after:3d") == desk.find("after:2026-11-20") == [new.id]
    assert desk.find("kettle before:20.11.2026") == desk.find("before:2026-11-20") == [old.id]


def test_numbers_and_addresses_go_straight_to_the_ticket(desk: Desk) -> None:
    olga = desk.letter("hello")
    anna = desk.letter("hello", sender="anna@buyer.example", name="Anna")
    assert desk.find(f"#{olga.id}") == [olga.id]
    assert desk.find(f"{anna.id}")[:1] == [anna.id]
    assert desk.find("anna@") == [anna.id]


def test_a_name_that_an_agent_corrected_is_found(desk: Desk) -> None:
    ticket = desk.letter("hello", name="")
    desk.letter("hello", sender="x@y.example", name="Xenia")
    ticket.customer.name = "Ольга Кузнецова"
    desk.session.flush()
    assert desk.find("кузнецова") == [ticket.id]


def test_notes_and_replies_are_found_and_a_removed_message_is_not(desk: Desk) -> None:
    ticket = desk.letter("hello")
    note = service.add_note(
        desk.session, ticket, "<p>paid by voucher</p>", by=desk.nora, now=NOW, nonce="one"
    )
    assert desk.find("voucher") == [ticket.id]
    search_index.remove(desk.session, note.id)
    assert desk.find("voucher") == []


def test_pages_go_on_where_the_last_ended_and_repeat_nothing(desk: Desk) -> None:
    tickets = [desk.letter(f"kettle number {number}") for number in range(12)]
    for ticket in (tickets[0], tickets[5], tickets[11]):
        desk.letter("the kettle again", into=ticket)
    seen: list[int] = []
    mark = ""
    while True:
        page = desk.page("kettle", after=mark, limit=5)
        seen += [row.id for row in page.rows]
        mark = page.after
        if not mark:
            break
    order = [tickets[11], tickets[5], tickets[0], *(tickets[n] for n in (10, 9, 8, 7, 6, 4, 3, 2, 1))]
    assert seen == [ticket.id for ticket in order]


def test_the_best_first_puts_the_subject_before_a_mention(desk: Desk) -> None:
    about = desk.letter("kettle kettle, the kettle leaks", subject="Kettle")
    desk.letter(
        "a long story about other things in which, at the very end, a kettle is named. " + "word " * 200
    )
    assert desk.find("kettle", best=True)[0] == about.id
    assert desk.find("kettle")[0] != about.id


def test_an_excerpt_shows_the_words_that_were_found(desk: Desk) -> None:
    desk.letter("word " * 100 + "and then the KETTLES exploded " + "word " * 100)
    (row,) = desk.page("kettle").rows
    assert [piece.text for piece in row.excerpt if piece.hit] == ["KETTLES"]
    assert len("".join(piece.text for piece in row.excerpt)) < 200


@pytest.mark.parametrize(
    "query",
    ['"', "AND", "NOT NEAR(", "a* OR b", "{subject} : x", "':*", "&|!", "x' OR '1'='1", "(((", "-", "-a", "from:",
     "subject:\"", "^", "\x00", "\ud800", "status:", "🙂", "a" * 300, "word " * 60],
)  # fmt: skip
def test_nothing_that_is_typed_is_an_error(desk: Desk, query: str) -> None:
    desk.letter("a letter with x and b")
    desk.page(query)
    desk.page(query, best=True, after="no mark")


def test_a_wrong_value_is_told_with_what_there_is() -> None:
    query = parse("status:blah after:yesterday kettle", today=TODAY)
    assert [(problem.operator, problem.value) for problem in query.problems] == [
        ("status", "blah"),
        ("after", "yesterday"),
    ]
    assert "waiting" in query.problems[0].known
    assert len(query.terms) == 1


def test_messages_from_before_the_index_are_added_newest_first(desk: Desk) -> None:
    first, second = desk.letter("kettle one"), desk.letter("kettle two")
    search_index.start_over(desk.session)
    assert desk.find("kettle") == []
    search_index.catch_up(desk.session, most=1)
    assert desk.find("kettle") == [second.id]
    while search_index.catch_up(desk.session, most=1):
        pass
    assert desk.find("kettle") == [second.id, first.id]
    assert search_index.catch_up(desk.session) == 0


def test_a_letter_of_a_million_words_can_be_indexed(desk: Desk) -> None:
    ticket = desk.letter("needle " + "hay" * 50 + " " + "".join(f"w{number} " for number in range(10**6)))
    assert desk.find("needle") == [ticket.id]


def test_each_page_asks_a_fixed_number_of_queries(desk: Desk, counted: Callable[[], int]) -> None:
    for number in range(30):
        desk.letter(f"kettle {number}")
    before = counted()
    desk.page("kettle status:open")
    assert counted() - before <= 6


@pytest.fixture
def counted(session: Session) -> Callable[[], int]:
    """How many statements this session's connection has executed."""
    statements: list[str] = []
    engine = session.get_bind()

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        statements.append(statement)

    sa.event.listen(engine, "before_cursor_execute", note)
    return lambda: len(statements)


def test_a_moved_letter_is_found_in_its_new_ticket(desk: Desk) -> None:
    ticket = desk.letter("hello")
    desk.letter("a kettle", into=ticket)
    other = desk.letter("something")
    letter = desk.session.scalars(sa.select(Message).where(Message.visible == "a kettle")).one()
    letter.ticket_id = other.id
    desk.session.flush()
    assert desk.find("kettle") == [other.id]


def test_a_ticket_is_found_by_what_an_agent_calls_it_at_once(desk: Desk) -> None:
    ticket = desk.letter("The lid drips", subject="Hello")
    desk.letter("Still dripping", subject="Hello", into=ticket)
    other = desk.letter("A lid", subject="Hello")
    subjects.rename(desk.session, ticket, "Протекает чайник", by=desk.nora, now=NOW)
    assert desk.find("чайники") == [ticket.id]
    assert desk.find("subject:чайник lid") == [ticket.id]
    assert desk.find("Hello lid") == [other.id, ticket.id]  # its letters keep their own subject
    later = desk.letter("Any news of the gasket?", subject="Re: Hello", into=ticket)
    assert desk.find("gasket чайник") == [later.id]
    search_index.start_over(desk.session)
    while search_index.catch_up(desk.session):
        pass
    assert desk.find("протекает") == [ticket.id]
    subjects.put(desk.session, ticket, "Hello", by=desk.nora, now=NOW)
    assert desk.find("чайник") == []


def test_labels_are_made_of_letters_of_any_script(desk: Desk) -> None:
    ticket = desk.letter("hello")
    service.set_tags(desk.session, ticket, ["Возврат"], by=desk.nora, now=NOW)
    desk.session.flush()
    assert desk.session.scalars(sa.select(Tag.name)).all()
    assert desk.find("метка:возврат") == [ticket.id]


def test_a_word_that_many_letters_have_is_no_beginning(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = [desk.letter("My parcel is late.").id for _ in range(2)]
    longer = desk.letter("About your parcelshop.").id
    assert desk.find("parcel") == [longer, *reversed(whole)]
    monkeypatch.setattr(search_index, "COMMON", 2)
    assert desk.find("parcel") == whole[::-1]
    assert desk.find("parcels") == whole[::-1]
    assert desk.find("parcelsh") == [longer]


def test_a_page_is_the_same_however_few_messages_are_looked_at_once(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Small steps, and tickets that are few enough to be looked through by themselves."""
    tickets = [desk.letter(f"My parcel {number} is late.") for number in range(12)]
    for ticket in tickets:
        desk.letter("The parcel is still late.", into=ticket)
    for ticket in tickets[:3]:
        ticket.status = "closed"
    desk.session.flush()
    everything, closed = desk.find("parcel"), desk.find("parcel status:closed")
    assert len(everything) == 12 and closed == [ticket.id for ticket in reversed(tickets[:3])]
    monkeypatch.setattr(search_newest, "BATCH", 2)
    monkeypatch.setattr(search_newest, "MOST_AT_ONCE", 4)
    assert desk.find("parcel") == everything
    assert desk.find("parcel status:closed") == closed
    first = desk.page("parcel", limit=5)
    second = desk.page("parcel", limit=7, after=first.after)
    assert [row.id for row in (*first.rows, *second.rows)] == everything
