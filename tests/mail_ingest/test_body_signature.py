"""Signatures are folded apart from quotations, and only when they clearly are signatures."""

import pytest

from mail_ingest.body import split_quoted

OWN = "The lamp is broken again.\nPlease call me."
HISTORY = (
    "\n\nOn Tue, Nov 3, 2026 at 3:04 PM Orbit <help@orbit.example> wrote:\n> Hello Marta,\n> is it better?\n"
)

SIGNATURES = {
    "rfc 3676": "-- \nMarta Client\nClient Ltd, Long street 5, 12345 Town",
    "dashes without space": "--\nMarta Client\nClient Ltd",
    "em dash": "—\nMarta Client",
    "iphone": "Sent from my iPhone",
    "ipad": "Sent from my iPad",
    "galaxy": "Sent from my Galaxy",
    "samsung": "Sent from my Samsung Galaxy smartphone.",
    "android": "Sent from my Android phone with K-9 Mail. Please excuse my brevity.",
    "outlook ios": "Get Outlook for iOS<https://aka.ms/o0ukef>",
    "outlook ios, link below": "Get Outlook for iOS\n<https://aka.ms/o0ukef>",
    "outlook android": "Sent from Outlook for Android",
    "outlook, bracket": "Sent from [Outlook](https://outlook.example)",
    "yahoo": "Sent from Yahoo Mail on Android",
    "windows": "Sent from Mail for Windows 10",
    "proton": "Sent with Proton Mail secure email.",
    "blackberry": "Sent from my BlackBerry 10 smartphone.",
    "iphone ru": "Отправлено с iPhone",
    "ipad ru": "Отправлено с моего iPad",
    "mail.ru app": "Отправлено из Почты Mail.ru для Android",
    "mail.ru app, 2": "Отправлено из мобильной Почты Mail.ru",
    "mail.ru, dashes": "--\nОтправлено из Mail.ru для Android",
    "yandex app": "Отправлено из мобильной Яндекс.Почты",
    "yandex app, dashes": "-- \nОтправлено из мобильного приложения Яндекс Почты",
    "samsung ru": "Отправлено с устройства Samsung",
    "samsung ru, 2": "Отправлено со смартфона Samsung Galaxy.",
    "outlook ru": "Получить Outlook для iOS<https://aka.ms/o0ukef>",
    "iphone uk": "Надіслано з iPhone",
    "iphone de": "Von meinem iPhone gesendet",
    "android de": "Diese Nachricht wurde von meinem Android-Mobiltelefon mit GMX Mail gesendet.",
    "iphone fr": "Envoyé de mon iPhone",
    "orange fr": "Envoyé depuis l'application Mail Orange",
    "iphone es": "Enviado desde mi iPhone",
    "iphone it": "Inviato da iPhone",
    "iphone pt": "Enviado do meu iPhone",
    "iphone nl": "Verstuurd vanaf mijn iPhone",
    "iphone pl": "Wysłane z iPhone'a",
    "iphone cs": "Odesláno z iPhonu",
    "iphone sv": "Skickat från min iPhone",
    "iphone da": "Sendt fra min iPhone",
    "iphone fi": "Lähetetty iPhonesta",
    "iphone zh": "发自我的iPhone",
    "iphone ja": "iPhoneから送信",
    "card": "Best regards,\nMarta Client\nHead of lamps\nTel. +49 30 1234567\nwww.client.example",
    "card ru": "С уважением,\nМарта Клиентова\nменеджер по закупкам\nООО «Свет»\nтел.: +7 495 123-45-67",
    "card ru, no phone": "С уважением,\nМарта Клиентова\nООО «Свет»",
    "card de": "Mit freundlichen Grüßen\n\nMarta Client\nEinkauf\nmarta@client.example",
    "card fr": "Cordialement,\nMarta Client\n06 12 34 56 78",
    "card pl": "Pozdrawiam,\nMarta Client\nkom. 601 234 567",
    "card and device": "Kind regards,\nMarta Client\nClient Ltd\n\nSent from my iPhone",
}


@pytest.mark.parametrize("after", ["", HISTORY], ids=["alone", "above history"])
@pytest.mark.parametrize("signature", SIGNATURES.values(), ids=SIGNATURES.keys())
def test_a_signature_is_folded_apart(signature, after):
    body = split_quoted(f"{OWN}\n\n{signature}{after}")
    assert body.visible == OWN
    assert body.signature == signature
    assert ("is it better" in body.folded) == bool(after)


@pytest.mark.parametrize("signature", ["-- \nMarta Client\nClient Ltd", "Sent from my iPhone"])
def test_a_signature_below_a_bottom_posted_answer_is_folded(signature):
    body = split_quoted(f"Orbit wrote:\n> is it better?\n\n{OWN}\n\n{signature}\n")
    assert body.visible == OWN
    assert body.signature == signature


def test_a_word_below_the_signature_of_a_program_is_shown():
    text = "Sent from my iPhone\n\nThe lamp is broken."
    assert split_quoted(text).visible == text


def test_a_letter_below_dashes_is_shown():
    letter = "\n".join(
        f"This is sentence number {n} of a long story about my lamp and me." for n in range(30)
    )
    text = f"Hello\n-- \n{letter}"
    assert split_quoted(text).visible == text


def test_a_device_above_marked_lines_without_an_attribution_is_folded():
    body = split_quoted("Yes, it is.\n\nSent from my iPhone\n\n> Is it plugged in?")
    assert (body.visible, body.signature) == ("Yes, it is.", "Sent from my iPhone")
