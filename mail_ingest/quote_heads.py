"""Where does a quotation begin? Attributions, separators and small headers of many clients and languages.

Each pattern looks at a bounded number of short lines, so the whole stays linear. A head is only *found*
here; what is folded because of it is decided in `body`.
"""

import re
from collections.abc import Sequence

from mail_ingest import quote_words as words
from mail_ingest.quote_attribution import find_attribution, may_end_attribution
from mail_ingest.quote_border import ADDRESS, ROLES, Head, Kind, has_date, header_role, with_rule_above
from mail_ingest.quote_lines import Line

_MAX_TRIED = 2000  # lines that look like a head and are read closely; a letter with more is no letter
_DASHES = "-‐‑‒–—―_=*~#+ \t"
_DASH_RUN = re.compile(r"[-‐‑‒–—―_=*~#]{2,}")
_FORWARDED = frozenset(words.FORWARDED)
_ORIGINAL_FROM = tuple(
    phrase + between for phrase in words.ORIGINAL for between in (" from ", " von ", " de ", " от ", " by ")
)


def find_heads(lines: Sequence[Line]) -> list[Head]:
    """Heads in order, not overlapping; lines at different depths of quotation never form one head."""
    whole = "\n".join(line.content for line in lines).casefold()
    markers = [marker for marker in words.REPLY_ABOVE if marker in whole]
    heads: list[Head] = []
    index = tried = 0
    while index < len(lines):
        line = lines[index]
        floor = heads[-1].end if heads else 0
        head = _separator(lines, index, markers) if line.content else None
        if head is None and tried < _MAX_TRIED and _may_be_head(line.content):
            tried += 1
            head = _header_block(lines, index, floor) or find_attribution(lines, index, floor)
        if head:
            heads.append(head)
        index = max(head.end if head else 0, index + 1)
    return heads


def _may_be_head(content: str) -> bool:
    return (":" in content or "：" in content or content.startswith("--")) and (
        header_role(content) != "" or may_end_attribution(content) or content.count(":") > 3
    )


def _separator(lines: Sequence[Line], index: int, markers: Sequence[str]) -> Head | None:
    content = lines[index].content
    lowered = content.casefold()
    phrase, dashed = _between_dashes(lowered)
    if _is_forward(lowered, phrase, dashed):
        return Head(index, index + 1, Kind.FORWARD)
    if len(content) <= 160 and any(marker in lowered for marker in markers):
        return Head(index, index + 1, Kind.CUT)
    if not phrase:
        return None
    named = phrase in words.ORIGINAL or (dashed and _named_original(phrase))
    if named and (dashed or _labels_follow(lines, index + 1)):
        return Head(index, index + 1, Kind.CUT)
    return None


def _between_dashes(text: str) -> tuple[str, bool]:
    """ "-----Original Message-----From: Anna" → ("original message", True); without dashes the text as it is."""
    dashes = _DASH_RUN.match(text)
    if not dashes:
        return text.strip(_DASHES + ">:"), False
    closing = _DASH_RUN.search(text, dashes.end())
    return text[dashes.end() : closing.start() if closing else len(text)].strip(_DASHES + ">:"), True


def _named_original(phrase: str) -> bool:
    """ "Original Message from Anna", as some programs write."""
    return phrase.startswith(_ORIGINAL_FROM)


def _is_forward(lowered: str, phrase: str, dashed: bool) -> bool:
    if dashed:
        return len(lowered) <= 300 and any(word in phrase for word in words.FORWARDED)
    return phrase in _FORWARDED


def _labels_follow(lines: Sequence[Line], index: int) -> bool:
    return any(header_role(line.content) for line in lines[index : index + 3])


# -----------------------------------------------------------------


def _header_block(lines: Sequence[Line], index: int, floor: int) -> Head | None:
    one_line = _header_in_one_line(lines, index)
    if one_line or not header_role(lines[index].content):
        return one_line
    roles, end = _read_roles(lines, index)
    block = " ".join(line.content for line in lines[index:end])
    if not _is_letter_header(roles, block):
        return None
    start = with_rule_above(lines, index, floor)
    return Head(start, end, Kind.CUT)


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
            strange += not line.blank
        at += 1
    return roles, end


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


# -----------------------------------------------------------------------------------------------
