"""Part of parsing: the Date header as an aware UTC time, None when no sane reading exists."""

import re
from datetime import UTC, datetime, timedelta, timezone
from email.utils import parsedate_tz

# Beginnings of the names of months, as programs write them that ask the system for its language.
_MONTH_NAMES = (
    "jan janv ene gen oca sty янв січ", "feb fév fev fevr lut şub фев лют", "mar mär mrz mae mrt maa мар бер",
    "apr avr abr kwi nis апр кві", "may mai mei maj mag мая май тра", "jun juin giu cze haz июн чер",
    "jul juil lug lip tem июл лип", "aug aoû aou ago sie ağu авг сер", "sep set wrz eyl сен вер",
    "oct okt out ott paź paz eki окт жов", "nov lis kas ноя лис", "dec déc dez des dic gru ara дек гру",
)  # fmt: skip
_MONTHS = {name: number for number, names in enumerate(_MONTH_NAMES, 1) for name in names.split()}
_TIME = (
    r"(?:[ ,T]{0,3}(\d{1,2}) ?[:.] ?(\d{2})(?: ?[:.] ?(\d{2}))?(?:[.,]\d{1,9})?(?: ?([AaPp])\.?[Mm]\b\.?)?"
    r" ?(?:(?:GMT|UTC|UT)? ?([+-]\d{1,2}:?\d{0,2}|\b\d{4}\b)|([A-Za-z]{1,5}))?)?"
)
_WORDS = re.compile(
    r"(\d{1,2})(?:st|nd|rd|th)?[ .-]{1,3}(?:de )?([^\W\d_]{3,10})\.?[ .,-]{1,3}(?:de )?(\d{4}|\d{2,3})\b"
    + _TIME
)
_AMERICAN = re.compile(r"([^\W\d_]{3,10})\.? (\d{1,2}), ?(\d{4})" + _TIME)
_FIGURES = re.compile(r"\b(\d{1,2})([./])(\d{1,2})[./](\d{4})" + _TIME)
_ISO = re.compile(
    r"\b(\d{4})[-/年](\d{1,2})[-/月](\d{1,2})日?(?!\d)" + _TIME.replace(r"|([A-Za-z]{1,5})", "|(Z)")
)
_SECONDS = re.compile(r"\d{9,10}")
_COMMENT = re.compile(r"\(([^()]{0,60})\)?")
_OFFSET_AT_END = re.compile(r"([+-])(\d{2}):?(\d{2})(?: ?\([^()]{0,60}\))?\Z")
_ZONES = {
    "est": -5, "edt": -4, "cst": -6, "cdt": -5, "mst": -7, "mdt": -6, "pst": -8, "pdt": -7, "msk": 3, "msd": 4,
    "bst": 1, "cet": 1, "met": 1, "cest": 2, "mest": 2, "eet": 2, "eest": 3, "jst": 9, "kst": 9, "wet": 0, "west": 1,
}  # fmt: skip
_AMERICAN_ZONES = frozenset(("pacific", "mountain", "central", "eastern"))
_LONG_ZONE = re.compile(
    r"\b(pacific|mountain|central|eastern|(?:w|e|central|romance)\.? europe|romance|gmt|met)"
    r" (daylight|standard|summer|dst)(?: time)?\b",
    re.IGNORECASE,
)
# "May 12 10:21:33 CEST 2008", as `date` prints it.
_ZONE_BEFORE_YEAR = re.compile(
    r"\b([A-Za-z]{3}) {1,2}(\d{1,2}) (\d{1,2}:\d\d(?::\d\d)?) ([A-Za-z]{2,5}) (\d{4})\b"
)

# Electronic mail with such headers is no older, and a clock beyond the last year is broken.
FIRST_YEAR = 1980
LAST_YEAR = 2099


def read_date(value: str) -> datetime | None:
    """RFC 5322 and its usual misspellings, names of months in a dozen languages, ISO 8601, plain figures.

    A date outside 1980-2099 is None. Without a zone the time counts as UTC.
    """
    plain = " ".join(value[:200].replace('"', " ").split())
    # "10:15:00 (PST)": a zone that stands in the comment alone; behind a figure nobody looks at it.
    text = " ".join(_COMMENT.sub(_only_zone, plain).split())
    text = _ZONE_BEFORE_YEAR.sub(r"\2 \1 \5 \3 \4", _LONG_ZONE.sub(_short_zone, text))
    try:
        found = _from_words(text) or _from_figures(text) or _from_library(text)
        moment = found.astimezone(UTC) if found else None
    except (ValueError, TypeError, OverflowError, IndexError):
        return None
    return moment if moment and FIRST_YEAR <= moment.year <= LAST_YEAR else None


