"""Reports of rare servers, gateways and languages; and letters and notes that only look like one."""

from mail_ingest.parse import ParsedMail, parse_mail

OURS = "\n\nReceived: from orbit.example\nMessage-ID: <out.7@orbit.example>\nTo: lost@customer.example\n\nDear Ann\n"
CODE = "\n\nlost@customer.example\n#550 5.1.1 RESOLVER.ADR.RecipNotFound; not found ##\n"

# name: sender, subject, text, status
REPORTS = {
    "old sendmail, code without its second half": (
        "MAILER-DAEMON@mx.example",
        "Returned mail: User unknown",
        "The original message was received at Mon\n\n   ----- Transcript of session follows -----\n"
        ">>> RCPT To:<lost@customer.example>\n<<< 550 <lost@customer.example>... User unknown\n",
        "5.1.1",
    ),
    "unknown host": (
        "MAILER-DAEMON@mx.example",
        "Returned mail: Host unknown",
        "   ----- Transcript of session follows -----\n550 lost@customer.example... Host unknown\n",
        "5.1.2",
    ),
    "mailbox size is a quota": (
        "Postmaster <postmaster@mx.example>",
        "Undeliverable Mail",
        "User mailbox exceeds allowed size: lost@customer.example\n",
        "5.2.2",
    ),
    "its warning is final": (
        "MDaemon@mx.example",
        "Warning: lost@customer.example - User unknown!",
        "The attached message had PERMANENT fatal delivery errors!\n\nFailed address: lost@customer.example\n",
        "5.1.1",
    ),
    "Domino, German": (
        "Postmaster@mx.example",
        "ZUSTELLUNGSFEHLER: nicht im Domino-Verzeichnis",
        "Ihr Dokument: Re\nwurde nicht zugestellt an: lost@customer.example\n"
        "weil: User lost nicht im Domino-Verzeichnis aufgeführt\n",
        "5.1.1",
    ),
    "Korean portal": (
        "postmaster@portal.example",
        "[메일 발송 실패] Re: 램프",
        "받는 사람 : lost@customer.example\n실패 사유 : 존재하지 않는 사용자 (550 User unknown)\n",
        "5.1.1",
    ),
    "picture messages of a mobile operator": (
        "sysadmin@mms.example",
        "Undeliverable Message",
        "Error: No valid recipients for this MM\n\nTo: lost@customer.example\n",
        "5.1.1",
    ),
    "electronic postmaster": (
        "Electronic Postmaster <postmaster@mx.example>",
        "Electronic Postmaster: mail not delivered",
        "One or more addresses in your message have failed with the\nfollowing responses:\n\n"
        "  lost@customer.example\n     550 No such user here\n",
        "5.1.1",
    ),
    "policy of a gateway": (
        "postmaster@mx.example",
        "Content violation",
        "The message you sent to lost@customer.example was not delivered: this type of file is not allowed.\n"
        "Error 550 5.7.1 content rejected\n",
        "5.7.1",
    ),
    "cloud sender": (
        "MAILER-DAEMON@send.example",
        "Delivery Status Notification (Failure)",
        "An error occurred while trying to deliver the mail to the following recipients:\nlost@customer.example\n",
        "",
    ),
    "address in brackets of a link": (
        "postmaster@mx.example",
        "Undeliverable: Re: lamp",
        f"Delivery has failed:\n\nlost@customer.example<mailto:lost@customer.example>{CODE}",
        "5.1.1",
    ),
} | {
    language: ("postmaster@mx.example", subject, said + CODE, "5.1.1")
    for language, subject, said in (
        ("Greek", "Δεν παραδόθηκε: Re: Λάμπα", "Η παράδοση απέτυχε για αυτούς τους παραλήπτες:"),
        ("Hebrew", "לא ניתן למסירה: Re: מנורה", "המסירה נכשלה לנמענים אלה:"),
        ("Arabic", "غير قابل للتسليم: Re: مصباح", "فشل تسليم الرسالة إلى هؤلاء المستلمين:"),
        ("Norwegian", "Kan ikke leveres: Re: Lampe", "Levering mislyktes for disse mottakerne:"),
        ("Lithuanian", "Nepristatyta: Re: Lempa", "Nepavyko pristatyti šiems gavėjams:"),
        ("Slovenian", "Nedostavljivo: Re: Svetilka", "Dostava za te prejemnike ni uspela:"),
    )
}

LETTERS = (
    (
        "Admin <admin@customer.example>",
        "Mailbox full",
        "Dear team,\nour mailbox info@customer.example is full, error 552 5.2.2. Please enlarge it.\nOtto",
    ),
    (
        "Parcels <no-reply@parcels.example>",
        "Delivery failure: parcel 1Z",
        "Your parcel could not be delivered. Write to help@parcels.example. Number 550-123.",
    ),
    (
        "Postmaster <postmaster@customer.example>",
        "Your mail to us",
        "Hello,\nour users get this since Monday, can you help?\n\n#550 5.1.1 RESOLVER.ADR help@orbit.example ##",
    ),
    (
        "Ann <ann@customer.example>",
        "Mail delivery failed",
        "Hello,\nmy mails to marta@orbit.example come back with 550 5.1.1 User unknown. Is the address right?",
    ),
)


def _mail(sender: str, subject: str, text: str) -> ParsedMail:
    head = f"From: {sender}\nTo: help@orbit.example\nSubject: {subject}\nMessage-ID: <r@mx.example>\n"
    return parse_mail(f"{head}Content-Type: text/plain; charset=utf-8\n\n{text}".encode())


def test_reports_of_rare_servers_name_whom_and_why() -> None:
    read = {name: _mail(*report[:2], report[2] + OURS).bounce for name, report in REPORTS.items()}
    found = {
        name: bounce and (bounce.recipients, bounce.status, bounce.action, bounce.original_message_id)
        for name, bounce in read.items()
    }
    assert found == {
        name: (("lost@customer.example",), report[3], "failed", "out.7@orbit.example")
        for name, report in REPORTS.items()
    }


def test_who_asks_about_a_mailbox_or_a_parcel_reports_nothing() -> None:
    assert [letter for letter in LETTERS if _mail(*letter).bounce] == []
