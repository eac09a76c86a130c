"""Part of parsing: collects the words of an HTML letter into lines of text, as a person would see them."""

import re

MAX_QUOTE_DEPTH = 20

_SPACES = re.compile(r"[ \t\r\n\f\v\xa0]+")
_INVISIBLE = dict.fromkeys((0x00AD, 0x034F, 0x200B, 0x2060, 0xFEFF))


class Page:
    """Collects words into lines; knows the quote depth and how many blank lines are due."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.line: list[str] = []
        self.prefix = ""
        self.depth = 0
        self.indent = ""
        self.blank_due = False
        self.space_due = False

    def words(self, text: str) -> None:
        """Text with white space collapsed as a browser does."""
        collapsed = _SPACES.sub(" ", text)
        if collapsed[0] == " " and (collapsed := collapsed[1:]) is not None and self.line:
            self.space_due = True
        if not collapsed:
            return
        if self.space_due and self.line:
            self.line.append(" ")
        self.space_due = collapsed[-1] == " "
        self._put(collapsed[:-1] if self.space_due else collapsed)

    def verbatim(self, text: str) -> None:
        """Text of a <pre>: its line breaks and spaces stay."""
        first, *others = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
        if first:
            self._put(first)
        for line in others:
            self.end_line(keep_empty=True)
            if line:
                self._put(line)

    def _put(self, text: str) -> None:
        if not self.line:
            if self.blank_due and self.lines:
                self.lines.append(self.prefix.rstrip())
            self.blank_due = False
            self.line.append(self.prefix + self.indent)
            self.indent = ""
        self.line.append(text)

    def mark(self, text: str) -> None:
        """A list bullet, written only if the item has words."""
        self.end_line()
        self.indent = text

    def end_line(self, *, keep_empty: bool = False) -> None:
        if self.line:
            self.lines.append("".join(self.line).rstrip())
            self.line = []
        elif keep_empty and self.lines:
            self.lines.append(self.prefix.rstrip())
        self.space_due = False

    def end_paragraph(self) -> None:
        self.end_line()
        self.blank_due = True

    def quote(self, step: int) -> None:
        self.end_paragraph()
        self.depth = max(0, self.depth + step)
        if step > 0 and self.lines and self.lines[-1]:
            # The blank line before a quote is outside of it.
            self.lines.append(self.prefix.rstrip())
            self.blank_due = False
        self.prefix = "> " * min(self.depth, MAX_QUOTE_DEPTH)

    def mark_position(self) -> tuple[int, int]:
        return len(self.lines), len(self.line)

    def since(self, position: tuple[int, int]) -> str:
        """What was written on the present line since the position."""
        lines, words = position
        return "".join(self.line[words:] if lines == len(self.lines) else self.line)

    def text(self) -> str:
        self.end_line()
        return re.sub(r"\n{3,}", "\n\n", "\n".join(self.lines)).translate(_INVISIBLE).strip("\n")
