"""The small header that Outlook, Notes and others put above a quotation: From, Sent, To, Subject. Pure."""

import re
from collections.abc import Sequence

from mail_ingest.quote_border import ROLES, Head, Kind, header_role, with_rule_above
from mail_ingest.quote_lines import Line
from mail_ingest.quote_signs import ADDRESS, TIME, evidence_of_day, has_date

_NOTES_LINE = re.compile(
    r".{1,100}? ?-{2,3}\s?\d{1,4}[./-]\d{1,2}[./-]\d{2,4} \d{1,2}[:.]\d\d[^-]{0,12}-{2,3}"
)


def header_block(lines: Sequence[Line], index: int, floor: int) -> Head | None:
    one_line = _header_in_one_line(lines, index)
    if one_line or not header_role(lines[index].content):
        return one_line
    roles, end = _read_roles(lines, index)
    block = " ".join(line.content for line in lines[index:end])
    first = index
    if "to" in roles and "subject" in roles and "from" not in roles:
        first = _unlabelled_above(lines, index, floor)
    if first == index and (not _is_letter_header(roles, block) or _is_from_a_day(lines[index:end])):
        return None
    return Head(_with_notes_above(lines, with_rule_above(lines, first, floor), floor), end, Kind.CUT)


def _is_from_a_day(lines: Sequence[Line]) -> bool:
    """ "From: 12.05.2026", "To: 14.05.2026": a stretch of time, not a writer."""
    values = [
        line.content.partition(":")[2]
        for line in lines
        if header_role(line.content) == "from" and not line.blank
    ]
    return any(value.strip() and not any(c.isalpha() for c in value) for value in values)


def _with_notes_above(lines: Sequence[Line], index: int, floor: int) -> int:
    """Notes: "Anna Weiss ---12.05.2020 10:21:33---Dear Ben": name, time and the first words, above the header."""
    at = index - 1
    while at > max(floor, index - 4) and lines[at].blank:
        at -= 1
    return at if at >= floor and _NOTES_LINE.match(lines[at].content) else index


def _unlabelled_above(lines: Sequence[Line], index: int, floor: int) -> int:
    """Notes: a name and, in the next line, date and time stand above "To:" without labels."""
    at = index - 1
    while at >= max(floor, index - 4):
        line = lines[at]
        if (
            line.depth != lines[index].depth
            or len(line.content) > 120
            or header_role(line.content) in ("from", "date")
        ):
            return index
        if evidence_of_day(line.content) and TIME.search(line.content):
            return _with_name_above(lines, at, floor)
        at -= 1
    return index


def _with_name_above(lines: Sequence[Line], at: int, floor: int) -> int:
    """The date may have the name in its own line, or one or two lines above ("Sent by: …" between)."""
    if any(c.isalpha() for c in lines[at].content.casefold().removesuffix("pm").removesuffix("am")):
        return at
    for above in range(at - 1, max(floor, at - 3) - 1, -1):
        line = lines[above]
        if line.blank or len(line.content.split()) > 6 or line.content.endswith((".", "!", "?", ":", ",")):
            break
        at = above
    return at


def _read_roles(lines: Sequence[Line], index: int) -> tuple[set[str], int]:
    """The fields named from here on, and the line after the last; values wrap, blank lines may lie between."""
    roles: set[str] = set()
    end, at, strange = index, index, 0
    depth = lines[index].depth
    while at < min(len(lines), index + 30) and strange < 4:
        line = lines[at]
        role = header_role(line.content) if line.depth == depth else ""
        if role:
            roles.add(role)
            end, strange = at + 1, 0
        elif line.blank and (at + 1 >= len(lines) or not header_role(lines[at + 1].content)):
            break
        else:
            strange += not line.blank and not _is_list_of_people(line.content)
        at += 1
    return roles, end


def _is_list_of_people(content: str) -> bool:
    """A wrapped line of recipients."""
    return content.endswith((",", ";")) or "@" in content


def _is_letter_header(roles: set[str], block: str) -> bool:
    """From, To and Date alone may be a journey: a subject, or an address beside the date, is asked for."""
    if "from" not in roles:
        return roles >= {"date", "to", "subject"} and has_date(block)
    if "subject" in roles:
        return bool(roles & {"date", "to"}) and (has_date(block) or ADDRESS.search(block) is not None)
    return roles >= {"from", "date"} and ADDRESS.search(block) is not None and has_date(block)


def _header_in_one_line(lines: Sequence[Line], index: int) -> Head | None:
    """The same header run together in one line, as some programs write it."""
    content = lines[index].content
    parts = content.split(":", 12)[:-1]
    if len(parts) < 3:
        return None
    roles = {role for part in parts for count in (1, 2) if (role := _last_words_role(part, count))}
    starts = ROLES.get(parts[0].strip("*_ ").casefold()) in {"from", "date", "subject"}
    if starts and len(roles - {"other"}) >= 3 and _is_letter_header(roles, content):
        return Head(index, index + 1, Kind.CUT)
    return None


def _last_words_role(part: str, count: int) -> str:
    return ROLES.get(" ".join(part.split()[-count:]).strip("*_ ").casefold(), "")
