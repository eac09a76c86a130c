"""Cards: the lines that say who wrote and how to reach them, with a closing, a rule or nothing above them.

Folding a sentence as if it were a card would hide a customer's word: a card has a name first, ways to reach that
person, and no line that speaks. Looks at the last few lines only. Pure.
"""

import re
from collections.abc import Sequence

from mail_ingest import quote_closings as words
from mail_ingest.quote_border import is_rule
from mail_ingest.quote_lines import Line
from mail_ingest.quote_tail import about_matter, last_written
from mail_ingest.quote_tail_words import FIRST_PERSON, POSTSCRIPT

_MAX_LINES = 20
_PHONE = re.compile(r"(?<!\w)\+?\(?\d[\d\s()./-]{5,18}\d(?!\w)")
_REACH = re.compile(
    r"@[\w-]+\.\w|\bwww\.|https?://|\b(?:tel|phone|mob|mobile|cell|fax|e-?mail|skype|telegram|whatsapp|web|tfno|tél|port|kom|xmpp)\b\s*[.:]"
    r"|(?<!\w)(?:тел|моб|факс|почта|сайт|телефон)(?!\w)\s*[.:/]",
    re.IGNORECASE,
)
_TITLE = re.compile(
    r"im auftrag|manager|director|executive|officer|engineer"
    r"|department|specialist|assistant|менеджер|директор|отдел|leiter|responsable",
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
    r"\b(?:ltd|inc|co|corp|llc|s\.?l|s\.?a|o\.?o|b\.?v|n\.?v|s\.?r\.?o|a\.?ş|gmbh|str|st|ph\.?d|lda|e\.?v|m\.?b\.?h)\.$",
    re.IGNORECASE,
)
_MAY_REACH = re.compile(r"@|www\.|://|\d[\d\s()./-]{5}")
_ANNOUNCES = re.compile(
    r"contact|address|adress|phone|number|details|below|following|deliver|ship|invoice|контакт|адрес|данн|телефон|реквизит|ниже"
    r"|kontakt|telefon|nummer|unten|folgend|coordonn|téléphone|ci-dessous|direcci|teléfono|indirizz|telefono|recapit|dane|niżej",
    re.IGNORECASE,
)
_SENTENCE_END = re.compile(r"[?!]$|\w{3,}\.$")
_NAME = re.compile(r"(?:(?:[A-ZÀ-ÞА-ЯЁІЇЄҐŁŚŻŠČŘŽÇĞİ][\w.'’-]*|von|van|de|der|da|di|del)(?: |$)){2,4}")


def is_card(below: Sequence[Line]) -> bool:
    texts = [line.content for line in below if not line.blank and not is_rule(line)]
    if not texts or any(speaks(text) for text in texts):
        return False
    return any(reaches(text) for text in texts) or (
        len(texts) >= 2 and not any(c.isdigit() for text in texts for c in text)
    )


def addresses_somebody(text: str) -> bool:
    """Words to a reader, or of a writer about himself."""
    return _ADDRESSES.search(text) is not None or (
        not reaches(text) and FIRST_PERSON.search(text) is not None
    )


def _is_saying(text: str) -> bool:
    """ "Gardens are for ever." in quotation marks."""
    return len(text) <= 100 and text[:1] in "\"“«„'" and text.rstrip(" .")[-1:] in "\"”»“'"


def speaks(text: str) -> bool:
    if not text or len(text) > 120 or text.endswith(("?", "!", ":")) or POSTSCRIPT.match(text):
        return True
    if about_matter(text) and not _TITLE.search(text):
        return True
    if addresses_somebody(text):
        return True
    return is_sentence(text) or _is_short_sentence(text) or (len(text.split()) > 9 and not reaches(text))


def _is_short_sentence(text: str) -> bool:
    if not text.endswith(".") or _SUFFIX.search(text):
        return False
    return sum(word.strip(",.").islower() for word in text.split()) >= 3


def after_rule(lines: Sequence[Line], end: int) -> int | None:
    """A rule of any kind, and below it who and where; the topmost such rule when there are several."""
    last = last_written(lines, end)
    found = None
    for at in range(last, max(-1, last - _MAX_LINES), -1):
        if not is_rule(lines[at]):
            continue
        texts = [_columns(line) for line in lines[at + 1 : last + 1] if not line.blank and not is_rule(line)]
        if _is_reachable_card(texts):
            found = at
        elif found is not None or any(speaks(text) and not _is_saying(text) for text in texts):
            break
    return found


def _is_reachable_card(texts: Sequence[str]) -> bool:
    if not 1 < len(texts) <= 12 or any(speaks(text) and not _is_saying(text) for text in texts):
        return False
    return any(reaches(text) for text in texts) and len(_first_column(texts[0]).split()) <= 6


def _columns(line: Line) -> str:
    """What a line says, with "|" where wide space divides it."""
    return " | ".join(part.strip() for part in _WIDE.split(line.raw.strip())) if line.content else ""


def _first_column(text: str) -> str:
    return text.partition("|")[0].strip()


def bare_card(lines: Sequence[Line], end: int) -> int | None:
    """Lines of their own, name first, with ways to reach that person, below a finished sentence."""
    last = last_written(lines, end)
    texts: list[str] = []
    found = None
    if not any(_MAY_REACH.search(line.content) for line in lines[max(0, last - 4) : last + 1]):
        return None
    for at in range(last, max(0, last - _MAX_LINES), -1):
        if lines[at].blank:
            continue
        text = _columns(lines[at])
        if speaks(text) or (text.endswith((".", "!")) and not _SUFFIX.search(text) and not reaches(text)):
            break
        texts.insert(0, text)
        if (
            lines[at - 1].blank
            and _is_named_card(texts)
            and _is_finished(lines[last_written(lines, at)].content)
        ):
            found = at
    return found


def _is_named_card(texts: Sequence[str]) -> bool:
    if len(texts) == 1 and (texts[0].count("|") < 3 or not reaches(texts[0])):
        return False
    if len(texts) > 10 or not _NAME.fullmatch(_first_column(texts[0]).partition(",")[0].strip()):
        return False
    ways = sum(reaches(text) for text in texts)
    return ways > 1 or len(texts) == 1 or (ways == 1 and len(texts) == 2 and len(texts[1].split()) <= 2)


def _is_finished(content: str) -> bool:
    """Nothing announces the lines below: the sentence has ended, or a closing stands there."""
    if _ANNOUNCES.search(content):
        return False
    if content.endswith((".", "!", "?", "…", ")")) or is_closing(content):
        return True
    return content.endswith(",") and len(content.split()) <= 5


def reaches(text: str) -> bool:
    return _PHONE.search(text) is not None or _REACH.search(text) is not None


def is_sentence(text: str) -> bool:
    return len(text.split()) > 6 and _SENTENCE_END.search(text) is not None


def is_closing(content: str) -> bool:
    text = content.casefold().strip(" ,.!-–—*_;。、，！")
    if text in words.CLOSINGS:
        return True
    head, comma, name = text.partition(",")
    if comma and head.strip() in words.CLOSINGS and 0 < len(name.split()) <= 3:
        return True
    return len(text.split()) <= 6 and not content.endswith("?") and text.endswith(words.CLOSING_ENDS)
