"""Pure: bounces that are written for people only, without the fields of RFC 3464.

Such a mail counts when who sends it, what its subject says and what it says agree that it comes from a mail server;
the less its sender is known as one, the more the rest must say. A person who writes about a bounce, or passes one on,
is a person.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from mail_ingest.bounce_subjects import (
    DAEMON_LOCAL,
    DAEMON_NAME,
    OFFICE_LOCAL,
    POSTMASTER_LOCAL,
    POSTMASTER_NAME,
    PREFIXED,
    SUBJECT,
    WEAK_SUBJECT,
)
from mail_ingest.bounce_words import (
    COPY_BELOW,
    DELAY_SUBJECT,
    DELAYED,
    FAILED,
    FINAL,
    FOR_ADMINISTRATORS,
    GOODS,
    GREETING,
    MEANINGS,
    OPENING,
)
from mail_ingest.header_address import Address
from mail_ingest.mime_tree import Part

MAX_PROSE = 60_000
MAX_DIAGNOSTIC = 500
# Enough of the words of a server to know it by.
_BEGINNING = 600
_MIDDLE = 6000

ADDRESS = re.compile(r"[\w.!#$%&'*+/=?^`{|}~-]{1,64}@[\w.-]{1,250}\w")
STATUS = re.compile(r"(?<![\d.])([45]\.[0-7]\.\d{1,3})(?![\d.])")
_REPLY = re.compile(r"(?<![\d.:#-])([45])[0-5]\d(?=[ \-:;,)]|$)", re.M)
_RCPT = re.compile(r"rcpt to\W{1,4}([^\s<>:;,()]{1,64}@[^\s<>:;,()]{1,250})", re.I)
_LABELS = (
    r"(?:to|recipient(?: address)?|(?:failed|undeliverable) (?:address|recipient)|address(?:ed to)?|e-?mail"
    r"|user|user unknown"
    r"|unknown user|invalid (?:final delivery userid|recipient|address)|final-recipient|original-recipient"
    r"|получатель|кому|адрес"
    r"|empfänger|destinataire|destinatario|odbiorca|收件人|宛先)"
)
_LISTED = re.compile(
    rf"^[ \t>*•·\"'«([-]{{0,12}}(?:(?:\[?status: \w{{1,20}}, )?{_LABELS}\s{{0,3}}[:：]?\s{{0,3}})?"
    r"(?:<|mailto:|smtp:|smtp |rfc822; ?|\"|'){0,3}"
    r"([^\s<>:;,()\"'«»]{1,64}@[^\s<>:;,()\"'«»]{1,250})[>\"'»]{0,2}(?:[ \t:;,()\]<（）。，]|\.(?!\w)|$)",
    re.M | re.I,
)
_NEAR = re.compile(
    r"(?:deliver(?:ed|y)?|to|recipient|address|user|for|адрес\w*|получател\w*|для|an|à|a|para|voor"
    r"|do)[ \t\n:'\"<«]{1,8}"
    r"([^\s<>:;,()'\"»]{1,64}@[^\s<>:;,()'\"»]{1,250})",
    re.I,
)
_NOT_PEOPLE = re.compile(r"^(?:mailer-?daemon|postmaster|abuse|support-?mail|postmaster-\w+)@", re.I)


@dataclass(frozen=True, slots=True)
class Prose:
    """What a report in plain words says; the id and the headers of the mail it is about stand elsewhere."""

    recipients: tuple[str, ...]
    status: str
    diagnostic: str
    delayed: bool


def read_prose(root: Part, subject: str, sender: Address, text: str) -> Prose | None:
    """The report in this text, None when it is none. `text`: the readable text of the mail."""
    failed = failed_header(root)
    server = _server(root, sender)
    if not failed and server == _NOBODY and (PREFIXED.match(subject) or not SUBJECT.match(subject)):
        return None  # as nearly every letter; the rest reads the text
    prose = above_copy(text[:MAX_PROSE])
    flat = " ".join(prose.split())
    if not failed and not _says_so(server, subject, sender, prose):
        return None
    recipients = failed or recipients_in(prose, _not_meant(root, sender))
    status = status_in(prose) or status_in(subject)
    return Prose(tuple(recipients), status, diagnostic_in(prose), _is_delay(subject, flat))


def failed_header(root: Part) -> list[str]:
    """The addresses of X-Failed-Recipients (Exim, Gmail)."""
    return ADDRESS.findall(root.headers.ascii("x-failed-recipients"))


def is_from_server(root: Part, sender: Address) -> bool:
    """True for a sender that can only be a mail server's program."""
    return _server(root, sender) >= _DAEMON


_DAEMON, _POSTMASTER, _OFFICE, _NOBODY = 3, 2, 1, 0
# So early stands the first sentence of a program; before a person's comes a greeting.
_AT_ONCE = 12


