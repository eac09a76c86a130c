"""Part of parsing: transfer encodings (RFC 2045, section 6), decoded even when broken, mislabelled or several."""

import binascii
import re
from collections.abc import Sequence

from mail_ingest.mime_base64 import decode_base64 as decode_base64
from mail_ingest.mime_base64 import looks_like_base64, split_footer
from mail_ingest.mime_uuencode import decode_uu_body

_HIGH_HEX = re.compile(rb"=[89A-F][0-9A-F]")
_NO_CODE = re.compile(rb"=(?![0-9A-F]{2}|[ \t]{0,20}\r?\n|\Z)")
_LONE_RETURN = re.compile(rb"=\r(?!\n)")
_SOFT_BREAK = re.compile(rb"=[ \t]{1,200}(\r?\n)")
_BASE64_LINES = re.compile(rb"(?:[A-Za-z0-9+/]{56,76}\r?\n){2,}[A-Za-z0-9+/]{0,76}={0,2}\s*")
_CONTROLS = re.compile(rb"[\x00-\x08\x0b\x0e-\x1a\x1c-\x1f\x7f]")
_NAME = re.compile(r"(?:=\?[^?]{1,40}\?q\?)?[\s\"'(]{0,20}([a-z0-9][a-z0-9_ -]{0,40})")
_MISSPELT = re.compile(r"[^a-z0-9]")
_PLAIN_NAMES = frozenset(("", "7bit", "8bit", "binary", "7bits", "8bits", "none", "text"))


def encoding_name(value: str) -> str:
    """'base64', 'quoted-printable', 'uuencode', '' for none, or the name as it stands when nobody knows it."""
    found = _NAME.match(value.lower())
    name = found[1].strip() if found else ""
    key = _MISSPELT.sub("", name)
    if key in _PLAIN_NAMES:
        return ""
    if key in ("base64", "b64", "xbase64", "b", "base64encoded"):
        return "base64"
    if key.startswith(("quotedprint", "quotedprin")) or key in ("qp", "q"):
        return "quoted-printable"
    return "uuencode" if key in ("xuuencode", "uuencode", "xuue", "uue", "uu") else name


def likely_encoding(values: Sequence[str], data: bytes) -> str:
    """Which of several Content-Transfer-Encoding headers is true."""
    names = list(dict.fromkeys(encoding_name(value) for value in values))
    if len(names) > 1 and "base64" in names:
        names = ["base64"] if looks_like_base64(data) else [name for name in names if name != "base64"]
    return next(
        (name for name in names if name in ("base64", "quoted-printable", "uuencode")),
        names[0] if names else "",
    )


def decode_transfer(data: bytes, encoding: str, *, is_text: bool = True) -> tuple[bytes, str]:
    """(decoded bytes, defect or ''); `encoding` is the Content-Transfer-Encoding as the mail states it."""
    name = encoding_name(encoding)
    if name == "base64":
        body, _ = split_footer(data)
        if looks_like_base64(body, is_text=is_text):
            return decode_base64(body), ""
        found = decode_uu_body(data) if data.lstrip().startswith(b"begin ") else None
        return data if found is None else found, "the text is labelled base64 but is not encoded"
    if name == "quoted-printable":
        return decode_quoted(data), ""
    if name == "uuencode":
        found = decode_uu_body(data)
        return (data, "the text is labelled uuencode but is not encoded") if found is None else (found, "")
    return data, f"unknown transfer encoding {name[:40]!r}" if name else ""


def decode_quoted(data: bytes) -> bytes:
    """Bytes of quoted-printable text; soft line breaks may have spaces behind them or a carriage return alone."""
    if b"=\r" in data:
        # The C decoder would skip everything up to the next line feed.
        data = _LONE_RETURN.sub(b"=\n", data)
    return binascii.a2b_qp(_SOFT_BREAK.sub(rb"=\1", data) if b"= " in data or b"=\t" in data else data)


def undeclared_encoding(data: bytes) -> str:
    """The encoding that a text without a (true) label is plainly in: 'base64', 'quoted-printable' or ''."""
    if not data.isascii():
        return ""
    if _BASE64_LINES.fullmatch(data.strip() + b"\n") and _is_text(decode_base64(data)):
        return "base64"
    high = len(_HIGH_HEX.findall(data[:20000]))
    if high >= 6 and (_is_utf8(decode_quoted(data)) or not _NO_CODE.search(data[:20000])):
        return "quoted-printable"
    return ""


def encoded_again(data: bytes) -> bool:
    """Is a text that was just decoded still encoded from end to end? One that only speaks of codes is not."""
    if _BASE64_LINES.fullmatch(data):
        return True
    return data.isascii() and len(_HIGH_HEX.findall(data)) * 3 > len(data) * 0.4


def _is_text(data: bytes) -> bool:
    return bool(data) and not _CONTROLS.search(data[:20000])


def _is_utf8(data: bytes) -> bool:
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return bool(text) and sum(not (char.isprintable() or char in "\r\n\t") for char in text[:4000]) == 0
