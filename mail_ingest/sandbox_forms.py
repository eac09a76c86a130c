"""How a sample letter is written down as mail: from its words to the bytes some mail program would have sent.

Place in the flow: below `sandbox_letters`. Pure: the same words and `now` give the same bytes. Forms:

    (none)      text, with HTML, pictures and files as the letter asks
    away        an out-of-office answer        newsletter  bulk mail
    bounce      a delivery report (RFC 3464)   invite      a calendar invitation
    unlabelled  8-bit text that names no charset, in headers too
    malformed   broken in several ways, and still readable
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email import message_from_string
from email.header import Header
from email.message import Message
from email.parser import HeaderParser
from email.policy import compat32
from email.utils import format_datetime, formataddr, parseaddr
from pathlib import Path

from app.sandbox_mail import SUPPORT_ADDRESS
from mail_ingest.sandbox_mime import file_part, parts_in, text_part

_HTML = Path(__file__).parent / "sandbox_data" / "html"
_CRLF = compat32.clone(linesep="\r\n")
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = {
    "en": "January,February,March,April,May,June,July,August,September,October,November,December",
    "ru": "января,февраля,марта,апреля,мая,июня,июля,августа,сентября,октября,ноября,декабря",
}


@dataclass(frozen=True)
class Source:
    """A sample letter as it lies in its file."""

    key: str
    fields: Mapping[str, str]
    body: str

    @property
    def language(self) -> str:
        return self.key[:2]

    @property
    def form(self) -> str:
        return self.fields.get("Form", "")

    @property
    def name(self) -> str:
        return parseaddr(self.fields["From"])[0]

    @property
    def address(self) -> str:
        return parseaddr(self.fields["From"])[1]

    @property
    def envelope_from(self) -> str:
        # RFC 3834, section 3.3, and RFC 3464, section 2: nobody answers a robot, so robots name no sender.
        return "" if self.form in ("away", "bounce") else self.address

    @property
    def domain(self) -> str:
        return self.address.rpartition("@")[2]

    @property
    def charset(self) -> str:
        return self.fields.get("Charset", "utf-8")

    def arrives_at(self, now: datetime) -> datetime:
        return self.written_at(now).astimezone(UTC) + timedelta(seconds=4)

    def written_at(self, now: datetime) -> datetime:
        """In the writer's time zone: "9d 08:42" is that time nine days back, "1.5h" that long ago."""
        here = now.astimezone(datetime.strptime(self.fields["Zone"], "%z").tzinfo).replace(microsecond=0)
        when = self.fields["Sent"]
        if when.endswith("h"):
            return here - timedelta(hours=float(when[:-1]))
        days, _, clock = when.partition("d ")
        hour, minute = clock.split(":")
        # Nobody writes on the full minute.
        second = int(self.digest(now)[:6], 16) % 50
        return (here - timedelta(days=int(days))).replace(hour=int(hour), minute=int(minute), second=second)

    def identity(self, now: datetime) -> str:
        return f"<{self.digest(now)}@{self.domain}>"

    def digest(self, now: datetime) -> str:
        return hashlib.sha256(f"{self.key} {now.astimezone(UTC).isoformat()}".encode()).hexdigest()[:24]

    def text(self, now: datetime) -> str:
        """The words, with {day-3} replaced by the date three days before the letter."""

        def day(match: re.Match[str]) -> str:
            date = self.written_at(now) + timedelta(days=int(match[1]))
            month = _MONTHS[self.language].split(",")[date.month - 1]
            weekday = f"{_DAYS[date.weekday()]} " if self.language == "en" else ""
            return f"{weekday}{date.day} {month}"

        return re.sub(r"\{day([+-]\d+)\}", day, self.body)


def read_source(key: str, text: str) -> Source:
    parsed = HeaderParser().parsestr(text)
    return Source(key, {name: value.strip() for name, value in parsed.items()}, str(parsed.get_payload()))


