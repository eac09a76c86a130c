"""What each role sees of the desk: pages without what they may not do, and the log of what admins did."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from app import db
from app.accounts import audit
from app.accounts.models import Agent, MailboxGrant, Role
from app.mailboxes.models import Mailbox
from app.outgoing.models import Outbox
from app.tickets.models import Message, Ticket
from tests.app.web.conftest import Desk
from tests.support.web import add_agent, sign_in

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


def somebody(app: Flask, role: Role) -> FlaskClient:
    return sign_in(app.test_client(), add_agent(f"{role}@help.example", f"{role.title()} Moss", role=role))


def entries() -> list[tuple[str, str]]:
    with db.reading() as session:
        return [(one.kind, one.subject) for one in audit.page(session).entries]


def test_a_light_agent_is_offered_a_note_and_no_letter(app: Flask, desk: Desk) -> None:
    ticket_id = desk.letter()
    light = somebody(app, Role.LIGHT)
    page = light.get(f"/tickets/{ticket_id}").text
    assert f'action="/tickets/{ticket_id}/note"' in page and f"/tickets/{ticket_id}/reply" not in page
    assert f"/tickets/{ticket_id}/status" not in page
    form = {"html": "<div>I know this client</div>", "nonce": "n" * 20}
    assert light.post(f"/tickets/{ticket_id}/note", data=form).status_code == 303
    refused = light.post(f"/tickets/{ticket_id}/reply", data=form | {"to": "olga@buyer.example"})
    assert refused.status_code == 403 and "Your role may read this, but not change it." in refused.text
    with db.reading() as session:
        kinds = session.scalars(sa.select(Message.kind).order_by(Message.id)).all()
        assert kinds == ["incoming", "note"]
        assert session.scalar(sa.select(sa.func.count()).select_from(Outbox)) == 0


def test_a_reader_leaves_a_letter_unread_for_those_who_answer(
    app: Flask, desk: Desk, agent: FlaskClient
) -> None:
    ticket_id = desk.letter()
    for role in (Role.LIGHT, Role.AUDITOR):
        assert somebody(app, role).post(f"/tickets/{ticket_id}/read").status_code == 303
        with db.reading() as session:
            assert session.get_one(Ticket, ticket_id).unread
    agent.post(f"/tickets/{ticket_id}/read")
    with db.reading() as session:
        assert not session.get_one(Ticket, ticket_id).unread


def test_an_auditor_reads_the_ticket_the_log_and_the_settings(app: Flask, desk: Desk) -> None:
    ticket_id = desk.letter("Something only we know")
    auditor = somebody(app, Role.AUDITOR)
    page = auditor.get(f"/tickets/{ticket_id}").text
    assert "Something only we know" in page and f"/tickets/{ticket_id}/note" not in page
    assert "<form" not in auditor.get("/agents").text.partition("<main")[2].partition("</main>")[0]
    for path in ("/settings", "/settings/log", "/settings/health", "/agents", "/agents/1", "/mailboxes"):
        assert auditor.get(path).status_code == 200, path


@pytest.mark.parametrize(("role", "shown"), [(Role.AGENT, False), (Role.AUDITOR, True), (Role.ADMIN, True)])
def test_the_hub_names_what_one_may_open(app: Flask, desk: Desk, role: Role, shown: bool) -> None:
    client = somebody(app, role)
    hub = client.get("/settings").text
    assert ("/settings/log" in hub) == shown and "/profile" in hub
    assert client.get("/settings/log").status_code == (200 if shown else 403)


def test_counts_and_lists_leave_out_what_was_not_granted(app: Flask, desk: Desk) -> None:
    desk.letter("One", subject="Visible subject")
    with db.transaction() as session:
        other = Mailbox(address="repairs@help.example", name="Repairs", created_at=db.now())
        session.add(other)
        session.flush()
        other_id = other.id
    hidden = desk.letter(
        "Two", subject="Hidden subject", mailbox_id=other_id, sender_email="ivan@buyer.example"
    )
    narrow = somebody(app, Role.AGENT)
    with db.transaction() as session:
        session.execute(sa.update(Agent).where(Agent.id == narrow.agent.id).values(every_mailbox=False))  # type: ignore[attr-defined]
        session.add(MailboxGrant(agent_id=narrow.agent.id, mailbox_id=desk.mailbox_id))  # type: ignore[attr-defined]
    page = narrow.get("/inbox/open").text
    assert "Visible subject" in page and "Hidden subject" not in page and "Repairs" not in page
    assert "Hidden subject" not in narrow.get("/search?q=Two").text
    assert narrow.get(f"/tickets/{hidden}").status_code == 404
    assert narrow.post(f"/tickets/{hidden}/status", data={"status": "closed"}).status_code == 404


def test_an_admin_changes_role_mailboxes_and_teams_and_the_log_says_so(
    admin: FlaskClient, desk: Desk
) -> None:
    other = add_agent("timur@help.example", "Timur Volkov")
    assert admin.post(f"/agents/{other.id}/role", data={"role": "lead"}).status_code == 302
    form = {"every": "no", "mailboxes": [str(desk.mailbox_id), "999"]}
    assert admin.post(f"/agents/{other.id}/mailboxes", data=form).status_code == 302
    with db.reading() as session:
        assert session.scalars(sa.select(MailboxGrant.mailbox_id)).all() == [desk.mailbox_id]
        assert session.get_one(Agent, other.id).role == "lead"
    page = admin.get("/settings/log").text
    assert "Agent → Lead" in page and "Timur Volkov" in page and "Ada Berg" in page
    assert [kind for kind, _subject in entries()] == ["grants", "role"]


def test_a_leaving_agents_tickets_go_over_in_one_move(admin: FlaskClient, desk: Desk) -> None:
    other, ticket_id = add_agent("timur@help.example", "Timur Volkov"), desk.letter()
    admin.post(f"/tickets/{ticket_id}/assign", data={"assignee": str(other.id)})
    assert "tickets 1" in admin.get(f"/agents/{other.id}").text
    form = {"to": str(admin.agent.id)}  # type: ignore[attr-defined]
    assert admin.post(f"/agents/{other.id}/deactivate", data=form).status_code == 302
    with db.reading() as session:
        assert session.get_one(Ticket, ticket_id).assignee_id == admin.agent.id  # type: ignore[attr-defined]
        assert not session.get_one(Agent, other.id).active
    assert {"handed over", "agent deactivated"} <= {kind for kind, _subject in entries()}


def test_somebody_is_signed_out_everywhere(app: Flask, admin: FlaskClient, agent: FlaskClient) -> None:
    assert agent.get("/profile").status_code == 200
    admin.post(f"/agents/{agent.agent.id}/sign-out")  # type: ignore[attr-defined]
    assert agent.get("/profile").status_code == 302


def test_changes_of_a_mailbox_are_written_down_without_its_password(admin: FlaskClient, desk: Desk) -> None:
    form = {
        "name": "Orbit", "language": "ru", "active": "on", "after_fetch": "nothing", "send_per_minute": "0",
    }  # fmt: skip
    assert admin.post(f"/mailboxes/{desk.mailbox_id}", data=form).status_code == 302
    servers = {
        "auth": "password", "imap_host": "93.184.216.34", "imap_port": "993", "imap_security": "tls", "imap_user": "u",
        "imap_password": "hush-hush", "smtp_host": "93.184.216.34", "smtp_port": "465", "smtp_security": "tls",
        "smtp_user": "u", "smtp_password": "hush-hush",
    }  # fmt: skip
    assert admin.post(f"/mailboxes/{desk.mailbox_id}/servers", data=servers).status_code == 302
    page = admin.get("/settings/log").text
    assert "Name: Support → Orbit" in page and "93.184.216.34" in page and "imap_password: … → …" in page
    with db.reading() as session:
        told = str([one.detail for one in audit.page(session).entries])
    assert "hush" not in told


def test_the_health_page_says_what_is_silent(admin: FlaskClient, desk: Desk) -> None:
    page = admin.get("/settings/health").text
    assert "has not said a word yet" in page and "Something needs your eye" in page
