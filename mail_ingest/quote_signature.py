"""Where does a signature begin at the end of what a person wrote?

Folding a sentence as if it were a signature would hide a customer's word, so each rule asks for clear signs
and gives up otherwise. Looks at the last few lines only. Pure.
"""

import re
from collections.abc import Sequence

from mail_ingest import quote_words as words
from mail_ingest.quote_lines import Line

_MAX_LINES = 20
_PHONE = re.compile(r"(?<!\w)\+?\(?\d[\d\s().-]{5,18}\d(?!\w)")
_REACH = re.compile(
    r"@[\w-]+\.\w|\bwww\.|https?://|\b(?:tel|phone|mob|mobile|cell|fax|e-?mail|skype|telegram|whatsapp|web)\b\s*[.:]"
    r"|(?<!\w)(?:тел|моб|факс|почта|сайт|телефон)\b\s*[.:]",
    re.IGNORECASE,
)
_MATTER = re.compile(
    r"(?<!\w)(?:заказ|договор|счет|счёт|заявк|тикет|номер|order|invoice|ticket|account|contract|bestell|rechnung|auftrag"
    r"|kunden|commande|facture|pedido|factura|ordine|fattura|zamówi|faktur|замовл)|[№#]\s?\d",
    re.IGNORECASE,
)
_SENTENCE_END = re.compile(r"[?!]$|\w{3,}\.$")
_LINK_ONLY = re.compile(r"[<\[(]?(?:https?://|www\.)\S+[>\])]?")


def signature_start(lines: Sequence[Line], marked: Sequence[bool]) -> int:
    """Index of the first line of the signature in the lines a person wrote, or len(lines).

    marked: lines the HTML of the letter itself declares to be a signature.
    """
    start = _peel_device(lines, len(lines))
    start = _peel_marked(lines, marked, start)
    for rule in (_after_dashes, _after_closing):
        found = rule(lines, start)
        if found is not None:
            start = found
            break
    return _peel_device(lines, start)


def _last_written(lines: Sequence[Line], end: int) -> int:
    at = end - 1
    while at >= 0 and lines[at].blank:
        at -= 1
    return at


def _peel_device(lines: Sequence[Line], end: int) -> int:
    """ "Sent from my iPhone", with the link some programs put in the next line."""
    while True:
        at = _last_written(lines, end)
        if at > 0 and _LINK_ONLY.fullmatch(lines[at].content) and _names_device(lines[at - 1].content):
            at -= 1
        if at < 0 or not _names_device(lines[at].content):
            return end
        end = at


def _names_device(content: str) -> bool:
    text = content.strip("*_-–—<>[]() .").casefold()
    if not text or len(content) > 160 or content.endswith(("?", "!")) or _MATTER.search(text):
        return False
    if not text.startswith(words.SENT_FROM) or not any(device in text for device in words.DEVICES):
        return False
    return len(re.sub(r"https?://\S+", "", text).split()) <= 13 and _not_speech(text)


_SPEECH = re.compile(
    r"(?<!\w)(?:i|you|but|and|please(?! (?:excuse|forgive))|not|я|вы|но|и|не|ich|je|pero|ma|mas)(?!\w)"
)


def _not_speech(text: str) -> bool:
    return _SPEECH.search(text) is None


def _peel_marked(lines: Sequence[Line], marked: Sequence[bool], end: int) -> int:
    """Lines at the end that the letter's own HTML calls a signature."""
    at = _last_written(lines, end)
    first = end
    count = 0
    while at >= 0 and (marked[at] or lines[at].blank or _is_delimiter(lines[at])):
        if not lines[at].blank:
            first = at
            count += 1
        at -= 1
    return first if count <= _MAX_LINES else end


def _is_delimiter(line: Line) -> bool:
    return line.raw.strip() in {"--", "—", "- -", "––"} or line.raw == "-- "


def _after_dashes(lines: Sequence[Line], end: int) -> int | None:
    """RFC 3676 section 4.3: "-- " on a line of its own. Without the space, or as another dash, more care is taken."""
    last = _last_written(lines, end)
    written = 0
    found = None
    for at in range(last, -1, -1):
        if _is_delimiter(lines[at]):
            found = at
        written += not lines[at].blank
        if written > _MAX_LINES:
            break
    if found is None:
        return None
    below = [line.content for line in lines[found + 1 : last + 1] if not line.blank]
    exact = lines[found].raw == "-- "
    limit = 200 if exact else 90
    if any(len(text) > limit or not text or text.endswith("?") for text in below):
        return None
    if not exact and (len(below) > 10 or any(_is_sentence(text) or _MATTER.search(text) for text in below)):
        return None
    return found


def _is_sentence(text: str) -> bool:
    return len(text.split()) > 6 and _SENTENCE_END.search(text) is not None


def _after_closing(lines: Sequence[Line], end: int) -> int | None:
    """ "Best regards," and a block that states who and where: never a bare name, never anything about the matter."""
    last = _last_written(lines, end)
    written = 0
    for at in range(last, -1, -1):
        if lines[at].blank:
            continue
        written += 1
        if written > 9:
            return None
        if _is_closing(lines[at].content):
            return at if _is_card(lines[at + 1 : last + 1]) else None
    return None


def _is_closing(content: str) -> bool:
    text = content.casefold().strip(" ,.!-–—*_;")
    if text in words.CLOSINGS:
        return True
    head, comma, name = text.partition(",")
    return bool(comma) and head.strip() in words.CLOSINGS and 0 < len(name.split()) <= 3


def _is_card(below: Sequence[Line]) -> bool:
    texts = [line.content for line in below if not line.blank]
    if not texts or any(_speaks(text) for text in texts):
        return False
    reachable = any(_PHONE.search(text) or _REACH.search(text) for text in texts)
    return reachable or (len(texts) >= 2 and not any(c.isdigit() for text in texts for c in text))


def _speaks(text: str) -> bool:
    if not text or len(text) > 100 or text.endswith(("?", "!", ":")) or _MATTER.search(text):
        return True
    return _is_sentence(text) or (len(text.split()) > 9 and not _REACH.search(text))
