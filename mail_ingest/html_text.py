"""Part of parsing: the text a person reads in an HTML letter, for mails without a plain part.

One pass over the tags instead of a parse tree: tree builders that follow HTML 5 are quadratic in nesting (one
megabyte of `<div>` keeps the usual ones busy for minutes), while a letter only needs line breaks, lists, quotes
and links. Whatever is not understood stays as text: a customer's word is never dropped.
"""

import html as _html
import re

from mail_ingest.mime_page import Page

MAX_HTML = 2 * 1024 * 1024
MAX_URL = 500

_PARAGRAPHS = frozenset("p h1 h2 h3 h4 h5 h6 ul ol dl table pre blockquote".split())
_BLOCKS = frozenset(
    "div tr li dt dd address article aside center details fieldset figcaption figure footer form"
    " header main nav "
    "section summary caption thead tbody tfoot title body html option".split()
)
_SKIPPED = frozenset("script style head title template noembed object svg math select".split())
_TAG = re.compile(r"</?([a-zA-Z][a-zA-Z0-9:-]{0,40})")
_SIGNS = re.compile(r"<(?:<*(?=<))?")  # a run of signs that are no tags, without the last, which may be one
_ATTRIBUTE = re.compile(
    r"""\b(href|src|alt|style|hidden|start)\s{0,20}(?:=\s{0,20}("[^"]*"|'[^']*'|[^\s"'>]+))?""", re.I
)
# Not "mso-hide": that hides from one program what all others show.
_HIDDEN = re.compile(r"display\s{0,9}:\s{0,9}none", re.I)
_HIDEABLE = frozenset("div span p table tr td a b font section u i em".split())
_ELEMENT_MARKS = {name: re.compile(rf"<(/?){name}(?=[\s/>])", re.I) for name in _SKIPPED | _HIDEABLE}


def html_to_text(html: str) -> str:
    """Paragraphs, "- " lists, "> " quotes and "text <address>" links of an HTML letter, linear in its length."""
    source = html[:MAX_HTML]
    reader = _Reader(source)
    reader.read()
    text = reader.page.text()
    if text.strip() or not reader.hidden:
        return text
    # A letter of which nothing is to be seen: what its maker hid is better than nothing.
    reader = _Reader(source, shows_hidden=True)
    reader.read()
    return reader.page.text()


class _Reader:
    """Cuts HTML into text and tags, and tells the page what they mean."""

    def __init__(self, source: str, *, shows_hidden: bool = False) -> None:
        self.source = source
        self.shows_hidden = shows_hidden
        self.hidden = False  # something was left out because it is not displayed
        self.page = Page()
        self.position = 0
        self.pre = 0
        self.lists: list[int] = []  # next number of an <ol>, -1 for <ul>
        self.link = ""
        self.link_start = (0, 0)
        self.no_more: set[str] = set()  # closing marks that do not occur any more: searched once only

    def read(self) -> None:
        source, end = self.source, len(self.source)
        while self.position < end:
            opening = source.find("<", self.position)
            if opening < 0:
                opening = end
            if opening > self.position:
                self._text(source[self.position : opening])
            if opening == end:
                return
            self.position = self._markup(opening)

    def _text(self, raw: str) -> None:
        text = _html.unescape(raw) if "&" in raw else raw
        if self.pre:
            self.page.verbatim(text)
        elif text:
            self.page.words(text)

    def _markup(self, start: int) -> int:
        """Handle the "<" at `start`; the offset behind what was understood."""
        source = self.source
        if source.startswith("<!--", start):
            end = self._find("-->", start + 4)
            return end + 3 if end >= 0 else start + 4
        tag = _TAG.match(source, start)
        if not tag:
            if source.startswith(("<!", "<?", "</"), start):
                end = source.find(">", start, start + 5000)
                return end + 1 if end >= 0 else start + 2
            end = _SIGNS.match(source, start).end()  # type: ignore[union-attr]  # the one at `start` at least
            self._text(source[start:end])
            return end
        end = self._tag_end(start)
        if end < 0:
            self._text(source[start:])
            return len(source)
        name = tag[1].lower()
        return (
            self._close(name, end)
            if source[start + 1] == "/"
            else self._open(name, source[tag.end() : end - 1], end)
        )

    def _find(self, mark: str, start: int) -> int:
        if mark in self.no_more:
            return -1
        found = self.source.find(mark, start)
        if found < 0:
            self.no_more.add(mark)
        return found

    def _tag_end(self, start: int) -> int:
        """Offset behind the tag; a ">" inside a quoted attribute does not end it."""
        end = self._find(">", start)
        for quote in ('"', "'"):
            if end >= 0 and self.source.count(quote, start, end) % 2:
                closing = self.source.find(quote, end, end + 3000)
                further = self.source.find(">", closing, closing + 3000) if closing >= 0 else -1
                return further + 1 if further >= 0 else end + 1
        return end + 1 if end >= 0 else -1

    def _open(self, name: str, attributes: str, end: int) -> int:
        if name in _SKIPPED and not attributes.endswith("/"):
            return self._skip(name, end)
        if name in _HIDEABLE and ("none" in attributes or "hid" in attributes) and _is_hidden(attributes):
            self.hidden = True
            if not self.shows_hidden:
                return self._skip(name, end)
        action = _OPENING.get(name)
        if action:
            action(self, attributes)
        elif name in _PARAGRAPHS:
            self.page.end_paragraph()
        elif name in _BLOCKS:
            self.page.end_line()
        return end

    def _skip(self, name: str, end: int) -> int:
        """Offset behind the element; only its tag is skipped when it is never closed."""
        if name in self.no_more:
            return end
        depth = 1
        for match in _ELEMENT_MARKS[name].finditer(self.source, end):
            depth += -1 if match[1] else 1
            if depth == 0:
                closing = self.source.find(">", match.end())
                return closing + 1 if closing >= 0 else len(self.source)
        self.no_more.add(name)
        return end

    def _close(self, name: str, end: int) -> int:
        action = _CLOSING.get(name)
        if action:
            action(self)
        elif name in _PARAGRAPHS:
            self.page.end_paragraph()
        elif name in _BLOCKS:
            self.page.end_line()
        return end


