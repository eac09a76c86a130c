"""Tickets with replies that are ready to leave, and bounces of them as other servers write them."""

from __future__ import annotations

from datetime import timedelta

import sqlalchemy as sa

from app import db
from app.accounts.models import Agent
from app.customers.service import find_or_create
from app.outgoing.service import Reply, write_reply
from app.tickets.models import Participant, Status, Ticket
from tests.faults.ground import Ground


def write_replies(ground: Ground, count: int, *, recipients: int = 1) -> list[int]:
    """Each to a customer of its own, and to more people if there are to be several recipients. Message ids."""
    with db.transaction() as session:
        agent = session.scalar(sa.select(Agent).limit(1))
        if agent is None:
            agent = Agent(email="nora@help.example", name="Nora Lind", created_at=db.now())
            session.add(agent)
            session.flush()
        return [_write(ground, session, agent, number, recipients) for number in range(count)]


def addresses(number: int, recipients: int) -> list[str]:
    return [f"r{number}-{place}@client.example" for place in range(recipients)]


def _write(ground: Ground, session: sa.orm.Session, agent: Agent, number: int, recipients: int) -> int:
    now = db.now() - timedelta(minutes=1)
    to = addresses(number, recipients)
    ticket = Ticket(
        mailbox_id=ground.mailbox_id,
        customer_id=find_or_create(session, to[0], f"Customer {number}", now=now).id,
        subject=f"Question {number}",
        opened_at=now,
        last_message_at=now,
    )
    session.add(ticket)
    session.flush()
    session.add(Participant(ticket_id=ticket.id, email=to[0], how="customer"))
    session.flush()
    nonce = f"nonce-{ground.address}-{ticket.id}"
    reply = Reply(f"<div>answer-{number}</div>", to[:1], to[1:], Status.WAITING, nonce)
    return write_reply(session, ticket, reply, by=agent, now=now, settings=ground.settings).id


def bounce_of(message_id: str, recipient: str, *, to: str, action: str = "failed") -> bytes:
    """A delivery status notification (RFC 3464) about the letter with this Message-ID."""
    status = "5.1.1" if action == "failed" else "4.4.1"
    lines = [
        "From: Mail Delivery System <MAILER-DAEMON@relay.example>",
        f"To: {to}",
        "Subject: Undelivered Mail Returned to Sender",
        "Auto-Submitted: auto-replied",
        "MIME-Version: 1.0",
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b0"',
        f"Message-ID: <dsn-{recipient}-{action}@relay.example>",
        "",
        "--b0",
        "Content-Type: text/plain",
        "",
        "Your letter could not be delivered.",
        "--b0",
        "Content-Type: message/delivery-status",
        "",
        "Reporting-MTA: dns; relay.example",
        "",
        f"Final-Recipient: rfc822; {recipient}",
        f"Action: {action}",
        f"Status: {status}",
        "Diagnostic-Code: smtp; 550 no such user",
        "",
        "--b0",
        "Content-Type: text/rfc822-headers",
        "",
        f"Message-ID: <{message_id}>",
        "Subject: an answer",
        "",
        "--b0--",
        "",
    ]
    return "\r\n".join(lines).encode()
