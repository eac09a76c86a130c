"""The trash gives back what is in it until its time is over; then nothing of it is left but the balance."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from app import db
from app.accounts.models import Agent
from app.blobs import BlobStore
from app.db import Base
from app.errors import Conflict, InvalidInput
from app.mailboxes.bytes_check import BytesCheck
from app.mailboxes.models import RawMail, RawState
from app.mailboxes.queries import balances
from app.ratings.models import Face, Rating, RatingInvitation
from app.tickets import merging, search_index, shredding, trash
from app.tickets import service as tickets
from app.tickets.drafts import Written, save
from app.tickets.models import Attachment, Delivery, Event, Message, Ticket
from app.tickets.order_models import DeletedTicket, UnwantedBlob
from app.tickets.preferences import set_trash_days, trash_days
from app.tickets.search_text import term
from mail_ingest import journal
from mail_ingest.journal import Listing
from tests.mail_ingest.test_ingest import Post, all_tickets, messages, post, states
from tests.mail_ingest.test_threading import replied
from tests.support.letters import answer_to, letter

__all__ = ["post"]
NIGHT = datetime(2027, 1, 15, 2, 0, tzinfo=UTC)
AFTERNOON = NIGHT.replace(hour=15)


def throw_away(ticket_id: int, *, at: datetime | None = None) -> None:
    with db.transaction() as session:
        assert trash.throw_away(session, session.get_one(Ticket, ticket_id), by=None, now=at or db.now())


def delete(ticket_id: int) -> None:
    with db.transaction() as session:
        nora = session.scalar(sa.select(Agent)) or Agent(
            email="n@help.example", name="Nora", created_at=NIGHT
        )
        session.add(nora)
        session.flush()
        shredding.delete_for_good(session, ticket_id, by=nora, now=db.now())


def found_words(word: str) -> list[int]:
    asked = term(word)
    with db.reading() as session:
        found = search_index.has(session, [asked])
        assert found is not None
        words, message_id = search_index.table(session)
        return list(session.scalars(sa.select(message_id).select_from(words).where(found)))


def everything() -> str:
    """Every value of every row, as text."""
    with db.reading() as session:
        return "\n".join(
            str(tuple(row))
            for table in Base.metadata.tables.values()
            for row in session.execute(sa.select(table))
        )


def files(blobs: BlobStore) -> set[str]:
    return {path.name for path in Path(blobs.root).rglob("*") if path.is_file()}


def test_back_from_the_trash_it_is_what_it_was(post: Post) -> None:
    post.deliver(letter())
    since = all_tickets()[0].waiting_since
    throw_away(1)
    (ticket,) = all_tickets()
    assert (ticket.status, ticket.waiting_since, ticket.trashed_at is not None) == ("trash", None, True)
    with db.transaction() as session:
        row = session.get_one(Ticket, 1)
        assert not trash.throw_away(session, row, by=None, now=db.now())
        assert trash.restore(session, row, by=None, now=db.now())
        assert not trash.restore(session, row, by=None, now=db.now())
    (ticket,) = all_tickets()
    assert (ticket.status, ticket.waiting_since, ticket.trashed_at) == ("open", since, None)


def test_a_letter_of_the_customer_takes_it_out_of_the_trash(post: Post) -> None:
    post.deliver(letter(message_id="a@buyer.example"))
    throw_away(1)
    post.deliver(answer_to("a@buyer.example"))
    (ticket,) = all_tickets()
    assert (ticket.status, ticket.trashed_at, ticket.message_count) == ("open", None, 2)


def test_what_a_program_wrote_leaves_it_there_but_gives_it_its_whole_time_again(post: Post) -> None:
    post.deliver(letter(message_id="a@buyer.example"))
    throw_away(1, at=db.now() - timedelta(days=40))
    post.deliver(letter(headers={"Auto-Submitted": "auto-replied", "In-Reply-To": "<a@buyer.example>"}))
    (ticket,) = all_tickets()
    assert (ticket.status, ticket.message_count) == ("trash", 2)
    with db.reading() as session:
        assert trash.due(session, db.now(), days=30) == []


def test_deleted_for_good_nothing_of_it_is_left(post: Post, blobs: BlobStore) -> None:
    post.deliver(
        letter(
            "A secret about rhubarb",
            subject="Rhubarb",
            message_id="a@buyer.example",
            files={"rhubarb.txt": b"rhubarb" * 99},
        ),
        letter("Something else entirely", sender="ivan@shop.example"),
    )
    reply = replied(post)
    with db.transaction() as session:
        ticket = session.get_one(Ticket, 1)
        nora = session.scalars(sa.select(Agent)).one()
        save(
            session,
            ticket,
            "note",
            Written("<p>rhubarb</p>", (), (), (), None),
            version=0,
            by=nora,
            now=db.now(),
        )
        invitation = session.scalars(sa.select(RatingInvitation)).one()
        session.add(
            Rating(
                invitation_id=invitation.id, face=Face.GOOD, comment="rhubarb!", agent_id=nora.id, ticket_id=1,
                customer_id=ticket.customer_id, created_at=NIGHT, changed_at=NIGHT, changeable_until=NIGHT,
            )
        )  # fmt: skip
    throw_away(1)
    with pytest.raises(Conflict):  # the reply waits for its undo time
        delete(1)
    with db.transaction() as session:
        session.get_one(Message, reply.id).delivery = Delivery.ACCEPTED
    before = files(blobs)
    delete(1)
    assert [ticket.id for ticket in all_tickets()] == [2]
    left = everything().lower()
    assert "rhubarb" not in left
    assert found_words("rhubarb") == []
    assert found_words("entirely") == [message.id for message in messages(2)]
    assert states() == ["deleted", "filed"]
    # Files go a day later, and only those of this ticket.
    assert shredding.drop_blobs(blobs, db.now()) == 0
    assert files(blobs) == before
    later = db.now() + timedelta(days=3)
    assert shredding.drop_blobs(blobs, later) == 2
    with db.reading() as session:
        kept = set(session.scalars(sa.select(RawMail.sha256).where(RawMail.state == RawState.FILED)))
        assert session.scalars(sa.select(UnwantedBlob)).all() == []
        trace = session.scalars(sa.select(DeletedTicket)).one()
    assert files(blobs) == kept
    assert (trace.ticket_id, trace.letters, trace.agent_id is not None) == (1, 1, True)


def test_the_journal_stays_true_and_the_mail_is_neither_fetched_nor_filed_again(
    post: Post, blobs: BlobStore
) -> None:
    raw = letter("Delete me", message_id="a@buyer.example")
    post.deliver(raw)
    throw_away(1)
    delete(1)
    with db.transaction() as session:
        missing = journal.missing_uids(session, post.folder.id, Listing(1, frozenset({1}), 1))
        (balance,) = balances(session, now=db.now(), silence=timedelta(days=400))
        (row,) = session.scalars(sa.select(RawMail)).all()
    assert missing == []
    assert (balance.counts, balance.balanced, row.state) == ({"deleted": 1}, True, "deleted")
    assert (row.sender, row.subject, row.reason) == ("", "", "deleted by Nora")
    shredding.drop_blobs(blobs, db.now() + timedelta(days=3))
    # The nightly look at the bytes does not miss what was deleted on purpose.
    assert BytesCheck(blobs).step(db.now() + timedelta(days=9)) == 0
    # The server numbers its mail anew and lists the same letter again.
    assert post.deliver(raw) == {"deleted": 1}
    assert all_tickets() == []
    shredding.drop_blobs(blobs, db.now() + timedelta(days=3))
    assert files(blobs) == set()


def test_what_another_ticket_has_too_is_kept(post: Post, blobs: BlobStore) -> None:
    same = {"terms.txt": b"the same terms for everybody" * 10}
    post.deliver(letter(files=same), letter(sender="ivan@shop.example", files=same))
    throw_away(1)
    delete(1)
    shredding.drop_blobs(blobs, db.now() + timedelta(days=3))
    with db.reading() as session:
        (file,) = session.scalars(sa.select(Attachment)).all()
    assert blobs.is_whole(file.sha256)


def test_a_letter_that_comes_again_while_files_are_dropped_keeps_its_bytes(blobs: BlobStore) -> None:
    digest = blobs.put(b"a letter")
    (path,) = [one for one in Path(blobs.root).rglob("*") if one.is_file()]
    long_ago = (db.now() - timedelta(days=9)).timestamp()
    os.utime(path, (long_ago, long_ago))
    yesterday = db.now() - timedelta(days=1)
    blobs.put(b"a letter")
    assert not blobs.remove(digest, yesterday)
    assert blobs.is_whole(digest)
    os.utime(path, (long_ago, long_ago))
    assert blobs.remove(digest, yesterday)
    assert not blobs.has(digest)
    assert blobs.remove(digest, yesterday)


def test_tickets_that_were_merged_into_it_go_along(post: Post) -> None:
    post.deliver(letter(), letter("Another"))
    with db.transaction() as session:
        nora = Agent(email="nora@help.example", name="Nora", created_at=NIGHT)
        session.add(nora)
        session.flush()
        merging.merge(session, 1, 2, by=nora, now=db.now())
    throw_away(2)
    delete(2)
    assert all_tickets() == []


def test_the_clock_empties_the_trash_at_night_when_the_time_is_over(post: Post, blobs: BlobStore) -> None:
    post.deliver(letter(), letter("Another"), letter("A third"))
    throw_away(1, at=NIGHT - timedelta(days=31))
    throw_away(2, at=NIGHT - timedelta(days=29))
    assert trash.empty(AFTERNOON - timedelta(days=1), "UTC", blobs) == 0
    assert trash.empty(NIGHT, "UTC", blobs) == 1
    assert trash.empty(NIGHT, "UTC", blobs) == 0
    assert [ticket.id for ticket in all_tickets()] == [2, 3]
    # Where nothing runs at night it happens by day all the same, two days later.
    assert trash.empty(AFTERNOON + timedelta(days=3), "UTC", blobs) == 1
    with db.reading() as session:
        traces = session.scalars(sa.select(DeletedTicket).order_by(DeletedTicket.ticket_id)).all()
        reasons = session.scalars(sa.select(RawMail.reason).where(RawMail.state == "deleted")).all()
    assert [trace.agent_id for trace in traces] == [None, None]
    assert set(reasons) == {"deleted after 30 days in the trash"}


def test_for_ever_is_a_choice_too(post: Post, blobs: BlobStore) -> None:
    post.deliver(letter())
    throw_away(1, at=NIGHT - timedelta(days=3000))
    with db.transaction() as session:
        assert trash_days(session) == 30
        assert set_trash_days(session, " 0 ") == 0
        for wrong in ("", "-1", "soon", "3651", "9" * 20, "٣"):
            with pytest.raises(InvalidInput):
                set_trash_days(session, wrong)
    assert trash.empty(NIGHT, "UTC", blobs) == 0
    assert len(all_tickets()) == 1


def test_only_what_is_in_the_trash_can_be_deleted(post: Post) -> None:
    post.deliver(letter())
    with pytest.raises(Conflict):
        delete(1)
    throw_away(1)
    with db.transaction() as session:
        tickets.set_status(session, session.get_one(Ticket, 1), "open", by=None, now=db.now())
    with pytest.raises(Conflict):
        delete(1)
    with db.reading() as session:
        assert session.scalar(sa.select(sa.func.count()).where(Event.ticket_id == 1)) == 2


def test_a_number_that_was_deleted_is_not_given_to_another_ticket(post: Post) -> None:
    for person in ("anna@client.example", "boris@client.example", "vera@client.example"):
        post.deliver(letter(sender=person))
        newest = max(ticket.id for ticket in all_tickets())
        throw_away(newest)
        delete(newest)
    with db.reading() as session:
        numbers = list(session.scalars(sa.select(DeletedTicket.ticket_id).order_by(DeletedTicket.ticket_id)))
    assert numbers == [1, 2, 3]
