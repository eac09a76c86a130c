"""HTML that strangers or agents wrote, made safe to show and to send.

A letter is shown in a sandboxed frame of its own; the frame and its policy are the wall, this file is the
second layer. The order matters: everything that rewrites the letter happens first, the sanitiser runs last,
and its output is only placed between a fixed head and tail. Pure: no database, no Flask, no network.
"""

import base64
import binascii
import html as html_lib
import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from urllib.parse import unquote

import nh3

from app.tickets.html_nesting import DROPPED_WITH_CONTENT, flatten_text, is_too_deep, neutralise, tokens
from app.tickets.picture_size import is_small_enough
from app.tickets.reply_text import clean_html_to_text

_names = str.split

_LETTER_TAGS = frozenset(
    _names(
        """
    a abbr b big blockquote br caption center cite code col colgroup dd del div dl dt em font h1 h2
    h3 h4 h5 h6 hr i img ins kbd li ol p pre q s samp small span strike strong sub sup table tbody
    td tfoot th thead tr tt u ul var
    """
    )
)
# As nh3 writes a picture whose source was refused.
_PICTURE_OF_NOTHING = re.compile(r'<img(?: alt="[^"]*")?>')
_REPLY_TAGS = frozenset(_names("div br p strong em del a ul ol li blockquote pre h1 code img"))
# A picture of the letter itself, see app.tickets.inline_images.
_OWN_PICTURE = re.compile(r"cid:image\.\d{1,18}")
_LETTER_ATTRIBUTES: dict[str, set[str]] = {
    "*": {"style", "dir", "align", "title"},
    "a": {"href"},
    "img": {"src", "alt", "width", "height"},
    "table": {"width", "border", "cellpadding", "cellspacing", "bgcolor"},
    "td": {"colspan", "rowspan", "valign", "width", "height", "bgcolor", "nowrap"},
    "th": {"colspan", "rowspan", "valign", "width", "height", "bgcolor", "nowrap"},
    "tr": {"valign", "bgcolor"},
    "col": {"span", "width"},
    "colgroup": {"span", "width"},
    "font": {"color", "size", "face"},
    "ol": {"start", "type"},
    "ul": {"type"},
    "li": {"value"},
}
_STYLES = frozenset(
    _names(
        """
    background-color border border-bottom border-bottom-color border-bottom-style border-bottom-
    width border-collapse border-color border-left border-left-color border-left-style border-left-
    width border-radius border-right border-right-color border-right-style border-right-width
    border-spacing border-style border-top border-top-color border-top-style border-top-width
    border-width color direction display font font-family font-size font-style font-variant font-
    weight height letter-spacing line-height list-style-type margin margin-bottom margin-left
    margin-right margin-top max-width min-width padding padding-bottom padding-left padding-right
    padding-top text-align text-decoration text-indent text-transform vertical-align white-space
    width word-break word-spacing word-wrap overflow-wrap
    """
    )
)
# A value of plain words, numbers, colours and quoted font names. A backslash can spell "url(" in escapes
# and a
# slash can open a comment, so neither is let through at all.
_STYLE_VALUE = re.compile(r"[\w\s#%.,'\"+!-]*(?:\((?:[\d\s.,%]*)\))?[\w\s#%.,'\"+!-]*")
_STYLE_FUNCTION = re.compile(r"(?:^|[\s,])(?:rgba?|hsla?)\(", re.IGNORECASE)
_IMAGE_DATA = re.compile(r"data:image/(?:png|jpeg|gif|webp);base64,[A-Za-z0-9+/=]+", re.IGNORECASE)
_LINK = re.compile(r"(?:https?://|mailto:|tel:)[^\s\x00-\x20]", re.IGNORECASE)
_REMOTE = re.compile(r"https://[^\s\"'<>\\]+", re.IGNORECASE)
_REMOTE_IMAGE = re.compile(r"\ssrc\s{0,20}=\s{0,20}[\"']?\s{0,20}https?://", re.IGNORECASE)
_REL = "noopener noreferrer nofollow"
# With what comes of it, at most some eight megabytes in all.
_LONGEST_REMEMBERED = 4000
_PASSES = 4

_STYLE_SHEET = (
    ":root{color-scheme:light}html,body{margin:0;background:#fff;color:#1f2328}"
    "body{padding:12px 16px;font:15px/1.5 system-ui,-apple-system,'Segoe UI',Roboto,sans-serif;overflow-wrap:anywhere}"
    # Cells break no words: a table that is too wide for its frame is scrolled to, with every column readable.
    "img{max-width:100%;height:auto}table{overflow-wrap:break-word}pre{white-space:pre-wrap}"
    "html{overflow:auto}"
    "blockquote{margin:.5em 0 .5em .25em;padding-left:.75em;border-left:2px solid #d0d7de}a{color:#0a58ca}"
)


def frame_csp(allow_remote: bool) -> str:
    """The Content-Security-Policy header of the response that holds a letter."""
    return (
        _document_policy(allow_remote)
        + "; frame-ancestors 'self'; sandbox allow-popups allow-popups-to-escape-sandbox"
    )


def _document_policy(allow_remote: bool) -> str:
    images = "data: https:" if allow_remote else "data:"
    return f"default-src 'none'; img-src {images}; style-src 'unsafe-inline'; form-action 'none'; base-uri 'none'"


