"""Nobody gets into a ticket, or anything out of one, by what they write into a header (T1 to T5, T7).

A matrix of pretending letters goes through the real way from bytes to tickets. Beside it: a hundred thousand guesses
of our token. The tricks by which other products were broken are in test_known_breaches.py.
"""

from __future__ import annotations

import random
from collections import Counter
from email import message_from_bytes
from email.policy import default
from email.utils import getaddresses

import pytest
import sqlalchemy as sa

from app import db
from app.accounts.models import Agent
from app.customers.models import Customer, CustomerAddress
from app.mailboxes.models import Mailbox
from app.outgoing import letter_rows
from app.outgoing.compose import compose
from app.outgoing.ids import marks_in, read_token
from app.outgoing.models import Outbox
from app.outgoing.service import Reply, write_reply
from app.tickets.models import Kind, Message, Participant, Ticket
from app.web.ticket_page import gather
from mail_ingest.parse import parse_mail
from tests.mail_ingest.spoofs import (
    APPROVED,
    BORISS,
    CANARY,
    ELSEWHERE,
    OLGAS,
    PLACES,
    SENDERS,
    TOKENS,
    VERDICTS,
    Spoof,
    World,
    matrix,
)
from tests.mail_ingest.test_ingest import Post, all_tickets, post
from tests.support.letters import letter
from tests.support.web import add_agent

__all__ = ["post"]
# Letters in each of the two worlds: with a mail server whose verdicts count, and without one.
COUNTS = {
    ("sqlite", True): 1000,
    ("sqlite", False): 500,
    ("postgresql", True): 150,
    ("postgresql", False): 100,
}
BATCH = 50
SECRET = "The code of the safe is blue heron"  # noqa: S105 (what must not leak, in a test)


@pytest.fixture(params=[True, False], ids=["believing", "asking nobody"])
def believes(request: pytest.FixtureRequest) -> bool:
    return bool(request.param)


def answer(post: Post, ticket_id: int, agent_id: int, to: list[str], cc: list[str], text: str) -> Message:
    with db.transaction() as session:
        reply = Reply(f"<div>{text}</div>", to, cc, "", f"nonce-of-ticket-{ticket_id}-{text[:12]}")
        return write_reply(
            session,
            session.get_one(Ticket, ticket_id),
            reply,
            by=session.get_one(Agent, agent_id),
            now=db.now(),
            settings=post.settings,
        )


def world_of(post: Post, *, believes: bool) -> World:
    """Olga's ticket with our answer to her and to Igor on Cc, and Boris's ticket with our answer to him."""
    nora = add_agent("nora@help.example", "Nora Lind").id
    with db.transaction() as session:
        session.execute(sa.update(Mailbox).values(authserv_id="mx.help.example" if believes else ""))
    letters = {"Olga's letter": "olga-first@buyer.example", "Boris's letter": "boris-first@firm.example"}
    post.deliver(letter(f"Please help. {SECRET}", message_id=letters["Olga's letter"]))
    boris = "Boris <boris@firm.example>"
    post.deliver(letter("Mine too.", sender=boris, subject="Bill", message_id=letters["Boris's letter"]))
    olgas, boriss = (ticket.id for ticket in all_tickets())
    first = answer(post, olgas, nora, ["olga@buyer.example"], ["igor@buyer.example"], "We are looking.")
    second = answer(post, boriss, nora, ["boris@firm.example"], [], "We are looking.")
    with db.transaction() as session:
        card = session.get_one(Ticket, olgas).customer_id
        session.add(CustomerAddress(customer_id=card, email="olga@home.example", bounce_reason=""))
    tokens = {
        name: message.rfc_message_id.partition("@")[0].partition(".")[2]
        for name, message in ((OLGAS, first), (BORISS, second))
    }
    return World(olgas, boriss, tokens, letters, believes)


