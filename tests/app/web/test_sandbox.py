"""The sandbox's pages: a letter written as a customer, and the customer's own mailbox."""

from __future__ import annotations

import io
from email import message_from_bytes
from email.policy import default

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from app import create_app, db, sandbox_mail
from app.outgoing.models import SandboxLetter
from app.settings import Settings
from tests.app.web.conftest import one
from tests.support.web import add_agent, sign_in

WRITTEN = {
    "sender": "Anna@Mail.example",
    "name": "Анна Winter",
    "subject": "Где заказ?",
    "text": "Hello,\n\nwhere is it?",
}


@pytest.fixture
def sandbox(installation: Settings) -> FlaskClient:
    settings = installation.model_copy(
        update={"sandbox": "yes", "sandbox_database_url": installation.database_url}
    )
    app: Flask = create_app(settings)
    app.config.update(TESTING=True, WTF_CSRF_ENABLED=False)
    return sign_in(app.test_client(), add_agent("demo@sandbox.example", "Demo Agent"))


def deliver(client: FlaskClient, address: str, raw: bytes, uid: int = 1) -> None:
    """Put a letter where the sandbox's mail server would."""
    directory = client.application.config["SETTINGS"].sandbox_mail_dir
    folder = sandbox_mail.account_directory(directory, address)
    (folder / "cur").mkdir(parents=True, exist_ok=True)
    (folder / "address").write_text(address)
    (folder / "cur" / f"{sandbox_mail.letter_file_name(uid, db.now())}:2,").write_bytes(raw)


def test_a_real_installation_has_none_of_it(agent: FlaskClient) -> None:
    for path in (
        "/sandbox",
        "/sandbox/mailbox",
        "/sandbox/mailbox/letter?address=a@b&uid=1",
        "/sandbox/letters/1",
    ):
        assert agent.get(path).status_code == 404
    assert agent.post("/sandbox", data=WRITTEN).status_code == 404
    assert "Sandbox" not in agent.get("/inbox/open").text


def test_a_letter_is_kept_as_a_mail_program_would_send_it(sandbox: FlaskClient) -> None:
    answer = sandbox.post("/sandbox", data={**WRITTEN, "file": (io.BytesIO(b"%PDF"), "../scan.pdf")})
    assert answer.status_code == 303
    row = one(sa.select(SandboxLetter))
    mail = message_from_bytes(sandbox.application.extensions["blobs"].get(row.sha256), policy=default)
    assert row.sender == "anna@mail.example" and row.recipient == sandbox_mail.SUPPORT_ADDRESS
    assert (
        mail["From"] == "Анна Winter <anna@mail.example>"
        and mail["Subject"] == "Где заказ?"
        and mail["Message-ID"]
    )
    assert mail.get_body().get_content().strip() == "Hello,\n\nwhere is it?"
    assert [part.get_filename() for part in mail.iter_attachments()] == ["scan.pdf"]


@pytest.mark.both_databases
def test_the_page_tells_how_far_the_letter_is(sandbox: FlaskClient) -> None:
    address = sandbox.post("/sandbox", data=WRITTEN).headers["Location"]
    assert "On its way" in sandbox.get(address).text
    with db.transaction() as session:
        session.execute(sa.update(SandboxLetter).values(sent_at=db.now()))
    assert "took the letter" in sandbox.get(f"{address}/state").text
    with db.transaction() as session:
        session.execute(sa.update(SandboxLetter).values(sent_at=None, error="550 no"))
    assert "550 no" in sandbox.get(f"{address}/state").text


@pytest.mark.parametrize("wrong", [{"sender": "anna"}, {"sender": "a@b\r\nBcc: c@d"}, {"text": "  "}])
@pytest.mark.both_databases
def test_what_no_mail_program_would_send_is_told(sandbox: FlaskClient, wrong: dict[str, str]) -> None:
    answer = sandbox.post("/sandbox", data={**WRITTEN, **wrong})
    assert answer.status_code == 422 and 'role="alert"' in answer.text
    with db.reading() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(SandboxLetter)) == 0


def test_a_line_break_in_the_subject_makes_no_header(sandbox: FlaskClient) -> None:
    sandbox.post("/sandbox", data={**WRITTEN, "subject": "Hi\r\nBcc: everyone@else.example"})
    mail = message_from_bytes(
        sandbox.application.extensions["blobs"].get(one(sa.select(SandboxLetter)).sha256)
    )
    assert mail["Bcc"] is None


@pytest.mark.both_databases
def test_the_customers_mailbox_shows_what_arrived(sandbox: FlaskClient) -> None:
    assert "No letter yet" in sandbox.get("/sandbox/mailbox").text
    raw = (
        b"From: Ben <support+t@sandbox.example>\r\nReply-To: support+t@sandbox.example\r\nSubject: Re: order\r\n"
        b"Message-ID: <answer@sandbox.example>\r\nReferences: <first@mail.example>\r\nContent-Type: text/html\r\n\r\n"
        b'<p>Hello</p><script>alert(1)</script><a href="http://127.0.0.1:8025/r/token/good">smile</a>'
    )
    deliver(sandbox, "anna@mail.example", raw)
    page = sandbox.get("/sandbox/mailbox").text
    assert "Re: order" in page and "<script>alert" not in page
    frame = sandbox.get("/sandbox/mailbox/letter?address=anna@mail.example&uid=1")
    assert "Hello" in frame.text and "alert" not in frame.text and "/r/token/good" in frame.text
    assert "sandbox allow-popups" in frame.headers["Content-Security-Policy"]
    sandbox.post("/sandbox", data={**WRITTEN, "in_reply_to": "1"})
    mail = message_from_bytes(
        sandbox.application.extensions["blobs"].get(one(sa.select(SandboxLetter)).sha256)
    )
    assert mail["In-Reply-To"] == "<answer@sandbox.example>" and mail["To"] == "support+t@sandbox.example"
    assert mail["References"] == "<first@mail.example> <answer@sandbox.example>"
