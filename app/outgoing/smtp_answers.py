"""Pure: what an SMTP server's answer means, and how a letter goes over the wire."""

from __future__ import annotations

import re
from dataclasses import dataclass

from app.outgoing.ids import ascii_domain

_LINE_END = re.compile(rb"\r\n|\r|\n")
_LEADING_DOT = re.compile(rb"(?m)^\.")
# Answers that speak of the account and not of the letter: an administrator can put them right (RFC 4954, section 6).
_LOGIN_CODES = (530, 534, 535, 538)
LONGEST_WORDS = 500
# What tells the server that the letter is whole.
FINAL_DOT = b".\r\n"


@dataclass(frozen=True)
class Result:
    """What became of it, in the server's words or ours."""

    words: str


class Accepted(Result):
    """The server answered 250 to the letter: it is its responsibility now."""


class Temporary(Result):
    """Nothing was sent; trying again later may help."""


class NotConnected(Temporary):
    """No server was reached, or none that lets us in: true of every letter of the account, not of this one."""


class Permanent(Result):
    """Nothing was sent, and the same letter will be refused again."""


class Unknown(Result):
    """The letter was handed over and no answer came: it may or may not have arrived."""


def refusal(code: int, message: str) -> Result:
    """RFC 5321, section 4.2.1: 5yz is final, 4yz asks to try again; anything else is nothing we can build on."""
    final = 500 <= code < 600 and code not in _LOGIN_CODES
    return Permanent(words_of(code, message)) if final else Temporary(words_of(code, message))


def words_of(code: int, message: str) -> str:
    shown = " ".join(message.encode("utf-8", "replace").decode("utf-8").split())
    return f"{code} {shown}".strip()[:LONGEST_WORDS] if code > 0 else shown[:LONGEST_WORDS]


def most_bytes(size: str) -> int:
    """The largest letter a server takes, from the parameter of its SIZE keyword; 0 when it does not say (RFC 1870)."""
    return int(size) if size.isascii() and size.isdigit() and len(size) < 19 else 0


def too_large(size: int, largest: int) -> str:
    """Mail people count in megabytes of a million bytes."""
    return f"The letter has {size / 1e6:.1f} MB with its files; the mail server takes {largest / 1e6:.1f} MB at most."


def as_data(letter: bytes) -> bytes:
    """The letter as it goes over the wire, up to FINAL_DOT: CR LF line ends, dots doubled (RFC 5321, section 4.5.2)."""
    whole = _LINE_END.sub(b"\r\n", letter)
    if not whole.endswith(b"\r\n"):
        whole += b"\r\n"
    return _LEADING_DOT.sub(b"..", whole)


def on_the_wire(address: str) -> str:
    """The address as a command carries it: the domain in ASCII. The null sender is ''."""
    local, at, domain = address.rpartition("@")
    return f"{local}{at}{ascii_domain(domain)}"
