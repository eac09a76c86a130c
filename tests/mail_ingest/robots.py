"""What responders write when no header gives them away: subjects, and whole letters that answer one of ours."""

SUBJECTS = """
Automatic reply: Re: lamp
Automatic Reply: lamp
Auto Reply: lamp
AutoReply: lamp
[Auto-Reply] lamp
(Auto Response) lamp
Auto-Response: lamp
Auto Response from ann@customer.example
Automated response: lamp
Out of Office: lamp
Out of Office AutoReply: lamp
Out of Office Re: lamp
Out of the office - Re: lamp
OOO: lamp
[OOO] Re: lamp
Out-of-Office Notification
Vacation reply
Vacation message
Away from my mail
On annual leave: Re: lamp
On vacation Re: lamp
Maternity leave - Re: lamp
Vacation: Re: lamp
AUTO: Ann Example is out of the office (returning 11/23/2026)
AUTO: Re: lamp (Ann is out of office)
Ann Example is out of the office.
Ann Example/HQ/Corp is out of the office.
I am out of the office until 23 November
Автоответ: Re: лампа
Автоответ
Автоматический ответ: Re: лампа
Авто-ответ: лампа
Вне офиса: лампа
Отсутствие на рабочем месте
Я в отпуске до 23 ноября
В отпуске: Re: лампа
Уведомление об отсутствии: лампа
Автовідповідь: Re: лампа
Автоматична відповідь: лампа
У відпустці: Re: лампа
Автоматичен отговор: Re: лампа
Automatische Antwort: Re: Lampe
Abwesenheitsnotiz: Lampe
Abwesend: Re: Lampe
Abwesenheit: Re: Lampe
Außer Haus: Lampe
Nicht im Büro
Im Urlaub: AW: Lampe
Réponse automatique : Re: lampe
Réponse automatique: Re : lampe
Absence du bureau : lampe
Message d'absence
En congés : Re: lampe
Respuesta automática: Re: lámpara
Fuera de la oficina: lámpara
De vacaciones: Re: lámpara
Risposta automatica: Re: lampada
Fuori ufficio: lampada
In ferie: Re: lampada
Resposta automática: Re: lâmpada
Ausência temporária: lâmpada
Automatisch antwoord: Re: lamp
Afwezigheidsbericht
Afwezig: Re: lamp
Automatyczna odpowiedź: Re: lampa
Odpowiedź automatyczna: Re: lampa
Na urlopie: Re: lampa
Automatická odpověď: Re: lampa
Automatická odpoveď: Re: lampa
Autosvar: Re: lampa
Automatiskt svar: Re: lampa
Frånvaromeddelande
Automatisk svar: Re: lampe
Automaattinen vastaus: Re: lamppu
Automatikus válasz: Re: lámpa
Răspuns automat: Re: lampă
Otomatik Yanıt: Re: lamba
Αυτόματη απάντηση: Re: λάμπα
自动回复: Re: 灯
自動返信: Re: ランプ
자동 회신: Re: 램프
自動回覆: Re: 燈
Automaatvastus: Re: lamp
Automatinis atsakymas: Re: lempa
Automātiskā atbilde: Re: lampa
Balasan otomatis: Re: lampu
Trả lời tự động: Re: đèn
Samodejni odgovor: Re: svetilka
Automatski odgovor: Re: lampa
We have received your request
We've received your message
[#12345] We have received your support request
[Ticket#2026111910000017] Your request has been received
Your request (#4711) has been received
Your ticket 4711 has been created
Your support request 4711 was registered
Ticket Received - lamp
Ticket #4711 created: lamp
Case #00012345 opened
New ticket created [#17]
Thank you for contacting Lamp House
[Request received] Re: lamp
Thank you for your inquiry
Acknowledgement: lamp
Acknowledgment of receipt
Support ticket confirmation - lamp
Ваша заявка принята
Ваша заявка №4711 зарегистрирована
Ваше обращение 4711 принято в работу
Ваше письмо получено
Заявка №4711 зарегистрирована
Обращение #17 получено
[#4711] Ваш запрос получен
Мы получили ваше письмо
Спасибо за обращение
Благодарим за обращение в компанию
Подтверждение получения обращения
Регистрация обращения 4711
Ваше звернення отримано
Ihre Anfrage ist eingegangen
Ihre Anfrage [#17] wurde registriert
Wir haben Ihre Nachricht erhalten
Eingangsbestätigung
Eingangsbestätigung: Lampe
Accusé de réception
Votre demande a été enregistrée
Nous avons bien reçu votre message
Hemos recibido su consulta
Su solicitud 17 ha sido registrada
Acuse de recibo
Abbiamo ricevuto la tua richiesta
Conferma di ricezione
Recebemos a sua mensagem
Sua solicitação foi registrada
Wij hebben uw bericht ontvangen
Ontvangstbevestiging
Potwierdzenie otrzymania zgłoszenia
Twoje zgłoszenie zostało przyjęte
Re: lamp (verification required)
Please confirm your message
Please verify your e-mail to ann@customer.example
[Confirm] Your message to ann@customer.example
Your message to list@lists.example awaits moderator approval
Подтвердите отправку письма
Cron <root@web1> /usr/bin/backup
** PROBLEM Service Alert: web1/disk is CRITICAL **
[FIRING:1] DiskFull web1
""".strip().split("\n")

