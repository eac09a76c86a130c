"""Encoded words (RFC 2047) broken in all the usual ways, and raw 8-bit headers."""

from __future__ import annotations

import base64

from tests.hostile.case import Case, case, mail

RU = "Возврат денег за заказ"


def _b(text: str, codec: str = "utf-8") -> str:
    return base64.b64encode(text.encode(codec)).decode()


def _subject(value: str | bytes) -> bytes:
    return mail("x", b"Subject: " + (value.encode() if isinstance(value, str) else value))


RU_B, RU_K = _b(RU), _b(RU, "koi8-r")

# What the Subject header holds, and how it reads.
SUBJECTS: list[tuple[str, str | bytes, str]] = [
    ("plain", f"=?utf-8?B?{RU_B}?=", RU),
    ("lower-case everything", f"=?koi8-r?b?{RU_K}?=", RU),
    ("upper-case everything", f"=?KOI8-R?B?{RU_K}?=", RU),
    ("padding missing", f"=?utf-8?B?{_b('Привет!!').rstrip('=')}?=", "Привет!!"),
    ("too much padding", f"=?utf-8?B?{_b('Привет')}====?=", "Привет"),
    ("padding in the middle", f"=?utf-8?B?{_b('При')}{_b('вет!!')}?=", "Привет!!"),
    ("one letter too many", f"=?utf-8?B?{_b('Привет')}A?=", "Привет"),
    ("space inside base64", f"=?utf-8?B?{RU_B[:10]} {RU_B[10:]}?=", RU),
    ("folded inside of a word", f"=?utf-8?B?{RU_B[:12]}\r\n {RU_B[12:]}?=", RU),
    ("folded inside of a Q word", "=?utf-8?Q?=D0=9F=D1=80=D0=B8\r\n\t=D0=B2=D0=B5=D1=82?=", "При вет"),
    ("letter split over two words, base64", "=?utf-8?B?0J/RgNC40LLQtdGC0Q==?= =?utf-8?B?hQ==?=", "Приветх"),
    ("letter split over two words, Q", "=?utf-8?Q?=D0=9F=D1?=\r\n =?utf-8?Q?=80?=", "Пр"),
    ("letter split in Japanese", "=?shift_jis?B?ko2VtoKpgg==?= =?shift_jis?B?54LM?=", "注文からの"),
    ("Japanese, escape in each word", "=?iso-2022-jp?B?GyRCQ21KOBsoQg==?= =?iso-2022-jp?B?GyRCIzEbKEI=?=", "注文１"),
    ("Japanese, escape only in the first word", "=?iso-2022-jp?B?GyRCQ20=?= =?iso-2022-jp?B?SjgbKEI=?=", "注文"),
    ("spaces in a Q word", "=?utf-8?Q?really good =E2=82=AC?=", "really good €"),
    ("underscores", "=?utf-8?Q?a_b=5Fc?=", "a b_c"),
    ("question mark inside", "=?utf-8?Q?what??=", "what?"),
    ("question marks inside", "=?utf-8?Q?what?now??=", "what?now?"),
    ("lower-case hex", "=?utf-8?q?caf=c3=a9?=", "café"),
    ("a lone equals sign", "=?utf-8?Q?a=b = c=?=", "a=b = c="),
    ("raw 8-bit inside of a Q word", "=?utf-8?Q?Привет?=", "Привет"),
    ("raw koi8 inside of a Q word", b"=?koi8-r?Q?" + "Привет".encode("koi8-r") + b"?=", "Привет"),
    ("raw 8-bit inside of a B word", "=?utf-8?B?Привет?=", "Привет"),
    ("not base64 at all", "=?utf-8?B?Hello, world!?=", "Hello, world!"),
    ("says B, is Q", "=?utf-8?B?=D0=9F=D1=80=D0=B8=D0=B2=D0=B5=D1=82?=", "Привет"),
    ("says Q, is B", f"=?utf-8?Q?{RU_B}?=", RU),
    ("says Q, could be B", "=?utf-8?Q?ABCDabcd1234?=", "ABCDabcd1234"),
    ("says B, is text with one comma", "=?us-ascii?B?SGVsbG8s,IHdvcmxk?=", "Hello, world"),
    ("plus and minus beside a word in a utf-7 mail", "1+1- =?utf-8?Q?a?=", "1+1- a"),
    ("empty word", "=?utf-8?B??=", ""),
    ("empty words between others", "=?utf-8?Q?a?= =?utf-8?Q??= =?utf-8?Q?b?=", "ab"),
    ("end missing", f"=?utf-8?B?{RU_B}", RU),
    ("end missing, Q", "=?utf-8?Q?=D0=9F=D1=80", "Пр"),
    ("end cut in half", f"=?utf-8?B?{RU_B}?", RU),
    ("end cut in half, Q", "=?utf-8?Q?=D0=9F=D1=80?", "Пр"),
    ("no charset", f"=??B?{RU_B}?=", RU),
    ("no charset, Q", "=??Q?=D0=9F=D1=80=D0=B8?=", "При"),
    ("charset unknown", f"=?x-unknown?B?{RU_K}?=", RU),
    ("charset with language", f"=?utf-8*ru?B?{RU_B}?=", RU),
    ("charset with country", f"=?koi8-r*ru-RU?B?{RU_K}?=", RU),
    ("charset in quotes", f"=?\"utf-8\"?B?{RU_B}?=", RU),
    ("charset in apostrophes", f"=?'utf-8'?B?{RU_B}?=", RU),
    ("charset lies: us-ascii", f"=?us-ascii?B?{RU_B}?=", RU),
    ("charset lies: latin 1, is 1251", f"=?iso-8859-1?B?{_b(RU, 'cp1251')}?=", RU),
    ("charset lies: utf-8, is koi8", f"=?utf-8?B?{RU_K}?=", RU),
    ("charset with a space", f"=? utf-8 ?B?{RU_B}?=", RU),
    ("spaces around the encoding", f"=?utf-8? B ?{RU_B}?=", RU),
    ("no encoding letter that exists", "=?utf-8?X?abc?=", "=?utf-8?X?abc?="),
    ("neighbours in different charsets", f"=?koi8-r?B?{_b('Раз', 'koi8-r')}?= =?windows-1251?B?{_b('два', 'cp1251')}?=", "Раздва"),
    ("neighbours in different encodings", f"=?utf-8?B?{_b('Раз ')}?= =?utf-8?Q?=D0=B4=D0=B2=D0=B0?=", "Раз два"),
    ("split letter across encodings", "=?utf-8?B?0J/R?= =?utf-8?Q?=80?=", "Пр"),
    ("no space between words", f"=?utf-8?B?{_b('Раз ')}?==?utf-8?B?{_b('два')}?=", "Раз два"),
    ("many spaces between words", f"=?utf-8?B?{_b('Раз ')}?=\r\n    =?utf-8?B?{_b('два')}?=", "Раз два"),
    ("text before", f"Re:=?utf-8?B?{RU_B}?=", "Re:" + RU),
    ("text behind without a space", f"=?utf-8?B?{RU_B}?=[#42]", RU + "[#42]"),
    ("text between words", f"=?utf-8?B?{_b('Раз')}?= and =?utf-8?B?{_b('два')}?=", "Раз and два"),
    ("in quotation marks", f'"=?utf-8?B?{RU_B}?="', f'"{RU}"'),
    ("in brackets", f"(=?utf-8?B?{RU_B}?=)", f"({RU})"),
    ("a word inside of a word", f"=?utf-8?B?{_b(f'=?koi8-r?B?{RU_K}?=')}?=", RU),
    ("a tab as the space between", f"=?utf-8?B?{_b('Раз ')}?=\t=?utf-8?B?{_b('два')}?=", "Раз два"),
    ("a line break inside of the text", "=?utf-8?Q?one=0D=0ABcc:_x@y.example?=", "one Bcc: x@y.example"),
    ("NUL inside of the text", "=?utf-8?B?" + _b("a\0b") + "?=", "ab"),
    ("an escape code inside", "=?utf-8?Q?=1B[31mred?=", "\x1b[31mred"),
    ("one word of 600 letters", f"=?utf-8?B?{_b('ж' * 600)}?=", "ж" * 600),
    ("URL-safe base64", "=?utf-8?B?" + base64.urlsafe_b64encode("яя??>>".encode()).decode() + "?=", "яя??>>"),
    ("emoji cut between words", "=?utf-8?B?8J+Y?= =?utf-8?B?gA==?=", "😀"),
    ("gb2312 that is gbk", f"=?gb2312?B?{_b('訂單€镕', 'gb18030')}?=", "訂單€镕"),
    ("big5 in Q, special bytes", "=?big5?Q?=B3\\=A5i?=", "許可"),
    ("utf-7 word", "=?utf-7?Q?+BB8EQAQ4-?=", "При"),
    ("utf-16 word", f"=?utf-16?B?{_b('Привет', 'utf-16')}?=", "Привет"),
    ("unknown-8bit", f"=?unknown-8bit?B?{_b('Schöne Grüße', 'cp1252')}?=", "Schöne Grüße"),
    ("a stray start", "cheap =? not a word", "cheap =? not a word"),
    ("a stray end", "is it? yes?= no", "is it? yes?= no"),
    ("html entities stay", "Tom &amp; Jerry", "Tom &amp; Jerry"),
    ("HTTP form", "%D0%9F%D1%80", "%D0%9F%D1%80"),
    ("raw utf-8", RU, RU),
    ("raw koi8-r", RU.encode("koi8-r"), RU),
    ("raw cp1251", RU.encode("cp1251"), RU),
    ("raw cp866", RU.encode("cp866"), RU),
    ("raw iso-8859-5", RU.encode("iso8859-5"), RU),
    ("raw latin 1", "Rückgabe für Müller".encode("latin-1"), "Rückgabe für Müller"),
    ("raw gbk", "我的订单还没有收到".encode("gbk"), "我的订单还没有收到"),
    ("raw shift-jis", "商品がまだ届きません".encode("cp932"), "商品がまだ届きません"),
    ("raw euc-kr", "주문한 상품이 아직".encode("cp949"), "주문한 상품이 아직"),
    ("raw iso-2022-jp", "注文の件".encode("iso2022_jp"), "注文の件"),
    ("raw 8-bit beside a word", "Заказ ".encode("koi8-r") + f"=?koi8-r?B?{_b('отменён', 'koi8-r')}?=".encode(), "Заказ отменён"),
    ("mojibake", RU.encode().decode("cp1251"), RU),
    ("raw text folded", RU.encode("cp1251").replace(b" ", b"\r\n ", 1), RU),
    ("folded in the middle of a raw letter", RU.encode()[:15] + b"\r\n " + RU.encode()[15:], RU),
    ("only spaces", "   \t ", ""),
    ("a very long subject", "a" * 5000, "a" * 5000),
]  # fmt: skip


