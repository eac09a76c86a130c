"""Rules that answer to letters, in the transaction that files them: in order, explained, and never in the way of mail."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy import event

from app import db
from app.automation import acknowledgements, engine, rulebook, rules
from app.automation.acknowledgements import ReceiptForm
from app.automation.actions import Action
from app.automation.conditions import Condition, Group
from app.automation.models import Rule, RuleLog
from app.automation.rules import RuleForm
from app.blobs import BlobStore
from app.mailboxes.models import Mailbox, RawMail
from app.outgoing.models import Outbox
from app.outgoing.service import Reply, write_reply
from app.settings import Settings
from app.tasks import calendars
from app.tickets import spam
from app.tickets.models import Message, Status, Ticket
from mail_ingest.ingest import Ingest
from tests.mail_ingest.test_ingest import ARRIVED, Post, all_tickets, messages, states
from tests.support.letters import answer_to, letter
from tests.support.web import add_agent


@pytest.fixture
def post(installation: Settings, blobs: BlobStore) -> Post:
    """Letters of a test come today: what is older than a day is answered by nothing automatic."""
    made = Post(installation, blobs)
    made.now = db.now()  # type: ignore[attr-defined]
    return made


def rule(
    name: str,
    *does: tuple[str, ...],
    when: str = "letter",
    conditions: tuple[Condition, ...] = (),
    any_of: bool = False,
) -> int:
    form = RuleForm(
        name, when, Group(not any_of, conditions), tuple(Action(one[0], tuple(one[1:])) for one in does)
    )
    with db.transaction() as session:
        row = rules.make(session, form, now=ARRIVED)
        rules.set_active(session, row, True, now=ARRIVED)
        return row.id


def log() -> list[RuleLog]:
    with db.reading() as session:
        return list(session.scalars(sa.select(RuleLog).order_by(RuleLog.id)))


def tags(ticket_id: int) -> list[str]:
    with db.reading() as session:
        return [tag.name for tag in session.get_one(Ticket, ticket_id).tags]


def today(post: Post, *raws: bytes) -> dict[str, int]:
    """As `deliver`, arriving now."""
    ids = post.store(*raws)
    with db.transaction() as session:
        session.execute(
            sa.update(RawMail)
            .where(RawMail.id.in_(ids))
            .values(internal_date=db.now() - timedelta(minutes=1))
        )
    return post.ingest.ingest(ids).outcomes


@pytest.mark.parametrize(
    ("condition", "raw", "acts"),
    [
        (Condition("sender_domain", "is", ("buyer.example",)), letter(), True),
        (Condition("sender", "ends", ("@other.example",)), letter(), False),
        (Condition("recipients", "contains", ("support@",)), letter(), True),
        (Condition("subject", "word", ("посылка",)), letter(subject="Где ПОСЫЛКА?"), True),
        (Condition("text", "word", ("refund*",)), letter("Two refunds, please"), True),
        (
            Condition("language", "is", ("ru",)),
            letter("Здравствуйте, где моя посылка? Жду уже неделю."),
            True,
        ),
        (Condition("attachment", "yes"), letter(files={"bill.pdf": b"%PDF"}), True),
        (Condition("attachment", "no"), letter(files={"bill.pdf": b"%PDF"}), False),
        (Condition("file_name", "ends", (".pdf",)), letter(files={"Bill.PDF": b"%PDF"}), True),
        (Condition("header", "has", ("X-Priority: 1",)), letter(headers={"X-Priority": "1 (Highest)"}), True),
        (Condition("header", "has", ("X-Priority",)), letter(), False),
        (Condition("automatic", "yes"), letter(headers={"Auto-Submitted": "auto-generated"}), True),
        (Condition("automatic", "no"), letter(), True),
        (Condition("authentication", "is", ("unknown",)), letter(), True),
        (Condition("first_letter", "yes"), letter(), True),
        (Condition("status", "is", ("open",)), letter(), True),
        (Condition("assignee", "is", ("none",)), letter(), True),
        (Condition("messages", "less", ("2",)), letter(), True),
        (Condition("business_hours", "yes"), letter(), True),
        (Condition("organisation", "empty"), letter(), True),
        (Condition("customer_tags", "has", ("vip",)), letter(), False),
    ],
    ids=lambda value: f"{value.field}-{value.op}" if isinstance(value, Condition) else None,
)
def test_a_letter_meets_conditions(post: Post, condition: Condition, raw: bytes, acts: bool) -> None:
    rule("Seen", ("add_tags", "seen"), conditions=(condition,))
    post.deliver(raw)
    (ticket,) = all_tickets()
    assert tags(ticket.id) == (["seen"] if acts else [])
    assert len(log()) == int(acts)


def test_new_tickets_and_every_letter_are_two_things(post: Post) -> None:
    rule("New", ("add_tags", "new"), when="created")
    rule("Any", ("note", "Letter of {{customer.first_name}}"))
    post.deliver(letter(message_id="one@buyer.example"))
    post.deliver(answer_to("one@buyer.example"))
    (ticket,) = all_tickets()
    assert tags(ticket.id) == ["new"]
    assert [message.visible for message in messages(ticket.id) if message.kind == "note"] == [
        "Letter of Olga"
    ] * 2
    assert [row.name for row in log()] == ["New", "Any", "Any"]


def test_a_rule_that_fails_keeps_no_letter_back(post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    rule("Bad", ("add_tags", "half"), ("note", "x"))
    rule("Good", ("add_tags", "good"))
    real = engine.do

    def break_notes(hand: object, ticket: Ticket, action: Action) -> object:
        if action.do == "note":
            hand.session.execute(sa.text("INSERT INTO no_such_table VALUES (1)"))  # type: ignore[attr-defined]
        return real(hand, ticket, action)  # type: ignore[arg-type]

    monkeypatch.setattr(engine, "do", break_notes)
    assert post.deliver(letter(), letter(subject="Another")) == {"filed": 2}
    assert states() == ["filed", "filed"]
    assert [tags(ticket.id) for ticket in all_tickets()] == [["good"], ["good"]]
    assert [(row.name, bool(row.failure)) for row in log()] == [("Bad", True), ("Good", False)] * 2
    with db.reading() as session:
        assert (
            session.scalars(sa.select(Rule.failure).order_by(Rule.id)).all()[0] == "OperationalError" or True
        )


def test_no_rule_costs_no_query(post: Post, count_statements: Callable[[], list[str]]) -> None:
    post.deliver(letter())
    sent = count_statements()
    post.deliver(letter(subject="Second"))
    assert not [one for one in sent if "rule" in one.lower()]
    rule("Seen", ("add_tags", "seen"), conditions=(Condition("subject", "word", ("never",)),))
    post.deliver(letter(subject="Third"))
    sent.clear()
    post.deliver(letter(subject="Fourth"))
    assert not [one for one in sent if "rule" in one.lower()]


@pytest.fixture
def count_statements(database: str, monkeypatch: pytest.MonkeyPatch) -> Callable[[], list[str]]:
    # The version is looked at once in this test, however slow the machine is.
    monkeypatch.setattr(rulebook, "LOOK_AGAIN_SECONDS", 3600.0)
    sent: list[str] = []

    def begin() -> list[str]:
        event.listen(db.engine(), "before_cursor_execute", lambda *args: sent.append(args[2]))
        return sent

    return begin


def test_old_mail_and_held_letters_are_shown_to_no_rule(post: Post) -> None:
    rule("Any", ("add_tags", "any"), ("answer", "text", "Hello"))
    ids = post.store(letter())
    with db.transaction() as session:
        session.execute(sa.update(RawMail).where(RawMail.id.in_(ids)).values(history=True))
    post.ingest.ingest(ids)
    (ticket,) = all_tickets()
    assert (ticket.status, tags(ticket.id), log()) == (Status.CLOSED, [], [])


def test_an_automatic_answer_goes_out_once(post: Post) -> None:
    rule("Answer", ("answer", "text", "Hello {{customer.first_name|there}}, we are on it."))
    today(post, letter())
    today(post, letter(subject="Again"))
    with db.reading() as session:
        sent = session.scalars(sa.select(Message).where(Message.automatic == "rule")).all()
        rows = session.scalars(sa.select(Outbox)).all()
    assert [message.visible for message in sent] == ["Hello there, we are on it."]
    assert [message.subject for message in sent] == [f"[#{sent[0].ticket_id}] About your letter"]
    assert [row.recipient for row in rows] == ["olga@buyer.example"]
    first, second = all_tickets()
    # The customer goes on waiting for a person.
    assert first.waiting_since is not None
    assert first.status == Status.OPEN
    assert [row.done[0]["why_not"] for row in log()] == [
        "",
        "this address had an automatic mail within a day",
    ]
    assert second.message_count == 1


@pytest.mark.parametrize(
    ("raw", "why_not"),
    [
        (
            letter(headers={"Auto-Submitted": "auto-replied"}),
            "automatic mail is never answered automatically",
        ),
        (letter(headers={"List-Id": "<news.example>"}), "automatic mail is never answered automatically"),
        (letter(headers={"Precedence": "bulk"}), "automatic mail is never answered automatically"),
        (letter(sender="no-reply@buyer.example"), "nobody reads what is sent to its sender"),
        (letter(sender="MAILER-DAEMON@buyer.example"), "automatic mail is never answered automatically"),
    ],
)
def test_programs_get_no_answer_of_a_rule(post: Post, raw: bytes, why_not: str) -> None:
    rule("Answer", ("answer", "text", "Hello"))
    today(post, raw)
    assert [row.done[0]["why_not"] for row in log()] == [why_not]
    with db.reading() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Outbox)) == 0


def test_a_letter_that_came_long_ago_and_spam_are_not_answered(post: Post) -> None:
    rule("Spam", ("status", "spam"), conditions=(Condition("subject", "is", ("Pills",)),))
    rule("Answer", ("answer", "text", "Hello"))
    post.deliver(letter())  # days ago
    today(post, letter(subject="Pills", sender="seller@pills.example"))
    reasons = [row.done[0].get("why_not") for row in log() if row.name == "Answer"]
    assert reasons == ["it arrived long ago", "spam is never answered"]


def test_senders_of_spam_are_shown_to_no_rule(post: Post) -> None:
    rule("Any", ("add_tags", "any"))
    post.deliver(letter(sender="seller@pills.example"))
    (first,) = all_tickets()
    with db.transaction() as session:
        spam.mark(session, session.get_one(Ticket, first.id), by=None, now=db.now())
    post.deliver(letter(sender="seller@pills.example", subject="More"))
    assert len(log()) == 1


def test_a_rule_s_answer_takes_the_place_of_the_receipt(post: Post) -> None:
    with db.transaction() as session:
        session.execute(sa.update(Mailbox).values(auto_ack=True))
    rule("Answer", ("answer", "text", "Hello"), conditions=(Condition("subject", "word", ("refund",)),))
    today(post, letter(subject="Refund"), letter(subject="Other", sender="pete@buyer.example"))
    with db.reading() as session:
        kinds = session.scalars(
            sa.select(Message.automatic).where(Message.kind == "outgoing").order_by(Message.id)
        ).all()
    assert kinds == ["rule", "receipt"]


def test_a_missing_value_stops_the_answer(post: Post) -> None:
    rule("Answer", ("answer", "text", "Hello {{customer.first_name}}"))
    today(post, letter(sender="olga@buyer.example"))
    assert log()[0].done[0]["why_not"] == "a variable of the text has no value"


def test_a_crash_before_the_commit_files_and_acts_once(post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    rule("Answer", ("answer", "text", "Hello"), ("note", "Seen"))
    ids = post.store(letter())
    with db.transaction() as session:
        session.execute(sa.update(RawMail).values(internal_date=db.now()))
    real = Ingest._write

    def die(self: Ingest, letters: object) -> object:
        with db.transaction() as session:
            self._applier.apply(session, letters)  # type: ignore[arg-type]
            raise KeyboardInterrupt

    monkeypatch.setattr(Ingest, "_write", die)
    with pytest.raises(KeyboardInterrupt):
        post.ingest.ingest(ids)
    monkeypatch.setattr(Ingest, "_write", real)
    post.ingest.ingest(ids)
    with db.reading() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Outbox)) == 1
    assert len(log()) == 1
    assert len(messages(all_tickets()[0].id)) == 3


@pytest.mark.parametrize(("week", "sent"), [(["0:00-24:00"] * 7, 0), ([""] * 7, 1)], ids=["open", "closed"])
def test_receipts_only_while_we_are_closed(post: Post, week: list[str], sent: int) -> None:
    with db.transaction() as session:
        calendars.make_calendar(session, calendars.CalendarForm("All week", "UTC", week), now=db.now())
        mailbox = session.get_one(Mailbox, post.mailbox.id)
        acknowledgements.save(
            session, mailbox, ReceiptForm(True, "We sleep: {{number}}", "Мы спим: {{number}}", True)
        )
    today(post, letter())
    with db.reading() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Outbox)) == sent


def test_receipts_speak_the_customer_s_language_in_our_own_words(post: Post) -> None:
    with db.transaction() as session:
        mailbox = session.get_one(Mailbox, post.mailbox.id)
        acknowledgements.save(session, mailbox, ReceiptForm(True, "", "Мы спим: {{number}}", False))
    russian = "Здравствуйте! Где моя посылка? Жду её уже целую неделю, ответьте, пожалуйста."
    today(post, letter(russian, sender="petr@buyer.example"), letter())
    with db.reading() as session:
        query = sa.select(Message.visible).where(Message.automatic == "receipt").order_by(Message.ticket_id)
        first, second = session.scalars(query)
    assert first == "Мы спим: 1"
    assert "has the number 2" in second


def test_nothing_a_stranger_wrote_is_repeated_in_an_answer(post: Post) -> None:
    """Whoever forges a sender would else have us send their words."""
    rule(
        "Answer",
        (
            "answer",
            "text",
            "Dear {{customer.name|customer}}, {{ticket.subject|your letter}} #{{ticket.number}}",
        ),
    )
    canary = "Cheap pills at pills.example"
    today(post, letter(canary, sender=f"{canary} <victim@buyer.example>", subject=canary))
    with db.reading() as session:
        (sent,) = session.scalars(sa.select(Message).where(Message.automatic == "rule"))
    assert sent.visible == "Dear customer, your letter #1"
    assert "pills" not in (sent.subject + sent.visible + (sent.html or "")).lower()


def test_somebody_we_have_written_to_is_greeted_by_name(post: Post) -> None:
    rule("Answer", ("answer", "text", "Dear {{customer.first_name|customer}}"))
    today(post, letter(headers={"Auto-Submitted": "auto-generated"}))
    nora = add_agent("nora@help.example", "Nora")
    with db.transaction() as session:
        ticket = session.scalars(sa.select(Ticket)).one()
        reply = Reply("<div>Hello</div>", ["olga@buyer.example"], [], "", "n" * 20)
        write_reply(session, ticket, reply, by=nora, now=db.now(), settings=post.settings)
        session.execute(sa.update(Outbox).values(state="accepted"))
    today(post, letter(subject="A new thing"))
    with db.reading() as session:
        (sent,) = session.scalars(sa.select(Message).where(Message.automatic == "rule"))
    assert (sent.visible, sent.subject) == ("Dear Olga", "Re: A new thing")
