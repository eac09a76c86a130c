"""What a mail is made of: a frozen `Letter`. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
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
class Shown:
    """How the picture of a face travels, and how large it is shown."""

    kind: str = "image/png"
    width: int = 44
    height: int = 44

    def scaled(self, most: int) -> Shown:
        """No higher than `most` and no wider than twice that, in its own proportions."""
        scale = min(1.0, most / self.height, 2 * most / self.width)
        return Shown(self.kind, max(1, round(self.width * scale)), max(1, round(self.height * scale)))


@dataclass(frozen=True)
class Smileys:
    """The invitation to rate: `link` without the face at its end, and the picture of each face.

    `question` '' is ours for the style: "card", or "line" for one in the signature. `shown`: of own pictures.
    """

    link: str
    language: str
    pictures: dict[str, bytes]
    question: str = ""
    style: str = "card"
    shown: Mapping[str, Shown] = field(default_factory=dict)
    # The answer carries no name, and the letter says so.
    anonymous: bool = False

    def of(self, face: str) -> Shown:
        """How large a face is shown in this style."""
        return self.shown.get(face, Shown()).scaled(44 if self.style == "card" else 28)


@dataclass(frozen=True)
class Drawn:
    """A picture of a signature, and how large it is shown."""

    file: File
    width: int
    height: int


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
    # The signature with its looks, safe; '' where its lines are all there is.
    signature_html: str = ""
    # Its pictures: the content id of each is the name that `signature_html` has for it.
    signed_with: tuple[Drawn, ...] = ()
