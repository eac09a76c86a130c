"""kill -9, sixty times: every process ten times at random while 300 letters come in and 50 replies go out.

Afterwards an observer compares the mail server, the journal, the tickets and what the customers' server accepted:
nothing lost, nothing doubled.
"""

from __future__ import annotations

import random
import re
import threading
import time
from collections import Counter
from functools import partial
from pathlib import Path

import pytest
import sqlalchemy as sa

from app import db
from app.mailboxes import service as mailboxes
from app.mailboxes.models import Mailbox, RawMail, RawState
from app.outgoing.models import Outbox
from app.security import seal
from app.settings import Settings
from app.tickets.models import Delivery, Kind, Message, Ticket
from tests.faults.fleet import NAMES, AgentBrowser, Fleet, running, until_taken
from tests.support.dovecot import Dovecot
from tests.support.letters import answer_to, letter
from tests.support.smtp_sink import SmtpSink
from tests.support.waiting import wait_until
from tests.support.web import add_agent

pytestmark = [pytest.mark.dovecot, pytest.mark.slow, pytest.mark.faults, pytest.mark.faults_whole]

CUSTOMERS, LETTERS_EACH, REPLIES, KILLS_EACH = 100, 3, 50, 10
SEED = 20261122
SETTLED = 240


def connect(installation: Settings, dovecot: Dovecot, sink: SmtpSink) -> None:
    with db.transaction() as session:
        mailboxes.add_mailbox(
            session,
            Mailbox(
                address="support@help.example",
                name="Help",
                sandbox=True,
                created_at=db.now(),
                imap_host="127.0.0.1",
                imap_port=dovecot.port,
                imap_security="none",
                imap_user="support@help.example",
                imap_password=seal(installation.secret_key, dovecot.password),
                smtp_host="127.0.0.1",
                smtp_port=sink.port,
                smtp_security="none",
                smtp_user=sink.user,
                smtp_password=seal(installation.secret_key, sink.password),
            ),
        )


def write_letters(dovecot: Dovecot) -> None:
    """Three letters of each customer in one thread, spread over the time of the killing."""
    for number in range(LETTERS_EACH):
        for customer in range(CUSTOMERS):
            sender, first = f"c{customer}@buyer.example", f"c{customer}-0@buyer.example"
            text = f"letter {number} of customer {customer}"
            name = f"c{customer}-{number}@buyer.example"
            raw = (
                letter(text, sender=sender, message_id=name)
                if number == 0
                else answer_to(first, sender=sender, message_id=name, text=text)
            )
            dovecot.append(raw)


def kill_at_random(fleet: Fleet, dice: random.Random, done: threading.Event) -> Counter[str]:
    """Every process ten times, in random order, started again at once. A pause lets each get into its work."""
    victims = [name for name in NAMES for _ in range(KILLS_EACH)]
    dice.shuffle(victims)
    killed: Counter[str] = Counter()
    for name in victims:
        fleet.kill(name)
        fleet.start(name)
        killed[name] += 1
        done.wait(dice.uniform(0.3, 1.6))
    return killed


def send_replies(browser: AgentBrowser, dice: random.Random) -> None:
    """Fifty replies to fifty tickets; a form that was not taken is sent again with the same nonce."""
    answered: set[int] = set()
    while len(answered) < REPLIES:
        with db.reading() as session:
            rows = session.execute(
                sa.select(Ticket.id, Message.sender_email)
                .join(Message, Message.ticket_id == Ticket.id)
                .where(Message.kind == Kind.INCOMING)
            ).all()
        fresh = {ticket_id: email for ticket_id, email in rows if ticket_id not in answered}
        if not fresh:
            time.sleep(0.2)  # not luck: the loop ends when the tickets are there, however long that takes
            continue
        ticket_id = dice.choice(sorted(fresh))
        nonce = f"reply-form-of-ticket-{ticket_id}"
        until_taken(
            partial(browser.reply, ticket_id, f"<div>answer to {ticket_id}</div>", fresh[ticket_id], nonce),
            60,
        )
        answered.add(ticket_id)


def settled() -> bool:
    """Nothing waits for a decision, and every delivery has come to an end."""
    with db.reading() as session:
        filed = session.scalar(
            sa.select(sa.func.count()).select_from(RawMail).where(RawMail.state == RawState.FILED)
        )
        going = session.scalar(
            sa.select(sa.func.count())
            .select_from(Outbox)
            .where(Outbox.state.not_in([Delivery.ACCEPTED, Delivery.UNCERTAIN]))
        )
    return filed == CUSTOMERS * LETTERS_EACH and going == 0


def test_nothing_is_lost_or_doubled(
    installation: Settings, dovecot: Dovecot, smtp_sink: SmtpSink, tmp_path: Path
) -> None:
    connect(installation, dovecot, smtp_sink)
    agent = add_agent("nora@help.example", "Nora Lind")
    (tmp_path / "logs").mkdir()
    dice, done = random.Random(SEED), threading.Event()
    fleet = Fleet(installation, tmp_path / "logs")
    with running(fleet):
        browser = AgentBrowser(fleet, agent)
        writer = threading.Thread(target=write_letters, args=(dovecot,), daemon=True)
        answers = threading.Thread(target=send_replies, args=(browser, random.Random(SEED + 1)), daemon=True)
        writer.start()
        answers.start()
        killed = kill_at_random(fleet, dice, done)
        assert killed == dict.fromkeys(NAMES, KILLS_EACH)
        writer.join(120)
        answers.join(120)
        assert not writer.is_alive() and not answers.is_alive()
        wait_until(settled, SETTLED, every=0.5)
    observe_letters(dovecot)
    observe_replies(smtp_sink)


def observe_letters(dovecot: Dovecot) -> None:
    """The server's mails, the journal and the tickets are the same letters, each once, each with its own thread."""
    on_server = dovecot.letters()
    with db.reading() as session:
        texts = list(session.scalars(sa.select(Message.visible).where(Message.kind == Kind.INCOMING)))
        threads = Counter(session.scalars(sa.select(Message.ticket_id).where(Message.kind == Kind.INCOMING)))
        states = Counter(session.scalars(sa.select(RawMail.state)))
    expected = Counter(
        f"letter {number} of customer {customer}"
        for number in range(LETTERS_EACH)
        for customer in range(CUSTOMERS)
    )
    assert len(on_server) == sum(expected.values())
    assert Counter(text.strip() for text in texts) == expected
    assert list(threads.values()) == [LETTERS_EACH] * CUSTOMERS
    assert states == {"filed": len(on_server)}


def observe_replies(sink: SmtpSink) -> None:
    """Fifty replies, each accepted once; only one that we show as uncertain may be missing, none is there twice."""
    copies = Counter(
        (mail.recipients, re.search(rb"answer to (\d+)", mail.raw).group(1))  # type: ignore[union-attr]
        for mail in sink.accepted
    )
    with db.reading() as session:
        outcomes = Counter(session.scalars(sa.select(Outbox.state)))
        replies = session.scalar(
            sa.select(sa.func.count()).select_from(Message).where(Message.kind == Kind.OUTGOING)
        )
        shown = Counter(session.scalars(sa.select(Message.delivery).where(Message.kind == Kind.OUTGOING)))
    print("outcomes of the deliveries:", dict(outcomes))
    assert replies == REPLIES
    assert max(copies.values()) == 1, "a customer got a reply twice"
    assert outcomes[Delivery.ACCEPTED] + outcomes[Delivery.UNCERTAIN] == REPLIES
    assert outcomes[Delivery.ACCEPTED] <= len(copies) <= REPLIES
    assert shown == outcomes, "what the agent sees is what happened"
