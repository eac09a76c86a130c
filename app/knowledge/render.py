"""An answer in light Markdown → safe HTML for the editor, and plain text. Pure.

Variables are filled in after the Markdown was read: a customer whose name looks like a link stays a name.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from urllib.parse import quote

import nh3
from markdown_it import MarkdownIt
from markdown_it.token import Token

from app.knowledge import variables
from app.knowledge.segments import NOTHING, Facts, resolve

_TAGS = {"p", "br", "strong", "em", "del", "a", "ul", "ol", "li", "blockquote", "code", "pre", "h1"}
_SCHEMES = {"http", "https", "mailto", "tel"}
# A place to be filled, in characters that no keyboard types and Markdown leaves alone.
_OPEN, _CLOSE = "\ue000", "\ue001"
_PLACE = re.compile(f"{_OPEN}(\\d+){_CLOSE}")
_PLACE_IN_ADDRESS = re.compile(f"{quote(_OPEN)}(\\d+){quote(_CLOSE)}", re.IGNORECASE)
_URL = re.compile(r"https?://[^\s<>\"']*[^\s<>\"'.,;:!?)\]}»”]", re.IGNORECASE)
_PRIVATE = re.compile("[\ue000-\uf8ff\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


@dataclass(frozen=True)
class Rendered:
    """`html` is safe to place in a page; `missing` are variables with neither value nor fallback."""

    html: str
    text: str
    missing: tuple[str, ...]


def render(answer: str, values: Mapping[str, str], facts: Facts = NOTHING) -> Rendered:
    """The answer as this customer will read it. `facts` choose the parts that are only for some."""
    said = resolve(_PRIVATE.sub("", answer.replace("\r\n", "\n")), facts)
    marked, found, missing = _mark_places(said, values)
    tokens = _reader().parse(marked)
    html = _cleaned(_reader().renderer.render(tokens, _reader().options, {}))
    html = _PLACE_IN_ADDRESS.sub(lambda match: quote(found[int(match.group(1))], safe="@"), html)
    html = _PLACE.sub(lambda match: escape(found[int(match.group(1))]), html)
    text = _PLACE_IN_ADDRESS.sub(lambda match: quote(found[int(match.group(1))], safe="@"), _plain(tokens))
    text = _PLACE.sub(lambda match: found[int(match.group(1))], text)
    return Rendered(html, text, missing)


def _mark_places(answer: str, values: Mapping[str, str]) -> tuple[str, list[str], tuple[str, ...]]:
    found: list[str] = []
    missing: list[str] = []

    def place(name: str, fallback: str, written: str) -> str:
        value = values.get(name, "").strip() or fallback
        if not value:
            missing.append(name)
        found.append(value or written)
        return f"{_OPEN}{len(found) - 1}{_CLOSE}"

    marked = variables.replace(answer, place)
    return marked, found, tuple(dict.fromkeys(missing))


def _make_reader() -> MarkdownIt:
    reader = MarkdownIt("commonmark", {"html": False, "breaks": True, "typographer": False})
    reader.enable("strikethrough")
    reader.disable(["image", "html_block", "html_inline", "reference"])
    reader.core.ruler.after("inline", "links", _link_addresses)
    return reader


def _reader() -> MarkdownIt:
    return _READER


def _link_addresses(state: object) -> None:
    """Addresses typed as plain text become links."""
    for token in state.tokens:  # type: ignore[attr-defined]  # markdown-it's StateCore
        if token.type == "inline" and token.children:
            token.children = _with_links(token.children)


def _with_links(children: list[Token]) -> list[Token]:
    linked: list[Token] = []
    inside = 0
    for child in children:
        inside += {"link_open": 1, "link_close": -1}.get(child.type, 0)
        linked += [child] if inside or child.type != "text" else _split_addresses(child)
    return linked


def _split_addresses(token: Token) -> list[Token]:
    parts: list[Token] = []
    position = 0
    for match in _URL.finditer(token.content):
        parts.append(_text(token.content[position : match.start()], token.level))
        address = Token(
            "link_open",
            "a",
            1,
            attrs={"href": quote(match.group(0), safe=":/?#[]@!$&'()*+,;=%~-._")},
            markup="linkify",
            info="auto",
            level=token.level,
        )
        parts += [
            address,
            _text(match.group(0), token.level + 1),
            Token("link_close", "a", -1, markup="linkify", info="auto", level=token.level),
        ]
        position = match.end()
    parts.append(_text(token.content[position:], token.level))
    return [part for part in parts if part.type != "text" or part.content]


def _text(content: str, level: int) -> Token:
    return Token("text", "", 0, content=content, level=level)


def _cleaned(html: str) -> str:
    """Headings of any depth become the editor's only one; nh3 lets through only what is on the list."""
    html = re.sub(r"<(/?)h[2-6]>", r"<\1h1>", html)
    return nh3.clean(
        html,
        tags=_TAGS,
        attributes={"*": set(), "a": {"href"}},
        url_relative="deny",
        url_schemes=_SCHEMES,
        link_rel="noopener noreferrer nofollow",
    ).strip()


def _plain(tokens: list[Token]) -> str:
    """Text as a person would type it into a plain mail: bullets as "- ", links with their address behind."""
    lines: list[str] = []
    lists: list[int | None] = []
    prefix = ""
    for token in tokens:
        if token.type in ("bullet_list_open", "ordered_list_open"):
            lists.append(None if token.type == "bullet_list_open" else int(token.attrs.get("start", 1)))
        elif token.type in ("bullet_list_close", "ordered_list_close"):
            lists.pop()
            lines.append("")
        elif token.type == "list_item_open":
            prefix = _bullet(lists)
        elif token.type == "inline":
            lines.append(prefix + _inline_text(token))
            prefix = ""
        elif token.type in ("fence", "code_block"):
            lines += [token.content.rstrip("\n"), ""]
        elif token.type in ("paragraph_close", "heading_close") and not token.hidden:
            lines.append("")
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def _bullet(lists: list[int | None]) -> str:
    indent = "  " * (len(lists) - 1)
    number = lists[-1]
    if number is None:
        return f"{indent}- "
    lists[-1] = number + 1
    return f"{indent}{number}. "


def _inline_text(token: Token) -> str:
    parts: list[str] = []
    targets: list[tuple[str, int]] = []
    for child in token.children or []:
        if child.type == "link_open":
            targets.append((str(child.attrs.get("href", "")), len(parts)))
        elif child.type == "link_close":
            parts.append(_address_behind(*targets.pop(), parts))
        else:
            parts.append("\n" if child.type in ("softbreak", "hardbreak") else child.content)
    return "".join(parts)


def _address_behind(target: str, start: int, parts: list[str]) -> str:
    shown = "".join(parts[start:])
    address = target.removeprefix("mailto:")
    return "" if address == shown or not address else f" ({address})"


_READER = _make_reader()
