"""Notes of absence, receipts and machines in many languages; and people who write with the same words."""

# ruff: noqa: E501, RUF001 - letters stand here as they arrive, long lines, foreign letters and all

from mail_ingest.parse import parse_mail

ANSWER = "In-Reply-To: <out.7@orbit.example>"

# header line, subject, text
NOTES = (
    *(
        (ANSWER, subject, "text")
        for subject in (
            "Automatic reply: [#1042] Lamp",
            "Automatische Antwort: Lampe",
            "Réponse automatique : Lampe",
            "Respuesta automática: Lámpara",
            "Risposta automatica: Lampada",
            "Resposta automática: Candeeiro",
            "Automatisch antwoord: Lamp",
            "Odpowiedź automatyczna: Lampa",
            "Автоматический ответ: Лампа",
            "Автоматична відповідь: Лампа",
            "Autosvar: Lampa",
            "Automatická odpověď: Lampa",
            "Out of Office: Re: Lamp",
            "Abwesend: Re: Lampe",
            "Absence : Re: Lampe",
            "Ausencia: Re: Lámpara",
            "OOO Re: Lamp",
            "Я в отпуске: Re: Лампа",
            "[Auto-Reply] Re: Lamp",
            "Auto: Re: Lamp",
        )
    ),
    *(
        (ANSWER, "Re: Lamp", note)
        for note in (
            "Hi,\n\nI'm out of the office from 3 to 14 November with limited access to email. For anything urgent please contact Otto at o.lind@customer.example.\n\nMarta",
            "Thanks for your email. I am currently on parental leave and will be back on 4 January. Otto Lind covers for me: o.lind@customer.example",
            "Добрый день!\nЯ нахожусь в отпуске с 3 по 14 ноября. По срочным вопросам обращайтесь к Отто Линду.\nС уважением, Марта",
            "Здравствуйте! Спасибо за письмо. Сейчас я в командировке, отвечу после возвращения 14 ноября.",
            "Добрий день! Дякую за лист. Я у відпустці до 14 листопада. З термінових питань звертайтеся до Отто.",
            "Guten Tag,\nich bin bis einschließlich 14. November nicht im Büro. Ihre Nachricht wird nicht weitergeleitet. In dringenden Fällen wenden Sie sich bitte an Otto Lind.",
            "Vielen Dank für Ihre Nachricht. Ich bin ab dem 15.11. wieder erreichbar. Bis dahin befinde ich mich im Urlaub.",
            "Bonjour,\nje suis absente jusqu'au 14 novembre inclus. En cas d'urgence, merci de contacter Otto Lind.\nCordialement",
            "Bonjour, actuellement en congés, je vous répondrai à mon retour le 15 novembre. Pour toute urgence, contactez Otto.",
            "Hola:\nEstoy de vacaciones hasta el 14 de noviembre. Para asuntos urgentes, contacte con Otto Lind.\nSaludos",
            "Gracias por su mensaje. Me encuentro fuera de la oficina y regresaré el 15 de noviembre.",
            "Buongiorno, sono in ferie fino al 14 novembre. Per urgenze contattare Otto Lind.",
            "Grazie per la sua mail. Sarò fuori ufficio fino al 14 novembre e risponderò al mio rientro.",
            "Olá, estou de férias até 14 de novembro. Em caso de urgência, contacte o Otto Lind.",
            "Obrigada pela sua mensagem. Estarei ausente do escritório até 14/11. Assuntos urgentes: ligue para o Otto.",
            "Beste,\nIk ben met vakantie tot en met 14 november. Voor dringende zaken kunt u contact opnemen met Otto.",
            "Bedankt voor uw bericht. Momenteel ben ik niet op kantoor. Ik ben 15 november terug.",
            "Dzień dobry,\njestem na urlopie do 14 listopada. W pilnych sprawach proszę o kontakt z Otto Lindem.",
            "Dziękuję za wiadomość. W dniach 3-14 listopada jestem nieobecna. Odpowiem po powrocie.",
            "Dobrý den, do 14. listopadu čerpám dovolenou. V naléhavých případech kontaktujte Ottu.",
            "Hei, olen lomalla 14.11. saakka. Kiireellisissä asioissa ota yhteyttä Ottoon.",
            "Hej! Tack för ditt mail. Jag är på semester till den 14 november. Vid brådskande ärenden, kontakta Otto.",
            "Tak for din mail. Jeg holder ferie til og med den 14. november. Kontakt Otto, hvis det haster.",
            "お世話になっております。11月14日まで休暇中です。お急ぎの場合はオットーまでご連絡ください。",
            "您好，感谢您的来信。我正在休假，11月15日返回。如有急事请联系奥托。",
        )
    ),
    *(
        (ANSWER, "Re: Lamp", text)
        for text in (
            "*** This is an automatically generated reply, please do not respond ***\nYour request was registered as CASE-77.",
            "Это письмо отправлено автоматически, отвечать на него не нужно.\nВаша заявка принята.",
            "Diese E-Mail wurde automatisch erstellt. Bitte antworten Sie nicht auf diese Nachricht.",
            "Ceci est un message automatique, merci de ne pas y répondre.\nVotre demande a été enregistrée.",
            "Este es un mensaje automático. Por favor, no responda a este correo.",
            "Questo è un messaggio automatico, si prega di non rispondere a questa e-mail.",
            "Esta é uma mensagem automática. Por favor, não responda.",
            "Dit is een automatisch bericht. Gelieve niet te antwoorden op deze e-mail.",
            "Ta wiadomość została wygenerowana automatycznie, prosimy nie odpowiadać.",
            "Цей лист сформовано автоматично, будь ласка, не відповідайте на нього.",
        )
    ),
    *(
        (ANSWER, "Re: Lamp", text)
        for text in (
            "Hello, I am out of the office until Monday, 16 November. Your email has not been forwarded.",
            "Thank you for your email. I am currently travelling with limited access to email and will respond as soon as possible.",
            "Я в отпуске до 14 ноября включительно. Все вопросы - к Отто Линду, o.lind@customer.example, +7 916 123-45-67.",
            "Здравствуйте!\nСпасибо за обращение. Меня не будет на рабочем месте до 14.11. В срочных случаях пишите Отто.",
            "Sehr geehrte Damen und Herren,\nvielen Dank für Ihre E-Mail. Ich bin derzeit nicht im Hause und ab 15.11. wieder für Sie da.\nMit freundlichen Grüßen\nMarta Weiss",
            "Guten Tag, ich bin im Mutterschutz. Ihre E-Mail wird nicht gelesen. Bitte wenden Sie sich an o.lind@customer.example.",
            "Bonjour, je suis en déplacement jusqu'à vendredi et ne consulte pas mes e-mails. En cas d'urgence, appelez Otto.",
            "Je serai absent du bureau du 3 au 14 novembre. Vous pouvez contacter Otto en mon absence.",
            "Actualmente estoy fuera de la oficina con acceso limitado al correo. Volveré el 15 de noviembre.",
            "Sono fuori ufficio fino al 14/11 con accesso limitato alla posta. Per urgenze: Otto Lind.",
            "Estou fora do escritório até 14/11, com acesso limitado ao e-mail. Em caso de urgência, contacte Otto.",
            "Ik ben afwezig t/m 14 november. Mijn e-mail wordt niet gelezen. Bij spoed contact Otto.",
            "Przebywam na urlopie do 14.11. W sprawach pilnych proszę kontaktować się z Otto.",
            "Я перебуваю у відпустці до 14 листопада. У термінових випадках телефонуйте Отто.",
            "Nisam u uredu do 14.11. Za hitne slučajeve kontaktirajte Otta.",
            "К сожалению, Отто больше не работает в нашей компании. По всем вопросам обращайтесь: info@customer.example",
            "Herr Lind ist nicht mehr für die Lumen GmbH tätig. Bitte wenden Sie sich an info@customer.example. Ihre E-Mail wird nicht weitergeleitet.",
            "Our office is closed from 24 December to 2 January. We will reply to your email on our return.",
            "Unser Büro ist vom 24.12. bis 2.1. geschlossen. In dringenden Fällen erreichen Sie uns unter 030 123456.",
            "Notre bureau est fermé du 24 décembre au 2 janvier. Pour toute urgence, contactez le 01 23 45 67 89.",
            "Наш офис закрыт с 31 декабря по 8 января. Мы ответим на ваше письмо после праздников.",
            "We have received your message and will get back to you within 24 hours. This is an automated response.",
            "Мы получили ваше письмо и ответим в течение одного рабочего дня. Это автоматическое сообщение.",
            "Vielen Dank für Ihre Anfrage. Wir melden uns schnellstmöglich. Dies ist eine automatisch generierte Nachricht.",
            "Merci pour votre message. Nous vous répondrons dans les plus brefs délais. Ceci est une réponse automatique.",
            "Gracias por contactarnos. Le responderemos en breve. Esta es una respuesta automática.",
            "Grazie per averci contattato. Questa è una risposta automatica.",
            "Obrigado pelo contato. Esta é uma resposta automática.",
            "Bedankt voor uw bericht. Dit is een automatisch gegenereerd antwoord.",
            "Dziękujemy za kontakt. To jest automatyczna odpowiedź.",
            "Дякуємо за звернення. Це автоматична відповідь.",
        )
    ),
    ("Auto-Submitted: auto-replied (vacation)", "Re: Lamp", "Away."),
    ("Precedence: auto_reply", "Lamp", "Away."),
    ("X-Autoreply: yes", "Lamp", "Away."),
    ("X-Auto-Response-Suppress: DR, OOF, AutoReply", "Lamp", "Away."),
)

