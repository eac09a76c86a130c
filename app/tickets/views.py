"""The views of the inbox: which tickets a name such as "mine" or "tag-7" stands for. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass

from app.errors import NotFound

NAMED = ("mine", "unassigned", "open", "waiting", "snoozed", "closed", "spam")
_NUMBERED = re.compile(r"(mailbox|tag)-([1-9]\d{0,17})\Z")


@dataclass(frozen=True)
class View:
    """`name` is one of NAMED, or "mailbox" or "tag" with the `row_id` of which."""

    name: str
    row_id: int = 0

    @property
    def slug(self) -> str:
        return f"{self.name}-{self.row_id}" if self.row_id else self.name


def parse_view(slug: str) -> View:
    """Raises NotFound for a name that is no view."""
    if slug in NAMED:
        return View(slug)
    match = _NUMBERED.match(slug)
    if match is None:
        raise NotFound("There is no such view.")
    return View(match.group(1), int(match.group(2)))
