"""What builds a desk with one of everything, and what all of its parts share."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy.orm import Session

from app import db
from app.accounts.models import Agent
from app.blobs import BlobStore
from app.mailboxes.models import Mailbox
from app.settings import Settings
from app.tickets.filing import IncomingLetter

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000002000000020802000000fdd49a73000000164944415408d763f8cfc0c0f09f81e1ff7f06060600"
    "1fee04fd0c5fe8990000000049454e44ae426082"
)
HTML = "<p>Hello <b>there</b></p><img src='cid:picture'><img src='https://pictures.example/a.png'>"
RAW = b"From: olga@buyer.example\r\nTo: support@help.example\r\nSubject: Hello\r\n\r\nHello\r\n"
# Long ago, so that no page says "now" and then "1 min"; recent enough for links to be open.
AGO = timedelta(hours=3)


class Builder:
    def __init__(self, session: Session, settings: Settings, me: Agent, colleague: Agent) -> None:
        self.session, self.settings, self.me, self.colleague = session, settings, me, colleague
        self.blobs = BlobStore(settings.blob_dir)
        self.at = db.now() - AGO
        self.ids: dict[str, int] = {}

    def add(self, name: str, row: object) -> None:
        self.session.add(row)
        self.session.flush()
        self.ids[name] = row.id  # type: ignore[attr-defined]

    def tick(self):  # noqa: ANN201
        self.at += timedelta(minutes=1)
        return self.at


def letter_of(made: Builder, mailbox: Mailbox, text: str, name: str, **more: object) -> IncomingLetter:
    values: dict[str, object] = {
        "raw_mail_id": None, "mailbox_id": mailbox.id, "sender_name": name, "sender_email": "olga@buyer.example",
        "subject": text, "visible": text, "folded": text, "signature": text, "html": None, "language": "en",
        "arrived_at": made.tick(), "to": ((name, mailbox.address), (name, "else@buyer.example")),
        "cc": ((name, "cc@buyer.example"),), "reply_to": ((name, "other@buyer.example"),),
        "evidence": ({"rule": text, "detail": text}, {"rule": "closed-long-ago", "detail": text}),
        "defects": (text,), "rfc_message_id": text[:300], **more,
    }  # fmt: skip
    return IncomingLetter(**values)  # type: ignore[arg-type]
