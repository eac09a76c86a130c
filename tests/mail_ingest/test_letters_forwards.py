"""Letters passed on by customers and colleagues: what was passed on stays in sight and keeps its writer."""

# ruff: noqa: E501, RUF001 - letters stand here as they arrive, long lines, foreign letters and all

from mail_ingest.body import split_quoted
from mail_ingest.forward import passed_on
from mail_ingest.reader_letter import read_letter

NOTE = "Please answer her, she waits since Monday."
BODY = "Where is my parcel?\nIt was to come on Friday.\n\nOlga"

# name: subject, header of what is passed on
HEADERS = {
    "outlook": (
        "FW: My parcel",
        "From: Olga Petrova <olga@buyer.example>\nSent: Friday, November 20, 2026 9:30 AM\nTo: Nora Lind <nora@help.example>\nSubject: My parcel",
    ),
    "outlook, German": (
        "WG: Mein Paket",
        "Von: Olga Petrova <olga@buyer.example>\nGesendet: Freitag, 20. November 2026 09:30\nAn: Nora Lind <nora@help.example>\nBetreff: Mein Paket",
    ),
    "outlook, French": (
        "TR: Mon colis",
        "De : Olga Petrova <olga@buyer.example>\nEnvoyé : vendredi 20 novembre 2026 09:30\nÀ : Nora Lind <nora@help.example>\nObjet : Mon colis",
    ),
    "outlook, Spanish": (
        "RV: Mi paquete",
        "De: Olga Petrova <olga@buyer.example>\nEnviado el: viernes, 20 de noviembre de 2026 9:30\nPara: Nora Lind <nora@help.example>\nAsunto: Mi paquete",
    ),
    "outlook, Italian": (
        "I: Il mio pacco",
        "Da: Olga Petrova <olga@buyer.example>\nInviato: venerdì 20 novembre 2026 09:30\nA: Nora Lind <nora@help.example>\nOggetto: Il mio pacco",
    ),
    "outlook, Portuguese": (
        "ENC: Meu pacote",
        "De: Olga Petrova <olga@buyer.example>\nEnviada em: sexta-feira, 20 de novembro de 2026 09:30\nPara: Nora Lind <nora@help.example>\nAssunto: Meu pacote",
    ),
    "outlook, Dutch": (
        "FW: Mijn pakket",
        "Van: Olga Petrova <olga@buyer.example>\nVerzonden: vrijdag 20 november 2026 09:30\nAan: Nora Lind <nora@help.example>\nOnderwerp: Mijn pakket",
    ),
    "outlook, Polish": (
        "PD: Moja paczka",
        "Od: Olga Petrova <olga@buyer.example>\nWysłano: piątek, 20 listopada 2026 09:30\nDo: Nora Lind <nora@help.example>\nTemat: Moja paczka",
    ),
    "outlook, Russian": (
        "FW: Посылка",
        "От: Olga Petrova <olga@buyer.example>\nОтправлено: 20 ноября 2026 г. 9:30\nКому: Nora Lind <nora@help.example>\nТема: Посылка",
    ),
    "outlook, Ukrainian": (
        "FW: Посилка",
        "Від: Olga Petrova <olga@buyer.example>\nНадіслано: 20 листопада 2026 р. 9:30\nКому: Nora Lind <nora@help.example>\nТема: Посилка",
    ),
    "outlook on a phone": (
        "Fw: My parcel",
        "Get Outlook for iOS<https://aka.example/o0ukef>\n________________________________\nFrom: Olga Petrova <olga@buyer.example>\nSent: Friday, November 20, 2026 9:30:12 AM\nTo: Nora Lind <nora@help.example>\nSubject: My parcel",
    ),
    "outlook, old": (
        "FW: My parcel",
        "-----Original Message-----\nFrom: Olga Petrova [mailto:olga@buyer.example]\nSent: Friday, November 20, 2026 9:30 AM\nTo: Nora Lind\nSubject: My parcel",
    ),
    "outlook on a Mac": (
        "FW: My parcel",
        "From: Olga Petrova <olga@buyer.example>\nDate: Friday, 20 November 2026 at 09:30\nTo: Nora Lind <nora@help.example>\nSubject: My parcel",
    ),
    "gmx": (
        "Fw: Mein Paket",
        'Gesendet: Freitag, 20. November 2026 um 09:30 Uhr\nVon: "Olga Petrova" <olga@buyer.example>\nAn: "Nora Lind" <nora@help.example>\nBetreff: Mein Paket',
    ),
    "gmail": (
        "Fwd: My parcel",
        "---------- Forwarded message ---------\nFrom: Olga Petrova <olga@buyer.example>\nDate: Fri, Nov 20, 2026 at 9:30 AM\nSubject: My parcel\nTo: <nora@help.example>\n",
    ),
    "gmail, Russian": (
        "Fwd: Посылка",
        "---------- Forwarded message ---------\nОт: Olga Petrova <olga@buyer.example>\nDate: пт, 20 нояб. 2026 г. в 09:30\nSubject: Посылка\nTo: <nora@help.example>\n",
    ),
    "gmail, Polish": (
        "Fwd: Moja paczka",
        "---------- Forwarded message ---------\nOd: Olga Petrova <olga@buyer.example>\nDate: pt., 20 lis 2026 o 09:30\nSubject: Moja paczka\nTo: <nora@help.example>\n",
    ),
    "thunderbird, German": (
        "Fwd: Mein Paket",
        "-------- Weitergeleitete Nachricht --------\nBetreff: \tMein Paket\nDatum: \tFri, 20 Nov 2026 09:30:00 +0100\nVon: \tOlga Petrova <olga@buyer.example>\nAn: \tnora@help.example\n\n",
    ),
    "thunderbird, Russian": (
        "Fwd: Посылка",
        "-------- Перенаправленное сообщение --------\nТема: \tПосылка\nДата: \tFri, 20 Nov 2026 09:30:00 +0300\nОт: \tOlga Petrova <olga@buyer.example>\nКому: \tnora@help.example\n\n",
    ),
    "apple, Russian": (
        "Fwd: Посылка",
        "Начало переадресованного сообщения:\n\nОт: Olga Petrova <olga@buyer.example>\nТема: Посылка\nДата: 20 ноября 2026 г. в 09:30:00 GMT+3\nКому: nora@help.example\n",
    ),
    "apple, French": (
        "Tr : Mon colis",
        "Début du message réexpédié :\n\nDe: Olga Petrova <olga@buyer.example>\nObjet: Mon colis\nDate: 20 novembre 2026 à 09:30:00 UTC+1\nÀ: nora@help.example\n",
    ),
    "apple, Italian": (
        "Fwd: Il mio pacco",
        "Inizio messaggio inoltrato:\n\nDa: Olga Petrova <olga@buyer.example>\nOggetto: Il mio pacco\nData: 20 novembre 2026 alle ore 09:30:00 CET\nA: nora@help.example\n",
    ),
    "mail.ru": (
        "Fwd: Посылка",
        "-------- Пересылаемое сообщение --------\nОт: Olga Petrova <olga@buyer.example>\nКому: nora@help.example\nДата: Пятница, 20 ноября 2026, 9:30 +03:00\nТема: Посылка\n",
    ),
    "yandex": (
        "Fwd: Посылка",
        '-------- Пересылаемое сообщение --------\n20.11.2026, 09:30, "Olga Petrova" <olga@buyer.example>:\n',
    ),
    "yahoo": (
        "Fw: My parcel",
        "   ----- Forwarded Message ----- From: Olga Petrova <olga@buyer.example>To: Nora Lind <nora@help.example>Sent: Friday, November 20, 2026 at 09:30:12 AM GMT+1Subject: My parcel",
    ),
    "samsung": (
        "Fwd: My parcel",
        "-------- Original message --------\nFrom: Olga Petrova <olga@buyer.example> \nDate: 20/11/2026  09:30  (GMT+01:00) \nTo: nora@help.example \nSubject: My parcel ",
    ),
    "zimbra": (
        "Fwd: Mon colis",
        '----- Mail transféré -----\nDe: "Olga Petrova" <olga@buyer.example>\nÀ: "nora" <nora@help.example>\nEnvoyé: Vendredi 20 Novembre 2026 09:30:12\nObjet: Mon colis',
    ),
    "proton": (
        "Fw: My parcel",
        "------- Forwarded Message -------\nFrom: Olga Petrova <olga@buyer.example>\nDate: On Friday, November 20th, 2026 at 9:30 AM\nSubject: My parcel\nTo: Nora Lind <nora@help.example>\n",
    ),
    "k-9": (
        "Fwd: My parcel",
        "-------- Original Message --------\nFrom: Olga Petrova <olga@buyer.example>\nSent: November 20, 2026 9:30:12 AM GMT+01:00\nTo: nora@help.example\nSubject: My parcel\n",
    ),
    "em client": (
        "Fw: My parcel",
        '------ Forwarded Message ------\nFrom "Olga Petrova" <olga@buyer.example>\nTo nora@help.example\nDate 20.11.2026 09:30:12\nSubject My parcel\n',
    ),
    "roundcube": (
        "Fwd: My parcel",
        "-------- Original Message --------\nSubject: My parcel\nDate: 2026-11-20 09:30\n From: Olga Petrova <olga@buyer.example>\nTo: nora@help.example\n",
    ),
    "notes": (
        "Fw: My parcel",
        '----- Forwarded by Nora Lind/Help on 20.11.2026 09:45 -----\n\nFrom: "Olga Petrova" <olga@buyer.example>\nTo: nora@help.example\nDate: 20.11.2026 09:30\nSubject: My parcel',
    ),
}


