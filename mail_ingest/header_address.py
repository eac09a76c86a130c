"""Part of parsing: address lists (RFC 5322, section 3.4), total and linear.

Real lists hold unquoted commas, groups, comments, doubled brackets, routes, encoded words in all
places and raw 8-bit names. Every entry gives an Address; one without a readable address has email ''.
"""

import re
from dataclasses import dataclass, field
from functools import lru_cache

from mail_ingest.charset import decode_bytes
from mail_ingest.header_words import decode_header

MAX_ADDRESSES = 500
MAX_EMAIL = 320
_SHORT = 200


@dataclass(frozen=True, slots=True)
class Address:
    """`name` as people read it; `email` in lower case, '' when the header holds no readable address."""

    name: str
    email: str


_TOKEN = re.compile(
    rb'=\?[^?\s]{1,60}\?[bBqQ]\?[^?]{0,500}\?=|"(?:[^"\\]|\\.){0,400}"|\\[,;<>()"]|[,;<>():]'
    rb'|[^,;<>():"=\[\\@]{0,250}@\[[0-9A-Za-z:.]{1,60}\]|[^,;<>():"=\\]+|["=\\]',
    re.DOTALL,
)
_DOMAIN = rb"""(?:[^\s<>,;:"'()\[\]@]{1,250}|\[[0-9A-Za-z:.]{1,60}\])"""
_BARE = re.compile(rb"""[^\s<>,;:"'()\[\]@][^\s<>,;:"()\[\]@]{0,249}@""" + _DOMAIN)
_QUOTED_LOCAL = re.compile(rb"""(?<![^\s<])"(?:[^"\\]|\\.){1,200}"@""" + _DOMAIN)
_AROUND_AT = re.compile(rb"[ \t]*([@.])[ \t]*")
_EMPTY_BRACKETS = re.compile(rb"\[(?i:smtp|mailto)?:?\s*\]|\(\s*\)|<\s*>")
_ESCAPED = re.compile(rb"\\(.)", re.DOTALL)


@dataclass(slots=True)
class _Entry:
    words: list[bytes] = field(default_factory=list)  # unquoted text outside of brackets
    quoted: list[bytes] = field(default_factory=list)
    whole: list[bytes] = field(default_factory=list)  # both of them in order
    name: list[bytes] = field(default_factory=list)  # the same without quotation marks
    comment: list[bytes] = field(default_factory=list)
    angle: list[bytes] | None = None
    before_angle: int = 0  # how many pieces of the name stand before the bracket

    def blank(self) -> bool:
        return self.angle is None and not b"".join(self.name + self.comment).strip()


def read_addresses(value: bytes, hint: str = "") -> tuple[Address, ...]:
    """The addresses of one header value, at most MAX_ADDRESSES."""
    return _read_short(value, hint) if len(value) < _SHORT else _read(value, hint)


@lru_cache(maxsize=1000)
def _read_short(value: bytes, hint: str) -> tuple[Address, ...]:
    # Most letters of a mailbox are to the same address.
    return _read(value, hint)


def _read(value: bytes, hint: str) -> tuple[Address, ...]:
    if b"&lt;" in value and b"<" not in value:
        # Escaped as for a page.
        value = value.replace(b"&lt;", b"<").replace(b"&gt;", b">").replace(b"&quot;", b'"')
    entries = _entries(value, comments=value.count(b"(") == value.count(b")"))
    found = _finish(entries, hint)
    if not any(address.email for address in found) and b"=?" in value:
        # Some senders encode the whole header, brackets and all.
        decoded = decode_header(value, hint).encode("utf-8", "replace")
        again = _finish(_entries(decoded, comments=True), "utf-8") if b"=?" not in decoded else []
        found = again if any(address.email for address in again) else found
    return tuple(found[:MAX_ADDRESSES])


def _entries(value: bytes, *, comments: bool) -> list[_Entry]:
    reader = _Reader(comments=comments, groups=b";" in value and b":" in value)
    for match in _TOKEN.finditer(value):
        reader.take(match[0])
        if len(reader.entries) > MAX_ADDRESSES:
            break
    reader.close()
    return reader.entries


