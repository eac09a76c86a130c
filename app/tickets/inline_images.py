"""Pictures inside what an agent types: the editor's form of them and ours. Pure.

The editor writes a <figure> around the picture and shows it from our own address; we keep <img src="cid:image.12">,
12 being the file's row, which is what a mail says of a picture that it carries. Neither form is trusted: what comes
out of `from_editor` is sanitised afterwards, and a picture is sent only when the file hangs on that very letter.
"""

from __future__ import annotations

import html as html_lib
import json
import re
from dataclasses import dataclass

_FIGURE, _END = "<figure", "</figure>"
_DESCRIPTION = re.compile(r'data-trix-attachment="([^"]*)"')
_CAPTION = re.compile(r'data-trix-attributes="([^"]*)"')
_PICTURE = re.compile(r"<img\b[^>]*>", re.IGNORECASE)
_SOURCE = re.compile(r'\ssrc="([^"]*)"', re.IGNORECASE)
_ALT = re.compile(r'\salt="([^"]*)"', re.IGNORECASE)
_OURS = re.compile(r"(?:https?://[^/\"]+)?(?:/[\w.~-]+)*/attachments/(\d{1,18})/preview\Z")
_CID = re.compile(r"cid:image\.(\d{1,18})\Z")
_KEPT = re.compile(r'src="cid:image\.(\d{1,18})"')


@dataclass(frozen=True)
class Names:
    """What a picture of ours is called: where a browser sees it, in what we keep, and what stands before its key."""

    address: re.Pattern[str]
    kept: re.Pattern[str]
    before: str


_HANGING = Names(_OURS, _CID, "image.")


def content_id(attachment_id: int) -> str:
    return f"image.{attachment_id}"


def from_editor(html: str, names: Names = _HANGING) -> str:
    """Figures and pictures of ours become <img src="cid:…">; any other picture is left out."""
    first, *figures = html.split(_FIGURE)
    # A figure does not nest in what the editor writes, so each piece holds at most one whole one.
    whole = first + "".join(_figure(one, names) for one in figures)
    return _PICTURE.sub(lambda match: _kept(match, names), whole)


def for_page(html: str, address: str) -> str:
    """What `from_editor` keeps, with addresses a browser can show; `address` has "{id}" where the file's id goes."""
    return _KEPT.sub(lambda match: f'src="{html_lib.escape(address.replace("{id}", match[1]))}"', html)


def shown(html: str) -> set[int]:
    """The ids of the files that this text shows."""
    return {int(number) for number in _KEPT.findall(html)}


def _figure(piece: str, names: Names) -> str:
    """`piece` follows "<figure": the picture instead of it, and what comes after."""
    inside, end, after = piece.partition(_END)
    return _described(inside.partition(">")[0], names) + after if end else inside.partition(">")[2]


def _described(attributes: str, names: Names) -> str:
    described = _told(_DESCRIPTION, attributes)
    ours = names.address.match(str(described.get("url", "")))
    said = _told(_CAPTION, attributes).get("caption") or described.get("filename", "")
    return _image(ours[1], str(said), names) if ours else ""


def _told(where: re.Pattern[str], attributes: str) -> dict[str, object]:
    found = where.search(attributes)
    try:
        told = json.loads(html_lib.unescape(found[1])) if found else {}
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}


def _kept(match: re.Match[str], names: Names) -> str:
    source = _SOURCE.search(match[0])
    address = html_lib.unescape(source[1]) if source else ""
    ours = names.kept.match(address) or names.address.match(address)
    alt = _ALT.search(match[0])
    return _image(ours[1], html_lib.unescape(alt[1]) if alt else "", names) if ours else ""


def _image(key: str, alt: str, names: Names) -> str:
    return f'<img src="cid:{names.before}{key}" alt="{html_lib.escape(alt[:180])}">'
