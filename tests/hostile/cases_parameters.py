"""Names of files in Content-Disposition and Content-Type: RFC 2231, RFC 2047 where it does not belong, and worse."""

from __future__ import annotations

from tests.hostile.case import Case, case, file, joined, mail, multi, part

RU = "Счёт за март.pdf"


def _named(disposition: str | bytes, content_type: str | bytes = "application/pdf") -> bytes:
    head = disposition.encode() if isinstance(disposition, str) else disposition
    kind = content_type.encode() if isinstance(content_type, str) else content_type
    return multi(
        part("see below", "Content-Type: text/plain"),
        part(
            "JVBERg==",
            b"Content-Type: " + kind,
            "Content-Transfer-Encoding: base64",
            b"Content-Disposition: " + head,
        ),
    )


_PCT = "%D0%A1%D1%87%D1%91%D1%82%20%D0%B7%D0%B0%20%D0%BC%D0%B0%D1%80%D1%82.pdf"
_KOI = "%F3%DE%A3%D4%20%DA%C1%20%CD%C1%D2%D4.pdf"

# What the part says of its name, and the name shown.
DISPOSITIONS: list[tuple[str, str | bytes, str]] = [
    ("quoted", 'attachment; filename="a b.pdf"', "a b.pdf"),
    ("unquoted", "attachment; filename=a.pdf", "a.pdf"),
    ("unquoted with spaces", "attachment; filename=my new file.pdf", "my new file.pdf"),
    ("unquoted with spaces, more behind", "attachment; filename=my new file.pdf; size=4", "my new file.pdf"),
    ("apostrophes", "attachment; filename='a b.pdf'", "a b.pdf"),
    ("no closing quote", 'attachment; filename="a b.pdf', "a b.pdf"),
    ("quote only at the end", 'attachment; filename=a b.pdf"', "a b.pdf"),
    ("escaped quotes", r'attachment; filename="a \"b\" c.pdf"', "a _b_ c.pdf"),
    ("a semicolon inside of quotes", 'attachment; filename="a; b.pdf"', "a; b.pdf"),
    ("an equals sign inside", 'attachment; filename="a=b.pdf"', "a=b.pdf"),
    ("upper-case parameter", 'ATTACHMENT; FILENAME="A.PDF"', "A.PDF"),
    ("spaces around the sign", 'attachment; filename = "a.pdf"', "a.pdf"),
    ("no space behind the semicolon", 'attachment;filename="a.pdf"', "a.pdf"),
    ("no semicolon", 'attachment filename="a.pdf"', "a.pdf"),
    ("only the name", 'filename="a.pdf"', "a.pdf"),
    ("an empty name, then Content-Type", 'attachment; filename=""', "attachment.pdf"),
    ("folded", 'attachment;\r\n\tfilename="a.pdf"', "a.pdf"),
    ("folded inside of the name", 'attachment; filename="a\r\n b.pdf"', "a b.pdf"),
    ("folded raw utf-8", "attachment;\r\n filename=\"" + RU + '"', RU),
    ("RFC 2231", f"attachment; filename*=UTF-8''{_PCT}", RU),
    ("RFC 2231, koi8-r", f"attachment; filename*=koi8-r'ru'{_KOI}", RU),
    ("RFC 2231, lower-case hex", f"attachment; filename*=utf-8''{_PCT.lower()}", RU),
    ("RFC 2231 in quotation marks", f"attachment; filename*=\"utf-8''{_PCT}\"", RU),
    ("RFC 2231 with plain beside it", f"attachment; filename=\"Schet.pdf\"; filename*=utf-8''{_PCT}", RU),
    ("RFC 2231 before the plain one", f"attachment; filename*=utf-8''{_PCT}; filename=\"Schet.pdf\"", RU),
    ("RFC 2231 without a charset", f"attachment; filename*=''{_PCT}", RU),
    ("RFC 2231 without apostrophes", f"attachment; filename*={_PCT}", RU),
    ("RFC 2231 with one apostrophe", f"attachment; filename*=utf-8'{_PCT}", RU),
    ("RFC 2231, charset lies", f"attachment; filename*=us-ascii''{_PCT}", RU),
    ("RFC 2231, charset unknown", f"attachment; filename*=x-unknown''{_KOI}", RU),
    ("RFC 2231 without percent signs", "attachment; filename*=utf-8''a.pdf", "a.pdf"),
    ("RFC 2231 with raw bytes", "attachment; filename*=utf-8''" + RU.replace(" ", "%20"), RU),
    ("RFC 2231, percent cut", "attachment; filename*=utf-8''a%2", "a%2"),
    ("RFC 2231, an encoded word inside", "attachment; filename*=utf-8''=?utf-8?B?0KHRh9GR0YIucGRm?=", "Счёт.pdf"),
    ("continued", 'attachment; filename*0="a very "; filename*1="long name.pdf"', "a very long name.pdf"),
    ("continued, out of order", 'attachment; filename*1="long name.pdf"; filename*0="a very "', "a very long name.pdf"),
    ("continued with a gap", 'attachment; filename*0="a very "; filename*2="long name.pdf"', "a very long name.pdf"),
    ("continued from one", 'attachment; filename*1="a very "; filename*2="long name.pdf"', "a very long name.pdf"),
    ("continued ten times and more", "attachment; " + "; ".join(f"filename*{n}={chr(97 + n)}" for n in range(12)) + "; filename*12=.pdf", "abcdefghijkl.pdf"),
    ("continued, percent", f"attachment; filename*0*=utf-8''{_PCT[:24]}; filename*1*={_PCT[24:]}", RU),
    ("continued, cut inside of a letter", f"attachment; filename*0*=utf-8''{_PCT[:21]}; filename*1*={_PCT[21:]}", RU),
    ("continued, cut inside of a percent code", f"attachment; filename*0*=utf-8''{_PCT[:22]}; filename*1*={_PCT[22:]}", RU),
    ("continued, percent and plain", "attachment; filename*0*=utf-8''%D0%A1; filename*1=\" 50%25.pdf\"", "С 50%25.pdf"),
    ("continued, charset only, text later", f"attachment; filename*0*=utf-8''; filename*1*={_PCT}", RU),
    ("continued, charset in the second", "attachment; filename*0=\"a-\"; filename*1*=%62.pdf", "a-b.pdf"),
    ("continued with encoded words", "attachment; filename*0=\"=?utf-8?B?0KHRh9GR\"; filename*1=\"0YIucGRm?=\"", "Счёт.pdf"),
    ("leading zeros in the number", 'attachment; filename*00="a"; filename*01="b.pdf"', "ab.pdf"),
    ("an encoded word", 'attachment; filename="=?utf-8?B?0KHRh9GR0YIucGRm?="', "Счёт.pdf"),
    ("an encoded word, unquoted", "attachment; filename==?utf-8?B?0KHRh9GR0YIucGRm?=", "Счёт.pdf"),
    ("an encoded word with spaces", 'attachment; filename="=?utf-8?Q?a b.pdf?="', "a b.pdf"),
    ("two encoded words", 'attachment; filename="=?utf-8?B?0KHRh9GR?= =?utf-8?B?0YIucGRm?="', "Счёт.pdf"),
    ("two encoded words on two lines", 'attachment; filename="=?utf-8?B?0KHRh9GR?=\r\n\t=?utf-8?B?0YIucGRm?="', "Счёт.pdf"),
    ("two encoded words, one by one quoted", 'attachment; filename="=?utf-8?B?0KHRh9GR?="\r\n\t"=?utf-8?B?0YIucGRm?="', "Счёт.pdf"),
    ("a word and its extension", 'attachment; filename="=?utf-8?B?0KHRh9GR0YI=?=.pdf"', "Счёт.pdf"),
    ("percent codes without saying so are a name", 'attachment; filename="%D0%A1%20.pdf"', "%D0%A1%20.pdf"),
    ("percent sign that is one", 'attachment; filename="50% off.pdf"', "50% off.pdf"),
    ("raw utf-8", f'attachment; filename="{RU}"', RU),
    ("raw koi8-r", b'attachment; filename="' + RU.encode("koi8-r") + b'"', RU),
    ("raw cp1251", b'attachment; filename="' + RU.encode("cp1251") + b'"', RU),
    ("raw cp866", b'attachment; filename="' + RU.encode("cp866") + b'"', RU),
    ("raw gbk", b'attachment; filename="' + "我的订单还没有收到.pdf".encode("gbk") + b'"', "我的订单还没有收到.pdf"),
    ("raw shift-jis", b'attachment; filename="' + "請求書の件について.pdf".encode("cp932") + b'"', "請求書の件について.pdf"),
    ("raw shift-jis with a backslash byte", b'attachment; filename="' + "表示の件について.pdf".encode("cp932") + b'"', "表示の件について.pdf"),
    ("raw latin 1", b'attachment; filename="' + "Müllerstraße.pdf".encode("latin-1") + b'"', "Müllerstraße.pdf"),
    ("raw iso-2022-jp", b'attachment; filename="' + "請求書.pdf".encode("iso2022_jp") + b'"', "請求書.pdf"),
    ("mojibake", 'attachment; filename="' + RU.encode().decode("latin-1") + '"', RU),
    ("html entity", 'attachment; filename="Tom &amp; Jerry.pdf"', "Tom &amp; Jerry.pdf"),
    ("a Windows path", r'attachment; filename="C:\Users\ann\a.pdf"', "a.pdf"),
    ("a Windows path, escaped", r'attachment; filename="C:\\Users\\ann\\a.pdf"', "a.pdf"),
    ("a Unix path", 'attachment; filename="/usr/share/a.pdf"', "a.pdf"),
    ("a date with slashes", 'attachment; filename="1/2/2026.pdf"', "1_2_2026.pdf"),
    ("said twice", 'attachment; filename="a.pdf"; filename="b.pdf"', "a.pdf"),
    ("a comment", 'attachment (really); filename="a.pdf"', "a.pdf"),
    ("a comment behind the name", 'attachment; filename="a.pdf" (x); size=3', "a.pdf"),
    ("name instead of filename", 'attachment; name="a.pdf"', "a.pdf"),
    ("a colon instead of the sign", 'attachment; filename: "a.pdf"', "a.pdf"),
    ("decomposed letters", 'attachment; filename="Mu\u0308ller.pdf"', "Müller.pdf"),
    ("a tab inside", 'attachment; filename="a\tb.pdf"', "a b.pdf"),
    ("parameters before", 'attachment; creation-date="Mon, 2 Nov 2026 10:00:00 +0000"; size=4; filename="a.pdf"', "a.pdf"),
    ("a quote with a trailing backslash", 'attachment; filename="C:\\dir\\"', "dir"),
    ("filename with an empty language tag and quotes inside", "attachment; filename*=utf-8''%22a%22.pdf", "_a_.pdf"),
    ("a word in RFC 2231 clothes", "attachment; filename*=\"=?utf-8?B?0KHRh9GR0YIucGRm?=\"", "Счёт.pdf"),
]  # fmt: skip

