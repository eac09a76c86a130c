"""Two thousand generated mails become exactly the tickets their generator says, in any order, however often."""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Sequence

import pytest
import sqlalchemy as sa

from app import db
from app.blobs import BlobStore
from app.mailboxes.models import Mailbox, RawMail
from app.mailboxes.service import add_mailbox
from app.settings import Settings
from app.tickets.models import Message, Status, Ticket
from bench.mailgen import GeneratedMail, generate
from mail_ingest.importing import ImportReport, Source, import_mail


def bring_in(
    mails: Sequence[GeneratedMail], target: Mailbox, settings: Settings, blobs: BlobStore
) -> ImportReport:
    source = Source("generated", len(mails), lambda: iter([mail.raw for mail in mails]))
    return import_mail(source, target, settings, blobs, progress=lambda _: None)


@pytest.fixture
def target(installation: Settings) -> Mailbox:
    with db.transaction() as session:
        return add_mailbox(session, Mailbox(address="support@orbit.example", created_at=db.now()), folders=())


def partition(mails: Sequence[GeneratedMail], blobs: BlobStore) -> list[tuple[str, ...]]:
    """Which mails are together in a ticket, by their truth."""
    groups: dict[str, list[str]] = defaultdict(list)
    for mail in mails:
        if mail.truth.ticket_key is not None:
            groups[mail.truth.ticket_key].append(blobs.put(mail.raw))
    return sorted(tuple(sorted(group)) for group in groups.values())


def partition_here() -> list[tuple[str, ...]]:
    groups: dict[int, list[str]] = defaultdict(list)
    with db.reading() as session:
        rows = session.execute(
            sa.select(Message.ticket_id, RawMail.sha256).join(RawMail, RawMail.id == Message.raw_mail_id)
        )
        for ticket_id, digest in rows:
            groups[ticket_id].append(digest)
    return sorted(tuple(sorted(group)) for group in groups.values())


def test_two_thousand_mails_make_exactly_the_expected_tickets(
    target: Mailbox, installation: Settings, blobs: BlobStore
) -> None:
    mails = list(generate(1, 2000))
    report = bring_in(mails, target, installation, blobs)
    assert report.read == 2000
    assert partition_here() == partition(mails, blobs)
    wanted = Counter(mail.truth.outcome for mail in mails)
    found = report.ingest.outcomes
    assert found["automatic"] == wanted["automatic"]
    assert found["filed"] == wanted["new_ticket"] + wanted["added"]
    assert found["duplicate"] + report.already_here == wanted["duplicate"]
    with db.reading() as session:
        assert set(session.scalars(sa.select(Ticket.status).distinct())) == {Status.CLOSED}
        before = session.scalar(sa.select(sa.func.count(Message.id)))
    again = bring_in(mails, target, installation, blobs)
    assert (again.already_here, again.ingest.outcomes) == (2000, {})
    with db.reading() as session:
        assert session.scalar(sa.select(sa.func.count(Message.id))) == before


@pytest.mark.parametrize("seed", [2, 3])
def test_the_order_of_arrival_does_not_matter(
    target: Mailbox, installation: Settings, blobs: BlobStore, seed: int
) -> None:
    mails = [mail for mail in generate(seed, 480) if mail.truth.kind not in {"copy", "other_route"}]
    random.Random(seed).shuffle(mails)
    bring_in(mails, target, installation, blobs)
    assert partition_here() == partition(mails, blobs)
