"""Charsets that are named well, badly, wrongly or not at all."""

from __future__ import annotations

from tests.hostile.case import Case, case, mail, multi, part, qp

RU = "Здравствуйте! Не пришёл заказ, верните деньги."
UK = "Добрий день! Моє замовлення ще не надійшло, її чекає мій син."
BG = "Здравейте, не съм получил поръчката си."
PL = "Dzień dobry, proszę o zwrot pieniędzy, zażółć gęślą jaźń."
CS = "Dobrý den, prosím o vrácení peněz, objednávka nepřišla."
HU = "Jó napot, a rendelésem még nem érkezett meg, kérem a pénzt vissza, őrült idő."
DE = "Schöne Grüße, ich möchte mein Geld zurück, bitte prüfen."
FR = "Bonjour, j'ai été débité deux fois, où est passé mon colis ?"
EURO = "Das kostet 12 € – „wirklich“ zu viel…"
TR = "Merhaba, siparişim gelmedi, lütfen parayı iade edin, ışık söndü."
EL = "Καλημέρα σας, δεν έχω λάβει ακόμη την παραγγελία μου."
HE = "שלום, ההזמנה שלי עדיין לא הגיעה, אנא בדקו."
AR = "مرحبا، لم يصل طلبي بعد، أرجو التحقق من ذلك."
LT = "Laba diena, mano užsakymas dar neatvyko, prašau patikrinti, kodėl taip ilgai užtrunka. Ačiū."
LV = "Labdien, mans pasūtījums vēl nav saņemts, lūdzu pārbaudiet."
TH = "สวัสดีครับ สินค้ายังไม่มาถึง กรุณาตรวจสอบ"
VI = "Xin chào, đơn hàng của tôi chưa đến."
JA = "商品がまだ届きません。確認してください。"
ZH = "您好，我的订单还没有收到，请帮忙查询。"
TW = "您好，我的訂單還沒有收到，請幫忙查詢。"
HK = "你好，我嘅訂單仲未收到，唔該查吓。"
KO = "주문한 상품이 아직 도착하지 않았습니다. 확인해 주세요."

