"""The language a letter is answered in."""

import pytest

from mail_ingest.language import guess_language

LETTERS = {
    "Hello, my lamp is broken.": "en",
    "Здравствуйте, лампа сломана.": "ru",
    "Добрий день, лампа не світить, що робити?": "ru",
    "Прывітанне, лямпа не свеціць.": "ru",
    "Не работает Windows Update, код 0x80070005, помогите": "ru",
    "Ошибка: https://orbit.example/very/long/address/of/a/page?with=many&latin=letters": "ru",
    "Пишу с адреса marta.long.address@some-very-long-company-domain.example": "ru",
    "My name is Иван and I write in English because I live abroad.": "en",
    "Guten Tag, meine Lampe ist kaputt.": "en",
    "ランプが壊れました": "en",
    "": "en",
    "12345 !!!": "en",
    "Да": "ru",
}


@pytest.mark.parametrize(("text", "language"), LETTERS.items())
def test_the_script_of_the_text_decides(text, language):
    assert guess_language(text) == language


def test_a_long_letter_is_judged_by_its_beginning():
    assert guess_language("Здравствуйте, лампа сломана. " * 2000 + "x" * 1_000_000) == "ru"