def frame_document(html: str, *, images: Mapping[str, str], allow_remote: bool) -> str:
    """A complete document for the sandboxed frame.

    images: content id (without angle brackets) → data: URI of a PNG, JPEG, GIF or WebP picture.
    allow_remote: keep pictures from https addresses, as an agent has asked for this one message.
    """
    policy = _document_policy(allow_remote)
    letter = clean_letter(html, images=images, allow_remote=allow_remote)
    return (
        '<!DOCTYPE html><html><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
        '<meta name="referrer" content="no-referrer"><meta name="viewport" content="width=device-width">'
        f"<title></title><style>{_STYLE_SHEET}</style></head><body>{letter}</body></html>"
    )


def clean_letter(html: str, *, images: Mapping[str, str], allow_remote: bool) -> str:
    """The sanitised inside of a letter. Cleaning the result again with the same arguments changes nothing."""

    def keep(tag: str, attribute: str, value: str) -> str | None:
        if attribute == "style":
            return _safe_style(value)
        if attribute == "src":
            return _image_source(value, images, allow_remote)
        if attribute == "href":
            return _link_target(value)
        return value

    def clean(source: str) -> str:
        return nh3.clean(
            source,
            tags=set(_LETTER_TAGS),
            clean_content_tags=set(DROPPED_WITH_CONTENT),
            attributes=_LETTER_ATTRIBUTES,
            attribute_filter=keep,
            url_schemes={"http", "https", "mailto", "tel", "cid", "data"},
            url_relative="deny",
            link_rel=_REL,
            set_tag_attribute_values={"a": {"target": "_blank"}},
        )

    return _settle(html, clean)


def sanitise_reply(html: str, *, pictures: bool = True, own_picture: re.Pattern[str] = _OWN_PICTURE) -> str:
    """What an agent typed in the editor, reduced to the marks a letter may carry.

    own_picture: the sources of pictures that stay; any other is left out.
    """
    # The same words make the same page each time a ticket is opened. What is remembered is found by the whole text and
    # both choices, so it can be the answer to nothing else.
    if len(html) > _LONGEST_REMEMBERED:
        return _sanitised(html, pictures, own_picture)
    return _remembered(html, pictures, own_picture)


def _sanitised(html: str, pictures: bool, own_picture: re.Pattern[str]) -> str:
    tags = set(_REPLY_TAGS) if pictures else _REPLY_TAGS - {"img"}

    def keep(tag: str, attribute: str, value: str) -> str | None:
        if attribute == "src":
            return value if own_picture.fullmatch(value) else None
        return _link_target(value) if attribute == "href" else value

    def clean(source: str) -> str:
        cleaned = nh3.clean(
            source,
            tags=tags,
            clean_content_tags=set(DROPPED_WITH_CONTENT),
            attributes={"a": {"href"}, "img": {"src", "alt"}},
            attribute_filter=keep,
            url_schemes={"http", "https", "mailto", "tel", "cid"},
            url_relative="deny",
            link_rel=None,
        )
        return _PICTURE_OF_NOTHING.sub("", cleaned)

    return _settle(html, clean)


_remembered = lru_cache(maxsize=1000)(_sanitised)


def _settle(html: str, clean: Callable[[str], str]) -> str:
    """Clean until nothing changes: what a browser parses is then exactly what was checked."""
    source = neutralise(html.replace("\x00", "").encode("utf-8", "replace").decode("utf-8"))
    if is_too_deep(source):
        return clean(_as_paragraphs(flatten_text(source)))
    for _ in range(_PASSES):
        cleaned = clean(source)
        if cleaned == source:
            return cleaned
        source = cleaned
    return clean(_as_paragraphs(flatten_text(source)))


def _as_paragraphs(text: str) -> str:
    return "<div>" + html_lib.escape(text.strip()).replace("\n", "<br>") + "</div>"


def _safe_style(value: str) -> str | None:
    kept = []
    for declaration in value.split(";"):
        name, colon, content = declaration.partition(":")
        name, content = name.strip().lower(), content.strip()
        if colon and name in _STYLES and content and _is_safe_value(content):
            kept.append(f"{name}:{content}")
    return ";".join(kept) or None


def _is_safe_value(content: str) -> bool:
    if len(content) > 300 or not content.isprintable():
        return False
    if "(" in content and not _STYLE_FUNCTION.search(content):
        return False
    lowered = content.lower()
    return (
        _STYLE_VALUE.fullmatch(content) is not None and "expression" not in lowered and "url" not in lowered
    )


def _image_source(value: str, images: Mapping[str, str], allow_remote: bool) -> str | None:
    source = value.strip()
    if source[:4].lower() == "cid:":
        name = source[4:].strip("<>")
        found = images.get(name) or images.get(unquote(name)) or ""
        return found if _IMAGE_DATA.fullmatch(found) else None
    if _IMAGE_DATA.fullmatch(source):
        return source if _is_shown(source) else None
    # Never over clear text: what an http address means is asked for by https.
    secure = "https://" + source[7:] if source[:7].lower() == "http://" else source
    return secure if allow_remote and _REMOTE.fullmatch(secure) else None


def _is_shown(source: str) -> bool:
    """A picture that a letter carries in itself is measured like one that is attached."""
    try:
        return is_small_enough(base64.b64decode(source.partition(",")[2], validate=True))
    except binascii.Error:
        return False


def _link_target(value: str) -> str | None:
    target = value.strip()
    return target if _LINK.match(target) and target.isprintable() else None


def has_remote_images(html: str) -> bool:
    """Whether the letter asks for pictures from elsewhere, so that the page can offer to show them."""
    return any(
        token.name == "img" and _REMOTE_IMAGE.search(html_lib.unescape(token.source)) is not None
        for token in tokens(neutralise(html))
    )


def reply_to_text(html: str) -> str:
    """The plain-text form of a reply: lists as "- " or "1. ", links as "text <url>", quotes as "> "."""
    return clean_html_to_text(sanitise_reply(html))
