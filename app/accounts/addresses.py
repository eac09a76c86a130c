"""What counts as an email address typed by a person. Pure."""

from __future__ import annotations

import re

from app.errors import InvalidInput

LONGEST = 254
# Deliberately narrower than RFC 5321: no quoted local parts, no comments, no address literals, no control or
# invisible characters. Non-ASCII letters are allowed on both sides (RFC 6531).
_LOCAL = re.compile(r"[\w!#$%&'*+/=?^`{|}~-]+(?:\.[\w!#$%&'*+/=?^`{|}~-]+)*")
_DOMAIN = re.compile(r"(?:[^\W_](?:[\w-]*[^\W_])?\.)+[^\W\d_][\w-]*[^\W_]")


def tidy_email(text: str, field: str = "email") -> str:
    """The address in lower case. Raises InvalidInput (for `field`) when it is not one."""
    email = text.strip().lower()
    local, _, domain = email.rpartition("@")
    if len(email) > LONGEST or not _LOCAL.fullmatch(local) or not _DOMAIN.fullmatch(domain):
        raise InvalidInput("This is not an email address.", field)
    return email
