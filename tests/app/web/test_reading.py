"""What a reader is told of a letter, whose pictures come by themselves, the original, and a ticket on paper."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from app import db
from app.accounts.models import Agent
from app.mailboxes.models import Folder, RawMail
from app.tickets.models import Message
from app.tickets.picture_size import picture_size
from tests.app.web.test_letters_frame import HTML, PNG, file_of, stored

AT = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)


def evidence(rule: str, detail: str = "") -> dict[str, object]:
    return {"evidence": ({"rule": rule, "detail": detail},)}


@pytest.mark.parametrize(
    ("rule", "state", "words"),
    [
        ("auth-pass", "pass", ("Sender verified", "(DMARC: buyer.example)")),
        ("auth-fail", "fail", ("Sender may be forged", "(DMARC: buyer.example)")),
        ("auth-unknown", "unknown", ("Sender not verified", "SPF, DKIM or DMARC")),
        ("new", "unchecked", ("Sender not checked", "this mailbox names none")),
        ("forwarded", "unknown", ("Sender not checked", "A colleague passed this letter on")),
    ],
)
def test_every_letter_says_who_vouches_for_its_sender(
    agent: FlaskClient, desk, rule: str, state: str, words: tuple[str, str]
) -> None:
    detail = f"dmarc={state} buyer.example" if rule.startswith("auth-") else ""
    page = agent.get(f"/tickets/{desk.letter('Hello', **evidence(rule, detail))}").text
    assert f'data-sender="{state}"' in page
    for word in words:
        assert word in page


def test_a_letter_tells_its_language_and_both_clocks(agent: FlaskClient, desk) -> None:
    ticket = desk.letter("Привет", language="ru", arrived_at=AT, sent_at=AT, sent_zone=7 * 60)
    page = agent.get(f"/tickets/{ticket}").text
    assert "Russian" in page
    assert "20 November 2026, 09:30 (UTC)" in page and "20 November 2026, 16:30 (UTC+7)" in page
    assert "16:30 for the sender" in page


def test_a_letter_of_the_same_zone_and_language_is_not_commented(agent: FlaskClient, desk) -> None:
    page = agent.get(f"/tickets/{desk.letter('Hello', arrived_at=AT, sent_at=AT, sent_zone=0)}").text
    assert "for the sender" not in page and "on the sender’s clock" not in page


def test_pictures_of_a_sender_come_by_themselves_until_that_is_taken_back(agent: FlaskClient, desk) -> None:
    first = desk.letter("One", html=HTML)
    answer = agent.post("/messages/1/pictures", data={"always": "yes"})
    assert answer.status_code == 303 and answer.location.endswith(f"/tickets/{first}#m1")
    page = agent.get(f"/tickets/{desk.letter('Two', html=HTML)}").text
    assert "/messages/2/letter?images=yes" in page and "Pictures of this sender are always shown." in page
    assert "olga@buyer.example" in agent.get("/profile").text
    assert agent.post("/profile/pictures", data={"email": "olga@buyer.example"}).status_code == 303
    page = agent.get(f"/tickets/{first}").text
    assert "images=yes" in page and "Pictures from elsewhere are blocked." in page
    assert 'src="/messages/1/letter"' in page


def test_nobody_decides_about_pictures_for_a_colleague(agent: FlaskClient, admin: FlaskClient, desk) -> None:
    ticket = desk.letter("One", html=HTML)
    agent.post("/messages/1/pictures", data={"always": "yes"})
    assert "Pictures from elsewhere are blocked." in admin.get(f"/tickets/{ticket}").text


@pytest.mark.parametrize("doubt", [evidence("auth-fail", "dmarc=fail buyer.example"), {"held": True}])
def test_a_letter_that_may_be_forged_shows_no_pictures_of_a_trusted_sender(
    agent: FlaskClient, desk, doubt: dict[str, object]
) -> None:
    desk.letter("One", html=HTML)
    agent.post("/messages/1/pictures", data={"always": "yes"})
    ticket = desk.letter("Two", html=HTML, **doubt)
    page = agent.get(f"/tickets/{ticket}").text
    assert "Pictures from elsewhere are blocked." in page and "Always for this sender" not in page
    assert agent.post("/messages/2/pictures", data={"always": "yes"}).status_code == 422


def test_the_choice_works_within_the_page_too(agent: FlaskClient, desk) -> None:
    desk.letter("One", html=HTML)
    body = agent.post("/messages/1/pictures", data={"always": "yes"}, headers={"HX-Request": "true"}).text
    assert "<html" not in body and "images=yes" in body and "Ask again" in body
    body = agent.post("/messages/1/pictures", data={"always": "no"}, headers={"HX-Request": "true"}).text
    assert "Pictures from elsewhere are blocked." in body


def test_the_original_is_read_as_text(agent: FlaskClient, desk) -> None:
    raw = b"From: olga@buyer.example\r\nX-Trick: \xe2\x80\xaeevil\r\n\r\n<script>alert(1)</script>"
    with db.transaction() as session:
        folder = Folder(mailbox_id=desk.mailbox_id, name="INBOX")
        session.add(folder)
        session.flush()
        session.add(
            RawMail(mailbox_id=desk.mailbox_id, folder_id=folder.id, uidvalidity=1, uid=1, sha256=stored(agent, raw), stored_at=db.now())
        )  # fmt: skip
    desk.letter("hello", raw_mail_id=1)
    text = agent.get("/messages/1/original").text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text and "<script>alert" not in text
    assert "⟨202E⟩evil" in text and "/messages/1/source" in text
    assert agent.get("/messages/99/original").status_code == 404


def printed(agent: FlaskClient, ticket: int, query: str = "") -> str:
    answer = agent.get(f"/tickets/{ticket}/print{query}")
    assert answer.status_code == 200
    return answer.text


def test_a_ticket_is_printed_whole_and_quotes_by_choice(agent: FlaskClient, desk) -> None:
    ticket = desk.letter("First words", folded="Older words", signature="Olga", html=HTML)
    desk.letter("Second words", ticket_id=ticket)
    agent.post(f"/tickets/{ticket}/note", data={"body": "Only for us", "nonce": "n" * 20})
    text = printed(agent, ticket)
    assert text.index("First words") < text.index("Second words") and "Olga" in text
    assert "Older words" not in text and "[quoted text left out]" in text and "Only for us" not in text
    assert "Older words" in printed(agent, ticket, "?quotes=yes")
    assert "Only for us" in printed(agent, ticket, "?notes=yes")


@pytest.mark.both_databases
def test_paper_asks_nobody_for_anything(agent: FlaskClient, desk) -> None:
    text = printed(agent, desk.letter("Words", html=HTML, files=(file_of(agent, PNG, "a.png", "image/png"),)))
    assert "a.png" in text
    loaded = re.findall(r'(?:src|href)="([^"#]+)', re.sub(r"<a [^>]+>", "", text))
    assert loaded and all(one.startswith("/static/") for one in loaded)
    assert "<iframe" not in text and "<img" not in text


def test_text_files_open_in_place(agent: FlaskClient, desk) -> None:
    log = file_of(agent, b"<b>line one</b>", "app.log", "application/octet-stream")
    pdf = file_of(agent, b"%PDF-1.7", "a.pdf", "application/pdf")
    page = agent.get(f"/tickets/{desk.letter('files', files=(log, pdf))}").text
    assert page.count("data-preview=") == 1
    text = agent.get("/attachments/1/preview", headers={"HX-Request": "true"}).text
    assert text.strip().startswith("<pre") and "&lt;b&gt;line one&lt;/b&gt;" in text


@pytest.mark.both_databases
def test_what_a_letter_is_written_in_is_kept(agent: FlaskClient, desk) -> None:
    desk.letter("Добрый день", language="ru", sent_zone=-330)
    with db.reading() as session:
        assert session.execute(sa.select(Message.language, Message.sent_zone)).one() == ("ru", -330)
        assert session.scalar(sa.select(sa.func.count(Agent.id))) == 1


@pytest.mark.parametrize(
    ("content", "size"),
    [
        (PNG, (1, 1)),
        (b"GIF87a\x10\x00\x20\x00", (16, 32)),
        (b"\xff\xd8\xff\xe0\x00\x04ab\xff\xff\xc2\x00\x11\x08\x01\x00\x02\x00", (512, 256)),
        (b"RIFF0000WEBPVP8X0000\x00\x00\x00\x00\x0f\x00\x00\x1f\x00\x00", (16, 32)),
        (b"RIFF0000WEBPVP8L0000\x2f\x0f\xc0\x07\x00", (16, 32)),
        (b"\xff\xd8\x00\x00", None),
        (b"\xff\xd8" + b"\xff\xe0\x00\x02" * 1000, None),
        (b"\x89PNG\r\n\x1a\n", None),
        (b"<svg", None),
    ],
)
def test_the_size_of_a_picture_is_read_without_decoding_it(
    content: bytes, size: tuple[int, int] | None
) -> None:
    assert picture_size(content) == size


@pytest.mark.both_databases
def test_a_long_ticket_opens_at_its_newest_end_and_unfolds(agent: FlaskClient, desk) -> None:
    ticket = desk.letter("Letter 0")
    for number in range(1, 60):
        desk.letter(f"Letter {number}", ticket_id=ticket)
    agent.post(f"/tickets/{ticket}/read")
    page = agent.get(f"/tickets/{ticket}").text
    assert "Show 50 earlier messages" in page and "Letter 59" in page and "Letter 40<" not in page
    address = re.search(r'href="(/tickets/\d+/earlier\?[^"]+)"', page)[1].replace("&amp;", "&")  # type: ignore[index]
    part = agent.get(address, headers={"HX-Request": "true"}).text
    assert (
        "<html" not in part and ">Letter 49<" in part and "Letter 50<" not in part and "Letter 9<" not in part
    )
    address = re.search(r'href="(/tickets/\d+/earlier\?[^"]+)"', part)[1].replace("&amp;", "&")  # type: ignore[index]
    whole = agent.get(address).text
    assert (
        "<html" in whole and "Letter 0<" in whole and "Letter 9<" in whole and "thread-earlier" not in whole
    )
    assert agent.get(f"/tickets/{ticket}/earlier?before=999").status_code == 404
    assert agent.get(f"/tickets/{ticket}/earlier").status_code == 404


def test_a_short_ticket_is_not_folded(agent: FlaskClient, desk) -> None:
    ticket = desk.letter("Letter 0")
    for number in range(1, 12):
        desk.letter(f"Letter {number}", ticket_id=ticket)
    page = agent.get(f"/tickets/{ticket}").text
    assert "thread-earlier" not in page and "Letter 0" in page


@pytest.mark.both_databases
def test_what_nobody_has_read_is_never_folded_and_has_a_way_to_it(agent: FlaskClient, desk) -> None:
    ticket = desk.letter("Letter 0")
    for number in range(1, 20):
        desk.letter(f"Letter {number}", ticket_id=ticket)
    page = agent.get(f"/tickets/{ticket}").text
    assert 'id="first-unread"' not in page
    agent.post(f"/tickets/{ticket}/read")
    for number in range(20, 25):
        desk.letter(f"Letter {number}", ticket_id=ticket)
    page = agent.get(f"/tickets/{ticket}").text
    assert 'href="#first-unread"' in page and "5 unread letters" in page
    assert page.index("Letter 19") < page.index('id="first-unread"') < page.index("Letter 20")
    agent.post(f"/tickets/{ticket}/read")
    assert 'id="first-unread"' not in agent.get(f"/tickets/{ticket}").text


def test_a_sender_who_borrows_a_name_is_pointed_at(agent: FlaskClient, desk) -> None:
    ticket = desk.letter("Send me the money", sender_name="Nora Lind", sender_email="nora@hеlp.example")
    page = agent.get(f"/tickets/{ticket}").text
    assert page.count("data-doubt") == 2
    assert "Mixed alphabets" in page and "Named like a colleague" in page and "xn--hlp-rdd.example" in page
    assert "data-doubt" not in agent.get(f"/tickets/{desk.letter('Hello')}").text
