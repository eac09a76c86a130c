"""Parts, files, names and charsets of letters as programs really send them, rules or no rules."""

# ruff: noqa: E501, RUF001 - letters stand here as they arrive, long lines, foreign letters and all

import base64
from urllib.parse import quote

from mail_ingest.parse import ParsedMail, parse_mail

HEAD = b"From: Ann <ann@customer.example>\nTo: help@orbit.example\nMIME-Version: 1.0\n"
RUSSIAN = "Добрый день! Лампа не горит, посмотрите, пожалуйста, файл."
POLISH = "Dzień dobry! Lampa nie świeci, proszę spojrzeć na załącznik."
GREEK = "Καλημέρα! Η λάμπα δεν ανάβει, δείτε το αρχείο."


def _with_file(
    disposition: bytes, text: str = "See the file.", charset: str = "utf-8", kind: bytes = b"application/pdf"
) -> ParsedMail:
    return parse_mail(
        HEAD + b"Subject: Lamp\nContent-Type: multipart/mixed; boundary=b1\n\n--b1\nContent-Type: text/plain"
        + (f"; charset={charset}" if charset else "").encode() + b"\nContent-Transfer-Encoding: 8bit\n\n"
        + text.encode(charset or "utf-8") + b"\n--b1\nContent-Type: " + kind + b"\nContent-Disposition: " + disposition
        + b"\nContent-Transfer-Encoding: base64\n\nQUJD\n--b1--\n"
    )  # fmt: skip


def test_raw_names_of_files_are_read_in_the_charset_of_the_letter() -> None:
    wrong = {}
    for name, text in (
        *(
            (name, RUSSIAN)
            for name in (
                "файл.txt",
                "ТЗ.doc",
                "КП.pdf",
                "чек.jpg",
                "Щука.png",
                "счёт № 5.pdf",
                "Договор.docx",
                "акт сверки.xls",
            )
        ),
        *((name, POLISH) for name in ("gęś.pdf", "żółć.txt", "załącznik.doc")),
        *((name, GREEK) for name in ("Φωτο.jpg", "τιμή.pdf")),
        ("Grüße.pdf", "Guten Tag, die Lampe für unser Büro flackert."),
        ("קובץ.pdf", "שלום, המנורה לא עובדת"),
        ("ملف.pdf", "مرحبا، المصباح لا يعمل"),
        ("文件.txt", "您好，灯不亮了，请看附件。"),
        ("写真.jpg", "こんにちは。ランプがつきません。"),
        ("사진.jpg", "안녕하세요. 램프가 켜지지 않습니다."),
    ):
        codec = next(
            one
            for one in ("cp1252", "cp1250", "cp1251", "cp1253", "cp1255", "cp1256", "cp932", "gb18030")
            if _fits(one, name)
        )
        codec = "cp949" if name.startswith("사") else "gb18030" if name.startswith("文") else codec
        found = (
            _with_file(b'attachment; filename="' + name.encode(codec) + b'"', text).attachments[0].filename
        )
        if found != name:
            wrong[name, codec] = found
    assert wrong == {}


def _fits(codec: str, text: str) -> bool:
    try:
        text.encode(codec)
    except UnicodeEncodeError:
        return False
    return True


def test_raw_short_names_are_read_without_any_hint() -> None:
    wrong = {}
    for name in ("файл.txt", "чек.jpg", "эхо.mp3", "Щука.png", "фото.jpg", "Лампа.pdf", "акт.doc"):
        for charset in ("cp1251", "koi8-r"):
            found = (
                _with_file(b'attachment; filename="' + name.encode(charset) + b'"').attachments[0].filename
            )
            if found != name:
                wrong[name, charset] = found
    assert wrong == {}


