"""Letters for tests: raw bytes as a customer's mail program would send them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import format_datetime
from itertools import count

_numbers = count(1)
DATE = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)


def letter(
    text: str = "Where is my parcel?",
    *,
    sender: str = "Olga Petrova <olga@buyer.example>",
    to: str = "support@help.example",
    subject: str = "My parcel",
    message_id: str | None = "",
    headers: Mapping[str, str] | None = None,
    html: str | None = None,
    files: Mapping[str, bytes] | None = None,
    date: datetime = DATE,
) -> bytes:
    """One mail. `message_id` '' makes a fresh one, None leaves the header out."""
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"], mail["Date"] = sender, to, subject, format_datetime(date)
    if message_id is not None:
        mail["Message-ID"] = f"<{message_id or f'letter-{next(_numbers)}@buyer.example'}>"
    for name, value in (headers or {}).items():
        mail[name] = value
    mail.set_content(text)
    if html is not None:
        mail.add_alternative(html, subtype="html")
    for name, content in (files or {}).items():
        mail.add_attachment(content, maintype="application", subtype="octet-stream", filename=name)
    return mail.as_bytes()


def answer_to(*message_ids: str, **more: object) -> bytes:
    """A letter that answers these Message-IDs, the nearest parent last."""
    chain = " ".join(f"<{name}>" for name in message_ids)
    headers = {"In-Reply-To": f"<{message_ids[-1]}>", "References": chain}
    return letter(headers=headers, **{"subject": "Re: My parcel", **more})  # type: ignore[arg-type]
