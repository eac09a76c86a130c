"""Automatic mail that no header declares, and people's letters that look a little like it: both by the hundred."""

import pytest

from mail_ingest.parse import ParsedMail, parse_mail
from tests.mail_ingest import people, robots


def read(subject: str, text: str, extra: str = "", sender: str = "Ann <ann@customer.example>") -> ParsedMail:
    head = f"From: {sender}\nTo: support@help.example\nSubject: {subject}\n{extra}"
    return parse_mail(f"{head}Content-Type: text/plain; charset=utf-8\n\n{text}\n".encode())


ANSWERS = "In-Reply-To: <x@help.example>\n"


@pytest.mark.parametrize("subject", robots.SUBJECTS)
def test_a_responder_is_known_by_its_subject(subject: str) -> None:
    assert read(subject, "Hello").automatic


@pytest.mark.parametrize("name", robots.LETTERS)
def test_a_responder_is_known_by_what_it_says(name: str) -> None:
    assert read("Re: lamp", robots.LETTERS[name], ANSWERS).automatic


@pytest.mark.parametrize("subject", people.SUBJECTS)
def test_a_person_s_subject_stays_a_person_s(subject: str) -> None:
    mail = read(subject, "Hello, please see below.\nAnn", ANSWERS)
    assert (mail.automatic, mail.bounce) == (None, None)


@pytest.mark.parametrize("sender", ["Ann <ann@customer.example>", "Postmaster <postmaster@customer.example>"])
@pytest.mark.parametrize("name", people.LETTERS)
def test_a_person_s_letter_stays_a_person_s(name: str, sender: str) -> None:
    for subject in ("Re: lamp", "A question"):
        mail = read(subject, people.LETTERS[name], ANSWERS, sender)
        assert (mail.automatic, mail.bounce) == (None, None)


def test_the_lists_are_long() -> None:
    assert len(people.SUBJECTS) + len(people.LETTERS) >= 150
    assert len(set(people.SUBJECTS)) == len(people.SUBJECTS)
    assert len(robots.SUBJECTS) + len(robots.LETTERS) >= 150


def test_an_absence_counts_only_in_an_answer() -> None:
    text = robots.LETTERS["absence, English"]
    assert read("A question", text).automatic is None
    assert read("Re: a question", text).automatic


def test_no_reply_with_a_notice_is_automatic_unless_it_passes_on_a_person() -> None:
    text = "Parcel 17 has left our house.\n\nThis email was sent automatically."
    shop = "Shop <no-reply@shop.example>"
    assert read("Parcel 17", text, sender=shop).automatic
    assert read("Parcel 17", text, "Reply-To: Ann <ann@customer.example>\n", shop).automatic is None


@pytest.mark.parametrize(
    ("subject", "text", "automatic"),
    [
        ("Read: lamp", "Your message\n\n  To: Ann\n  Subject: lamp\n\nwas read on 16.11.2026 10:00.", True),
        ("Not read: lamp", "Your message was deleted without being read on Monday.", True),
        ("Прочитано: лампа", "Ваше сообщение было прочитано 16.11.2026 10:00.", True),
        ("Gelesen: Lampe", "Ihre Nachricht wurde am 16.11.2026 um 10:00 gelesen.", True),
        ("Lu : lampe", "Votre message a été lu le 16 novembre.", True),
        ("Read: lamp", "I have read your letter. The lamp is still dark.", False),
        ("Прочитано: лампа", "Ваш ответ прочитала, лампа всё ещё не горит.", False),
    ],
)
def test_a_read_receipt_says_so_twice(subject: str, text: str, automatic: bool) -> None:
    assert (read(subject, text).automatic is not None) is automatic


def calendar(text: str, method: str = "REPLY") -> ParsedMail:
    return parse_mail(
        (
            "From: Ann <ann@customer.example>\nSubject: Accepted: visit\nContent-Type: multipart/alternative; boundary=b\n\n"
            f"--b\nContent-Type: text/plain; charset=utf-8\n\n{text}\n--b\nContent-Type: text/calendar; method={method}\n\n"
            f"BEGIN:VCALENDAR\nMETHOD:{method}\nBEGIN:VEVENT\nSUMMARY:visit\nEND:VEVENT\nEND:VCALENDAR\n--b--\n"
        ).encode()
    )


def test_a_click_on_an_invitation_is_no_letter_but_words_beside_it_are() -> None:
    assert calendar("").automatic == "an answer to an invitation"
    assert calendar("Ann has accepted this invitation.").automatic == "an answer to an invitation"
    assert calendar("Fine, but please bring the lamp.").automatic is None
    assert calendar("", "REQUEST").automatic is None


@pytest.mark.parametrize(
    "headers",
    ["X-Mailer: vacation 1.2.6\n", "User-Agent: Autoresponder/2\n", "X-Auto-Responder: yes\n", "Content-Class: urn:content-classes:mdn\n"],
)  # fmt: skip
def test_more_headers_that_programs_set(headers: str) -> None:
    assert read("Re: lamp", "Hello", headers).automatic


def test_a_megabyte_of_anything_is_read_at_once() -> None:
    """Not timed: a pattern that is not linear would never come back from these."""
    for piece in (
        "this is an automated ",
        "a@b.example ",
        "> wrote: ",
        "не отвечайте на это ",
        "\n\n",
        "550 5.1.1 ",
        "[" * 50,
        "<x@y>: ",
    ):
        for sender in ("Ann <ann@customer.example>", "MAILER-DAEMON@mx.example"):
            read("Re: " + piece * 300, piece * (1_000_000 // len(piece)), ANSWERS, sender)
