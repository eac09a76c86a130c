"""What did the person write, and what does the letter only repeat?

Between parsing and deciding: `split_quoted` sorts the lines of a letter into what is shown and what is
folded. Two sources of truth: the texts we sent ourselves, which we know exactly, and the marks mail
programs leave (separators, "> ", HTML). Folding never deletes; when in doubt a line is shown. Pure, linear
in the size of the letter.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from itertools import groupby

from mail_ingest import quote_html
from mail_ingest.html_text import html_to_text
from mail_ingest.quote_forward import as_passed_on, says_forwarded
from mail_ingest.quote_heads import find_heads
from mail_ingest.quote_lines import Line, read_lines, rows_of
from mail_ingest.quote_places import Place, html_labels, mark_places, points_below, use_html
from mail_ingest.quote_sent import fold_by_sent
from mail_ingest.quote_signature import signature_spans

_MAX_LINES = 20_000  # lines read closely; a person writes fewer, and what is beyond them is never lost


class PartKind(Enum):
    """What a part of a letter is to its reader."""

    WRITTEN = "written"
    QUOTED = "quoted"
    SIGNATURE = "signature"


@dataclass(frozen=True)
class Part:
    """Neighbouring lines of one kind, as they stand in the letter."""

    kind: PartKind
    text: str


@dataclass(frozen=True)
class Body:
    """A letter sorted. Every line of it that is not blank is in exactly one of visible, folded and signature.

    parts: the same lines in their order, for pages that fold a quotation in its place.
    reason: why it was sorted so, in words for an agent.
    """

    visible: str
    folded: str
    signature: str = ""
    reason: str = ""
    parts: tuple[Part, ...] = ()


def split_quoted(
    text: str, html: str | None = None, sent_texts: Sequence[str] = (), subject: str = ""
) -> Body:
    """Sort a letter into what its writer wrote now and what is quoted.

    text: the plain text of the letter, or the text made from its HTML (made here if `text` is blank).
    html: its HTML, if it has one; the marks in it are used as evidence.
    sent_texts: texts we sent before that the letter may quote, as they went out. Words found inside such a
        quotation that are not ours were written by the customer and are shown.
    subject: tells a letter that was passed on, whose matter stands below the header, from an answer.
    """
    if not text.strip() and html:
        text = html_to_text(html)
    rows = rows_of(text)
    lines = read_lines(rows[:_MAX_LINES])
    heads = find_heads(lines)
    if says_forwarded(subject):
        heads = as_passed_on(heads, lines)
    places = mark_places(lines, heads)
    signed = [False] * len(lines)
    if html and quote_html.has_marks(html):
        labels = html_labels(lines, html)
        use_html(places, lines, heads, labels)
        signed = [label == quote_html.SIGNATURE for label in labels]
    quotes_us = fold_by_sent(places, lines, sent_texts)
    if not quotes_us and points_below(lines, places, heads):
        return _all_shown(rows, "A short note about the letter below it: nothing folded")
    _find_signatures(places, lines, signed)
    return _sorted_body(rows, lines, places)


def _find_signatures(places: list[Place], lines: Sequence[Line], signed: Sequence[bool]) -> None:
    """A signature stands at the end of the letter, or right above an attribution."""
    _fold_pgp_armour(places, lines)
    last = max(
        (at for at, line in enumerate(lines) if places[at] is Place.OWN and not line.blank), default=-1
    )
    for own, group in groupby(range(len(lines)), lambda at: _is_own(places[at], lines[at])):
        rows = list(group)
        start, end = rows[0], rows[-1] + 1
        if not own or (end < len(lines) and places[end] is not Place.HEAD and end <= last):
            continue
        for first, stop in signature_spans(lines[start:end], signed[start:end]):
            places[start + first : start + stop] = [Place.SIGNATURE] * (stop - first)


def _fold_pgp_armour(places: list[Place], lines: Sequence[Line]) -> None:
    """The lines that a clear-signed letter begins with (RFC 9580, section 7)."""
    first = next((at for at, line in enumerate(lines) if not line.blank), len(lines))
    if first == len(lines) or lines[first].content != "-----BEGIN PGP SIGNED MESSAGE-----":
        return
    while first < len(lines) and not lines[first].blank:
        places[first] = Place.SIGNATURE
        first += 1


def _is_own(place: Place, line: Line) -> bool:
    return place is Place.OWN or (line.blank and not line.depth and place is not Place.HEAD)


def _sorted_body(rows: list[str], lines: Sequence[Line], places: Sequence[Place]) -> Body:
    parts = _parts(rows, lines, places)
    written = _joined(parts, PartKind.WRITTEN)
    folded = _joined(parts, PartKind.QUOTED)
    signature = _joined(parts, PartKind.SIGNATURE)
    if not _says_something(written):
        return _all_shown(rows, "Nothing stands outside the quotation: nothing folded")
    reason = "Quoted text folded" if folded else "Nothing quoted"
    return Body(written, folded, signature, reason, parts)


def _says_something(text: str) -> bool:
    return any(character.isprintable() and not character.isspace() for character in text)


def _parts(rows: list[str], lines: Sequence[Line], places: Sequence[Place]) -> tuple[Part, ...]:
    """Lines of one kind together; blank lines, and those beyond the ones read, go with what stands above them."""
    kinds: list[PartKind] = []
    for line, place in zip(lines, places, strict=True):
        above = kinds[-1] if kinds else PartKind.WRITTEN
        kinds.append(above if line.blank and not line.depth else _KINDS[place])
    unread = len(rows) - len(lines)
    kinds.extend([PartKind.QUOTED if kinds[-1] is PartKind.QUOTED else PartKind.WRITTEN] * unread)
    parts = []
    at = 0
    for kind, group in groupby(kinds):
        size = len(list(group))
        text = _without_edges(rows[at : at + size])
        at += size
        if text:
            parts.append(Part(kind, text))
    return tuple(parts)


_KINDS = {
    Place.OWN: PartKind.WRITTEN,
    Place.QUOTE: PartKind.QUOTED,
    Place.HEAD: PartKind.QUOTED,
    Place.SIGNATURE: PartKind.SIGNATURE,
}


def _without_edges(rows: list[str]) -> str:
    """The rows without blank ones at either end; what is in a row stays as it is."""
    first, last = 0, len(rows)
    while first < last and not rows[first].strip():
        first += 1
    while last > first and not rows[last - 1].strip():
        last -= 1
    return "\n".join(rows[first:last])


def _joined(parts: Sequence[Part], kind: PartKind) -> str:
    return "\n\n".join(part.text for part in parts if part.kind is kind)


def _all_shown(rows: list[str], reason: str) -> Body:
    shown = _without_edges(rows)
    parts = (Part(PartKind.WRITTEN, shown),) if shown else ()
    return Body(visible=shown, folded="", reason=reason, parts=parts)