CASES: list[Case] = [
    *(case(name, _named(value), names=[shown], contents=[b"%PDF"], text="see below") for name, value, shown in DISPOSITIONS),
    case("named by Content-Type alone", _named("attachment", 'application/pdf; name="a.pdf"'), names=["a.pdf"]),
    case("named by Content-Type in words", _named("attachment", 'application/pdf; name="=?koi8-r?B?89ejoy5wZGY=?="'), names=["Свёё.pdf"]),
    case("named by both, differently", _named('attachment; filename="b.pdf"', 'application/pdf; name="a.pdf"'), names=["b.pdf"]),
    case("named by Content-Type, continued", _named("inline", 'application/pdf; name*0="a "; name*1="b.pdf"'), names=["a b.pdf"]),
    case("an empty disposition name, but a type name", _named('attachment; filename=""', 'application/pdf; name="a.pdf"'), names=["a.pdf"]),
    case("named by Content-Description", multi(part("x"), part("JVBERg==", "Content-Type: application/pdf", "Content-Transfer-Encoding: base64", "Content-Description: Invoice.pdf")), names=["Invoice.pdf"]),
    case("named by Content-Location", multi(part("x"), part("JVBERg==", "Content-Type: application/pdf", "Content-Transfer-Encoding: base64", "Content-Location: http://x.example/files/Invoice.pdf")), names=["Invoice.pdf"]),
    case("not named at all", multi(part("x"), part("JVBERg==", "Content-Type: application/pdf", "Content-Transfer-Encoding: base64")), names=["attachment.pdf"]),
    case("two files of one name", multi(part("x"), file(b"1", "a.txt"), file(b"2", "a.txt")), names=["a.txt", "a.txt"], contents=[b"1", b"2"]),
    case("disposition nobody knows", _named('foo; filename="a.pdf"'), names=["a.pdf"], contents=[b"%PDF"]),
    case("disposition header twice", multi(part("x"), part("JVBERg==", "Content-Type: application/pdf", "Content-Transfer-Encoding: base64", "Content-Disposition: inline", 'Content-Disposition: attachment; filename="a.pdf"')), names=["a.pdf"]),
    case("an attached text is a file", multi(part("hello"), part("data", "Content-Type: text/plain", 'Content-Disposition: attachment; filename="log.txt"')), text="hello", names=["log.txt"], contents=[b"data"]),
    case("an attached page is a file", multi(part("hello"), part("<p>data</p>", "Content-Type: text/html", 'Content-Disposition: attachment; filename="page.html"')), text="hello", names=["page.html"], html=None),
    case("an attached text without a name is a file", multi(part("hello"), part("data", "Content-Type: text/plain", "Content-Disposition: attachment")), text="hello", names=["attachment.txt"]),
    case("the whole mail is one file", mail("JVBERg==", "Content-Type: application/pdf; name=a.pdf", "Content-Transfer-Encoding: base64"), text="", names=["a.pdf"], contents=[b"%PDF"]),
    case("an empty file", multi(part("x"), file(b"", "empty.txt")), names=["empty.txt"], contents=[b""]),
    case("a name of 300 letters keeps its ending", _named(f'attachment; filename="{"ы" * 300}.pdf"'), names=["ы" * 118 + ".pdf"]),
    case("parameter without end", mail(joined(part("x"), boundary="b"), 'Content-Type: multipart/mixed; boundary="b'), text="x"),
]  # fmt: skip
