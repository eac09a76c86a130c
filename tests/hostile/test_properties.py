"""Hypothesis looks for mails that nobody thought of: any bytes, any lines, any headers."""

from __future__ import annotations

from hypothesis import example, given, settings
from hypothesis import strategies as st

from mail_ingest.body import split_quoted
from mail_ingest.charset import decode_text
from mail_ingest.header_address import read_addresses
from mail_ingest.header_date import read_date
from mail_ingest.header_params import split_value
from mail_ingest.header_words import decode_header
from mail_ingest.mime_base64 import decode_base64, split_footer
from mail_ingest.mime_codecs import codec_for
from mail_ingest.mime_filename import safe_filename
from mail_ingest.mime_uuencode import split_encoded_files
from mail_ingest.parse import parse_mail
from tests.hostile.bombs import CODECS
from tests.hostile.promises import broken_promises, storable, wrong_name

QUICK = settings(max_examples=150, deadline=None, derandomize=True)
PIECES = st.sampled_from([
    b"From: ", b"To: ", b"Subject: ", b"Date: ", b"Content-Type: ", b"Content-Transfer-Encoding: ", b"Content-Disposition: ",
    b"text/plain", b"text/html", b"multipart/mixed", b"multipart/alternative", b"message/rfc822", b"; charset=", b"; boundary=b",
    b"; filename=", b"; filename*0*=utf-8''", b"base64", b"quoted-printable", b"8bit", b"koi8-r", b"utf-16", b"iso-2022-jp", b"gb2312",
    b"\r\n", b"\n", b"\r", b"\r\n\r\n", b"--b\r\n", b"--b--\r\n", b"\t", b" ", b"\0", b"=?utf-8?B?", b"?=", b"=?koi8-r?Q?", b"=D0", b"<", b">",
    b"@", b"\"", b"(", b")", b",", b";", b":", b"a@b.example", b"Kanarie", b"\xd0\xcf", b"\xe2\x80\xae", b"\x1b$B", b"+AAA-", b"begin 644 a\n", b"QUJD",
])  # fmt: skip
MAILS = st.lists(st.one_of(PIECES, st.binary(max_size=6)), max_size=60).map(b"".join)


@QUICK
@given(MAILS)
@example(b"Content-Type: multipart/mixed; boundary=b\n\n--b--\n--b--\n")
@example(b"\xff\xfeF\0r\0o\0m\0")
def test_any_mail_keeps_every_promise_and_can_be_split(raw: bytes) -> None:
    parsed = parse_mail(raw)
    assert not broken_promises(parsed, raw)
    assert parse_mail(raw) == parsed
    split_quoted(parsed.text, parsed.html)


@QUICK
@given(st.binary(max_size=200), st.sampled_from(["", "x-unknown", *CODECS]))
def test_any_bytes_are_text_in_any_charset(data: bytes, charset: str) -> None:
    assert storable(decode_text(data, charset)[0])


@QUICK
@given(st.text(max_size=60), st.sampled_from(["utf-8", "koi8-u", "utf-16", "utf-7", "gb18030"]))
def test_text_in_a_true_charset_survives(text: str, codec: str) -> None:
    plain = text.replace("\0", "").encode(codec, "ignore").decode(codec, "ignore")
    written = f"Здравствуйте, 您好 {plain}".encode(codec, "ignore")
    assert codec_for(codec)
    assert storable(decode_text(written, codec)[0])
    if codec in ("utf-8", "gb18030"):
        assert "Здравствуйте" in decode_text(written, codec)[0]


@QUICK
@given(MAILS)
def test_any_bytes_are_a_header(value: bytes) -> None:
    assert storable(decode_header(value))
    assert all(storable(one.name + one.email) for one in read_addresses(value))
    assert all(storable(name + text) for name, text in split_value(value)[1].items())
    read_date(decode_header(value))


@QUICK
@given(st.text(max_size=200), st.sampled_from(["text/plain", "image/png", "x/y", ""]))
def test_any_name_of_a_file_is_made_safe(name: str, kind: str) -> None:
    shown = safe_filename(name, kind)
    assert not wrong_name(shown)
    assert storable(shown)


@QUICK
@given(MAILS)
def test_files_inside_of_a_text_cost_no_byte_of_the_rest(data: bytes) -> None:
    text, files = split_encoded_files(data)
    assert len(text) + sum(len(content) for _, content in files) <= len(data)
    decode_base64(data)
    body, footer = split_footer(data)
    assert body + footer == data