def _short_zone(name: re.Match[str]) -> str:
    """ "Pacific Daylight Time" as "pdt"."""
    region, season = name[1].lower(), name[2].lower()
    if region in _AMERICAN_ZONES:
        return f"{region[0]}{season[0]}t" if season != "summer" else f"{region[0]}dt"
    summer = season != "standard"
    if region == "met":
        return "mest" if summer else "met"
    return {"e": "eest" if summer else "eet", "g": "bst" if summer else "wet"}.get(
        region[0], "cest" if summer else "cet"
    )


def read_zone(value: str) -> int | None:
    """How many minutes the writer's clock is ahead of UTC, where the header says so in figures.

    "-0000" says that nobody knows (RFC 5322, section 3.3); names of zones are too often those of a server.
    """
    found = _OFFSET_AT_END.search(" ".join(value[:200].split()))
    if found is None or found[0].startswith("-0000"):
        return None
    minutes = int(found[2]) * 60 + int(found[3])
    # The zones that people live in end at +14:00.
    return None if minutes > 14 * 60 or int(found[3]) > 59 else minutes if found[1] == "+" else -minutes


def _only_zone(comment: re.Match[str]) -> str:
    return f" {comment[1]} " if comment[1].lower() in _ZONES else " "


def _from_words(text: str) -> datetime | None:
    if match := _WORDS.search(text):
        day, month, year = match[1], _month(match[2]), match[3]
    elif match := _AMERICAN.search(text):
        month, day, year = _month(match[1]), match[2], match[3]
    else:
        return None
    return _moment((_year(year), month, int(day)), match.groups()[3:]) if month else None


def _month(name: str) -> int | None:
    low = name.lower()
    return _MONTHS.get(low[:4]) or _MONTHS.get(low[:3])


def _year(digits: str) -> int:
    year = int(digits)
    if len(digits) == 4:
        return year
    # RFC 5322, section 4.3: two digits below 50 are of this century; three count from 1900.
    return year + (2000 if year < 50 else 1900)


def _from_figures(text: str) -> datetime | None:
    if match := _ISO.search(text):
        return _moment((int(match[1]), int(match[2]), int(match[3])), match.groups()[3:])
    if match := _FIGURES.search(text):
        first, second, year = int(match[1]), int(match[3]), int(match[4])
        # Slashes are American, month first; dots are European.
        month, day = (first, second) if match[2] == "/" and first <= 12 else (second, first)
        return _moment((year, month, day), match.groups()[4:])
    if _SECONDS.fullmatch(text):
        return datetime.fromtimestamp(int(text), UTC)
    return None


def _moment(date: tuple[int, int, int], time: tuple[str | None, ...]) -> datetime:
    """`time`: hour, minute, second, A or P, offset, name of a zone; any of them may be missing."""
    hour, minute, second, half, offset, zone = time
    clock = int(hour or 0)
    if half:
        clock = clock % 12 + (12 if half in "pP" else 0)
    day_over = clock == 24
    zone_there = _offset(offset) if offset else _named(zone or "")
    found = datetime(
        *date, 0 if day_over else clock, int(minute or 0), min(int(second or 0), 59), tzinfo=zone_there
    )
    return found + timedelta(days=day_over)


def _offset(text: str) -> timezone:
    digits = text.lstrip("+-").replace(":", "")
    hours, minutes = (digits, "0") if len(digits) < 3 else (digits[:-2], digits[-2:])
    delta = timedelta(hours=int(hours), minutes=int(minutes))
    # +9900 and the like: the clock time is worth more than nothing.
    if delta > timedelta(hours=15):
        return UTC
    return timezone(-delta if text[0] == "-" else delta)


def _named(zone: str) -> timezone:
    return timezone(timedelta(hours=_ZONES.get(zone.lower(), 0)))


def _from_library(text: str) -> datetime | None:
    parsed = parsedate_tz(text)
    if not parsed:
        return None
    offset = parsed[9] or 0
    zone = timezone(timedelta(seconds=offset)) if abs(offset) < 86400 else UTC
    return datetime(*parsed[:6], tzinfo=zone)
