"""Every family of bounces in tests/emails/bounce_*: read as what it is, and never when a person passes it on."""

from __future__ import annotations

from pathlib import Path

import pytest

from mail_ingest.parse import ParsedMail, parse_mail

EMAILS = Path(__file__).parent.parent / "emails"
FAMILIES = {
    path.stem.removeprefix("bounce_"): path.read_bytes() for path in sorted(EMAILS.glob("bounce_*.eml"))
}
ARRIVED = {"postfix_success", "expanded"}
WITHOUT_ID = {"exim_delayed"}


@pytest.mark.parametrize("name", FAMILIES)
def test_a_bounce_names_whom_it_is_about_and_our_letter(name: str) -> None:
    mail = parse_mail(FAMILIES[name])
    assert mail.automatic
    assert mail.bounce
    assert mail.bounce.recipients
    assert all(address.endswith("@customer.example") for address in mail.bounce.recipients)
    assert mail.bounce.original_message_id == ("" if name in WITHOUT_ID else "out.7.abc@orbit.example")
    assert (mail.bounce.action in ("relayed", "expanded")) is (name in ARRIVED)
    assert (mail.bounce.action == "delayed") is ("delay" in name or name == "greylist")


def person(
    subject: str, body: str, content_type: str = "text/plain; charset=utf-8", sender: str = "Ann"
) -> ParsedMail:
    head = (
        f"From: {sender} <{sender.lower()}@customer.example>\nTo: support@help.example\nSubject: {subject}\n"
    )
    return parse_mail(
        f"{head}Message-ID: <p1@customer.example>\nContent-Type: {content_type}\n\n{body}\n".encode()
    )


def passed_on(mail: ParsedMail) -> str:
    return (
        f"---------- Forwarded message ---------\nFrom: MAILER-DAEMON\nSubject: {mail.subject}\n\n{mail.text}"
    )


def quoted(mail: ParsedMail) -> str:
    return "\n".join(f"> {line}" for line in mail.text.split("\n"))


def attached(raw: bytes, words: str) -> str:
    return f"--zz\nContent-Type: text/plain\n\n{words}\n--zz\nContent-Type: message/rfc822\n\n{raw.decode()}\n--zz--\n"


@pytest.mark.parametrize("name", FAMILIES)
def test_a_person_who_passes_a_bounce_on_is_a_person(name: str) -> None:
    raw = FAMILIES[name]
    bounce = parse_mail(raw)
    letters = [
        person(f"Fwd: {bounce.subject}", f"What is this?\n\n{passed_on(bounce)}"),
        person(f"FW: {bounce.subject}", bounce.text),
        person(f"Re: {bounce.subject}", f"I do not understand.\n\n{quoted(bounce)}"),
        person("My letter came back", f"Hello,\n\nI got this back, what now?\n\n{bounce.text}"),
        person("Problem", bounce.text),
        person("Undeliverable?", f"I got a mail that says {bounce.subject}. Is your address right?"),
        person("Your letters", f"Our users do not get them, see:\n\n{quoted(bounce)}", sender="Postmaster"),
        person("What is this?", attached(raw, "What is this?"), "multipart/mixed; boundary=zz"),
        person(f"Fwd: {bounce.subject}", attached(raw, ""), "multipart/mixed; boundary=zz"),
    ]
    assert [(mail.automatic, mail.bounce) for mail in letters] == [(None, None)] * len(letters)


def test_every_family_is_there() -> None:
    assert len(FAMILIES) >= 95
