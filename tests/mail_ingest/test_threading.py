"""Every promise about which ticket a letter continues, from bytes to tickets (docs/invariants.md)."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from app import db
from app.accounts.models import Agent
from app.customers.models import Customer, CustomerAddress
from app.mailboxes.models import Mailbox
from app.outgoing.service import Reply, write_reply
from app.tickets import merging, moving
from app.tickets import service as tickets
from app.tickets.models import Event, Message, Status, Ticket
from tests.mail_ingest.test_ingest import Post, all_tickets, messages, post
from tests.support.letters import answer_to, letter
from tests.support.web import add_agent

__all__ = ["post"]
FIRST = "first@buyer.example"
EVE = "Eve <eve@elsewhere.example>"


def replied(
    post: Post, ticket_id: int = 1, *, to: str = "olga@buyer.example", cc: tuple[str, ...] = ()
) -> Message:
    """An answer of ours; its Message-ID carries the token."""
    add_agent(f"nora{ticket_id}@help.example", "Nora Lind")
    with db.transaction() as session:
        return write_reply(
            session,
            session.get_one(Ticket, ticket_id),
            Reply("<div>We are looking into it.</div>", [to], list(cc), "", f"nonce-{ticket_id}-{len(cc)}"),
            by=session.scalars(sa.select(Agent).order_by(Agent.id.desc())).first(),  # type: ignore[arg-type]
            now=db.now(),
            settings=post.settings,
        )


def token_of(message: Message) -> str:
    return message.rfc_message_id.partition("@")[0].partition(".")[2]


def set_status(ticket_id: int, status: str, *, days_ago: int = 0) -> None:
    with db.transaction() as session:
        ticket = session.get_one(Ticket, ticket_id)
        tickets.set_status(session, ticket, status, by=None, now=db.now() - timedelta(days=days_ago))


def events(ticket_id: int) -> list[str]:
    with db.reading() as session:
        return list(
            session.scalars(sa.select(Event.kind).where(Event.ticket_id == ticket_id).order_by(Event.id))
        )


def counts() -> list[int]:
    return [ticket.message_count for ticket in all_tickets()]


# What comes back to us ------------------------------------------------------------------------


def test_the_message_id_was_rewritten_on_its_way_and_the_sub_address_is_left(post: Post) -> None:
    """Some relays give every letter an id of their own, so the answer names one that we never wrote."""
    post.deliver(letter())
    token = token_of(replied(post))
    raw = answer_to("0102018f-000000@eu.relay.example", to=f"support+{token}@help.example")
    post.deliver(raw)
    assert counts() == [3]
    assert messages(1)[-1].evidence[0]["rule"] == "token"


def test_the_sub_address_may_stand_in_delivered_to_alone(post: Post) -> None:
    post.deliver(letter())
    token = token_of(replied(post))
    raw = letter(
        "Yes.", to="undisclosed-recipients:;", headers={"Delivered-To": f"support+{token}@help.example"}
    )
    post.deliver(raw)
    assert counts() == [3]


def test_the_relay_changed_the_case_of_our_id(post: Post) -> None:
    post.deliver(letter())
    ours = replied(post).rfc_message_id
    post.deliver(answer_to(ours.upper()))
    assert counts() == [3]


def test_outlook_without_references_is_known_by_what_it_quotes(post: Post) -> None:
    post.deliver(letter())
    mark = f"ref-{token_of(replied(post))}"
    text = f"Yes please.\n\n-----Original Message-----\nFrom: Nora\nSent: today\nTo: Olga\nSubject: x\n\nWe look.\n\n{mark}\n"
    post.deliver(
        letter(text, subject="RE: My parcel", headers={"Thread-Index": "AdXyz0AAAAAAAAAAAAAAAAAAAAAAAA=="})
    )
    assert counts() == [3]


def test_the_parent_alone_is_named_in_in_reply_to(post: Post) -> None:
    post.deliver(letter(message_id=FIRST))
    post.deliver(letter("More.", headers={"In-Reply-To": f"<{FIRST}>"}))
    assert counts() == [2]


def test_references_alone_are_enough(post: Post) -> None:
    post.deliver(letter(message_id=FIRST))
    post.deliver(letter("More.", headers={"References": f"<other@buyer.example> <{FIRST}>"}))
    assert counts() == [2]


@pytest.mark.parametrize("wrong", ["References", "In-Reply-To"])
def test_a_damaged_header_does_not_hide_the_other(post: Post, wrong: str) -> None:
    post.deliver(letter(message_id=FIRST))
    headers = {"References": f"<{FIRST}>", "In-Reply-To": f"<{FIRST}>", wrong: "<<>> ?? <"}
    post.deliver(letter("More.", headers=headers))
    assert counts() == [2]


# Who may speak --------------------------------------------------------------------------------


def test_somebody_an_agent_put_on_cc_takes_part(post: Post) -> None:
    post.deliver(letter())
    ours = replied(post, cc=("igor@firm.example",)).rfc_message_id
    post.deliver(answer_to(ours, sender="Igor <igor@firm.example>"))
    assert counts() == [3]
    assert not messages(1)[-1].held


def test_somebody_the_customer_put_on_cc_does_not(post: Post) -> None:
    post.deliver(letter(headers={"Cc": "igor@firm.example"}, message_id=FIRST))
    post.deliver(answer_to(FIRST, sender="Igor <igor@firm.example>"))
    assert counts() == [1, 1]
    assert all_tickets()[1].related_id == 1


def test_another_address_of_the_card_answers_our_letter(post: Post) -> None:
    post.deliver(letter())
    ours = replied(post).rfc_message_id
    with db.transaction() as session:
        session.add(CustomerAddress(customer_id=1, email="olga@home.example", bounce_reason=""))
    post.deliver(answer_to(ours, sender="OLGA@Home.Example"))
    assert counts() == [3]
    with db.reading() as session:
        assert session.scalar(sa.select(sa.func.count(Customer.id))) == 1


# Merged, moved, closed ------------------------------------------------------------------------


def merged(chain: dict[int, int]) -> None:
    with db.transaction() as session:
        for source, target in chain.items():
            session.get_one(Ticket, source).merged_into_id = target


@pytest.mark.parametrize("evidence", ["token", "reference", "subject"])
def test_an_answer_follows_a_chain_of_merges(post: Post, evidence: str) -> None:
    post.deliver(*(letter(message_id=f"root-{n}@buyer.example", subject=f"Parcel {n}") for n in range(4)))
    ours = replied(post, 1).rfc_message_id
    merged({1: 2, 2: 3, 3: 4})
    raw = {
        "token": answer_to(ours),
        "reference": answer_to("root-0@buyer.example"),
        "subject": letter(subject="Re: [#1] Parcel 0"),
    }[evidence]
    post.deliver(raw)
    assert counts() == [2, 1, 1, 2]


def test_people_of_a_merged_ticket_go_on_speaking_and_come_back_with_it(post: Post) -> None:
    boris = "Boris <boris@firm.example>"
    post.deliver(letter(message_id=FIRST), letter(sender=boris, message_id="b@firm.example", subject="Bill"))
    ours = replied(post, 1, cc=("igor@buyer.example",)).rfc_message_id
    with db.transaction() as session:
        nora = session.scalars(sa.select(Agent)).one()
        merging.merge(session, 1, 2, by=nora, now=db.now())
    post.deliver(answer_to(ours, sender="igor@buyer.example", text="Me too."))
    assert (messages(2)[-1].visible, messages(2)[-1].held) == ("Me too.", False)
    with db.transaction() as session:
        nora = session.scalars(sa.select(Agent)).one()
        merging.unmerge(session, 1, by=nora, now=db.now())
    post.deliver(answer_to(ours, sender="igor@buyer.example", text="Again."))
    assert messages(1)[-1].visible == "Again."
    assert "igor@buyer.example" not in {message.sender_email for message in messages(2)[2:]}


def test_tickets_merged_in_a_circle_do_not_lose_the_letter(post: Post) -> None:
    post.deliver(letter(message_id=FIRST), letter(subject="Other"))
    merged({1: 2, 2: 1})
    assert post.deliver(answer_to(FIRST)) == {"filed": 1}
    assert sum(counts()) == 3


def test_a_merge_gives_a_stranger_nothing(post: Post) -> None:
    boris = "Boris <boris@firm.example>"
    post.deliver(letter(message_id=FIRST), letter(sender=boris, message_id="b@firm.example", subject="Bill"))
    merged({1: 2})
    post.deliver(answer_to(FIRST, sender=EVE))
    assert counts() == [1, 1, 1]


@pytest.mark.parametrize(("days", "expected"), [(29, [3]), (31, [2, 1])])
def test_a_ticket_closed_long_ago_is_not_opened_again(post: Post, days: int, expected: list[int]) -> None:
    post.deliver(letter(message_id=FIRST))
    ours = replied(post).rfc_message_id
    set_status(1, Status.CLOSED, days_ago=days)
    post.deliver(answer_to(ours))
    assert counts() == expected
    last = all_tickets()[-1]
    assert (last.status, last.related_id) == ("open", None if days < 30 else 1)


def test_not_this_ticket_and_back_again(post: Post) -> None:
    post.deliver(letter(message_id=FIRST))
    post.deliver(answer_to(FIRST, text="By the way, my bill is wrong."))
    add_agent("nora@help.example", "Nora Lind")
    with db.transaction() as session:
        nora, wrong = session.scalars(sa.select(Agent)).one(), session.get_one(Message, 2)
        moving.move_to_new_ticket(session, wrong, by=nora, now=db.now())
    assert counts() == [1, 1]
    assert [item["rule"] for item in messages(2)[0].evidence] == ["reference", "moved"]
    with db.transaction() as session:
        nora, wrong = session.scalars(sa.select(Agent)).one(), session.get_one(Message, 2)
        moving.move_back(session, wrong, by=nora, now=db.now())
    assert counts() == [2, 0]


# What the mail server found out ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("results", "rule"),
    [
        ("dmarc=pass header.from=buyer.example", "auth-pass"),
        ("none", "auth-unknown"),
        ("dmarc=fail", "auth-fail"),
    ],
)
def test_the_verdict_on_the_sender_is_kept_with_the_letter(post: Post, results: str, rule: str) -> None:
    with db.transaction() as session:
        session.execute(sa.update(Mailbox).values(authserv_id="mx.help.example"))
    post.deliver(f"Authentication-Results: mx.help.example; {results}\n".encode() + letter())
    assert [item["rule"] for item in messages(1)[0].evidence] == ["new", rule]


def test_a_proven_token_outweighs_a_verdict(post: Post) -> None:
    """Mail that a customer's alias passes on fails DMARC for no fault of theirs; our token says that they had our letter."""
    with db.transaction() as session:
        session.execute(sa.update(Mailbox).values(authserv_id="mx.help.example"))
    post.deliver(letter())
    ours = replied(post).rfc_message_id
    post.deliver(b"Authentication-Results: mx.help.example; dmarc=fail\n" + answer_to(ours))
    last = messages(1)[-1]
    assert (last.held, [item["rule"] for item in last.evidence]) == (False, ["token", "auth-fail"])


