"""Reports in plain words of servers in several languages; and people who write about such reports."""

# ruff: noqa: E501, RUF001 - letters stand here as they arrive, long lines, foreign letters and all

from mail_ingest.parse import ParsedMail, parse_mail

DAEMON = "Mail Delivery System <mailer-daemon@mx.example>"
OFFICE = "postmaster@mx.example"

# name: sender, subject, text, status
REPORTS = {
    "Postfix": (
        DAEMON,
        "Undelivered Mail Returned to Sender",
        "This is the mail system at host mx.example.\n\nI'm sorry to have to inform you that your message could not\nbe delivered to one or more recipients.\n\n<lost@customer.example>: host mx.customer.example[192.0.2.5] said: 550 5.1.1\n    <lost@customer.example>: Recipient address rejected: User unknown (in reply to\n    RCPT TO command)\n",
        "5.1.1",
    ),
    "qmail": (
        "MAILER-DAEMON@mx.example",
        "failure notice",
        "Hi. This is the qmail-send program at mx.example.\nI'm afraid I wasn't able to deliver your message to the following addresses.\nThis is a permanent error; I've given up. Sorry it didn't work out.\n\n<lost@customer.example>:\n192.0.2.5 does not like recipient.\nRemote host said: 550 5.1.1 No such user\nGiving up on 192.0.2.5.\n",
        "5.1.1",
    ),
    "Exim": (
        DAEMON,
        "Mail delivery failed: returning message to sender",
        "This message was created automatically by mail delivery software.\n\nA message that you sent could not be delivered to one or more of its\nrecipients. This is a permanent error. The following address(es) failed:\n\n  lost@customer.example\n    host mx.customer.example [192.0.2.5]\n    SMTP error from remote mail server after RCPT TO:<lost@customer.example>:\n    550 no mailbox here by that name\n",
        "5.1.1",
    ),
    "Exim, full": (
        DAEMON,
        "Mail delivery failed: returning message to sender",
        "This message was created automatically by mail delivery software.\n\nThe following address(es) failed:\n\n  lost@customer.example\n    552 mailbox quota exceeded\n",
        "5.2.2",
    ),
    "Gmail": (
        "Mail Delivery Subsystem <mailer-daemon@gmx.example>",
        "Delivery Status Notification (Failure)",
        "** Address not found **\n\nYour message wasn't delivered to lost@customer.example because the address couldn't be found, or is unable to receive mail.\n\nThe response from the remote server was:\n550 5.1.1 The email account that you tried to reach does not exist.\n",
        "5.1.1",
    ),
    "Gmail, Russian": (
        "Mail Delivery Subsystem <mailer-daemon@gmx.example>",
        "Delivery Status Notification (Failure)",
        "** Адрес не найден **\n\nВаше сообщение не доставлено по адресу lost@customer.example, поскольку он не найден или не принимает почту.\n\nОтвет:\n550 5.1.1 The email account that you tried to reach does not exist.\n",
        "5.1.1",
    ),
    "Gmail, German": (
        "Mail Delivery Subsystem <mailer-daemon@gmx.example>",
        "Delivery Status Notification (Failure)",
        "** Adresse nicht gefunden **\n\nIhre Nachricht wurde nicht an lost@customer.example zugestellt, da die Adresse nicht gefunden wurde.\n\nAntwort:\n550 5.1.1 does not exist\n",
        "5.1.1",
    ),
    "Gmail, French": (
        "Mail Delivery Subsystem <mailer-daemon@gmx.example>",
        "Delivery Status Notification (Failure)",
        "** Adresse introuvable **\n\nVotre message n'a pas été remis à lost@customer.example, car l'adresse est introuvable ou ne peut pas recevoir de messages.\n",
        "5.1.1",
    ),
    "Gmail, Spanish, delayed": (
        "Mail Delivery Subsystem <mailer-daemon@gmx.example>",
        "Delivery Status Notification (Delay)",
        "** Entrega incompleta **\n\nSe ha producido un problema temporal al entregar tu mensaje a lost@customer.example. Gmail seguirá intentándolo durante 46 horas más.\n",
        "",
    ),
    "Exchange, Russian": (
        OFFICE,
        "Не удается доставить: Лампа",
        "Не удалось доставить сообщение следующим получателям или группам рассылки:\n\nlost@customer.example (lost@customer.example)\nУказанный адрес электронной почты не найден.\n\nДиагностические сведения для администраторов:\n\nСоздающий сервер: mx.example\n\nlost@customer.example\nRemote Server returned '550 5.1.1 RESOLVER.ADR.RecipNotFound; not found'\n",
        "5.1.1",
    ),
    "Exchange, German": (
        OFFICE,
        "Unzustellbar: Lampe",
        "Fehler bei der Nachrichtenzustellung an folgende Empfänger oder Gruppen:\n\nlost@customer.example\nDie eingegebene E-Mail-Adresse konnte nicht gefunden werden.\n\nDiagnoseinformationen für Administratoren:\nlost@customer.example\n#550 5.1.1 RESOLVER.ADR.RecipNotFound; not found ##\n",
        "5.1.1",
    ),
    "Exchange, French": (
        OFFICE,
        "Non remis : Lampe",
        "Échec de la remise à ces destinataires ou groupes :\n\nlost@customer.example\nL'adresse de messagerie entrée est introuvable.\n\nInformations de diagnostic pour les administrateurs :\nlost@customer.example\n#550 5.1.1 RESOLVER.ADR.RecipNotFound; not found ##\n",
        "5.1.1",
    ),
    "Exchange, Polish": (
        OFFICE,
        "Niedostarczalne: Lampa",
        "Dostarczenie wiadomości do następujących adresatów lub grup nie powiodło się:\n\nlost@customer.example\nNie można odnaleźć wprowadzonego adresu e-mail.\n\nlost@customer.example\n#550 5.1.1 RESOLVER.ADR.RecipNotFound; not found ##\n",
        "5.1.1",
    ),
    "Exchange, Spanish": (
        OFFICE,
        "No se puede entregar: Lámpara",
        "Error al entregar el mensaje a estos destinatarios o grupos:\n\nlost@customer.example\nNo se encontró la dirección de correo que especificó.\n\nlost@customer.example\n#550 5.1.1 RESOLVER.ADR.RecipNotFound; not found ##\n",
        "5.1.1",
    ),
    "Exchange, Italian": (
        OFFICE,
        "Non recapitabile: Lampada",
        "Impossibile recapitare il messaggio ai seguenti destinatari o gruppi:\n\nlost@customer.example\nL'indirizzo di posta elettronica immesso non è stato trovato.\n\nlost@customer.example\n#550 5.1.1 RESOLVER.ADR.RecipNotFound; not found ##\n",
        "5.1.1",
    ),
    "Exchange, Dutch": (
        OFFICE,
        "Onbestelbaar: Lamp",
        "Kan het bericht niet bezorgen bij de volgende geadresseerden of groepen:\n\nlost@customer.example\nHet opgegeven e-mailadres is niet gevonden.\n\nlost@customer.example\n#550 5.1.1 RESOLVER.ADR.RecipNotFound; not found ##\n",
        "5.1.1",
    ),
    "Exchange, Portuguese": (
        OFFICE,
        "Não é possível entregar: Lâmpada",
        "Falha na entrega a estes destinatários ou grupos:\n\nlost@customer.example\nO endereço de email inserido não foi encontrado.\n\nlost@customer.example\n#550 5.1.1 RESOLVER.ADR.RecipNotFound; not found ##\n",
        "5.1.1",
    ),
    "Yandex": (
        "mailer-daemon@ya.example",
        "Недоставленное сообщение",
        "Это письмо отправлено почтовым сервером ya.example.\n\nК сожалению, мы вынуждены сообщить Вам о том, что Ваше письмо не может\nбыть отправлено одному или нескольким адресатам.\n\n<lost@customer.example>: host mx.customer.example[192.0.2.5] said: 550 5.7.1 No such\n    user! (in reply to RCPT TO command)\n",
        "5.7.1",
    ),
    "Mail.ru": (
        "mailer-daemon@corp.example",
        "Mail failure.",
        "This message was created automatically by mail delivery software.\n\nA message that you sent could not be delivered to one or more of its recipients.\nСообщение не может быть доставлено: lost@customer.example\n** Message wasn't delivered: Could not find recipient's mailbox\n550 non-local recipient verification failed\n",
        "5.1.1",
    ),
    "Rambler": (
        "MAILER-DAEMON@ram.example",
        "Письмо не доставлено",
        "Ваше письмо не было доставлено получателю lost@customer.example: почтовый ящик переполнен.\n",
        "5.2.2",
    ),
    "Ukrainian portal": (
        "MAILER-DAEMON@ukr.example",
        "Лист не доставлено",
        "Ваш лист не вдалося доставити отримувачу lost@customer.example.\n550 5.1.1 User unknown\n",
        "5.1.1",
    ),
    "GMX": (
        "GMX Mailer Daemon <mailer-daemon@gmx.example>",
        "Mail delivery failed: returning message to sender",
        'This message was created automatically by mail delivery software.\n\nA message that you sent could not be delivered to one or more of\nits recipients. This is a permanent error. The following address\nfailed:\n\n"lost@customer.example":\nSMTP error from remote server for RCPT TO command, host: mx.customer.example (192.0.2.5) reason: 550 5.1.1 unknown user\n',
        "5.1.1",
    ),
    "Yahoo": (
        "MAILER-DAEMON@yah.example",
        "Failure Notice",
        "Sorry, we were unable to deliver your message to the following address.\n\n<lost@customer.example>:\n552: 5.2.2 Mailbox full\n",
        "5.2.2",
    ),
    "iCloud": (
        "postmaster@mx.example",
        "Undeliverable: Lamp",
        "Your message could not be delivered. Reason:\n\nlost@customer.example: 5.1.1 user unknown\n",
        "5.1.1",
    ),
    "Zimbra": (
        DAEMON,
        "Undelivered Mail Returned to Sender",
        "This is the mail system at host mx.example.\n\nYour message could not be delivered to <lost@customer.example>\n\n<lost@customer.example>: host mx[192.0.2.5] said: 552 5.2.2 Over quota\n",
        "5.2.2",
    ),
    "greylisted": (
        DAEMON,
        "Delayed Mail (still being retried)",
        "####\n# THIS IS A WARNING ONLY.  YOU DO NOT NEED TO RESEND YOUR MESSAGE. #\n####\n\nYour message could not be delivered for more than 4 hour(s).\nIt will be retried until it is 5 day(s) old.\n\n<lost@customer.example>: host mx[192.0.2.5] said: 451 4.7.1 Greylisting in action\n",
        "4.7.1",
    ),
    "spam": (
        DAEMON,
        "Undelivered Mail Returned to Sender",
        "<lost@customer.example>: host mx[192.0.2.5] said: 554 5.7.1 Message rejected as spam\n",
        "5.7.1",
    ),
    "French provider": (
        "postmaster@ora.example",
        "Message non distribué",
        "Votre message n'a pas pu être remis à lost@customer.example.\n550 5.1.1 Adresse inconnue\n",
        "5.1.1",
    ),
    "Italian provider": (
        "postmaster@lib.example",
        "Mancata consegna del messaggio",
        "Il messaggio non è stato consegnato a lost@customer.example: 550 5.1.1 utente sconosciuto\n",
        "5.1.1",
    ),
    "Chinese provider": (
        "Postmaster@qq.example",
        "系统退信/Undelivered Mail",
        "抱歉，您的邮件被退回来了……\n收件人邮件地址：lost@customer.example\n退信原因：收件人邮箱不存在 550 5.1.1\n",
        "5.1.1",
    ),
}

