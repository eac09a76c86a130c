"""The editor as it opens: for a reply, a note, a forward, or a letter that begins a ticket."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Any

from app.outgoing.forwarding import offered
from app.tickets import third_parties
from app.tickets.drafts import Written
from app.tickets.lines import CustomerLine, DraftLine, MessageLine, TicketLine
from app.tickets.models import DraftKind, Kind
from app.tickets.whose import Chosen
from app.web.writing import editor_html

NAMES = {DraftKind.REPLY: "reply", DraftKind.NOTE: "note", DraftKind.FORWARD: "forward", DraftKind.NEW: "new"}


@dataclass(frozen=True)
class Composer:
    """One editor. `problem` is what stopped the last try; `arrived` what came meanwhile; `stopped` why a letter that
    was to leave later did not. `about` is the message that is passed on, or that is answered by choice; `files` are
    what a forward may take along, `chosen` which of them go (None: all)."""

    kind: str
    html: str = ""
    to: str = ""
    cc: str = ""
    bcc: str = ""
    version: int = 0
    draft: Any = None
    seen_message_id: int = 0
    nonce: str = ""
    article_ids: str = ""
    problem: str = ""
    problem_field: str = ""
    arrived: Sequence[MessageLine] = ()
    about: MessageLine | None = None
    files: Sequence[Any] = ()
    chosen: Collection[int] | None = None
    stopped: str = ""
    subject: str = ""
    mailbox_id: int | None = None
    signature: str = ""

    @property
    def name(self) -> str:
        return NAMES.get(DraftKind(self.kind), "reply")

    @property
    def is_letter(self) -> bool:
        """It leaves the house."""
        return self.kind != DraftKind.NOTE

    def takes(self, file_id: int) -> bool:
        return self.chosen is None or file_id in self.chosen


@dataclass(frozen=True)
class Addressing:
    """Whom a reply goes to: whoever wrote the letter that is answered; the others of it only when asked for."""

    first: str
    others: list[str]
    reply_to: str

    @classmethod
    def of(
        cls,
        ticket: TicketLine,
        messages: Sequence[MessageLine],
        own: Collection[str],
        aside: Collection[str] = (),
        about: MessageLine | None = None,
        *,
        chosen: Chosen | None = None,
    ) -> Addressing:
        """Of the customer's newest letter, unless an agent chose another one, or another customer since it came.
        `own`: our addresses, in lower case."""
        letters = [
            message
            for message in messages
            if message.kind == Kind.INCOMING
            and not message.held
            and not message.automatic
            and message.sender_email.lower() not in aside
        ]
        last = about or (letters[-1] if letters else None)
        if last is None or not last.sender_email:
            return cls(written(ticket.customer.name, ticket.customer.email), [], "")
        if last.kind == Kind.OUTGOING:
            return cls(_list(last.to), [one for one in map(_pair, last.cc) if one], "")
        if about is None and chosen is not None and last.id <= chosen.newest and chosen.email:
            return cls._of_card(ticket.customer, chosen.email, last, own)
        skipped = {*own, last.sender_email.lower()}
        copied = [*last.to, *last.cc]
        others = [written(name, email) for name, email in copied if email.lower() not in skipped]
        reply_to = next(
            (email for _name, email in last.reply_to if email.lower() != last.sender_email.lower()), ""
        )
        return cls(written(last.sender_name, last.sender_email), [one for one in others if one], reply_to)

    @classmethod
    def _of_card(cls, card: CustomerLine, email: str, last: MessageLine, own: Collection[str]) -> Addressing:
        """To the customer; whoever wrote for them is one of the others."""
        skipped = {*own, *(one.email for one in card.addresses), email}
        named = [(last.sender_name, last.sender_email), *last.to, *last.cc]
        others = [written(name, address) for name, address in named if address.lower() not in skipped]
        return cls(written(card.name, email), list(dict.fromkeys(one for one in others if one)), "")


def aside_of(ticket: TicketLine, messages: Sequence[MessageLine]) -> set[str]:
    """Third parties of this ticket, from what the page has anyway."""
    return third_parties.third_parties(messages, [one.email for one in ticket.customer.addresses])


def reply(
    draft: DraftLine | None, newest_id: int, addressing: Addressing, about: MessageLine | None
) -> Composer:
    opened = _opened(DraftKind.REPLY, draft, newest_id)
    return replace(opened, to=opened.to or addressing.first, about=about)


def note(draft: DraftLine | None, newest_id: int) -> Composer:
    return _opened(DraftKind.NOTE, draft, newest_id)


def forward(draft: DraftLine | None, newest_id: int, about: MessageLine | None) -> Composer:
    """`about`: the message to pass on, None where there is none to choose."""
    opened = _opened(DraftKind.FORWARD, draft, newest_id)
    files = offered(about) if about is not None else []  # type: ignore[arg-type]
    same = draft is not None and about is not None and draft.about_id == about.id
    chosen = draft.about_files if same and draft is not None else None
    return replace(opened, about=about, files=files, chosen=chosen)


def reopened(
    composer: Composer,
    written: Written,
    *,
    problem: str,
    field: str = "",
    arrived: Sequence[MessageLine] = (),
    seen_message_id: int = 0,
) -> Composer:
    """The editor again as the agent left it, with what stopped the send."""
    return replace(
        composer,
        html=written.html,
        to=", ".join(written.to),
        cc=", ".join(written.cc),
        bcc=", ".join(written.bcc),
        subject=written.subject,
        mailbox_id=written.mailbox_id or composer.mailbox_id,
        seen_message_id=seen_message_id or composer.seen_message_id,
        article_ids=",".join(map(str, written.article_ids)),
        chosen=written.about_files,
        problem=problem,
        problem_field=field,
        arrived=arrived,
    )


def chosen_message(
    messages: Sequence[MessageLine], about_id: int | None, *, kinds: Collection[str]
) -> MessageLine | None:
    return next((one for one in messages if one.id == about_id and one.kind in kinds and not one.held), None)


def written(name: str, email: str) -> str:
    """As it stands in To; nothing for a letter that told no address to answer to (RFC 6761 keeps .invalid free)."""
    if email.lower().endswith(("@invalid", ".invalid")):
        return ""
    if not name:
        return email
    plain = name.replace('"', "")
    return f'"{plain}" <{email}>' if set(plain) & set(",;:<>()@[]\\") else f"{plain} <{email}>"


def _opened(kind: str, draft: DraftLine | None, newest_id: int) -> Composer:
    nonce = secrets.token_urlsafe(16)
    if draft is None:
        return Composer(kind, seen_message_id=newest_id, nonce=nonce)
    return Composer(
        kind,
        editor_html(draft.html),
        ", ".join(draft.to),
        ", ".join(draft.cc),
        ", ".join(draft.bcc),
        version=draft.version,
        draft=draft,
        seen_message_id=draft.seen_message_id or newest_id,
        nonce=nonce,
        article_ids=",".join(map(str, draft.article_ids)),
        stopped=draft.stopped,
    )


def _pair(pair: Sequence[str]) -> str:
    return written(pair[0], pair[1])


def _list(pairs: Sequence[Sequence[str]]) -> str:
    return ", ".join(one for one in map(_pair, pairs) if one)
