"""Parsing mails: what an agent sees of headers, bodies and files, trap by trap."""

from datetime import UTC, datetime

import pytest

from mail_ingest.header_address import read_addresses
from mail_ingest.header_date import read_date
from mail_ingest.header_ids import read_ids
from mail_ingest.header_params import split_value
from mail_ingest.header_words import decode_header
from mail_ingest.mime_body import MAX_TEXT
from mail_ingest.mime_filename import safe_filename
from mail_ingest.mime_text import unflow
from mail_ingest.mime_transfer import decode_base64, decode_transfer
from mail_ingest.parse import MAX_MAIL, Address, parse_mail

HEAD = (
    b"From: Ann <ann@customer.example>\nMessage-ID: <1@customer.example>\n"
    b"Date: Mon, 2 Nov 2026 10:15:00 +0100\nSubject: lamp\n"
)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (b"plain", "plain"),
        (b"=?utf-8?Q?=D0=9F?= =?utf-8?Q?=D1=80?=", "Пр"),
        (b"=?utf-8?Q?=D0?= =?utf-8?Q?=9F?=", "П"),
        (b"=?utf-8?B?0J/RgNC?= =?utf-8?B?40LLQtdGC?=", "Привет"),
        (b"=?UTF-8?b?0J/RgA?=", "Пр"),
        (b"=?utf-8?B?0J/R gNC4?=", "При"),
        (b"=?utf-8?q?a_b=5Fc?=", "a b_c"),
        (b"=?utf-8?Q?what's up??=", "what's up?"),
        (b"=?utf-8?Q?really?=C3=A9?=", "really?é"),
        (b"=?utf-8?Q?=c3=a9?=", "é"),
        (b"a =?utf-8?Q?b?= c", "a b c"),
        (b"(=?utf-8?Q?b?=)", "(b)"),
        (b"=?utf-8?Q?a?==?utf-8?Q?b?=", "ab"),
        (b"=?koi8-r?Q?=F0?= =?cp-1251?Q?=F0?=", "Пр"),
        (b"=?utf-8*en?Q?x?=", "x"),
        (b"=?nonsense?Q?x=C3=A9?=", "xé"),
        (b"=?us-ascii?Q?=D0=9F?=", "П"),
        (b"=?iso-8859-1?B?z/Do4uXy?=", "Привет"),
        (b"=?utf-8?B?0J/RgNC4", "При"),
        (b"=?utf-8?X?abc?=", "=?utf-8?X?abc?="),
        (b"50% =? off ?=", "50% =? off ?="),
        (b"=? utf-8 ?Q?x?=", "x"),
        (b"=?utf-8?Q?=00=0D=0ABcc:_x?=", "Bcc: x"),
        ("Возврат денег".encode("koi8-r"), "Возврат денег"),
        ("Возврат".encode(), "Возврат"),
        (b"=?iso-2022-jp?B?GyRCQ21KOBsoQg==?=", "注文"),
    ],
)
def test_header_text(value: bytes, text: str) -> None:
    assert decode_header(value) == text


@pytest.mark.parametrize(
    ("value", "addresses"),
    [
        (b"Ann <ann@B.example>", [("Ann", "ann@b.example")]),
        (b"ann@b.example", [("", "ann@b.example")]),
        (b'"Doe, Ann" <ann@b.example>, Roe, Bob <bob@b.example>',
         [("Doe, Ann", "ann@b.example"), ("Roe, Bob", "bob@b.example")]),
        (b"ann@b.example; bob@b.example", [("", "ann@b.example"), ("", "bob@b.example")]),
        (b"Team: ann@b.example, Bob <bob@b.example>;", [("", "ann@b.example"), ("Bob", "bob@b.example")]),
        (b"undisclosed-recipients:;", []),
        (b"ann@b.example (Ann (from B))", [("Ann (from B)", "ann@b.example")]),
        (b"<<ann@b.example>>", [("", "ann@b.example")]),
        (b"<@relay.example,@other.example:ann@b.example>", [("", "ann@b.example")]),
        (b"<mailto:ann@b.example>", [("", "ann@b.example")]),
        (b"Ann (B <ann@b.example>", [("Ann (B", "ann@b.example")]),
        (b"'ann@b.example'", [("", "ann@b.example")]),
        (b'"ann smith"@b.example', [("", '"ann smith"@b.example')]),
        (b"ann @ b.example", [("", "ann@b.example")]),
        (b"<ann@b.example, bob@b.example>", [("", "ann@b.example"), ("", "bob@b.example")]),
        (b'"boss@corp.example" <clerk@b.example>', [("boss@corp.example", "clerk@b.example")]),
        (b'"boss@corp.example" clerk@b.example', [("boss@corp.example", "clerk@b.example")]),
        (b"=?utf-8?Q?boss=40corp.example_=3Cboss=40corp.example=3E?= <clerk@b.example>",
         [("boss@corp.example <boss@corp.example>", "clerk@b.example")]),
        (b"=?utf-8?Q?Ann_=3Cann=40b.example=3E?=", [("Ann", "ann@b.example")]),
        (b"=?utf-8?Q?Doe,_J=C3=B6rg?= <j@b.example>", [("Doe, Jörg", "j@b.example")]),
        (b'"=?utf-8?Q?J=C3=B6rg?=" <j@b.example>', [("Jörg", "j@b.example")]),
        (b'"A \\"B\\" C" <a@b.example>', [('A "B" C', "a@b.example")]),
        (b"Re: Support <a@b.example>", [("Re: Support", "a@b.example")]),
        (b"MAILER-DAEMON", [("MAILER-DAEMON", "")]),
        (b"a@b.example <>", [("", "a@b.example")]),
        (b"", []),
        (b",,;", []),
        ("Иван <ivan@почта.example>".encode(), [("Иван", "ivan@почта.example")]),
    ],
)  # fmt: skip
def test_address_lists(value: bytes, addresses: list[tuple[str, str]]) -> None:
    assert [(found.name, found.email) for found in read_addresses(value)] == addresses


