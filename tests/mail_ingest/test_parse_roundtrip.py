"""What a well-behaved mail program writes comes out as it went in, whatever the alphabet and the encoding."""

from email.headerregistry import Address as HeaderAddress
from email.message import EmailMessage

from hypothesis import example, given, settings
from hypothesis import strategies as st

from mail_ingest.parse import parse_mail

ALPHABETS = st.sampled_from(
    [
        "abc DEF xyz .,!?-()'",
        "äöüß éèà ñçø AB",
        "абвгдежз йклмн ЁЯЫ",
        "日本語の 注文",
        "中文 訂單 价格",
        "한국어 주문",
        "שלום عربي ไทย",
        "a😀b€ „x“",
    ]
)
LINES = ALPHABETS.flatmap(lambda letters: st.text(letters, min_size=1, max_size=90))


def tidy(text: str) -> str:
    return " ".join(text.split())


@st.composite
def letters(draw: st.DrawFn) -> tuple[str, str, str, bytes, str, EmailMessage]:
    subject, name = tidy(draw(LINES)), tidy(draw(LINES)).strip("'\"")
    body = "\n".join(line.strip() or "x" for line in draw(st.lists(LINES, min_size=1, max_size=8)))
    content, file_name = draw(st.binary(max_size=300)), f"{tidy(draw(LINES)).strip('. ') or 'x'}.bin"
    mail = EmailMessage()
    mail["From"] = HeaderAddress(name, "ann", "customer.example")
    mail["To"] = "support@orbit.example"
    mail["Subject"] = subject
    mail.set_content(body, cte=draw(st.sampled_from(["base64", "quoted-printable", "8bit"])))
    if draw(st.booleans()):
        mail.add_alternative(f"<p>{len(body)}</p>", subtype="html")
    mail.add_attachment(content, maintype="application", subtype="octet-stream", filename=file_name)
    return subject, name, body, content, file_name, mail


@settings(max_examples=60, deadline=None, derandomize=True)
@given(letters())
def test_a_proper_letter_survives(letter: tuple[str, str, str, bytes, str, EmailMessage]) -> None:
    subject, name, body, content, file_name, mail = letter
    parsed = parse_mail(mail.as_bytes())
    assert parsed.subject == subject
    assert (parsed.sender.name, parsed.sender.email) == (name, "ann@customer.example")
    assert parsed.text == body.strip("\n").rstrip()
    assert [file.content for file in parsed.attachments] == [content]
    assert parsed.attachments[0].filename == file_name.replace("?", "_")
    assert parsed.defects == ()
    assert (parsed.automatic, parsed.bounce) == (None, None)


@settings(max_examples=150, deadline=None, derandomize=True)
@given(st.binary(max_size=2000))
@example(b"Content-Type: multipart/mixed; boundary=\n\n--\n--\n")
@example(b"From: \xd0\n \n\n\xd0")
def test_any_bytes_are_a_mail(raw: bytes) -> None:
    parsed = parse_mail(raw)
    assert parsed == parse_mail(raw)