def _letter(header: str) -> str:
    return f"{NOTE}\n\n{header}\n\n{BODY}\n"


def _mail(subject: str, header: str) -> bytes:
    head = f"From: Nora <nora@help.example>\nSubject: {subject}\nContent-Type: text/plain; charset=utf-8\n\n"
    return (head + _letter(header)).encode()


def test_what_is_passed_on_stays_in_sight_below_any_header() -> None:
    wrong = {}
    for name, (subject, header) in HEADERS.items():
        visible = read_letter(_mail(subject, header)).body.visible
        if not all(words in visible for words in (NOTE, "Where is my parcel?", "olga@buyer.example")):
            wrong[name] = visible
    assert wrong == {}


def test_what_is_passed_on_is_its_writers() -> None:
    wrong = {}
    for name, (subject, header) in HEADERS.items():
        found = passed_on(_letter(header), subject)
        read = (found.header.sender.email, found.text, found.note.split("\n")[0]) if found else None
        if read != ("olga@buyer.example", BODY, NOTE):
            wrong[name] = read
    assert wrong == {}


def test_an_answer_with_the_same_header_folds_it() -> None:
    wrong = {}
    for name, (subject, header) in HEADERS.items():
        if (
            "orwarded" in header
            or "transf" in header
            or "Пере" in header
            or "Weiter" in header
            or "ere" in header[:12]
        ):
            continue
        if "Début" in header or "Inizio" in header or "Начало" in header:
            continue
        visible = read_letter(_mail("Re: " + subject.partition(": ")[2], header)).body.visible
        if "parcel?" in visible:
            wrong[name] = visible
    assert wrong == {}


def test_short_hints_keep_what_stands_below_in_sight() -> None:
    header = HEADERS["outlook"][1]
    hints = (
        "FYI", "Please see below.", "For your information.", "Can you help with this?\nSee the mail below.", "К сведению.",
        "Перенаправляю письмо клиента.", "Смотрите письмо ниже.", "Siehe unten, bitte übernehmen.", "Zur weiteren Bearbeitung.",
        "Pour information.", "Voir ci-dessous.", "Para su información.", "Te reenvío el correo.", "Per conoscenza.", "Vedi sotto.",
        "Para conhecimento.", "Segue abaixo.", "Ter info.", "Zie onderstaande mail.", "Do wiadomości.", "W załączeniu przesyłam, patrz poniżej.",
        "До відома.", "Дивіться лист нижче.",
    )  # fmt: skip
    shown = {hint: split_quoted(f"{hint}\n\n{header}\n\n{BODY}").visible for hint in hints}
    assert [hint for hint, visible in shown.items() if "parcel" not in visible] == []
