"""Round pictures of people who have none: their initials on a colour that stays theirs. Pure."""

from __future__ import annotations

import hashlib
import unicodedata
from functools import lru_cache

TONES = 8


@lru_cache(maxsize=4000)
def initials(name: str) -> str:
    """One or two letters; never empty."""
    words = [word for word in name.replace("@", " ").split() if word[:1].isalnum()]
    letters = [word[0] for word in (words[:1] + words[-1:] if len(words) > 1 else words)]
    return unicodedata.normalize("NFC", "".join(letters)).upper() or "?"


@lru_cache(maxsize=4000)
def tone(key: str) -> int:
    return hashlib.sha256(key.casefold().encode("utf-8", "replace")).digest()[0] % TONES
