"""What the signs of a quotation's beginning are made of: rules, header labels, dates, addresses. Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from mail_ingest.quote_labels import HEADER_LABELS
from mail_ingest.quote_lines import Line

_RULE = re.compile(r"[-‐‑‒–—―_=*~]{3,}(?: [-‐‑‒–—―_=*~]{3,})*")
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
    if (
        at >= floor
        and lines[at].depth == lines[index].depth
        and is_rule(lines[at])
        and lines[at].content[0] != "*"
    ):
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