def write_letter(source: Source, parent: Source | None, now: datetime) -> bytes:
    """The letter's bytes, lines ended by CRLF. `parent` is the letter that this one answers."""
    if source.form in _RAW:
        return _RAW[source.form](source, now)
    mail = _FORMS[source.form](source, _words(source, parent, now), now)
    described = mail.items()
    for name in {name for name, _ in described}:
        del mail[name]
    for name, value in [*_headers(source, parent, now), *described]:
        mail[name] = value
    return mail.as_bytes(policy=_CRLF)


def _headers(source: Source, parent: Source | None, now: datetime) -> list[tuple[str, str]]:
    sender = formataddr((_encoded(source.name, source.charset), source.address))
    written = source.written_at(now)
    found = [
        ("Return-Path", f"<{source.envelope_from}>"),
        ("Delivered-To", SUPPORT_ADDRESS),
        ("Received", f"from mail.{source.domain} by mx.sandbox.example; {format_datetime(written)}"),
        ("Message-ID", source.identity(now)),
        ("Date", format_datetime(written)),
        ("From", sender),
        ("To", SUPPORT_ADDRESS),
    ]
    if source.fields["Subject"]:
        found.append(("Subject", _encoded(source.fields["Subject"], source.charset)))
    if parent:
        found += [("In-Reply-To", parent.identity(now)), ("References", parent.identity(now))]
    if "Mailer" in source.fields:
        found.append(("X-Mailer", source.fields["Mailer"]))
    return found


def _encoded(value: str, charset: str) -> str:
    return value if value.isascii() else Header(value, charset, header_name="Subject").encode(linesep="\r\n")


def _words(source: Source, parent: Source | None, now: datetime) -> str:
    if parent is None:
        return source.text(now)
    written = parent.written_at(now)
    if source.language == "ru":
        heading = f"{written:%d.%m.%Y %H:%M}, {parent.name} пишет:"
    else:
        heading = f"On {written:%d/%m/%Y %H:%M}, {parent.name} wrote:"
    quoted = "".join(f"> {line}".rstrip() + "\n" for line in parent.text(now).rstrip("\n").split("\n"))
    return f"{source.text(now)}\n{heading}\n{quoted}"


def _ordinary(source: Source, words: str, now: datetime) -> Message:
    files = source.fields.get("Attach", "").split()
    if files and not words.strip():
        return file_part(files[0])
    if not files:
        return _body(source, words, now)
    return _multipart("mixed", source, now, [_body(source, words, now), *(file_part(name) for name in files)])


def _body(source: Source, words: str, now: datetime) -> Message:
    if "Html" not in source.fields:
        return text_part(words, "plain", source.charset)
    picture = f"{source.digest(now)}.picture@{source.domain}"
    page = (_HTML / source.fields["Html"]).read_text("utf-8").replace("{{picture}}", picture)
    html = text_part(page, "html", source.charset)
    if "Inline" in source.fields:
        drawn = file_part(source.fields["Inline"], disposition="inline")
        drawn["Content-ID"] = f"<{picture}>"
        html = _multipart("related", source, now, [html, drawn])
    if "HtmlOnly" in source.fields:
        return html
    return _multipart("alternative", source, now, [text_part(words, "plain", source.charset), html])


def _away(source: Source, words: str, now: datetime) -> Message:
    mail = text_part(words, "plain", source.charset)
    mail["Auto-Submitted"] = "auto-replied"
    mail["X-Auto-Response-Suppress"] = "All"
    return mail


def _newsletter(source: Source, words: str, now: datetime) -> Message:
    mail = _body(source, words, now)
    mail["List-Id"] = f"Trade customers <trade.{source.domain}>"
    mail["List-Unsubscribe"] = f"<https://{source.domain}/u/5512>, <mailto:leave@{source.domain}>"
    mail["Precedence"] = "bulk"
    return mail


