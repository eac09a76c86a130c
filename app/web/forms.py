"""Reading forms: which fields a page may send, and their values as plain Python. Nothing of Flask travels further."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass

from flask import abort
from werkzeug.datastructures import MultiDict

from app.tickets.drafts import Written
from app.tickets.models import DraftKind

_NUMBER = re.compile(r"\d{1,18}\Z")
# Nothing follows the repetition, so it never goes back: linear, whatever is typed.
_ONE_ADDRESS = re.compile(r'(?:"[^"\n]*"|<[^>\n]*>|[^,;\n])+')
LONGEST_ADDRESSES = 20_000
_NONCE = re.compile(r"[A-Za-z0-9_-]{16,64}\Z")
COMPOSING = "composing_seconds"
LONGEST_COMPOSING = 2 * 3600
ALWAYS = frozenset({"csrf_token", "view"})


# What the editor sends of a letter, whether it is kept or sent.
LETTER = (
    "kind", "html", "body", "to", "cc", "bcc", "version", "article_ids", "seen_message_id", "about_id", "chosen",
    "file", "draft_id",
)  # fmt: skip
# Of one that begins a ticket; in any other they are nobody's to say.
FIRST_LETTER = (*LETTER, "subject", "mailbox_id")


@dataclass(frozen=True)
class ReplyForm:
    """The reply editor as sent. `confirmed`: the agent saw what arrived meanwhile and sends all the same.

    `later` is '' for a letter that leaves now, else a choice of app.outgoing.when with `send_at` for an exact time.
    """

    written: Written
    then_status: str
    nonce: str
    draft_id: int | None
    confirmed: bool
    kind: str
    later: str
    send_at: str
    # For how many seconds the author was at work; None where no script measured it.
    composing: int | None = None


def fields(form: MultiDict[str, str], *allowed: str) -> dict[str, str]:
    """The first value of each allowed field, '' where missing. A field nobody asked for is refused with 400."""
    if set(form) - ALWAYS - set(allowed):
        abort(400)
    return {name: form.get(name, "") for name in allowed}


def reply_form(form: MultiDict[str, str], *, first: bool = False) -> ReplyForm:
    # href: the editor's field for a link, which it switches off as soon as it is ready: sent by somebody very fast.
    letter = FIRST_LETTER if first else LETTER
    values = fields(form, *letter, "then_status", "nonce", "confirmed", "later", "send_at", "href", COMPOSING)
    return ReplyForm(
        written_of(values, form),
        values["then_status"],
        nonce_of(values["nonce"]),
        number(values["draft_id"]),
        values["confirmed"] == "yes",
        values["kind"] or DraftKind.REPLY,
        values["later"],
        values["send_at"],
        composing_of(values[COMPOSING]),
    )


def composing_of(value: str) -> int | None:
    """Seconds of active writing as the browser counted them. Nobody writes one letter for longer than two hours."""
    seconds = number(value)
    return None if seconds is None or seconds == 0 else min(seconds, LONGEST_COMPOSING)


def written_of(values: dict[str, str], form: MultiDict[str, str] | None = None) -> Written:
    """The editor's content: HTML, or plain text from a browser without scripts."""
    content = values.get("html") or text_as_html(values.get("body", ""))
    ids = [int(part) for part in values.get("article_ids", "").split(",") if _NUMBER.match(part)]
    # Boxes that are not ticked send nothing: `chosen` says that there were boxes.
    ticked = [int(one) for one in form.getlist("file") if _NUMBER.match(one)] if form is not None else []
    return Written(
        content,
        addresses(values.get("to", "")),
        addresses(values.get("cc", "")),
        ids,
        number(values.get("seen_message_id", "")),
        bcc=addresses(values.get("bcc", "")),
        about_id=number(values.get("about_id", "")),
        about_files=ticked if values.get("chosen") else None,
        subject=values.get("subject", ""),
        mailbox_id=number(values.get("mailbox_id", "")),
    )


def addresses(typed: str) -> list[str]:
    """What was typed into To or Cc, split at commas and semicolons; a name in quotes keeps its comma."""
    parts = (part.strip() for part in _ONE_ADDRESS.findall(typed[:LONGEST_ADDRESSES]))
    return [part for part in parts if part]


def text_as_html(text: str) -> str:
    return html.escape(text.strip()).replace("\r\n", "\n").replace("\n", "<br>")


def number(value: str) -> int | None:
    return int(value) if _NUMBER.match(value) else None


def nonce_of(value: str) -> str:
    if not _NONCE.match(value):
        abort(400)
    return value
