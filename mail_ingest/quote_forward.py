"""What the subject says about the header below a person's words: answered, or passed on? Pure.

Outlook and others pass a letter on exactly as they answer it, with the same small header and no other mark; only the
subject tells the two apart.
"""

import re
from collections.abc import Sequence

from mail_ingest.quote_border import Head, Kind
from mail_ingest.quote_lines import Line

_TAG = r"\s*(?:\[[^\[\]:]{1,40}\]\s*)?"
FORWARD_PREFIX = re.compile(
    _TAG
    + r"(?:fwd?|fw|wg|tr|rv|enc|i|vl|vb|pd|doorst|доорст|пересл|переслано|пересылка|пер|пересилання|fs|ilt|továbbítás|"
    r"weitergeleitet|转发|轉寄|転送|전달)\s*(?:\[\d+\]|\(\d+\))?\s*[:：]\s*",
    re.IGNORECASE,
)
REPLY_PREFIX = re.compile(
    _TAG + r"(?:re|aw|sv|antw|odp|отв|ответ|на|res|rif|ynt|回复|答复)\s*(?:\[\d+\]|\(\d+\))?\s*[:：]",
    re.IGNORECASE,
)


def says_forwarded(subject: str) -> bool:
    """Whether the subject's own mark is that of a letter that was passed on."""
    return FORWARD_PREFIX.match(subject[:500]) is not None


def as_passed_on(heads: list[Head], lines: Sequence[Line]) -> list[Head]:
    """The heads of a letter whose subject says that it was passed on: the first header begins what was."""
    at = next((number for number, head in enumerate(heads) if not lines[head.start].depth), None)
    if at is None or heads[at].kind is not Kind.CUT:
        return heads
    return [*heads[:at], Head(heads[at].start, heads[at].end, Kind.FORWARD), *heads[at + 1 :]]