def test_raw_short_subjects_are_read_without_any_hint() -> None:
    written = [
        (subject, charset)
        for subjects, charsets in (
            (("Файл", "Лампа", "Срочно!", "Re: Заказ", "Вопрос", "Іван"), ("cp1251", "koi8-u")),
            (("Müller", "Größe", "Été", "Señor Núñez", "São Paulo", "Ça va", "Äpfel", "öäü"), ("latin-1",)),
        )
        for subject in subjects
        for charset in charsets
    ]
    raw = {
        (text, charset): HEAD + b"Subject: " + text.encode(charset) + b"\n\nHello\n"
        for text, charset in written
    }
    read = {key: parse_mail(letter).subject for key, letter in raw.items()}
    assert {key: found for key, found in read.items() if found != key[0]} == {}


def test_the_text_s_own_charset_reads_the_subject_and_the_sender_s_name() -> None:
    wrong = {}
    for declared, codec in (
        ("windows-1251", "cp1251"),
        ("koi8-r", "koi8-r"),
        ("", "koi8-r"),
        ("", "cp1251"),
        ("utf-8", "cp1251"),
    ):
        text = RUSSIAN.encode("utf-8" if declared == "utf-8" else codec)
        kind = f"Content-Type: text/plain{'; charset=' + declared if declared else ''}\n\n".encode()
        mail = parse_mail(
            b"From: "
            + "Ия Шу".encode(codec)
            + b" <i@customer.example>\nSubject: "
            + "КП".encode(codec)
            + b"\n"
            + kind
            + text
        )
        if (mail.sender.name, mail.subject, mail.text) != ("Ия Шу", "КП", RUSSIAN):
            wrong[declared, codec] = (mail.sender.name, mail.subject, mail.text)
    assert wrong == {}


def test_names_of_files_in_every_notation() -> None:
    name = "Счёт за лампу.pdf"
    coded = base64.b64encode(name.encode()).decode()
    percent = quote(name)
    half = len(percent) // 2 - len(percent) // 2 % 3
    notations = {
        "extended": f"attachment; filename*=UTF-8''{percent}",
        "extended beside plain": f"attachment; filename=\"=?UTF-8?B?{coded}?=\"; filename*=UTF-8''{percent}",
        "continued": f"attachment; filename*0*=UTF-8''{percent[:half]};\n filename*1*={percent[half:]}",
        "encoded word in quotes": f'attachment; filename="=?UTF-8?B?{coded}?="',
        "encoded word bare": f"attachment; filename==?UTF-8?B?{coded}?=",
        "percent alone": f"attachment; filename*={percent}",
        "raw utf-8": f'attachment; filename="{name}"',
        "apple's two words": f'attachment; filename="=?utf-8?B?{base64.b64encode("Счёт за ".encode()).decode()}?=\n =?utf-8?B?{base64.b64encode("лампу.pdf".encode()).decode()}?="',
        "continued encoded words": f'attachment;\n filename*0="=?UTF-8?B?{coded[:20]}";\n filename*1="{coded[20:]}?="',
        "no semicolon": f"attachment filename*=UTF-8''{percent}",
    }
    found = {key: _with_file(value.encode()).attachments[0].filename for key, value in notations.items()}
    assert {key: read for key, read in found.items() if read != name} == {}


def _parts(*parts: str, kind: str = "mixed") -> ParsedMail:
    body = "".join(f"--b1\n{part}\n" for part in parts) + "--b1--\n"
    return parse_mail(HEAD + f"Subject: Lamp\nContent-Type: multipart/{kind}; boundary=b1\n\n{body}".encode())


def test_of_several_content_types_the_one_that_tells_the_parts_apart_counts() -> None:
    parts = "--b1\nContent-Type: text/plain\n\nHello\n--b1\nContent-Type: text/html\n\n<p>Hello</p>\n--b1--\n"
    several = 'Content-Type: multipart/alternative; boundary="b1"'
    for first, second in (
        ("Content-Type: text/plain", several),
        (several, "Content-Type: text/plain"),
        ("Content-Type: multipart/mixed; boundary=none", several),
    ):
        mail = parse_mail(HEAD + f"Subject: Lamp\n{first}\n{second}\n\n{parts}".encode())
        assert (mail.text, mail.html, mail.attachments) == ("Hello", "<p>Hello</p>", ())
        assert any("more than once" in defect for defect in mail.defects)
    plain = parse_mail(
        HEAD
        + b"Subject: Lamp\nContent-Type: text/plain\nContent-Type: text/plain; charset=koi8-r\n\n"
        + "Лампа".encode("koi8-r")
    )
    assert plain.text == "Лампа"
    first_wins = parse_mail(
        HEAD + b"Subject: Lamp\nContent-Type: text/plain\nContent-Type: text/html\n\nA <b>lamp</b>\n"
    )
    assert (first_wins.text, first_wins.html) == ("A <b>lamp</b>", None)


