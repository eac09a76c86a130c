"""Where does a quotation begin? Attributions, separators and small headers of many clients and languages.

Each pattern looks at a bounded number of short lines, so the whole stays linear. A head is only *found*
here; what is folded because of it is decided in `body`.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from mail_ingest import quote_words as words
from mail_ingest.quote_lines import Line


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


_MAX_ATTRIBUTION = 400
_MAX_WRAPS = 5
_MAX_TRIED = 2000  # lines that look like a head and are read closely; a letter with more is no letter
_DASHES = "-‐‑‒–—―_=*~#+ \t"
_RULE = re.compile(r"[-‐‑‒–—―_=*~]{3,}(?: [-‐‑‒–—―_=*~]{3,})*")
_ADDRESS = re.compile(r"[^\s<>@\"'()\[\]:;,]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}")
_BOXED = re.compile(r"[<(\[]\s?" + _ADDRESS.pattern)
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
_NUMERIC_DATE = re.compile(
    r"(?<![\d.])\d{1,4}\s?[./-]\s?\d{1,2}\s?[./-]\s?\d{2,4}(?!\d)|\d{4}\s?[年년]|\d{1,2}\s?月"
)
_TIME = re.compile(r"(?<!\d)\d{1,2}\s?[:.h]\s?[0-5]\d(?!\d)|\d{1,2}\s?[時时点]")
_WORD = re.compile(r"[^\W\d_]+")
_LINK_NOISE = re.compile(r"<?\b(?:mailto:|https?://)[^\s<>]{1,300}>?|\[(?:mailto:|https?:)[^\]\s]{1,300}\]")
_WROTE = re.compile(
    r"(?<!\w)(?:" + "|".join(sorted((re.escape(w) for w in words.WROTE), key=len, reverse=True)) + r")(?!\w)"
)
_WROTE_UNSPACED = re.compile("写道|寫道|のメール|書きました|작성")
_DASH_RUN = re.compile(r"[-‐‑‒–—―_=*~#]{2,}")
_FORWARDED = frozenset(words.FORWARDED)
_ORIGINAL_FROM = tuple(
    phrase + between for phrase in words.ORIGINAL for between in (" from ", " von ", " de ", " от ", " by ")
)
_ROLES = {label: role for role, labels in words.HEADER_LABELS.items() for label in labels}
_DAY_START = re.compile(r"[\"“«'(\[*_]*\d")


def find_heads(lines: Sequence[Line]) -> list[Head]:
    """Heads in order, not overlapping; lines at different depths of quotation never form one head."""
    heads: list[Head] = []
    index = tried = 0
    while index < len(lines):
        line = lines[index]
        floor = heads[-1].end if heads else 0
        head = _separator(lines, index) if line.content else None
        if head is None and tried < _MAX_TRIED and _may_be_head(line.content):
            tried += 1
            head = _header_block(lines, index, floor) or _attribution(lines, index, floor)
        if head:
            heads.append(head)
        index = max(head.end if head else 0, index + 1)
    return heads


def _may_be_head(content: str) -> bool:
    return (":" in content or "：" in content or content.startswith("--")) and (_role(content) != "" or _may_end(content) or content.count(":") > 3)


def _separator(lines: Sequence[Line], index: int) -> Head | None:
    content = lines[index].content
    lowered = content.casefold()
    phrase, dashed = _between_dashes(lowered)
    if _is_forward(lowered, phrase, dashed):
        return Head(index, index + 1, Kind.FORWARD)
    if len(content) <= 160 and any(marker in lowered for marker in words.REPLY_ABOVE):
        return Head(index, index + 1, Kind.CUT)
    if not phrase:
        return None
    named = phrase in words.ORIGINAL or (dashed and _named_original(phrase))
    if named and (dashed or _labels_follow(lines, index + 1)):
        return Head(index, index + 1, Kind.CUT)
    return None


def _between_dashes(text: str) -> tuple[str, bool]:
    """ "-----Original Message-----From: Anna" → ("original message", True); without dashes the text as it is."""
    dashes = _DASH_RUN.match(text)
    if not dashes:
        return text.strip(_DASHES + ">:"), False
    closing = _DASH_RUN.search(text, dashes.end())
    return text[dashes.end() : closing.start() if closing else len(text)].strip(_DASHES + ">:"), True


def _named_original(phrase: str) -> bool:
    """ "Original Message from Anna", as some programs write."""
    return phrase.startswith(_ORIGINAL_FROM)


def _is_forward(lowered: str, phrase: str, dashed: bool) -> bool:
    if dashed:
        return len(lowered) <= 300 and any(word in phrase for word in words.FORWARDED)
    return phrase in _FORWARDED


def _labels_follow(lines: Sequence[Line], index: int) -> bool:
    return any(_role(line.content) for line in lines[index : index + 3])


# --- the small header: From, Sent, To, Subject
# -----------------------------------------------------------------


def _role(content: str) -> str:
    """Which header field a line states, or ""."""
    label, colon, _ = content.replace("：", ":", 1).partition(":")
    if not colon or len(label) > 30:
        return ""
    return _ROLES.get(label.strip("*_ \t>|").casefold(), "")


def _header_block(lines: Sequence[Line], index: int, floor: int) -> Head | None:
    one_line = _header_in_one_line(lines, index)
    if one_line or not _role(lines[index].content):
        return one_line
    roles, end = _read_roles(lines, index)
    block = " ".join(line.content for line in lines[index:end])
    if not _is_letter_header(roles, block):
        return None
    start = _with_rule_above(lines, index, floor)
    return Head(start, end, Kind.CUT)


def _read_roles(lines: Sequence[Line], index: int) -> tuple[set[str], int]:
    """The fields named from here on, and the line after the last. Values may wrap, single blank lines may lie between."""
    roles: set[str] = set()
    end, at, strange = index, index, 0
    depth = lines[index].depth
    while at < min(len(lines), index + 30) and strange < 4:
        line = lines[at]
        role = _role(line.content) if line.depth == depth else ""
        if role:
            roles.add(role)
            end, strange = at + 1, 0
        elif line.blank and (at + 1 >= len(lines) or not _role(lines[at + 1].content)):
            break
        else:
            strange += not line.blank
        at += 1
    return roles, end


def _is_letter_header(roles: set[str], block: str) -> bool:
    """From, To and Date alone may be a journey or an invoice: a subject, or an address beside the date, is asked for."""
    if "from" not in roles:
        return roles >= {"date", "to", "subject"} and _has_date(block)
    if "subject" in roles:
        return bool(roles & {"date", "to"}) and (_has_date(block) or _ADDRESS.search(block) is not None)
    return roles >= {"from", "date"} and _ADDRESS.search(block) is not None and _has_date(block)


def _header_in_one_line(lines: Sequence[Line], index: int) -> Head | None:
    """The same header run together in one line, as some programs write it."""
    content = lines[index].content
    parts = content.split(":", 12)[:-1]
    if len(parts) < 3:
        return None
    roles = {role for part in parts for count in (1, 2) if (role := _last_words_role(part, count))}
    starts = _ROLES.get(parts[0].strip("*_ ").casefold()) in {"from", "date", "subject"}
    if starts and len(roles - {"other"}) >= 3 and _is_letter_header(roles, content):
        return Head(index, index + 1, Kind.CUT)
    return None


def _last_words_role(part: str, count: int) -> str:
    return _ROLES.get(" ".join(part.split()[-count:]).strip("*_ ").casefold(), "")


def _with_rule_above(lines: Sequence[Line], index: int, floor: int) -> int:
    """A line of dashes, with blank lines, right above a head belongs to it."""
    at = index - 1
    while at >= floor and at >= index - 3 and lines[at].blank:
        at -= 1
    if at >= floor and lines[at].depth == lines[index].depth and is_rule(lines[at]):
        return at
    return index


def is_rule(line: Line) -> bool:
    """A line of dashes or underscores and nothing else."""
    return _RULE.fullmatch(line.content) is not None


# --- "On … wrote:"
# -----------------------------------------------------------------------------------------------


def _has_date(text: str) -> bool:
    return _evidence_of_day(text) or _TIME.search(text) is not None


def _evidence_of_day(text: str) -> bool:
    if _YEAR.search(text) or _NUMERIC_DATE.search(text):
        return True
    lowered = text.casefold()
    return any(c.isdigit() for c in text) and any(w[:3] in _MONTH_STARTS for w in _WORD.findall(lowered))


_MONTH_STARTS = frozenset(month[:3] for month in words.MONTHS)


@dataclass(frozen=True)
class _Signs:
    verb: bool
    day: bool
    time: bool
    address: bool
    boxed: bool  # the address stands in brackets after a name, as programs write it
    personal: bool
    ends: bool

    @property
    def complete(self) -> bool:
        """Enough to be an attribution by itself, whatever follows."""
        dated = (self.day and self.time) or (self.address and (self.day or self.time))
        said = self.verb or (self.boxed and self.day and self.time)
        return self.ends and dated and said and (self.address or not self.personal)


def _attribution(lines: Sequence[Line], index: int, floor: int) -> Head | None:
    """The line that ends an attribution is the trigger; up to five wrapped lines above it are taken in."""
    if not _may_end(lines[index].content):
        return None
    start, joined = index, lines[index].content
    signs = _signs(joined)
    while not signs.complete and _wraps_above(lines, start, floor, index):
        longer = lines[start - 1].content + " " + joined
        if len(longer) > _MAX_ATTRIBUTION:
            break
        start, joined = start - 1, longer
        signs = _signs(joined)
    if signs.complete:
        start = _first_line(lines, start, floor, index)
        start = _with_labels_above(lines, start, floor)
        return Head(_with_rule_above(lines, start, floor), index + 1, _attribution_kind(lines, index))
    if _is_lead(lines, index):
        return Head(index, index + 1, Kind.LEAD)
    return None


def _may_end(content: str) -> bool:
    end = content.rstrip("*_ \t\u2069")
    framed = content.startswith("--") and content.endswith("--")
    return (framed or end.endswith((":", "："))) and len(content) <= _MAX_ATTRIBUTION


def _signs(joined: str) -> _Signs:
    text = joined[-_MAX_ATTRIBUTION:]
    lowered = text.casefold()
    plain = _LINK_NOISE.sub(" ", lowered)
    body = plain.rstrip(":： *_\t")
    return _Signs(
        verb=_WROTE.search(plain) is not None or _WROTE_UNSPACED.search(plain) is not None,
        day=_evidence_of_day(text),
        time=_TIME.search(text) is not None,
        address=_ADDRESS.search(text) is not None,
        boxed=_BOXED.search(text) is not None,
        personal=any(word in words.PERSONAL for word in _WORD.findall(body)),
        ends=_may_end(text),
    )


def _wraps_above(lines: Sequence[Line], start: int, floor: int, index: int) -> bool:
    above = start - 1
    if above < floor or index - above >= _MAX_WRAPS:
        return False
    line = lines[above]
    return line.depth == lines[index].depth and not line.blank and bool(line.content)


def _first_line(lines: Sequence[Line], start: int, floor: int, index: int) -> int:
    """A wrapped attribution may be complete without its first words: "On Tuesday," above the rest."""
    if _starts_attribution(lines[start].content) or not _wraps_above(lines, start, floor, index):
        return start
    above = lines[start - 1].content
    ended = above.endswith((".", "!", "?", ":"))
    return start - 1 if _starts_attribution(above) and not ended else start


def _with_labels_above(lines: Sequence[Line], start: int, floor: int) -> int:
    """Recipient and subject between a rule and the attribution (Yandex)."""
    at = start
    while at > floor and at > start - 4 and _role(lines[at - 1].content) in {"to", "cc", "subject"}:
        at -= 1
    return at if at < start and _with_rule_above(lines, at, floor) < at else start


def _starts_attribution(content: str) -> bool:
    first = _WORD.match(content.lstrip("\"“«'([*_ ").casefold())
    return _DAY_START.match(content) is not None or (first is not None and first[0] in words.ON)


def _attribution_kind(lines: Sequence[Line], index: int) -> Kind:
    following = _next_written(lines, index + 1)
    marked = following is not None and lines[following].depth > lines[index].depth
    return Kind.LEAD if marked else Kind.CUT


def _next_written(lines: Sequence[Line], start: int) -> int | None:
    """The next line that is not blank, if it is near."""
    for at in range(start, min(start + 6, len(lines))):
        if not lines[at].blank:
            return at
    return None


_NAME_ONLY = re.compile(r"[\"“«']?[^\W\d_][\w.'’&-]*(?: [\w.'’&<>@()-]+){0,5}[\"”»']?")


def _is_lead(lines: Sequence[Line], index: int) -> bool:
    """ "Anna wrote:" above marked lines: no date, but nothing else either."""
    if _attribution_kind(lines, index) is not Kind.LEAD:
        return False
    content = lines[index].content
    signs = _signs(content)
    said = content.rstrip(":： *_").casefold()
    verb = _WROTE.search(said)
    if signs.verb and signs.day and signs.time:
        return True
    if signs.personal or not signs.verb or verb is None or verb.end() != len(said):
        return signs.address and signs.ends and not signs.personal and len(content) <= 120
    return signs.day or signs.time or _NAME_ONLY.fullmatch(content[: verb.start()].strip(" ,")) is not None