@pytest.mark.parametrize(
    ("value", "moment"),
    [
        ("Mon, 02 Nov 2026 10:15:00 +0100", datetime(2026, 11, 2, 9, 15, tzinfo=UTC)),
        ("2 Nov 26 10:15 GMT", datetime(2026, 11, 2, 10, 15, tzinfo=UTC)),
        ("Mon, 2 Nov 2026 10:15:00 -0500 (EST)", datetime(2026, 11, 2, 15, 15, tzinfo=UTC)),
        ("Mon, 2 Nov 2026 10:15:00 EST", datetime(2026, 11, 2, 15, 15, tzinfo=UTC)),
        ("Mon, 2 Nov 2026 10:15:00 MSK", datetime(2026, 11, 2, 7, 15, tzinfo=UTC)),
        ("Mon, 2 Nov 2026 10:15:00 GMT+0300", datetime(2026, 11, 2, 7, 15, tzinfo=UTC)),
        ("Mon, 2 November 2026 22.15.07 +0000", datetime(2026, 11, 2, 22, 15, 7, tzinfo=UTC)),
        ("2-Nov-2026 10:15:60 +0000", datetime(2026, 11, 2, 10, 15, 59, tzinfo=UTC)),
        ("2 Nov 2026 10:15:00 PM +0000", datetime(2026, 11, 2, 22, 15, tzinfo=UTC)),
        ("2026-11-02T10:15:00.123Z", datetime(2026, 11, 2, 10, 15, tzinfo=UTC)),
        ("2026-11-02 10:15:00 +02:00", datetime(2026, 11, 2, 8, 15, tzinfo=UTC)),
        ("Mon Nov  2 10:15:00 2026", datetime(2026, 11, 2, 10, 15, tzinfo=UTC)),
        ("Mon, 2 Nov 1926 10:15:00 +0000", None),
        ("Mon, 2 Nov 2926 10:15:00 +0000", None),
        ("Mon, 32 Nov 2026 10:15:00 +0000", None),
        ("Thu, 01 Jan 1970 00:00:00 +0000", None),
        ("yesterday", None),
        ("", None),
    ],
)
def test_dates(value: str, moment: datetime | None) -> None:
    assert read_date(value) == moment


@pytest.mark.parametrize(
    ("value", "ids"),
    [
        ("<a@b>", ("a@b",)),
        ("<a@b> <c@d>\t<a@b>", ("a@b", "c@d")),
        ("<a@b>,<c@d>", ("a@b", "c@d")),
        ("<a@b><c@d>", ("a@b", "c@d")),
        ("<long id @b>", ("longid@b",)),
        ("a@b", ("a@b",)),
        ("a@b c@d", ("a@b", "c@d")),
        ('Your letter of "Monday" <a@b>', ("a@b",)),
        ("20261102.1", ("20261102.1",)),
        ("no id at all", ()),
        ("<>", ()),
        ("", ()),
    ],
)
def test_message_ids_stand_without_brackets(value: str, ids: tuple[str, ...]) -> None:
    assert read_ids(value) == ids