# label, codec the text is really in, text
TRUE_LABELS = [
    ("koi8-r", "koi8-r", RU), ("KOI8-R", "koi8-r", RU), ("koi8-u", "koi8-u", UK), ("koi8-ru", "koi8-u", UK),
    ("windows-1251", "cp1251", RU), ("cp1251", "cp1251", UK), ("cp-1251", "cp1251", BG), ("Windows1251", "cp1251", RU),
    ("win-1251", "cp1251", RU), ("x-cp1251", "cp1251", RU), ("ansi-1251", "cp1251", RU), ("microsoft-cp1251", "cp1251", RU),
    ("windows-1250", "cp1250", CS), ("x-cp1250", "cp1250", PL), ("windows-1252", "cp1252", EURO), ("cp1252", "cp1252", FR),
    ("windows-1253", "cp1253", EL), ("windows-1254", "cp1254", TR), ("windows-1255", "cp1255", HE),
    ("windows-1256", "cp1256", AR), ("windows-1257", "cp1257", LT),
    ("iso-8859-1", "iso8859-1", DE), ("ISO_8859-1", "iso8859-1", FR), ("ISO_8859-1:1987", "iso8859-1", DE),
    ("iso8859-1", "iso8859-1", DE), ("latin1", "iso8859-1", DE), ("latin-1", "iso8859-1", FR), ("8859_1", "iso8859-1", DE),
    ("iso-8859-2", "iso8859-2", PL), ("ISO_8859-2:1987", "iso8859-2", HU), ("latin2", "iso8859-2", CS),
    ("iso-8859-3", "iso8859-3", "Bonġu, l-ordni tiegħi għadha ma waslitx"), ("iso-8859-4", "iso8859-4", LV),
    ("iso-8859-5", "iso8859-5", RU), ("iso-8859-6", "iso8859-6", AR), ("iso-8859-7", "iso8859-7", EL),
    ("iso-8859-8", "iso8859-8", HE), ("iso-8859-8-i", "iso8859-8", HE), ("ISO-8859-8-E", "iso8859-8", HE),
    ("iso-8859-9", "iso8859-9", TR), ("iso-8859-10", "iso8859-10", "Áðan þakkaði ég, ŋ og đ"),
    ("iso-8859-13", "iso8859-13", LT), ("iso-8859-14", "iso8859-14", "Ŵyth gwaith ŷd"), ("iso-8859-15", "iso8859-15", "12 € für Œuvre"),
    ("iso-8859-16", "iso8859-16", "Bună ziua, mulțumesc și așteptați"), ("latin9", "iso8859-15", "12 €, cœur"),
    ("tis-620", "tis-620", TH), ("windows-874", "cp874", TH), ("iso-8859-11", "iso8859-11", TH), ("viscii", "utf-8", VI),
    ("ibm866", "cp866", RU), ("cp866", "cp866", UK.replace("і", "i").replace("є", "е").replace("ї", "i").replace("Моe", "Мое")),
    ("cp437", "cp437", "é ü ñ"), ("cp850", "cp850", DE), ("cp852", "cp852", CS), ("ibm855", "cp855", RU), ("cp858", "cp858", DE + " 5 €"),
    ("x-mac-cyrillic", "mac-cyrillic", RU), ("x-mac-ukrainian", "mac-cyrillic", RU), ("macintosh", "mac-roman", DE),
    ("x-mac-roman", "mac-roman", FR), ("x-mac-ce", "mac-latin2", CS), ("x-mac-greek", "mac-greek", EL), ("x-mac-turkish", "mac-turkish", TR),
    ("gb2312", "gb2312", ZH), ("gb2312", "gb18030", "我的訂單€㐀 没有收到"), ("gbk", "gbk", ZH), ("gb18030", "gb18030", ZH + "㐀"),
    ("x-gbk", "gbk", ZH), ("cp936", "gbk", ZH), ("GB_2312-80", "gb2312", ZH), ("hz-gb-2312", "hz", ZH),
    ("big5", "big5", TW), ("big5-hkscs", "big5hkscs", HK), ("x-x-big5", "big5", TW), ("cp950", "cp950", TW), ("big5-eten", "big5", TW),
    ("euc-tw", "utf-8", TW),
    ("iso-2022-jp", "iso2022_jp", JA), ("ISO-2022-JP", "iso2022_jp_ext", "半角ｶﾀｶﾅ" + JA), ("iso-2022-jp-ms", "iso2022_jp", JA),
    ("iso-2022-jp-2", "iso2022_jp_2", JA), ("iso-2022-jp-3", "iso2022_jp_3", JA), ("iso-2022-jp-2004", "iso2022_jp_2004", JA),
    ("cp50220", "iso2022_jp", JA), ("shift_jis", "shift_jis", JA), ("Shift-JIS", "cp932", "①番の㈱商品" + JA),
    ("x-sjis", "cp932", JA), ("sjis", "cp932", JA), ("cp932", "cp932", "髙橋①" + JA), ("windows-31j", "cp932", JA),
    ("shift_jisx0213", "shift_jisx0213", JA), ("euc-jp", "euc_jp", JA), ("x-euc-jp", "euc_jp", JA), ("eucJP-ms", "euc_jp", JA),
    ("euc-kr", "euc_kr", KO), ("cp949", "cp949", KO + " 똠방각하"), ("ks_c_5601-1987", "cp949", KO), ("KSC5601", "cp949", KO),
    ("iso-2022-kr", "iso2022_kr", KO), ("johab", "johab", KO), ("x-windows-949", "cp949", KO),
    ("utf-7", "utf-7", RU), ("UNICODE-1-1-UTF-7", "utf-7", RU), ("x-unicode-2-0-utf-7", "utf-7", RU),
    ("utf-8", "utf-8", RU), ("utf8", "utf-8", RU), ("UTF8", "utf-8", JA), ("utf_8", "utf-8", RU), ("utf-8;", "utf-8", RU),
    ("unicode-1-1-utf-8", "utf-8", RU), ("utf-8-sig", "utf-8-sig", RU), ("utf8mb4", "utf-8", "ok 😀"), ("cp65001", "utf-8", RU),
    ("utf-16", "utf-16", RU), ("utf-16le", "utf-16-le", RU), ("utf-16be", "utf-16-be", RU), ("utf-16", "utf-16-be", DE),
    ("utf-32", "utf-32", RU), ("utf-32le", "utf-32-le", RU), ("ucs-2", "utf-16-be", RU), ("koi8-t", "utf-8", RU),
    ("kz-1048", "kz1048", "Тапсырыс келмеді, әңгіме қысқа ғой"), ("ptcp154", "ptcp154", RU), ("koi-8", "koi8-r", RU),
    ("armscii-8", "utf-8", "Բարեւ"), ("iso-ir-111", "koi8-r", RU), ("cp1125", "cp1125", UK.replace("і", "и")), ("ecma-cyrillic", "koi8-r", RU),
]  # fmt: skip

