"""Where does a signature begin at the end of what a person wrote?

Folding a sentence as if it were a signature would hide a customer's word, so each rule asks for clear signs
and gives up otherwise. Looks at the last few lines only. Pure.
"""

import re
from collections.abc import Sequence

from mail_ingest import quote_closings as words
from mail_ingest.quote_border import is_rule
from mail_ingest.quote_lines import Line
from mail_ingest.quote_tail import about_matter, is_delimiter, last_written, peels_for, without_tail
from mail_ingest.quote_tail_words import FIRST_PERSON, POSTSCRIPT

_MAX_LINES = 20
_MAX_WORDS = 120
_PHONE = re.compile(r"(?<!\w)\+?\(?\d[\d\s()./-]{5,18}\d(?!\w)")
_REACH = re.compile(
    r"@[\w-]+\.\w|\bwww\.|https?://|\b(?:tel|phone|mob|mobile|cell|fax|e-?mail|skype|telegram|whatsapp|web|tfno|tél|port|kom|xmpp)\b\s*[.:]"
    r"|(?<!\w)(?:тел|моб|факс|почта|сайт|телефон)(?!\w)\s*[.:/]",
    re.IGNORECASE,
)
_TITLE = re.compile(
    r"manager|director|executive|officer|engineer|department|specialist|assistant|менеджер|директор|отдел|leiter|responsable",
    re.IGNORECASE,
)
_WIDE = re.compile(r"[ \t]{3,}")
# What is said to somebody, and what ends in a full stop without being a sentence.
_ADDRESSES = re.compile(
    r"(?<!\w)(?:please|hope|you|your|bitte|ihnen|merci de|vous|votre|por favor|usted|per favore|пожалуйста|прошу|вы"
    r"|вас|вам|будь ласка|proszę|prosím|alstublieft|u|i'm|i am|we are|ich bin|je suis)(?!\w)",
    re.IGNORECASE,
)
_SUFFIX = re.compile(
    r"\b(?:ltd|inc|co|corp|llc|s\.?l|s\.?a|b\.?v|n\.?v|s\.?r\.?o|a\.?ş|gmbh|str|st|ph\.?d|lda|e\.?v|m\.?b\.?h)\.$",
    re.IGNORECASE,
)
_SENTENCE_END = re.compile(r"[?!]$|\w{3,}\.$")
_ASKS = re.compile(
    r"(?<!\w)(?:you|your|вы|вас|вам|ваш\w*|sie|ihnen|vous|votre|usted|ustedes|lei|você|u|pan|pani|ви)(?!\w).*\?$",
    re.IGNORECASE,
)
_NAME = re.compile(r"(?:(?:[A-ZÀ-ÞА-ЯЁІЇЄҐŁŚŻŠČŘŽÇĞİ][\w.'’-]*|von|van|de|der|da|di|del)(?: |$)){2,4}")


def signature_spans(lines: Sequence[Line], marked: Sequence[bool]) -> list[tuple[int, int]]:
    """The stretches [start, end) of the lines a person wrote that are signatures; a postscript stays between two.

    marked: lines the HTML of the letter itself declares to be a signature.
    """
    peels = peels_for(lines)
    end = without_tail(lines, len(lines), peels)
    spans = [(end, len(lines))] if end < len(lines) else []
    upper = _postscript(lines, end)
    start = without_tail(lines, upper, peels)
    start = _peel_marked(lines, marked, start)
    for rule in (_after_dashes, _after_rule, _after_closing, _bare_card):
        found = rule(lines, start)
        if found is not None:
            start = found
            break
    start = without_tail(lines, start, peels)
    return [(start, upper), *spans] if start < upper else spans


def _postscript(lines: Sequence[Line], end: int) -> int:
    """Where the last paragraph begins if it is a postscript, else `end`."""
    last = last_written(lines, end)
    at = last
    while at > 0 and last - at < _MAX_LINES and not lines[at - 1].blank:
        at -= 1
    return at if at > 0 and POSTSCRIPT.match(lines[at].content) else end


def _peel_marked(lines: Sequence[Line], marked: Sequence[bool], end: int) -> int:
    """Lines at the end that the letter's own HTML calls a signature."""
    at = last_written(lines, end)
    first = end
    count = 0
    while at >= 0 and (marked[at] or lines[at].blank or is_delimiter(lines[at])):
        if not lines[at].blank:
            first = at
            count += 1
        at -= 1
    return first if count <= _MAX_LINES else end


def _after_dashes(lines: Sequence[Line], end: int) -> int | None:
    """RFC 3676 section 4.3: "-- " on a line of its own. Without the space, or as another dash, more care is taken."""
    last = last_written(lines, end)
    written = 0
    found = None
    for at in range(last, -1, -1):
        if is_delimiter(lines[at]):
            found = at
        written += not lines[at].blank
        if written > _MAX_LINES:
            break
    if found is None:
        return None
    below = [line.content for line in lines[found + 1 : last + 1] if not line.blank]
    exact = lines[found].raw in {"-- ", "--\xa0", "- -- "}
    return found if (_may_follow_dashes(below) if exact else _is_plain_block(below)) else None


