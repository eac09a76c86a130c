"""How other helpdesks were broken into by mail, tried on ours: addresses, copies, numbers and fields give nobody a right."""

from __future__ import annotations

import sqlalchemy as sa

from app import db
from app.accounts.models import Agent
from app.mailboxes.models import RawMail
from app.outgoing import letter_rows
from app.outgoing.compose import compose
from app.outgoing.models import Outbox
from app.tickets import moving
from app.tickets.models import Message, Participant
from app.web.ticket_page import gather
from tests.mail_ingest.spoofs import OLGAS
from tests.mail_ingest.test_ingest import Post, all_tickets, messages, post
from tests.mail_ingest.test_spoofing import answer, state_of, world_of
from tests.support.letters import answer_to, letter
from tests.support.web import add_agent

__all__ = ["post"]


def test_an_agents_address_gives_no_rights_by_mail(post: Post) -> None:
    """CVE-2026-47123: a forged notification Message-ID made anybody an agent."""
    world = world_of(post, believes=False)
    forged = [
        f"notify-{world.olga}-1-0123456789abcdef@help.example",
        f"{world.olga}.1.{'a' * 26}@help.example",
    ]
    post.deliver(answer_to(*forged, text="Close it.", sender="Nora Lind <nora@help.example>"))
    assert all(message.sender_email != "nora@help.example" for message in messages(world.olga)[2:])
    assert [ticket.status for ticket in all_tickets()][:2] == ["open", "open"]


def test_an_agent_who_left_cannot_go_on_by_mail(post: Post) -> None:
    """GHSA-83xx: access taken away on the page was still there by mail."""
    world = world_of(post, believes=False)
    ben = add_agent("ben@help.example", "Ben Hart").id
    sent = answer(post, world.olga, ben, ["olga@buyer.example"], ["ben@help.example"], "Ben is on it.")
    ids = sent.rfc_message_id
    post.deliver(answer_to(ids, text="First.", sender="ben@help.example"))
    with db.transaction() as session:
        session.get_one(Agent, ben).active = False
    post.deliver(answer_to(ids, text="Second.", sender="ben@help.example"))
    assert [(one.visible, one.held) for one in messages(world.olga)[-2:]] == [
        ("First.", False),
        ("Second.", True),
    ]


def test_whom_a_letter_copies_is_not_let_in(post: Post) -> None:
    """Zendesk 2024, GHSA-j49f: a forged letter put a stranger on Cc, who could then read along."""
    world = world_of(post, believes=False)
    first = world.letters["Olga's letter"]
    copied = {"In-Reply-To": f"<{first}>", "Cc": "Eve <eve@elsewhere.example>"}
    post.deliver(letter("Please add Eve.", headers=copied))
    assert messages(world.olga)[-1].cc == [["Eve", "eve@elsewhere.example"]]
    post.deliver(answer_to(first, sender="Eve <eve@elsewhere.example>", text="Tell me."))
    assert [ticket.related_id for ticket in all_tickets()][-1] == world.olga
    answer_goes_to = page_of(world.olga)
    assert answer_goes_to == ("Olga Petrova <olga@buyer.example>", "")


def page_of(ticket_id: int) -> tuple[str, str]:
    with db.reading() as session:
        agent = session.scalars(sa.select(Agent)).first()
        assert agent is not None
        page = gather(session, ticket_id, agent, compose="reply")
        return page.reply.to, page.reply.cc


def test_a_number_in_the_subject_subscribes_nobody(post: Post) -> None:
    """Threading on "[queue-123]" with no look at the sender, and every address of To and Cc subscribed."""
    world = world_of(post, believes=False)
    raw = letter(
        subject=f"[#{world.olga}]", sender="eve@elsewhere.example", headers={"Cc": "trent@elsewhere.example"}
    )
    post.deliver(raw)
    with db.reading() as session:
        people = sa.select(Participant.email).where(Participant.ticket_id == world.olga)
        assert set(session.scalars(people)) == {"olga@buyer.example", "igor@buyer.example"}


def test_a_letter_of_a_third_party_to_our_reply_address_is_shown_to_agents_only(post: Post) -> None:
    """The Ticket Trick: a verification mail sent to a support address that an outsider can read (T7)."""
    world = world_of(post, believes=False)
    token = world.tokens[OLGAS]
    raw = letter("Your code: 123456", sender="no-reply@forum.example", to=f"support+{token}@help.example")
    before = state_of(world)["outbox"]
    post.deliver(raw)
    shown = messages(world.olga)[-1]
    assert (shown.held, shown.visible) == (True, "Your code: 123456")
    assert state_of(world)["outbox"] == before
    nora = 1
    sent = answer(post, world.olga, nora, ["olga@buyer.example"], [], "Nothing new.")
    with db.reading() as session:
        (row,) = session.scalars(sa.select(Outbox).where(Outbox.message_id == sent.id)).all()
        assert (
            b"123456"
            not in compose(letter_rows.letter_to(session, row, post.settings, post.blobs)).as_bytes()
        )


def test_no_header_sets_a_field(post: Post) -> None:
    """x-zammad-*, RT-* and whatever sounds like ours: read by nobody."""
    orders = {
        "X-Zammad-Ticket-Owner": "nora@help.example", "X-Zammad-Ticket-Customer": "eve@elsewhere.example",
        "X-Sincerely-Status": "closed", "X-Sincerely-Ticket": "1", "X-OTRS-Priority": "5", "RT-Ticket": "1",
        "X-Ticket-Number": "1", "X-Loop-Ticket": "1", "Importance": "high", "X-Spam-Flag": "YES", "Status": "RO",
    }  # fmt: skip
    post.deliver(letter(headers=orders, message_id="a@buyer.example"), letter(message_id="b@buyer.example"))
    with_orders, without = (
        (one.status, one.assignee_id, one.mailbox_id, one.customer_id, one.unread, one.language)
        for one in all_tickets()
    )
    assert with_orders == without


def test_a_held_letter_gives_its_sender_nothing_until_an_agent_says_so(post: Post) -> None:
    world = world_of(post, believes=False)
    ours = f"x.{world.tokens[OLGAS]}@help.example"
    eve = "Eve <eve@elsewhere.example>"
    post.deliver(answer_to(ours, text="Let me in.", sender=eve, message_id="eve-1@elsewhere.example"))
    post.deliver(answer_to("eve-1@elsewhere.example", text="Again.", sender=eve))
    held = messages(world.olga)[-1]
    assert (held.visible, held.held) == ("Let me in.", True)
    with db.transaction() as session:
        agent = session.scalars(sa.select(Agent)).one()
        moving.accept_sender(session, session.get_one(Message, held.id), by=agent, now=db.now())
    post.deliver(answer_to(ours, text="Thank you for that, and now?", sender=eve))
    assert (messages(world.olga)[-1].visible, messages(world.olga)[-1].held) == (
        "Thank you for that, and now?",
        False,
    )


def test_a_letter_its_domain_disowns_waits_for_an_agent(post: Post) -> None:
    """Known References or a number are not enough for a sender whose own domain says that it is not theirs."""
    world = world_of(post, believes=True)
    disowned = b"Authentication-Results: mx.help.example; dmarc=fail header.from=buyer.example\n"
    post.deliver(disowned + answer_to(world.letters["Olga's letter"], text="Pay to this account."))
    last = messages(world.olga)[-1]
    assert (last.visible, last.held) == ("Pay to this account.", True)
    assert "auth-fail" in [item["rule"] for item in last.evidence]
    with db.reading() as session:
        reasons = session.scalars(sa.select(RawMail.reason)).all()
        assert "the sender's domain says that it did not send this" in reasons[-1]