# What the mail claims, what it is in, text.
LIES = [
    ("utf-8", "cp1251", RU), ("utf-8", "koi8-r", RU), ("utf-8", "cp1252", DE), ("utf-8", "shift_jis", JA), ("utf-8", "gb18030", ZH),
    ("utf-8", "big5", TW), ("utf-8", "euc_kr", KO), ("utf-8", "iso8859-2", PL), ("utf-8", "cp1253", EL), ("utf-8", "cp1255", HE),
    ("utf-8", "cp1256", AR), ("utf-8", "utf-16", RU), ("us-ascii", "utf-8", RU), ("us-ascii", "cp1251", RU), ("us-ascii", "koi8-r", RU),
    ("us-ascii", "cp1252", FR), ("us-ascii", "iso2022_jp", JA), ("iso-8859-1", "cp1251", RU), ("iso-8859-1", "koi8-r", RU),
    ("iso-8859-1", "cp1252", EURO), ("iso-8859-1", "utf-8", RU), ("iso-8859-1", "gb18030", ZH), ("iso-8859-1", "cp1253", EL),
    ("iso-8859-1", "cp1255", HE), ("iso-8859-1", "cp1256", AR), ("iso-8859-1", "cp1254", TR), ("iso-8859-1", "cp1257", LT),
    ("windows-1252", "cp1251", RU), ("windows-1252", "utf-8", EURO), ("koi8-r", "cp1251", RU), ("koi8-r", "utf-8", RU),
    ("koi8-r", "cp866", RU), ("windows-1251", "koi8-r", RU), ("windows-1251", "utf-8", RU), ("windows-1251", "cp866", RU),
    ("windows-1251", "iso8859-5", RU), ("iso-8859-5", "cp1251", RU), ("cp866", "cp1251", RU), ("iso-8859-2", "cp1250", CS),
    ("windows-1250", "utf-8", PL), ("gb2312", "utf-8", ZH), ("gb2312", "big5", TW), ("big5", "gb18030", ZH), ("shift_jis", "utf-8", JA),
    ("shift_jis", "euc_jp", JA), ("iso-2022-jp", "shift_jis", JA), ("iso-2022-jp", "utf-8", JA), ("iso-2022-jp", "euc_jp", JA),
    ("euc-jp", "shift_jis", JA), ("euc-kr", "utf-8", KO), ("utf-7", "utf-8", RU), ("utf-16", "utf-8", RU), ("utf-16", "cp1251", RU),
    ("utf-16le", "ascii", "Where is my order? It is late."), ("utf-32", "ascii", "Where is my order? It is late."),
    ("hz-gb-2312", "gb18030", ZH), ("utf-7", "cp1251", RU),
]  # fmt: skip
UNKNOWN = ["", "unknown-8bit", "x-unknown", "default", "_autodetect", "8bit", "binary", "iso-8859-99", "x-user-defined", "none", "DEFAULT_CHARSET", "utf-9", "%CHARSET%"]  # fmt: skip
UNDECLARED = [
    ("cp1251", RU), ("koi8-r", RU), ("cp866", RU), ("cp1251", UK), ("koi8-u", UK), ("cp1252", DE), ("cp1252", FR), ("iso8859-2", PL),
    ("cp1250", CS), ("cp1253", EL), ("cp1255", HE), ("cp1256", AR), ("shift_jis", JA), ("euc_jp", JA), ("gb18030", ZH), ("big5", TW),
    ("euc_kr", KO), ("utf-8", RU), ("utf-16", RU), ("iso2022_jp", JA),
]  # fmt: skip


def _labelled(label: str, codec: str, text: str) -> bytes:
    return mail(text.encode(codec), f'Content-Type: text/plain; charset="{label}"' if label else "X-None: 1")


def _spelled(parameter: str, text: str = RU, codec: str = "cp1251") -> bytes:
    return mail(text.encode(codec), f"Content-Type: text/plain; {parameter}")


