"""Part of parsing: attachment names that are safe to show, to sort and to offer for download."""

import re
import unicodedata

MAX_NAME = 150
MAX_NAME_BYTES = 240
MAX_EXTENSION = 16

_RESERVED = re.compile(r"(?i)(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|clock\$)(?=\.|$)")
_A_PATH = re.compile(r"[A-Za-z]:[\\/]|[\\/]|\.{1,2}[\\/]")
# Separators, their look-alikes, and what Windows forbids in a name.
_FORBIDDEN = re.compile('[\\\\/<>:"|?*\u2044\u2215\u29f5\u29f8\u29f9\ufe68\uff0f\uff3c]')
_EXTENSIONS = {
    "application/pdf": ".pdf", "application/zip": ".zip", "application/json": ".json", "application/xml": ".xml",
    "application/msword": ".doc", "application/vnd.ms-excel": ".xls", "application/ms-tnef": ".dat",
    "application/pgp-signature": ".asc", "application/pgp-encrypted": ".asc", "application/pkcs7-mime": ".p7m",
    "application/pkcs7-signature": ".p7s", "application/x-pkcs7-mime": ".p7m", "application/x-pkcs7-signature": ".p7s",
    "application/ics": ".ics", "application/rtf": ".rtf", "audio/mpeg": ".mp3", "audio/ogg": ".ogg",
    "audio/wav": ".wav",
    "image/gif": ".gif", "image/jpeg": ".jpg", "image/jpg": ".jpg", "image/png": ".png", "image/svg+xml": ".svg",
    "image/tiff": ".tif", "image/bmp": ".bmp", "image/webp": ".webp", "image/heic": ".heic", "message/rfc822": ".eml",
    "message/global": ".eml", "message/delivery-status": ".txt", "message/disposition-notification": ".txt",
    "text/calendar": ".ics", "text/csv": ".csv", "text/html": ".html", "text/plain": ".txt", "text/rtf": ".rtf",
    "text/rfc822-headers": ".txt", "text/vcard": ".vcf", "text/x-vcard": ".vcf",
    "video/mp4": ".mp4", "video/quicktime": ".mov", "text/markdown": ".md", "text/xml": ".xml", "text/css": ".css",
    "application/gzip": ".gz", "application/x-zip-compressed": ".zip", "application/x-rar-compressed": ".rar",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ".docx",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": ".xlsx",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": ".pptx",
    "application/vnd.ms-powerpoint": ".ppt", "application/vnd.oasis.opendocument.text": ".odt",
}  # fmt: skip
_NAMES = {
    "application/ms-tnef": "winmail.dat", "application/vnd.ms-tnef": "winmail.dat",
    "application/x-ms-tnef": "winmail.dat", "application/pgp-signature": "signature.asc",
    "text/calendar": "invitation.ics",
    "message/delivery-status": "delivery-status.txt", "text/rfc822-headers": "headers.txt",
    "message/disposition-notification": "receipt.txt", "message/rfc822": "message.eml",
    "application/pkcs7-mime": "smime.p7m", "application/x-pkcs7-mime": "smime.p7m",
    "application/pkcs7-signature": "smime.p7s", "application/x-pkcs7-signature": "smime.p7s",
}  # fmt: skip


def safe_filename(name: str, content_type: str) -> str:
    """A name without directories, invisible characters or meaning to an operating system; never empty.

    Characters that cannot be seen go first, so that U+200B before ".htaccess" hides nothing from the checks.
    """
    visible = "".join(char for char in unicodedata.normalize("NFC", name[:4000]) if _is_visible(char))
    text = " ".join(visible.split())
    if _A_PATH.match(text):
        text = re.split(r"[\\/]", text.rstrip("\\/"))[-1]
    text = _FORBIDDEN.sub("_", text).strip(" .")
    text = _shorten(text).strip(" .")
    if not text.strip("_ "):
        text = _NAMES.get(content_type) or "attachment" + extension_for(content_type)
    return "_" + text if _RESERVED.match(text) else text


def extension_for(content_type: str) -> str:
    """The usual extension of a content type, '.bin' when there is none."""
    return _EXTENSIONS.get(content_type, ".bin")


def _is_visible(char: str) -> bool:
    return (
        char == " "
        or unicodedata.category(char) not in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")
        or char in "\t\n\r"
    )


def _shorten(text: str) -> str:
    if len(text) <= MAX_NAME and len(text.encode("utf-8", "replace")) <= MAX_NAME_BYTES:
        return text
    stem, dot, extension = text.rpartition(".")
    extension = dot + extension if stem and len(extension) <= MAX_EXTENSION else ""
    stem = stem if extension else text
    room = MAX_NAME_BYTES - len(extension.encode("utf-8", "replace"))
    cut = stem[: MAX_NAME - len(extension)].encode("utf-8", "replace")[:room].decode("utf-8", "ignore")
    return cut.rstrip(" .") + extension