@pytest.mark.parametrize(
    ("value", "leading", "params"),
    [
        (b'text/plain; charset="utf-8"', "text/plain", {"charset": "utf-8"}),
        (b"TEXT/HTML;CHARSET=utf-8", "text/html", {"charset": "utf-8"}),
        (b"text/plain charset=utf-8", "text/plain", {"charset": "utf-8"}),
        (b"text/plain; charset=utf-8 format=flowed", "text/plain", {"charset": "utf-8", "format": "flowed"}),
        (b"text/plain; charset=us-ascii (Plain text)", "text/plain", {"charset": "us-ascii"}),
        (b"a/b; name=my file.pdf", "a/b", {"name": "my file.pdf"}),
        (b'a/b; name="a;b.pdf"; x=1', "a/b", {"name": "a;b.pdf", "x": "1"}),
        (b'a/b; name="open.pdf', "a/b", {"name": "open.pdf"}),
        (b'a/b; name="say \\"hi\\".pdf"', "a/b", {"name": 'say "hi".pdf'}),
        (b'a/b; name="C:\\tmp\\x.pdf"', "a/b", {"name": "C:\\tmp\\x.pdf"}),
        (b"attachment; filename*=utf-8''%D1%84.txt; filename=x.txt", "attachment", {"filename": "ф.txt"}),
        (b"attachment; filename*0=a; filename*1=b.txt", "attachment", {"filename": "ab.txt"}),
        (b"attachment; filename*1*=%84.txt; filename*0*=utf-8''%D1", "attachment", {"filename": "ф.txt"}),
        (b"attachment; filename=\"utf-8''%D1%84.txt\"", "attachment", {"filename": "ф.txt"}),
        (b'attachment; filename="=?utf-8?B?0YQudHh0?="', "attachment", {"filename": "ф.txt"}),
        ('attachment; filename="ф.txt"'.encode(), "attachment", {"filename": "ф.txt"}),
        (b"", "", {}),
        (b";;;", "", {}),
    ],
)
def test_parameters(value: bytes, leading: str, params: dict[str, str]) -> None:
    assert split_value(value) == (leading, params)


@pytest.mark.parametrize(
    ("name", "content_type", "shown"),
    [
        ("report.pdf", "application/pdf", "report.pdf"),
        ("\u200b.htaccess", "text/plain", "htaccess"),
        ("../../etc/passwd", "text/plain", "passwd"),
        ("C:\\Users\\ann\\a.doc", "text/plain", "a.doc"),
        ("1/2.pdf", "text/plain", "1_2.pdf"),
        ("invoice\u202efdp.exe", "text/plain", "invoicefdp.exe"),
        ("\u202e\u200b\u2066", "image/png", "attachment.png"),
        ("CON", "text/plain", "_CON"),
        ("aux.txt", "text/plain", "_aux.txt"),
        ("console.txt", "text/plain", "console.txt"),
        ("a\r\nb\tc.txt", "text/plain", "a b c.txt"),
        ("a\0b.txt", "text/plain", "ab.txt"),
        ("e\u0301t\u00e9.txt", "text/plain", "été.txt"),
        ("...", "text/plain", "attachment.txt"),
        ("x.txt. . ", "text/plain", "x.txt"),
        ("a\uff0fb.txt", "text/plain", "a_b.txt"),
        ('<a>:"b"|c?*.txt', "text/plain", "_a___b__c__.txt"),
        ("", "message/rfc822", "message.eml"),
        ("", "x/unknown", "attachment.bin"),
        ("a" * 500 + ".pdf", "application/pdf", "a" * 146 + ".pdf"),
    ],
)
def test_file_names_are_safe_to_show(name: str, content_type: str, shown: str) -> None:
    assert safe_filename(name, content_type) == shown


@pytest.mark.parametrize(
    ("text", "content"),
    [
        (b"aGVsbG8=", b"hello"),
        (b"aGVsbG8", b"hello"),
        (b"aGVs\r\nbG8=\r\n", b"hello"),
        (b"aGVs*bG8=", b"hello"),
        (b"aGVsbG8=aGVsbG8=", b"hellohello"),
        (b"aGVsbG8=!", b"hello"),
        (b"aGVsb", b"hel"),
        (b"_-8=", b"\xff\xef"),
        (b"", b""),
    ],
)
def test_damaged_base64_gives_what_it_holds(text: bytes, content: bytes) -> None:
    assert decode_base64(text) == content


@pytest.mark.parametrize(
    ("encoding", "data", "content"),
    [
        ("quoted-printable", b"a=C3=A9=\r\nb=\nc=ZZ", b"a\xc3\xa9bc=ZZ"),
        ("Quoted-Printable;", b"=41", b"A"),
        ("base-64", b"QQ==", b"A"),
        ("base64", b"Not base64 at all, but prose.", b"Not base64 at all, but prose."),
        ("8bits", b"\xff", b"\xff"),
        ("nonsense", b"as is", b"as is"),
    ],
)
def test_transfer_encodings(encoding: str, data: bytes, content: bytes) -> None:
    assert decode_transfer(data, encoding)[0] == content


def test_flowed_paragraphs_stop_at_another_quote_depth_and_at_the_signature() -> None:
    assert unflow("> a \nb \nc\n-- \nAnn") == "> a\nb c\n-- \nAnn"