CASES: list[Case] = [
    *(case(f"{label} is {codec}: {text[:8]}", _labelled(label, codec, text), text=text) for label, codec, text in TRUE_LABELS),
    *(case(f"says {label}, is {codec}", _labelled(label, codec, text), text=text) for label, codec, text in LIES),
    *(case(f"unknown label {label!r}", _labelled(label, "cp1251", RU), text=RU) for label in UNKNOWN),
    *(case(f"no label, {codec}: {text[:8]}", mail(text.encode(codec)), text=text) for codec, text in UNDECLARED),
    case("quoted with spaces", _spelled('charset=" windows-1251 "'), text=RU),
    case("single quotes", _spelled("charset='windows-1251'"), text=RU),
    case("a comment behind it", _spelled("charset=windows-1251 (Cyrillic)"), text=RU),
    case("a comment before it", _spelled("(x) charset=windows-1251"), text=RU),
    case("spaces around the sign", _spelled("charset = windows-1251"), text=RU),
    case("said twice", _spelled("charset=windows-1251; charset=utf-8"), text=RU),
    case("said twice, the second is true", _spelled("charset=utf-8; charset=koi8-r", codec="koi8-r"), text=RU),
    case("a prefix inside", _spelled("charset=charset=windows-1251"), text=RU),
    case("an upper-case name", _spelled("CHARSET=WINDOWS-1251"), text=RU),
    case("no quote at the end", _spelled('charset="windows-1251'), text=RU),
    case("no quote at the start", _spelled('charset=windows-1251"'), text=RU),
    case("RFC 2231 form", _spelled("charset*=us-ascii'en'koi8-r", codec="koi8-r"), text=RU),
    case("RFC 2231 continued", _spelled("charset*0=koi8; charset*1=-r", codec="koi8-r"), text=RU),
    case("an encoded word as label", _spelled('charset="=?us-ascii?Q?koi8-r?="', codec="koi8-r"), text=RU),
    case("a semicolon missing", mail(RU.encode("koi8-r"), "Content-Type: text/plain charset=koi8-r"), text=RU),
    case("a colon instead", mail(RU.encode("koi8-r"), "Content-Type: text/plain; charset:koi8-r"), text=RU),
    case("folded before the value", mail(RU.encode("koi8-r"), "Content-Type: text/plain;\r\n\tcharset=\r\n koi8-r"), text=RU),
    case("only the charset", mail(RU.encode("koi8-r"), "Content-Type: charset=koi8-r"), text=RU),
    case("mojibake once", mail(RU.encode().decode("latin-1").encode(), "Content-Type: text/plain; charset=utf-8"), text=RU),
    case("mojibake of 1252", mail("„Grüße“ – 12 €".encode().decode("cp1252").encode(), "Content-Type: text/plain; charset=utf-8"), text="„Grüße“ – 12 €"),
    case("mojibake of 1251", mail("Привет, где заказ?".encode().decode("cp1251").encode(), "Content-Type: text/plain; charset=utf-8"), text="Привет, где заказ?"),
    case("looks a little like mojibake", mail("Ã© is what é becomes", "Content-Type: text/plain; charset=utf-8"), text="Ã© is what é becomes"),
    case("one broken byte in utf-8", mail(RU.encode() + b"\xff " + RU.encode(), "Content-Type: text/plain; charset=utf-8"), has=RU),
    case("cut inside of a letter", mail(RU.encode()[:-3], "Content-Type: text/plain; charset=utf-8"), has="верните деньг"),
    case("utf-8 and cp1251 in one text", mail((RU + "\n").encode() * 3 + "Привет из другого письма".encode("cp1251"), "Content-Type: text/plain; charset=utf-8"), has=RU),
    case("a byte order mark", mail(b"\xef\xbb\xbf" + RU.encode(), "Content-Type: text/plain; charset=utf-8"), text=RU),
    case("a byte order mark and a false label", mail(b"\xef\xbb\xbf" + RU.encode(), "Content-Type: text/plain; charset=koi8-r"), text=RU),
    *(case(f"only umlauts, {label or 'no label'}", _labelled(label, "cp1252", "ÄÖÜäöüß ÄÖÜäöüß"), text="ÄÖÜäöüß ÄÖÜäöüß") for label in ("", "iso-8859-1", "us-ascii")),
    *(case(f"only accents: {text}", mail(text.encode("cp1252")), text=text) for text in ("ÆØÅ æøå", "éèêë àâ", "ñÑáéíóú", "çãõÇÃÕ")),
    case("the mark of UTF-16 before ASCII", mail(b"\xff\xfeHello there", "Content-Type: text/plain"), text="Hello there"),
    case("Russian in UTF-16 with its mark, without a label", mail("Привет".encode("utf-16"), "Content-Type: text/plain"), text="Привет"),
    case("utf-16 in quoted-printable", mail(qp(RU.encode("utf-16")), "Content-Type: text/plain; charset=utf-16", "Content-Transfer-Encoding: quoted-printable"), text=RU),
    case("emoji as two halves", mail(b"ok \xed\xa0\xbd\xed\xb8\x80", "Content-Type: text/plain; charset=utf-8"), text="ok \U0001f600"),
    case("an overlong NUL", mail(b"a\xc0\x80b " + RU.encode(), "Content-Type: text/plain; charset=utf-8"), has=RU),
    case("C1 controls as Windows letters", mail("“smart” – it’s".encode("cp1252"), "Content-Type: text/plain; charset=iso-8859-1"), text="“smart” – it’s"),
    case("a no-break space in koi8", mail("Цена\u00a0100 рублей за штуку".encode("koi8-r"), "Content-Type: text/plain; charset=koi8-r"), text="Цена\u00a0100 рублей за штуку"),
    case("two parts, two charsets", multi(part(RU.encode("koi8-r"), "Content-Type: text/plain; charset=koi8-r"), part(UK.encode("cp1251"), "Content-Type: text/plain; charset=windows-1251")), text=RU + "\n\n" + UK),
    case("charset of the page itself", mail(f'<html><head><meta charset="koi8-r"></head><p>{RU}</p>'.encode("koi8-r"), "Content-Type: text/html"), text=RU),
    case("charset of the page in http-equiv", mail(f'<meta http-equiv="Content-Type" content="text/html; charset=windows-1251"><p>{RU}</p>'.encode("cp1251"), "Content-Type: text/html"), text=RU),
    case("the page lies, the header does not", mail(f'<meta charset="utf-8"><p>{RU}</p>'.encode("cp1251"), "Content-Type: text/html; charset=windows-1251"), text=RU),
    case("an XML declaration", mail(f'<?xml version="1.0" encoding="koi8-r"?><html><p>{RU}</p></html>'.encode("koi8-r"), "Content-Type: text/html"), text=RU),
    case("escape codes in utf-8", mail("red \x1b[31malarm\x1b[0m " + RU, "Content-Type: text/plain; charset=utf-8"), has=RU),
    case("Japanese 7 bit, cut in the middle", mail(JA.encode("iso2022_jp")[:-4], "Content-Type: text/plain; charset=iso-2022-jp"), has="商品がまだ届きません"),
    case("Japanese 7 bit, escape lost at line ends", mail((JA + "\n" + JA).encode("iso2022_jp").replace(b"\x1b(B\n", b"\n"), "Content-Type: text/plain; charset=iso-2022-jp"), has="商品がまだ届きません"),
    case("Japanese 7 bit with Windows signs", mail(b"\x1b$B-!-j\x1b(B ok", "Content-Type: text/plain; charset=iso-2022-jp"), text="①㈱ ok"),
    case("Japanese 7 bit, half-width by SO", mail(b"\x1b(I6@66E\x1b(B ok", "Content-Type: text/plain; charset=iso-2022-jp"), text="ｶﾀｶｶﾅ ok"),
    case("short Chinese", mail("谢谢".encode("gb18030"), "Content-Type: text/plain; charset=gb2312"), text="谢谢"),
    case("short Japanese", mail("了解".encode("cp932"), "Content-Type: text/plain; charset=shift_jis"), text="了解"),
    case("short Korean", mail("네".encode("cp949"), "Content-Type: text/plain; charset=euc-kr"), text="네"),
    case("short Russian", mail("да".encode("koi8-r"), "Content-Type: text/plain; charset=koi8-r"), text="да"),
    case("short Russian in Windows", mail("ок, жду".encode("cp1251"), "Content-Type: text/plain; charset=windows-1251"), text="ок, жду"),
    case("Latin letters in a Cyrillic charset", mail("Grüße".encode(), "Content-Type: text/plain; charset=windows-1251"), text="Grüße"),
    case("Serbian Cyrillic", mail("Добар дан, поруџбина још није стигла, хвала љубазно.".encode("cp1251"), "Content-Type: text/plain; charset=windows-1251"), text="Добар дан, поруџбина још није стигла, хвала љубазно."),
    case("Belarusian", mail("Добры дзень, заказ яшчэ не прыйшоў, ў чым справа?".encode("cp1251"), "Content-Type: text/plain; charset=windows-1251"), text="Добры дзень, заказ яшчэ не прыйшоў, ў чым справа?"),
    case("Vietnamese with separate tone marks", mail(b"ca\xd2m \xf5n anh", "Content-Type: text/plain; charset=windows-1258"), text="cảm ơn anh"),
    *(case(f"Russian in {codec}", mail(RU.replace("ё", "е").encode(codec), f"Content-Type: text/plain; charset={codec}"), text=RU.replace("ё", "е")) for codec in ("gb2312", "shift_jis", "euc-jp", "euc-kr", "iso-2022-jp", "big5hkscs")),
    case("box drawing in koi8", mail("─│┌ Таблица возвратов ┐".encode("koi8-r"), "Content-Type: text/plain; charset=koi8-r"), text="─│┌ Таблица возвратов ┐"),
]  # fmt: skip
