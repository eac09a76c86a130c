"""Plain text of a letter as HTML: escaped, in paragraphs, with its addresses turned into links.

Every character passes through `escape` exactly once and nothing is taken back, so no text can become a tag.
Text direction cannot leak: each paragraph finds its own, and a link stands isolated and without direction
marks inside, so that it reads as it leads. Pure, linear.
"""

import re

from markupsafe import Markup, escape

# The characters that direct text (bidi controls) are in neither set: a link ends before them.
_CONTROLS = r"\u200e\u200f\u202a-\u202e\u2066-\u2069\u061c"
_ADDRESS = re.compile(
    rf"(?P<url>(?<!\w)https?://[^\s<>\"'`\\^{{}}|{_CONTROLS}\x00-\x1f\x7f]{{1,2000}}+)"
    r"|(?P<mail>(?:(?<!\w)mailto:)?(?<![\w.+%-])[\w.+%-]{1,64}+@[\w-]{1,63}+(?:\.[\w-]{1,63}+){1,8}+)",
    re.IGNORECASE,
)
_TRAILING = ".,;:!?…»”’*_~"
_PAIRS = {")": "(", "]": "["}
_PARAGRAPH = re.compile(r"\n[ \t\r]*+(?:\n[ \t\r]*+)++")
_MAX_LABEL = 63


def linkify(text: str) -> Markup:
    """Paragraphs of `text` as `<p>`, line breaks as `<br>`, http, https and mail addresses as links."""
    plain = text.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "")
    plain = plain.encode("utf-8", "replace").decode("utf-8")
    paragraphs = [part.strip("\n") for part in _PARAGRAPH.split(plain)]
    # Joined as plain text: markup looks at every piece anew whether it is escaped.
    return Markup("\n".join(_paragraph(part) for part in paragraphs if part.strip()))  # noqa: S704 (all escaped)


def _paragraph(text: str) -> str:
    """As HTML, everything escaped."""
    pieces = []
    at = 0
    for match in _ADDRESS.finditer(text):
        address = _without_trailing(match[0])
        pieces.append(_lines(text[at : match.start()]))
        pieces.append(str(_link(address, is_mail=match["mail"] is not None)))
        at = match.start() + len(address)
    pieces.append(_lines(text[at:]))
    return f'<p dir="auto">{"".join(pieces)}</p>'


def _lines(text: str) -> str:
    return str.replace(escape(text), "\n", "<br>\n")


def _without_trailing(address: str) -> str:
    """Without the punctuation of the sentence around it; a closing bracket belongs to it if it was opened in it."""
    surplus = {close: address.count(close) - address.count(opened) for close, opened in _PAIRS.items()}
    end = len(address)
    while end > 1:
        last = address[end - 1]
        if surplus.get(last, 0) > 0:
            surplus[last] -= 1
        elif last not in _TRAILING:
            break
        end -= 1
    return address[:end]


def _link(address: str, *, is_mail: bool) -> Markup:
    if is_mail:
        target = address if address.lower().startswith("mailto:") else f"mailto:{address}"
        return Markup('<bdi><a href="{}">{}</a></bdi>').format(target, address)
    host = _ascii_host(address)
    note = Markup(' title="{}"').format(host) if host else Markup("")
    return Markup(
        '<bdi><a href="{}" rel="noopener noreferrer nofollow" target="_blank"{}>{}</a></bdi>'
    ).format(address, note, address)


def _ascii_host(address: str) -> str:
    """The host as the network spells it when it is written in other letters ("xn--…"), else ""."""
    host = re.split(r"[/?#]", address.split("://", 1)[1], maxsplit=1)[0].rpartition("@")[2].partition(":")[0]
    if host.isascii() or len(host) > 253 or any(len(label) > _MAX_LABEL for label in host.split(".")):
        return ""
    try:
        return host.encode("idna").decode("ascii")
    except UnicodeError:
        return ""
