"""The signed mark of a mail to an agent, in its Message-ID and in its text. Pure.

It names no ticket, unlike the tokens of what we write to customers (app.outgoing.ids): an answer to such a mail must
not become a customer's letter.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re

LONGEST_TEXT = 200_000
_MARK = re.compile(r"(?<![0-9a-z])notice-([0-9]{1,18})-([a-z2-7]{26})(?![0-9a-z])")


def mark_of(mail_id: int, key: bytes) -> str:
    """ "notice-12-abc…": letters and digits only, since some servers change the case of what they pass on."""
    digest = hmac.new(key, f"notice mail {mail_id}".encode(), hashlib.sha256).digest()
    return f"notice-{mail_id}-{base64.b32encode(digest).decode('ascii')[:26].lower()}"


def read_mark(text: str, key: bytes) -> int | None:
    """The number of the mail whose genuine mark stands in this text; None when there is none."""
    lower = text[:LONGEST_TEXT].lower()
    if "notice-" not in lower:
        return None
    for match in _MARK.finditer(lower):
        if hmac.compare_digest(mark_of(int(match[1]), key), match[0]):
            return int(match[1])
    return None
