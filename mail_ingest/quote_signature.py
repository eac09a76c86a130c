"""Where does a signature begin at the end of what a person wrote?

Folding a sentence as if it were a signature would hide a customer's word, so each rule asks for clear signs
and gives up otherwise. Looks at the last few lines only. Pure.
"""

import re
from collections.abc import Sequence

from mail_ingest.quote_card import (
    addresses_somebody,
    after_rule,
    bare_card,
    is_card,
    is_closing,
    is_sentence,
    reaches,
)
from mail_ingest.quote_lines import Line
from mail_ingest.quote_tail import about_matter, is_delimiter, last_written, peels_for, without_tail
from mail_ingest.quote_tail_words import POSTSCRIPT

_MAX_LINES = 20
_MAX_WORDS = 120
_ASKS = re.compile(
    r"(?<!\w)(?:you|your|вы|вас|вам|ваш\w*|sie|ihnen|vous|votre|usted|ustedes|lei|você|u|pan|pani|ви)(?!\w).*\?$",
    re.IGNORECASE,
)


def signature_spans(lines: Sequence[Line], marked: Sequence[bool]) -> list[tuple[int, int]]:
    """The stretches [start, end) of the lines a person wrote that are signatures; a postscript stays between two.

    marked: lines the HTML of the letter itself declares to be a signature.
    """
    peels = peels_for(lines)
    end = without_tail(lines, len(lines), peels)
    spans = [(end, len(lines))] if end < len(lines) else []
    upper = _postscript(lines, end)
    start = without_tail(lines, upper, peels)
    start = _peel_marked(lines, marked, start)
    for rule in (_after_dashes, after_rule, _after_closing, bare_card):
        found = rule(lines, start)
        if found is not None:
            start = found
            break
    start = without_tail(lines, start, peels)
    return [(start, upper), *spans] if start < upper else spans


def _postscript(lines: Sequence[Line], end: int) -> int:
    """Where the last paragraph begins if it is a postscript, else `end`."""
    last = last_written(lines, end)
    at = last
    while at > 0 and last - at < _MAX_LINES and not lines[at - 1].blank:
        at -= 1
    return at if at > 0 and POSTSCRIPT.match(lines[at].content) else end


def _peel_marked(lines: Sequence[Line], marked: Sequence[bool], end: int) -> int:
    """Lines at the end that the letter's own HTML calls a signature."""
    at = last_written(lines, end)
    first = end
    count = 0
    while at >= 0 and (marked[at] or lines[at].blank or is_delimiter(lines[at])):
        if not lines[at].blank:
            first = at
            count += 1
        at -= 1
    return first if count <= _MAX_LINES else end


def _after_dashes(lines: Sequence[Line], end: int) -> int | None:
    """RFC 3676 section 4.3: "-- " on a line of its own. Without the space, or as another dash, more care is taken."""
    last = last_written(lines, end)
    written, found = 0, None
    for at in range(last, -1, -1):
        if (
            is_delimiter(lines[at])
            and not _is_announced(lines, at)
            and _is_signature(lines[at], lines[at + 1 : last + 1])
        ):
            found = at
        written += not lines[at].blank
        if written > _MAX_LINES:
            break
    return found if found is not None else _beside_dashes(lines, last)


def _is_announced(lines: Sequence[Line], at: int) -> bool:
    """ "The list:" above the dashes: what follows them belongs to the letter."""
    return at > 0 and lines[at - 1].content.endswith(":")


def _is_signature(delimiter: Line, below: Sequence[Line]) -> bool:
    texts = [line.content for line in below if not line.blank and not is_delimiter(line)]
    exact = delimiter.raw in {"-- ", "--\xa0", "- -- "}
    return _may_follow_dashes(texts) if exact else _is_plain_block(texts)


def _beside_dashes(lines: Sequence[Line], last: int) -> int | None:
    """ "--Anna" or "-- Anna, Orbit": the mark and the name in one line, and at most a few lines below."""
    for at in range(last, max(-1, last - 6), -1):
        if lines[at].blank:
            return None
        name = lines[at].content.removeprefix("--")
        if name != lines[at].content and name.strip()[:1].isupper() and len(name.split()) <= 6:
            below = [line.content for line in lines[at + 1 : last + 1]]
            above = last_written(lines, at)
            listed = above >= 0 and lines[above].content.startswith(("-", "*", "+"))
            if listed or (below and not any(reaches(text) for text in below)):
                return None
            return at if _is_plain_block([name, *below]) and not name.endswith((".", "!", "-")) else None
    return None


def _may_follow_dashes(below: Sequence[str]) -> bool:
    """The exact mark needs little else, but a letter that goes on below it is shown."""
    if below and below[0].endswith(":") and len(below[0].split()) > 3:
        return False
    if any(not text or len(text) > 300 or _ASKS.search(text) or POSTSCRIPT.match(text) for text in below):
        return False
    if sum(len(text.split()) for text in below) > _MAX_WORDS:
        return False
    return not below or len(below[0].split()) <= 8 or reaches(below[0]) or not _is_speech(below[0])


def _is_speech(text: str) -> bool:
    return len(text.split()) > 8 and ("," in text or is_sentence(text))


def _is_plain_block(below: Sequence[str]) -> bool:
    if len(below) > 10:
        return False
    return not any(
        not text
        or len(text) > 90
        or text.endswith("?")
        or is_sentence(text)
        or about_matter(text)
        or addresses_somebody(text)
        for text in below
    )


def _after_closing(lines: Sequence[Line], end: int) -> int | None:
    """ "Best regards," and a block that states who and where: never a bare name, never anything about the matter."""
    last = last_written(lines, end)
    written = 0
    for at in range(last, -1, -1):
        if lines[at].blank:
            continue
        written += 1
        if written > 14:
            return None
        if is_closing(lines[at].content):
            return at if is_card(lines[at + 1 : last + 1]) else None
    return None
