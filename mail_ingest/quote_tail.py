"""What stands below a letter and nobody wrote for it: devices, scanners, mailing lists, legal notices, PGP signatures.

Each function tells how much of the end of a letter is such a thing; in doubt, nothing is. Looks at a bounded number
of lines. Pure.
"""

import re
from collections.abc import Callable, Sequence

from mail_ingest import quote_tail_words as patterns
from mail_ingest import quote_words as words
from mail_ingest.quote_border import is_rule
from mail_ingest.quote_lines import Line

Peel = Callable[[Sequence[Line], int], int]  # lines and their end → the end without something of that kind

_MAX_LINES = 25
_LONG_RULE = 30
_LINK = re.compile(r"[<\[(]?(?:https?://|www\.)\S+[>\])]?")
_MORE = re.compile(
    r"(?:for )?more information,? (?:please )?(?:visit|see|go to|at|about)\b.{0,200}", re.IGNORECASE
)
_URL = re.compile(r"https?://\S+")
_MATTER = re.compile(
    r"(?<!\w)(?:заказ|договор|счет|счёт|заявк|тикет|номер|order|invoice|ticket|account|contract|bestell|rechnung|auftrag"
    r"|kunden|commande|facture|pedido|factura|ordine|fattura|zamówi|faktur|замовл)|[№#]\s?\d",
    re.IGNORECASE,
)
_SPEECH = re.compile(
    r"(?<!\w)(?:i|you|but|and|please(?! (?:excuse|forgive|pardon))|not|я|вы|но|и|не|ich|je|pero|ma|mas)(?!\w)"
)
_SORRY = re.compile(
    r"[,.;–—-]\s?(?:please |sorry|apologies|excuse|извин|простите|veuillez|entschuldig|bitte|disculp|scus).*$"
)


def without_tail(lines: Sequence[Line], end: int, peels: Sequence[Peel]) -> int:
    """The end of the letter without everything of that kind, of which there may be several below each other."""
    for _ in range(8):
        shorter = end
        for peel in peels:
            shorter = peel(lines, shorter)
        if shorter == end:
            return end
        end = shorter
    return end


def peels_for(lines: Sequence[Line]) -> tuple[Peel, ...]:
    """What is worth looking for at the end of these lines: most letters have hardly any word of a footer."""
    tail = "\n".join(line.content for line in lines[-3 * _MAX_LINES :]).casefold()
    peels: list[Peel] = [_without_programs]
    if "end pgp signature" in tail:
        peels.append(_without_pgp)
    if any(hint in tail for hint in patterns.FOOTER_HINTS):
        peels.append(_without_footer)
    if any(hint in tail for hint in patterns.NOTICE_HINTS):
        peels.append(_without_notice)
    return tuple(peels)


def last_written(lines: Sequence[Line], end: int) -> int:
    at = end - 1
    while at >= 0 and lines[at].blank:
        at -= 1
    return at


def is_delimiter(line: Line) -> bool:
    return line.raw.strip(" \t\xa0") in {"--", "—", "- -", "––", "- --"}


def about_matter(text: str) -> bool:
    """Orders, invoices, numbers: what a letter is about, and a signature is not."""
    return _MATTER.search(text) is not None


# -----------------------------------------------------------------


def _without_programs(lines: Sequence[Line], end: int) -> int:
    """ "Sent from my iPhone", "Virus-free. www.avast.com", with the links and the dashes around them."""
    at, found = last_written(lines, end), end
    framed = at >= 0 and is_rule(lines[at])
    while at >= 0 and end - at < _MAX_LINES:
        line = lines[at]
        if names_device(line.content) or _is_scanned(line.content):
            found = at
        elif found < end and (is_delimiter(line) or (is_rule(line) and (framed or len(line.content) < 10))):
            return at
        elif not line.blank and not _goes_with_program(line):
            break
        at -= 1
    return found


def _goes_with_program(line: Line) -> bool:
    return bool(_LINK.fullmatch(line.content) or _MORE.match(line.content)) or is_rule(line)


def _is_scanned(content: str) -> bool:
    if patterns.SCANNED_START.match(content):
        return True
    lowered = content.casefold()
    return any(hint in lowered for hint in patterns.SCANNED)


def names_device(content: str) -> bool:
    text = content.strip("*_-–—<>[]() .").casefold()
    if not text or len(content) > 200 or content.endswith("?") or _MATTER.search(text):
        return False
    if patterns.DEVICE_LINE.match(text):
        return _not_speech(text)
    if not text.startswith(words.SENT_FROM) or not any(device in text for device in words.DEVICES):
        return False
    said = _SORRY.sub("", _URL.sub("", text))
    return len(said.split()) <= 12 and _not_speech(said) and not (content.endswith("!") and "," in content)


def _not_speech(text: str) -> bool:
    return _SPEECH.search(text) is None


# -----------------------------------------------------------------


