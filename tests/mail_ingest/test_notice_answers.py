"""What agents answer to our mails about notices: a note when it is proven, and never a customer's ticket."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from app import db
from app.accounts.models import Agent
from app.mailboxes.models import Mailbox, RawMail
from app.outgoing.service import token_key
from app.tickets.models import Attachment
from app.together.marks import mark_of
from app.together.models import Notice, NoticeMail
from tests.mail_ingest.test_ingest import Post, all_tickets, messages, post
from tests.support.letters import answer_to, letter
from tests.support.web import add_agent

__all__ = ["post"]
PASS = {"Authentication-Results": "mx.help.example; dmarc=pass header.from=help.example"}
BEN = "Ben Harlow <ben@help.example>"


@pytest.fixture
def ben(post: Post) -> Agent:
    """Olga's ticket, and a mail to Ben about it."""
    agent = add_agent("ben@help.example", "Ben Harlow")
    post.deliver(letter("Where is it?"))
    with db.transaction() as session:
        session.execute(sa.update(Mailbox).values(authserv_id="mx.help.example"))
        mail = NoticeMail(
            id=5, agent_id=agent.id, ticket_id=1, mailbox_id=post.mailbox.id, period="notice-1", recipient=agent.email,
            rfc_message_id=notice_id(post), created_at=db.now(), state="accepted",
        )  # fmt: skip
        session.add(mail)
    return agent


def notice_id(post: Post) -> str:
    return f"aa.{mark_of(5, token_key(post.settings))}@help.example"


def answer(post: Post, text: str = "I will look at it.", **more: object) -> bytes:
    headers = {"In-Reply-To": f"<{notice_id(post)}>", **PASS, **more.pop("headers", {})}  # type: ignore[dict-item]
    return letter(text, **{"sender": BEN, "subject": "Re: [#1] New letter", "headers": headers, **more})  # type: ignore[arg-type]


def outcome() -> tuple[str, str]:
    with db.reading() as session:
        row = session.scalars(sa.select(RawMail).order_by(RawMail.id.desc()).limit(1)).one()
        return row.state, row.reason


def test_a_proven_answer_is_a_note_of_the_agent(post: Post, ben: Agent) -> None:
    quoted = "I will look.\n\nOn Friday Support wrote:\n> New letter from Olga\n> #1 My parcel\n"
    assert post.deliver(answer(post, quoted, files={"plan.pdf": b"%PDF"})) == {"filed": 1}
    (ticket,) = all_tickets()
    first, note = messages(ticket.id)
    assert (note.kind, note.author_id, note.visible) == ("note", ben.id, "I will look.")
    assert outcome() == ("filed", "an answer to a notice: a note in #1")
    assert ticket.last_message_at == first.arrived_at and ticket.waiting_since is not None
    with db.reading() as session:
        assert session.scalars(sa.select(Attachment.filename)).all() == ["plan.pdf"]


@pytest.mark.parametrize(
    "headers",
    [
        {"Authentication-Results": "mx.help.example; dmarc=fail header.from=help.example"},
        {"Authentication-Results": "mx.elsewhere.example; dmarc=pass header.from=help.example"},
        {"Authentication-Results": "mx.help.example; dmarc=pass header.from=elsewhere.example"},
    ],
)
def test_an_answer_that_nothing_proves_is_parked_and_the_agent_is_told(
    post: Post, ben: Agent, headers
) -> None:
    assert post.deliver(answer(post, headers=headers)) == {"parked": 1}
    assert len(all_tickets()) == 1 and len(messages(1)) == 1
    assert "nothing proves that it comes from ben@help.example" in outcome()[1]
    with db.reading() as session:
        assert session.scalars(sa.select(Notice.kind)).all() == ["answer"]


def test_the_mark_in_the_text_is_enough_to_know_an_answer(post: Post, ben: Agent) -> None:
    """Some mail programs name no parent; what we wrote is quoted all the same."""
    text = f"Done.\n\nOn Friday Support wrote:\n> {mark_of(5, token_key(post.settings))}\n"
    post.deliver(letter(text, sender=BEN, headers=PASS, subject="Re: something"))
    assert len(all_tickets()) == 1 and messages(1)[-1].visible == "Done."


def test_automatic_answers_and_reports_are_ignored(post: Post, ben: Agent) -> None:
    away = answer(post, "I am away.", headers={"Auto-Submitted": "auto-replied"})
    assert post.deliver(away) == {"ignored": 1}
    assert "automatic answer to a notice" in outcome()[1]
    assert len(all_tickets()) == 1 and len(messages(1)) == 1


def test_a_colleague_who_answers_anothers_notice_writes_no_note(post: Post, ben: Agent) -> None:
    add_agent("vera@help.example", "Vera Lind")
    assert post.deliver(answer(post, sender="Vera <vera@help.example>")) == {"parked": 1}
    assert "a notice for a colleague" in outcome()[1] and len(messages(1)) == 1


def test_a_customer_who_quotes_a_notice_is_still_heard(post: Post, ben: Agent) -> None:
    """An agent may have passed the mail on: what a customer writes is never put aside for that."""
    assert post.deliver(
        answer(post, sender="Olga <olga@buyer.example>", headers={"Authentication-Results": "x"})
    ) == {"filed": 1}
    assert sum(ticket.message_count for ticket in all_tickets()) == 2
    assert all(message.kind == "incoming" for ticket in all_tickets() for message in messages(ticket.id))


def test_an_agent_without_the_mailbox_writes_no_note(post: Post, ben: Agent) -> None:
    with db.transaction() as session:
        session.execute(sa.update(Agent).values(every_mailbox=False))
    assert post.deliver(answer(post)) == {"parked": 1}
    assert "may write no notes there" in outcome()[1]


def test_the_same_answer_twice_is_one_note(post: Post, ben: Agent) -> None:
    raw = answer(post, message_id="same@help.example")
    post.deliver(raw)
    post.deliver(raw)
    assert len(messages(1)) == 2


def test_an_answer_to_a_daily_mail_belongs_to_no_ticket(post: Post, ben: Agent) -> None:
    with db.transaction() as session:
        session.execute(sa.update(NoticeMail).values(ticket_id=None))
    assert post.deliver(answer(post)) == {"parked": 1}
    assert "about no single ticket" in outcome()[1]


def test_a_forged_mark_is_no_mark(post: Post, ben: Agent) -> None:
    forged = f"<aa.{mark_of(5, b'another key')}@help.example>"
    post.deliver(answer_to("x@help.example", sender="Somebody <s@else.example>", subject=forged))
    assert len(all_tickets()) == 2


def test_our_own_mail_that_comes_back_is_ours(post: Post, ben: Agent) -> None:
    from app.outgoing.service import instance_id

    raw = letter(
        "New letter", sender="support@help.example", message_id=notice_id(post),
        headers={"X-Sincerely-Instance": instance_id(post.settings), "Auto-Submitted": "auto-generated"},
    )  # fmt: skip
    assert post.deliver(raw) == {"own": 1}