def _bounce(source: Source, words: str, now: datetime) -> Message:
    report = message_from_string(
        "Content-Type: message/delivery-status\n\n"
        f"Reporting-MTA: dns; mx.{source.domain}\n"
        f"Arrival-Date: {format_datetime(source.written_at(now))}\n\n"
        f"Final-Recipient: rfc822; old.customer@{source.domain}\n"
        "Action: failed\nStatus: 5.1.1\n"
        "Diagnostic-Code: smtp; 550 5.1.1 No such mailbox here\n"
    )
    returned = message_from_string(
        "Content-Type: text/rfc822-headers\n\n"
        "Message-ID: <spring-check-0419@sandbox.example>\n"
        f"From: Orbit <{SUPPORT_ADDRESS}>\n"
        f"To: old.customer@{source.domain}\n"
        "Subject: Your spring service check\n"
    )
    mail = _multipart("report", source, now, [text_part(words, "plain", "us-ascii"), report, returned])
    mail.set_param("report-type", "delivery-status")
    mail["Auto-Submitted"] = "auto-replied"
    return mail


def _invite(source: Source, words: str, now: datetime) -> Message:
    begins = (source.written_at(now) + timedelta(days=5)).replace(hour=10, minute=0, second=0).astimezone(UTC)
    stamp = "%Y%m%dT%H%M%SZ"
    lines = [
        *(
            "BEGIN:VCALENDAR",
            "PRODID:-//Aldgate Court//Desk//EN",
            "VERSION:2.0",
            "METHOD:REQUEST",
            "BEGIN:VEVENT",
        ),
        f"UID:{source.digest(now)}@{source.domain}",
        f"DTSTAMP:{source.arrives_at(now).astimezone(UTC):{stamp}}",
        f"DTSTART:{begins:{stamp}}",
        f"DTEND:{begins + timedelta(minutes=45):{stamp}}",
        "SUMMARY:Oven installation\\, flat 12",
        "LOCATION:Aldgate Court 1\\, loading bay",
        f"ORGANIZER;CN=Desk:mailto:{source.address}",
        f"ATTENDEE;RSVP=TRUE:mailto:{SUPPORT_ADDRESS}",
        *("END:VEVENT", "END:VCALENDAR"),
    ]
    calendar = text_part("\n".join(lines) + "\n", "calendar", "utf-8")
    calendar.set_param("method", "REQUEST")
    return _multipart("alternative", source, now, [text_part(words, "plain", "utf-8"), calendar])


def _unlabelled(source: Source, now: datetime) -> bytes:
    # As old web forms and scripts send: raw letters in headers and body, and not a word about their charset.
    head = [
        f"From: {source.name} <{source.address}>",
        f"To: {SUPPORT_ADDRESS}",
        f"Subject: {source.fields['Subject']}",
        f"Date: {format_datetime(source.written_at(now))}",
        f"Message-ID: {source.identity(now)}",
    ]
    return _crlf("\n".join([*head, "", source.text(now)])).encode(source.charset)


def _malformed(source: Source, now: datetime) -> bytes:
    # A header line without colon, two subjects, an unknown charset, an unclosed boundary.
    head = [
        f"From: {source.name} {source.address}",
        f"To: <{SUPPORT_ADDRESS}",
        "X-Mail-Program : Home Post 0.3 (beta)",
        "this line belongs to nothing",
        f"Subject: {source.fields['Subject']}",
        "Subject:",
        f"Date: {source.written_at(now):%a, %d %b %y %H:%M} GMT+0",
        f"Message-ID: {source.identity(now)}",
        'Content-Type: multipart/mixed; boundary="=_quill',
        "",
        "--=_quill",
        "Content-Type: text/plain; charset=x-home-post",
        "Content-Transfer-Encoding: 8-bits",
        "",
    ]
    return _crlf("\n".join([*head, source.text(now)])).encode("ascii")


def _crlf(text: str) -> str:
    return text.rstrip("\n").replace("\n", "\r\n") + "\r\n"


def _multipart(kind: str, source: Source, now: datetime, parts: list[Message]) -> Message:
    digest = hashlib.sha256(f"{kind} {source.digest(now)}".encode()).hexdigest()
    return parts_in(kind, f"=_{digest[:30]}", parts)


_FORMS: Mapping[str, Callable[[Source, str, datetime], Message]] = {
    "": _ordinary,
    "away": _away,
    "newsletter": _newsletter,
    "bounce": _bounce,
    "invite": _invite,
}
_RAW: Mapping[str, Callable[[Source, datetime], bytes]] = {"unlabelled": _unlabelled, "malformed": _malformed}