def _from(value: str | bytes) -> bytes:
    return mail("x", b"From: " + (value.encode() if isinstance(value, str) else value))


HOOVES = _b('«Рога» и "копыта"')
IVAN = _b("Иван Петров")
SENDERS: list[tuple[str, str | bytes, tuple[str, str]]] = [
    ("word in a name", f"=?utf-8?B?{IVAN}?= <i@x.example>", ("Иван Петров", "i@x.example")),
    ("word in quotation marks", f'"=?utf-8?B?{IVAN}?=" <i@x.example>', ("Иван Петров", "i@x.example")),
    ("word in apostrophes", f"'=?utf-8?B?{IVAN}?=' <i@x.example>", ("Иван Петров", "i@x.example")),
    ("word touching the bracket", f"=?utf-8?B?{IVAN}?=<i@x.example>", ("Иван Петров", "i@x.example")),
    ("a comma inside of the word", f"=?utf-8?B?{_b('Петров, Иван')}?= <i@x.example>", ("Петров, Иван", "i@x.example")),
    ("a comma inside of a Q word", "=?utf-8?Q?Doe,_John?= <j@x.example>", ("Doe, John", "j@x.example")),
    ("an address inside of the word", f"=?utf-8?B?{_b('boss@corp.example')}?= <i@x.example>", ("boss@corp.example", "i@x.example")),
    ("the whole header in one word", f"=?utf-8?B?{_b('Иван <i@x.example>')}?=", ("Иван", "i@x.example")),
    ("the address in a word", "=?utf-8?Q?i=40x.example?=", ("", "i@x.example")),
    ("the address in a word in brackets", "Ivan <=?utf-8?Q?i@x.example?=>", ("Ivan", "i@x.example")),
    ("word in a comment", f"i@x.example (=?utf-8?B?{IVAN}?=)", ("Иван Петров", "i@x.example")),
    ("two words, one name", f"=?utf-8?B?{_b('Иван ')}?= =?utf-8?B?{_b('Петров')}?= <i@x.example>", ("Иван Петров", "i@x.example")),
    ("quotation marks inside of the word", f"=?utf-8?B?{HOOVES}?= <i@x.example>", ("«Рога» и \"копыта\"", "i@x.example")),
    ("quoted word with a comma outside", f'"=?utf-8?B?{_b("Петров")}?=, Ivan" <i@x.example>', ("Петров, Ivan", "i@x.example")),
    ("koi8 raw", "Иван Петров".encode("koi8-r") + b" <i@x.example>", ("Иван Петров", "i@x.example")),
    ("cp1251 raw in quotes", b'"' + "Иван Петров".encode("cp1251") + b'" <i@x.example>', ("Иван Петров", "i@x.example")),
    ("word with spaces, unquoted", "=?utf-8?Q?John Q. Public?= <j@x.example>", ("John Q. Public", "j@x.example")),
    ("word of a broken charset", f"=?foo?B?{_b('Иван', 'cp1251')}?= <i@x.example>", ("Иван", "i@x.example")),
    ("line break in a name", "=?utf-8?Q?Ann=0D=0ABcc:_evil@x.example?= <a@x.example>", ("Ann Bcc: evil@x.example", "a@x.example")),
    ("short raw name", "Зоя".encode("cp1251") + b" <z@x.example>", ("Зоя", "z@x.example")),
    ("short raw name in koi8", "Олег".encode("koi8-r") + b" <z@x.example>", ("Олег", "z@x.example")),
    ("a name in Japanese with a backslash byte", "表示".encode("cp932") + b" <z@x.example>", ("表示", "z@x.example")),
]  # fmt: skip

CASES: list[Case] = [
    *(case(f"subject: {name}", _subject(value), subject=text) for name, value, text in SUBJECTS),
    *(case(f"sender: {name}", _from(value), sender=pair) for name, value, pair in SENDERS),
    case("raw subject in the charset of the text", mail("Привет, где заказ?".encode("koi8-r"), "Content-Type: text/plain; charset=koi8-r", b"Subject: " + "Да".encode("koi8-r")), subject="Да"),
    case("raw Latin 2 subject, declared in the text", mail("Zażółć".encode("iso8859-2"), "Content-Type: text/plain; charset=iso-8859-2", b"Subject: " + "Gęś".encode("iso8859-2")), subject="Gęś"),
    case("no subject at all", mail("x", "Subject:"), subject=""),
    case("two subjects", mail("x", "Subject: first") .replace(b"\r\n\r\n", b"\r\nSubject: second\r\n\r\n"), subject="first", defect="Subject"),
    case("an empty subject before a full one", mail("x", "Subject:").replace(b"\r\n\r\n", b"\r\nSubject: second\r\n\r\n"), subject="second"),
]  # fmt: skip