def _without_pgp(lines: Sequence[Line], end: int) -> int:
    last = last_written(lines, end)
    if last < 0 or not lines[last].content.startswith("-----END PGP SIGNATURE"):
        return end
    for at in range(last, max(-1, last - 40), -1):
        if lines[at].content.startswith("-----BEGIN PGP SIGNATURE"):
            return at
    return end


# -----------------------------------------------------------------


def _without_footer(lines: Sequence[Line], end: int) -> int:
    """The nearest rule or "-- " above which all that follows is a list's or provider's footer."""
    last = last_written(lines, end)
    below: list[str] = []
    for at in range(last, -1, -1):
        line = lines[at]
        if is_delimiter(line) or is_rule(line) or _is_framed_rule(line) or line.raw.rstrip() == "-":
            if not below:
                continue
            if _is_footer(below, line):
                return _with_rules_above(lines, at)
            if not is_rule(line):
                return end
        if not line.blank:
            below.insert(0, line.content)
        if len(below) > 15:
            break
    return _without_bare_footer(lines, end, last)


def _is_footer(below: Sequence[str], border: Line) -> bool:
    if any(not text or _is_own(text) for text in below):
        return False
    if any(patterns.LIST_FOOTER.search(text) for text in below):
        return True
    linked = any(_URL.search(text) or "www." in text for text in below)
    return (
        len(border.content) >= _LONG_RULE
        and len(below) <= 4
        and linked
        and any(patterns.ADVERT.search(text) for text in below)
    )


def _is_own(text: str) -> bool:
    if patterns.LIST_FOOTER.search(text) or patterns.ADVERT.search(text):
        return False
    return text.endswith("?") or patterns.FIRST_PERSON.search(text) is not None


def _is_framed_rule(line: Line) -> bool:
    """ "--~--~---------~--~----~" and its kin."""
    return len(line.content) >= 12 and not line.content.strip("-~=_*.^<> ")


def _with_rules_above(lines: Sequence[Line], at: int) -> int:
    """Empty frames, and an advertisement between a long rule and the footer (SourceForge)."""
    above = last_written(lines, at)
    while above >= 0 and (is_rule(lines[above]) or _is_framed_rule(lines[above])):
        at, above = above, last_written(lines, above)
    for up in range(above, max(-1, above - 6), -1):
        line = lines[up]
        if (is_rule(line) and len(line.content) >= 2 * _LONG_RULE) or _is_sponsor(line):
            texts = [lines[row].content for row in range(up + 1, above + 1) if not lines[row].blank]
            return up if any(_URL.search(t) for t in texts) and not any(_is_own(t) for t in texts) else at
    return at


def _is_sponsor(line: Line) -> bool:
    """ "---- Yahoo! Groups Sponsor ----~-->": a rule with its reason in it."""
    return line.content.startswith("---") and "sponsor" in line.content.casefold()


def _without_bare_footer(lines: Sequence[Line], end: int, last: int) -> int:
    """A footer without a rule: the last paragraph begins with the words of one, and is short."""
    start = _paragraph(lines, last)
    texts = [line.content for line in lines[start : last + 1]]
    if start <= 0 or not texts or len(texts) > 8 or any(not text or _is_own(text) for text in texts):
        return end
    reached = any("@" in text or _URL.search(text) for text in texts)
    return start if reached and patterns.LIST_FOOTER.search(texts[0]) else end


def _paragraph(lines: Sequence[Line], last: int) -> int:
    """Where the paragraph that ends at `last` begins."""
    at = last
    while at > 0 and last - at < _MAX_LINES and not lines[at - 1].blank:
        at -= 1
    return max(at, 0)


# -----------------------------------------------------------------


def _without_notice(lines: Sequence[Line], end: int) -> int:
    """Confidentiality notices and "think before you print", with the rules around them."""
    last = last_written(lines, end)
    if last >= 0 and is_rule(lines[last]):
        last = last_written(lines, last)
    if last < 0:
        return end
    for at in range(_paragraph(lines, last), last + 1):
        text = " ".join(line.content for line in lines[at : last + 1])
        if patterns.NOTICE_START.search(lines[at].content) and _is_notice(text):
            return _with_rule(lines, at)
        if patterns.PRINTING.search(text) and len(text.split()) <= 40 and at >= last - 2:
            return _with_rule(lines, at)
    return end


def _is_notice(text: str) -> bool:
    if (len(text.split()) < 8 and not _is_unspaced(text)) or text.endswith("?") or _MATTER.search(text[:60]):
        return False
    return all(matter.search(text) for matter in patterns.NOTICE_MATTER)


def _is_unspaced(text: str) -> bool:
    """Chinese and Japanese have no spaces: long enough is what would fill a line."""
    return len(text) >= 30 and sum("\u3040" <= character <= "\u9fff" for character in text) * 2 > len(text)


def _with_rule(lines: Sequence[Line], at: int) -> int:
    above = last_written(lines, at)
    return above if above >= 0 and (is_rule(lines[above]) or is_delimiter(lines[above])) else at
