"""What attributions are made of: dates, times, addresses, verbs, names - judged in one string by itself. Pure."""

import re

from mail_ingest import quote_words as words

ADDRESS = re.compile(r"[^\s<>@\"'()\[\]:;,]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}")
TIME = re.compile(r"(?<!\d)\d{1,2}\s?[:.h∶]\s?[0-5]\d(?!\d)|\d{1,2}\s?[時时点]")
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
_NUMERIC_DATE = re.compile(
    r"(?<![\d.])\d{1,4}\s?[./-]\s?\d{1,2}\s?[./-]\s?\d{2,4}(?!\d)|\d{4}\s?[年년]|\d{1,2}\s?月|(?<!\d)\d{6}(?= \d\d:)"
)
_WORD = re.compile(r"[^\W\d_]+")
_DAY_AND_MONTH = re.compile(
    r"(?<![\w@])\d{1,2}(?:st|nd|rd|th|er|º)?[.,]?[ -](?:de |of )?([^\W\d_]{3,12})"
    r"|(?<!\w)([^\W\d_]{3,12})[.,]?[ -]\d{1,2}(?!\w)"
)
_MONTH_STARTS = frozenset(month[:3] for month in words.MONTHS)


def _any_of(phrases: tuple[str, ...]) -> re.Pattern[str]:
    longest_first = sorted((re.escape(phrase) for phrase in phrases), key=len, reverse=True)
    return re.compile(r"(?<!\w)(?:" + "|".join(longest_first) + r")(?!\w)")


_WROTE = _any_of(words.WROTE)
_SAID = _any_of(words.WROTE + words.SAID)
_SAID_LAST = re.compile(_SAID.pattern + r"\Z")
_WROTE_UNSPACED = re.compile("写道|寫道|のメール|書きました|작성")
_LINK_NOISE = re.compile(r"<?\b(?:mailto:|https?://)[^\s<>]{1,300}>?|\[(?:mailto:|https?:)[^\]\s]{1,300}\]")
_MESSAGE_ID = re.compile(r"<[^<>\s@]{1,120}@[^<>\s]{1,120}>|\bnews:\S{1,200}")
# "Mon, 4 Jan": the day, not the French "my".
_MONDAY = re.compile(r"(?<!\w)mon(?=[.,]? (?:\d|[a-z]{3,9}\.? \d))")
_NAME_NOISE = re.compile(r"\([^()]{1,60}\)|\[[^\[\]]{1,60}\]")
_BOXED = re.compile(r"[<(\[]\s?" + ADDRESS.pattern)
# "The manual says:" is no attribution, "jdoe says:" is one.
_ARTICLE = re.compile(
    r"(?:the|a|an|this|that|der|die|das|ein|eine|le|la|les|un|une|el|los|las|una|il|lo|gli|o|os|as|um|uma|de|het|een|на|в|этот|эта)\s"
)
_MAX_NAME = 6
_MAX_LEAD_WORDS = 40
_ENDS = (":", "：")


def has_date(text: str) -> bool:
    return evidence_of_day(text) or TIME.search(text) is not None


def evidence_of_day(text: str) -> bool:
    if _YEAR.search(text) or _NUMERIC_DATE.search(text):
        return True
    return any(
        (found[1] or found[2])[:3] in _MONTH_STARTS for found in _DAY_AND_MONTH.finditer(text.casefold())
    )


def plain_of(text: str) -> str:
    """Case-folded, without links and the weekday that looks like a pronoun."""
    lowered = _LINK_NOISE.sub(" ", text.casefold())
    return _MONDAY.sub(" ", lowered) if "mon" in lowered else lowered


def says_wrote(plain: str) -> bool:
    return _WROTE.search(plain) is not None or _WROTE_UNSPACED.search(plain) is not None


def has_said(plain: str) -> bool:
    return _SAID.search(plain) is not None or _WROTE_UNSPACED.search(plain) is not None


def is_personal(plain: str) -> bool:
    """Words that a person puts into a sentence, and a program never into an attribution."""
    return any(word in words.PERSONAL for word in _WORD.findall(plain))


def ends_attribution(text: str) -> bool:
    return text.rstrip("*_ \t\u2069").endswith(_ENDS)


