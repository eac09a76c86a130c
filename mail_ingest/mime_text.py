"""Part of parsing: bytes of a text part to the lines a person sees: format=flowed (RFC 3676), enriched, uuencode."""

import re
from dataclasses import dataclass

from mail_ingest.charset import clean_text, codec_for, decode_text
from mail_ingest.mime_base64 import split_footer
from mail_ingest.mime_transfer import decode_transfer, encoded_again, encoding_name, undeclared_encoding
from mail_ingest.mime_tree import Part
from mail_ingest.mime_uuencode import split_encoded_files

# A letter has four bytes at most, and no more than a million of them are shown.
MAX_BYTES = 4 * 1024 * 1024

_META_CHARSET = re.compile(rb"<meta[^>]{0,200}charset\s{0,5}=\s{0,5}[\"']?([A-Za-z0-9_:-]{2,40})", re.I)
_ENRICHED_PARAM = re.compile(r"<param>[^<]{0,200}</param>", re.I)
_ENRICHED_TAG = re.compile(r"<(?:/?[A-Za-z-]{1,60})>")
_CONTROLS = re.compile(r"[\x01-\x08\x0b\x0e-\x1a\x1c-\x1f\x7f-\x9f\ufffd]")
_QUOTE_MARKS = re.compile(r">+")


@dataclass(frozen=True, slots=True)
class TextRead:
    """The text of a part, the files that were written into it as (name, content), what was wrong with it, and
    whether it went on: of very long parts only the beginning is read."""

    text: str
    files: list[tuple[bytes, bytes]]
    defects: list[str]
    goes_on: bool


def read_text(part: Part) -> TextRead:
    """The words of a text part as a person sees them."""
    raw = part.raw
    encoding = part.encoding(raw)
    content, defect = decode_transfer(raw, encoding)
    defects = [defect] if defect else []
    hidden = undeclared_encoding(content) if content == raw or encoded_again(content) else ""
    if hidden:
        content, _ = decode_transfer(content, hidden)
        defects.append(f"the text is in {hidden} without saying so")
    files: list[tuple[bytes, bytes]] = []
    if b"begin" in content and part.content_type != "text/html":
        content, files = split_encoded_files(content)
    beginning = _beginning(content)
    text, wrong = decode_text(beginning, _declared(part, beginning))
    if wrong:
        defects.append(wrong)
    footer = split_footer(raw)[1] if content != raw and encoding_name(encoding) == "base64" else b""
    if footer:
        text = f"{text.rstrip()}\n\n{decode_text(footer)[0].lstrip()}"
    return TextRead(_shape(_plain_newlines(text), part), files, defects, len(beginning) < len(content))


def _declared(part: Part, content: bytes) -> str:
    declared = part.params.get("charset", "")
    if part.content_type == "text/html" and not codec_for(declared):
        meta = _META_CHARSET.search(content[:4000])
        return meta[1].decode("ascii") if meta else declared
    return declared


def _beginning(content: bytes) -> bytes:
    """As much as can be shown, cut where no letter is taken apart if there is such a place."""
    if len(content) <= MAX_BYTES:
        return content
    cut = max(
        content.rfind(b"\n", MAX_BYTES // 2, MAX_BYTES), content.rfind(b" ", MAX_BYTES - 1000, MAX_BYTES)
    )
    return content[: cut + 1 if cut > 0 else MAX_BYTES]


def is_binary(text: str) -> bool:
    """Is this what a picture looks like when it is read as text?"""
    return len(_CONTROLS.findall(text[:2000])) * 20 > len(text[:2000])


def _plain_newlines(text: str) -> str:
    if "\r" not in text:
        return text
    return text.replace("\r\r\n", "\n").replace("\r\n", "\n").replace("\r", "\n")


def _shape(text: str, part: Part) -> str:
    if part.content_type in ("text/enriched", "text/richtext"):
        return _ENRICHED_TAG.sub("", _ENRICHED_PARAM.sub("", text.replace("<<", "\x01"))).replace("\x01", "<")
    if part.content_type == "text/plain" and part.params.get("format", "").lower() == "flowed":
        return unflow(text, delete_space=part.params.get("delsp", "").lower() == "yes")
    return clean_text(text)


def unflow(text: str, *, delete_space: bool = False) -> str:
    """Paragraphs of format=flowed text on one line each, with "> " before quoted ones (RFC 3676, section 4)."""
    lines: list[str] = []
    words: list[str] = []
    depth = 0
    for line in text.split("\n"):
        marks = _QUOTE_MARKS.match(line)
        level = len(marks[0]) if marks else 0
        content = line[level:].removeprefix(" ")
        if words and (level != depth or content == "-- "):
            # A paragraph never runs on into another quote depth or a signature, whatever its last space says.
            lines.append(_quoted("".join(words), depth))
            words = []
        depth = level
        flows = content.endswith(" ") and content != "-- "
        words.append(content[:-1] if flows and delete_space else content)
        if not flows:
            lines.append(_quoted("".join(words), depth))
            words = []
    if words:
        lines.append(_quoted("".join(words), depth))
    return "\n".join(lines)


def _quoted(text: str, depth: int) -> str:
    if depth == 0:
        return text if text == "-- " else text.rstrip(" ")
    return f"{'>' * depth} {text}".rstrip(" ")
