"""The plain-text form of the HTML an agent typed.

Works on HTML that is already reduced to the few tags of a reply. Lists become "- " and "1. " lines, a link
becomes "text <url>", a quotation gets "> " before each line. Pure.
"""

from html.parser import HTMLParser

_PARAGRAPHS = frozenset({"p", "h1", "blockquote", "pre"})
_LISTS = frozenset({"ul", "ol"})
_BLOCKS = _PARAGRAPHS | _LISTS | {"div", "li"}


def clean_html_to_text(html: str) -> str:
    """html: the output of `sanitise_reply`. Returns text without a line break at the end."""
    writer = _TextWriter()
    writer.feed(html)
    writer.close()
    return writer.text()


class _TextWriter(HTMLParser):
    """Collects (depth of quotation, line) pairs."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._lines: list[tuple[int, str]] = []
        self._line = ""
        self._blank = False  # a blank line is due before the next one
        self._quotes = 0
        self._pre = 0
        self._lists: list[int | None] = []  # the last number of an ordered list, None for a bulleted one
        self._links: list[tuple[str, list[str]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "br":
            self._end_line()
        elif tag == "img":
            name = " ".join((dict(attrs).get("alt") or "").split())
            self._line += f"[{name}]" if name else "[…]"
        elif tag == "a":
            self._links.append((dict(attrs).get("href") or "", []))
        elif tag in _BLOCKS:
            self._start_block(tag)

    def _start_block(self, tag: str) -> None:
        self._break(blank=tag in _PARAGRAPHS and not self._lists)
        self._quotes += tag == "blockquote"
        self._pre += tag == "pre"
        if tag in _LISTS:
            self._lists.append(0 if tag == "ol" else None)
        elif tag == "li":
            self._line = self._item_mark()

    def _item_mark(self) -> str:
        indent = "  " * max(len(self._lists) - 1, 0)
        number = self._lists[-1] if self._lists else None
        if number is None:
            return indent + "- "
        self._lists[-1] = number + 1
        return f"{indent}{number + 1}. "

    def handle_endtag(self, tag: str) -> None:
        if tag == "a" and self._links:
            self._end_link()
        elif tag in _BLOCKS:
            self._end_block(tag)

    def _end_block(self, tag: str) -> None:
        if tag in _LISTS and self._lists:
            self._lists.pop()
        outermost_list = tag in _LISTS and not self._lists
        self._break(blank=outermost_list or (tag in _PARAGRAPHS and not self._lists))
        self._quotes -= tag == "blockquote"
        self._pre -= tag == "pre"

    def _end_link(self) -> None:
        target, shown = self._links.pop()
        label = "".join(shown).strip()
        if target and label not in {target, target.removeprefix("mailto:"), target.removeprefix("tel:")}:
            self._line += f" <{target}>" if label else target

    def handle_data(self, data: str) -> None:
        if self._links:
            self._links[-1][1].append(data)
        if self._pre:
            first, *rest = data.split("\n")
            self._line += first
            for line in rest:
                self._end_line()
                self._line = line
            return
        words = _squeeze(data)
        self._line += words if self._line and not self._line.endswith(" ") else words.lstrip()

    def _break(self, blank: bool = False) -> None:
        if self._line:
            self._end_line()
        self._blank = self._blank or blank

    def _end_line(self) -> None:
        if self._blank and self._lines:
            self._lines.append((min(self._quotes, self._lines[-1][0]), ""))
        self._blank = False
        self._lines.append((self._quotes, self._line.rstrip()))
        self._line = ""

    def text(self) -> str:
        self._break()
        lines = [("> " * quotes + line).rstrip() for quotes, line in self._lines]
        return "\n".join(lines).strip("\n")


def _squeeze(text: str) -> str:
    """Runs of white space become one space, as a browser shows them; a space at either end stays."""
    inner = " ".join(text.split())
    if not inner:
        return " "
    return (" " if text[0].isspace() else "") + inner + (" " if text[-1].isspace() else "")
