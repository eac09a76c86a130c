"""Pure: our signed tokens in Message-IDs, in reply addresses and in the text of a letter.

A token names a ticket and one of its outgoing messages and carries 130 bits of HMAC-SHA256 over both, so that an
answer finds its ticket whatever became of its subject, and nobody can invent a token for a ticket they never got
mail from. It is written in lower-case letters and digits only, because some servers change the case of local parts.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from itertools import islice

# 26 base32 characters carry 130 bits.
MAC_LENGTH = 26
# RFC 5321, section 4.5.3.1.1.
LONGEST_LOCAL_PART = 64
LONGEST_TEXT = 20_000
# A letter with more marks than this quotes nothing; each costs an HMAC.
MOST_MARKS = 50

_TOKEN = re.compile(r"(?<![0-9A-Za-z])([0-9]{1,18})\.([0-9]{1,18})\.([A-Za-z2-7]{26})(?![0-9A-Za-z])")

_MARK = re.compile(r"ref-([0-9]{1,18}\.[0-9]{1,18}\.[a-z2-7]{26})(?![0-9A-Za-z])")


def make_message_id(ticket_id: int, message_id: int, domain: str, key: bytes, *, nonce: str) -> str:
    """A Message-ID without angle brackets.

    `nonce` keeps it unlike every other one even when row numbers are given out again after a backup was restored:
    large providers silently drop a second letter with a Message-ID they have seen.
    """
    return f"{nonce}.{_token(ticket_id, message_id, key)}@{ascii_domain(domain)}"


def reply_address(mailbox_address: str, ticket_id: int, message_id: int, key: bytes) -> str:
    """support@x.example → support+1042.7.mac@x.example; unchanged when that would be too long for an address."""
    local, _, domain = mailbox_address.rpartition("@")
    extended = f"{local}+{_token(ticket_id, message_id, key)}"
    if len(extended.encode("utf-8")) > LONGEST_LOCAL_PART:
        return mailbox_address
    return f"{extended}@{domain}"


def read_token(text: str, key: bytes) -> tuple[int, int] | None:
    """(ticket_id, message_id) of the first genuine token in a Message-ID, a list of them or an address; else None."""
    for match in _TOKEN.finditer(text[:LONGEST_TEXT]):
        ticket_id, message_id = int(match[1]), int(match[2])
        if hmac.compare_digest(_mac(ticket_id, message_id, key), match[3].lower()):
            return ticket_id, message_id
    return None


def mark_of(message_id: str) -> str:
    """How a letter of ours repeats its token in its own text: "ref-1042.7.mac"; '' for an id without one.

    Ticket systems that drop References and rewrite addresses still quote what we wrote.
    """
    match = _TOKEN.search(message_id)
    return f"ref-{match[0].lower()}" if match else ""


def marks_in(text: str) -> list[str]:
    """The tokens of marks in a text or in HTML, each once, at most MOST_MARKS. Not verified yet; linear."""
    found = islice(_MARK.finditer(text), MOST_MARKS)
    return list(dict.fromkeys(match[1] for match in found))


def ascii_domain(domain: str) -> str:
    """The domain as it travels (RFC 5890 A-labels); unchanged when it cannot be one."""
    if domain.isascii():
        return domain
    try:
        return domain.encode("idna").decode("ascii")
    except UnicodeError:
        return domain


def _token(ticket_id: int, message_id: int, key: bytes) -> str:
    return f"{ticket_id}.{message_id}.{_mac(ticket_id, message_id, key)}"


def _mac(ticket_id: int, message_id: int, key: bytes) -> str:
    digest = hmac.new(key, f"ticket {ticket_id} message {message_id}".encode(), hashlib.sha256).digest()
    return base64.b32encode(digest).decode("ascii")[:MAC_LENGTH].lower()
