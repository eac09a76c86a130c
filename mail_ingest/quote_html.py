"""What the HTML of a letter says about its own quotations.

Mail programs mark what they quote (`gmail_quote`, `divRplyFwdMsg`, `blockquote type=cite` …). This file
reads those marks only; the lines themselves come from the plain text, and `body` maps one onto the other.
Tags are read by a scanner of bounded steps, not a tree builder, so hostile nesting costs nothing. Pure.
"""

import html as html_lib
import re
from dataclasses import dataclass, field
from itertools import islice

from mail_ingest.quote_signs import is_lead

_names = str.split

OUTSIDE, QUOTED, INDENTED, UNKNOWN, SIGNATURE = 0, 1, 2, 3, 4

_MAX_HTML = 1_000_000  # characters and tags read as evidence; no letter a person answers has more
_MAX_TAGS = 50_000
_TAG = re.compile(
    r"<(/?)([a-zA-Z][a-zA-Z0-9:-]{0,40})((?:[^<>\"']++|\"[^\"<]{0,4000}+\"|'[^'<]{0,4000}+'|[\"'])*+)>"
)
_UNSEEN = re.compile(r"<!--|<(?:script|style|head|title)\b[^<>]{0,2000}>", re.IGNORECASE)
_UNSEEN_END = {
    name: re.compile(end, re.IGNORECASE)
    for name, end in {"!": "-->", **{tag: f"</{tag}" for tag in ("script", "style", "head", "title")}}.items()
}
_NAME = re.compile(r"!|[a-z]+", re.IGNORECASE)
_ATTRIBUTE = re.compile(r"([a-zA-Z][\w:-]{0,40})\s{0,20}=\s{0,20}(?:\"([^\"]*+)\"|'([^']*+)'|([^\s\"'>]++))")
_CONTAINERS = frozenset(_names("div blockquote p span td section article font pre"))
_BREAKS = frozenset(
    _names(
        """
    div blockquote p br tr td th li ul ol table h1 h2 h3 h4 h5 h6 hr pre section article dd dt body
    """
    )
)
_INDENT = re.compile(
    r"border\s*:\s*(?:none|medium none|0)|margin\s*:\s*0(?:px)?\s+0(?:px)?\s+0(?:px)?\s+40px"
)
_BAR = re.compile(r"border-left\s*:\s*[^;]{0,60}(?:solid|\d)")

_BORDER_TOP = re.compile(r"border-top\s*:\s*solid [^;]{0,40}")
_LABEL = re.compile(
    r"(?:\s++|<(?!/?b\b)[^<>]{0,300}+>){0,12}+<b\b[^<>]{0,200}>(?:\s++|<[^<>]{0,200}+>){0,6}+[^<>:]{1,30}:"
)
_BOLD_LABEL = re.compile(r"<b\b[^<>]{0,200}>(?:\s++|<[^<>]{0,200}+>){0,6}+[^<>:]{1,30}:")
_MAX_TRIED = 100

# Names looked for in class, id and data-marker, each with what the inside (or, for CUTS, all that follows)
# is.
_QUOTE_NAMES = (
    "gmail_attr moz-cite-prefix reply-intro yahoo_quoted tutanota_quote __quoted_text__ __headers__"
    " olk_src_body_section mail-editor-reference-message-container outlookmessageheader ymail_quoted"
    " mailru-quote quoted-message isreplycontent orimsghtmlseperator x_gmail_attr x_moz-cite-prefix"
    " protonmail_quote_header messagereplysection fairemail_quote rambler-quoted front-blockquote airmail_on"
    " wmi-quote mail-quote-collapse quoted-content aolmsgpart"
).split()
_MIXED_NAMES = ("gmail_quote", "protonmail_quote", "zmail_extra", "gmail_extra")
_CUT_NAMES = (
    "divrplyfwdmsg",
    "appendonsend",
    "zwchr",
    "__divider__",
    "ms-outlook-mobile-body-separator-line",
    "stopspelling",
)
_SIGNATURE_NAMES = ("signature", "bloop_sign", "moz-sig")
_ALL_NAMES = (
    "<blockquote",
    "border-top",
    "border-left",
    'name="quote"',
    *_QUOTE_NAMES,
    *_MIXED_NAMES,
    *_CUT_NAMES,
    *_SIGNATURE_NAMES,
)


