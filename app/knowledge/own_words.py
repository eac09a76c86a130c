"""What somebody wrote themselves in a reply, line by line: without greeting, thanks, signature and quotes. Pure.

The cleaning of letters makes one line of a text; here lines stay, so that an article made of it keeps its paragraphs.
"""

from __future__ import annotations

from kb_search.clean import clean_question
from kb_search.stems import words

_COMPARED = 6


def own_words(text: str) -> str:
    """The text between greeting and signature. A text that is nothing else is returned as it is."""
    own = words(clean_question(text))
    lines = text.replace("\r\n", "\n").split("\n")
    said_in = [words(line) for line in lines]
    start = _place(own, [word for said in said_in for word in said])
    kept: list[str] = []
    for line, said in zip(lines, said_in, strict=True):
        before, start = min(start, len(said)), max(0, start - len(said))
        part = said[before:]
        if not part:
            kept += [] if said else [line.rstrip()]
        elif len(own) >= len(part) and own[: len(part)] == part:
            kept.append(_without_beginning(line, part) if before else line.rstrip())
            own = own[len(part) :]
        elif own and part[: len(own)] == own:
            kept.append(_without_end(_without_beginning(line, part), own))
            own = []
    found = "\n".join(kept).strip()
    return found if words(found) else text.strip()


def _place(own: list[str], every: list[str]) -> int:
    """Where in all words the own ones begin."""
    first = own[:_COMPARED]
    return next((at for at in range(len(every)) if every[at : at + len(first)] == first), 0)


def _without_beginning(line: str, wanted: list[str]) -> str:
    """The end of the line that has exactly these words."""
    parts = line.strip().split(" ")
    found = next(
        (" ".join(parts[at:]) for at in range(len(parts)) if words(" ".join(parts[at:])) == wanted), line
    )
    return found[:1].upper() + found[1:]


def _without_end(line: str, wanted: list[str]) -> str:
    """The beginning of the line that has exactly these words."""
    parts = line.split(" ")
    return next(
        (" ".join(parts[:at]) for at in range(len(parts), 0, -1) if words(" ".join(parts[:at])) == wanted),
        line,
    )