def _attribute(attributes: str, name: str) -> str | None:
    for match in _ATTRIBUTE.finditer(attributes):
        if match[1].lower() == name:
            return _html.unescape((match[2] or "").strip("\"'")).strip()
    return None


def _is_hidden(attributes: str) -> bool:
    style = _attribute(attributes, "style")
    return _attribute(attributes, "hidden") is not None or bool(style and _HIDDEN.search(style))


def _open_quote(reader: _Reader, attributes: str) -> None:
    reader.page.quote(1)


def _close_quote(reader: _Reader) -> None:
    reader.page.quote(-1)


def _open_break(reader: _Reader, attributes: str) -> None:
    reader.page.end_line(keep_empty=not reader.page.line)


def _open_rule(reader: _Reader, attributes: str) -> None:
    reader.page.end_line()
    reader.page.verbatim("-" * 20)
    reader.page.end_line()


def _open_cell(reader: _Reader, attributes: str) -> None:
    reader.page.space_due = bool(reader.page.line)


def _open_pre(reader: _Reader, attributes: str) -> None:
    reader.page.end_paragraph()
    reader.pre += 1


def _close_pre(reader: _Reader) -> None:
    reader.pre = max(0, reader.pre - 1)
    reader.page.end_paragraph()


def _open_bullets(reader: _Reader, attributes: str) -> None:
    _start_list(reader, -1)


def _open_numbers(reader: _Reader, attributes: str) -> None:
    start = _attribute(attributes, "start") or "1"
    _start_list(reader, int(start) if start.isdecimal() and len(start) < 7 else 1)


def _start_list(reader: _Reader, first: int) -> None:
    if reader.lists:
        reader.page.end_line()
    else:
        reader.page.end_paragraph()
    reader.lists.append(first)


def _close_list(reader: _Reader) -> None:
    if reader.lists:
        reader.lists.pop()
    if reader.lists:
        reader.page.end_line()
    else:
        reader.page.end_paragraph()


def _open_item(reader: _Reader, attributes: str) -> None:
    number = reader.lists[-1] if reader.lists else -1
    if number >= 0:
        reader.lists[-1] = number + 1
    reader.page.mark("  " * min(max(len(reader.lists) - 1, 0), 10) + ("- " if number < 0 else f"{number}. "))


def _open_link(reader: _Reader, attributes: str) -> None:
    reader.link = _attribute(attributes, "href") or ""
    reader.link_start = reader.page.mark_position()


def _close_link(reader: _Reader) -> None:
    link, reader.link = reader.link, ""
    shown = reader.page.since(reader.link_start) if link else ""
    address = link.removeprefix("mailto:").partition("?")[0] if link.startswith("mailto:") else link
    if not link.startswith(("http://", "https://", "mailto:")) or len(address) > MAX_URL or not shown.strip():
        return
    if _bare(address) not in _bare(shown) and _bare(shown) != _bare(address):
        reader.page.words(f" <{address}>")


def _bare(address: str) -> str:
    return address.lower().removeprefix("https://").removeprefix("http://").removeprefix("www.").strip("/ ")


def _open_image(reader: _Reader, attributes: str) -> None:
    alt = _attribute(attributes, "alt")
    if alt:
        # Emoji are sent as pictures whose alternative text is the character itself.
        is_emoji = len(alt) <= 8 and not any(char.isascii() and char.isprintable() for char in alt)
        reader.page.words(alt if is_emoji else f"[{alt[:200]}]")


_OPENING = {
    "a": _open_link,
    "blockquote": _open_quote,
    "br": _open_break,
    "hr": _open_rule,
    "img": _open_image,
    "li": _open_item,
    "ol": _open_numbers,
    "pre": _open_pre,
    "td": _open_cell,
    "th": _open_cell,
    "ul": _open_bullets,
}
_CLOSING = {
    "a": _close_link,
    "blockquote": _close_quote,
    "ol": _close_list,
    "ul": _close_list,
    "pre": _close_pre,
}
