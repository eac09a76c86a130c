"""Which lines of a letter are quoted, by the marks that mail programs leave in text and HTML. Pure."""

from collections.abc import Sequence
from enum import Enum

from mail_ingest import quote_html
from mail_ingest import quote_words as words
from mail_ingest.quote_align import Known, LineMatch, align
from mail_ingest.quote_border import Head, Kind, header_role, is_rule
from mail_ingest.quote_lines import Line
from mail_ingest.quote_signs import ends_attribution, is_lead


class Place(Enum):
    """Where a line belongs."""

    OWN = "own"
    QUOTE = "quote"
    HEAD = "head"  # an attribution or separator: quoted as well, and the border between two quotations
    SIGNATURE = "signature"


def mark_places(lines: Sequence[Line], heads: Sequence[Head]) -> list[Place]:
    """A place for every line. A forwarded letter below the person's words is the matter itself and stays theirs."""
    places = [Place.QUOTE if line.depth else Place.OWN for line in lines]
    forward = forward_start(lines, heads)
    cut = _first_cut([head for head in heads if head.start < forward], lines)
    if cut is not None:
        forward = len(lines)
    for head in heads:
        if head.start < forward and head.kind is not Kind.FORWARD:
            places[head.start : head.end] = [Place.HEAD] * (head.end - head.start)
    places[forward:] = [Place.OWN] * (len(lines) - forward)
    for at in range(len(lines) if cut is None else cut, forward):
        if places[at] is Place.OWN:
            places[at] = Place.QUOTE
    return places


def _is_outer(head: Head, lines: Sequence[Line]) -> bool:
    return not lines[head.start].depth


def forward_start(lines: Sequence[Line], heads: Sequence[Head]) -> int:
    """Where a letter that was passed on begins, or len(lines); its mark may stand in the first marked line (Apple).

    A small header below a line that ends in a colon is a letter somebody shows us: "I got this mail from you:".
    """
    for number, head in enumerate(heads):
        if head.kind is not Kind.FORWARD:
            if _is_outer(head, lines) and _is_introduced(head, lines):
                return head.start
        elif _is_outer(head, lines) or (not number and _is_first_marked(head, lines)):
            return head.start
    return len(lines)


def _is_first_marked(head: Head, lines: Sequence[Line]) -> bool:
    return not any(line.depth and not line.blank for line in lines[: head.start])


def _is_introduced(head: Head, lines: Sequence[Line]) -> bool:
    if not header_role(lines[head.start].content):
        return False
    above = next((at for at in range(head.start - 1, max(-1, head.start - 5), -1) if not lines[at].blank), -1)
    if above < 0 or lines[above].depth:
        return False
    return ends_attribution(lines[above].content) and not is_lead(lines[above].content)


def _first_cut(heads: Sequence[Head], lines: Sequence[Line]) -> int | None:
    """Where all that follows is quoted: below a head whose quotation has no marks of its own.

    A letter that begins with the head and has marked lines below it was answered there, between them or under them.
    """
    own_above, at = 0, 0
    last_marked = max((row for row, line in enumerate(lines) if line.depth and not line.blank), default=-1)
    for number, head in enumerate(heads):
        following = heads[number + 1] if number + 1 < len(heads) else None
        own_above += sum(not line.blank and not line.depth for line in lines[at : head.start])
        at = head.end
        if head.kind is not Kind.CUT or not _is_outer(head, lines):
            continue
        below = _next_written(lines, head.end)
        if following and below == following.start:
            continue  # "Original message", and the attribution below it
        marked = below is not None and lines[below].depth > 0
        if marked or (not own_above and last_marked >= head.end):
            continue
        return head.end
    return None


def _next_written(lines: Sequence[Line], start: int) -> int | None:
    return next((at for at in range(start, min(start + 6, len(lines))) if not lines[at].blank), None)


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
    forward = forward_start(lines, heads)
    written = [at for at in range(forward) if not lines[at].blank]
    for index, at in enumerate(written):
        if places[at] is Place.OWN and _is_marked(index, written, lines, labels):
            places[at] = Place.QUOTE
        elif places[at] is Place.OWN and _leads_to_marked(index, written, lines, labels):
            places[at] = Place.HEAD
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


def _leads_to_marked(
    index: int, written: Sequence[int], lines: Sequence[Line], labels: Sequence[int]
) -> bool:
    """An attribution in any language right above what the HTML calls quoted."""
    below = index + 1 < len(written) and labels[written[index + 1]] == quote_html.QUOTED
    return below and is_lead(lines[written[index]].content)


def _free_after_quote(places: list[Place], lines: Sequence[Line], labels: Sequence[int], end: int) -> None:
    """Below an attribution whose quotation has an end in the HTML, what follows that end was written now."""
    cut = next((at for at in range(end) if places[at] is Place.HEAD and not lines[at].depth), end)
    while cut < end and (places[cut] is Place.HEAD or lines[cut].blank):
        cut += 1
    if cut >= end or labels[cut] != quote_html.QUOTED:
        return
    doubtful: list[
        int
    ] = []  # lines the HTML does not tell, between its quotation and what stands outside of it
    outside = False
    for at in range(cut, end):
        if lines[at].blank or lines[at].depth or places[at] is not Place.QUOTE:
            continue
        if labels[at] == quote_html.QUOTED:
            doubtful, outside = [], False
        elif labels[at] in (quote_html.OUTSIDE, quote_html.SIGNATURE) or outside:
            outside = True
            for row in (*doubtful, at):
                places[row] = Place.OWN
            doubtful = []
        else:
            doubtful.append(at)


def points_below(lines: Sequence[Line], places: Sequence[Place], heads: Sequence[Head]) -> bool:
    """Whether the person's own words are only a hint ("FYI, see below") at the letter that stands below them."""
    if not any(head.kind is Kind.CUT for head in heads):
        return False
    own = " ".join(line.content for line, place in zip(lines, places, strict=True) if place is Place.OWN)
    lowered = own.casefold()
    if 0 < len(lowered) <= 200 and any(hint in lowered for hint in words.POINTS_BELOW):
        return True
    return 0 < len(lowered) <= 400 and any(hint in lowered for hint in words.INLINE)
