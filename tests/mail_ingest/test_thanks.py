"""Bare thanks and nothing else: what must be understood, and above all what must never be taken for it."""

from __future__ import annotations

import pytest

from mail_ingest.thanks import is_bare_thanks, may_be_thanks
from mail_ingest.thanks_words import BESIDE, THANKS, phrases_of

NAMES = ("Olga Petrova", "Ben Hart")
NOTHING_BUT_THANKS = """
Thanks!|Thank you|Thank you so much, it works now :)|Many thanks for your help!|Great, thanks.|Perfect, thank you, Ben!
Hi Ben,\\n\\nthanks a lot. Have a great day!\\n\\nOlga|thx 👍|Thank you very much 🙏🏻|Ok, got it, thanks|Much appreciated!
Cheers|THANKS!!!|Received, thank you. Best regards, Olga Petrova|Thank you, problem solved.
Спасибо!|Спасибо большое, всё работает!|Огромное спасибо за помощь)))|Добрый день! Получил, спасибо.|Благодарю вас за быстрый ответ
спс|Ок, понял, спасибо|Отлично, спасибо большое, хорошего дня|Спасибо. Вопрос закрыт. С уважением, Olga
Danke!|Vielen Dank für Ihre schnelle Hilfe!\\nMit freundlichen Grüßen|Super, danke schön|Perfekt, hat geklappt, danke
Merci beaucoup !|C'est parfait, merci pour votre aide.\\nBonne journée|Bien reçu, merci|Merci à vous
Muchas gracias|Perfecto, ya funciona, gracias|Gracias por su ayuda. Saludos|¡Mil gracias
Grazie mille!|Perfetto, grazie per l'aiuto. Buona giornata|Ricevuto, grazie
Muito obrigada!|Deu certo, obrigado pela ajuda. Abraços|Perfeito, obrigado
Dank je wel!|Top, bedankt voor de snelle reactie. Fijne dag|Het werkt weer, hartelijk dank
Dziękuję bardzo!|Super, dzięki za pomoc. Pozdrawiam|Wszystko działa, dziękuję
Дуже дякую!|Все працює, дякую за допомогу. Гарного дня|Щиро дякую
"""
A_CRY = """
thanks, but it still fails|Thanks for nothing, cancel it|Thanks?|Thank you, when will it arrive|thanks in advance
Thank you, I will wait|Thanks, and the invoice|Thanks. Cancel|Thanks, cancel it|No thanks|No, thank you|thanks a lot for breaking it
Thanks, it works not|Thank you, it does not work|Thanks, never mind|Thanks...|Thanks… again|Thanks :(|Thanks 😡|Thanks 😢
Thank you for your help but|Please, thanks|Thanks please call|Thank you, call me 5551234|thanks, see https://x.example
Thanks, my number is +1 555 010 020|Thanks for waiting|Thanks, one more thing|Great, just great. Thanks|Thanks, refund
Thanks, still broken|Thank you, waiting for a refund|I would appreciate an answer|Thanks to you I lost my data
thanks, works on my phone only|Thank you for canceling|ok|Got it|Perfect|Hello|Have a nice day|👍|:)|
спасибо, но не помогло|Спасибо, не работает|Спасибо, а когда|Спасибо?|Заранее спасибо|Спасибо заранее!|Спасибо, жду
Спасибо и на этом|Спасибо, верните деньги|Нет, спасибо|Спасибо(((|Спасибо...|Спасибо, ещё вопрос|Буду благодарен за ответ
Спасибо за ничего|Спасибо, отмените заказ|Не работает, спасибо|Спасибо, всё не работает|спасибо, перезвоните
Danke, geht immer noch nicht|Danke im Voraus|Danke, aber nein|Nein danke|Danke für nichts|Danke für eine schnelle Antwort
Vielen Dank für Ihre Rückmeldung|Danke, bitte stornieren|Danke, wann kommt es
Merci d'avance|Merci de me rappeler|Merci de votre réponse|Non merci|Merci, mais ça ne marche pas|Merci pour rien
Gracias, pero no funciona|Gracias de antemano|No, gracias|Gracias por nada|Gracias, ¿cuándo llega?
Grazie, ma non funziona|Grazie in anticipo|No grazie|Grazie per niente|Grazie, attendo
Obrigado, mas não funciona|Não, obrigado|Desde já obrigado|Obrigado, aguardo
Bedankt, maar het werkt niet|Nee bedankt|Alvast bedankt|Dank voor niets
Dziękuję, ale nie działa|Nie dziękuję|Z góry dziękuję|Dziękuję, czekam
Дякую, але не працює|Ні, дякую|Наперед дякую|Дякую, чекаю
"""


def told(table: str) -> list[str]:
    return [
        text.replace("\\n", "\n") for line in table.splitlines() if line for text in line.split("|") if text
    ]


@pytest.mark.parametrize("text", told(NOTHING_BUT_THANKS))
def test_nothing_but_thanks(text: str) -> None:
    assert may_be_thanks(text)
    assert is_bare_thanks(text, NAMES)


@pytest.mark.parametrize("text", told(A_CRY))
def test_a_customers_cry_is_never_taken_for_thanks(text: str) -> None:
    assert not is_bare_thanks(text, NAMES)


def test_there_are_enough_of_both() -> None:
    assert len(told(A_CRY)) >= 100
    assert len(told(NOTHING_BUT_THANKS)) >= 50


REFUSALS = """
no not but however still never cancel refund broken error when why how please wait нет не но однако отмените верните
сломано когда почему как пожалуйста жду nein nicht aber non pas pero cuando ma niente mas não nee maar niet nie ale ні але
""".split()


@pytest.mark.parametrize("word", REFUSALS)
def test_no_known_phrase_says_no_or_asks(word: str) -> None:
    """One such word anywhere makes it a letter like any other, so it must not hide in a phrase of ours."""
    hidden = [phrase for phrase in phrases_of(THANKS) | phrases_of(BESIDE) if word in phrase]
    assert not hidden
    assert not is_bare_thanks(f"Thanks {word}", NAMES)
    assert not is_bare_thanks(f"{word} спасибо", NAMES)


def test_a_long_letter_is_read_by_a_person() -> None:
    assert not is_bare_thanks("thanks " * 60)
    assert not is_bare_thanks("")
    assert not is_bare_thanks("Olga", NAMES)