def _says_so(server: int, subject: str, sender: Address, prose: str) -> bool:
    flat = " ".join(prose.split())
    known, weak = bool(SUBJECT.match(subject)), bool(WEAK_SUBJECT.search(subject))
    opening = bool(OPENING.search(flat[:_BEGINNING]))
    says = opening or bool(FAILED.search(flat[:_MIDDLE]))
    code = bool(STATUS.search(flat) or _REPLY.search(flat))
    address = bool(ADDRESS.search(flat[:_MIDDLE]))
    if server == _DAEMON and _is_daemon(sender):
        return (says and (known or weak or code or opening or address)) or (known and address)
    if PREFIXED.match(subject):
        return False
    if server >= _POSTMASTER and address and _is_for_administrators(prose):
        return True  # in whatever language it says so
    if server <= _OFFICE and _is_of_people(flat):
        return False
    if server == _DAEMON:
        # Absence notes have no envelope sender either: they speak of messages, not of delivery.
        return says and (known or (code and (weak or opening)))
    if server >= _OFFICE:
        enough = code or opening or (address and server == _POSTMASTER)
        return says and ((known and enough) or (code and opening and weak))
    first = OPENING.search(flat[:_BEGINNING])
    return known and code and address and first is not None and first.start() <= _AT_ONCE


def _is_for_administrators(prose: str) -> bool:
    """A server's own code, not one that a person quotes or asks about."""
    own = "\n".join(line for line in prose.split("\n") if not line.startswith(">"))
    return FOR_ADMINISTRATORS.search(own) is not None and not GREETING.match(own.lstrip())


def _is_of_people(flat: str) -> bool:
    """Somebody greets and asks about his mailbox, or a parcel did not arrive."""
    if OPENING.search(flat[: _AT_ONCE + 60]):
        return False
    return GREETING.match(flat) is not None or GOODS.search(flat[:_BEGINNING]) is not None


def _server(root: Part, sender: Address) -> int:
    headers = root.headers
    null_sender = headers.ascii("return-path").replace(" ", "") in ("<>", "<#@[]>", "<MAILER-DAEMON>")
    if null_sender or root.content_type == "multipart/report" or _is_daemon(sender):
        return _DAEMON
    local = sender.email.partition("@")[0]
    if not sender.email or POSTMASTER_LOCAL.search(local) or POSTMASTER_NAME.search(sender.name):
        return _POSTMASTER
    submitted = headers.ascii("auto-submitted").lower()
    declared = submitted.startswith(("auto-rep", "auto-gen", "auto-not")) or headers.has("x-mddsn-message")
    return _OFFICE if declared or OFFICE_LOCAL.search(local) else _NOBODY


def _is_daemon(sender: Address) -> bool:
    local = sender.email.partition("@")[0]
    return bool(DAEMON_LOCAL.search(local) or DAEMON_NAME.search(sender.name))


def _not_meant(root: Part, sender: Address) -> set[str]:
    """Addresses that stand in a report but are not about whom it is: its sender, and us."""
    ours = ADDRESS.findall(root.headers.ascii("to")) + ADDRESS.findall(root.headers.ascii("delivered-to"))
    return {address.lower() for address in (sender.email, *ours) if address}


def above_copy(text: str) -> str:
    """The server's own words, without the returned mail below them."""
    copy = COPY_BELOW.search(text, 1)
    return text[: copy.start()] if copy and copy.start() > 40 else text


def recipients_in(prose: str, but: Iterable[str] = ()) -> list[str]:
    """The addresses that the words are about, the likeliest way of naming them first."""
    for pattern in (_RCPT, _LISTED, _NEAR, ADDRESS):
        found = (match[0].lower() for match in map(ADDRESS.findall, pattern.findall(prose)) if match)
        named = [item for item in dict.fromkeys(found) if item not in but and not _NOT_PEOPLE.search(item)]
        if named:
            return named
    return []


def _is_delay(subject: str, flat: str) -> bool:
    return not FINAL.search(flat) and bool(DELAY_SUBJECT.search(subject) or DELAYED.search(flat))


def status_in(text: str) -> str:
    """The enhanced code (RFC 3463) in the text, else what its SMTP reply or its words come to; '' for neither."""
    exact = STATUS.search(text)
    if exact:
        return exact[1]
    reply = _REPLY.search(text)
    if reply:
        meaning = _meaning(_line_of(text, reply.start()))
        return reply[1] + (meaning[1:] or ".0.0")
    return _meaning(text[:_MIDDLE])


def _line_of(text: str, at: int) -> str:
    """The line that holds this place with those beside it, as servers wrap their words."""
    lines = (
        text[max(0, at - MAX_DIAGNOSTIC) : at].split("\n")[-2:]
        + text[at : at + MAX_DIAGNOSTIC].split("\n")[:2]
    )
    return "\n".join(lines)


def _meaning(words: str) -> str:
    return next((code for pattern, code in MEANINGS if pattern.search(words)), "")


def diagnostic_in(prose: str) -> str:
    """The line with the server's code and the one behind it, else the first line that says what happened."""
    lines = [line.strip() for line in prose.split("\n")]
    for pattern in (_REPLY, STATUS, FAILED):
        for index, line in enumerate(lines):
            if pattern.search(line):
                return " ".join(" ".join(lines[index : index + 2]).split())[:MAX_DIAGNOSTIC]
    return ""
