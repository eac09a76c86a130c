"""How deep does this HTML nest? Counted before anything builds a tree.

Sanitisers and browsers take quadratic time on deep nesting, and a kilobyte of unclosed formatting repeated
in every paragraph grows into gigabytes, so a letter is measured first, in linear time. The count follows
the tree builder of the HTML standard where letters care (implied ends, scopes, formatting that survives its
parent) and counts too much rather than too little elsewhere. It may be that simple because `neutralise`
first renames the elements whose content follows other rules. Pure.
"""

import html as html_lib
import re
from collections.abc import Iterator, Set
from typing import NamedTuple

_names = str.split

MAX_DEPTH = 200
MAX_REOPENED = 200_000  # formatting elements a parser would open again in all paragraphs together

# Renamed to unknown elements: foreign content, raw text, ignored content, and what ends the reading of tags.
_RENAMED = (
    "svg math script style title textarea xmp plaintext iframe noembed noframes noscript template select option"
    " optgroup object applet marquee embed frameset frame button body html head form fieldset image isindex"
    " annotation-xml foreignobject keygen dialog details summary"
).split()
_RENAME = re.compile(r"<(/?)(" + "|".join(_RENAMED) + r")(?=[\s/>])", re.IGNORECASE)
DROPPED_WITH_CONTENT = frozenset({"x-script", "x-style", "x-title"})
_RAW = re.compile(r"<(?:style|script)\b[^<>]{0,2000}>", re.IGNORECASE)
_RAW_END = re.compile(r"</(?:style|script)", re.IGNORECASE)
_PRE_NEWLINES = re.compile(r"(<(?:pre|listing)\b[^<>]{0,2000}>)[\r\n]+", re.IGNORECASE)

_VOID = frozenset(
    _names(
        """
    area base basefont bgsound br col hr img input link meta param source track wbr
    """
    )
)
_FORMATTING = frozenset(_names("a b big code em font i nobr s small strike strong tt u"))
_TABLE_PARTS = frozenset(_names("caption colgroup tbody tfoot thead tr td th"))
_CELLS = frozenset({"td", "th", "caption"})
_SCOPE = frozenset({"table", "td", "th", "caption"})
_SPECIAL = _TABLE_PARTS | frozenset(
    _names(
        """
    address article aside blockquote center dd details dir div dl dt fieldset figcaption figure
    footer form h1 h2 h3 h4 h5 h6 header hgroup hr li listing main menu nav ol p pre search section
    summary table ul
    """
    )
)
_CLOSES_P = _SPECIAL - _TABLE_PARTS
_IMPLIED = {
    "li": ({"li"}, _SPECIAL - {"address", "div", "p", "li"}),
    "dd": ({"dd", "dt"}, _SPECIAL - {"address", "div", "p", "dd", "dt"}),
    "dt": ({"dd", "dt"}, _SPECIAL - {"address", "div", "p", "dd", "dt"}),
    "td": ({"td", "th"}, {"table"}),
    "th": ({"td", "th"}, {"table"}),
    "tr": ({"tr"}, {"table"}),
    "tbody": ({"tbody", "thead", "tfoot", "caption", "colgroup"}, {"table"}),
    "thead": ({"tbody", "thead", "tfoot", "caption", "colgroup"}, {"table"}),
    "tfoot": ({"tbody", "thead", "tfoot", "caption", "colgroup"}, {"table"}),
    "caption": ({"caption"}, {"table"}),
    "colgroup": ({"caption", "colgroup"}, {"table"}),
}
_BREAKS = _SPECIAL | {"br"}

_OPENING = re.compile(r"<(/?)([a-zA-Z][^\s/>]*)")
_ATTRIBUTE = re.compile(r"[\s/]*+([^\s/>][^\s/>=]*+)(?:\s*+=\s*+(?:([\"'])|([^\s>\"'][^\s>]*+))?)?")
_COMMENT_END = re.compile(r"--!?>")
_LONE_SIGNS = re.compile(r"<(?:<(?![a-zA-Z/!?]))*+")


class Token(NamedTuple):
    kind: str  # "start", "end" or "text"
    name: str  # of a tag, lower case
    source: str  # as written


def neutralise(html: str) -> str:
    """Rename the elements that change how what follows is read (the sanitiser then drops them as unknown)."""
    return _PRE_NEWLINES.sub(r"\1", _RENAME.sub(r"<\1x-\2", _mend_comments(html)))


def _mend_comments(html: str) -> str:
    """A comment that a style sheet opens and never closes would swallow the letter once "style" is an unknown name."""
    pieces, at = [], 0
    while raw := _RAW.search(html, at):
        end = _RAW_END.search(html, raw.end())
        if end is None:
            break
        inside = html[raw.end() : end.start()]
        pieces += [html[at : raw.end()], inside.replace("<!--", "") if "-->" not in inside else inside]
        at = end.start()
    return "".join([*pieces, html[at:]])