def state_of(world: World) -> dict[str, object]:
    """Everything of the two tickets and their cards that no letter may change."""
    with db.reading() as session:
        tickets = [session.get_one(Ticket, world.ticket(name)) for name in (OLGAS, BORISS)]
        people = sa.select(Participant.ticket_id, Participant.email, Participant.how)
        mine = Participant.ticket_id.in_([ticket.id for ticket in tickets])
        cards = [session.get_one(Customer, ticket.customer_id) for ticket in tickets]
        return {
            "tickets": [
                (one.id, one.subject, one.customer_id, one.assignee_id, one.mailbox_id, one.merged_into_id, one.related_id)
                for one in tickets
            ],
            "tags": [[tag.name for tag in one.tags] for one in tickets],
            "participants": sorted(map(tuple, session.execute(people.where(mine)))),
            "cards": [(one.name, one.notes, one.language, sorted(a.email for a in one.addresses)) for one in cards],
            "outbox": session.scalar(sa.select(sa.func.count(Outbox.id))),
            "mailboxes": sorted(map(tuple, session.execute(sa.select(Mailbox.address, Mailbox.authserv_id)))),
            "agents": sorted(map(tuple, session.execute(sa.select(Agent.email, Agent.active, Agent.role)))),
        }  # fmt: skip


def landed(world: World) -> dict[int, tuple[str, bool]]:
    """number of the letter → (ticket, held)"""
    names = {world.olga: OLGAS, world.boris: BORISS}
    query = sa.select(Message.rfc_message_id, Message.ticket_id, Message.held).where(
        Message.rfc_message_id.like("spoof-%")
    )
    with db.reading() as session:
        return {
            int(name.removeprefix("spoof-").partition("@")[0]): (names.get(ticket_id, ELSEWHERE), held)
            for name, ticket_id, held in session.execute(query)
        }


def test_no_header_opens_a_ticket_to_a_stranger(post: Post, believes: bool) -> None:
    world = world_of(post, believes=believes)
    before = state_of(world)
    spoofs = matrix(COUNTS[db.engine().dialect.name, believes], seed=20261122 + believes)
    for at in range(0, len(spoofs), BATCH):
        post.deliver(*(spoof.raw(world) for spoof in spoofs[at : at + BATCH]))
    places = landed(world)
    assert len(places) == len(spoofs), "a letter was lost"
    wrong = [
        (spoof, places[spoof.number]) for spoof in spoofs if places[spoof.number] not in spoof.may_land(world)
    ]
    assert not wrong, f"{len(wrong)} of {len(spoofs)}, the first of them: {wrong[:3]}"
    assert state_of(world) == before
    unapproved_in_ticket(world)
    if db.engine().dialect.name == "sqlite":
        assert_all_kinds_came(spoofs, places)
    for name in (OLGAS, BORISS):
        answer_goes_to_approved_people_alone(post, world, name)
    strangers_learn_nothing(post, world)


def unapproved_in_ticket(world: World) -> None:
    """The rows themselves, in words that do not rest on the matrix."""
    with db.reading() as session:
        for name in (OLGAS, BORISS):
            query = sa.select(Message.sender_email, Message.visible).where(
                Message.ticket_id == world.ticket(name),
                Message.kind == Kind.INCOMING,
                Message.held.is_(False),
            )
            rows = session.execute(query).all()
            assert {row.sender_email for row in rows} <= APPROVED[name]


def assert_all_kinds_came(spoofs: list[Spoof], places: dict[int, tuple[str, bool]]) -> None:
    """The matrix would prove little if all of it ended in one place, or if some kind of letter never came."""
    kinds = [{getattr(spoof, name) for spoof in spoofs} for name in ("sender", "token", "place", "verdict")]
    assert kinds == [set(SENDERS), set(TOKENS), set(PLACES), set(VERDICTS)]
    counts = Counter(places.values())
    assert (
        min(counts[place] for place in ((OLGAS, False), (OLGAS, True), (BORISS, False), (BORISS, True))) >= 5
    )
    assert counts[(ELSEWHERE, False)] >= 150


def answer_goes_to_approved_people_alone(post: Post, world: World, name: str) -> None:
    """As the page offers it: the agent changes nothing and presses Send."""
    with db.reading() as session:
        agent = session.scalars(sa.select(Agent)).first()
        assert agent is not None
        page = gather(session, world.ticket(name), agent, compose="reply")
    sent = answer(post, world.ticket(name), agent.id, [page.reply.to], [], "Here is your answer.")
    with db.reading() as session:
        rows = session.scalars(sa.select(Outbox).where(Outbox.message_id == sent.id)).all()
        assert {row.recipient for row in rows} <= APPROVED[name]
        assert page.reply.cc == ""
        mail = compose(letter_rows.letter_to(session, rows[0], post.settings, post.blobs)).as_bytes()
        held = session.scalars(
            sa.select(Message.rfc_message_id).where(Message.ticket_id == world.ticket(name), Message.held)
        ).all()
    read = message_from_bytes(mail, policy=default)
    heads = [read[header] or "" for header in ("To", "Cc", "Bcc", "Reply-To", "References", "In-Reply-To")]
    assert not [word for word in ("eve@", "mallory@", "trent@", "nora@") if word in " ".join(heads)]
    assert held and not [one for one in held if one in " ".join(heads)], (
        "a held letter became part of the thread"
    )


