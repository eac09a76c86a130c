"""The MIME parts of sample letters: text in a charset, files, and parts in parts.

Place in the flow: below `sandbox_forms`. Pure, and the same bytes every time: no random boundary, no date.
"""

from __future__ import annotations

from collections.abc import Sequence
from email.charset import BASE64, QP, Charset
from email.encoders import encode_base64
from email.message import Message
from email.mime.base import MIMEBase
from email.mime.multipart import MIMEMultipart

from mail_ingest.sandbox_attachments import attachment

_TYPES = {
    "png": "image/png",
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "txt": "text/plain",
}


def text_part(words: str, subtype: str, charset: str) -> Message:
    """Plain ASCII needs no charset; the rest is written as programs of its charset's time would."""
    part = Message()
    part["MIME-Version"] = "1.0"
    if words.isascii():
        charset = "us-ascii"
    part["Content-Type"] = f'text/{subtype}; charset="{charset}"'
    if charset in ("us-ascii", "koi8-r"):
        # Straight 8-bit, as the programs that still write koi8-r do it.
        part["Content-Transfer-Encoding"] = "7bit" if charset == "us-ascii" else "8bit"
        part.set_payload(words.encode(charset).decode("ascii", "surrogateescape"))
        return part
    encoding = Charset(charset)
    encoding.body_encoding = QP
    if charset == "utf-8" and _mostly_cyrillic(words):
        encoding.body_encoding = BASE64
        words = words.replace("\n", "\r\n")  # RFC 2045, section 6.8: base64 keeps lines as they are sent
    part.set_payload(words, encoding)
    return part


def _mostly_cyrillic(words: str) -> bool:
    return sum("а" <= letter <= "я" for letter in words.lower()) * 2 > len(words)


def file_part(name: str, *, disposition: str = "attachment") -> Message:
    major, _, minor = _TYPES[name.rpartition(".")[2]].partition("/")
    part = MIMEBase(major, minor)
    part.set_payload(attachment(name))
    encode_base64(part)
    if major == "text":
        part.set_param("charset", "utf-8")
    part.add_header("Content-Disposition", disposition, filename=name)
    return part


def parts_in(kind: str, boundary: str, parts: Sequence[Message]) -> Message:
    mail = MIMEMultipart(kind, boundary=boundary)
    for part in parts:
        del part["MIME-Version"]
        mail.attach(part)
    return mail
