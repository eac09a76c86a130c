"""A rule's own letter to a customer, with all the brakes of mail that nobody wrote. Never commits.

It goes to the sender of the letter that a person wrote last, as a receipt would: not to programs, not to strangers
nobody vouches for, once a day to an address, so many an hour from a mailbox, and never for mail from before we were
connected. It answers nothing: the customer goes on waiting for us, and lists do not move.

Anybody can forge a sender, and would have us send their words: nothing of a letter is repeated, not its subject, not
the name in it, unless one of us has written to that address before.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session

from app.automation.actions import Action, id_in
from app.automation.facts import authentication_of, newest_letter
from app.errors import InvalidInput, NotFound
from app.knowledge import queries as knowledge
from app.knowledge.render import Rendered, render
from app.knowledge.segments import NOTHING
from app.mailboxes.models import RawMail
from app.outgoing import receipts, words
from app.outgoing.receipts import AutomaticText, Opening
from app.outgoing.receipts_policy import ALIGNED, NOT_ALIGNED, UNCHECKED
from app.outgoing.signatures import values_for
from app.settings import Settings
from app.tickets.models import Message, Status, Ticket
from app.tickets.segment_facts import facts_for

# Message.automatic of what a rule sends.
BY_RULE = "rule"
_SUBJECTS = {"en": "[#{number}] About your letter", "ru": "[#{number}] О вашем письме"}
# What a stranger's letter could have filled.
_THEIRS = ("customer.", "ticket.subject")
_PROOFS = {"pass": ALIGNED, "fail": NOT_ALIGNED}


class Answered:
    """`message_id`: what was written, to be rung for; None with the reason why nothing was."""

    def __init__(self, message_id: int | None, why_not: str = "") -> None:
        self.message_id, self.why_not = message_id, why_not


def answer(
    session: Session,
    ticket: Ticket,
    action: Action,
    opening: Opening | None,
    *,
    now: datetime,
    settings: Settings,
) -> Answered:
    """Send this article or text. `opening`: what is known of the letter it answers; None: as it is stored."""
    letter = newest_letter(session, ticket.id)
    why_not = refusal(session, ticket, letter, opening, now=now, settings=settings, claim=False)
    if letter is None or why_not:
        return Answered(None, why_not)
    known = receipts.knows(session, letter.sender_email)
    said = content(session, ticket, action, known=known)
    if said.missing:
        return Answered(None, "a variable of the text has no value")
    why_not = refusal(session, ticket, letter, opening, now=now, settings=settings, claim=True)
    if why_not:
        return Answered(None, why_not)
    language = receipts.language_of(ticket)
    subject = words.reply_subject(ticket.subject) if known else _SUBJECTS[language].format(number=ticket.id)
    text = AutomaticText(BY_RULE, subject, said.text, said.html, language)
    written = receipts.write_automatic(
        session, ticket, letter, letter.sender_email, text, now=now, settings=settings
    )
    return Answered(written.id)


def refusal(
    session: Session,
    ticket: Ticket,
    letter: Message | None,
    opening: Opening | None,
    *,
    now: datetime,
    settings: Settings,
    claim: bool,
) -> str:
    """Why nothing may be sent, '' when it may; `claim` takes the day's one mail to this address."""
    if letter is None:
        return "there is no letter to answer"
    if ticket.status in (Status.SPAM, Status.TRASH):
        return "spam is never answered"
    seen = opening or stored_opening(session, letter, now)
    seen = replace(seen, known=receipts.knows(session, seen.sender))
    return receipts.why_not(session, ticket.mailbox, seen, now=now, settings=settings, claim=claim)


def stored_opening(session: Session, letter: Message, now: datetime) -> Opening:
    """What a letter that came earlier says about whether a program may answer it.

    Its age is no reason against that: a rule that waits two days means two days.
    """
    raw = session.get(RawMail, letter.raw_mail_id) if letter.raw_mail_id is not None else None
    return Opening(
        sender=letter.sender_email,
        arrived_at=now,
        automatic=letter.automatic,
        history=raw.history if raw is not None else False,
        again=raw.instruction is not None if raw is not None else False,
        held=letter.held,
        passed_on=any(item.get("rule") == "forwarded" for item in letter.evidence if isinstance(item, dict)),
        authentication=_PROOFS.get(authentication_of(letter), UNCHECKED),
    )


def content(session: Session, ticket: Ticket, action: Action, *, known: bool) -> Rendered:
    """The words, with the variables of this ticket; of somebody we do not know, none that they could have written.

    Raises InvalidInput for an article that is gone.
    """
    kind, source = action.values if len(action.values) == 2 else ("", "")
    if kind == "article":
        try:
            article = knowledge.article(session, id_in(source) or 0)
        except NotFound:
            raise InvalidInput("This article is gone.", "answer") from None
        if article.archived:
            raise InvalidInput("This article is gone.", "answer")
        source = article.said_in(receipts.language_of(ticket)).answer
    values = values_for(ticket, None, ticket.mailbox)
    if not known:
        values = {name: value for name, value in values.items() if not name.startswith(_THEIRS)}
    # A card says things of its customer that a forged sender must not hear.
    return render(source, values, facts_for(session, [source], ticket) if known else NOTHING)