def test_parts_in_odd_orders_show_every_word_and_keep_every_file() -> None:
    apple = _parts(
        "Content-Type: text/plain\n\nFirst.",
        'Content-Type: image/png; name="a.png"\nContent-Disposition: inline; filename=a.png\nContent-Transfer-Encoding: base64\n\nQUJD',
        "Content-Type: text/plain\n\nSecond.",
    )
    assert (apple.text, [file.filename for file in apple.attachments]) == ("First.\n\nSecond.", ["a.png"])
    related = _parts(
        'Content-Type: multipart/alternative; boundary=b2\n\n--b2\nContent-Type: text/plain\n\nHello\n--b2\nContent-Type: text/html\n\n<p>Hello <img src="cid:x1"></p>\n--b2--',
        "Content-Type: image/png\nContent-ID: <x1>\nContent-Transfer-Encoding: base64\n\nQUJD",
        kind="related",
    )
    assert (related.text, related.attachments[0].inline) == ("Hello", True)
    html_only_then_footer = _parts(
        "Content-Type: text/html\n\n<p>Hello</p>", "Content-Type: text/plain\n\n_____\nA list's footer"
    )
    assert "Hello" in html_only_then_footer.text and "footer" in html_only_then_footer.text
    empty_plain = _parts(
        "Content-Type: text/plain\n\n", "Content-Type: text/html\n\n<p>Only here</p>", kind="alternative"
    )
    assert empty_plain.text == "Only here"
    only_a_file = _parts(
        'Content-Type: application/pdf; name="x.pdf"\nContent-Transfer-Encoding: base64\n\nQUJD'
    )
    assert (only_a_file.text, only_a_file.attachments[0].content) == ("", b"ABC")


def test_invitations_say_what_when_and_where() -> None:
    event = "BEGIN:VCALENDAR\nMETHOD:REQUEST\nBEGIN:VEVENT\nUID:1\nDTSTART:20261103T150000Z\nDTEND:20261103T160000Z\nSUMMARY:Лампа: встреча\nLOCATION:Room 5\nEND:VEVENT\nEND:VCALENDAR"
    for wrapped in (
        _parts(
            "Content-Type: text/plain\n\n",
            f"Content-Type: text/calendar; method=REQUEST; charset=utf-8\n\n{event}",
            kind="alternative",
        ),
        _parts(
            f'Content-Type: application/ics; name="invite.ics"\nContent-Disposition: attachment; filename=invite.ics\n\n{event}'
        ),
        _parts(f'Content-Type: application/octet-stream; name="invite.ics"\n\n{event}'),
    ):
        assert "Лампа: встреча" in wrapped.text and "Room 5" in wrapped.text and "2026" in wrapped.text
        assert wrapped.attachments[0].filename.endswith(".ics")


def test_letters_within_letters_are_shown_and_kept() -> None:
    inner = "From: Olga <olga@buyer.example>\nSubject: =?utf-8?B?0JvQsNC80L/QsA==?=\nContent-Type: text/html; charset=utf-8\n\n<p>Моя лампа</p>"
    twice = f"From: Otto <otto@buyer.example>\nSubject: outer\nContent-Type: message/rfc822\n\n{inner}"
    for letter in (inner, twice):
        mail = _parts("Content-Type: text/plain\n\nSee below.", f"Content-Type: message/rfc822\n\n{letter}")
        assert "See below." in mail.text and "Моя лампа" in mail.text and "olga@buyer.example" in mail.text
        assert mail.attachments[0].content_type == "message/rfc822" and mail.attachments[0].filename.endswith(
            ".eml"
        )
    digest = _parts(
        "\nFrom: a@b.example\nSubject: One\n\nFirst words",
        "\nFrom: c@d.example\nSubject: Two\n\nSecond words",
        kind="digest",
    )
    assert "First words" in digest.text and "Second words" in digest.text


