"""What the signs of a quotation's beginning are made of: rules, header labels, dates, addresses. Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from mail_ingest.quote_labels import HEADER_LABELS
from mail_ingest.quote_lines import Line
from mail_ingest.quote_words import MONTHS

ADDRESS = re.compile(r"[^\s<>@\"'()\[\]:;,]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}")
_RULE = re.compile(r"[-‐‑‒–—―_=*~]{3,}(?: [-‐‑‒–—―_=*~]{3,})*")
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
_NUMERIC_DATE = re.compile(
    r"(?<![\d.])\d{1,4}\s?[./-]\s?\d{1,2}\s?[./-]\s?\d{2,4}(?!\d)|\d{4}\s?[年년]|\d{1,2}\s?月"
)
TIME = re.compile(r"(?<!\d)\d{1,2}\s?[:.h]\s?[0-5]\d(?!\d)|\d{1,2}\s?[時时点]")
_WORD = re.compile(r"[^\W\d_]+")
ROLES = {label: role for role, labels in HEADER_LABELS.items() for label in labels}


class Kind(Enum):
    """What a head says about the lines after it."""

    CUT = "everything after it is quoted"
    LEAD = "only the marked lines right after it are quoted"
    FORWARD = "what follows was passed on: the matter of the letter itself"


@dataclass(frozen=True)
class Head:
    """Lines [start, end) introduce a quotation."""

    start: int
    end: int
    kind: Kind


def with_rule_above(lines: Sequence[Line], index: int, floor: int) -> int:
    """A line of dashes, with blank lines, right above a head belongs to it."""
    at = index - 1
    while at >= floor and at >= index - 3 and lines[at].blank:
        at -= 1
    if at >= floor and lines[at].depth == lines[index].depth and is_rule(lines[at]):
        return at
    return index


def is_rule(line: Line) -> bool:
    """A line of dashes or underscores and nothing else."""
    return _RULE.fullmatch(line.content) is not None


def header_role(content: str) -> str:
    """Which header field a line states, or ""."""
    label, colon, _ = content.replace("：", ":", 1).partition(":")
    if not colon or len(label) > 30:
        return ""
    return ROLES.get(label.strip("*_ \t>|").casefold(), "")


def has_date(text: str) -> bool:
    return evidence_of_day(text) or TIME.search(text) is not None


def evidence_of_day(text: str) -> bool:
    if _YEAR.search(text) or _NUMERIC_DATE.search(text):
        return True
    lowered = text.casefold()
    return any(c.isdigit() for c in text) and any(w[:3] in _MONTH_STARTS for w in _WORD.findall(lowered))


_MONTH_STARTS = frozenset(month[:3] for month in MONTHS)
