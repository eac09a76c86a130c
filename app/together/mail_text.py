"""A mail to an agent about notices: what it says, and the mail itself. Pure.

It says of itself that a program wrote it (RFC 3834), has no address that a report could go to, and bears our own mark,
so that neither a responder nor a helpdesk, this one included, takes it for a letter.
"""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from app.outgoing.ids import ascii_domain
from app.together.wording import Line, Translations, about, sentence

_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
LONGEST_SUBJECT = 200
LONGEST_ABOUT = 300


@dataclass(frozen=True)
class Entry:
    """One notice with its ticket."""

    line: Line
    ticket_id: int
    subject: str
    message_id: int | None = None


@dataclass(frozen=True)
class Said:
    """Subject and text, and the same text with its looks."""

    subject: str
    text: str
    html: str


@dataclass(frozen=True)
class Envelope:
    """What the headers say. `thread`: the id that mails about the same ticket refer to, '' for a daily one."""

    sender_name: str
    sender: str
    recipient_name: str
    recipient: str
    message_id: str
    thread: str
    instance: str
    written_at: datetime


def single(entries: Sequence[Entry], words: Translations, public_url: str, mark: str) -> Said:
    """About one ticket."""
    first = entries[0]
    title = _one_line(f"[#{first.ticket_id}] {sentence(first.line, words)}: {first.subject}")
    footer = words.ugettext(
        "Answer this mail to add an internal note to the ticket. The customer does not see it."
    )
    return _said(title, entries, words, public_url, [str(footer), _why(words, public_url), mark])


def daily(entries: Sequence[Entry], words: Translations, public_url: str, mark: str) -> Said:
    """Everything of a day."""
    count = len(entries)
    title = str(words.ungettext("%(num)s notice for you", "%(num)s notices for you", count)) % {"num": count}
    return _said(title, entries, words, public_url, [_why(words, public_url), mark])


def mail_of(said: Said, envelope: Envelope) -> EmailMessage:
    """The whole mail. Raises ValueError for an address that no header can carry."""
    mail = EmailMessage(policy=SMTP)
    mail["From"] = _address(envelope.sender_name, envelope.sender)
    mail["To"] = _address(envelope.recipient_name, envelope.recipient)
    mail["Subject"] = said.subject
    mail["Date"] = format_datetime(envelope.written_at)
    mail["Message-ID"] = f"<{envelope.message_id}>"
    if envelope.thread:
        mail["References"] = f"<{envelope.thread}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail["X-Auto-Response-Suppress"] = "All"
    mail["Precedence"] = "bulk"
    mail["X-Loop"] = envelope.sender
    mail["X-Sincerely-Instance"] = envelope.instance
    mail.set_content(said.text, cte="quoted-printable")
    mail.add_alternative(said.html, subtype="html", cte="quoted-printable")
    return mail


def _said(
    title: str, entries: Sequence[Entry], words: Translations, public_url: str, footer: Sequence[str]
) -> Said:
    subject = _one_line(title)[:LONGEST_SUBJECT]
    plain = "\n\n".join(_plain(entry, words, public_url) for entry in entries)
    rich = "".join(_rich(entry, words, public_url) for entry in entries)
    below = "<br>".join(html.escape(line) for line in footer)
    page = (
        '<div style="font:15px/1.5 system-ui,Segoe UI,Roboto,Arial,sans-serif;color:#1d1c1a">'
        f'{rich}<p style="margin:24px 0 0;color:#6b6963;font-size:13px">{below}</p></div>'
    )
    return Said(subject, f"{plain}\n\n-- \n" + "\n".join(footer) + "\n", page)


def _plain(entry: Entry, words: Translations, public_url: str) -> str:
    said = [sentence(entry.line, words), f"#{entry.ticket_id} {_one_line(entry.subject)}"]
    if about(entry.line):
        said.append(f"> {_one_line(about(entry.line))[:LONGEST_ABOUT]}")
    return "\n".join([*said, _url(entry, public_url)])


def _rich(entry: Entry, words: Translations, public_url: str) -> str:
    quote = html.escape(_one_line(about(entry.line))[:LONGEST_ABOUT])
    told = (
        f'<div style="margin:4px 0 0;padding-left:10px;border-left:3px solid #d3cfc7;color:#55534e">{quote}</div>'
        if quote
        else ""
    )
    return (
        f'<div style="margin:0 0 18px"><strong>{html.escape(sentence(entry.line, words))}</strong><br>'
        f'<a style="color:#3843b8" href="{html.escape(_url(entry, public_url))}">#{entry.ticket_id} '
        f"{html.escape(_one_line(entry.subject))}</a>{told}</div>"
    )


def _url(entry: Entry, public_url: str) -> str:
    anchor = f"#message-{entry.message_id}" if entry.message_id else ""
    return f"{public_url}/tickets/{entry.ticket_id}{anchor}"


def _why(words: Translations, public_url: str) -> str:
    return (
        str(words.ugettext("You chose to be told by e-mail. Change it here:"))
        + f" {public_url}/notices/settings"
    )


def _address(name: str, email: str) -> Address:
    local, _, domain = _one_line(email).rpartition("@")
    return Address(display_name=_one_line(name), username=local, domain=ascii_domain(domain))


def _one_line(text: str) -> str:
    return " ".join(_UNPRINTABLE.sub(" ", text).split())
