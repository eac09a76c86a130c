"""What of an answer everybody may read: the text as a stranger gets it, safe HTML, and the words to find it by.

A reader of the help centre is nobody we know. So a variable is its fallback, a part for some customers is left out
as for a customer in no segment, and a text that names somebody without a fallback is no public text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from app.knowledge.own_words import own_words
from app.knowledge.render import render
from app.knowledge.segments import NOTHING, problems
from kb_search.stems import stems

# The editor has one kind of heading; on a page the title stands above it.
_HEADING = re.compile(r"<(/?)h1>")
_DESCRIPTION = 160


@dataclass(frozen=True)
class PublicText:
    """`html` is safe to place in a page. `missing`: variables without a fallback, or marks of parts that cannot be
    read; with any the text is not public."""

    html: str
    plain: str
    missing: tuple[str, ...]


def public_text(answer: str) -> PublicText:
    """The answer for a reader of whom nothing is known."""
    if wrong := problems(
        answer
    ):  # Where a part for some begins and ends is not sure: then nothing is for all.
        return PublicText("", "", tuple(one.text for one in wrong))
    shown = render(answer, {}, NOTHING)
    return PublicText(_HEADING.sub(r"<\1h2>", shown.html), shown.text, shown.missing)


def stems_of(title: str, plain: str) -> dict[str, list[str]]:
    """The words of a page as the search compares them."""
    return {"title": stems(title), "body": stems(plain)}


def description(plain: str) -> str:
    """The beginning in one line, without the greeting of a letter, cut at a word: for search engines and links."""
    line = " ".join(own_words(plain).split())
    if len(line) <= _DESCRIPTION:
        return line
    return line[:_DESCRIPTION].rsplit(" ", 1)[0].rstrip(".,;:–-") + "…"