@dataclass
class _Reader:
    label: int = OUTSIDE
    in_mixed: bool = False
    cut: bool = False
    tried: int = 0  # marks that were looked at closely
    open: list[tuple[str, int, bool]] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)
    lines: list[tuple[str, int]] = field(default_factory=list)
    words: list[str] = field(default_factory=list)

    def text(self, text: str) -> None:
        if text:
            self.words.append(text)

    def end_line(self) -> None:
        if self.words:
            line = html_lib.unescape("".join(self.words))
            self.lines.append((line, QUOTED if self.cut else self.label))
            self.words = []

    def start(self, name: str, attributes: str, source: str, end: int) -> None:
        if name in _BREAKS or name in _CONTAINERS:
            self.end_line()
        marks = _marks(attributes) if attributes else {}
        if name == "div" and "border-top" in marks.get("style", "") and self.tried < _MAX_TRIED:
            self.tried += 1
            self.cut = self.cut or _is_outlook_border(marks["style"], source[end : end + 2000])
        names = " ".join(
            marks.get(key, "") for key in ("id", "class", "name", "data-marker", "data-smartmail")
        )
        names += " signature" if "data-signature-widget" in marks else ""
        if any(cut in names for cut in _CUT_NAMES):
            self.end_line()
            self.cut = True
        if name not in _CONTAINERS or attributes.endswith("/"):
            return
        self.open.append((name, self.label, self.in_mixed))
        self.counts[name] = self.counts.get(name, 0) + 1
        if self.label != QUOTED:
            self._enter(name, names, marks)
            if self.label == OUTSIDE and _BAR.search(marks.get("style", "")) and self.tried < _MAX_TRIED:
                self.tried += 1
                self.label = QUOTED if _opens_with_lead(source[end : end + 1000]) else OUTSIDE

    def _enter(self, name: str, names: str, marks: dict[str, str]) -> None:
        if any(known in names for known in _QUOTE_NAMES) or marks.get("name") == "quote":
            self.label = QUOTED
        elif any(known in names for known in _SIGNATURE_NAMES):
            self.label = SIGNATURE
        elif name == "blockquote":
            self.label = _blockquote_label(names, marks, self.in_mixed)
            if self.label == UNKNOWN and self._below_attribution():
                self.label = QUOTED
        elif self.label == UNKNOWN and not self.in_mixed and _BAR.search(marks.get("style", "")):
            self.label = QUOTED
        elif any(known in names for known in _MIXED_NAMES):
            self.label, self.in_mixed = UNKNOWN, True

    def _below_attribution(self) -> bool:
        self.tried += 1
        return (
            bool(self.lines)
            and self.tried < _MAX_TRIED
            and is_lead(" ".join(self.lines[-1][0][-400:].split()))
        )

    def end(self, name: str) -> None:
        if name in _BREAKS or name in _CONTAINERS:
            self.end_line()
        if not self.counts.get(name):
            return
        closed = ""
        while closed != name:
            closed, self.label, self.in_mixed = self.open.pop()
            self.counts[closed] -= 1


def _opens_with_lead(following: str) -> bool:
    """Whether the first line inside says whose words these are; a bar at the left shows them."""
    first = next((text for text in _TAG.sub("\n", following).split("\n") if text.strip()), "")
    return is_lead(" ".join(html_lib.unescape(first).split()))


def _is_outlook_border(style: str, following: str) -> bool:
    """The line Outlook draws above the small header, in whatever language the labels of that are."""
    if "border:none" not in style.replace(" ", "") or _BORDER_TOP.search(style) is None:
        return False
    return _LABEL.match(following) is not None and len(_BOLD_LABEL.findall(following)) > 1


def _blockquote_label(names: str, marks: dict[str, str], in_mixed: bool) -> int:
    style = marks.get("style", "").casefold()
    if marks.get("type", "").casefold() == "cite" or "cite" in marks or "quote" in names or in_mixed:
        return QUOTED
    if _BAR.search(style):
        return QUOTED
    return INDENTED if _INDENT.search(style) else UNKNOWN


def _marks(attributes: str) -> dict[str, str]:
    found = _ATTRIBUTE.findall(attributes[:4000])
    return {key.casefold(): (double or single or bare).casefold() for key, double, single, bare in found}


def has_marks(html: str) -> bool:
    """Whether a closer reading can find anything."""
    lowered = html.casefold()
    return any(name in lowered for name in _ALL_NAMES)


def labelled_lines(html: str) -> list[tuple[str, int]]:
    """The text of the letter in order, each piece with OUTSIDE, QUOTED, INDENTED, UNKNOWN or SIGNATURE."""
    source = _seen(html[:_MAX_HTML])
    reader = _Reader()
    at = 0
    for tag in islice(_TAG.finditer(source), _MAX_TAGS):
        reader.text(source[at : tag.start()])
        at = tag.end()
        if tag[1]:
            reader.end(tag[2].casefold())
        else:
            reader.start(tag[2].casefold(), tag[3], source, at)
    reader.text(source[at:])
    reader.end_line()
    return reader.lines


def _seen(html: str) -> str:
    """Without comments, styles and the like. What begins and never ends is left as it is."""
    pieces = []
    at = kept = 0
    endless: set[str] = set()
    while unseen := _UNSEEN.search(html, at):
        at = unseen.end()
        found = _NAME.search(unseen[0])
        name = found[0].casefold() if found else ""
        end = None if name in endless else _UNSEEN_END[name].search(html, at)
        if end is None:
            endless.add(name)
            continue
        pieces.append(html[kept : unseen.start()])
        at = kept = end.end()
    return " ".join([*pieces, html[kept:]])