def strangers_learn_nothing(post: Post, world: World) -> None:
    """No ticket of a stranger holds anything of Olga's, and an answer there goes to whoever wrote it."""
    with db.reading() as session:
        others = sa.select(Message).where(Message.ticket_id.not_in([world.olga, world.boris]))
        rows = session.scalars(others).all()
        assert not [row.id for row in rows if SECRET in f"{row.visible}{row.folded}{row.html}"]
        writers = sa.select(Message.ticket_id, sa.func.count(Message.customer_id.distinct()))
        shared = writers.where(Message.ticket_id > world.boris, Message.held.is_(False)).group_by(
            Message.ticket_id
        )
        assert {number for _ticket, number in session.execute(shared)} == {1}, "two customers in one ticket"
        agent = session.scalars(sa.select(Agent)).one()
        for (ticket_id,) in session.execute(
            sa.select(Ticket.id).where(Ticket.id > world.boris).order_by(Ticket.id).limit(15)
        ):
            page = gather(session, ticket_id, agent, compose="reply")
            # Whoever wrote may name another address of their own card to be answered at (Reply-To), and no other.
            card = session.get_one(Ticket, ticket_id).customer
            own = {address.email for address in card.addresses} | {page.messages[-1].sender_email}
            assert {email.lower() for _name, email in getaddresses([page.reply.to])} <= own


# Guessing --------------------------------------------------------------------------------------


def test_a_token_cannot_be_guessed() -> None:
    """Every single change of a real one, and a hundred thousand inventions."""
    from app.outgoing.ids import make_message_id

    key, alphabet = b"k" * 32, "abcdefghijklmnopqrstuvwxyz234567"
    real = make_message_id(1042, 7, "help.example", key, nonce="n").partition("@")[0].partition(".")[2]
    assert read_token(real, key) == (1042, 7)
    changed = {
        real[:at] + char + real[at + 1 :]
        for at in range(len(real))
        for char in f"{alphabet}0189.-_"
        if char != real[at]
    }
    cut = {real[:at] for at in range(len(real))} | {real[at:] for at in range(1, len(real))}
    longer = {real + char for char in alphabet} | {f"{digit}{real}" for digit in "0123456789"}
    # A zero in front gives the same numbers: the same token, written otherwise.
    genuine = {text for text in changed | cut | longer if read_token(text, key) == (1042, 7)}
    assert genuine <= {f"0{real}"}
    chance = random.Random(7)
    macs = ("".join(chance.choices(alphabet, k=26)) for _ in range(100_000))
    assert not [mac for mac in macs if read_token(f"1042.7.{mac}", key)]


@pytest.mark.parametrize(
    "text",
    [
        "reply-7-1042@help.example", "1042@help.example", "1042.7@help.example", "ticket-1042@help.example",
        "notify-7-1-0123456789abcdef@help.example", "1042.7.d41d8cd98f00b204e9800998ecf8427e@help.example",
        "1042.7.AAAAAAAAAAAAAAAAAAAAAAAAAA@help.example", "ref-1042.7.", "1042.7." + "a" * 27, "-1.7." + "a" * 26,
        "99999999999999999999.7." + "a" * 26, "1042.7." + "а" * 26,
    ],
)  # fmt: skip
def test_forms_that_were_never_signed_open_nothing(text: str) -> None:
    """CVE-2026-27637 and its kin kept unsigned forms alive "for compatibility"."""
    assert read_token(text, b"k" * 32) is None


def test_a_letter_full_of_marks_costs_no_more_than_fifty_checks() -> None:
    marks = "".join(f"ref-{number}.7.{'a' * 26}\n" for number in range(100_000))
    assert len(marks_in(marks)) == 50


def test_the_canary_of_the_matrix_is_real() -> None:
    """If strangers' letters said nothing, finding nothing of them would prove nothing."""
    raw = Spoof(1, "a stranger", "none", "text", "none", "My parcel", "none").raw(
        World(1, 2, {OLGAS: "1.3." + "a" * 26, BORISS: "2.4." + "b" * 26}, {}, believes=False)
    )
    assert CANARY in parse_mail(raw).text