def is_lead(text: str) -> bool:
    """Whether a line (or wrapped lines, joined) right above marked lines says whose words these are."""
    said = text.strip(" *_#~=|")
    if said[:1] == "[" and said[-1:] == "]":
        said = said[1:-1].strip() + ":"
    if not said or len(said) > 300 or said.count(" ") > _MAX_LEAD_WORDS:
        return False
    plain = plain_of(said)
    bare = plain.rstrip(":： *_.\t")
    if bare in words.YOU_WROTE or _from_news(plain) or _framed(plain):
        return True
    if not said.endswith(_ENDS):
        return _ends_with_wrote(bare, said)
    if bare.lstrip("-* ").startswith(words.QUOTING):
        return len(_WORD.findall(bare)) <= 20
    return _names_a_writer(said, plain)


def _from_news(plain: str) -> bool:
    """ "In article <…>, Anna says...", ""Anna" wrote in message news:…": newsgroups."""
    if not plain.rstrip(" .:").endswith(words.NEWS_ENDS) and not plain.startswith(words.NEWS_STARTS):
        return _MESSAGE_ID.search(plain) is not None and has_said(plain) and plain.endswith(("...", ":"))
    return "@" in plain or has_said(plain)


def _framed(plain: str) -> bool:
    """ "-- On … Anna wrote --" """
    return plain.startswith("--") and plain.endswith("--") and has_said(plain) and has_date(plain)


def _ends_with_wrote(bare: str, said: str) -> bool:
    """Without its colon: a date or an address is asked for, or nothing but a name before the verb."""
    found = _SAID_LAST.search(bare)
    if found is None:
        return False
    before = said[: found.start()].strip(" ,")
    if is_personal(plain_of(before)):
        return False
    return ADDRESS.search(before) is not None or has_date(before) or _is_name(before)


def _is_name(text: str) -> bool:
    found = text.split()
    return 0 < len(found) <= 4 and all(word[:1].isupper() and word.strip(".,'\"").isalpha() for word in found)


def _names_a_writer(said: str, plain: str) -> bool:
    day, time, address = (
        evidence_of_day(said),
        TIME.search(said) is not None,
        ADDRESS.search(said) is not None,
    )
    verb = has_said(plain)
    if not verb and not address and not (day and (time or _is_capitalised(said))):
        return False
    rest = _rest(plain)
    if any(word in words.PERSONAL for word in rest):
        return verb and len(rest) <= 2
    if len(rest) > _MAX_NAME + 4 * (day or address) or (not verb and len(rest) > _MAX_NAME):
        return False
    small = small_words(said)
    if not verb:
        return small <= (2 if day and time else 0 if address and not _BOXED.search(said) else 1)
    return bool(day or address) or small == 0 or _ARTICLE.match(plain) is None


def _is_capitalised(said: str) -> bool:
    """A date and a name with at most one word beside them, that may be "wrote" in a language nobody listed."""
    return small_words(said) <= 1 and sum(word[0].isupper() for word in _WORD.findall(said)) >= 3


def _rest(plain: str) -> list[str]:
    """The words that are neither address, date, verb nor the small words between them: a name, mostly."""
    text = _NAME_NOISE.sub(" ", ADDRESS.sub(" ", _MESSAGE_ID.sub(" ", plain)))
    text = _SAID.sub(" ", text)
    return [
        word
        for word in _WORD.findall(text)
        if word not in words.ON and word[:3] not in _MONTH_STARTS and word not in words.BETWEEN
    ]


def small_words(text: str) -> int:
    """How many words in small letters stand where an attribution has a name; a name has hardly any."""
    rest = set(_rest(plain_of(text)))
    return sum(word in rest and word.islower() and word[0] in _CASED for word in _WORD.findall(text))


def names_somebody(text: str) -> bool:
    """Whether something is left that may be a name: a word with a capital letter, or of a script without any."""
    rest = set(_rest(plain_of(text)))
    return any(
        word.casefold() in rest and not (word[0] in _CASED and word.islower()) for word in _WORD.findall(text)
    )


_CASED = frozenset("abcdefghijklmnopqrstuvwxyzабвгдежзийклмнопрстуфхцчшщъыьэюяіїєґ")
