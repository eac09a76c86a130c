"""Automatic mail of rare systems and languages, and letters of people who use the same words."""

from mail_ingest.parse import parse_mail

ANSWER = "In-Reply-To: <out.7@orbit.example>"

# header line, subject, text
PROGRAMS = (
    *(
        (ANSWER, subject, "text")
        for subject in (
            "תגובה אוטומטית: מנורה",
            "Frånvaro: Lampa",
            "Нет на работе: Лампа",
            "Out of the office until May 20",
            "Re: Lamp (out of office)",
            "Your message to ann@customer.example: Automatic Reply",
            "ann@customer.example autoreply",
            "Talebiniz alındı",
            "お問い合わせありがとうございます",
            "您的邮件已收到",
        )
    ),
    *(
        (header, "Lamp", "text")
        for header in (
            "X-Tower-Auto-Reply: 1",
            "X-Deskly-AutoResponder: true",
            "X-Precedence: bulk",
            "X-Jira-FingerPrint: 1a2b",
            "X-Redmine-Project: lamps",
            "X-Campaign-Id: 12",
        )
    ),
    *(
        (ANSWER, "Re: Lamp", note)
        for note in (
            "Děkuji za zprávu. Do 20. května jsem na dovolené. V naléhavých případech kontaktujte Otto.",
            "Tack för ditt mail. Jag är på semester och är tillbaka den 20 maj. Vid brådskande ärenden kontakta Otto.",
            "Kiitos viestistäsi. Olen lomalla 20.5. asti. Kiireellisissä asioissa ota yhteyttä Ottoon.",
            "Köszönöm levelét. Május 20-ig szabadságon vagyok. Sürgős esetben keresse Ottót.",
            "Vă mulțumesc pentru mesaj. Sunt în concediu până pe 20 mai. Pentru urgențe contactați-l pe Otto.",
            "Благодаря за съобщението. В отпуск съм до 20 май. При спешност се обърнете към Ото.",
            "Mesajınız için teşekkürler. 20 Mayıs tarihine kadar yıllık izindeyim. Acil durumlarda Otto'yu arayın.",
            "Ευχαριστώ για το μήνυμά σας. Βρίσκομαι εκτός γραφείου έως 20 Μαΐου. Για επείγοντα επικοινωνήστε με τον Όττο.",
            "תודה על פנייתך. אני בחופשה עד 20 במאי. בנושאים דחופים ניתן לפנות לאוטו.",
            "شكرا على رسالتك. أنا خارج المكتب حتى 20 مايو. للأمور العاجلة يرجى التواصل مع أوتو.",
            "Cảm ơn bạn đã gửi thư. Tôi đang nghỉ phép đến ngày 20/5. Việc khẩn cấp xin liên hệ Otto.",
            "Ann Weiss is no longer with Lumen. Please contact info@customer.example. Your email will not be forwarded.",
            "I will be out of the office starting 05/12/2026 and will not return until 05/20/2026.",
        )
    ),
)

PEOPLE = (
    ("", "В отпуске", "Добрый день! Я сейчас в отпуске, доставьте лампу 20 мая. Спасибо"),
    ("", "Vacation message", "How do I set up a vacation message in your product?"),
    ("", "Ausente", "El técnico estuvo ausente. ¿Cuándo viene?"),
    ("", "Absent : mon fils", "Mon fils sera absent lundi, pouvez-vous prévenir le professeur ?"),
    ("", "Booking (vacation)", "I want to book a flat. Is it free in May?"),
    ("", "On leave until June", "Please hold my delivery until June."),
    (ANSWER, "Re: Lamp - out of office hours", "Can I reach you out of office hours?"),
    (ANSWER, "Re: Lampa", "Hvala na poruci. Lampa radi. Na godišnjem odmoru sam bila bez struje."),
    (ANSWER, "Re: Lamp", "감사합니다. 휴가 중에 다시 고장났어요. 환불해 주세요."),
    ("X-Auto-Reply: no", "Lamp", "My lamp is dark."),
    ("", "문의", "램프가 고장났어요. 어떻게 하나요?"),
)


def _reason(letter: tuple[str, str, str]) -> str | None:
    header, subject, text = letter
    head = f"From: Ann <ann@customer.example>\nSubject: {subject}\nMessage-ID: <a@customer.example>\n"
    head += f"{header}\n" if header else ""
    return parse_mail(f"{head}Content-Type: text/plain; charset=utf-8\n\n{text}\n".encode()).automatic


def test_what_programs_write_in_many_languages_is_automatic() -> None:
    assert [letter for letter in PROGRAMS if _reason(letter) is None] == []


def test_people_who_write_of_absence_and_receipts_are_people() -> None:
    assert [(letter, reason) for letter in PEOPLE if (reason := _reason(letter))] == []
