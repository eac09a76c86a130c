"""Transfer encodings: false labels, damage, several at once, and files in the middle of a text."""

from __future__ import annotations

import base64
import binascii

from tests.hostile.case import Case, b64, case, file, joined, mail, multi, page, part, plain, qp

RU = "Здравствуйте, где мой заказ? Жду уже неделю."
DATA = bytes(range(256)) * 3


def _encoded(label: str, body: bytes | str, charset: str = "utf-8") -> bytes:
    return mail(body, f"Content-Type: text/plain; charset={charset}", f"Content-Transfer-Encoding: {label}")


def _sent(body: bytes | str, label: str = "base64") -> bytes:
    return multi(
        plain("see file"),
        part(
            body,
            'Content-Type: application/octet-stream; name="a.bin"',
            f"Content-Transfer-Encoding: {label}",
        ),
    )


def uuencoded(content: bytes, name: str = "a.bin", end: str = "end\r\n", zero: str = "`") -> bytes:
    lines = [
        binascii.b2a_uu(content[at : at + 45], backtick=zero == "`").rstrip(b"\n")
        for at in range(0, len(content), 45)
    ]
    return b"\r\n".join([f"begin 644 {name}".encode(), *lines, zero.encode(), end.encode()])


def yencoded(content: bytes, name: str = "a.bin") -> bytes:
    body = b"".join(
        b"=" + bytes(((byte + 106) % 256,))
        if (byte + 42) % 256 in b"\0\n\r="
        else bytes(((byte + 42) % 256,))
        for byte in content
    )
    return (
        f"=ybegin line=128 size={len(content)} name={name}\r\n".encode()
        + body
        + f"\r\n=yend size={len(content)}\r\n".encode()
    )


_B64 = base64.b64encode(RU.encode())

