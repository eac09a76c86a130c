"""The question of a letter, whatever surrounds it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb_search.clean import clean_question

QUESTION = "where is my parcel, it was due on Monday?"
ВОПРОС = "где моя посылка, обещали в понедельник?"


@pytest.mark.parametrize(
    "letter",
    [
        "{q}",
        "Hello,\n\n{q}\n\nBest regards,\nMartha Quill\nLarch & Sons\n+1 555 0142",
        "Hi! {q}",
        "Hi Anna, {q}",
        "Dear Sir or Madam,\n{q}\nYours faithfully\nJ. Wren",
        "Dear Mr Brown,\n\n{q}\n\nThanks,\nAda",
        "Good morning team\n{q}\nCheers",
        "Hey there, hope you are well. {q} Thanks in advance!",
        "I hope this email finds you well.\n{q}\nThank you very much for your help!",
        "{q}\n\n-- \nAda Wren\nWren Books",
        "{q}\n\nSent from my iPhone",
        "Hello,\n\n{q}\n\nAda Wren\nWren Books\n+1 (555) 0142\nada@wren.example",
        "Hi,\n{q} Thanks in advance!\n\nTom",
        "{q}\n\nOn Mon, 3 May 2021 at 10:00, Support <help@shop.example> wrote:\n> Dear Ada\n> refund and invoice",
        "{q}\n\n-----Original Message-----\nFrom: help@shop.example\nSubject: refund\n\nrefund",
        "{q}\n\nThis e-mail and any attachments are confidential and intended for the addressee only.",
        "> what did you buy?\n{q}",
    ],
)
def test_english(letter):
    assert clean_question(letter.format(q=QUESTION)).rstrip("?.! ") == QUESTION.rstrip("?")


@pytest.mark.parametrize(
    "letter",
    [
        "Здравствуйте!\n\n{q}\n\nС уважением,\nМарфа Кленова\nООО «Лиственница»",
        "Здравствуйте, {q}",
        "Здравствуйте, Анна! {q}",
        "Добрый день, уважаемая служба поддержки!\n{q}\nЗаранее спасибо",
        "Доброго времени суток. {q} Спасибо!",
        "Уважаемые коллеги,\n{q}\nС наилучшими пожеланиями, Пётр",
        "Привет!\n{q}\n--\nПётр",
        "{q}\n\nОтправлено с iPhone",
        "{q}\n\n3 мая 2021 г., 10:00, Поддержка <help@shop.example> пишет:\n> возврат и гарантия",
        "{q}\n\nОт кого: help@shop.example\nТема: возврат\nвозврат",
        "{q}\nДанное сообщение содержит конфиденциальную информацию.",
    ],
)
def test_russian(letter):
    assert clean_question(letter.format(q=ВОПРОС)).rstrip("?.! ") == ВОПРОС.rstrip("?")


@pytest.mark.parametrize(
    "letter",
    ["Thanks!", "Спасибо!", "Hello", "Best regards, Ada", "> only a quote", "--\nAda", "Sent from my phone"],
)
def test_a_letter_is_never_cleaned_to_nothing(letter):
    assert clean_question(letter) == " ".join(letter.split())


@pytest.mark.parametrize(
    "letter",
    [
        "thanks to your courier my vase is broken",
        "hello world example does not work",
        "best price for this lamp?",
        "regards from the north: is delivery possible",
        "спасибо курьеру, но где вторая коробка",
        "приветственный бонус не начислен",
        "Hello\n\nMy order is late\n\nOrder from last Monday, where is it",
        "iPhone Case",
    ],
)
def test_a_question_that_begins_like_a_greeting_keeps_its_words(letter):
    kept = set(clean_question(letter).split())
    assert set(letter.split()[-4:]) <= kept


@given(st.text())
def test_any_text_gives_one_line(letter):
    assert "\n" not in clean_question(letter)


@pytest.mark.parametrize(
    "letter",
    [
        "hello" + " " * 50_000 + "x",
        "A" * 50_000,
        "hi " + "A" * 50_000,
        "A,|" * 20_000 + "?",
        "x" + " .!" * 20_000 + "y",
        "\n" * 50_000,
        ("on " * 20_000),
        " " * 50_000 + "wrote:",
        "a@" * 20_000,
        "Thanks " * 9_000,
    ],
)
def test_a_letter_made_to_choke_patterns_is_cleaned_all_the_same(letter):
    assert isinstance(clean_question(letter), str)
