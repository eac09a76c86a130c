"""Pure: the words of a receipt. Nothing of the letter it answers is in them: no subject, no name, not a word.

A receipt can be sent for by anybody who forges a sender, so whatever it repeated would be our help in sending it.
"""

from __future__ import annotations

from html import escape

NUMBER = "{{number}}"
LONGEST_TEXT = 5000

_SUBJECTS = {"en": "[#{{number}}] Your letter has arrived", "ru": "[#{{number}}] Ваше письмо получено"}
_TEXTS = {
    "en": "Hello,\n\nyour letter has arrived and has the number {{number}}. One of us will read it and answer you.\n\n"
    "If you want to add something, just reply to this letter.",
    "ru": "Здравствуйте!\n\nВаше письмо получено, его номер — {{number}}. Мы прочитаем его и ответим вам.\n\n"
    "Если хотите что-то добавить, просто ответьте на это письмо.",
}


def receipt_subject(number: int, language: str) -> str:
    return _SUBJECTS["ru" if language == "ru" else "en"].replace(NUMBER, str(number))


def receipt_text(number: int, language: str, own_text: str = "") -> str:
    """The mailbox's own text, or the built-in one. `{{number}}` is replaced, nothing else is read."""
    text = own_text.strip()[:LONGEST_TEXT] or _TEXTS["ru" if language == "ru" else "en"]
    return "\n".join(text.replace(NUMBER, str(number)).splitlines())


def as_html(text: str) -> str:
    """Paragraphs of plain text in the few tags of a reply."""
    paragraphs = [part.strip("\n") for part in text.split("\n\n")]
    return "".join(f"<p>{escape(part).replace(chr(10), '<br>')}</p>" for part in paragraphs if part.strip())