# Letters without a telling header or subject; each answers a letter of ours.
LETTERS = {
    "absence, English": "Thank you for your email. I am currently out of the office and will return on 23 November. For urgent matters please contact my colleague at other@customer.example.",
    "absence with little access": "Hello,\n\nI will be travelling until Friday with limited access to email. I will respond upon my return.\n\nAnn",
    "absence, no reading": "I'm on annual leave until Monday and will not be checking my email. If your request is urgent, please contact reception.",
    "left the company": "Ann Example is no longer with the company. Your message will not be forwarded. Please contact info@customer.example for urgent questions.",
    "absence, Russian": "Здравствуйте!\nСпасибо за письмо. Я нахожусь в отпуске до 23 ноября. По срочным вопросам обращайтесь к коллегам: office@customer.example.",
    "business trip, Russian": "Добрый день! Сейчас я в командировке, доступ к почте ограничен. Отвечу после возвращения.",
    "absence, Russian, with days": "Добрый день!\n\nЯ в отпуске с 1 по 14 декабря. По срочным вопросам обращайтесь к Петру: petr@customer.example.",
    "absence, Japanese": "ただいま休暇中のため、お返事が遅れます。お急ぎの場合は jimu@customer.example までご連絡ください。",
    "absence, Ukrainian": "Дякую за лист. Я зараз у відпустці до 23 листопада. З термінових питань звертайтесь до колег: office@customer.example.",
    "absence, German": "Vielen Dank für Ihre Nachricht. Ich bin bis zum 23. November nicht im Büro. In dringenden Fällen wenden Sie sich an zentrale@customer.example.",
    "absence, German, not forwarded": "Guten Tag,\n\nich bin derzeit im Urlaub und ab Montag wieder erreichbar. Ihre E-Mail wird nicht weitergeleitet.",
    "absence, French": "Bonjour, merci de votre message. Je suis absent du bureau jusqu'au 23 novembre. En cas d'urgence, veuillez contacter accueil@customer.example.",
    "absence, Spanish": "Gracias por su mensaje. Estoy fuera de la oficina hasta el 23 de noviembre. En caso de urgencia, contacte con oficina@customer.example.",
    "absence, Italian": "Grazie per il messaggio. Sono fuori ufficio fino al 23 novembre. Per urgenze contattare ufficio@customer.example.",
    "absence, Portuguese": "Obrigado pela sua mensagem. Estou fora do escritório até 23 de novembro. Em caso de urgência, contacte escritorio@customer.example.",
    "absence, Dutch": "Bedankt voor uw bericht. Ik ben tot 23 november niet op kantoor. Voor dringende zaken kunt u contact opnemen met kantoor@customer.example.",
    "absence, Polish": "Dziękuję za wiadomość. Jestem na urlopie do dnia 23 listopada. W pilnych sprawach proszę o kontakt z biurem: biuro@customer.example.",
    "program, English": "This is an automated response. Your message has reached our desk.",
    "program below a greeting": "Dear customer,\n\nThis is an automatically generated reply. We will answer within two days.",
    "program at the end": "Thank you for contacting Lamp House. Your ticket number is 4711.\n\nThis message was generated automatically, please do not reply to this email.",
    "program, no answers": "Hello,\n\nyour request has been received and will be answered within one day.\n\nPlease do not reply to this message.",
    "program, Russian": "Это письмо сформировано автоматически, отвечать на него не нужно.\n\nВаша заявка 17 зарегистрирована.",
    "program at the end, Russian": "Здравствуйте!\n\nВаше обращение принято, ему присвоен номер 4711.\n\nПожалуйста, не отвечайте на это письмо.",
    "automatic answer, Russian": "Это автоматический ответ. Мы свяжемся с вами в рабочее время.",
    "program, German": "Ihre Anfrage ist bei uns eingegangen.\n\nDiese E-Mail wurde automatisch erzeugt, bitte antworten Sie nicht auf diese Nachricht.",
    "program, French": "Votre demande a bien été enregistrée.\n\nCeci est un message automatique, merci de ne pas répondre.",
    "program, Spanish": "Hemos recibido su consulta.\n\nEste es un mensaje automático, por favor no responda a este correo.",
    "program, Italian": "Abbiamo ricevuto la sua richiesta.\n\nQuesto è un messaggio automatico, si prega di non rispondere a questa mail.",
    "program, Portuguese": "Recebemos a sua mensagem.\n\nEsta é uma mensagem automática, por favor não responda.",
    "program, Dutch": "Wij hebben uw bericht ontvangen, uw vraag wordt behandeld.\n\nDit is een automatisch bericht.",
    "program, Polish": "Twoje zgłoszenie zostało przyjęte.\n\nWiadomość została wygenerowana automatycznie, prosimy nie odpowiadać.",
    "program, Ukrainian": "Ваше звернення отримано.\n\nЦей лист створено автоматично, не відповідайте на цей лист.",
    "program, Japanese": "お問い合わせを受け付けました。\n\nこのメールは自動送信されています。",
    "program, Chinese": "感谢您的来信。\n\n此邮件由系统自动发送，请勿回复。",
    "program, Korean": "문의가 접수되었습니다.\n\n본 메일은 자동으로 발송되었습니다.",
    "program, Turkish": "Bu otomatik bir yanıttır. Talebiniz alındı.",
    "challenge": "I apologize for this automatic reply to your email. To control spam I only accept mail from senders on my list.",
    "quotes us below": "Thank you for your email. I am out of the office this week. If it is urgent, please call the front desk.\n\nOn Mon, 16 Nov 2026 at 10:00, Orbit wrote:\n> Could you send us a photo of the lamp?",
    "thanks, then says so": "Thank you for contacting Lamp House! This is an automatic message to let you know that we received your e-mail.",
    "thanks, then says so, Russian": "Спасибо за обращение! Наш офис закрыт до 9 января. Это автоматический ответ.",
}  # fmt: skip
