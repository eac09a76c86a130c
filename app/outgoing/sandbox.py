"""Letters written on the sandbox page: handed to its SMTP server as a customer's mail program would."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app import db
from app.blobs import BlobStore
from app.errors import PermanentFailure, TemporaryFailure
from app.mailboxes.models import Mailbox
from app.outgoing import smtp
from app.outgoing.models import SandboxLetter
from app.settings import Settings


def waiting_letters(session: Session) -> list[int]:
    """Ids of letters not handed over yet."""
    return list(
        session.scalars(
            sa.select(SandboxLetter.id)
            .where(SandboxLetter.sent_at.is_(None), SandboxLetter.error == "")
            .order_by(SandboxLetter.id)
            .limit(50)
        )
    )


def send_letter(letter_id: int, settings: Settings, blobs: BlobStore) -> None:
    """Hand one letter over; a second run of a delivered one does nothing. A double is harmless: the same Message-ID."""
    with db.reading() as session:
        letter = session.get(SandboxLetter, letter_id)
        mailbox = session.scalar(sa.select(Mailbox).where(Mailbox.sandbox))
    if letter is None or letter.sent_at is not None or mailbox is None or not settings.is_sandbox:
        return
    try:
        smtp.hand_over(mailbox, settings, letter.sender, letter.recipient, blobs.get(letter.sha256))
        error = ""
    except TemporaryFailure:
        return  # the sweep rings again
    except PermanentFailure as failure:
        error = str(failure)
    with db.transaction() as session:
        session.execute(
            sa.update(SandboxLetter)
            .where(SandboxLetter.id == letter_id)
            .values(sent_at=None if error else db.now(), error=error)
        )
