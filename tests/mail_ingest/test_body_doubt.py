"""A customer's word that looks like a quotation and is none: it must be seen."""

# ruff: noqa: E501 - letters stand here as they arrive, long lines and all

import pytest

from mail_ingest.body import split_quoted

ALL_SHOWN = {
    "quoting a colleague": "On 3 November your colleague wrote to me:\nWe will refund you.\nNothing has come so far.",
    "quoting a colleague, ru": "3 ноября ваш менеджер написал:\nденьги вернём за неделю.\nПрошло две недели, денег нет.",
    "quoting a colleague, de": "Am 3. November 2026 um 15:04 schrieb mir Ihr Kollege:\nDas Geld kommt.\nEs kam nicht.",
    "quoting with date and time": "On 3 November 2026 at 15:04 you wrote this:\nit will be repaired.\nIt was not.",
    "quoting with date and time, ru": "3 ноября 2026 в 15:04 вы мне написали:\nвсё починим.\nНе починили.",
    "a plain lead-in": "My neighbour wrote:\nthe lamp is great.\nSo I bought one too.",
    "a journey": "Please change my booking:\nFrom: Berlin\nTo: Prague\nDate: 3 November 2026 15:04\nThe train is at noon.",
    "a journey, ru": "Измените билет:\nОт: Казань\nДо: Пермь\nДата: 3 ноября 2026\nПоезд вечерний.",
    "a form": "Name: Marta\nEmail: marta@client.example\nSubject: Lamp\nMessage: it does not shine.",
    "a form with a sender": "From: Marta <marta@client.example>\nSubject: Lamp\nDate: 3 Nov 2026\n\nIt does not shine.",
    "a share": "The discount is\n>50 % on the page, but I paid all.",
    "a comparison": "It fails when the voltage is\n>= 5 volts.\nWhy?",
    "an arrow": "Settings\n-> Network\n-> Reset does nothing",
    "a rule in the text": "First part\n-----------\nSecond part, still mine",
    "underscores": "First part\n________________________________\nSecond part, still mine",
    "two dashes and a question": "It is broken.\n--\nWhat about order 1234?\nWhen will it come?",
    "two dashes and a story": (
        "It is broken.\n--\nYesterday I called your shop and the woman said that I have to write to you first.\nSo I do."
    ),
    "a closing in the middle": "Thanks,\nbut the second lamp is broken as well.",
    "a closing and a matter": "Best regards,\nMarta\nOrder 12345, phone +49 30 1234567",
    "a bare name": "It works.\n\nBest regards,\nMarta",
    "sent, a sentence": "I sent you the form.\nSent from my bank account yesterday, where is the receipt?",
    "sent, a device in a sentence": "Sent from my old phone but it never arrived, please check.\nThanks",
    "starts with sent": "Sent via your mobile app, order 555 shows an error!",
    "time at the end": "We met on 3 November 2026 at 15:04 and this is what is open:\nthe lamp,\nthe cable.",
    "an address and a colon": "Please write to marta@client.example from 3 November 2026 on:\nmy old address is closed.",
    "an original message": "I did not get the original message\nfrom you, please send it again.",
    "forward, a word": "Please forward the message to your colleagues.\nForwarded messages get lost here.",
    "re and dates": "Subject: my lamp\n\nIt is broken since 3 November 2026.",
    "table": "| lamp | 3 |\n| cable | 4 |\nplease send these",
    "initials once": "A> B means more expensive\nfine?",
    "log": "This is what I see:\n2026-11-03 15:04:05 ERROR user@host.example:\ndisk full",
    "steps": "What I did:\n1. From: field filled in\n2. To: field filled in\n3. Subject: empty\nThen it crashed.",
}


@pytest.mark.parametrize("text", ALL_SHOWN.values(), ids=ALL_SHOWN.keys())
def test_nothing_is_folded(text):
    body = split_quoted(text)
    assert body.visible == text
    assert body.folded == ""
    assert body.signature == ""


