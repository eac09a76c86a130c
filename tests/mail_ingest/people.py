"""What people write that looks a little like the work of a program: subjects and whole letters."""

SUBJECTS = """
Re: Automatic reply: lamp
Out of office hours support
Out of office on Monday, deliver on Tuesday
Out of office party: the bill
Out of office?
Automatic reply does not work in my account
Automatic replies: how do I switch them off?
Auto reply settings
How do I set up an out of office message?
Vacation request
Vacation: which tours do you have?
On vacation, my lamp was stolen
On vacation - please deliver later
On holiday, where can I collect the parcel?
Annual leave
Annual leave: how do I book it?
Maternity leave: which papers do you need?
On leave until May, please keep my order
Away for the summer: please stop deliveries
Absent delivery man
Absence of a spare part
I am out of the office until Friday, can you call me then?
Ann is on leave and nobody answers me?
Delivery failed
Delivery delayed again!
Delivery problem
Mail delivery to a new address
Mailbox full, what now?
Undelivered parcel 4711
Returned parcel
Return to sender: where is my money?
Failure of the heating
Warning: the lamp is hot
Warning message on my screen
Rejected payment
Rejected by the bank
Error sending a message from your site
Error 550 when I write to you
Delayed order
Message not delivered to my phone
Could not deliver the sofa?
Unable to pay
Status of my order
Message status
Bounce castle for Saturday
Quota exceeded in my account
Your ticket has been closed but the lamp is dark: why?
Re: Your request has been received
Re: [#1042] Your letter has arrived
Re: We have received your request
AW: Ihre Anfrage ist eingegangen
Thank you!
Thanks for your help
Thank you for the quick answer
Thank you for your order? I ordered nothing
Received the wrong lamp
Received
Receipt for my order
Confirmation of my order
Confirmation
Please confirm my order
Please confirm the delivery date
Please confirm receipt of my payment
Please verify my account
Verification code does not arrive
Confirm my booking for two
Ticket for tomorrow's train
Ticket 4711
Case for my phone
Case study
Request for a quote
Request received no answer
Support request
New request
Problem: the lamp flickers
Problem with printer on floor 3
Read this first
Read: my complaint
Deleted my account by mistake
Accepted: your offer
Accepted
Declined card
Tentative booking
Invitation: opening of our shop
Newsletter: please take me off
Unsubscribe
Bulk order
Cron job on my hosting does not run
Nagios licence
Feedback about your service
Complaint report
Automatic door is broken
Auto insurance: claim
Auto: engine light
Automatische Tür defekt
Automatische Antwort kommt doppelt
Abwesenheit meines Ansprechpartners
Abwesenheitsnotiz einrichten
Abwesend am Liefertag
Im Urlaub: bitte erst am 5. liefern
Unzufrieden mit der Zustellung
Zustellung an der falschen Tür
Nachricht von Ihrem Fahrer
Fehler bei der Rechnung
Rückläufer zu Rechnung 17
Ihre Nachricht vom Montag
Eingangsbestätigung fehlt
Empfangsbestätigung für mein Paket?
Vielen Dank für Ihre Hilfe
Автоответчик сломался
Автоответ в вашем ящике
Отпуск отменён, верните деньги
В отпуске с 5 мая, доставьте раньше
В отпуске до понедельника, доставьте во вторник
Я в отпуске, кто примет заказ
Нет на месте курьера
Нет на месте запчасти
Отсутствует деталь
Отсутствую дома днём
Командировка: нужны чеки
Не доставили заказ
Недоставленный заказ 17
Доставка не состоялась
Доставка задержана
Возврат товара
Возврат денег
Возвращаю лампу
Ошибка в счёте
Ошибка доставки: привезли не то
Задержка заказа
Задержка доставки
Заказ получен, но не тот
Заказ не получен
Письмо получено, спасибо
Ваше письмо не получено?
Ваше письмо от 5 мая
Ваша заявка не принята?
Заявка на ремонт
Заявка 17
Обращение
Повторное обращение по заявке 4711
Вопрос по обращению 12
Спасибо за помощь!
Спасибо за обращение? Я не обращался
Прочитано: вопрос остался
Подтверждение оплаты
Подтвердите заказ
Регистрация на сайте
Уведомление о доставке
Квитанция
Réponse automatique de votre service incorrecte
Absence de réponse
En vacances: où livrer ?
Retour de ma commande
Adresse introuvable pour le livreur
Votre message du 5 mai
Échec du paiement
Fuera de servicio
De vacaciones en mayo, enviar después
Error en la factura
No entregado: pedido 17
Su mensaje de ayer
Fuori produzione?
In ferie ad agosto: quando consegnate?
Mancata consegna del pacco 17
Errore nella fattura
Falha no pagamento
Não recebi a encomenda
Afwezig bij levering
Niet ontvangen bestelling
Nieobecność kuriera
Zwrot towaru
Nie dostarczono paczki
Nedoručený balík
Autosvaret fungerar inte
Poissa kotoa
Autoryzacja płatności: problem
返品について
配送エラーについて質問
不在票について
退货
자동차 보험 문의
Re: Undeliverable: Re: lamp
Fwd: Undelivered Mail Returned to Sender
FW: Automatic reply: lamp
Fwd: Mail delivery failed: returning message to sender
""".strip().split("\n")