class _Reader:
    """Walks the tokens of an address list once; depth of comments is a number, not a recursion."""

    def __init__(self, *, comments: bool, groups: bool) -> None:
        self.entries: list[_Entry] = []
        self.entry = _Entry()
        self.inside_angle = False
        self.depth = 0
        self.comments = comments
        self.groups = groups

    def take(self, token: bytes) -> None:
        if self.comments and (token == b"(" or self.depth):
            self._comment(token)
        elif token in b"<>":
            self._bracket(token)
        elif self.inside_angle:
            self._inside(token)
        elif token in b",;":
            self.close()
        elif token == b":" and self.groups:
            self.entry = _Entry()
        elif token != b'"':
            self._word(token)

    def _word(self, token: bytes) -> None:
        entry = self.entry
        entry.whole.append(token)
        if token[:1] == b'"':
            entry.quoted.append(token)
            token = _ESCAPED.sub(rb"\1", token[1:-1])
        elif token[:1] == b"\\" and len(token) > 1:
            token = token[1:]
        else:
            entry.words.append(token)
        entry.name.append(token)

    def _comment(self, token: bytes) -> None:
        outermost = self.depth == (1 if token == b")" else 0)
        self.depth += (token == b"(") - (token == b")")
        if not (outermost and token in b"()"):
            self.entry.comment.append(token)

    def _bracket(self, token: bytes) -> None:
        entry = self.entry
        if token == b"<" and self.inside_angle and entry.angle and b"@" not in b"".join(entry.angle):
            # "<Ann <ann@host>>": what stood in the outer bracket is the name.
            entry.name += entry.angle
            entry.angle = []
        elif token == b"<" and entry.angle and b"@" in b"".join(entry.angle):
            self._next_entry()
        self.inside_angle = token == b"<"
        if self.inside_angle and not self.entry.angle:
            self.entry.angle = []
            self.entry.before_angle = len(self.entry.name)

    def _next_entry(self) -> None:
        """ "A <a@host> B <b@host>": the comma was forgotten, and what follows the first bracket is the next name."""
        entry, following = self.entry, _Entry()
        cut = entry.before_angle
        following.name, following.whole, following.words = (
            entry.name[cut:],
            entry.name[cut:],
            entry.name[cut:],
        )
        entry.name = entry.name[:cut]
        self.entries.append(entry)
        self.entry = following

    def _inside(self, token: bytes) -> None:
        angle = self.entry.angle if self.entry.angle is not None else []
        if token == b":":
            # "<@relay,@relay:user@host>" and "<mailto:user@host>": what counts stands behind the colon.
            angle.clear()
        elif token in b",;" and not b"".join(angle).startswith(b"@"):
            self.close()
        else:
            angle.append(token)

    def close(self) -> None:
        if not self.entry.blank():
            self.entries.append(self.entry)
        self.entry = _Entry()
        self.inside_angle = False


def _finish(entries: list[_Entry], hint: str) -> list[Address]:
    found: list[Address] = []
    waiting: list[str] = []
    for entry in entries:
        address = _address(entry, hint)
        if address.email or entry.angle is not None:
            # "Doe, John <john@host>": the first comma was part of the name.
            name = (
                ", ".join([*waiting, address.name]) if waiting and entry.angle is not None else address.name
            )
            if name == address.name:
                found.extend(Address(text, "") for text in waiting)
            found.append(Address(name, address.email))
            waiting = []
        else:
            waiting.append(address.name)
    found.extend(Address(text, "") for text in waiting)
    return [address for address in found if address.name or address.email]


def _address(entry: _Entry, hint: str) -> Address:
    angle = b"".join(entry.angle or [])
    email = _email(angle, hint)
    name = b"".join(entry.name)
    if not email:
        words = b"".join(entry.words)
        raw = _first_bare(b"".join(entry.whole), words, b"".join(entry.quoted))
        if not raw and b"@" in words:
            name = words = _AROUND_AT.sub(rb"\1", words)
            raw = _first_bare(name, words, b"")
        email = _email(raw, hint)
        if raw:
            name = name.replace(raw, b" ", 1).replace(raw.replace(b'"', b""), b" ", 1)
            name = _EMPTY_BRACKETS.sub(b" ", name).strip(b" \t-:")
        elif angle.strip():
            name += b" " + angle
    text = _name(name, hint) or _name(b"".join(entry.comment), hint)
    return Address(text, email)


def _first_bare(whole: bytes, words: bytes, quoted: bytes) -> bytes:
    # A quoted address is only a name beside an unquoted one: "boss@corp" clerk@host comes from the clerk.
    for pattern, text in ((_QUOTED_LOCAL, whole), (_BARE, words), (_BARE, quoted)):
        match = pattern.search(text)
        if match:
            return match[0]
    return b""


def _email(raw: bytes, hint: str) -> str:
    if b"=?" in raw:
        raw = decode_header(raw[:2000], hint).encode("utf-8", "replace")
    if b"@" not in raw:
        return ""
    tight = raw[:2000].strip()
    if b" " in tight or b"\t" in tight:
        tight = _AROUND_AT.sub(rb"\1", tight)
    match = _QUOTED_LOCAL.search(tight) or _BARE.search(tight)
    if not match:
        return ""
    text = decode_bytes(match[0], hint)
    if not text.isprintable():
        text = "".join(char for char in text if char.isprintable())
    local, _, domain = text.strip().rstrip(".").rpartition("@")
    if not local or not domain or len(local) + len(domain) >= MAX_EMAIL:
        return ""
    return f"{local}@{domain}".lower()


def _name(raw: bytes, hint: str) -> str:
    name = decode_header(raw, hint)
    if not name.isprintable():
        name = "".join(char if char.isprintable() else " " for char in name)
    name = " ".join(name.split())[:500]
    # Some senders quote twice, or quote inside of the encoded word.
    while len(name) > 1 and name[0] == name[-1] and name[0] in "\"'":
        name = name[1:-1].strip()
    return name
