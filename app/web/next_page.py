"""Where to go after signing in. Pure: only pages of our own that an agent may have come from."""

from __future__ import annotations

import re

HOME = "/"
# A list of what is allowed, not of what is dangerous: one of our sections, plain path and query characters.
# No second slash, backslash, colon, dot, control character or user part can appear before the query.
_ALLOWED = re.compile(
    r"/(?:inbox|tickets|search|customers|knowledge|ratings|agents|teams|views|settings|profile|mailboxes|parked|sandbox)"
    r"(?:/[A-Za-z0-9_-]+)*"
    r"(?:\?[A-Za-z0-9_%=&+.~-]*)?",
    re.ASCII,
)
LONGEST = 500


def safe_next(wanted: str | None) -> str:
    """`wanted` when it is a page of ours, else the home page."""
    if wanted and len(wanted) <= LONGEST and _ALLOWED.fullmatch(wanted):
        return wanted
    return HOME
