"""From rows to a Letter: what a recipient's mail says, and what we said in a ticket so far."""

from __future__ import annotations

from functools import cache

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.blobs import BlobStore
from app.outgoing.accounts import mailbox_of
from app.outgoing.branding import logo_of
from app.outgoing.compose import FACES, plain_text
from app.outgoing.ids import reply_address
from app.outgoing.letter import Drawn, File, Letter, Shown, Smileys
from app.outgoing.looks import look_from
from app.outgoing.models import Outbox, WrittenReply
from app.outgoing.recipients import Mailable
from app.outgoing.service import instance_id, token_key
from app.outgoing.signature_pictures import digests, shown_size
from app.ratings import asking
from app.ratings.models import RatingInvitation
from app.ratings.service import invitation_token
from app.settings import PROJECT, Settings
from app.tickets.models import Message
from app.tickets.picture_size import picture_size

SMILEYS = PROJECT / "app" / "static" / "smileys"
LATEST = 5


def sent_texts(session: Session, ticket_id: int, settings: Settings) -> list[str]:
    """The plain text of our latest mails in this ticket exactly as they went out, newest first."""
    # All three at once, and held until the end: what `letter_to` asks for is then here already.
    rows = session.execute(
        sa.select(Outbox, Message, WrittenReply)
        .join(Message, Message.id == Outbox.message_id)
        .join(WrittenReply, WrittenReply.message_id == Message.id)
        .where(Message.ticket_id == ticket_id)
        .order_by(Message.arrived_at.desc(), Outbox.id)
        .limit(LATEST)
    ).all()
    return [plain_text(letter_to(session, row.Outbox, settings, None)) for row in rows]


def letter_to(session: Session, row: Outbox, settings: Settings, blobs: BlobStore | None) -> Letter:
    """Everything that makes this recipient's mail, from rows that do not change any more; no files without `blobs`."""
    message = session.get_one(Message, row.message_id)
    written = session.get_one(WrittenReply, row.message_id)
    mailbox = mailbox_of(session, message)
    look = look_from(written.look)
    logo = logo_of(session, look.logo) if blobs is not None else None
    reply_to = reply_address(message.sender_email, message.ticket_id, message.id, token_key(settings))
    return Letter(
        message_id=message.rfc_message_id,
        sender=Mailable(message.sender_name, message.sender_email),
        to=_people(message.to),
        cc=_people(message.cc),
        subject=message.subject,
        written_at=message.arrived_at,
        in_reply_to=message.in_reply_to,
        references=tuple(written.chain),
        reply_to=reply_to if mailbox.reply_subaddress else "",
        instance=instance_id(settings),
        language=written.language,
        html=message.html or "",
        text=message.visible,
        signature=message.signature,
        signature_html=written.signature_html,
        quoted=message.folded,
        forwarded=message.forwarded_id is not None,
        quoted_html=written.quoted_html,
        smileys=_smileys(session, row, written, settings),
        files=tuple(
            File(one.filename, one.content_type, blobs.get(one.sha256), one.content_id if one.inline else "")
            for one in message.attachments
        )
        if blobs is not None
        else (),
        automatic=message.automatic is not None,
        look=look,
        logo=logo.content if logo is not None else b"",
        signed_with=_signed_with(session, written.signature_html) if blobs is not None else (),
    )


def _signed_with(session: Session, signature_html: str) -> tuple[Drawn, ...]:
    """The pictures of a signature; one that nobody stored is left out."""
    found = []
    for number, digest in enumerate(digests(signature_html), start=1):
        stored = logo_of(session, digest)
        if stored is None:
            continue
        name = f"signature-{number}.{stored.kind.removeprefix('image/')}"
        file = File(name, stored.kind, stored.content, f"picture.{digest}")
        found.append(Drawn(file, *shown_size(*(picture_size(stored.content) or (0, 0)))))
    return tuple(found)


def _people(pairs: list[list[str]]) -> tuple[Mailable, ...]:
    return tuple(Mailable(name, email) for name, email in pairs)


def _smileys(session: Session, row: Outbox, written: WrittenReply, settings: Settings) -> Smileys | None:
    invitation = session.scalar(
        sa.select(RatingInvitation).where(
            RatingInvitation.message_id == row.message_id, RatingInvitation.recipient == row.recipient
        )
    )
    if invitation is None:
        return None
    token = invitation_token(invitation, settings.secret_key)
    link = f"{settings.public_url}/r/{token}"
    choice = asking.from_letter(written.look.get("asking") or {})
    return smileys_of(session, choice, link, invitation.language, anonymous=invitation.anonymous)


def smileys_of(
    session: Session, choice: asking.Choice, link: str, language: str, *, anonymous: bool = False
) -> Smileys:
    """The faces below a letter, as this choice has them."""
    own = {face: logo_of(session, one.sha256) for face, one in choice.pictures.items()}
    pictures = {face: logo.content for face, logo in own.items() if logo is not None}
    shown = {face: Shown(one.kind, one.width, one.height) for face, one in choice.pictures.items()}
    return Smileys(
        link,
        language,
        pictures={**_pictures(), **pictures},
        question=choice.question.get(language, ""),
        style=choice.style,
        shown={face: shown[face] for face in pictures},
        anonymous=anonymous,
    )


@cache
def _pictures() -> dict[str, bytes]:
    return {face: (SMILEYS / f"{face}.png").read_bytes() for face in FACES}