def _may_follow_dashes(below: Sequence[str]) -> bool:
    """The exact mark needs little else, but a letter that goes on below it is shown."""
    if any(not text or len(text) > 300 or _ASKS.search(text) or POSTSCRIPT.match(text) for text in below):
        return False
    if sum(len(text.split()) for text in below) > _MAX_WORDS:
        return False
    return not below or len(below[0].split()) <= 8 or reaches(below[0]) or not _is_speech(below[0])


def _is_speech(text: str) -> bool:
    return len(text.split()) > 8 and ("," in text or _SENTENCE_END.search(text) is not None)


def _is_plain_block(below: Sequence[str]) -> bool:
    if len(below) > 10:
        return False
    return not any(
        not text or len(text) > 90 or text.endswith("?") or _is_sentence(text) or about_matter(text)
        for text in below
    )


def reaches(text: str) -> bool:
    return _PHONE.search(text) is not None or _REACH.search(text) is not None


def _is_sentence(text: str) -> bool:
    return len(text.split()) > 6 and _SENTENCE_END.search(text) is not None


def _after_closing(lines: Sequence[Line], end: int) -> int | None:
    """ "Best regards," and a block that states who and where: never a bare name, never anything about the matter."""
    last = last_written(lines, end)
    written = 0
    for at in range(last, -1, -1):
        if lines[at].blank:
            continue
        written += 1
        if written > 14:
            return None
        if _is_closing(lines[at].content):
            return at if _is_card(lines[at + 1 : last + 1]) else None
    return None


def _is_closing(content: str) -> bool:
    text = content.casefold().strip(" ,.!-–—*_;。、，")
    if text in words.CLOSINGS:
        return True
    head, comma, name = text.partition(",")
    if comma and head.strip() in words.CLOSINGS and 0 < len(name.split()) <= 3:
        return True
    return len(text.split()) <= 6 and not content.endswith("?") and text.endswith(words.CLOSING_ENDS)


def _is_card(below: Sequence[Line]) -> bool:
    texts = [line.content for line in below if not line.blank and not is_rule(line)]
    if not texts or any(_speaks(text) for text in texts):
        return False
    return any(reaches(text) for text in texts) or (
        len(texts) >= 2 and not any(c.isdigit() for text in texts for c in text)
    )


def _speaks(text: str) -> bool:
    if not text or len(text) > 120 or text.endswith(("?", "!", ":")) or POSTSCRIPT.match(text):
        return True
    if about_matter(text) and not _TITLE.search(text):
        return True
    if _ADDRESSES.search(text) or (not reaches(text) and FIRST_PERSON.search(text)):
        return True
    return _is_sentence(text) or _is_short_sentence(text) or (len(text.split()) > 9 and not reaches(text))


def _is_short_sentence(text: str) -> bool:
    if not text.endswith(".") or _SUFFIX.search(text):
        return False
    return sum(word.strip(",.").islower() for word in text.split()) >= 3


def _after_rule(lines: Sequence[Line], end: int) -> int | None:
    """A rule of any kind, and below it who and where: a name first, a way to reach it, no sentence."""
    last = last_written(lines, end)
    if last >= 0 and is_rule(lines[last]):
        last = last_written(lines, last)
    for at in range(last, max(-1, last - _MAX_LINES), -1):
        if is_rule(lines[at]):
            texts = [_columns(line) for line in lines[at + 1 : last + 1] if not line.blank]
            return at if _is_reachable_card(texts) else None
    return None


def _is_reachable_card(texts: Sequence[str]) -> bool:
    if not 1 < len(texts) <= 9 or any(_speaks(text) for text in texts):
        return False
    return any(reaches(text) for text in texts) and len(_first_column(texts[0]).split()) <= 6


def _columns(line: Line) -> str:
    """What a line says, with "|" where wide space divides it."""
    return " | ".join(part.strip() for part in _WIDE.split(line.raw.strip())) if line.content else ""


def _first_column(text: str) -> str:
    return text.partition("|")[0].strip()


def _bare_card(lines: Sequence[Line], end: int) -> int | None:
    """A paragraph of its own, name first, with two ways to reach that person, below a finished sentence."""
    last = last_written(lines, end)
    at = last
    while at > 0 and last - at < 10 and not lines[at - 1].blank:
        at -= 1
    if not 2 <= last - at <= 8:
        return None
    texts = [_columns(line) for line in lines[at : last + 1]]
    above = last_written(lines, at) if at > 0 else -1
    if above < 0 or any(_speaks(text) for text in texts):
        return None
    if (
        not _NAME.fullmatch(_first_column(texts[0]).partition(",")[0])
        or sum(reaches(text) for text in texts) < 2
    ):
        return None
    content = lines[above].content
    return at if content.endswith((".", "!", "?", "…", ")")) or _is_closing(content) else None