def asked(post: Post, raws: list[bytes]) -> int:
    """How many questions the database is asked to decide these letters together."""
    ids = post.store(*raws)
    seen: list[str] = []

    def count(_c: object, _cursor: object, statement: str, *_more: object) -> None:
        # PostgreSQL hands out the number of each new ticket by a question.
        if statement.lstrip().upper().startswith("SELECT") and "nextval" not in statement:
            seen.append(statement)

    sa.event.listen(db.engine(), "before_cursor_execute", count)
    try:
        post.ingest.ingest(ids)
    finally:
        sa.event.remove(db.engine(), "before_cursor_execute", count)
    return len(seen)


def test_a_batch_asks_as_much_for_forty_letters_as_for_ten(post: Post) -> None:
    """Threads, verdicts, agents and thanks included: each is asked for once, for all letters together."""
    with db.transaction() as session:
        session.execute(sa.update(Mailbox).values(authserv_id="mx.help.example"))
    post.deliver(letter(message_id=FIRST))
    add_agent("nora@help.example", "Nora Lind")
    top = b"Authentication-Results: mx.help.example; dmarc=pass header.from=buyer.example\n"

    def mixed(numbers: range) -> list[bytes]:
        return [
            top
            + (
                answer_to(FIRST, text="Thanks!")
                if n % 2
                else letter(f"News {n}", sender=f"c{n}@buyer.example")
            )
            for n in numbers
        ]

    asked(post, mixed(range(100, 102)))  # whatever is asked once in the life of a process
    ten, forty = asked(post, mixed(range(10))), asked(post, mixed(range(10, 50)))
    assert forty == ten
