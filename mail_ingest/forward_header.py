"""Pure: the few lines above a letter that was passed on, which say whose it was, when it was written and about what."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import pairwise

from mail_ingest.header_address import Address, read_addresses
from mail_ingest.quote_border import ROLES, header_role
from mail_ingest.quote_lines import Line

_MOST_LINES = 40
_MOST_IN_ONE_LINE = 2000
_MOST_BLANK = 3
_NOISE = " \t\xa0*_\"'«»„“”‘’<>[]()"
_ADDRESS = re.compile(r"[^\s<>@\"'()\[\]:;,]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}")
# "18.11.2026, 12:00", "18 ноября 2026": figures of a day at least.
_DAY = re.compile(r"\d{1,4}\D{1,20}\d{2,4}")
# Labels begin with a capital letter; a value may end right before one.
_INLINE_LABEL = re.compile(
    "("
    + "|".join(
        re.escape(label[:1].upper() + label[1:])
        for label in sorted(ROLES, key=len, reverse=True)
        if len(label) > 1 and ROLES[label] != "other"
    )
    + r") ?:(?!\d)"
)
_MAILTO = re.compile(r"mailto:", re.IGNORECASE)


@dataclass(frozen=True)
class OriginalHeader:
    """Lines [start, end) as read. `date` is the writing of the forwarder's program, in any language."""

    sender: Address
    subject: str
    date: str
    to: tuple[Address, ...]
    cc: tuple[Address, ...]
    start: int
    end: int


def read_original_header(lines: Sequence[Line], index: int) -> OriginalHeader | None:
    """The header that begins at or soon after this line; None when it does not name one sender with an address."""
    at = _first_written(lines, index)
    if at is None:
        return None
    if not header_role(lines[at].content):
        fields, end = _unpunctuated(lines, at)
        return _made(fields, at, end) or _attribution(lines, at)
    fields, end = _fields(lines, at)
    return _made(fields, at, end)


def header_in_one_line(lines: Sequence[Line], at: int) -> OriginalHeader | None:
    """ "----- Forwarded Message ----- From: Olga <olga@…>To: …Sent: …Subject: Parcel": Yahoo's, without line ends."""
    content = lines[at].content
    if content.count(":") < 3 or len(content) > _MOST_IN_ONE_LINE:
        return None
    found = list(_INLINE_LABEL.finditer(content))
    fields: dict[str, str] = {}
    for label, following in pairwise([*found, None]):
        if label is not None:
            end = following.start() if following else len(content)
            fields.setdefault(ROLES[label[1].casefold()], content[label.end() : end].strip())
    return _made(fields, at, at + 1) if "subject" in fields or "date" in fields else None


def _made(fields: dict[str, str], start: int, end: int) -> OriginalHeader | None:
    sender = _one_sender(fields.get("from", ""))
    if sender is None:
        return None
    return OriginalHeader(
        sender,
        fields.get("subject", ""),
        fields.get("date", ""),
        _people(fields.get("to", "")),
        _people(fields.get("cc", "")),
        start,
        end,
    )


def _unpunctuated(lines: Sequence[Line], start: int) -> tuple[dict[str, str], int]:
    """ "From "Olga" <olga@…>", "To …", "Date …", "Subject …": eM Client writes no colons."""
    fields: dict[str, str] = {}
    for at in range(start, min(len(lines), start + _MOST_LINES)):
        label, _, value = lines[at].content.partition(" ")
        role = ROLES.get(label.casefold(), "")
        if not role or role in fields or (not fields and role != "from") or not value:
            return fields, at
        fields[role] = value
    return fields, min(len(lines), start + _MOST_LINES)


def _first_written(lines: Sequence[Line], index: int) -> int | None:
    for at in range(index, min(len(lines), index + _MOST_BLANK + 2)):
        # The rule of dashes above a small header says nothing.
        if not lines[at].blank and lines[at].content.strip("-_=*~–— "):
            return at
    return None


def _fields(lines: Sequence[Line], start: int) -> tuple[dict[str, str], int]:
    """Label → value and the line after the header. Values may go on in the next line, as long as a label follows."""
    fields: dict[str, str] = {}
    depth, last, end = lines[start].depth, "", start
    for at in range(start, min(len(lines), start + _MOST_LINES)):
        line = lines[at]
        role = header_role(line.content) if line.depth == depth else ""
        if role in fields and role != "other":
            break  # the letter itself has begun: "To: be honest"
        if role:
            last = role
            fields[role] = line.content.replace("：", ":", 1).partition(":")[2].strip(" \t\xa0*_")
        elif not _header_goes_on(lines, at, fields):
            break
        elif not line.blank:
            fields[last] = f"{fields[last]} {line.content}"[:2000].strip()
        end = at + 1
    return fields, end


def _header_goes_on(lines: Sequence[Line], at: int, known: Collection[str]) -> bool:
    """A line without a label within the header: a long value, or a blank line where a program leaves them.

    It is one if a label that was not there yet follows: behind a blank line at once, else within a few lines.
    """
    following = [line for line in lines[at + 1 : at + 1 + _MOST_BLANK] if not line.blank]
    nearest = following[:1] if lines[at].blank else following
    roles = (header_role(line.content) for line in nearest if _is_label(line.content))
    return any(role and role not in known for role in roles)


def _is_label(content: str) -> bool:
    """ "To: …" of a header and not "To: be honest" of the letter: the value has an address or a date, or is short."""
    role, value = header_role(content), content.partition(":")[2]
    return (
        role == "subject"
        or bool(_ADDRESS.search(value))
        or (role == "date" and _DAY.search(value) is not None)
    )


def _attribution(lines: Sequence[Line], at: int) -> OriginalHeader | None:
    """Yandex: `18.11.2026, 12:00, "Olga" <olga@buyer.example>:` and nothing else."""
    content = lines[at].content
    found = _ADDRESS.search(content)
    if found is None or not content.endswith(":") or not _DAY.search(content[: found.start()]):
        return None
    sender = _one_sender(_after_date(content[:-1]))
    return OriginalHeader(sender, "", "", (), (), at, at + 1) if sender else None


def _after_date(content: str) -> str:
    quoted = re.search(r'["«„“][^"»”]{1,200}["»”]\s{0,3}<', content)
    if quoted:
        return content[quoted.start() :]
    return content.rpartition(",")[2] if "," in content else content


def _one_sender(value: str) -> Address | None:
    """The sender; None without an address, and when the line names more than one."""
    value = _MAILTO.sub("", value)
    emails = {match[0].lower().rstrip(".") for match in _ADDRESS.finditer(value[:2000])}
    if len(emails) != 1:
        return None
    email = emails.pop()
    name = value[: value.lower().find(email)].strip(_NOISE)
    return Address(" ".join(name.split())[:200], email)


def _people(value: str) -> tuple[Address, ...]:
    plain = _MAILTO.sub("", value).replace("[", "<").replace("]", ">")
    return tuple(one for one in read_addresses(plain.encode("utf-8", "replace")) if one.email)
