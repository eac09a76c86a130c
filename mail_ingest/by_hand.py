"""What an agent decided about a parked letter, obeyed: where it goes, and what stands for it if it cannot be read.

Between gathering and applying. The instruction is on the journal row (app.mailboxes.parked writes it); nothing of the
letter is lost: what cannot be read is attached as it came.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from email.message import EmailMessage

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app import db
from app.accounts.models import Agent
from app.blobs import BlobStore
from app.customers.service import tidy_address
from app.errors import NotFound, PermanentFailure
from app.mailboxes.models import RawMail
from app.mailboxes.parked import TOO_LARGE, is_told
from app.tickets import service as tickets
from app.tickets.filing import LetterFile
from app.tickets.models import Ticket
from mail_ingest.decide import Decision, Outcome
from mail_ingest.parse import Address, ParsedMail, parse_mail
from mail_ingest.reader_batch import Letter
from mail_ingest.reader_letter import Folded
from mail_ingest.thread import Evidence

FOLLOW_MERGES = 10
_UNREADABLE = {
    "en": "This letter could not be read here ({why}). It is attached as it came: save the file and open it in a mail"
    " program.",
    "ru": "Это письмо не удалось прочитать здесь ({why}). Оно приложено в том виде, в каком пришло: сохраните файл и"
    " откройте его в почтовой программе.",
}
_GONE = {
    "en": "This letter could not be read, and its stored bytes are missing ({why}). Ask the sender to send it again.",
    "ru": "Это письмо не удалось прочитать, а его сохранённых байтов нет ({why}). Попросите отправителя прислать его"
    " ещё раз.",
}
_ONLY_HEADER = {
    "en": "This letter is larger than the limit: only its header was fetched. The whole letter is in the mailbox.",
    "ru": "Это письмо больше допустимого: получен только его заголовок. Всё письмо лежит в почтовом ящике.",
}


@dataclass(frozen=True)
class Told:
    """The agent's word: the decision, and the ticket for it unless it makes a new one."""

    decision: Decision
    ticket: Ticket | None


def told(session: Session, raw: RawMail, mail: ParsedMail) -> Told | None:
    """What an agent decided about this row, None for the usual way. Raises PermanentFailure when it cannot be done."""
    if not is_told(raw):
        return None
    instruction = raw.instruction or {}
    by = session.get(Agent, instruction.get("by") or 0)
    number = instruction.get("ticket_id")
    ticket = None if number is None else _ticket(session, int(number))
    automatic = mail.automatic or ("bounce" if mail.bounce else None)
    decision = Decision(
        Outcome.NEW if ticket is None else Outcome.ADD,
        "filed by hand" if ticket is None else f"filed by hand in #{ticket.id}",
        None if ticket is None else ticket.id,
        (Evidence("by-hand", by.name if by else "?"),),
        automatic=automatic,
        wakes=automatic is None,
    )
    return Told(decision, ticket)


def note(session: Session, raw: RawMail, ticket: Ticket, *, now: datetime) -> None:
    """Who put it there, in the history of the ticket."""
    by = session.get(Agent, (raw.instruction or {}).get("by") or 0)
    tickets.record(session, "filed-by-hand", ticket=ticket, by=by, now=now, raw_mail_id=raw.id)
    tickets.changed(session, ticket.id, "event", now)


def _ticket(session: Session, number: int) -> Ticket:
    """Locked; a merged one is followed to where it went."""
    for _ in range(FOLLOW_MERGES):
        ticket = session.scalar(sa.select(Ticket).where(Ticket.id == number).with_for_update())
        if ticket is None:
            break
        if ticket.merged_into_id is None:
            return ticket
        number = ticket.merged_into_id
    raise PermanentFailure(f"there is no ticket #{number} to file it in")


def addressed(letter: Letter, raw: RawMail) -> Letter:
    """The letter from the address that an agent named for it, and with words where nothing could be read."""
    if not is_told(raw):
        return letter
    instruction = raw.instruction or {}
    if instruction.get("was") == TOO_LARGE and not letter.body.visible:
        letter = _saying(letter, _ONLY_HEADER[_language(raw)])
    email = tidy_address(str(instruction.get("new_for") or ""))
    if not email or email == letter.mail.sender.email:
        return letter
    stated = letter.mail.sender.email
    defects = (*letter.mail.defects, *([f"the letter itself names {stated} as its sender"] if stated else []))
    return replace(letter, mail=replace(letter.mail, sender=Address("", email), defects=defects))


def stand_in(raw_id: int, why: str, blobs: BlobStore) -> Letter | None:
    """What is filed in place of a letter that cannot be read; None unless an agent has said where it goes."""
    with db.reading() as session:
        raw = session.get(RawMail, raw_id)
        if raw is None or not is_told(raw):
            return None
        language = _language(raw)
    file = _original(raw, blobs)
    words = (_UNREADABLE if file else _GONE)[language].format(why=why)
    mail = replace(_header_only(raw), content_key=raw.sha256, defects=(why,))
    letter = Letter(raw_id, mail, Folded("", "", ""), (file,) if file else ())
    return _saying(letter, words)


def _header_only(raw: RawMail) -> ParsedMail:
    """A mail of our own making with the sender and the subject that the journal knows; nothing of the letter itself."""
    made = EmailMessage()
    made["Subject"] = " ".join(raw.subject.split())
    mail = parse_mail(made.as_bytes())
    return replace(mail, sender=Address("", raw.sender))


def _saying(letter: Letter, words: str) -> Letter:
    return replace(letter, mail=replace(letter.mail, text=words), body=Folded(words, "", ""))


def _original(raw: RawMail, blobs: BlobStore) -> LetterFile | None:
    """The bytes as they are stored, also damaged ones; None when they are gone."""
    digest, name = raw.sha256, f"letter-{raw.id}.eml"
    try:
        content = blobs.get(digest)
    except PermanentFailure:
        content = blobs.get_as_it_is(digest)
        digest, name = blobs.put(content), f"letter-{raw.id}-damaged.eml"
    except NotFound:
        return None
    return LetterFile(name, "message/rfc822", "", False, len(content), digest)


def _language(raw: RawMail) -> str:
    return raw.mailbox.language if raw.mailbox.language in _UNREADABLE else "en"
