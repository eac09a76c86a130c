"""How responders of all kinds answer a mail of ours: some with every header, some as if they were people.

Each dialect makes the mails of one round. `ours` is our last mail as it left, or b"" before there was one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

SUPPORT = "support@help.example"
PEER = "ann@peer.example"

AWAY = "Thank you for your email. I am out of the office. For urgent matters please contact my colleague."
PLAIN = "We have it. Somebody looks at it soon."


@dataclass(frozen=True)
class Dialect:
    """What one responder writes. `{n}` is the round, `{subject}` ours; `sender` may rotate with `{n}`."""

    subject: str = "Re: {subject}"
    text: str = PLAIN
    headers: Mapping[str, str] = field(default_factory=dict)
    sender: str = PEER
    names_us: bool = True
    own_id: str = "r{n}.{copy}@peer.example"
    copies: int = 1
    quotes: bool = False
    content_type: str = "text/plain; charset=utf-8"
    # Seconds between two rounds.
    every: int = 300
    # Does anything in it say that a program wrote it? For those we never send anything.
    shows: bool = False

    def answer(self, number: int, ours: bytes) -> list[bytes]:
        return [self._one(number, copy, ours) for copy in range(self.copies)]

    def _one(self, number: int, copy: int, ours: bytes) -> bytes:
        fill = {"n": str(number), "copy": str(copy), "subject": header(ours, "Subject") or "lamp"}
        lines = [
            f"From: {_filled(self.sender, fill)}",
            f"To: {SUPPORT}",
            f"Subject: {_filled(self.subject, fill)}",
        ]
        if self.own_id:
            lines.append(f"Message-ID: <{_filled(self.own_id, fill)}>")
        if self.names_us and (our_id := header(ours, "Message-ID")):
            lines += [f"In-Reply-To: {our_id}", f"References: {our_id}"]
        lines += [f"{name}: {_filled(value, fill)}" for name, value in self.headers.items()]
        lines += ["MIME-Version: 1.0", f"Content-Type: {self.content_type}", ""]
        text = _filled(self.text, fill)
        if self.quotes and ours:
            text += "\n\n" + "\n".join(f"> {line}" for line in ours.decode("utf-8", "replace").splitlines())
        return "\n".join([*lines, text, ""]).encode()


def header(mail: bytes, name: str) -> str:
    found = re.search(rf"^{name}:[ \t]*(.*)$".encode(), mail.partition(b"\r\n\r\n")[0], re.M | re.I)
    return found[1].decode("utf-8", "replace").strip() if found else ""


def _filled(template: str, fill: Mapping[str, str]) -> str:
    for name, value in fill.items():
        template = template.replace("{" + name + "}", value)
    return template


def shows(**more: object) -> Dialect:
    return Dialect(shows=True, **more)  # type: ignore[arg-type]


_REPORT = (
    "--b\nContent-Type: text/plain\n\nNot delivered.\n--b\nContent-Type: message/delivery-status\n\n"
    "Reporting-MTA: dns; mx.example\n\nFinal-Recipient: rfc822; x@peer.example\nAction: failed\nStatus: 5.1.1\n--b--"
)
_READ = (
    "--b\nContent-Type: text/plain\n\nIt was displayed.\n--b\nContent-Type: message/disposition-notification\n\n"
    "Final-Recipient: rfc822; ann@peer.example\nDisposition: automatic-action/MDN-sent-automatically; displayed\n--b--"
)
_ACCEPTED = (
    "--b\nContent-Type: text/plain\n\n\n--b\nContent-Type: text/calendar; method=REPLY\n\nBEGIN:VCALENDAR\nMETHOD:REPLY\n"
    "END:VCALENDAR\n--b--"
)

DIALECTS: dict[str, Dialect] = {
    # Those that say what they are.
    "webmail vacation": shows(headers={"Auto-Submitted": "auto-replied", "Precedence": "bulk", "X-Autoreply": "yes"}, text=AWAY),
    "groupware absence": shows(headers={"X-Auto-Response-Suppress": "All", "Auto-Submitted": "auto-generated"}, subject="Automatic reply: {subject}"),
    "sieve vacation": shows(headers={"Auto-Submitted": "auto-replied (vacation)"}),
    "sieve vacation, capitals": shows(headers={"AUTO-SUBMITTED": "Auto-Replied"}),
    "old vacation program": shows(headers={"Precedence": "junk"}, text=AWAY),
    "hosting panel": shows(headers={"X-Autorespond": "{subject}"}),
    "filter with its own mark": shows(headers={"X-Loop": "ann@peer.example"}),
    "absence, mark of the filter": shows(headers={"X-Vacation": "on"}),
    "mailing list": shows(headers={"List-Id": "<talk.lists.example>", "Precedence": "list"}, sender="talk@lists.example"),
    "list that sends it on": shows(headers={"List-Post": "<mailto:talk@lists.example>"}, sender="Member {n} <m{n}@lists.example>"),
    "newsletter": shows(headers={"List-Unsubscribe": "<https://peer.example/u>"}, subject="News {n}"),
    "helpdesk, marked": shows(headers={"X-Auto-Response-Suppress": "DR, RN, OOF, AutoReply"}, subject="[#{n}] {subject}"),
    "helpdesk, bulk": shows(headers={"Precedence": "auto_reply"}),
    "no envelope sender": shows(headers={"Return-Path": "<>"}),
    "server's bounce": shows(sender="MAILER-DAEMON@mx.example", subject="Undelivered Mail Returned to Sender", text="I could not be delivered: 550 5.1.1"),
    "standard report": shows(content_type="multipart/report; report-type=delivery-status; boundary=b", text=_REPORT, sender="postmaster@mx.example"),
    "read receipt": shows(content_type="multipart/report; report-type=disposition-notification; boundary=b", text=_READ, subject="Read: {subject}"),
    "invitation accepted": shows(content_type="multipart/alternative; boundary=b", text=_ACCEPTED, subject="Accepted: visit"),
    "address nobody reads": shows(sender="no-reply@peer.example"),
    "address of a robot": shows(sender="autoresponder@peer.example"),
    "bounces at an address of its own": shows(sender="bounces+17=x@peer.example"),
    "mail from before, sent again by ourselves": shows(sender=SUPPORT),
    "ourselves with a tag": shows(sender="Support+loop{n}@help.example"),
    "another instance of ours": shows(headers={"X-Sincerely-Instance": "0123456789abcdef", "Auto-Submitted": "auto-replied"}),
    "another instance of ours, stripped": shows(headers={"X-Sincerely-Instance": "0123456789abcdef"}),
    "subject alone, English": shows(subject="Automatic reply: {subject}"),
    "subject alone, Russian": shows(subject="Автоответ: {subject}"),
    "subject alone, German": shows(subject="Abwesenheitsnotiz: {subject}"),
    "subject alone, Japanese": shows(subject="自動返信: {subject}"),
    "subject of a helpdesk": shows(subject="Your request (#{n}) has been received"),
    "subject of a helpdesk, Russian": shows(subject="Ваша заявка №{n} зарегистрирована"),
    "challenge": shows(subject="Re: {subject} (verification required)"),
    "says so in the text": shows(text="This is an automated message. Your number is {n}."),
    "absence without header": shows(text=AWAY, subject="Re: {subject}"),
    "absence that quotes": shows(text=AWAY, quotes=True),
    # Those that nothing gives away: only counting helps.
    "plain": Dialect(),
    "plain, names nothing": Dialect(names_us=False),
    "new subject each time": Dialect(names_us=False, subject="Number {n}"),
    "no Message-ID": Dialect(names_us=False, own_id=""),
    "always the same Message-ID": Dialect(names_us=False, own_id="same@peer.example"),
    "capitals": Dialect(names_us=False, sender="ANN@PEER.EXAMPLE"),
    "quotes everything": Dialect(names_us=False, quotes=True),
    "answers twice": Dialect(names_us=False, copies=2),
    "empty": Dialect(names_us=False, text="", subject=""),
    "page of HTML": Dialect(names_us=False, content_type="text/html; charset=utf-8", text="<p>We have it.</p>"),
    "wants answers elsewhere": Dialect(names_us=False, headers={"Reply-To": "other{n}@peer.example"}),
    "another name each time": Dialect(names_us=False, sender='"Ann {n}" <ann@peer.example>'),
    "another tag each time": Dialect(names_us=False, sender="ann+{n}@peer.example"),
    "another address each time": Dialect(names_us=False, sender="ann{n}@peer.example", every=5),
    "another domain each time": Dialect(names_us=False, sender="ann@peer{n}.example", every=5),
    "names a letter that is not ours": Dialect(names_us=False, headers={"In-Reply-To": "<gone{n}@peer.example>"}),
    "a colleague's absence": Dialect(names_us=False, sender="ben@help.example", text="I am away."),
    "broken charset": Dialect(names_us=False, content_type="text/plain; charset=klingon"),
    "our own ticket number": Dialect(names_us=False, subject="[#1] {subject}"),
}  # fmt: skip
