"""Line ends, blank lines, NUL bytes, marks and rubbish around and inside of the header."""

from __future__ import annotations

from tests.hostile.case import Case, b64, case, joined, mail, multi, part

GOOD = mail("Hello there.\r\nSecond line.")
LINES = "Hello there.\nSecond line."
SENDER = ("Ann", "ann@customer.example")


def _both(raw: bytes) -> dict[str, object]:
    return {"sender": SENDER, "subject": "lamp", "text": LINES}


def _parts(eol: bytes) -> bytes:
    raw = multi(
        part("one", "Content-Type: text/plain"),
        part("dHdv", "Content-Type: application/x", "Content-Transfer-Encoding: base64"),
    )
    return raw.replace(b"\r\n", eol)


CASES: list[Case] = [
    case("as it should be", GOOD, **_both(GOOD)),
    case("line feeds", GOOD.replace(b"\r\n", b"\n"), **_both(GOOD)),
    case("carriage returns", GOOD.replace(b"\r\n", b"\r"), **_both(GOOD)),
    case("doubled carriage returns", GOOD.replace(b"\r\n", b"\r\r\n"), **_both(GOOD)),
    case("header by line feeds, text by both", GOOD.replace(b"\r\n", b"\n", 6), **_both(GOOD)),
    case("header by both, text by carriage returns", mail(b"Hello there.\rSecond line."), **_both(GOOD)),
    case("text by line feeds", mail("Hello there.\nSecond line."), **_both(GOOD)),
    case("every other way", mail("a\rb\nc\r\nd\r\re"), text="a\nb\nc\nd\n\ne"),
    case("header by carriage returns, text by line feeds", GOOD.replace(b"\r\n", b"\r", 7).replace(b"\r\n", b"\n"), **_both(GOOD)),
    case("one carriage return in a header", mail("x", b"Subject: la\rmp"), subject="la mp"),
    case("parts, line feeds", _parts(b"\n"), text="one", contents=[b"two"]),
    case("parts, carriage returns", _parts(b"\r"), text="one", contents=[b"two"]),
    case("parts, doubled carriage returns", _parts(b"\r\r\n"), text="one", contents=[b"two"]),
    case("line feed and carriage return the wrong way", GOOD.replace(b"\r\n", b"\n\r"), sender=SENDER, has="Second line."),
    case("vertical tab and form feed", mail("a\x0bb\x0cc"), has=("a", "b", "c")),
    case("unicode line ends", mail("a\u2028b\u2029c\x85d", "Content-Type: text/plain; charset=utf-8"), has=("a", "b", "c")),
    case("NUL in the text", mail(b"a\0b"), text="ab"),
    case("NUL in the header", mail("x", b"Subject: la\0mp"), subject="lamp"),
    case("NUL in a header name", mail("x", b"Sub\0ject: lamp", b"X: y"), sender=SENDER, subject="lamp", text="x"),
    case("NULs before the mail", b"\0\0\0\0" + GOOD, sender=SENDER, has="Hello there."),
    case("a byte order mark", b"\xef\xbb\xbf" + GOOD, **_both(GOOD)),
    case("a byte order mark twice", b"\xef\xbb\xbf\xef\xbb\xbf" + GOOD, **_both(GOOD)),
    case("the whole mail in UTF-16", "\ufeff".encode("utf-16-le") + GOOD.decode().encode("utf-16-le"), **_both(GOOD)),
    case("the whole mail in UTF-16, big end first", b"\xfe\xff" + GOOD.decode().encode("utf-16-be"), **_both(GOOD)),
    case("the mark of UTF-16 before a mail that is none", b"\xff\xfe" + GOOD, **_both(GOOD)),
    case("blank lines before", b"\r\n\r\n\r\n" + GOOD, **_both(GOOD)),
    case("spaces before", b"   \r\n" + GOOD, **_both(GOOD)),
    case("an mbox line", b"From ann@customer.example Mon Nov  2 10:15:00 2026\r\n" + GOOD, **_both(GOOD)),
    case("a quoted mbox line", b">From ann@customer.example Mon Nov  2 10:15:00 2026\r\n" + GOOD, **_both(GOOD)),
    case("an mbox line and a byte order mark", b"\xef\xbb\xbfFrom ann@customer.example Mon Nov  2\n" + GOOD, **_both(GOOD)),
    case("an mbox line among the headers", GOOD.replace(b"To:", b"From ann Mon Nov 2\r\nTo:"), **_both(GOOD)),
    case("text that begins with From", mail("From Monday on we are closed.\r\n>From here too."), text="From Monday on we are closed.\n>From here too."),
    case("no headers at all", b"Just some words.\nAnd more.", text="Just some words.\nAnd more.", sender=("", "")),
    case("no headers, but a colon", b"Dear team: please help.\n\nThanks", has=("please help", "Thanks")),
    case("no text at all", b"From: ann@x.example\r\nSubject: lamp\r\n\r\n", text="", subject="lamp"),
    case("no blank line, no text", b"From: ann@x.example\r\nSubject: lamp", text="", subject="lamp"),
    case("no blank line before the text", b"From: ann@x.example\r\nSubject: lamp\r\nHello there.\r\nMore words.", text="Hello there.\nMore words.", subject="lamp"),
    case("no blank line before a greeting with a colon", b"From: ann@x.example\r\nSubject: lamp\r\n\r\nHello: there.\r\nMore words.", text="Hello: there.\nMore words."),
    case("a header without a colon", b"From: ann@x.example\r\nBroken line\r\nSubject: lamp\r\n\r\nHi", subject="lamp", text="Hi"),
    case("a header with a space before the colon", mail("x", "Subject : lamp"), subject="lamp"),
    case("a header name with spaces", b"From: ann@x.example\r\nMy Header: x\r\nSubject: lamp\r\n\r\nHi", subject="lamp", text="Hi"),
    case("a header name in Russian", "From: ann@x.example\r\nТема: x\r\nSubject: lamp\r\n\r\nHi".encode(), subject="lamp", text="Hi"),
    case("a header without a name", b"From: ann@x.example\r\n: x\r\nSubject: lamp\r\n\r\nHi", subject="lamp", text="Hi"),
    case("a first line that is folded", b" folded\r\nFrom: ann@x.example\r\nSubject: lamp\r\n\r\nHi", subject="lamp", text="Hi"),
    case("a first line that is broken", b"junk junk\r\nFrom: ann@x.example\r\nSubject: lamp\r\n\r\nHi", subject="lamp", text="Hi"),
    case("an HTTP-like first line", b"HTTP/1.1 200 OK\r\nFrom: ann@x.example\r\nSubject: lamp\r\n\r\nHi", subject="lamp", text="Hi"),
    case("+OK of a POP server", b"+OK 1234 octets\r\nFrom: ann@x.example\r\nSubject: lamp\r\n\r\nHi", subject="lamp", text="Hi"),
    case("a blank line of spaces before the text", b"From: ann@x.example\r\nSubject: lamp\r\n   \r\nHello there.", subject="lamp", text="Hello there."),
    case("a blank line of spaces inside of the header", b"From: ann@x.example\r\n  \r\nSubject: lamp\r\n\r\nHello there.", subject="lamp", text="Hello there."),
    case("a header wrapped without a space", b"From: ann@x.example\r\nSubject: lamp\r\nwith a shade\r\nTo: b@x.example\r\n\r\nHi", text="Hi", to=[("", "b@x.example")]),
    case("a header line of 100,000 letters", lambda: mail("Hi", "X-Long: " + "a" * 100_000, "Subject: lamp"), subject="lamp", text="Hi"),
    case("a subject of 100,000 letters", lambda: mail("Hi", "Subject: " + "a" * 100_000), text="Hi", subject="a" * 32768),
    case("a subject of 1,000 folds", mail("Hi", "Subject: " + "\r\n ".join(["a"] * 1000)), text="Hi", subject=" ".join(["a"] * 1000)),
    case("3,000 headers", lambda: mail("Hi", *(f"X-{n}: y" for n in range(3000)), "Subject: lamp"), subject="lamp", text="Hi"),
    case("a header block of 400 KB", lambda: mail("Hi", *(f"X-{n}: {'y' * 100}" for n in range(4000))), text="Hi", sender=SENDER, defect="header is too long"),
    case("headers in another order", b"subject: lamp\r\nTO: b@x.example\r\nfrom: ann@x.example\r\n\r\nHi", subject="lamp", sender=("", "ann@x.example")),
    case("the same header in three spellings", mail("x", "X-A: 1", "x-a: 2", "X-a : 3"), text="x"),
    case("folded with a tab", mail("x", "Subject:\tlamp\r\n\tshade"), subject="lamp shade"),
    case("folded on the first line", mail("x", "Subject:\r\n lamp"), subject="lamp"),
    case("dots doubled by a careless relay stay", mail("..\r\n.hidden"), text="..\n.hidden"),
    case("spaces at line ends stay readable", mail("a  \r\n\r\n\r\n\r\nb"), has=("a", "b")),
    case("a text of one megabyte in one line", lambda: mail("x" * 1_000_000), text="x" * 1_000_000),
    case("Received lines alone", b"Received: from a by b; Mon, 2 Nov 2026 10:15:00 +0000\r\nReceived: from c by d; Mon, 2 Nov 2026 10:14:00 +0000\r\n\r\nHi", text="Hi", sender=("", "")),
    case("mail inside of mail by mistake", b"Return-Path: <ann@x.example>\r\nReceived: x\r\n\r\n" + GOOD, has="Hello there."),
    case("parts without headers", multi(part("one"), part("two")), text="one\n\ntwo"),
    case("a part whose text begins at once", mail(b"--b\r\none\r\n--b--\r\n", "Content-Type: multipart/mixed; boundary=b"), text="one"),
    case("a part whose text begins at once with a colon", mail(b"--b\r\nNote: one\r\ntwo\r\n--b--\r\n", "Content-Type: multipart/mixed; boundary=b"), has=("one", "two")),
    case("a part of headers alone", mail(b"--b\r\nContent-Type: text/plain\r\n--b\r\n\r\ntwo\r\n--b--\r\n", "Content-Type: multipart/mixed; boundary=b"), text="two"),
    case("control Z at the end", mail(b"Hello\x1a"), has="Hello"),
    case("backspaces", mail(b"He\x08Hello"), has="Hello"),
    case("base64 with carriage returns alone", mail(b64(b"Hello there." * 20).replace(b"\r\n", b"\r"), "Content-Transfer-Encoding: base64"), text="Hello there." * 20),
    case("the header says it is long", mail("Hi", "Content-Length: 99999", "Lines: 5"), text="Hi"),
    case("an empty boundary line in a carriage return mail", mail(joined(part("one"), part("two")), "Content-Type: multipart/mixed; boundary=b").replace(b"\r\n", b"\r"), text="one\n\ntwo"),
]  # fmt: skip
