"""Automatic mail: declared by headers or by the subject of a responder; a person's letter is never taken for one."""

import pytest

from mail_ingest.parse import parse_mail


def reason(headers: str, subject: str = "Re: lamp") -> str | None:
    return parse_mail(
        f"From: Ann <ann@customer.example>\nSubject: {subject}\n{headers}\nHello\n".encode()
    ).automatic


@pytest.mark.parametrize(
    "headers",
    [
        "Auto-Submitted: auto-replied\n",
        "auto-submitted: Auto-Generated; type=x\n",
        "Auto-Submitted: auto-notified (rule 3)\n",
        "X-Autoreply: yes\n",
        "X-Autorespond: lamp\n",
        "X-Auto-Response-Suppress: All\n",
        "X-Auto-Response-Suppress: DR, RN, OOF, AutoReply\n",
        "Precedence: bulk\n",
        "Precedence: auto_reply\n",
        "Precedence: Auto-Reply\n",
        "Precedence: junk\n",
        "List-Id: News <news.shop.example>\n",
        "List-Unsubscribe: <https://shop.example/u>\n",
        "X-Loop: ann@customer.example\n",
        "Return-Path: <>\n",
        "Return-Path: < >\n",
        "X-Vacation: on\n",
        "X-POST-MessageClass: 9; Autoresponder\n",
        "Delivered-To: Autoresponder\n",
        "X-MS-Exchange-Generated-Message-Source: Mailbox Rules Agent\n",
    ],
)
def test_what_a_program_declares_counts(headers: str) -> None:
    found = reason(headers)
    assert found
    assert found[0].islower()


@pytest.mark.parametrize(
    "headers",
    [
        "",
        "Auto-Submitted: no\n",
        "Auto-Submitted: No (a person)\n",
        "X-Auto-Response-Suppress: DR, RN, NRN\n",
        "Precedence: first-class\n",
        "Precedence: normal\n",
        "Return-Path: <ann@customer.example>\n",
        "X-Autoreply: no\n",
        "Importance: high\nX-Mailer: Some Mailer 1.0\n",
        "Content-Type: multipart/signed; boundary=b\n",
    ],
)
def test_a_person_s_headers_do_not(headers: str) -> None:
    assert reason(headers) is None


@pytest.mark.parametrize(
    "subject",
    [
        "Automatic reply: Re: lamp",
        "Out of Office: lamp",
        "Out of office",
        "[Auto-Reply] lamp",
        "AUTO: Ann Example is out of the office (returning 11/09/2026)",
        "Ann Example is out of the office",
        "I am out of the office until Monday",
        "Автоответ: лампа",
        "Автоматический ответ: Re: лампа",
        "Автоматична відповідь: лампа",
        "Автоматичен отговор: лампа",
        "Automatische Antwort: Lampe",
        "Abwesenheitsnotiz: Lampe",
        "Ich bin zurzeit nicht im Büro",
        "Réponse automatique : lampe",
        "Respuesta automática: lámpara",
        "Fuera de la oficina",
        "Risposta automatica: lampada",
        "Resposta automática: lâmpada",
        "Automatisch antwoord: lamp",
        "Afwezig: lamp",
        "Automatyczna odpowiedź: lampa",
        "Odpowiedź automatyczna: lampa",
        "Automatická odpověď: lampa",
        "Autosvar: lampa",
        "Automatiskt svar: lampa",
        "Automatisk svar: lampe",
        "Automaattinen vastaus: lamppu",
        "Automatikus válasz: lámpa",
        "Răspuns automat: lampă",
        "Otomatik Yanıt: lamba",
        "Αυτόματη απάντηση: λάμπα",
        "自动回复: 灯",
        "自動返信: ランプ",
        "자동 회신: 램프",
        "תשובה אוטומטית: מנורה",
        "رد تلقائي: مصباح",
    ],
)
def test_the_subject_of_a_responder_counts(subject: str) -> None:
    assert reason("", subject) == "its subject is that of an automatic reply"


@pytest.mark.parametrize(
    "subject",
    [
        "Re: Automatic reply: lamp",
        "Out of office hours support",
        "Automatic reply does not work in my account",
        "How do I set up an out of office message?",
        "Vacation request",
        "Abwesenheit meines Ansprechpartners",
        "Автоответчик сломался",
        "Отпуск отменён, верните деньги",
        "Auto insurance: claim",
        "Autoryzacja płatności: problem",
        "Absent delivery",
        "Réponse automatique de votre service incorrecte",
        "Automatic door is broken",
        "On vacation my lamp was stolen",
        "Autosvaret fungerar inte",
        "",
    ],
)
def test_a_person_s_subject_does_not(subject: str) -> None:
    assert reason("", subject) is None


def test_a_mail_from_a_mail_server_is_automatic() -> None:
    assert (
        parse_mail(b"From: MAILER-DAEMON\nSubject: x\n\ny").automatic
        == "it comes from a mail server (mailer-daemon)"
    )


def test_a_complaint_report_is_automatic() -> None:
    raw = (
        b"From: abuse@provider.example\nContent-Type: multipart/report;"
        b" report-type=feedback-report; boundary=b\n\n"
        b"--b\n\nA complaint.\n--b\nContent-Type: message/feedback-report\n\nFeedback-Type: abuse\n--b--\n"
    )
    mail = parse_mail(raw)
    assert mail.automatic == "a complaint report from a mail provider"
    assert mail.bounce is None


@pytest.mark.parametrize(
    ("headers", "address"),
    [
        ("List-Post: <https://groups.example/x>, <mailto:Support@help.example>\nPrecedence: list\n", "support@help.example"),
        ("List-Id: Our desk <support.help.example>\n", "support@help.example"),
        ("List-Unsubscribe: <https://shop.example/u>\n", ""),
        ("List-Id: <support.help.example>\nAuto-Submitted: auto-generated\n", ""),
        ("List-Id: <support.help.example>\nPrecedence: bulk\n", ""),
        ("", ""),
    ],
)  # fmt: skip
def test_the_address_of_a_list_is_known_when_the_list_alone_makes_it_automatic(
    headers: str, address: str
) -> None:
    mail = parse_mail(f"From: Ann <ann@customer.example>\nSubject: lamp\n{headers}\nHello\n".encode())
    assert mail.list_address == address
