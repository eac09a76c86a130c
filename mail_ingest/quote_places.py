"""Which lines of a letter are quoted, by the marks that mail programs leave in text and HTML. Pure."""

from collections.abc import Sequence
from enum import Enum

from mail_ingest import quote_html
from mail_ingest import quote_words as words
from mail_ingest.quote_align import Known, LineMatch, align
from mail_ingest.quote_border import Head, Kind, is_rule
from mail_ingest.quote_lines import Line


class Place(Enum):
    """Where a line belongs."""

    OWN = "own"
    QUOTE = "quote"
    HEAD = "head"  # an attribution or separator: quoted as well, and the border between two quotations
    SIGNATURE = "signature"


def mark_places(lines: Sequence[Line], heads: Sequence[Head]) -> list[Place]:
    """A place for every line. A forwarded letter below the person's words is the matter itself and stays theirs."""
    places = [Place.QUOTE if line.depth else Place.OWN for line in lines]
    cut = None
    forward = len(lines)
    for head in heads:
        if head.kind is Kind.FORWARD and cut is None and not lines[head.start].depth:
            forward = head.start
            break
        if head.kind is Kind.CUT and cut is None and not lines[head.start].depth:
            cut = head.end
        if head.kind is not Kind.FORWARD:
            places[head.start : head.end] = [Place.HEAD] * (head.end - head.start)
    places[forward:] = [Place.OWN] * (len(lines) - forward)
    for at in range(len(lines) if cut is None else cut, forward):
        if places[at] is Place.OWN:
            places[at] = Place.QUOTE
    return places


def html_labels(lines: Sequence[Line], html: str) -> list[int]:
    """What the HTML says about each line of the text; UNKNOWN where the two cannot be matched surely."""
    known = Known()
    known.add(quote_html.labelled_lines(html))
    matches = align([line.raw for line in lines], known)
    return [_label(match, known) for match in matches]


def _label(match: LineMatch, known: Known) -> int:
    if match.matched * 10 < match.total * 6 or not match.matched:
        return quote_html.UNKNOWN
    first, last = known.labels[match.place], known.labels[match.end - 1]
    return first if first == last else quote_html.UNKNOWN


def use_html(
    places: list[Place], lines: Sequence[Line], heads: Sequence[Head], labels: Sequence[int]
) -> None:
    """Correct the places by what the HTML of the same letter marks."""
    forward = next(
        (h.start for h in heads if h.kind is Kind.FORWARD and not lines[h.start].depth), len(lines)
    )
    written = [at for at in range(forward) if not lines[at].blank]
    for index, at in enumerate(written):
        if places[at] is Place.OWN and _is_marked(index, written, lines, labels):
            places[at] = Place.QUOTE
        elif places[at] is Place.QUOTE and labels[at] == quote_html.INDENTED:
            places[at] = Place.OWN
    _free_after_quote(places, lines, labels, forward)


def _is_marked(index: int, written: Sequence[int], lines: Sequence[Line], labels: Sequence[int]) -> bool:
    """A line of one or two words may stand in the letter twice, and a rule says nothing: their neighbours decide."""
    at = written[index]
    below = index + 1 < len(written) and labels[written[index + 1]] == quote_html.QUOTED
    if labels[at] != quote_html.QUOTED:
        return below and is_rule(lines[at])
    above = index > 0 and labels[written[index - 1]] == quote_html.QUOTED
    return above or below or len(lines[at].raw.split()) >= 3


def _free_after_quote(places: list[Place], lines: Sequence[Line], labels: Sequence[int], end: int) -> None:
    """Below an attribution whose quotation has an end in the HTML, what follows that end was written now."""
    cut = next((at for at in range(end) if places[at] is Place.HEAD and not lines[at].depth), end)
    while cut < end and (places[cut] is Place.HEAD or lines[cut].blank):
        cut += 1
    if cut >= end or labels[cut] != quote_html.QUOTED:
        return
    for at in range(cut, end):
        if places[at] is Place.QUOTE and not lines[at].depth and labels[at] == quote_html.OUTSIDE:
            places[at] = Place.OWN


def points_below(lines: Sequence[Line], places: Sequence[Place], heads: Sequence[Head]) -> bool:
    """Whether the person's own words are only a hint ("FYI, see below") at the letter that stands below them."""
    if not any(head.kind is Kind.CUT for head in heads):
        return False
    own = " ".join(line.content for line, place in zip(lines, places, strict=True) if place is Place.OWN)
    lowered = own.casefold()
    return 0 < len(lowered) <= 200 and any(hint in lowered for hint in words.POINTS_BELOW)
