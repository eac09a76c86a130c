"""The whole circle against a real Dovecot and a real SMTP exchange, every process its own: nothing is faked."""

from __future__ import annotations

import re
import urllib.parse
import urllib.request
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from app import db
from app.knowledge import service as knowledge
from app.knowledge.service import ArticleText
from app.mailboxes import service as mailboxes
from app.mailboxes.models import Mailbox
from app.ratings.models import Rating
from app.security import seal
from app.settings import Settings
from app.tickets.models import Kind, Message, Ticket
from tests.faults.fleet import AgentBrowser, Fleet, running
from tests.support.dovecot import Dovecot
from tests.support.letters import answer_to, letter
from tests.support.smtp_sink import SmtpSink
from tests.support.waiting import wait_until
from tests.support.web import add_agent

pytestmark = [pytest.mark.dovecot, pytest.mark.slow]
SUPPORT = "support@help.example"


def prepare(installation: Settings, dovecot: Dovecot, sink: SmtpSink) -> None:
    with db.transaction() as session:
        mailbox = Mailbox(
            address=SUPPORT, name="Orbit support", created_at=db.now(), imap_host="127.0.0.1", imap_port=dovecot.port,
            imap_security="none", imap_user=SUPPORT, imap_password=seal(installation.secret_key, dovecot.password),
            smtp_host="127.0.0.1", smtp_port=sink.port, smtp_security="none", smtp_user=sink.user,
            smtp_password=seal(installation.secret_key, sink.password),
        )  # fmt: skip
        mailboxes.add_mailbox(session, mailbox)
        text = "Hello {{customer.first_name|there}}, a parcel takes two working days to arrive."
        knowledge.create(session, ArticleText("Delivery times", text, "en"), by=None, now=db.now())


def incoming() -> list[Message]:
    with db.reading() as session:
        query = sa.select(Message).where(Message.kind == Kind.INCOMING).order_by(Message.id)
        return list(session.scalars(query))


def ratings() -> list[Rating]:
    with db.reading() as session:
        return list(session.scalars(sa.select(Rating)))


def rate(link: str) -> None:
    """Open the page as a person does, and press its button."""
    page = urllib.request.urlopen(link, timeout=60).read().decode()
    assert ratings() == [], "opening the page must not count"
    names = re.findall(r'<input[^>]*type="hidden"[^>]*name="([^"]+)"[^>]*value="([^"]*)"', page)
    form = {**dict(names), "face": "good", "comment": "kind and quick"}
    action = re.search(r'<form[^>]*method="post"[^>]*action="([^"]+)"', page)
    target = urllib.parse.urljoin(link, action[1]) if action else link
    urllib.request.urlopen(target, urllib.parse.urlencode(form).encode(), timeout=60).read()


def test_a_letter_is_answered_and_the_answer_is_rated(
    installation: Settings, dovecot: Dovecot, smtp_sink: SmtpSink, tmp_path: Path
) -> None:
    dovecot.append(letter("from before the mailbox was connected"), at=db.now() - timedelta(hours=1))
    prepare(installation, dovecot, smtp_sink)
    agent = add_agent("nora@help.example", "Nora Lind")
    (tmp_path / "logs").mkdir()
    with running(Fleet(installation, tmp_path / "logs")) as fleet:
        browser = AgentBrowser(fleet, agent)
        wait_until(lambda: mailbox_was_looked_at())
        dovecot.append(
            letter("How long does a parcel take to arrive?", subject="Delivery", message_id="q@buyer.example")
        )
        wait_until(lambda: [message.suggest_state for message in incoming()] == ["done"])
        (question,) = incoming()
        assert "Delivery times" in browser.get(f"/tickets/{question.ticket_id}")

        browser.reply(
            question.ticket_id,
            "<div>Two working days.</div>",
            "olga@buyer.example",
            "the-form-of-the-first-reply",
        )
        (copy,) = smtp_sink.wait_for(1, 40)
        assert copy.mail["In-Reply-To"] == "<q@buyer.example>"
        assert copy.mail["To"] is not None and "olga@buyer.example" in copy.mail["To"]
        text = copy.mail.get_body(("plain",)).get_content()  # type: ignore[union-attr]
        assert "Two working days." in text

        ours = copy.mail["Message-ID"].strip("<> ")
        dovecot.append(answer_to("q@buyer.example", ours, text="Thank you, that suits me."))
        wait_until(lambda: len(incoming()) == 2)
        assert incoming()[1].ticket_id == question.ticket_id
        assert incoming()[1].evidence[0]["rule"] == "token"

        rate(re.findall(r"http://\S+/good", text)[0])
        wait_until(lambda: len(ratings()) == 1)
        assert (ratings()[0].face, ratings()[0].comment, ratings()[0].agent_id) == (
            "good",
            "kind and quick",
            agent.id,
        )
        assert "kind and quick" in browser.get("/ratings")
    with db.reading() as session:
        assert session.scalar(sa.select(sa.func.count(Ticket.id))) == 1, "mail from before is left alone"


def mailbox_was_looked_at() -> bool:
    with db.reading() as session:
        return session.scalars(sa.select(Mailbox.last_success_at)).one() is not None
