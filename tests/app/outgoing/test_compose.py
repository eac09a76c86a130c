"""A letter as the customer's mail program reads it."""

from __future__ import annotations

import email
from dataclasses import replace
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import default

import pytest

from app.outgoing import words
from app.outgoing.compose import compose, needs_utf8
from app.outgoing.letter import File, Letter, Smileys
from app.outgoing.recipients import Mailable

WRITTEN = datetime(2026, 11, 22, 10, 0, 30, tzinfo=UTC)
SMILEYS = Smileys(
    "https://help.example/r/TOKEN",
    "ru",
    {face: b"\x89PNG " + face.encode() for face in ("good", "okay", "bad")},
)
LETTER = Letter(
    message_id="ab12.1042.7.aaaa@orbit.example",
    sender=Mailable("Ben — Orbit support", "support@orbit.example"),
    to=(Mailable("Ольга Петрова", "olga@client.example"),),
    cc=(Mailable('Falk, "Igor" <x>', "igor@client.example"),),
    subject="Re: Где мой заказ?",
    written_at=WRITTEN,
    in_reply_to="first@client.example",
    references=("older@client.example", "first@client.example"),
    reply_to="",
    instance="f00d",
    language="ru",
    html='<div>Он уже <strong>в пути</strong>. <a href="https://track.example/?a=1&amp;b=2">Где он</a></div>',
    text="Он уже в пути. Где он <https://track.example/?a=1&b=2>",
    signature="Ben\nOrbit & Co",
    quoted="22 ноября 2026 г. в 10:00 Olga пишет:\n> Hello,\n>\n> where is <my> order?",
    smileys=SMILEYS,
    files=(),
)


def parsed(letter: Letter) -> EmailMessage:
    mail = email.message_from_bytes(compose(letter).as_bytes(), policy=default)
    assert isinstance(mail, EmailMessage)
    return mail


def body(mail: EmailMessage, subtype: str) -> str:
    part = mail.get_body((subtype,))
    assert isinstance(part, EmailMessage)
    return part.get_content()


def test_the_headers_are_exactly_these() -> None:
    mail = parsed(replace(LETTER, reply_to="support+1.2.mac@orbit.example"))
    assert mail.keys() == [
        "From",
        "To",
        "Cc",
        "Subject",
        "Date",
        "Message-ID",
        "In-Reply-To",
        "References",
        "Reply-To",
        "X-Sincerely-Instance",
        "MIME-Version",
        "Content-Type",
    ]
    assert [(one.display_name, one.addr_spec) for one in mail["From"].addresses] == [
        ("Ben — Orbit support", "support@orbit.example")
    ]
    assert [(one.display_name, one.addr_spec) for one in mail["To"].addresses] == [
        ("Ольга Петрова", "olga@client.example")
    ]
    assert [(one.display_name, one.addr_spec) for one in mail["Cc"].addresses] == [
        ('Falk, "Igor" <x>', "igor@client.example")
    ]
    assert mail["Subject"] == "Re: Где мой заказ?"
    assert mail["Date"].datetime == WRITTEN
    assert mail["Message-ID"] == "<ab12.1042.7.aaaa@orbit.example>"
    assert mail["In-Reply-To"] == "<first@client.example>"
    assert mail["References"] == "<older@client.example> <first@client.example>"
    assert mail["Reply-To"].addresses[0].addr_spec == "support+1.2.mac@orbit.example"


def test_a_first_letter_names_no_parent() -> None:
    mail = parsed(replace(LETTER, in_reply_to="", references=(), cc=()))
    assert not {"In-Reply-To", "References", "Cc", "Reply-To", "Bcc"} & set(mail.keys())


def test_a_retry_is_the_same_mail_to_the_byte() -> None:
    letter = replace(LETTER, files=(File("a.txt", "text/plain", b"x"),))
    assert compose(letter).as_bytes() == compose(replace(letter)).as_bytes()


def test_the_text_reads_from_top_to_bottom() -> None:
    text = body(parsed(LETTER), "plain")
    order = [
        "Он уже в пути",
        "Orbit & Co",
        "Как вам этот ответ?",
        "🙂 Отлично: https://help.example/r/TOKEN/good",
        "🙁 Плохо: https://help.example/r/TOKEN/bad",
        "Olga пишет:",
        "> where is <my> order?",
    ]
    places = [text.index(part) for part in order]
    assert places == sorted(places)


def test_the_html_says_the_same_and_escapes_what_is_not_ours() -> None:
    html = body(parsed(LETTER), "html")
    order = [
        "<strong>в пути</strong>",
        "Orbit &amp; Co",
        "Как вам этот ответ?",
        "/r/TOKEN/good",
        "/r/TOKEN/bad",
        "Olga пишет:",
        "where is &lt;my&gt; order?",
    ]
    places = [html.index(part) for part in order]
    assert places == sorted(places)
    assert '<blockquote class="gmail_quote' in html
    assert "<script" not in html
    assert "http://" not in html.replace("http://www.w3.org", "")


def test_the_smileys_are_inline_pictures_with_words() -> None:
    mail = parsed(LETTER)
    html = body(mail, "html")
    pictures = {
        part["Content-ID"].strip("<>"): part for part in mail.walk() if part.get_content_type() == "image/png"
    }
    assert len(pictures) == 3
    for cid, part in pictures.items():
        assert f'src="cid:{cid}"' in html
        assert part.get_content_disposition() == "inline"
    assert [alt in html for alt in ('alt="🙂"', 'alt="😐"', 'alt="🙁"')] == [True] * 3