NOTHING_ELSE_TO_READ = {
    "gmail forward": (
        "---------- Forwarded message ---------\nFrom: Paula <paula@other.example>\nDate: Tue, Nov 3, 2026\n"
        "Subject: Lamp\nTo: <marta@client.example>\n\n\nThe lamp is broken."
    ),
    "gmail forward, ru": (
        "---------- Пересланное сообщение ---------\nОт: Паула <paula@other.example>\nДата: вт, 3 нояб. 2026\n"
        "Тема: Лампа\nКому: <marta@client.example>\n\nЛампа сломана."
    ),
    "outlook forward": (
        "From: Paula <paula@other.example>\nSent: Tuesday, November 3, 2026 3:04 PM\nTo: Marta\nSubject: Lamp\n\n"
        "The lamp is broken."
    ),
    "only quotation": "> The lamp is broken.\n> Please help.",
    "only attribution": "On Tue, Nov 3, 2026 at 3:04 PM Orbit <help@orbit.example> wrote:\n> The lamp",
    "mail.ru forward": (
        "-------- Пересылаемое сообщение --------\nОт кого: Паула <paula@other.example>\nКому: marta@client.example\n"
        "Дата: Вторник, 3 ноября 2026, 15:04 +03:00\nТема: Лампа\n\nЛампа сломана."
    ),
    "apple forward": (
        "Begin forwarded message:\n\n> From: Paula <paula@other.example>\n> Subject: Lamp\n> Date: 3 November 2026\n"
        "> To: marta@client.example\n>\n> The lamp is broken."
    ),
    "only a device": "Sent from my iPhone",
    "only a signature": "-- \nMarta",
}


@pytest.mark.parametrize("text", NOTHING_ELSE_TO_READ.values(), ids=NOTHING_ELSE_TO_READ.keys())
def test_when_there_is_nothing_else_to_read_everything_is_shown(text):
    assert split_quoted(text).visible == text


@pytest.mark.parametrize(
    "note", ["Hello, can you help Paula? Her letter:", "FYI", "Что делать с этим?\n\nМарта"]
)
@pytest.mark.parametrize("name", ["gmail forward", "gmail forward, ru", "mail.ru forward", "apple forward"])
def test_a_forwarded_letter_is_shown_below_the_note(note, name):
    text = f"{note}\n\n{NOTHING_ELSE_TO_READ[name]}"
    assert split_quoted(text).visible == text


@pytest.mark.parametrize(
    "note",
    ["FYI", "Please see below.", "Пересылаю письмо клиента.", "Siehe unten.", "Voir ci-dessous", "Przesyłam"],
)
def test_a_note_that_points_below_shows_what_is_below(note):
    text = f"{note}\n\n{NOTHING_ELSE_TO_READ['outlook forward']}"
    assert split_quoted(text).visible == text


def test_a_forward_marker_inside_the_history_stays_folded():
    text = (
        "Done, thanks.\n\nOn Tue, Nov 3, 2026 at 3:04 PM Orbit <help@orbit.example> wrote:\n\n"
        "> Hello\n> ---------- Forwarded message ---------\n> From: X <x@other.example>\n> text"
    )
    assert split_quoted(text).visible == "Done, thanks."


def test_answers_between_marked_lines_are_shown():
    text = (
        "On Tue, Nov 3, 2026 at 3:04 PM Orbit <help@orbit.example> wrote:\n"
        "> Is it plugged in?\n\nYes.\n\n> Which colour?\n\nBlue, like the sea.\n\n> Orbit"
    )
    body = split_quoted(text)
    assert body.visible == "Yes.\n\nBlue, like the sea."
    assert [part.kind.value for part in body.parts] == ["quoted", "written", "quoted", "written", "quoted"]


def test_an_answer_below_the_quotation_is_shown():
    text = "Orbit Support wrote:\n> Is it plugged in?\n> Which colour?\n\nIt is plugged in and blue.\n"
    body = split_quoted(text)
    assert body.visible == "It is plugged in and blue."
    assert body.folded.startswith("Orbit Support wrote:")


@pytest.mark.parametrize(
    "lead",
    [
        "The manual says:",
        "Please write to marta@client.example:",
        "This is what the display says:",
        "Das Handbuch sagt dazu:",
    ],
)
def test_a_sentence_that_leads_to_marked_lines_is_shown(lead):
    assert lead in split_quoted(f"Good morning,\n\n{lead}\n> Turn it left.\n\nIt cannot be turned.").visible


def test_initials_mark_a_quotation():
    text = "Здравствуйте!\n\nОП> Лампа включена?\nОП> Какой цвет?\n\nДа, синий."
    body = split_quoted(text)
    assert body.visible == "Здравствуйте!\n\nДа, синий."


@pytest.mark.parametrize(
    "text", ["", " ", "\n\n", "\u200b", "\x00", "\ud800 lone surrogate", "\r\r\r", ">", "> \n>"]
)
def test_odd_and_empty_letters_do_no_harm(text):
    body = split_quoted(text, html=text, sent_texts=[text])
    assert body.visible.strip() == "\n".join(text.splitlines()).strip()
