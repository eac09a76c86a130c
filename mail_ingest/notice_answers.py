"""What comes back for a mail that we sent to an agent: it belongs to no customer and opens no ticket.

An agent's own answer becomes an internal note in the ticket that the mail was about, when our mail server vouches for
the agent's address; else it is parked, with the reason. Automatic answers and reports are ignored. What anybody else
writes is an ordinary letter, whatever it quotes: no customer's letter disappears here.
"""

from __future__ import annotations

import html
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.accounts.models import Agent
from app.accounts.rights import rights_of
from app.mailboxes.models import RawMail, RawState
from app.tickets import service
from app.tickets.models import Attachment, Status, Ticket
from app.together import notices
from app.together.marks import read_mark
from app.together.models import MailState, NoticeMail, Told
from app.together.whom import Tell
from mail_ingest.authentication import Verdict
from mail_ingest.journal import decide_row
from mail_ingest.parse import ParsedMail
from mail_ingest.reader_batch import Letter
from mail_ingest.thread import named_ids

MOST_MERGES = 20
BY_MAIL = "note-by-mail"


@dataclass(frozen=True)
class _Answer:
    """`agent` wrote it, by what From says; `ticket` is where it belongs, None after a daily mail."""

    agent: Agent
    notice: NoticeMail
    ticket: Ticket | None


def settle(session: Session, raw: RawMail, letter: Letter, key: bytes, *, now: datetime) -> str | None:
    """The state of a mail that belongs to one of our notices, with its outcome written down; None for any other."""
    mail = letter.mail
    number = _marked(mail, key)
    with session.no_autoflush:
        notice = session.get(NoticeMail, number) if number is not None else None
        if notice is None:
            return None
        if mail.bounce is not None or mail.automatic:
            return _ignore(session, raw, mail, notice, now)
        agent = _writer(session, mail)
        if agent is None:
            return None
        answer = _Answer(agent, notice, _ticket(session, notice.ticket_id))
        refused = _why_not(session, letter, answer)
    if refused:
        return _park(session, raw, answer, refused, now)
    return _note(session, raw, letter, answer, now)


def _marked(mail: ParsedMail, key: bytes) -> int | None:
    texts = [
        *named_ids(mail),
        mail.bounce.original_message_id if mail.bounce else "",
        mail.text,
        mail.html or "",
    ]
    return next((number for text in texts if (number := read_mark(text, key)) is not None), None)


def _writer(session: Session, mail: ParsedMail) -> Agent | None:
    if mail.several_senders or not mail.sender.email:
        return None
    query = sa.select(Agent).where(sa.func.lower(Agent.email) == mail.sender.email, Agent.active.is_(True))
    return session.scalar(query)


def _ticket(session: Session, ticket_id: int | None) -> Ticket | None:
    ticket = session.get(Ticket, ticket_id) if ticket_id is not None else None
    for _ in range(MOST_MERGES):
        if ticket is None or ticket.merged_into_id is None:
            return ticket
        ticket = session.get(Ticket, ticket.merged_into_id)
    return ticket


def _why_not(session: Session, letter: Letter, answer: _Answer) -> str:
    """'' for an answer that may become a note."""
    name = answer.agent.email
    rights = rights_of(session, answer.agent)
    if answer.notice.agent_id != answer.agent.id:
        return f"an answer by {name} to a notice for a colleague"
    if letter.check.verdict is not Verdict.PASS:
        detail = f" ({letter.check.detail})" if letter.check.detail else ""
        return f"an answer to a notice, and nothing proves that it comes from {name}{detail}"
    if answer.ticket is None or answer.ticket.status == Status.TRASH:
        return "an answer to a notice that is about no single ticket"
    if not rights.may_note or not rights.sees(answer.ticket.mailbox_id):
        return f"an answer to a notice by {name}, who may write no notes there"
    if not letter.body.visible.strip():
        return "an answer to a notice without words"
    return ""


def _ignore(session: Session, raw: RawMail, mail: ParsedMail, notice: NoticeMail, now: datetime) -> str:
    if mail.bounce is not None and notice.state == MailState.ACCEPTED:
        notice.state, notice.answer = (
            MailState.FAILED,
            f"{mail.bounce.status} {mail.bounce.diagnostic}"[:1000],
        )
    what = (
        "a report about a notice to an agent"
        if mail.bounce is not None
        else "an automatic answer to a notice"
    )
    decide_row(session, raw, RawState.IGNORED, f"{what}: {mail.automatic or 'bounce'}"[:500], now=now)
    return RawState.IGNORED


def _park(session: Session, raw: RawMail, answer: _Answer, reason: str, now: datetime) -> str:
    """Kept for a person to look at; the agent whose name it bears is told on their page of notices."""
    raw.attempts += 1
    decide_row(session, raw, RawState.PARKED, reason, now=now)
    if answer.ticket is not None and answer.notice.agent_id == answer.agent.id:
        line = Tell(answer.agent.id, answer.ticket.id, Told.ANSWER, now, detail={"text": raw.subject[:200]})
        notices.add(session, [line], {})
    return RawState.PARKED


def _note(session: Session, raw: RawMail, letter: Letter, answer: _Answer, now: datetime) -> str:
    assert answer.ticket is not None, "_why_not has looked"
    words = "<br>".join(html.escape(line) for line in letter.body.visible.strip().splitlines())
    note = service.add_note(
        session,
        answer.ticket,
        f"<div>{words}</div>",
        by=answer.agent,
        now=now,
        nonce=f"notice-answer-{raw.id}",
    )
    note.raw_mail_id = raw.id
    note.evidence = [*note.evidence, {"rule": BY_MAIL, "detail": letter.check.detail}]
    for file in letter.files:
        session.add(
            Attachment(
                message_id=note.id,
                filename=file.filename[:300],
                content_type=file.content_type[:200],
                content_id="",
                inline=False,
                size=file.size,
                sha256=file.sha256,
            )
        )
    session.flush()
    reason = f"an answer to a notice: a note in #{answer.ticket.id}"
    decide_row(session, raw, RawState.FILED, reason, now=now)
    return RawState.FILED
