"""What a mail is made of: a frozen `Letter`. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from app.outgoing.looks import Look
from app.outgoing.recipients import Mailable


@dataclass(frozen=True)
class File:
    filename: str
    content_type: str
    content: bytes
    # How the HTML names a picture that it shows ("cid:…"); '' for a file that is simply attached.
    content_id: str = ""


@dataclass(frozen=True)
class Smileys:
    """The invitation to rate: `link` without the face at its end, and the PNG of each face."""

    link: str
    language: str
    pictures: dict[str, bytes]


@dataclass(frozen=True)
class Letter:
    """A reply to one recipient. `html` holds only the safe tags of a reply; `quoted` is as words.quote made it."""

    message_id: str
    sender: Mailable
    to: tuple[Mailable, ...]
    cc: tuple[Mailable, ...]
    subject: str
    written_at: datetime
    in_reply_to: str
    references: tuple[str, ...]
    reply_to: str
    instance: str
    language: str
    html: str
    text: str
    signature: str
    quoted: str
    smileys: Smileys | None
    files: tuple[File, ...]
    # Passed on: `quoted` is then the head of that letter, a blank line and its text; `quoted_html` its looks, safe.
    forwarded: bool = False
    quoted_html: str | None = None
    # Written by a program: says so, so that no other program answers it.
    automatic: bool = False
    # What stands below: the company's name, footer and logo, and their colour.
    look: Look = Look()  # noqa: RUF009 (frozen)
    logo: bytes = b""
