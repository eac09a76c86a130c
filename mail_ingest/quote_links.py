"""Links in a quotation of our letter: ours, ours as a gateway rewrote them, or the customer's own. Pure."""

import re
from collections.abc import Sequence
from urllib.parse import unquote

_URL = re.compile(r"https?://[^\s<>\"]{4,4000}", re.IGNORECASE)
# In brackets stands what a program made of a link behind its words: gateways rewrite these beyond recognition.
_BARE_URL = re.compile(r"(?<!<)" + _URL.pattern, re.IGNORECASE)
_MOST = 200  # links of one kind that are compared
_ENDS = ").,;:!?]}>'*_"
_ENOUGH = 24  # characters by which a link that was cut or changed at its end is known


class OurLinks:
    """What our sent texts link to."""

    def __init__(self, sent_texts: Sequence[str]) -> None:
        self._sent = sent_texts
        self._cores: list[str] | None = None
        self._looked_at = 0

    def has_other(self, raw: str) -> bool:
        """Whether a line has a link that is not one of ours."""
        if "://" not in raw or self._looked_at > _MOST:
            return False
        self._looked_at += 1
        if self._cores is None:
            found = (url for text in self._sent for url in _URL.findall(text[:200_000])[:_MOST])
            self._cores = list(dict.fromkeys(_core(url) for url in found))[:_MOST]
        return any(not self._is_ours(url) for url in _BARE_URL.findall(raw)[:20])

    def _is_ours(self, url: str) -> bool:
        plain = unquote(url).casefold()
        return any(core in plain for core in self._cores or ())


def _core(url: str) -> str:
    """The beginning of a link without its scheme: host and the first of its path."""
    return url.rstrip(_ENDS).partition("://")[2].casefold()[:_ENOUGH]
