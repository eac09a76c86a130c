"""What the editor needs around the words: how pictures are shown in it, what stands below, what became of a draft."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa
from flask import url_for
from markupsafe import Markup
from sqlalchemy.orm import Session

from app.accounts.models import Agent
from app.outgoing import signature_pictures
from app.outgoing.signature_html import Signature, clean_signature
from app.outgoing.signature_html import for_editor as in_editor
from app.tickets import drafts
from app.tickets.inline_images import for_page
from app.tickets.linkify import linkify
from app.tickets.models import Draft, DraftKind, Event


@dataclass(frozen=True)
class DraftState:
    """The stored draft of an agent, and who took it over when there is none any more."""

    draft: Draft | None
    taken_by: str = ""


def editor_html(html: str) -> str:
    """A draft or a reply with its pictures at addresses a browser can show."""
    if "cid:" not in html:
        return html
    return for_page(html, url_for("attachments.preview", attachment_id=0).replace("/0/", "/{id}/"))


def shown_signature(signature: Signature) -> Markup:
    """As it stands below a letter: with its looks, or in lines with their addresses as links."""
    if not signature.html:
        return linkify(signature.text)
    return Markup(signature_pictures.for_page(signature.html, _picture))  # noqa: S704 (safe, see Signature)


def sent_signature(html: str) -> Markup:
    """The signature of a letter that was sent, cleaned once more in front of the reader's eyes."""
    return shown_signature(Signature("", clean_signature(html)))


def edited_signature(signature: Signature) -> Signature:
    """As the plain field and the editor open it."""
    both = in_editor(signature)
    return Signature(both.text, signature_pictures.for_editor(both.html, _picture))


def _picture(digest: str) -> str:
    return url_for("branding.logo", digest=digest)


def draft_state(
    session: Session, ticket_id: int | None, agent_id: int, kind: str, draft_id: int | None
) -> DraftState:
    """After a conflict: what is there now."""
    if ticket_id is None:
        mine = [one for one in drafts.all_begun(session, agent_id) if one.id == draft_id]
        return DraftState(mine[0] if mine else None)
    draft = drafts.mine(session, ticket_id, agent_id, kind if kind in tuple(DraftKind) else DraftKind.REPLY)
    if draft is not None:
        return DraftState(draft)
    query = (
        sa.select(Event, Agent.name)
        .join(Agent, Agent.id == Event.agent_id)
        .where(Event.ticket_id == ticket_id, Event.kind.in_(("draft_taken", "replied", "undone")))
        .order_by(Event.id.desc())
        .limit(1)
    )
    row = session.execute(query).first()
    taken = row is not None and row[0].kind == "draft_taken" and row[0].detail.get("agent_id") == agent_id
    return DraftState(None, row[1] if row is not None and taken else "")