def test_charsets_declared_wrongly_are_read_by_their_words() -> None:
    wrong = {}
    for declared, real, text in (
        ("iso-8859-1", "cp1251", RUSSIAN), ("us-ascii", "koi8-r", RUSSIAN), ("utf-8", "cp1251", RUSSIAN), ("koi8-r", "cp1251", RUSSIAN),
        ("windows-1251", "koi8-r", RUSSIAN), ("windows-1252", "utf-8", RUSSIAN), ("utf-8", "cp866", RUSSIAN), ("", "iso8859-5", RUSSIAN),
        ("utf-8", "cp1252", "Guten Tag, die Größe für unser Büro stimmt."), ("us-ascii", "utf-8", POLISH), ("iso-8859-1", "utf-8", GREEK),
        ("", "cp1253", GREEK), ("gb2312", "gb18030", "您好，灯不亮了，请看附件。謝謝"), ("x-unknown", "utf-8", RUSSIAN), ("cp-1251", "cp1251", RUSSIAN),
        ("win-1251", "cp1251", RUSSIAN), ("utf8", "utf-8", RUSSIAN), ("UTF-8;", "utf-8", RUSSIAN), ("unicode-1-1-utf-7", "utf-7", RUSSIAN),
        ("iso-8859-2", "cp1250", "Pana životopis, žádost: šťáva, ľan."), ("windows-1252", "cp1252", "“Été” – 50 €"), ("iso-8859-1", "cp1252", "“Été” – 50 €"),
    ):  # fmt: skip
        kind = f"Content-Type: text/plain{'; charset=' + declared if declared else ''}\nContent-Transfer-Encoding: 8bit\n\n"
        found = parse_mail(HEAD + b"Subject: Lamp\n" + kind.encode() + text.encode(real)).text
        if found != text:
            wrong[declared, real] = found
    assert wrong == {}


def test_addresses_as_programs_write_them() -> None:
    written = {
        "Ann <ann@customer.example>": ("Ann", "ann@customer.example"),
        '"Weiss, Ann" <ann@customer.example>': ("Weiss, Ann", "ann@customer.example"),
        "Weiss, Ann <ann@customer.example>": ("Weiss, Ann", "ann@customer.example"),
        "ann@customer.example (Ann Weiss)": ("Ann Weiss", "ann@customer.example"),
        "'Ann Weiss' <ann@customer.example>": ("Ann Weiss", "ann@customer.example"),
        '"Ann \\"Lamp\\" Weiss" <ann@customer.example>': ('Ann "Lamp" Weiss', "ann@customer.example"),
        "<ann@customer.example>": ("", "ann@customer.example"),
        "ANN@CUSTOMER.EXAMPLE": ("", "ann@customer.example"),
        "=?utf-8?Q?Ann_Wei=C3=9F?= <ann@customer.example>": ("Ann Weiß", "ann@customer.example"),
        '"=?utf-8?Q?Wei=C3=9F=2C_Ann?=" <ann@customer.example>': ("Weiß, Ann", "ann@customer.example"),
        '"=?koi8-r?B?4c7OwQ==?=" <ann@customer.example>': ("Анна", "ann@customer.example"),
        "Ann Weiss ann@customer.example": ("Ann Weiss", "ann@customer.example"),
        "Ann <mailto:ann@customer.example>": ("Ann", "ann@customer.example"),
        '"ann@customer.example" <ann@customer.example>': ("ann@customer.example", "ann@customer.example"),
        "Ann Weiss | Lumen <ann@customer.example>": ("Ann Weiss | Lumen", "ann@customer.example"),
        "Анна <ann@customer.example>": ("Анна", "ann@customer.example"),
    }
    read = {text: parse_mail(f"From: {text}\nSubject: x\n\ny\n".encode()).sender for text in written}
    assert {
        text: (one.name, one.email) for text, one in read.items() if (one.name, one.email) != written[text]
    } == {}
