"""Passing a message of a ticket on to somebody else: what the letter says of it, and which files go along.

The whole letter goes, as the customer wrote it, in words and where it has them in its looks, made safe. What stays
behind: pictures from elsewhere, which would tell a stranger's server who reads it, and our own links to rate a reply,
which are the customer's alone.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Collection, Iterable, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.errors import InvalidInput
from app.outgoing import words
from app.tickets.inline_images import content_id
from app.tickets.models import Attachment, Kind, Message
from app.tickets.safe_html import clean_letter

# The head of a picture of one dot: the sanitiser measures what it lets through.
_SMALLEST = (
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x02\x00\x00\x00\x90wS\xde"
)
_NAMED_PICTURE = re.compile(r"cid:([^\"'\s>)]{1,300})", re.IGNORECASE)


def source(session: Session, ticket_id: int, message_id: int | None) -> Message:
    """The message to pass on. Raises InvalidInput for none of this ticket, and for a note: notes leave with nothing."""
    message = session.get(Message, message_id) if message_id else None
    if message is None or message.ticket_id != ticket_id or message.kind == Kind.NOTE:
        raise InvalidInput("Choose the letter that you want to pass on.", "about_id")
    return message


def text_of(message: Message, *, language: str, zone: str, public_url: str) -> str:
    """The head of the letter, a blank line, and everything it says."""
    passed = words.Passed(
        sender=_person([message.sender_name, message.sender_email]),
        at=message.arrived_at,
        subject=message.subject,
        to=_people(message.to),
        cc=_people(message.cc),
    )
    parts = [message.visible, message.signature, message.folded]
    body = "\n\n".join(part.strip("\n") for part in parts if part.strip())
    kept = [line for line in body.splitlines() if f"{public_url}/r/" not in line]
    return "\n\n".join([words.forward_head(passed, language=language, zone=zone), "\n".join(kept)]).rstrip()


def html_of(message: Message, *, public_url: str) -> str | None:
    """The letter's HTML made safe, its own pictures still named by "cid:"; None where it has none."""
    if not message.html or message.kind != Kind.INCOMING:
        return None
    # The sanitiser lets a picture through only as data, so each one travels as a stand-in that is its name.
    stands = {file.content_id: _stand_in(file.id) for file in message.attachments if file.content_id}
    safe = clean_letter(message.html, images=stands, allow_remote=False)
    for file in message.attachments:
        if file.content_id:
            safe = safe.replace(stands[file.content_id], f"cid:{content_id(file.id)}")
    return re.sub(rf' href="{re.escape(public_url)}/r/[^"]*"', "", safe)


def offered(message: Message) -> list[Attachment]:
    """The files an agent may leave out: all but the pictures inside the text."""
    return [file for file in message.attachments if not (file.inline and file.content_id and message.html)]


def take_files(
    session: Session, message: Message, into: Message, quoted_html: str | None, chosen: Sequence[int] | None
) -> list[int]:
    """Hang the chosen files of `message` on the forward, and the pictures its text shows. The new rows' ids.

    The bytes are shared; what is renamed is only how the letter calls its pictures.
    """
    shown = set(_NAMED_PICTURE.findall(quoted_html or ""))
    wanted = {file.id for file in offered(message)} if chosen is None else set(chosen)
    pictures = [file for file in message.attachments if content_id(file.id) in shown]
    plain = [file for file in offered(message) if file.id in wanted and file not in pictures]
    copies = [_copy(file, into, inline=False) for file in plain]
    copies += [_copy(file, into, inline=True) for file in pictures]
    session.add_all(copies)
    session.flush()
    return [copy.id for copy in copies]


def forget_copies(session: Session, ids: Collection[int]) -> None:
    """The forward was taken back: its copies go, the letter's own files stay."""
    session.execute(sa.delete(Attachment).where(Attachment.id.in_(ids)))


def _copy(file: Attachment, into: Message, *, inline: bool) -> Attachment:
    return Attachment(
        message_id=into.id,
        filename=file.filename,
        content_type=file.content_type,
        content_id=content_id(file.id) if inline else "",
        inline=inline,
        size=file.size,
        sha256=file.sha256,
    )


def _stand_in(number: int) -> str:
    named = _SMALLEST + f"picture {number:018d} of the letter that is passed on".encode()
    return f"data:image/png;base64,{base64.b64encode(named).decode('ascii')}"


def _people(pairs: Iterable[Any]) -> str:
    return ", ".join(_person(pair) for pair in pairs)


def _person(pair: Sequence[str]) -> str:
    name, email = pair
    return f"{name} <{email}>" if name else email
