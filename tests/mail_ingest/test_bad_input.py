"""Letters with something wrong, and servers with something wrong: what a person sees on the page in the end.

Each letter comes from a real Dovecot through the journal into a ticket; each page is the one an agent opens.
"""

from __future__ import annotations

import base64
import random
import re
import threading
from html import unescape

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from app import db
from app.mailboxes.models import Mailbox, RawMail
from app.security import seal
from app.tickets.models import Message
from mail_ingest.ingest import Ingest
from mail_ingest.poller import Poller
from tests.mail_ingest.test_capture import Watched, watched
from tests.support.waiting import wait_until

__all__ = ["watched"]
pytestmark = pytest.mark.dovecot

HEAD = b"From: Olga <olga@buyer.example>\r\nTo: support@help.example\r\nMIME-Version: 1.0\r\n"
MEGABYTE = 1024 * 1024


def arrive(watched: Watched, raw: bytes) -> Message:
    """From the server to the message of its ticket."""
    watched.dovecot.append(raw)
    assert watched.look(limit=watched.settings.mail_bytes).stored == 1
    assert Ingest(watched.settings, watched.blobs).drain().outcomes == {"filed": 1}
    with db.reading() as session:
        return session.scalars(sa.select(Message)).one()


def page_of(agent: FlaskClient, path: str) -> str:
    answer = agent.get(path, follow_redirects=True)
    assert answer.status_code == 200
    return unescape(answer.get_data(as_text=True))


def test_an_empty_mail_is_a_ticket_that_can_be_read_and_answered(
    watched: Watched, agent: FlaskClient
) -> None:
    message = arrive(watched, HEAD + b"\r\n")
    page = page_of(agent, f"/tickets/{message.ticket_id}")
    assert "olga@buyer.example" in page
    assert 'id="composer"' in page
    assert "Olga" in page_of(agent, "/inbox"), "it stands in the list"


def test_a_mail_with_not_even_a_header_is_a_ticket(watched: Watched, agent: FlaskClient) -> None:
    message = arrive(watched, b"just a line of text, no header at all\r\n")
    assert "just a line of text" in page_of(agent, f"/tickets/{message.ticket_id}")


def test_a_mail_with_only_an_attachment_gives_the_file_back(watched: Watched, agent: FlaskClient) -> None:
    content = bytes(range(256)) * 40
    raw = (
        HEAD + b"Subject: the contract\r\nContent-Type: application/pdf; name=contract.pdf\r\n"
        b"Content-Disposition: attachment; filename=contract.pdf\r\nContent-Transfer-Encoding: base64\r\n\r\n"
        + base64.encodebytes(content).replace(b"\n", b"\r\n")
    )
    message = arrive(watched, raw)
    page = page_of(agent, f"/tickets/{message.ticket_id}")
    assert "contract.pdf" in page
    assert file_on(page, agent) == content


def test_a_mail_of_thirty_megabytes_comes_in_whole(watched: Watched, agent: FlaskClient) -> None:
    content = random.Random(30).randbytes(22 * MEGABYTE)
    raw = (
        HEAD + b'Subject: the film\r\nContent-Type: multipart/mixed; boundary="b"\r\n\r\n--b\r\n\r\n'
        b"Here is the film.\r\n--b\r\nContent-Type: video/mp4; name=film.mp4\r\n"
        b"Content-Transfer-Encoding: base64\r\nContent-Disposition: attachment; filename=film.mp4\r\n\r\n"
        + base64.encodebytes(content).replace(b"\n", b"\r\n")
        + b"\r\n--b--\r\n"
    )
    assert len(raw) > 30 * MEGABYTE
    message = arrive(watched, raw)
    page = page_of(agent, f"/tickets/{message.ticket_id}")
    assert "Here is the film." in page
    assert file_on(page, agent) == content
    with db.reading() as session:
        row = session.scalars(sa.select(RawMail)).one()
    assert watched.blobs.get(row.sha256) == raw


def file_on(page: str, agent: FlaskClient) -> bytes:
    """The content behind the first link to a file."""
    found = re.search(r'href="(/attachments/[^"]+)"', page)
    assert found is not None
    return agent.get(found[1]).get_data()


@pytest.mark.parametrize("charset", ["x-unknown", "utf-99", "punycode", "zlib", "\u043a\u043e\u0438"])
def test_an_unknown_charset_is_read_all_the_same(watched: Watched, agent: FlaskClient, charset: str) -> None:
    text = "Здравствуйте, где мой заказ? Жду уже неделю."
    raw = (
        HEAD + b"Subject: hello\r\nContent-Type: text/plain; charset=" + charset.encode()
        + b"\r\nContent-Transfer-Encoding: 8bit\r\n\r\n" + text.encode("koi8-r") + b"\r\n"
    )  # fmt: skip
    message = arrive(watched, raw)
    assert text in page_of(agent, f"/tickets/{message.ticket_id}")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"imap_password": "wrong"}, "the server refused the user name or password for support@help.example"),
        ({"imap_host": "nowhere.invalid", "imap_security": "tls"}, "nowhere.invalid: no such host name"),
        ({"imap_security": "tls"}, "no TLS on this port"),
        ({"imap_security": "starttls"}, "STARTTLS"),
        ({"imap_port": 1}, "nothing listens there"),
    ],
)
def test_what_is_wrong_with_a_mailbox_stands_on_its_page(
    watched: Watched, agent: FlaskClient, change: dict[str, object], words: str
) -> None:
    if "imap_password" in change:
        change = {"imap_password": seal(watched.settings.secret_key, "wrong")}
    with db.transaction() as session:
        session.execute(sa.update(Mailbox).values(**change))
    poller = Poller(watched.settings, watched.blobs)
    thread = threading.Thread(target=poller.run)
    thread.start()
    try:
        wait_until(lambda: words in page_of(agent, "/mailboxes"), every=0.5)
    finally:
        poller.stop()
        thread.join()
    assert "wrong" not in page_of(agent, "/mailboxes")
