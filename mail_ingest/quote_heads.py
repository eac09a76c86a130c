"""Where does a quotation begin? Attributions, separators and small headers of many clients and languages.

Each pattern looks at a bounded number of short lines, so the whole stays linear. A head is only *found*
here; what is folded because of it is decided in `body`.
"""

import re
from collections.abc import Sequence

from mail_ingest import quote_words as words
from mail_ingest.quote_attribution import find_attribution, find_lead, may_end_attribution, next_written
from mail_ingest.quote_border import Head, Kind, header_role, with_rule_above
from mail_ingest.quote_columns import right_role, two_columns
from mail_ingest.quote_header import header_block
from mail_ingest.quote_lines import Line
from mail_ingest.quote_signs import ADDRESS, has_date

_MAX_TRIED = 800  # lines that look like a head and are read closely; a letter with more is no letter
_DASHES = "-‐‑‒–—―_=*~#+ \t"
_DASH_RUN = re.compile(r"[-‐‑‒–—―_=*~#]{2,}")
_DASHES_AND_MARK = _DASHES + ">:"
_FORWARDED = frozenset(words.FORWARDED)
_FORWARDED_IN = re.compile("|".join(re.escape(phrase) for phrase in words.FORWARDED))
_NAMED = _FORWARDED | words.ORIGINAL
_ORIGINAL_FROM = tuple(
    phrase + between for phrase in words.ORIGINAL for between in (" from ", " von ", " de ", " от ", " by ")
)


def find_heads(lines: Sequence[Line]) -> list[Head]:
    """Heads in order, not overlapping; lines at different depths of quotation never form one head."""
    whole = "\n".join(line.content for line in lines).casefold()
    markers = [marker for marker in words.REPLY_ABOVE if marker in whole]
    marked = any(line.depth for line in lines)
    heads: list[Head] = []
    index = tried = 0
    while index < len(lines):
        line = lines[index]
        floor = heads[-1].end if heads else 0
        head = _separator(lines, index, markers) if line.content else None
        if head is None and tried < _MAX_TRIED and _may_be_head(line):
            tried += 1
            head = (
                header_block(lines, index, floor)
                or find_attribution(lines, index, floor)
                or two_columns(lines, index, floor)
            )
        if (
            head is None
            and marked
            and line.content
            and tried < _MAX_TRIED
            and _stands_above_marks(lines, index)
        ):
            tried += 1
            head = find_lead(lines, index, floor)
        if head:
            heads.append(head)
        index = max(head.end if head else 0, index + 1)
    return heads


def _stands_above_marks(lines: Sequence[Line], index: int) -> bool:
    following = next_written(lines, index + 1)
    return following is not None and lines[following].depth > lines[index].depth


def _may_be_head(line: Line) -> bool:
    content = line.content
    return (":" in content or "：" in content or content.startswith("--")) and (
        header_role(content) != ""
        or may_end_attribution(content)
        or content.count(":") > 3
        or right_role(line) == "to"
    )


def _separator(lines: Sequence[Line], index: int, markers: Sequence[str]) -> Head | None:
    content = lines[index].content
    lowered = content.casefold()
    if (
        not markers
        and content[0] not in _DASHES_AND_MARK
        and content[-1] != ">"
        and lowered.strip(_DASHES_AND_MARK) not in _NAMED
    ):
        return None
    phrase, dashed = _between_dashes(lowered)
    if _is_forward(lowered, phrase, dashed):
        return Head(index, index + 1, Kind.FORWARD)
    if (content.startswith(">>>") and has_date(content)) or _is_groupwise_end(content):
        marked = _stands_above_marks(lines, index)
        return Head(index, index + 1, Kind.LEAD if marked else Kind.CUT)
    if len(content) <= 160 and any(marker in lowered for marker in markers):
        return Head(with_rule_above(lines, index, 0), index + 1, Kind.CUT)
    if not phrase:
        return None
    named = phrase in words.ORIGINAL or (dashed and _named_original(phrase))
    if named and (dashed or _labels_follow(lines, index + 1)):
        return Head(index, index + 1, Kind.CUT)
    return None


def _is_groupwise_end(content: str) -> bool:
    """ ""Anna" <anna@…> 3/11/2026 3:04 PM >>>": its first line was cut by whatever brought it here."""
    return content.endswith(">>>") and has_date(content) and ADDRESS.search(content) is not None


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
        return len(lowered) <= 300 and _FORWARDED_IN.search(phrase) is not None
    return phrase in _FORWARDED


def _labels_follow(lines: Sequence[Line], index: int) -> bool:
    return any(header_role(line.content) for line in lines[index : index + 3])
