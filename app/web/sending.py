"""From the editor's form to a letter: sent now, put off, or refused with the field that is wrong."""

from __future__ import annotations

from flask import current_app, g
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from app.db import now
from app.errors import InvalidInput
from app.knowledge.variables import fill
from app.outgoing import begin, when
from app.outgoing import reply as replies
from app.outgoing import service as outgoing
from app.settings import Settings
from app.tickets import drafts, scheduled
from app.tickets.models import Draft, DraftKind, Message, Ticket
from app.tickets.safe_html import reply_to_text
from app.web import forms


def send(session: Session, ticket: Ticket, form: forms.ReplyForm) -> Message:
    """Write the reply, the forward or the first letter of this form. Raises InvalidInput with the field."""
    check(form)
    settings: Settings = current_app.config["SETTINGS"]
    return outgoing.write_reply(session, ticket, letter_of(form), by=g.agent, now=now(), settings=settings)


def put_off(session: Session, ticket: Ticket, form: forms.ReplyForm) -> Draft:
    """The letter leaves later. It is read as if it left now: what is wrong with it is said while somebody is here."""
    check(form)
    at = when.leaves_at(form.later, form.send_at, now(), g.agent.timezone)
    stored = drafts.find_or_begin(session, ticket, form.kind, by=g.agent, now=now())
    written = form.written
    draft = drafts.save(
        session, ticket, form.kind, written, version=stored.version, by=g.agent, now=now(), draft_id=stored.id
    )
    replies.read(session, ticket, letter_of(form, draft_id=draft.id), g.agent)
    scheduled.put_off(session, ticket, draft, at, then_status=form.then_status, by=g.agent, now=now())
    return draft


def put_off_first(session: Session, form: forms.ReplyForm) -> Ticket:
    """As `put_off`, for a letter that begins a ticket; the ticket."""
    check(form)
    at = when.leaves_at(form.later, form.send_at, now(), g.agent.timezone)
    begun = drafts.find_or_begin(session, None, DraftKind.NEW, by=g.agent, now=now(), draft_id=form.draft_id)
    draft = drafts.save(
        session,
        None,
        DraftKind.NEW,
        form.written,
        version=begun.version,
        by=g.agent,
        now=now(),
        draft_id=begun.id,
    )
    return begin.put_off(session, draft, letter_of(form, draft_id=draft.id), at, by=g.agent, now=now())


def letter_of(form: forms.ReplyForm, *, draft_id: int | None = None) -> outgoing.Reply:
    written = form.written
    return outgoing.Reply(
        html=written.html,
        to=written.to,
        cc=written.cc,
        bcc=written.bcc,
        then_status=form.then_status,
        nonce=form.nonce,
        draft_id=draft_id or form.draft_id,
        kind=form.kind,
        about_id=written.about_id,
        about_files=written.about_files,
        composing=form.composing,
    )


def check(form: forms.ReplyForm) -> None:
    """What no letter may have, whoever it goes to."""
    refuse_too_long(form)
    missing = fill(reply_to_text(form.written.html), {}).missing
    if missing:
        names = ", ".join(f"{{{{{name}}}}}" for name in missing)
        raise InvalidInput(_("Fill in what is still missing before you send: %(names)s", names=names), "html")


def refuse_too_long(form: forms.ReplyForm) -> None:
    if len(form.written.html) > drafts.LONGEST:
        raise InvalidInput("That is too long for one letter.", "html")