PEOPLE = (
    (
        "",
        "Automatic reply: broken",
        "Since Monday the automatic reply of our mailbox is broken. How can I turn it on again?",
    ),
    ("", "Automatic reply: broken", "It does not go out any more. We changed nothing."),
    ("", "Auto-reply: how to switch it off?", "I cannot find the setting."),
    ("", "Out of office: wrong text is sent", "Customers get the text of last year. Please help."),
    ("", "Автоответ: не работает", "Добрый день! Автоответ не уходит с понедельника. Помогите."),
    ("", "Автоответчик: не включается", "Не включается с понедельника."),
    ("", "Abwesenheitsnotiz: Fehler", "Die Abwesenheitsnotiz wird doppelt verschickt. Was tun?"),
    ("", "Réponse automatique : ne marche plus", "Bonjour, elle ne part plus depuis lundi."),
    ("", "Respuesta automática: no se envía", "Hola, desde el lunes no se envía."),
    ("", "Risposta automatica: non parte", "Da lunedì non parte più."),
    ("", "Automatyczna odpowiedź: nie działa", "Od poniedziałku nie działa."),
    ("", "Automatisch antwoord: werkt niet", "Sinds maandag werkt het niet."),
    ("", "Автоматична відповідь: не працює", "З понеділка не працює."),
    ("", "Resposta automática: não funciona", "Desde segunda não funciona."),
    (ANSWER, "Re: Automatic reply: broken", "It still does not go out."),
    ("", "Question about the out of office message", "Can I have two of them?"),
    (ANSWER, "Re: Lamp", "I am back from vacation on Monday. Please deliver the lamp after that."),
    (ANSWER, "Re: Lamp", "I will be out of the office tomorrow, could you send the courier on Friday?"),
    (ANSWER, "Re: Лампа", "Завтра я в командировке, курьера лучше прислать в пятницу. Спасибо!"),
    (ANSWER, "Re: Lampe", "Ich bin ab Montag im Urlaub, bitte liefern Sie vorher."),
    (ANSWER, "Re: Lampe", "Je suis absente demain, pouvez-vous livrer vendredi ?"),
    (ANSWER, "Re: Lampada", "Domani sono fuori ufficio, potete consegnare venerdì?"),
    (ANSWER, "Re: Lampa", "Jutro jestem na urlopie, proszę o dostawę w piątek."),
    (ANSWER, "Re: Lamp", 'Your answer began with "This is an automatic message". Is nobody there?'),
    *(
        (ANSWER, "Re: Lamp", text)
        for text in (
            "Thank you for your message. I was on holiday. It works now.",
            "I'm away from my desk right now, but the order number is 55. Please cancel it.",
            "Hi Ben,\nI am out of the office until Monday, then I can test it.",
            "Спасибо за письмо. Я в отпуске, вернусь и проверю лампу.",
            "Danke für Ihre Nachricht. Ich bin bis Freitag im Urlaub und probiere es dann aus.",
            "Merci pour votre message. Je suis en vacances, je teste à mon retour.",
            "Our office is closed on Friday, so the courier should come on Monday.",
            "Is this an automated response? I would like to talk to a person.",
            "Наш офис закрыт по пятницам, привезите лампу в понедельник.",
            "Grazie per la risposta. Sono in ferie, la provo al mio rientro con il nuovo cavo.",
            "Otto no longer works here, I am his successor. The lamp is still dark.",
            "Dziękuję za wiadomość, lampa działa.",
            "The office is closed until we get the lamps. When will they come",
        )
    ),
    ("", "Read: how?", "How do I read the display of the lamp?"),
    ("", "We have received your lamp broken", "The glass is in pieces."),
)


def _reason(letter: tuple[str, str, str]) -> str | None:
    header, subject, text = letter
    head = f"From: Marta <m.weiss@customer.example>\nSubject: {subject}\nMessage-ID: <a@customer.example>\n"
    head += f"{header}\n" if header else ""
    return parse_mail(f"{head}Content-Type: text/plain; charset=utf-8\n\n{text}\n".encode()).automatic


def test_notes_receipts_and_machines_are_automatic() -> None:
    assert [letter for letter in NOTES if _reason(letter) is None] == []


def test_people_with_the_same_words_are_people() -> None:
    assert [(letter, reason) for letter in PEOPLE if (reason := _reason(letter))] == []