def test_without_an_invitation_nobody_is_asked() -> None:
    mail = parsed(replace(LETTER, smileys=None))
    assert mail.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in mail.iter_parts()] == ["text/plain", "text/html"]
    assert "/r/" not in body(mail, "html") + body(mail, "plain")


def test_attachments_arrive_as_they_were() -> None:
    files = (
        File("Счёт № 17.pdf", "application/pdf", bytes(range(256)) * 20),
        File("notes", "message/rfc822", b"not what it says"),
        File("x.svg", 'image/svg"; x=y', b"<svg/>"),
    )
    mail = parsed(replace(LETTER, files=files))
    assert mail.get_content_type() == "multipart/mixed"
    attached = list(mail.iter_attachments())
    assert [(part.get_filename(), part.get_content_type()) for part in attached] == [
        ("Счёт № 17.pdf", "application/pdf"),
        ("notes", "application/octet-stream"),
        ("x.svg", "application/octet-stream"),
    ]
    assert attached[0].get_content() == files[0].content


def test_a_long_chain_of_references_is_folded_and_read_back_whole() -> None:
    chain = tuple(f"{'a' * 90}.{number}@{'b' * 60}.example" for number in range(40))
    raw = compose(replace(LETTER, references=chain, in_reply_to=chain[-1])).as_bytes()
    head = raw.partition(b"\r\n\r\n")[0]
    assert b"=?" not in head[head.index(b"In-Reply-To") : head.index(b"X-Sincerely")]
    assert max(len(line) for line in raw.split(b"\r\n")) <= 998
    assert parsed(replace(LETTER, references=chain))["References"].split() == [f"<{name}>" for name in chain]


def test_the_mail_is_plain_ascii_with_crlf_everywhere() -> None:
    raw = compose(LETTER).as_bytes()
    assert raw.isascii()
    assert raw.count(b"\n") == raw.count(b"\r\n") == raw.count(b"\r")


def test_every_part_says_mime_version_only_once() -> None:
    assert compose(LETTER).as_bytes().count(b"MIME-Version") == 1


def test_an_address_in_other_letters_needs_smtputf8_and_its_domain_does_not() -> None:
    local = replace(LETTER, to=(Mailable("", "ольга@почта.example"),))
    domain = replace(LETTER, to=(Mailable("", "olga@почта.example"),))
    assert (needs_utf8(local), needs_utf8(domain), needs_utf8(LETTER)) == (True, False, False)
    assert b"olga@xn--80a1acny.example" in compose(domain).as_bytes()
    assert "ольга@".encode() in compose(local).as_bytes()


@pytest.mark.parametrize(
    "bad", ["\r\nBcc: eve@evil.example", "\n", "\x00", "\x1b", "\x7f", "\u2028", "\u2029", "\x85"]
)
@pytest.mark.parametrize(
    "where",
    [
        "subject",
        "sender",
        "to",
        "cc",
        "message_id",
        "in_reply_to",
        "references",
        "reply_to",
        "instance",
        "file",
    ],
)
def test_a_control_character_in_a_header_is_refused(where: str, bad: str) -> None:
    values: dict[str, object] = {
        "subject": f"Re: a{bad}b",
        "sender": Mailable(f"a{bad}b", "support@orbit.example"),
        "to": (Mailable("", f"a{bad}b@client.example"),),
        "cc": (Mailable(f"a{bad}b", "c@client.example"),),
        "message_id": f"a{bad}b@x",
        "in_reply_to": f"a{bad}b@x",
        "references": (f"a{bad}b@x",),
        "reply_to": f"a{bad}b@x.example",
        "instance": f"a{bad}b",
        "files": (File(f"a{bad}b", "text/plain", b""),),
    }
    name = "files" if where == "file" else where
    with pytest.raises(ValueError):
        compose(replace(LETTER, **{name: values[name]}))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("Where?", "Re: Where?"),
        ("Re: Where?", "Re: Where?"),
        ("RE: re[2]: Отв: Ответ: Где?", "Re: Где?"),
        ("", "Re:"),
        ("Fwd: Where?", "Re: Fwd: Where?"),
        ("Re:Re:Re:", "Re:"),
        ("a\r\nBcc: x", "Re: a Bcc: x"),
        ("Returns", "Re: Returns"),
        ("На: складе", "Re: складе"),
        ("На складе", "Re: На складе"),
    ],
)
def test_a_subject_has_re_once(before: str, after: str) -> None:
    assert words.reply_subject(before) == after


def test_the_quoted_letter_stands_in_the_customers_words_and_time() -> None:
    quoted = words.quote(
        "one\n\ntwo",
        "Olga\n P.",
        datetime(2026, 11, 22, 20, 30, tzinfo=UTC),
        language="en",
        zone="Europe/Moscow",
    )
    assert quoted == "On November 22, 2026 at 11:30 PM, Olga P. wrote:\n> one\n>\n> two"
    russian = words.quote(
        "раз", "Ольга", datetime(2026, 11, 22, 20, 30, tzinfo=UTC), language="ru", zone="UTC"
    )
    assert russian == "22 ноября 2026 г. в 20:30 Ольга пишет:\n> раз"
    assert words.quote(" \n", "Olga", WRITTEN, language="en", zone="UTC") == ""