PEOPLE = {
    "asks about one": (
        "Marta <m.weiss@customer.example>",
        "Undelivered Mail Returned to Sender",
        "Hello, I got this when I wrote to your sales@orbit.example. What is wrong?\n\n<sales@orbit.example>: 550 5.1.1 User unknown",
    ),
    "a parcel": (
        "Marta <m.weiss@customer.example>",
        "Undelivered parcel returned to sender",
        "My parcel came back. Tracking says: delivery failed. Can you send it again?",
    ),
    "a parcel, Russian": (
        "Марта <m.weiss@customer.example>",
        "Не доставлено",
        "Посылка не доставлена, деньги списаны. Верните.",
    ),
    "a parcel, German": (
        "Marta <m.weiss@customer.example>",
        "Unzustellbar: Paket",
        "Mein Paket kam zurück, obwohl die Adresse stimmt.",
    ),
    "a parcel, French": (
        "Marta <m.weiss@customer.example>",
        "Colis non remis",
        "Bonjour, mon colis n'a pas été remis.",
    ),
    "passes one on": (
        "Marta <m.weiss@customer.example>",
        "Fwd: Undelivered Mail Returned to Sender",
        "See below.\n\n---------- Forwarded message ---------\nFrom: Mail Delivery System <mailer-daemon@mx.example>\nSubject: Undelivered Mail\n\n<x@y.example>: 550 5.1.1 User unknown",
    ),
    "a person at postmaster": (
        "Otto <postmaster@customer.example>",
        "Your mail server",
        "Hello, your server greets us with a wrong name. Could you look at it?",
    ),
}


def _read(sender: str, subject: str, text: str) -> ParsedMail:
    below = "\n------ This is a copy of the message ------\nMessage-ID: <out.7@orbit.example>\nTo: lost@customer.example\n\nDear Ann\n"
    head = f"From: {sender}\nTo: help@orbit.example\nSubject: {subject}\nContent-Type: text/plain; charset=utf-8\n\n"
    return parse_mail((head + text + (below if "mx.example" in sender else "")).encode())


def test_reports_name_the_address_and_the_reason() -> None:
    wrong = {}
    for name, (sender, subject, text, status) in REPORTS.items():
        bounce = _read(sender, subject, text).bounce
        found = (bounce.recipients, bounce.status, bounce.action) if bounce else None
        action = "delayed" if "elay" in subject else "failed"
        if found != (("lost@customer.example",), status, action):
            wrong[name] = found
    assert wrong == {}


def test_people_who_write_about_reports_are_people() -> None:
    read = {name: _read(*letter) for name, letter in PEOPLE.items()}
    assert {name: mail.bounce for name, mail in read.items() if mail.bounce or mail.automatic} == {}
