"""A hostile or odd mail and what a reader must see of it. The themes are in cases_*.py, the test in test_cases.py."""

from __future__ import annotations

import base64
import quopri
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from mail_ingest.parse import ParsedMail

HEAD = (
    "From: Ann <ann@customer.example>",
    "To: support@orbit.example",
    "Message-ID: <1@customer.example>",
    "Date: Mon, 2 Nov 2026 10:15:00 +0100",
    "Subject: lamp",
    "MIME-Version: 1.0",
)
Text = str | bytes


@dataclass(frozen=True)
class Case:
    """`raw`: the mail, or how to make it when it is large. `want`: what to see, by the names in `seen`."""

    name: str
    raw: bytes | Callable[[], bytes]
    want: dict[str, Any] = field(default_factory=dict)

    def mail(self) -> bytes:
        return self.raw if isinstance(self.raw, bytes) else self.raw()


def case(name: str, raw: bytes | Callable[[], bytes], **want: Any) -> Case:
    """Keywords: see `seen` and `misses`."""
    assert want, name
    return Case(name, raw, want)


def as_bytes(text: Text) -> bytes:
    return text.encode("utf-8") if isinstance(text, str) else text


def mail(body: Text = "", *headers: Text, eol: bytes = b"\r\n") -> bytes:
    """A mail with the usual head; a header given here replaces the usual one of its name."""
    lines = _with_defaults([as_bytes(line) for line in headers])
    return eol.join([*lines, b"", as_bytes(body)])


def _with_defaults(headers: list[bytes]) -> list[bytes]:
    given = {line.split(b":", 1)[0].lower() for line in headers}
    usual = [as_bytes(line) for line in HEAD]
    return [line for line in usual if line.split(b":", 1)[0].lower() not in given] + headers


def part(body: Text, *headers: Text) -> bytes:
    return b"\r\n".join([*(as_bytes(line) for line in headers), b"", as_bytes(body)])


def plain(text: str, codec: str = "utf-8", *headers: Text) -> bytes:
    """A text part in its true charset."""
    return part(text.encode(codec), f"Content-Type: text/plain; charset={codec}", *headers)


def page(html: str) -> bytes:
    return part(html, "Content-Type: text/html; charset=utf-8")


def file(
    content: bytes, name: str = "a.bin", kind: str = "application/octet-stream", *headers: Text
) -> bytes:
    """An attachment in base64."""
    return part(
        b64(content),
        f"Content-Type: {kind}",
        "Content-Transfer-Encoding: base64",
        f'Content-Disposition: attachment; filename="{name}"',
        *headers,
    )


def joined(*parts: bytes, boundary: Text = "b") -> bytes:
    """Parts between delimiter lines, with the closing one."""
    mark = b"--" + as_bytes(boundary)
    return b"".join(mark + b"\r\n" + one + b"\r\n" for one in parts) + mark + b"--\r\n"


def multi(*parts: bytes, kind: str = "mixed", boundary: Text = "b") -> bytes:
    """A multipart mail."""
    head = f'Content-Type: multipart/{kind}; boundary="'.encode() + as_bytes(boundary) + b'"'
    return mail(joined(*parts, boundary=boundary), head)


def multi_part(*parts: bytes, kind: str = "alternative", boundary: Text = "c") -> bytes:
    """A multipart inside of another."""
    head = f'Content-Type: multipart/{kind}; boundary="'.encode() + as_bytes(boundary) + b'"'
    return part(joined(*parts, boundary=boundary), head)


def b64(content: bytes) -> bytes:
    return base64.encodebytes(content).replace(b"\n", b"\r\n")


def qp(content: bytes) -> bytes:
    return quopri.encodestring(content).replace(b"\n", b"\r\n")


def seen(parsed: ParsedMail) -> dict[str, Any]:
    """What a reader sees, by the names that cases use."""
    return {
        "text": parsed.text,
        "html": parsed.html,
        "subject": parsed.subject,
        "sender": (parsed.sender.name, parsed.sender.email),
        "to": [(one.name, one.email) for one in parsed.to],
        "cc": [(one.name, one.email) for one in parsed.cc],
        "reply_to": [(one.name, one.email) for one in parsed.reply_to],
        "date": parsed.sent_at.isoformat(timespec="seconds").removesuffix("+00:00")
        if parsed.sent_at
        else None,
        "names": [one.filename for one in parsed.attachments],
        "types": [one.content_type for one in parsed.attachments],
        "contents": [one.content for one in parsed.attachments],
        "inline": [one.inline for one in parsed.attachments],
        "ids": [one.content_id for one in parsed.attachments],
        "message_id": parsed.message_id,
        "references": parsed.references,
        "in_reply_to": parsed.in_reply_to,
        "defects": parsed.defects,
        "automatic": parsed.automatic,
    }


def misses(parsed: ParsedMail, want: dict[str, Any]) -> list[str]:
    """What differs. `has`/`lacks`: parts of the text; `html_has`; `defect`: part of one of the defects."""
    fields = seen(parsed)
    found = []
    for key, value in want.items():
        if key in ("has", "html_has", "lacks", "defect"):
            found += [f"{key} {one!r}" for one in _many(value) if not _holds(key, one, fields)]
        elif fields[key] != value:
            found.append(f"{key}: {_short(fields[key])} instead of {_short(value)}")
    return found


def _many(value: Any) -> tuple[Any, ...]:
    return value if isinstance(value, tuple) else (value,)


def _holds(key: str, one: str, fields: dict[str, Any]) -> bool:
    if key == "defect":
        return any(one in defect for defect in fields["defects"])
    text = (fields["html"] or "") if key == "html_has" else fields["text"]
    return (one in text) != (key == "lacks")


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) < 600 else text[:400] + f"... ({len(text)} characters)"
