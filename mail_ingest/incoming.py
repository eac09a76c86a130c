"""From a parsed mail and its decision to the letter that is filed. Pure but for the value it builds, which is app's.

Between deciding and applying: the body is sorted into what was written and what is quoted, and the moment of arrival
is chosen.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from app.customers.service import tidy_address
from app.tickets.filing import Forwarder, IncomingLetter
from mail_ingest.body import Body, split_quoted
from mail_ingest.decide import Decision
from mail_ingest.facts import short_id
from mail_ingest.language import guess_language
from mail_ingest.parse import Address, ParsedMail
from mail_ingest.reader_batch import Letter
from mail_ingest.reader_letter import Folded
from mail_ingest.thread import named_ids

# A letter with no readable From still gets a card and a ticket (RFC 2606: .invalid is nobody's).
NOBODY = "unknown-sender@invalid"
EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
FUTURE_LEEWAY = timedelta(days=1)
# Longer letters are sorted by the marks in them alone.
MOST_ALIGNED = 256 * 1024
# Enough of a letter to know its language by.
SAMPLE = 4000
_MARK_ROW = re.compile(r"[\s>|*_\[\]().-]{0,20}ref-\d{1,18}\.\d{1,18}\.[a-z2-7]{26}[\s*_\[\]().-]{0,20}")


@dataclass(frozen=True)
class Copy:
    """What the journal knows of the copy that came to us. `reused_id`: another letter has its Message-ID."""

    raw_mail_id: int
    mailbox_id: int
    internal_date: datetime | None
    history: bool
    reused_id: bool


def incoming_letter(
    copy: Copy, letter: Letter, decision: Decision, *, sent_texts: Sequence[str], now: datetime
) -> IncomingLetter:
    """Everything of the letter that is kept. `sent_texts`: our mails that it may quote, as they went out."""
    mail, files, forward = letter.mail, letter.files, letter.forward
    body = _without_marks(_sorted(letter, sent_texts))
    reused = ("another letter has the same Message-ID",) if copy.reused_id else ()
    return IncomingLetter(
        raw_mail_id=copy.raw_mail_id,
        mailbox_id=copy.mailbox_id,
        sender_name=mail.sender.name,
        sender_email=sender_address(mail),
        subject=mail.subject,
        visible=body.visible,
        folded=body.folded,
        signature=body.signature,
        html=mail.html,
        language=letter_language(mail.subject, body.visible),
        arrived_at=arrival(copy.internal_date, mail.sent_at, now),
        sent_at=mail.sent_at,
        sent_zone=mail.sent_zone,
        rfc_message_id=short_id(mail.message_id),
        in_reply_to=short_id(mail.in_reply_to) if mail.in_reply_to != mail.message_id else "",
        named=tuple(dict.fromkeys(short_id(name) for name in named_ids(mail) if name != mail.message_id)),
        to=_pairs(mail.to),
        cc=_pairs(mail.cc),
        reply_to=_pairs(mail.reply_to),
        files=files,
        automatic=decision.automatic,
        evidence=tuple({"rule": item.rule, "detail": item.detail} for item in decision.evidence),
        defects=(*mail.defects, *reused),
        held=decision.held,
        spam=bool(decision.spam),
        history=copy.history,
        related_id=decision.related_id,
        forwarder=Forwarder(forward.by.name, forward.by.email, forward.note, forward.signature)
        if forward and forward.accepted
        else None,
    )


def _sorted(letter: Letter, sent_texts: Sequence[str]) -> Body | Folded:
    """What was written and what is quoted: as the reader found it, or anew beside what we sent ourselves.

    The latter happens inside the transaction, where nobody may take long; it is linear, half a second for the largest.
    """
    mail = letter.mail
    if not sent_texts or len(mail.text) + len(mail.html or "") > MOST_ALIGNED:
        return letter.body
    return split_quoted(mail.text, mail.html, sent_texts, mail.subject)


def _without_marks(body: Body | Folded) -> Body | Folded:
    """Our own mark, where a program has quoted it without its surroundings, is no word of the customer's."""
    if "ref-" not in body.visible:
        return body
    rows = body.visible.split("\n")
    marks = [row for row in rows if _MARK_ROW.fullmatch(row[:200])]
    if not marks:
        return body
    kept = "\n".join(row for row in rows if not _MARK_ROW.fullmatch(row[:200])).strip("\n")
    folded = "\n\n".join(part for part in (body.folded, "\n".join(marks)) if part)
    return Folded(kept, folded, body.signature)


def sender_address(mail: ParsedMail) -> str:
    """The From address as cards have it; a placeholder when the letter has none that can be read."""
    return tidy_address(mail.sender.email or NOBODY)


def letter_language(subject: str, text: str) -> str:
    return guess_language(f"{subject}\n{text[:SAMPLE]}")


def arrival(internal_date: datetime | None, sent_at: datetime | None, now: datetime) -> datetime:
    """When the server got it; for files without that, the Date header if it is believable; else now."""
    for moment in (internal_date, sent_at):
        if moment is not None and EARLIEST < moment < now + FUTURE_LEEWAY:
            return min(moment, now)
    return now


def _pairs(addresses: Iterable[Address]) -> tuple[tuple[str, str], ...]:
    return tuple((address.name, address.email) for address in addresses)
