"""Which mailbox the mails to agents leave by."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.mailboxes.models import Mailbox


def able(session: Session) -> list[Mailbox]:
    """Mailboxes that send, by name."""
    query = sa.select(Mailbox).where(Mailbox.active.is_(True), Mailbox.smtp_host != "")
    return list(session.scalars(query.order_by(Mailbox.name, Mailbox.id)))


def chosen(session: Session, mailbox_id: int | None) -> Mailbox | None:
    """The one that was chosen while it sends, else the oldest that does; None when there is none."""
    boxes = able(session)
    wished = next((box for box in boxes if box.id == mailbox_id), None)
    return wished or min(boxes, key=lambda box: box.id, default=None)
