"""A letter inside a letter: whose it was and what stands above it, as many mail programs and languages write it."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mail_ingest.forward import bare_subject, passed_on
from mail_ingest.header_address import Address
from mail_ingest.html_text import html_to_text

BODY = "Where is my parcel?\n\nOlga"
# language or program → (subject, the whole text)
PROGRAMS: dict[str, tuple[str, str]] = {
    "gmail": (
        "Fwd: My parcel",
        "Please answer her.\n\n---------- Forwarded message ---------\nFrom: Olga Petrova <olga@buyer.example>\n"
        "Date: Fri, Nov 20, 2026 at 9:30 AM\nSubject: My parcel\nTo: <nora@help.example>\n\n\n" + BODY,
    ),
    "gmail with a reply's subject inside": (
        "Fwd: Re: My parcel",
        "---------- Forwarded message ---------\nFrom: Olga Petrova <olga@buyer.example>\n"
        "Date: Fri, Nov 20, 2026 at 9:30 AM\nSubject: My parcel\nTo: <nora@help.example>\n\n" + BODY,
    ),
    "outlook desktop": (
        "FW: My parcel",
        "Please answer her.\n\nFrom: Olga Petrova <olga@buyer.example> \nSent: Friday, November 20, 2026 9:30 AM\n"
        "To: Nora Lind <nora@help.example>\nSubject: My parcel\n\n" + BODY,
    ),
    "outlook web": (
        "Fw: My parcel",
        "Please answer her.\n\n________________________________\nFrom: Olga Petrova <olga@buyer.example>\n"
        "Sent: Friday, November 20, 2026 9:30 AM\nTo: Nora Lind <nora@help.example>\n"
        "Cc: Igor Falk <igor@buyer.example>\nSubject: My parcel\n\n" + BODY,
    ),
    "old outlook": (
        "FW: My parcel",
        "-----Original Message-----\nFrom: Olga Petrova [mailto:olga@buyer.example] \n"
        "Sent: Friday, November 20, 2026 9:30 AM\nTo: Nora Lind\nSubject: My parcel\n\n" + BODY,
    ),
    "apple mail": (
        "Fwd: My parcel",
        "Please answer her.\n\nBegin forwarded message:\n\n> From: Olga Petrova <olga@buyer.example>\n> Subject: My parcel\n"
        "> Date: 20 November 2026 at 09:30:00 GMT\n> To: nora@help.example\n> \n> Where is my parcel?\n> \n> Olga\n",
    ),
    "apple mail, unmarked": (
        "Fwd: My parcel",
        "Begin forwarded message:\n\nFrom: Olga Petrova <olga@buyer.example>\nSubject: My parcel\n"
        "Date: 20 November 2026 at 09:30:00 GMT\nTo: nora@help.example\n\n" + BODY,
    ),
    "thunderbird": (
        "Fwd: My parcel",
        "Please answer her.\n\n-------- Forwarded Message --------\nSubject: \tMy parcel\nDate: \tFri, 20 Nov 2026 09:30:00 +0000\n"
        "From: \tOlga Petrova <olga@buyer.example>\nTo: \tnora@help.example\n\n\n\n" + BODY,
    ),
    "proton": (
        "Fwd: My parcel",
        "Please answer her.\n\n------- Forwarded Message -------\nFrom: Olga Petrova <olga@buyer.example>\n"
        "Date: On Friday, November 20th, 2026 at 09:30\nSubject: My parcel\nTo: nora@help.example <nora@help.example>\n\n\n"
        + BODY,
    ),
    "zimbra": (
        "Fwd: My parcel",
        '----- Forwarded Message -----\nFrom: "Olga Petrova" <olga@buyer.example>\nTo: "Nora" <nora@help.example>\n'
        "Sent: Friday, November 20, 2026 9:30:00 AM\nSubject: My parcel\n\n" + BODY,
    ),
    "samsung": (
        "Fwd: My parcel",
        "-------- Original message --------\nFrom: Olga Petrova <olga@buyer.example> \n"
        "Date: 20/11/2026  09:30  (GMT+00:00) \nTo: nora@help.example \nSubject: My parcel \n\n" + BODY,
    ),
    "bold labels": (
        "Fwd: My parcel",
        "---------- Forwarded message ---------\n*From:* Olga Petrova <olga@buyer.example>\n"
        "*Date:* Fri, Nov 20, 2026 at 9:30 AM\n*Subject:* My parcel\n*To:* <nora@help.example>\n\n" + BODY,
    ),
    "yandex": (
        "Fwd: My parcel",
        'Ответьте, пожалуйста.\n\n-------- Пересылаемое сообщение --------\n20.11.2026, 09:30, "Olga Petrova" <olga@buyer.example>:\n\n'
        + BODY
        + "\n\n-------- Конец пересылаемого сообщения --------\n",
    ),
    "mail.ru": (
        "Fwd: My parcel",
        "-------- Пересылаемое сообщение --------\nОт: Olga Petrova <olga@buyer.example>\nКому: nora@help.example\n"
        "Дата: Пятница, 20 ноября 2026, 9:30 +03:00\nТема: My parcel\n\n" + BODY,
    ),
    "russian gmail": (
        "Fwd: My parcel",
        "---------- Forwarded message ---------\nОт: Olga Petrova <olga@buyer.example>\nDate: пт, 20 нояб. 2026 г. в 09:30\n"
        "Subject: My parcel\nTo: <nora@help.example>\n\n" + BODY,
    ),
    "russian apple": (
        "Fwd: My parcel",
        "Начало переадресованного сообщения:\n\n> От: Olga Petrova <olga@buyer.example>\n> Тема: My parcel\n"
        "> Дата: 20 ноября 2026 г. в 09:30:00 GMT\n> Кому: nora@help.example\n> \n> Where is my parcel?\n> \n> Olga\n",
    ),
    "russian outlook": (
        "FW: My parcel",
        "От: Olga Petrova <olga@buyer.example>\nОтправлено: 20 ноября 2026 г. 9:30\nКому: Нора <nora@help.example>\n"
        "Тема: My parcel\n\n" + BODY,
    ),
    "russian thunderbird": (
        "Fwd: My parcel",
        "-------- Перенаправленное сообщение --------\nТема: \tMy parcel\nДата: \tFri, 20 Nov 2026 09:30:00 +0000\n"
        "От: \tOlga Petrova <olga@buyer.example>\nКому: \tnora@help.example\n\n" + BODY,
    ),
    "german outlook": (
        "WG: My parcel",
        "Von: Olga Petrova <olga@buyer.example>\nGesendet: Freitag, 20. November 2026 09:30\n"
        "An: Nora Lind <nora@help.example>\nBetreff: My parcel\n\n" + BODY,
    ),
    "german thunderbird": (
        "Fwd: My parcel",
        "-------- Weitergeleitete Nachricht --------\nBetreff: \tMy parcel\nDatum: \tFri, 20 Nov 2026 09:30:00 +0000\n"
        "Von: \tOlga Petrova <olga@buyer.example>\nAn: \tnora@help.example\n\n" + BODY,
    ),
    "french outlook": (
        "TR: My parcel",
        "De : Olga Petrova <olga@buyer.example>\nEnvoyé : vendredi 20 novembre 2026 09:30\n"
        "À : Nora Lind <nora@help.example>\nObjet : My parcel\n\n" + BODY,
    ),
    "french apple": (
        "Tr : My parcel",
        "Début du message réexpédié :\n\nDe: Olga Petrova <olga@buyer.example>\nObjet: My parcel\n"
        "Date: 20 novembre 2026 à 09:30:00 UTC\nÀ: nora@help.example\n\n" + BODY,
    ),
    "spanish": (
        "RV: My parcel",
        "De: Olga Petrova <olga@buyer.example>\nEnviado el: viernes, 20 de noviembre de 2026 9:30\n"
        "Para: Nora Lind <nora@help.example>\nAsunto: My parcel\n\n" + BODY,
    ),
    "italian": (
        "I: My parcel",
        "Da: Olga Petrova <olga@buyer.example>\nInviato: venerdì 20 novembre 2026 09:30\n"
        "A: Nora Lind <nora@help.example>\nOggetto: My parcel\n\n" + BODY,
    ),
    "italian thunderbird": (
        "Fwd: My parcel",
        "-------- Messaggio Inoltrato --------\nOggetto: \tMy parcel\nData: \tFri, 20 Nov 2026 09:30:00 +0000\n"
        "Mittente: \tOlga Petrova <olga@buyer.example>\nA: \tnora@help.example\n\n" + BODY,
    ),
    "portuguese": (
        "ENC: My parcel",
        "De: Olga Petrova <olga@buyer.example>\nEnviada em: sexta-feira, 20 de novembro de 2026 09:30\n"
        "Para: Nora Lind <nora@help.example>\nAssunto: My parcel\n\n" + BODY,
    ),
    "dutch": (
        "FW: My parcel",
        "Van: Olga Petrova <olga@buyer.example>\nVerzonden: vrijdag 20 november 2026 09:30\n"
        "Aan: Nora Lind <nora@help.example>\nOnderwerp: My parcel\n\n" + BODY,
    ),
    "polish": (
        "PD: My parcel",
        "---------- Przekazana wiadomość ----------\nOd: Olga Petrova <olga@buyer.example>\n"
        "Wysłano: piątek, 20 listopada 2026 09:30\nDo: nora@help.example\nTemat: My parcel\n\n" + BODY,
    ),
    "ukrainian": (
        "Fwd: My parcel",
        "---------- Переслане повідомлення ---------\nВід: Olga Petrova <olga@buyer.example>\n"
        "Дата: пт, 20 лист. 2026 р. о 09:30\nТема: My parcel\nКому: <nora@help.example>\n\n" + BODY,
    ),
    "swedish": (
        "VB: My parcel",
        "Från: Olga Petrova <olga@buyer.example>\nSkickat: den 20 november 2026 09:30\n"
        "Till: Nora Lind <nora@help.example>\nÄmne: My parcel\n\n" + BODY,
    ),
    "czech": (
        "Fwd: My parcel",
        "---------- Přeposlaná zpráva ----------\nOd: Olga Petrova <olga@buyer.example>\nDatum: 20. 11. 2026 9:30\n"
        "Komu: nora@help.example\nPředmět: My parcel\n\n" + BODY,
    ),
    "chinese": (
        "转发: My parcel",
        "---------- 转发的邮件 ----------\n发件人: Olga Petrova <olga@buyer.example>\n日期: 2026年11月20日 09:30\n"
        "主题: My parcel\n收件人: <nora@help.example>\n\n" + BODY,
    ),
}  # fmt: skip


@pytest.mark.parametrize("program", PROGRAMS)
def test_the_original_letter_is_found(program: str) -> None:
    subject, text = PROGRAMS[program]
    passed = passed_on(text, subject)
    assert passed is not None
    assert (passed.header.sender.name, passed.header.sender.email) == ("Olga Petrova", "olga@buyer.example")
    assert passed.text == BODY
    assert (passed.header.subject or bare_subject(subject)) == "My parcel"


@pytest.mark.parametrize("program", [name for name, (_, text) in PROGRAMS.items() if "Please answer" in text])
def test_what_the_forwarder_wrote_is_kept_apart(program: str) -> None:
    subject, text = PROGRAMS[program]
    passed = passed_on(text, subject)
    assert passed is not None
    assert passed.note == "Please answer her."
    assert "Please answer" not in passed.text


def test_the_languages_are_many() -> None:
    assert len(PROGRAMS) >= 30


NO_FORWARDS = {
    "an ordinary letter": ("My parcel", BODY),
    "an answer of outlook": (
        "RE: My parcel",
        "Done.\n\nFrom: Olga Petrova <olga@buyer.example>\nSent: Friday, November 20, 2026 9:30 AM\n"
        "To: Nora Lind <nora@help.example>\nSubject: My parcel\n\n" + BODY,
    ),
    "an answer with its old subject": (
        "My parcel",
        "Done.\n\nFrom: Olga Petrova <olga@buyer.example>\nSent: Friday, November 20, 2026 9:30 AM\n"
        "To: Nora Lind <nora@help.example>\nSubject: My parcel\n\n" + BODY,
    ),
    "an answer to a letter that was passed on": (
        "Re: Fwd: My parcel",
        "Yes.\n\n---------- Forwarded message ---------\nFrom: Olga Petrova <olga@buyer.example>\n"
        "Date: Fri, Nov 20, 2026 at 9:30 AM\nSubject: My parcel\n\n" + BODY,
    ),
    "an answer that quotes one": (
        "Fwd: My parcel",
        "Yes.\n\nOn Fri, 20 Nov 2026 at 10:00, Ben Hart <ben@help.example> wrote:\n\n> Look\n>\n"
        "> ---------- Forwarded message ---------\n> From: Olga Petrova <olga@buyer.example>\n> Subject: My parcel\n",
    ),
    "a sender without an address": (
        "FW: My parcel",
        "From: Olga Petrova\nSent: Friday, November 20, 2026 9:30 AM\nTo: Nora Lind <nora@help.example>\nSubject: My parcel\n\n"
        + BODY,
    ),
    "two senders": (
        "Fwd: My parcel",
        "---------- Forwarded message ---------\nFrom: Olga <olga@buyer.example>, Igor <igor@buyer.example>\n"
        "Date: Fri, Nov 20, 2026 at 9:30 AM\nSubject: My parcel\nTo: <nora@help.example>\n\n" + BODY,
    ),
    "a separator and nothing below it": ("Fwd: My parcel", "---------- Forwarded message ---------\n"),
    "talk of forwarding": ("Forwarded message", "I got a forwarded message from: Olga.\n\nWhat now?"),
}


@pytest.mark.parametrize("name", NO_FORWARDS)
def test_what_is_no_forward_stays_a_letter(name: str) -> None:
    subject, text = NO_FORWARDS[name]
    assert passed_on(text, subject) is None


OLGA = 'Olga Petrova &lt;<a href="mailto:olga@buyer.example">olga@buyer.example</a>&gt;'
LETTER = "<div>Where is my parcel?</div><div><br></div><div>Olga</div>"
PAGES = {
    "gmail": (
        '<div dir="ltr">Please answer her.<br><br><div class="gmail_quote"><div class="gmail_attr">'
        f"---------- Forwarded message ---------<br>From: {OLGA}<br>Date: Fri, Nov 20, 2026 at 9:30 AM<br>"
        f"Subject: My parcel<br>To: &lt;nora@help.example&gt;<br></div><br><br>{LETTER}</div></div>"
    ),
    "outlook": (
        '<div><p>Please answer her.</p><p>&nbsp;</p><div style="border:none;border-top:solid #E1E1E1 1.0pt"><p><b>From:</b>'
        f" {OLGA} <br><b>Sent:</b> Friday, November 20, 2026 9:30 AM<br><b>To:</b> Nora &lt;nora@help.example&gt;<br>"
        f"<b>Subject:</b> My parcel</p></div><p>&nbsp;</p>{LETTER}</div>"
    ),
    "outlook web": (
        f'<div>Please answer her.</div><hr><div id="divRplyFwdMsg"><b>From:</b> {OLGA}<br>'
        "<b>Sent:</b> Friday, November 20, 2026 9:30 AM<br><b>To:</b> Nora &lt;nora@help.example&gt;<br>"
        f"<b>Subject:</b> My parcel</div>{LETTER}"
    ),
    "apple": (
        'Please answer her.<br><div><br><blockquote type="cite"><div>Begin forwarded message:</div><br>'
        f"<div><b>From: </b>{OLGA}<br></div><div><b>Subject: </b><b>My parcel</b><br></div>"
        "<div><b>Date: </b>20 November 2026 at 09:30:00 GMT<br></div><div><b>To: </b>nora@help.example<br></div><br>"
        f"<div>{LETTER}</div></blockquote></div>"
    ),
    "thunderbird": (
        '<p>Please answer her.</p><div class="moz-forward-container"><br>-------- Forwarded Message --------<table><tbody>'
        "<tr><th>Subject: </th><td>My parcel</td></tr><tr><th>Date: </th><td>Fri, 20 Nov 2026 09:30:00 +0000</td></tr>"
        f"<tr><th>From: </th><td>{OLGA}</td></tr><tr><th>To: </th><td>nora@help.example</td></tr></tbody></table>"
        f"<br><br>{LETTER}</div>"
    ),
    "mail.ru": (
        '<div>Please answer her.</div><blockquote style="border-left:1px solid #0857A6">-------- Пересылаемое сообщение'
        f" --------<br>От: {OLGA}<br>Кому: nora@help.example<br>Дата: Пятница, 20 ноября 2026, 9:30 +03:00<br>"
        f"Тема: My parcel<br><br>{LETTER}</blockquote>"
    ),
    "yandex": (
        "<div>Please answer her.</div><div>-------- Пересылаемое сообщение --------</div>"
        '<div>20.11.2026, 09:30, "Olga Petrova" &lt;olga@buyer.example&gt;:</div><div> </div>'
        f"{LETTER}<div>-------- Конец пересылаемого сообщения --------</div>"
    ),
}


@pytest.mark.parametrize("program", PAGES)
def test_a_letter_in_html_alone_is_read_too(program: str) -> None:
    passed = passed_on(html_to_text(PAGES[program]), "Fwd: My parcel")
    assert passed is not None
    assert passed.header.sender == Address("Olga Petrova", "olga@buyer.example")
    assert (passed.note, passed.text) == ("Please answer her.", BODY)


def test_a_forward_inside_somebody_elses_quotation_is_not_the_matter() -> None:
    quoted = "".join(f"> {line}\n" for line in PROGRAMS["gmail"][1].splitlines()[2:])
    assert passed_on(f"Look:\n\n> He wrote me.\n{quoted}", "Fwd: My parcel") is None
    assert passed_on(f"Look:\n\n{quoted}", "My parcel") is None


def test_words_of_the_letter_are_not_taken_for_its_header() -> None:
    text = PROGRAMS["gmail"][1].replace(BODY, "To: be honest, I am tired.\nSubject: to change.")
    passed = passed_on(text, "Fwd: My parcel")
    assert passed is not None
    assert passed.text == "To: be honest, I am tired.\nSubject: to change."


@pytest.mark.parametrize(
    "piece", ["From: a@b.example\n", "---------- Forwarded message ---------\n", "> ", "\n", "-- ", "From: "]
)
def test_hostile_texts_are_read_in_linear_time(piece: str) -> None:
    before = time.process_time()
    passed_on("---------- Forwarded message ---------\n" + piece * (1_000_000 // len(piece)), "Fwd: x")
    assert time.process_time() - before < 20


def test_a_letter_that_begins_right_below_its_header_keeps_its_first_words() -> None:
    head = PROGRAMS["outlook desktop"][1].partition("\n\nWhere")[0]
    for begin in (
        "Where is it?",
        "To: be honest, I wait.",
        "Subject: to change.",
        "From: what I hear, it is lost.",
    ):
        passed = passed_on(f"{head}\n{begin}\n\nOlga", "FW: My parcel")
        assert passed is not None
        assert (passed.header.subject, passed.text) == ("My parcel", f"{begin}\n\nOlga")


def test_long_values_go_on_in_the_next_line() -> None:
    text = PROGRAMS["outlook desktop"][1].replace(
        "To: Nora Lind <nora@help.example>",
        "To: Nora Lind <nora@help.example>;\n Ben Hart\n <ben@help.example>",
    )
    passed = passed_on(text, "FW: My parcel")
    assert passed is not None
    assert [one.email for one in passed.header.to] == ["nora@help.example", "ben@help.example"]
    assert passed.text == BODY


@settings(max_examples=300, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            [*"\n>: <@", "From: ", "a@b.example", "Forwarded message", "-----", "От: ", "Subject: x"]
        )
    )
)
def test_any_text_is_taken_apart_without_loss(pieces: list[str]) -> None:
    """Never an error; and every word of the text is in the letter, in the note, or in the header above it."""
    text = "".join(pieces)
    passed = passed_on(text, "Fwd: x")
    if passed is not None:
        kept = f"{passed.text} {passed.note} {passed.signature}"
        assert len(kept.split()) <= len(text.split())
        assert all(word in text for word in passed.text.split())
