"""Pure: the addresses an agent typed, checked so that each can stand in a header and in an SMTP command."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from app.errors import InvalidInput
from app.outgoing.ids import ascii_domain

MOST_RECIPIENTS = 50
LONGEST_NAME = 200

# An atom or dotted atoms, any script (RFC 5322, section 3.2.3 with RFC 6532); quoted local parts are not accepted.
_LOCAL = re.compile(
    r"[^\s\x00-\x1f\x7f\u0085\u2028\u2029()<>\[\]:;@\\,\".]+"
    r"(?:\.[^\s\x00-\x1f\x7f\u0085\u2028\u2029()<>\[\]:;@\\,\".]+)*\Z"
)
# Name <a@b>, or "Name, with signs" <a@b>. Strict: two addresses in one value are a mistake, not a guess.
_NAMED = re.compile(r'(?:"(?P<quoted>[^"\\]*)"|(?P<plain>[^"<>]*))\s*<(?P<email>[^<>\s]+)>')
_LABEL = re.compile(r"(?!-)[A-Za-z0-9-]{1,63}(?<!-)\Z")
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]+")


@dataclass(frozen=True)
class Mailable:
    """A name, '' when none was given, and an address in lower case."""

    name: str
    email: str


@dataclass(frozen=True)
class Recipients:
    """Each person once: who is in To is not in Cc, who is in either is not in Bcc."""

    to: list[Mailable]
    cc: list[Mailable]
    bcc: list[Mailable]

    @property
    def everybody(self) -> list[Mailable]:
        return self.to + self.cc + self.bcc


def read_recipients(to: Iterable[str], cc: Iterable[str], bcc: Iterable[str] = ()) -> Recipients:
    """To, Cc and Bcc. Raises InvalidInput for a bad address, for none in To and for too many."""
    seen: set[str] = set()
    lists: list[list[Mailable]] = []
    for field, values in (("to", to), ("cc", cc), ("bcc", bcc)):
        people = [_read(value, field) for value in values if value.strip()]
        lists.append([person for person in people if not (person.email in seen or seen.add(person.email))])  # type: ignore[func-returns-value]
    if not lists[0]:
        raise InvalidInput("A reply needs at least one address in To.", "to")
    if len(seen) > MOST_RECIPIENTS:
        raise InvalidInput(f"A reply goes to at most {MOST_RECIPIENTS} addresses.", "cc")
    return Recipients(*lists)


def is_mailable(email: str) -> bool:
    """True when mail can be sent to this address."""
    local, at, domain = email.rpartition("@")
    labels = ascii_domain(domain).split(".")
    return (
        bool(at)
        and len(local.encode()) <= 64
        and len(email.encode()) <= 254
        and bool(_LOCAL.match(local))
        and len(labels) >= 1
        and all(_LABEL.match(label) for label in labels)
    )


def tidy_name(name: str) -> str:
    """A display name on one line, without anything that is not shown."""
    return " ".join(_UNPRINTABLE.sub(" ", name).split())[:LONGEST_NAME]


def _read(value: str, field: str) -> Mailable:
    named = _NAMED.fullmatch(value.strip())
    name, email = (named["quoted"] or named["plain"] or "", named["email"]) if named else ("", value.strip())
    if not is_mailable(email):
        raise InvalidInput(f"This is not a mail address: {tidy_name(value)}", field)
    return Mailable(tidy_name(name), email.lower())
