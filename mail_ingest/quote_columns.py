"""The small header of Notes in two columns: name and date at the left, To, cc and Subject at the right. Pure."""

import re
from collections.abc import Sequence

from mail_ingest.quote_border import ROLES, Head, Kind
from mail_ingest.quote_lines import Line
from mail_ingest.quote_signs import evidence_of_day

_RIGHT = re.compile(r"(?:[ \t]{3,}|\t)([^\s:]{1,15}) ?:(?:\s|$)")
_MAX_ROW = 200
_MAX_ROWS = 8


def right_role(line: Line) -> str:
    """The field that the right column of a line states, or ""."""
    if line.blank or len(line.raw) > _MAX_ROW or line.raw[:1] == ">":
        return ""
    found = _RIGHT.search(line.raw)
    return ROLES.get(found[1].casefold(), "") if found else ""


def two_columns(lines: Sequence[Line], index: int, floor: int) -> Head | None:
    """`index` states the recipients at the right; a subject follows there, and a date stands at the left."""
    if right_role(lines[index]) != "to":
        return None
    end, roles = index + 1, {"to"}
    for at in range(index + 1, min(index + _MAX_ROWS, len(lines))):
        role = right_role(lines[at])
        if role:
            roles.add(role)
            end = at + 1
        elif "subject" in roles:
            end = at + 1 if _is_date(lines[at]) else end
            break
    start = index
    while start > floor and index - start < 3 and _is_left(lines[start - 1]):
        start -= 1
    dated = any(evidence_of_day(line.content) for line in lines[start:end])
    return Head(start, end, Kind.CUT) if dated and "subject" in roles else None


def _is_left(line: Line) -> bool:
    """A name or a date, and nothing that a sentence ends with."""
    text = line.content
    return bool(text) and len(text.split()) <= 7 and not text.endswith((".", "!", "?", ":", ","))


def _is_date(line: Line) -> bool:
    return _is_left(line) and evidence_of_day(line.content)
