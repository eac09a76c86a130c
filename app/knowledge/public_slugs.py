"""A title → the last part of a page's address: small Latin letters, digits and hyphens. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection

LONGEST = 80
# For a title without a letter that has a Latin spelling.
NAMELESS = "article"
# Addresses of the help centre that are no articles.
RESERVED = frozenset({"search", "suggest", "topics", "write", "written", "files", "feed", "sitemap"})
_LATIN = {
    **dict(zip("абвгдезийклмнопрстуфыэ", "abvgdeziyklmnoprstufye", strict=True)),
    "ё": "e",
    "ж": "zh",
    "х": "kh",
    "ц": "ts",
    "ч": "ch",
    "ш": "sh",
    "щ": "shch",
    "ю": "yu",
    "я": "ya",
    "ъ": "",
    "ь": "",
    "і": "i",
    "ї": "yi",
    "є": "ye",
    "ґ": "g",
    "ў": "u",
    "’": "",
    "'": "",
    "ʼ": "",
    "ß": "ss",
    "æ": "ae",
    "œ": "oe",
    "ø": "o",
    "ł": "l",
    "đ": "d",
    "ð": "d",
    "þ": "th",
    "ı": "i",
}
_SPELLING = str.maketrans(_LATIN)


def slug_of(title: str) -> str:
    """ "Как вернуть товар?" → "kak-vernut-tovar". Never empty, never longer than LONGEST."""
    composed = unicodedata.normalize("NFKC", title).lower()
    spelt = unicodedata.normalize("NFKD", composed.translate(_SPELLING))
    plain = "".join(char for char in spelt if not unicodedata.combining(char)).translate(_SPELLING)
    return _cut(re.sub(r"[^a-z0-9]+", "-", plain).strip("-")) or NAMELESS


def free_slug(title: str, taken: Collection[str]) -> str:
    """The slug of a title, numbered when it is taken or means something else."""
    base = slug_of(title)
    slug, number = base, 1
    while slug in taken or slug in RESERVED:
        number += 1
        slug = f"{base}-{number}"
    return slug


def is_slug_of(slug: str, title: str) -> bool:
    """Whether an article with this title could have this address, with a number or without."""
    return re.sub(r"-\d+\Z", "", slug) == slug_of(title) or slug == slug_of(title)


def _cut(slug: str) -> str:
    """At a hyphen, where there is one in the later half."""
    if len(slug) <= LONGEST:
        return slug
    shorter, hyphen, _rest = slug[: LONGEST + 1].rpartition("-")
    return shorter if hyphen and len(shorter) >= LONGEST // 2 else slug[:LONGEST].rstrip("-")