CASES: list[Case] = [
    case("base64", _encoded("base64", b64(RU.encode())), text=RU),
    case("base64 in upper case", _encoded("BASE64", b64(RU.encode())), text=RU),
    case("base64 with a semicolon", _encoded("base64;", b64(RU.encode())), text=RU),
    case("base64 in quotes", _encoded('"base64"', b64(RU.encode())), text=RU),
    case("base64 with a comment", _encoded("base64 (really)", b64(RU.encode())), text=RU),
    case("base64 in one line", _encoded("base64", base64.b64encode(RU.encode() * 50)), text=RU * 50),
    case("base64 without padding", _encoded("base64", base64.b64encode(b"Hello there").rstrip(b"=")), text="Hello there"),
    case("base64 with a blank line in the middle", _encoded("base64", _B64[:20] + b"\r\n\r\n" + _B64[20:]), text=RU),
    case("base64 with spaces before each line", _encoded("base64", b"  " + b64(RU.encode() * 3).replace(b"\r\n", b"\r\n  ")), text=RU * 3),
    case("base64 with quote marks", _encoded("base64", b"> " + _B64), text=RU),
    case("base64 in pieces, each padded", _encoded("base64", b64("Привет, ".encode()) + b64("мир!".encode())), text="Привет, мир!"),
    case("base64 with a footer behind", _encoded("base64", b64(RU.encode()) + b"\r\n-- \r\nSent through a list, see http://x.example/\r\n"), has=RU),
    case("base64 cut in the middle", _encoded("base64", _B64[:41]), has=RU[:15]),
    case("base64 with an exclamation mark each line", _encoded("base64", b64(RU.encode() * 5).replace(b"\r\n", b"!\r\n")), text=RU * 5),
    case("base64 of nothing", _encoded("base64", b""), text=""),
    case("base64 of a padding alone", _encoded("base64", b"===="), text=""),
    case("base64 of a text with a mark", _encoded("base64", b64(b"\xef\xbb\xbf" + RU.encode())), text=RU),
    case("base64 of a carriage return text", _encoded("base64", b64(b"one\rtwo\rthree")), text="one\ntwo\nthree"),
    case("base64 twice", _encoded("base64", b64(b64(RU.encode() * 4))), text=RU * 4),
    case("base64 over quoted-printable", _encoded("base64", b64(qp(RU.encode()))), text=RU),
    case("says base64, is text", _encoded("base64", "Hello, I have a question. Where is it?"), text="Hello, I have a question. Where is it?"),
    case("says base64, is Russian text", _encoded("base64", RU), text=RU),
    case("says base64, is one word", _encoded("base64", "Thanks!"), text="Thanks!"),
    case("says base64, is two words", _encoded("base64", "Thanks Ann"), text="Thanks Ann"),
    case("says base64, is quoted-printable", _encoded("base64", qp(RU.encode())), text=RU),
    case("says base64, is a page", mail("<html><body>Hello there</body></html>", "Content-Type: text/html", "Content-Transfer-Encoding: base64"), text="Hello there"),
    case("says nothing, is base64", mail(b64((RU * 5).encode()), "Content-Type: text/plain; charset=utf-8"), text=RU * 5),
    case("says 7bit, is base64", _encoded("7bit", b64((RU * 5).encode())), text=RU * 5),
    case("says 7bit, is base64 of koi8-r", _encoded("7bit", b64((RU * 5).encode("koi8-r")), "koi8-r"), text=RU * 5),
    case("says 7bit, is a base64 page", mail(b64(f"<html><p>{RU * 4}</p></html>".encode()), "Content-Type: text/html; charset=utf-8"), text=RU * 4, html_has="<p>"),
    case("says nothing, is quoted-printable", mail(qp(RU.encode()), "Content-Type: text/plain; charset=utf-8"), text=RU),
    case("says 7bit, is quoted-printable koi8-r", _encoded("7bit", qp(RU.encode("koi8-r")), "koi8-r"), text=RU),
    case("says 8bit, is quoted-printable page", mail(qp(f'<html><p class="a">{RU}</p></html>'.encode()), "Content-Type: text/html; charset=utf-8", "Content-Transfer-Encoding: 8bit"), text=RU),
    case("a text about quoted-printable stays", mail("Use =3D for = and =20 for a space."), text="Use =3D for = and =20 for a space."),
    case("says 7bit, is 8bit", _encoded("7bit", RU), text=RU),
    case("says 7bit, is 8bit koi8", _encoded("7bit", RU.encode("koi8-r"), "koi8-r"), text=RU),
    case("says 8bit, is 7bit", _encoded("8bit", "plain"), text="plain"),
    case("binary", _encoded("binary", RU), text=RU),
    case("quoted-printable", _encoded("quoted-printable", qp(RU.encode())), text=RU),
    case("quoted-printable in lower case", _encoded("quoted-printable", qp(RU.encode()).lower()), text=RU),
    case("quoted-printable with raw 8-bit", _encoded("quoted-printable", RU), text=RU),
    case("quoted-printable, soft breaks with spaces behind", _encoded("quoted-printable", b"one =  \r\ntwo=\t\r\nthree"), text="one twothree"),
    case("quoted-printable, soft break at the end", _encoded("quoted-printable", b"one=\r\n"), text="one"),
    case("quoted-printable, equals sign at the end", _encoded("quoted-printable", b"one="), has="one"),
    case("quoted-printable, an equals sign that is one", _encoded("quoted-printable", b"a = b, c=d, e=XX, f=4"), text="a = b, c=d, e=XX, f=4"),
    case("quoted-printable, a code cut by a line end", _encoded("quoted-printable", b"caf=C3=\r\n=A9"), text="café"),
    case("quoted-printable, a code cut inside by a soft break", _encoded("quoted-printable", b"caf=C3=A=\r\n9 ok"), has="caf"),
    case("quoted-printable, line feeds", _encoded("quoted-printable", b"one=\ntwo\nthree"), text="onetwo\nthree"),
    case("quoted-printable, carriage returns encoded", _encoded("quoted-printable", b"one=0D=0Atwo"), text="one\ntwo"),
    case("quoted-printable, carriage returns alone", mail(b"one=\rtwo\rthree=C3=A9", "Content-Type: text/plain; charset=utf-8", "Content-Transfer-Encoding: quoted-printable", eol=b"\r"), text="onetwo\nthreeé"),
    case("quoted-printable, spaces at line ends", _encoded("quoted-printable", b"one   \r\ntwo=20\r\nthree"), text="one   \ntwo \nthree"),
    case("quoted-printable, a very long line", _encoded("quoted-printable", b"a" * 5000 + b"=C3=A9"), text="a" * 5000 + "é"),
    case("quoted-printable twice", _encoded("quoted-printable", qp(qp(RU.encode()))), text=RU),
    case("quoted-printable, underscores stay", _encoded("quoted-printable", b"a_b=5Fc"), text="a_b_c"),
    case("quoted-printable, dots at line starts", _encoded("quoted-printable", b"=2E\r\n.x"), text=".\n.x"),
    case("encoding unknown", _encoded("x-gzip64", "Hello there"), text="Hello there", defect="unknown transfer encoding"),
    case("encoding is a charset", _encoded("utf-8", RU), text=RU),
    case("encoding empty", _encoded("", RU), text=RU),
    case("encoding twice, the same", mail(b64(RU.encode()), "Content-Type: text/plain; charset=utf-8", "Content-Transfer-Encoding: base64", "Content-Transfer-Encoding: base64"), text=RU),
    case("encoding twice, the first is wrong", mail(b64((RU * 3).encode()), "Content-Type: text/plain; charset=utf-8", "Content-Transfer-Encoding: 7bit", "Content-Transfer-Encoding: base64"), text=RU * 3),
    case("encoding twice, the second is wrong", mail(b64((RU * 3).encode()), "Content-Type: text/plain; charset=utf-8", "Content-Transfer-Encoding: base64", "Content-Transfer-Encoding: 8bit"), text=RU * 3),
    case("encoding in an encoded word", _encoded("=?us-ascii?Q?base64?=", b64(RU.encode())), text=RU),
    case("misspelt", _encoded("base 64", b64(RU.encode())), text=RU),
    case("misspelt quoted", _encoded("quoted printable", qp(RU.encode())), text=RU),
    case("misspelt quoted, short", _encoded("quoted-print", qp(RU.encode())), text=RU),
    case("the header of the encoding folded", mail(b64(RU.encode()), "Content-Type: text/plain; charset=utf-8", "Content-Transfer-Encoding:\r\n base64"), text=RU),
    case("file in base64", _sent(b64(DATA)), contents=[DATA], names=["a.bin"]),
    *(case(f"a tiny file {content.hex()}", _sent(b64(content)), contents=[content]) for content in (b"\0", b"\0\1", b"\0\1\2", b"u\xabZ", b"abc", b"\x9e\xcb\x1e", b"")),
    case("file in base64, line feeds", _sent(b64(DATA).replace(b"\r\n", b"\n")), contents=[DATA]),
    case("file in base64, lines of 1,000", _sent(base64.b64encode(DATA)), contents=[DATA]),
    case("file in base64, lines of odd lengths", _sent(b"\r\n".join(base64.b64encode(DATA)[at : at + 61] for at in range(0, 1024, 61))), contents=[DATA]),
    case("file in base64, rubbish behind", _sent(b64(DATA) + b"\r\n\r\n-- \r\nscanned by a virus checker\r\n"), contents=[DATA]),
    case("file in quoted-printable", _sent(binascii.b2a_qp(DATA, istext=False), "quoted-printable"), contents=[DATA]),
    case("file in binary", _sent(b"\x00\x01\r\n\xff--", "binary"), contents=[b"\x00\x01\r\n\xff--"]),
    case("file in 8bit with line ends", _sent(b"a\r\nb\r\n", "8bit"), contents=[b"a\r\nb\r\n"]),
    case("file in uuencode", _sent(uuencoded(DATA), "x-uuencode"), contents=[DATA]),
    case("file in uuencode, spaces for zero", _sent(uuencoded(DATA, zero=" "), "uuencode"), contents=[DATA]),
    case("file in uuencode without begin", _sent(uuencoded(DATA).split(b"\r\n", 1)[1], "x-uuencode"), contents=[DATA]),
    case("file in uuencode, says base64", _sent(uuencoded(DATA)), contents=[DATA]),
    case("text in uuencode", _encoded("x-uuencode", uuencoded(RU.encode(), "x.txt")), text=RU),
    case("uuencode inside of a text", mail(b"Before.\r\n" + uuencoded(DATA) + b"After.\r\n"), text="Before.\nAfter.", names=["a.bin"], contents=[DATA]),
    case("uuencode, two files", mail(b"Hi\r\n" + uuencoded(b"one", "1.txt") + uuencoded(b"two", "2.txt")), text="Hi", names=["1.txt", "2.txt"], contents=[b"one", b"two"]),
    case("uuencode, name with spaces", mail(b"Hi\r\n" + uuencoded(DATA, "my file.doc")), names=["my file.doc"], contents=[DATA]),
    case("uuencode, Russian name", mail(b"Hi\r\n" + uuencoded(DATA, "X").replace(b"X", "Договор.doc".encode("cp1251"), 1)), names=["Договор.doc"]),
    case("uuencode, spaces at line ends lost", mail(b"Hi\r\n" + uuencoded(b"\0" * 90 + b"x", zero=" ").replace(b" \r\n", b"\r\n")), contents=[b"\0" * 90 + b"x"]),
    case("uuencode without an end", mail(b"Hi\r\n" + uuencoded(DATA, end="")), contents=[DATA]),
    case("uuencode, base64 kind", mail(b"Hi\r\nbegin-base64 644 a.bin\r\n" + b64(DATA) + b"====\r\nBye"), text="Hi\nBye", contents=[DATA]),
    case("uuencode, damaged stays in the text", mail(b"Hi\r\nbegin 644 a.bin\r\nthis is no uuencode at all, only words\r\nend\r\nBye"), has=("Hi", "only words", "Bye"), names=[]),
    case("words that look like a start", mail("begin 644 times\r\nand go on\r\nas before"), text="begin 644 times\nand go on\nas before"),
    case("uuencode of nothing", mail(b"Hi\r\nbegin 644 empty.txt\r\n`\r\nend\r\n"), text="Hi", names=["empty.txt"], contents=[b""]),
    case("yEnc inside of a text", mail(b"Before.\r\n" + yencoded(DATA) + b"After."), has=("Before.", "After."), names=["a.bin"], contents=[DATA]),
    case("BinHex is kept as a file", multi(plain("one"), part("(This file must be converted with BinHex 4.0)\r\n:$f*TEQKPH#e:", "Content-Type: application/mac-binhex40; name=a.hqx")), names=["a.hqx"], types=["application/mac-binhex40"]),
    case("flowed", mail("This is a \r\nlong line.\r\n> quoted \r\n> words\r\n", "Content-Type: text/plain; format=flowed"), text="This is a long line.\n> quoted words"),
    case("flowed, DelSp", mail("日本 \r\n語です", "Content-Type: text/plain; charset=utf-8; format=flowed; delsp=yes"), text="日本語です"),
    case("flowed, upper case", mail("This is a \r\nlong line.", 'Content-Type: text/plain; FORMAT="Flowed"; DELSP=NO'), text="This is a long line."),
    case("flowed, stuffed", mail(" >not quoted\r\n From me", "Content-Type: text/plain; format=flowed"), text=">not quoted\nFrom me"),
    case("flowed, signature", mail("Hi \r\n-- \r\nAnn", "Content-Type: text/plain; format=flowed"), text="Hi\n-- \nAnn"),
    case("flowed, depth changes", mail(">> a \r\n> b\r\nc", "Content-Type: text/plain; format=flowed"), text=">> a\n> b\nc"),
    case("flowed in quoted-printable", mail(b"caf=C3=A9 =\r\n\r\nis open", "Content-Type: text/plain; charset=utf-8; format=flowed", "Content-Transfer-Encoding: quoted-printable"), has="is open"),
    case("flowed is fixed", mail("This is a \r\nlong line.", "Content-Type: text/plain; format=fixed"), text="This is a \nlong line."),
    case("encoding of the whole in a multipart", mail(joined(part(b64(RU.encode()), "Content-Type: text/plain; charset=utf-8", "Content-Transfer-Encoding: base64")), "Content-Type: multipart/mixed; boundary=b", "Content-Transfer-Encoding: base64"), text=RU),
    case("page in base64 and koi8-r", mail(b64(f"<p>{RU}</p>".encode("koi8-r")), "Content-Type: text/html; charset=koi8-r", "Content-Transfer-Encoding: base64"), text=RU),
    case("page in quoted-printable, tags cut by soft breaks", mail(b"<p>one</p=\r\n><p st=\r\nyle=3D\"x\">two</p>", "Content-Type: text/html", "Content-Transfer-Encoding: quoted-printable"), text="one\n\ntwo"),
    case("page with uuencode in it stays", multi(page("<p>begin 644 x</p>")), has="begin 644 x"),
    case("a text file in base64 keeps its line ends", multi(plain("one"), file(b"a\r\nb\n", "a.txt", "text/plain")), contents=[b"a\r\nb\n"]),
    case("a text file without an encoding keeps its bytes", multi(plain("one"), part(b"caf\xe9\r\n", "Content-Type: text/plain; charset=iso-8859-1", "Content-Disposition: attachment; filename=a.txt")), contents=[b"caf\xe9\r\n"]),
]  # fmt: skip