def tokens(html: str) -> Iterator[Token]:
    """Tags and text of neutralised HTML, comments left out; each character is looked at a fixed number of times."""
    at, size = 0, len(html)
    while at < size:
        opening = html.find("<", at)
        if opening < 0:
            opening = size
        if opening > at:
            yield Token("text", "", html[at:opening])
        if opening == size:
            return
        tag = _OPENING.match(html, opening)
        if tag:
            at = _tag_end(html, tag.end())
            if at < 0:
                return
            yield Token("end" if tag[1] else "start", tag[2].lower(), html[opening:at])
            continue
        at, text = _markup_end(html, opening)
        if text:
            yield Token("text", "", text)


def _tag_end(html: str, at: int) -> int:
    """The index after the ">" that ends the tag, or -1: a tag never ended is never a tag."""
    while True:
        attribute = _ATTRIBUTE.match(html, at)
        if attribute is None:
            end = html.find(">", at)
            return end + 1 if end >= 0 else -1
        at = attribute.end()
        if attribute[2]:
            at = html.find(attribute[2], at) + 1
            if not at:
                return -1


def _markup_end(html: str, opening: int) -> tuple[int, str]:
    """The end of a comment or declaration that begins here, or ("<" as text) the next character."""
    if html.startswith("<!--", opening):
        if html.startswith((">", "->"), opening + 4):
            return html.index(">", opening) + 1, ""
        end = _COMMENT_END.search(html, opening + 4)
        return (end.end() if end else len(html)), ""
    if html.startswith(("<!", "<?", "</"), opening):
        end_of_bogus = html.find(">", opening)
        return (end_of_bogus + 1 if end_of_bogus >= 0 else len(html)), ""
    signs = _LONE_SIGNS.match(html, opening)
    return (signs.end(), signs[0]) if signs else (opening + 1, "<")


def is_too_deep(html: str) -> bool:
    """Whether neutralised HTML would nest deeper than MAX_DEPTH or grow out of measure when parsed."""
    measure = _Nesting()
    return any(measure.add(token) for token in tokens(html))


class _Nesting:
    """The stack of open elements, and the formatting that was cut off from it but comes back in the next block."""

    def __init__(self) -> None:
        self._stack: list[tuple[str, str, int]] = []  # name, tag as written, orphans when it was opened
        self._orphans: list[tuple[str, str]] = []  # name, tag as written
        self._reopened = 0

    def add(self, token: Token) -> bool:
        """Take one token in; True once a limit is passed."""
        if token.kind == "start" and token.name not in _VOID:
            self._open(token)
        elif token.kind == "end":
            self._close(token.name)
        self._reopened += len(self._orphans)
        return len(self._stack) + len(self._orphans) > MAX_DEPTH or self._reopened > MAX_REOPENED

    def _open(self, token: Token) -> None:
        if token.name in _CLOSES_P:
            self._pop_to({"p"}, _SCOPE)
        if token.name in _IMPLIED:
            self._pop_to(*_IMPLIED[token.name])
        self._stack.append((token.name, token.source, len(self._orphans)))

    def _close(self, name: str) -> None:
        if name in _FORMATTING:
            self._close_formatting(name)
        elif name in _TABLE_PARTS or name == "table":
            self._pop_to({name}, {"table"})
        elif name in _SPECIAL:
            wanted = (
                {"h1", "h2", "h3", "h4", "h5", "h6"}
                if name in {"h1", "h2", "h3", "h4", "h5", "h6"}
                else {name}
            )
            self._pop_to(wanted, _SCOPE | ({"ul", "ol"} if name == "li" else set()))
        else:
            self._pop_to({name}, _SPECIAL)

    def _close_formatting(self, name: str) -> None:
        """Formatting ends alone: blocks opened inside it stay open (the "adoption agency" of the standard)."""
        for index in range(len(self._stack) - 1, -1, -1):
            if self._stack[index][0] == name:
                del self._stack[index]
                return
            if self._stack[index][0] in _SCOPE:
                break
        for index in range(len(self._orphans) - 1, -1, -1):
            if self._orphans[index][0] == name:
                del self._orphans[index]
                return

    def _pop_to(self, names: Set[str], stops: Set[str]) -> None:
        for index in range(len(self._stack) - 1, -1, -1):
            name = self._stack[index][0]
            if name in names:
                self._pop_from(index)
                return
            if name in stops:
                return

    def _pop_from(self, index: int) -> None:
        gone = self._stack[index:]
        del self._stack[index:]
        if gone[0][0] in _CELLS:
            del self._orphans[gone[0][2] :]  # a table cell keeps its formatting to itself
            return
        for name, source, _ in gone[1:]:
            # The standard reopens at most three elements that were written alike.
            if name in _FORMATTING and self._orphans.count((name, source)) < 3:
                self._orphans.append((name, source))


def flatten_text(html: str) -> str:
    """The words of neutralised HTML, blocks on lines of their own: what is shown when the letter nests too deep."""
    return html_lib.unescape("".join(_words(html)))


def _words(html: str) -> Iterator[str]:
    hidden = ""
    for token in tokens(html):
        if token.kind == "text" and not hidden:
            yield token.source
        elif token.kind == "start" and token.name in DROPPED_WITH_CONTENT and not hidden:
            hidden = token.name
        elif token.kind == "end" and token.name == hidden:
            hidden = ""
        elif token.kind != "text" and token.name in _BREAKS:
            yield "\n"
