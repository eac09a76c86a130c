"""Marks of a quotation other than ">": "| ", ": ", "AB> ", "Otto> "; and ">" that marks no quotation: prompts. Pure."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from mail_ingest.quote_signs import evidence_of_day, is_lead

MAX_LEAD = 300
_BARS = "|:}%#]"
_ANY_BARS = "|}:%]"  # "#" is a comment or a heading further down; these are marks wherever they stand
_MARK = re.compile(r"[ \t]{0,8}([|:}%#\]])(?:[ \t]|$)")
_NAME_MARK = re.compile(
    r"[ \t]{0,8}([A-ZÀ-ÞА-ЯЁІЇЄҐ][A-Za-zÀ-ÿА-Яа-яёіїєґ]{0,14})(>+)(?:[ \t]|$)",
)
_PROMPTS = frozenset(
    "SQL PS CMD DOS FTP GDB PSQL MYSQL MSDOS IRB HIVE REPL CLI BIOS TFTP NFS LISP CL".split()
)
_PROMPT = re.compile(
    r">>> ?(?:(?:import|from|def|class|for|while|with|print|help|del|try|if)\b|[\w.]{1,80}\s?[=(\[]|$)"
)
_HUNK = re.compile(r"\d{1,7}(?:,\d{1,7})?[ac]\d{1,7}(?:,\d{1,7})?\s{0,3}")
_SHELL = ("$ ", "# ", "% ", "C:\\")
_GROUPWISE = re.compile(r">>> ?[^>\s].{3,300}?(?:>>>|:)\s*")

Forced = dict[int, tuple[int, int]]  # row → depth, and where its text begins


def other_marks(rows: Sequence[str]) -> Forced:
    """Depths that the ">" alone would not tell, or would tell wrongly."""
    forced: Forced = {}
    signed = [at for at, row in enumerate(rows) if ">" in row[:24]]
    if signed:
        forced.update(_named(rows, signed))
        forced.update(_not_quoted(rows, signed))
    barred = [at for at, row in enumerate(rows) if row.lstrip(" \t")[:1] in _BARS_SET]
    if len(barred) > 1:
        forced.update(_barred(rows, barred))
    return forced


_BARS_SET = frozenset(_BARS)


def _named(rows: Sequence[str], signed: Sequence[int]) -> Iterator[tuple[int, tuple[int, int]]]:
    """Initials or a name before ">", on two lines at least; a longer name must stand in an attribution, too."""
    found = {at: match for at in signed if (match := _NAME_MARK.match(rows[at]))}
    if len(found) == 1 and not _leads(rows, next(iter(found))):
        return
    counts = Counter(match[1] for match in found.values())
    names = {
        name
        for name, count in counts.items()
        if (count > 1 or len(found) == 1) and name.upper() not in _PROMPTS
    }
    names = {name for name in names if _is_initials(name) or _is_announced(name, rows, min(found))}
    for at, match in found.items():
        if match[1] in names:
            yield at, (len(match[2]), match.end())


def _is_initials(name: str) -> bool:
    return len(name) <= 5 and name[-1].isupper()


def _is_announced(name: str, rows: Sequence[str], first: int) -> bool:
    """Within the few lines above the first marked one somebody of that name is said to have written."""
    return any(
        name in row and len(row) <= MAX_LEAD and is_lead(row.strip(" >"))
        for row in rows[max(0, first - 4) : first]
    )


def _not_quoted(rows: Sequence[str], signed: Sequence[int]) -> Iterator[tuple[int, tuple[int, int]]]:
    """Prompts of Python and of shells, and the attribution of GroupWise, begin with ">" as well."""
    marked = [at for at in signed if rows[at].startswith(">")]
    hunk = _Hunk(rows)
    prompt = -2  # the last row known to be one
    for at in marked:
        row = rows[at]
        if _PROMPT.match(row) and (prompt == at - 1 or not _is_quoted_above(rows, at)):
            prompt = at
        if prompt == at or hunk.holds(at) or _is_continued_shell(rows, at) or _is_groupwise(row):
            yield at, (0, 0)


def _is_quoted_above(rows: Sequence[str], at: int) -> bool:
    return (at > 0 and rows[at - 1].startswith(">")) or _leads(rows, at)


class _Hunk:
    """The ">" lines of a plain `diff`: "5a6" or "3c3" above them."""

    def __init__(self, rows: Sequence[str]) -> None:
        self._rows = rows
        self._last = -2  # the last row known to be of a hunk

    def holds(self, at: int) -> bool:
        above = self._rows[at - 1] if at else ""
        replaces = above == "---" and at > 1 and self._rows[at - 2][:1] == "<"
        if self._last == at - 1 or replaces or _HUNK.fullmatch(above):
            self._last = at
        return self._last == at


def _is_continued_shell(rows: Sequence[str], at: int) -> bool:
    if not at or not rows[at].startswith("> "):
        return False
    return rows[at - 1].lstrip().startswith(_SHELL) and not rows[at - 1].startswith(">")


def _is_groupwise(row: str) -> bool:
    return (
        row.startswith(">>>") and _GROUPWISE.fullmatch(row[:400]) is not None and evidence_of_day(row[:400])
    )


def _barred(rows: Sequence[str], barred: Sequence[int]) -> Iterator[tuple[int, tuple[int, int]]]:
    """Lines with a bar count from the first on that stands below an attribution."""
    known = ""  # the mark of this letter
    last = -1
    for at in barred:
        match = _MARK.match(rows[at])
        if match is None:
            continue
        continues = known == match[1] and (known in _ANY_BARS or at == last + 1)
        if continues or (not known and _leads(rows, at)):
            known, last = match[1], at
            yield at, (1, match.end())


def _leads(rows: Sequence[str], at: int) -> bool:
    """Whether an attribution stands above this row."""
    above = at - 1
    while above >= max(0, at - 3) and not rows[above].strip():
        above -= 1
    return above >= 0 and len(rows[above]) <= MAX_LEAD and is_lead(" ".join(rows[above].split()))
