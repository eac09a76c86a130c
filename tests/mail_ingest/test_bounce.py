"""Bounces: who was not reached, why, and which letter of ours it was. Prose in the manner of each server."""

import pytest

from mail_ingest.bounce import Bounce
from mail_ingest.parse import parse_mail

OURS = (
    "Message-ID: <out.7.abc@orbit.example>\nFrom: support@orbit.example\n"
    "To: lost@customer.example\nSubject: Re: lamp\n"
)


def prose(sender: str, subject: str, text: str, extra: str = "") -> Bounce | None:
    head = f"From: {sender}\nTo: support@orbit.example\nSubject: {subject}\n{extra}"
    return parse_mail(f"{head}Content-Type: text/plain; charset=utf-8\n\n{text}".encode()).bounce


def report(status: str, returned: str = f"--b\nContent-Type: text/rfc822-headers\n\n{OURS}\n") -> bytes:
    return (
        "From: postmaster@mx.example\nSubject: Report\nContent-Type: multipart/report; boundary=b;"
        f" report-type=delivery-status\n\n--b\n\nwords\n--b\nContent-Type:"
        f" message/delivery-status\n\n{status}\n{returned}--b--\n"
    ).encode()


SERVERS = {
    "qmail": (
        "MAILER-DAEMON@mx.example",
        "failure notice",
        "Hi. This is the qmail-send program at mx.example.\n"
        "I'm afraid I wasn't able to deliver your message to the following addresses.\n"
        "This is a permanent error; I've given up. Sorry it didn't work out.\n\n"
        "<lost@customer.example>:\nSorry, no mailbox here by that name. (#5.1.1)\n\n"
        f"--- Below this line is a copy of the message.\n\nReturn-Path: <support@orbit.example>\n"
        f"{OURS}\nHello\n",
        "5.1.1",
    ),
    "Exim": (
        "Mail Delivery System <Mailer-Daemon@mx.example>",
        "Mail delivery failed: returning message to sender",
        "This message was created automatically by mail delivery software.\n\n"
        "A message that you sent could not be delivered to one or more of its\n"
        "recipients. This is a permanent error. The following address(es) failed:\n\n"
        "  lost@customer.example\n    host mx.customer.example [192.0.2.7]\n"
        "    SMTP error from remote mail server after RCPT TO:<lost@customer.example>:\n    550 No"
        " such user here\n\n"
        f"------ This is a copy of the message, including all the headers. ------\n\n{OURS}\nHello\n",
        "5.1.1",
    ),
    "Postfix without a status part": (
        "MAILER-DAEMON@mx.example (Mail Delivery System)",
        "Undelivered Mail Returned to Sender",
        "This is the mail system at host mx.example.\n\nI'm sorry to have to inform you that your"
        " message could not\n"
        "be delivered to one or more recipients. It's attached below.\n\n"
        "<lost@customer.example>: host mx.customer.example[192.0.2.7] said: 550 5.1.1\n"
        f"    recipient unknown (in reply to RCPT TO command)\n\nReturn-Path: <support@orbit.example>\n{OURS}",
        "5.1.1",
    ),
    "Exchange": (
        "Microsoft Outlook <postmaster@corp.example>",
        "Undeliverable: Re: lamp",
        "Delivery has failed to these recipients or groups:\n\nlost@customer.example\n"
        "The address you typed was not found. Check it and send again.\n\n"
        "Diagnostic information for administrators:\n\nGenerating server: ex.corp.example\n\n"
        "lost@customer.example\n"
        f"Remote Server returned '550 5.1.10 RESOLVER.ADR.RecipientNotFound'\n\nOriginal message"
        f" headers:\n\n{OURS}",
        "5.1.10",
    ),
    "old Exchange": (
        "System Administrator <postmaster@corp.example>",
        "Undeliverable: Re: lamp",
        "Your message\n\n  Subject: Re: lamp\n  Sent: Monday\n\ndid not reach the following recipient(s):\n\n"
        "lost@customer.example on Mon, 2 Nov 2026 10:15:00 +0100\n    The e-mail account does not exist.\n"
        f"    <ex.corp.example #5.1.1>\n\nMessage headers:\n{OURS}",
        "5.1.1",
    ),
    "Gmail": (
        "Mail Delivery Subsystem <mailer-daemon@provider.example>",
        "Delivery Status Notification (Failure)",
        "** Address not found **\n\nYour message wasn't delivered to lost@customer.example because"
        " the address couldn't be"
        f" found.\n\nThe response was:\n550 5.1.1 This account does not exist.\n\n----- Original"
        f" message -----\n\n{OURS}",
        "5.1.1",
    ),
    "Yandex": (
        "mailer-daemon@post.example",
        "Недоставленное сообщение",
        "Это письмо отправлено почтовым сервером.\n\nК сожалению, мы вынуждены сообщить Вам о том,"
        " что Ваше письмо не может быть"
        " доставлено одному или нескольким адресатам.\n\n<lost@customer.example>: host"
        " mx.customer.example said: 550 5.7.1 No such"
        f" user!\n\nИсходное сообщение:\n{OURS}",
        "5.7.1",
    ),
    "Mail.ru": (
        "Mail Delivery System <mailer-daemon@mail.example>",
        "Mail failure.",
        "Это письмо создано автоматически сервером почты, отвечать на него не нужно.\n\nК"
        " сожалению, Ваше письмо не может быть\n"
        "доставлено одному или нескольким получателям:\n\n**********************\n\nlost@customer.example:\n"
        f"   user not found\n   550 Message was not accepted\n\n**********************\n\n{OURS}",
        "5.1.1",
    ),
    "Sendmail": (
        "Mail Delivery Subsystem <MAILER-DAEMON@mx.example>",
        "Returned mail: see transcript for details",
        "The original message was received at Mon, 2 Nov 2026\n\n   ----- The following addresses"
        " had permanent fatal errors -----\n"
        "<lost@customer.example>\n    (reason: 550 5.1.1 <lost@customer.example>... User unknown)\n\n"
        f"   ----- Transcript of session follows -----\n550 5.1.1 User unknown\n\n   ----- Original"
        f" message follows -----\n\n{OURS}",
        "5.1.1",
    ),
    "German": (
        "Mailer-Daemon <mailer-daemon@post.example>",
        "Unzustellbar: Re: lamp",
        "Ihre Nachricht konnte nicht zugestellt werden an:\n\nlost@customer.example\n\n"
        f"Grund: 550 5.2.2 Postfach voll\n\n{OURS}",
        "5.2.2",
    ),
    "French, null sender only": (
        "Service <service@post.example>",
        "Message non remis",
        "Votre message n'a pas pu être remis à lost@customer.example : 550 5.1.1 inconnu\n\n" + OURS,
        "5.1.1",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", SERVERS)
def test_prose_of_a_server_is_read(name: str) -> None:
    sender, subject, text, status = SERVERS[name]
    found = prose(sender, subject, text, "Return-Path: <>\n" if "null" in name else "")
    assert found is not None
    assert found.recipients == ("lost@customer.example",)
    assert found.status == status
    assert found.action == "failed"
    assert found.original_message_id == "out.7.abc@orbit.example"
    assert found.diagnostic


DELAYS = {
    "Exim": (
        "Mail Delivery System <Mailer-Daemon@mx.example>",
        "Warning: message 1abc-0001 delayed 24 hours",
        "A message that you sent has not been delivered to one or more of its\nrecipients after"
        " more than 24 hours on the queue.\n\n"
        "The address to which the message has not yet been delivered is:\n\n "
        " lost@customer.example\n\nNo action is required on your"
        " part. Delivery attempts will continue for\nsome time, and this warning may be repeated.\n",
    ),
    "Gmail": (
        "Mail Delivery Subsystem <mailer-daemon@provider.example>",
        "Delivery Status Notification (Delay)",
        "** Delivery incomplete **\n\nThere was a temporary problem delivering your message to"
        " lost@customer.example. We will"
        " retry for 46 more hours. You'll be notified if the delivery fails permanently.\n",
    ),
    "Sendmail": (
        "MAILER-DAEMON@mx.example",
        "Warning: could not send message for past 4 hours",
        "    **********************************************\n    **      THIS IS A WARNING MESSAGE"
        " ONLY      **\n"
        "    **  YOU DO NOT NEED TO RESEND YOUR MESSAGE  **\n\n   ----- The following addresses"
        " had transient non-fatal errors"
        " -----\n<lost@customer.example>\n\nMessage could not be delivered for 4 hours\nMessage"
        " will be retried for 4 more days\n",
    ),
    "Russian": (
        "mailer-daemon@post.example",
        "Задержка доставки",
        "Ваше письмо пока не доставлено адресату lost@customer.example. Повторные попытки доставки"
        " будут продолжаться два дня.\n",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", DELAYS)
def test_a_delay_is_no_failure(name: str) -> None:
    found = prose(*DELAYS[name])
    assert found is not None
    assert found.action == "delayed"
    assert found.recipients == ("lost@customer.example",)


STATUS = "Reporting-MTA: dns; mx.example\n\n"


@pytest.mark.parametrize(
    ("status", "recipients", "code", "action"),
    [
        (
            "Final-Recipient: rfc822; A@b.example\nAction: failed\nStatus: 5.1.1\n",
            ("a@b.example",),
            "5.1.1",
            "failed",
        ),
        (
            "Final-Recipient: RFC822;<a@b.example>\nAction: Failed (bad)\nStatus: 5.4.1 (x)\n",
            ("a@b.example",),
            "5.4.1",
            "failed",
        ),
        (
            "Final-Recipient: rfc822; a@b.example\nAction: delayed\nStatus: 4.4.1\n",
            ("a@b.example",),
            "4.4.1",
            "delayed",
        ),
        (
            "Final-Recipient: rfc822; a@b.example\nAction: failed\nStatus: 4.4.7\n",
            ("a@b.example",),
            "4.4.7",
            "failed",
        ),
        ("Final-Recipient: rfc822; a@b.example\nStatus: 5.0.0\n", ("a@b.example",), "5.0.0", "failed"),
        (
            "Final-Recipient: rfc822; a@b.example\nAction: relayed\nStatus: 2.0.0\n",
            ("a@b.example",),
            "2.0.0",
            "relayed",
        ),
        (
            "Final-Recipient: rfc822; a@b.example\nAction: delivered\nStatus: 2.0.0\n\n"
            "Final-Recipient: rfc822; c@d.example\nAction: failed\nStatus: 5.2.2\n",
            ("c@d.example",),
            "5.2.2",
            "failed",
        ),
        (
            "Original-Recipient: rfc822;info@b.example\nFinal-Recipient: rfc822;ann@b.example\n"
            "Action: failed\nStatus: 5.1.1\n",
            ("info@b.example", "ann@b.example"),
            "5.1.1",
            "failed",
        ),
    ],
)
def test_the_standard_report_is_read_by_its_fields(
    status: str, recipients: tuple[str, ...], code: str, action: str
) -> None:
    found = parse_mail(report(STATUS + status)).bounce
    assert found is not None
    assert (found.recipients, found.status, found.action) == (recipients, code, action)
    assert found.original_message_id == "out.7.abc@orbit.example"


def test_groups_need_no_empty_line_between_them() -> None:
    glued = "Reporting-MTA: dns; mx.example\nFinal-Recipient: rfc822; a@b.example\nAction: failed\nStatus: 5.1.1\n"
    found = parse_mail(report(glued)).bounce
    assert found is not None
    assert found.recipients == ("a@b.example",)


def test_the_returned_mail_itself_names_our_letter() -> None:
    returned = f"--b\nContent-Type: message/rfc822\n\n{OURS}\nHello\n"
    found = parse_mail(
        report(STATUS + "Final-Recipient: rfc822; a@b.example\nAction: failed\n", returned)
    ).bounce
    assert found is not None
    assert found.original_message_id == "out.7.abc@orbit.example"
    assert "Hello" not in parse_mail(report(STATUS, returned)).text


def test_the_header_of_failed_recipients_counts() -> None:
    found = prose(
        "someone@mx.example", "?", "Something went wrong.", "X-Failed-Recipients: Lost@customer.example\n"
    )
    assert found is not None
    assert found.recipients == ("lost@customer.example",)


PEOPLE = [
    ("Ann <ann@customer.example>", "Mail delivery failed?",
     "My letter could not be delivered to lost@customer.example: 550 5.1.1"),
    ("Ann <ann@customer.example>", "Fwd: Undelivered Mail Returned to Sender", SERVERS["Exim"][2]),
    ("Ann <ann@customer.example>", "Delivery delayed", "My parcel is delayed. When will it be delivered to me?"),
    ("Postmaster <postmaster@corp.example>", "Question about our account",
     "Could you delete lost@corp.example, please?"),
]  # fmt: skip


@pytest.mark.parametrize(("sender", "subject", "text"), PEOPLE)
def test_a_letter_about_a_bounce_is_none(sender: str, subject: str, text: str) -> None:
    assert prose(sender, subject, text) is None


def test_an_absence_note_without_sender_is_no_bounce() -> None:
    text = "I cannot be reached until Monday, your message will not be forwarded. Write to other@customer.example."
    mail = parse_mail(f"Return-Path: <>\nFrom: ann@customer.example\nSubject: Away\n\n{text}\n".encode())
    assert mail.bounce is None
    assert mail.automatic is not None


def test_a_read_receipt_is_automatic_and_no_bounce() -> None:
    raw = (
        b"From: ann@customer.example\nSubject: Read: lamp\nContent-Type: multipart/report; boundary=b;"
        b" report-type=disposition-notification\n\n--b\n\nIt was displayed.\n--b\nContent-Type:"
        b" message/disposition-notification\n\n"
        b"Final-Recipient: rfc822; ann@customer.example\nDisposition:"
        b" manual-action/MDN-sent-manually; displayed\n--b--\n"
    )
    mail = parse_mail(raw)
    assert mail.bounce is None
    assert mail.automatic == "a receipt: the letter was displayed or deleted"


TERSE = {
    "an operator": ("Post Office <post_office@cell.example>", "Undeliverable Message",
                    "  Error:  lost@customer.example\n  Message could not be delivered to mobile."),
    "nothing in the subject": ("MAILER-DAEMON@mx.example", "", "<lost@customer.example>: user unknown"),
    "a relay": ("Mail Delivery System <noreply@relay.example>", "Message rejected",
                "Your message to lost@customer.example was rejected.\n554 5.7.1 spam"),
    "a bulk sender": ("Mail Delivery System <postmaster@bulk.example>", "Delivery Status Notification (Failure)",
                      "Delivery to lost@customer.example failed: 605 Not delivering to previously bounced address"),
    "a filter": ("Content Filter <content-filter@mx.example>", "VIRUS (X) IN MAIL FROM YOU",
                 "VIRUS ALERT\nA virus is in your email to lost@customer.example. Delivery of the email was stopped!"),
    "in Chinese": ("postmaster@cn.example", "邮件投递失败", "您发送的邮件未能投递到 lost@customer.example，原因：550 用户不存在"),
    "in Spanish": ("Mail Delivery System <MAILER-DAEMON@isp.example>", "Mensaje no entregado",
                   "Su mensaje no se pudo entregar a lost@customer.example: el buzón está lleno."),
    "over quota": ("MAILER-DAEMON@mx.example", "Quota exceeded", "The user lost@customer.example is over quota."),
}  # fmt: skip


@pytest.mark.parametrize("name", TERSE)
def test_a_server_of_few_words_is_understood(name: str) -> None:
    found = prose(*TERSE[name])
    assert found is not None
    assert (found.action, found.recipients) == ("failed", ("lost@customer.example",))


@pytest.mark.parametrize(
    ("sender", "subject", "text"),
    [
        ("admin@customer.example", "Delivery delayed again!", "The parcel could not be delivered. Call me."),
        ("postmaster@customer.example", "Delivery report", "Your letter has been delivered to a@b.example."),
        ("Ann <ann@customer.example>", "Mail delivery failed: returning message to sender",
         "I got this when I wrote to you.\nThis message was created automatically by mail delivery software. A message"
         " that you sent could not be delivered to lost@customer.example. 550 5.1.1"),
        ("lost@customer.example", "Re: lamp", "My mailbox is full"),
        ("Ann <ann@customer.example>", "Delivery failed", "Delivery to the following address failed: 5 Green St. 550 1"),
    ],
)  # fmt: skip
def test_what_is_near_a_bounce_is_none(sender: str, subject: str, text: str) -> None:
    assert prose(sender, subject, text) is None