LETTERS = {
    "asks about a notice": "I got a mail that says: This is an automated message, please do not reply to this email. What does it mean?",
    "asks about it in Russian": "Пришло письмо: «Это письмо сформировано автоматически, не отвечайте на него». Что мне делать?",
    "quotes a notice": "Hello,\n\nwhat is this?\n\n> This is an automated message. Please do not reply to this email.\n> Your ticket number is 17.",
    "passes a notice on": "See below, is that from you?\n\n-----Original Message-----\nFrom: robot@shop.example\n\nThis is an automatically generated message, please do not reply to this message.",
    "speaks of a holiday": "Hi,\n\nI am on vacation until Monday, could you deliver on Tuesday?\n\nAnn",
    "speaks of a holiday without asking": "Hi Ben,\n\nthank you for your message. I am on holiday until Monday and will get back to you then.\n\nAnn",
    "is away and wants something": "I will be out of the office next week. For urgent matters call my colleague on 555 0101. Please send my order to his desk.",
    "is away, in Russian": "Добрый день! Я в отпуске до понедельника, доставьте, пожалуйста, во вторник. По срочным вопросам обращайтесь к Петру.",
    "is away, in German": "Guten Tag,\n\nich bin bis Freitag im Urlaub, bitte liefern Sie erst danach. In dringenden Fällen wenden Sie sich an Herrn Muster.",
    "says thanks": "Thank you for your email. The lamp works again.",
    "will answer later": "Thanks for your message. I will get back to you as soon as I can find the invoice.",
    "complains of a robot": "Your robot answers: thank you for contacting us, your request has been received. Nobody reads it!",
    "asks about his ticket": "Your ticket number is 17? I have another number, 18. Which is right?",
    "has no access": "I have no access to my email since Monday. Can you reset it?",
    "left the company": "Ann is no longer with our company, from now on I look after the contract. Please change the address.",
    "received the parcel": "We have received your parcel. The lamp is broken.",
    "received a letter": "We have received your message of 5 May and agree to the price.",
    "bounces in words": "My letter to you came back: 550 5.1.1 user unknown. Is support@help.example still right?",
    "pastes a bounce": "Hello, when I write to ann@help.example I get this:\n\nThis message was created automatically by mail delivery software.\nA message that you sent could not be delivered to one or more of its recipients.\n\n  ann@help.example\n    550 5.1.1 unknown\n",
    "tells of the mailbox": "My mailbox is full, that is why your message could not be delivered. I have made room, please send it again.",
    "speaks of delivery": "Delivery to the following address failed: 5 Green Street. The driver says nobody was there. I was!",
    "a robot vacuum": "This is an automatic vacuum cleaner, model 5. Its wheel is broken.",
    "generated report": "This is a generated report from our shop, see the numbers below. The third one is wrong.",
    "do not reply by phone": "Please do not call me, reply to this email instead.",
    "no answer needed": "You do not need to answer this letter, I only wanted to say thanks.",
    "russian thanks": "Спасибо за ваше письмо. Лампа пришла, всё работает.",
    "russian received": "Мы получили ваше письмо и согласны с ценой. Ждём счёт.",
    "russian not answered": "Почему не отвечаете на это письмо? Я жду уже неделю.",
    "russian please do not": "Не отвечайте на моё прошлое письмо, вопрос решён.",
    "german no answer": "Bitte antworten Sie mir nicht wieder mit einer Standardmail. Meine Bestellung fehlt.",
    "french": "Merci de votre message. Je serai absent mardi, livrez mercredi.",
    "spanish": "Gracias por su mensaje. Estaré fuera de la oficina el martes. Entreguen el miércoles, por favor.",
    "italian": "Grazie per la risposta. Sono in ferie fino a lunedì, potete consegnare martedì?",
    "short": "ok",
    "empty": "",
    "only a signature": "--\nAnn\nOut of the box design",
    "legal footer": "The invoice is wrong.\n\nThis message is confidential. If you have received it by mistake, please notify the sender and do not copy it.",
    "scanner's footer": "The invoice is wrong.\n\nThis email was scanned automatically by our mail filter.",
    "signature of a phone": "Please call me.\n\nSent automatically from my car",
    "cites an absence note": "Your colleague's note says: I am out of the office, for urgent matters contact support. So I write to you.",
    "checked mail, German": "Vielen Dank für Ihre Nachricht. Die Lampe geht wieder.\n\nDiese E-Mail wurde automatisch auf Viren geprüft.",
    "checked mail, Russian": "Спасибо за ваше письмо. Лампа горит.\n\nЭто письмо проверено антивирусом автоматически.",
    "checked mail, French": "Merci pour votre message. La lampe marche.\n\nCe message a été vérifié automatiquement par notre antivirus.",
    "checked mail, Spanish": "Gracias por su mensaje. La lámpara funciona.\n\nEste correo ha sido analizado automáticamente por el antivirus.",
    "checked mail, Italian": "Grazie per la risposta.\n\nQuesto messaggio è stato controllato automaticamente.",
    "checked mail, Dutch": "Bedankt voor uw bericht.\n\nDit bericht is automatisch gecontroleerd op virussen.",
    "checked mail, Czech": "Děkuji za odpověď.\n\nTato zpráva byla automaticky zkontrolována.",
    "a door, Turkish": "Bu otomatik kapı bozuldu.",
    "a door, German": "Dies ist eine automatische Tür, und sie klemmt.",
    "a door, Danish": "Dette er en automatisk dør, og den er i stykker.",
    "a door, Finnish": "Tämä on automaattinen ovi, ja se on rikki.",
    "a pump, Dutch": "Dit is een automatische pomp en hij lekt.",
    "a watch, Swedish": "Detta är ett automatiskt ur som har stannat.",
    "tells of a receipt": "Your site says: thank you for contacting us. This is an automated message. But nobody answers.",
    "a courier": "Delivery to the following address failed: 5 Green Street. Parcel 550 123, unable to deliver.",
}  # fmt: skip
