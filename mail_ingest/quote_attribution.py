"""Attributions: "On … Anna wrote:" in many languages, wrapped over lines, with or without marked lines below. Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from mail_ingest import quote_words as words
from mail_ingest.quote_border import Head, Kind, header_role, with_rule_above
from mail_ingest.quote_lines import Line
from mail_ingest.quote_signs import (
    ADDRESS,
    TIME,
    ends_attribution,
    evidence_of_day,
    is_lead,
    is_personal,
    names_somebody,
    plain_of,
    says_wrote,
    small_words,
)

_MAX_ATTRIBUTION = 400
_MAX_WRAPS = 5
_LEAD_LINES = 3
_WORD = re.compile(r"[^\W\d_]+")
_BOXED = re.compile(r"[<(\[]\s?" + ADDRESS.pattern)
_BY_ADDRESS = re.compile(
    r"\b(?:by|von|от|від|par|por|da|de|van|od|av|af)\s<?" + ADDRESS.pattern + r">?\s?:\s*\Z", re.IGNORECASE
)
# Forms of programs that give no time: Pine, and Yahoo's old "--- Anna <anna@…> wrote:".
_BY_PROGRAM = re.compile(
    r"On (?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d{1,2} [A-Z][a-z]{2} \d{4}, [^:]{2,120} wrote:"
    r"|-{2,3} (?:\"?[A-Z][^:@<>]{1,80}<)?[^\s<>:]{1,64}@[^\s<>:]{1,120}>? (?:wrote|schrieb|a écrit|escribió|ha scritto)"
    r" ?:"
)
_DAY_START = re.compile(r"[\"“«'(\[*_]*\d")


@dataclass(frozen=True)
class _Signs:
    verb: bool
    day: bool
    time: bool
    address: bool
    boxed: bool  # the address stands in brackets after a name, as programs write it
    by: bool  # "by anna@…:" at its end
    personal: bool  # words only a person writes into it
    spoken: bool  # the same, in small letters: "Lei" is a name, "lei" is not
    named: bool
    sentence: bool  # too many small words for a name
    ends: bool
    program: bool  # a form that only a program writes

    @property
    def complete(self) -> bool:
        """Enough to be an attribution by itself, whatever follows."""
        if self.program:
            return True
        dated = (self.day and self.time) or (self.address and (self.day or self.time))
        said = self.verb or ((self.boxed or self.by) and self.day and self.time)
        if not (self.ends and dated and said):
            return False
        if not self.address:
            return self.named and not self.personal
        return not self.sentence and (self.verb or not self.spoken)


def find_attribution(lines: Sequence[Line], index: int, floor: int) -> Head | None:
    """The line that ends an attribution is the trigger; up to five wrapped lines above it are taken in."""
    if not may_end_attribution(lines[index].content):
        return None
    start, joined = index, lines[index].content
    signs = _signs(joined)
    framed = joined.startswith("--")  # these stand in one line
    while not framed and not signs.complete and _wraps_above(lines, start, floor, index):
        longer = lines[start - 1].content + " " + joined
        if len(longer) > _MAX_ATTRIBUTION:
            break
        start, joined = start - 1, longer
        signs = _signs(joined)
    if signs.complete:
        start = _first_line(lines, start, floor, index)
        start = _with_labels_above(lines, start, floor)
        return Head(with_rule_above(lines, start, floor), index + 1, _attribution_kind(lines, start, index))
    return None


def find_lead(lines: Sequence[Line], index: int, floor: int) -> Head | None:
    """An attribution that counts only because marked lines stand right below: `index` is its last line."""
    joined = ""
    for start in range(index, max(floor, index - _LEAD_LINES + 1) - 1, -1):
        line = lines[start]
        if line.blank or line.depth != lines[index].depth or not line.content:
            return None
        joined = f"{line.content} {joined}".strip()
        if is_lead(joined) and not (start > floor and _goes_on(lines[start - 1], line, joined)):
            return Head(start, index + 1, Kind.LEAD)
    return None


def _goes_on(above: Line, line: Line, joined: str) -> bool:
    """Whether the attribution begins in the line above."""
    if above.blank or above.depth != line.depth or not _starts_attribution(above.content):
        return False
    return not above.content.endswith((".", "!", "?", ":")) and is_lead(f"{above.content} {joined}")


def may_end_attribution(content: str) -> bool:
    framed = content.startswith("--") and content.endswith("--")
    return (framed or ends_attribution(content)) and len(content) <= _MAX_ATTRIBUTION


def _signs(joined: str) -> _Signs:
    text = joined[-_MAX_ATTRIBUTION:]
    plain = plain_of(text)
    return _Signs(
        verb=says_wrote(plain),
        day=evidence_of_day(text),
        time=TIME.search(text) is not None,
        address=ADDRESS.search(text) is not None,
        boxed=_BOXED.search(text) is not None,
        by=_BY_ADDRESS.search(text) is not None,
        personal=is_personal(plain),
        spoken=any(word.islower() and word in words.PERSONAL for word in _WORD.findall(text)),
        named=small_words(text) <= 1 and names_somebody(text),
        sentence=small_words(text) > (5 if _BOXED.search(text) else 1),
        ends=may_end_attribution(text),
        program=_BY_PROGRAM.fullmatch(text) is not None,
    )


def _wraps_above(lines: Sequence[Line], start: int, floor: int, index: int) -> bool:
    above = start - 1
    if above < floor or index - above >= _MAX_WRAPS:
        return False
    line = lines[above]
    if line.blank or not line.content:
        return False
    # Some programs mark the lines they wrapped but not the first: "On …, Anna <" above "> anna@… wrote:".
    return line.depth == lines[index].depth or (
        not line.depth and _starts_attribution(line.content) and evidence_of_day(line.content)
    )


def _first_line(lines: Sequence[Line], start: int, floor: int, index: int) -> int:
    """A wrapped attribution may be complete without its first words: "On Tuesday," or the name above the rest."""
    if lines[start].content.startswith("<") and _wraps_above(lines, start, floor, index):
        while _wraps_above(lines, start, floor, index) and lines[start - 1].content[-1] not in ".!?:":
            start -= 1
        return start
    if _starts_attribution(lines[start].content) or not _wraps_above(lines, start, floor, index):
        return start
    above = lines[start - 1].content
    ended = above.endswith((".", "!", "?", ":"))
    return start - 1 if _starts_attribution(above) and not ended else start


def _with_labels_above(lines: Sequence[Line], start: int, floor: int) -> int:
    """Recipient and subject between a rule and the attribution (Yandex)."""
    at = start
    while at > floor and at > start - 4 and header_role(lines[at - 1].content) in {"to", "cc", "subject"}:
        at -= 1
    return at if at < start and with_rule_above(lines, at, floor) < at else start


def _starts_attribution(content: str) -> bool:
    first = _WORD.match(content.lstrip("\"“«'([*_ ").casefold())
    return _DAY_START.match(content) is not None or (first is not None and first[0] in words.ON)


def _attribution_kind(lines: Sequence[Line], start: int, index: int) -> Kind:
    following = next_written(lines, index + 1)
    marked = following is not None and lines[following].depth > lines[start].depth
    return Kind.LEAD if marked else Kind.CUT


def next_written(lines: Sequence[Line], start: int) -> int | None:
    """The next line that is not blank, if it is near."""
    for at in range(start, min(start + 6, len(lines))):
        if not lines[at].blank:
            return at
    return None
