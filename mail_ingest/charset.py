"""Part of parsing: bytes to text, whatever the mail says its charset is. Never raises, never drops text."""


def clean_text(text: str) -> str:
    """Text that a database can hold: without NUL and lone surrogates."""
    if text.isascii() and "\0" not in text:
        return text
    return text.replace("\0", "").encode("utf-8", "replace").decode("utf-8")


def decode_text(data: bytes, declared: str = "") -> tuple[str, str]:
    """(text, defect or '')."""
    for name in ("utf-8", declared):
        try:
            return clean_text(data.decode(name or "utf-8")), ""
        except (UnicodeDecodeError, LookupError):
            continue
    return clean_text(data.decode("cp1252", "replace")), "the charset is wrong or unknown"


def decode_bytes(data: bytes, declared: str = "") -> str:
    return decode_text(data, declared)[0]
