"""Our own letters, found again inside a customer's answer.

We know what we sent, word for word. A quoted line that consists of our words is a quotation in any language
and any client; a line among them that does not was written by the customer, wherever it stands. Pure.
"""

from collections import defaultdict
from collections.abc import Sequence

from mail_ingest.quote_align import Known, LineMatch, align
from mail_ingest.quote_heads import find_heads
from mail_ingest.quote_lines import Line, read_lines, rows_of
from mail_ingest.quote_links import OurLinks
from mail_ingest.quote_places import Place, mark_places

_OURS, _HISTORY = 1, 2
_MAX_SENT = 500_000  # characters of sent text compared; more is never quoted in one letter
_MAX_SENT_LINES = 20_000
_UNMARKED_RUN = 8  # words in a row that fold even without a mark: nobody writes these twice by chance
_MARKED_RUN = 4
_NEAR = 40  # words of ours that the quotation may leave out
_DECORATION = "-–—_=*~#|<>.·•:,;()[]{}/\\+`'\" \t\xa0"


def fold_by_sent(places: list[Place], lines: Sequence[Line], sent_texts: Sequence[str]) -> bool:
    """Correct the places by our own texts; True if any of them is quoted in the letter."""
    known = _known(sent_texts)
    if not known.starts:
        return False
    matches = align([line.raw for line in lines], known)
    folded = _fold_unmarked(places, lines, matches, known)
    links = OurLinks(sent_texts)
    if folded:
        _fold_between(places, lines, matches, links)
    return _show_answers(places, lines, matches, links) or folded


def _known(sent_texts: Sequence[str]) -> Known:
    known = Known()
    left = _MAX_SENT
    for text in sent_texts:
        if left <= 0:
            break
        sent = read_lines(rows_of(text[:left])[:_MAX_SENT_LINES])
        left -= len(text)
        places = mark_places(sent, find_heads(sent))
        known.add(
            (line.raw, _OURS if place is Place.OWN else _HISTORY)
            for line, place in zip(sent, places, strict=True)
        )
    return known


def _fold_unmarked(
    places: list[Place], lines: Sequence[Line], matches: Sequence[LineMatch], known: Known
) -> bool:
    """Lines without any mark that repeat a passage of ours, whole and in order."""
    folded = False
    run: list[int] = []
    wrapped = False  # the run goes on where a marked line stopped: that line was wrapped without its mark
    for at in range(len(lines) + 1):
        if at < len(lines) and lines[at].blank:
            continue
        fits = at < len(lines) and places[at] is Place.OWN and _is_ours(matches[at], known)
        if fits and run and _follows(matches[at], matches[run[-1]]):
            run.append(at)
            continue
        if run and (wrapped or sum(matches[row].total for row in run) >= _UNMARKED_RUN):
            folded = True
            for row in run:
                places[row] = Place.QUOTE
        run = [at] if fits else []
        wrapped = fits and at > 0 and places[at - 1] is Place.QUOTE and _follows(matches[at], matches[at - 1])
    return folded


def _fold_between(
    places: list[Place], lines: Sequence[Line], matches: Sequence[LineMatch], links: OurLinks
) -> None:
    """Once a passage of ours stands there unmarked, its shorter lines fold as well: those in their order among it."""
    end, ours = -1, False
    after = [-1] * len(lines)  # where in our texts the next folded line below begins
    for at in range(len(lines) - 1, -1, -1):
        after[at] = end
        if places[at] is Place.QUOTE and matches[at].full:
            end = matches[at].place
    last = -1
    for at in range(len(lines)):
        match = matches[at]
        if ours and places[at] is Place.OWN and not match.total and "://" in lines[at].raw:
            places[at] = Place.OWN if links.has_other(lines[at].raw) else Place.QUOTE
        if not match.full:
            continue
        if places[at] is Place.QUOTE:
            last, ours = match.end, True
        elif ours and places[at] is Place.OWN and _is_in_order(match, last, after[at]):
            places[at] = Place.QUOTE
            last = match.end


def _is_in_order(match: LineMatch, last: int, after: int) -> bool:
    if match.place < last or (0 <= after < match.end):
        return False
    return match.place - last <= 2 or (match.total >= 3 and (after >= 0 or match.place - last <= _NEAR))


def _follows(match: LineMatch, above: LineMatch) -> bool:
    return above.matched > 0 and 0 <= match.place - above.end <= 2


def _is_ours(match: LineMatch, known: Known) -> bool:
    return match.full and known.labels[match.place] == _OURS and known.labels[match.end - 1] == _OURS


def _show_answers(
    places: list[Place], lines: Sequence[Line], matches: Sequence[LineMatch], links: OurLinks
) -> bool:
    """In a quotation of our text, show the lines that are not ours."""
    quotations: dict[tuple[int, int], list[int]] = defaultdict(list)
    heads = 0
    for at, line in enumerate(lines):
        heads += places[at] is Place.HEAD
        if places[at] is Place.QUOTE and not line.blank:
            quotations[heads, line.depth].append(at)
    found = False
    for rows in quotations.values():
        if not _quotes_us([matches[row] for row in rows]):
            continue
        found = True
        for row in rows:
            if _is_new(lines[row], matches[row], links):
                places[row] = Place.OWN
    return found


def _quotes_us(matches: Sequence[LineMatch]) -> bool:
    matched = sum(match.matched for match in matches)
    total = sum(match.total for match in matches)
    whole = sum(match.total for match in matches if match.full)
    return whole >= _MARKED_RUN or (0 < matched == total)


def _is_new(line: Line, match: LineMatch, links: OurLinks) -> bool:
    """Words, links, or signs that say something ("+", "👍"), beyond our own."""
    if links.has_other(line.raw):
        return True
    if match.full:
        return False
    if match.total:
        strange = match.total - match.matched
        return strange > 1 or not _is_list_number(line)
    said = line.content.strip(_DECORATION.replace("+", "")) or ("+" if line.content.strip() == "+" else "")
    return (
        bool(said)
        and "://" not in said
        and "[image" not in said.casefold()
        and "[cid:" not in said.casefold()
    )


def _is_list_number(line: Line) -> bool:
    """ "1." in front of a line of ours: some programs number lists, some do not."""
    first = line.content.split(" ", 1)[0].strip(".):#*-")
    return first.isdigit() and len(first) <= 2