def test_the_receiving_addresses_are_known() -> None:
    mail = parse_mail(
        b"Delivered-To: A@orbit.example\nX-Original-To: b@orbit.example\nEnvelope-To: a@orbit.example\n"
        + HEAD
        + b"\nx"
    )
    assert mail.delivered_to == ("a@orbit.example", "b@orbit.example")


@pytest.mark.parametrize(
    ("line", "envelope", "null"),
    [
        (b"Return-Path: <>\n", "", True),
        (b"Return-Path: <Ann@customer.example>\n", "ann@customer.example", False),
        (b"", "", False),
    ],
)
def test_the_null_sender_differs_from_none(line: bytes, envelope: str, null: bool) -> None:
    mail = parse_mail(line + HEAD + b"\nx")
    assert (mail.envelope_sender, mail.null_sender) == (envelope, null)


def test_our_own_mark_is_read() -> None:
    assert parse_mail(b"X-Sincerely-Instance: abc\n" + HEAD + b"\nx").is_own == "abc"
    assert parse_mail(HEAD + b"\nx").is_own == ""


def test_one_letter_by_two_routes_has_one_key() -> None:
    first = (
        b"Received: from a\nDelivered-To: a@orbit.example\n"
        + HEAD
        + b"To: a@x.example,\n b@x.example\n\nHello\n"
    )
    second = (
        b"Received: from b\r\nX-Spam: no\r\n"
        + HEAD.replace(b"\n", b"\r\n")
        + b"To: a@x.example, b@x.example\r\n\r\nHello\r\n\r\n"
    )
    encoded = b"Received: from c\n" + HEAD + b"Content-Transfer-Encoding: base64\n\nSGVsbG8K\n"
    keys = {parse_mail(raw).content_key for raw in (first, second, encoded)}
    assert len(keys) == 1


@pytest.mark.parametrize(
    "other",
    [
        HEAD + b"\nHello!\n",
        HEAD.replace(b"lamp", b"lamb") + b"\nHello\n",
        HEAD.replace(b"10:15", b"10:16") + b"\nHello\n",
        HEAD.replace(b"<1@", b"<2@") + b"\nHello\n",
        HEAD.replace(b"ann@", b"bob@") + b"\nHello\n",
    ],
)
def test_another_letter_has_another_key(other: bytes) -> None:
    assert parse_mail(other).content_key != parse_mail(HEAD + b"\nHello\n").content_key


def test_a_text_over_the_limit_is_cut_and_attached_whole() -> None:
    mail = parse_mail(HEAD + b"\n" + b"word " * 300_000)
    assert len(mail.text) <= MAX_TEXT
    assert [len(file.content) for file in mail.attachments] == [1_500_000]
    assert "a text is too long and was cut; all of it is attached" in mail.defects


def test_a_mail_over_the_limit_is_read_as_far_as_it_goes() -> None:
    mail = parse_mail(HEAD + b"Content-Type: application/zip\n\n" + b"x" * MAX_MAIL)
    assert mail.subject == "lamp"
    assert "the mail is too large and was cut" in mail.defects


def test_two_senders_are_named_as_a_defect() -> None:
    mail = parse_mail(b"From: Ann <ann@customer.example>\nFrom: boss@corp.example\n\nx")
    assert mail.sender == Address("Ann", "ann@customer.example")
    assert "the header From occurs more than once" in mail.defects


def test_a_header_cannot_grow_a_second_line() -> None:
    mail = parse_mail(
        b"Subject: =?utf-8?Q?a=0D=0ABcc:_b@c.example?=\nFrom: =?utf-8?Q?a=0Ab?= <a@b.example>\n\nx"
    )
    assert mail.subject == "a Bcc: b@c.example"
    assert mail.sender.name == "a b"


def test_blank_lines_above_the_headers_do_not_hide_them() -> None:
    assert parse_mail(b"\r\n\r\n" + HEAD + b"\nx").subject == "lamp"
    assert parse_mail(b"\xef\xbb\xbf" + HEAD + b"\nx").subject == "lamp"


def test_text_that_was_never_a_mail_is_shown() -> None:
    mail = parse_mail(b"Hello, I have no headers.\nNone at all.\n")
    assert mail.text == "Hello, I have no headers.\nNone at all."


def test_doubled_carriage_returns_do_not_double_lines() -> None:
    assert parse_mail(HEAD.replace(b"\n", b"\r\r\n") + b"\r\r\none\r\r\ntwo\r\r\n").text == "one\ntwo"


def test_html_without_a_label_is_not_shown_as_markup() -> None:
    mail = parse_mail(HEAD + b"\n<html><body><p>Hello</p></body></html>\n")
    assert mail.text == "Hello"
    assert mail.html is not None
