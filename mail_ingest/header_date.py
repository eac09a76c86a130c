"""Part of parsing: the Date header as an aware UTC time, None when no sane reading exists."""

import re
from datetime import UTC, datetime, timedelta, timezone
from email.utils import parsedate_tz

_MONTHS = {
    name: number for number, name in enumerate("jan feb mar apr may jun jul aug sep oct nov dec".split(), 1)
}
_DATE = re.compile(
    r"(\d{1,2})[ .-]{1,3}([A-Za-z]{3})[a-z]{0,6}\.?[ .,-]{1,3}(\d{4}|\d{2})[ ,]{1,3}"
    r"(\d{1,2})[:.](\d{2})(?:[:.](\d{2}))?(?:[.,]\d{1,9})?[ ]{0,3}([AaPp][Mm])?[ ]{0,3}(?:(?:GMT"
    r"|UTC|UT)?([+-]\d{2}:?\d{2})|([A-Za-z]{1,5}))?"
)
_ISO = re.compile(
    r"(\d{4})-(\d{2})-(\d{2})[T ](\d{2}):(\d{2})(?::(\d{2}))?(?:[.,]\d{1,9})?\s?(Z|[+-]\d{2}:?\d{2})?"
)
_ZONES = {
    "est": -5,
    "edt": -4,
    "cst": -6,
    "cdt": -5,
    "mst": -7,
    "mdt": -6,
    "pst": -8,
    "pdt": -7,
    "msk": 3,
    "msd": 4,
}
_ZONES |= {
    "bst": 1,
    "cet": 1,
    "met": 1,
    "cest": 2,
    "mest": 2,
    "eet": 2,
    "eest": 3,
    "jst": 9,
    "kst": 9,
    "wet": 0,
    "west": 1,
}

# Electronic mail with such headers is no older, and a clock beyond the last year is broken.
FIRST_YEAR = 1980
LAST_YEAR = 2099


def read_date(value: str) -> datetime | None:
    """RFC 5322 and its usual misspellings, and ISO 8601; a date outside 1980-2099 is None."""
    text = " ".join(value[:200].split())
    try:
        found = _from_rfc(text) or _from_iso(text) or _from_library(text)
        moment = found.astimezone(UTC) if found else None
    except (ValueError, TypeError, OverflowError, IndexError):
        return None
    return moment if moment and FIRST_YEAR <= moment.year <= LAST_YEAR else None


def _from_rfc(text: str) -> datetime | None:
    match = _DATE.search(text)
    month = _MONTHS.get(match[2].lower()) if match else None
    if not match or not month:
        return None
    year = int(match[3])
    if len(match[3]) == 2:
        # RFC 5322, section 4.3: two digits below 50 are of this century.
        year += 2000 if year < 50 else 1900
    hour = int(match[4])
    if match[7]:
        hour = hour % 12 + (12 if match[7].lower() == "pm" else 0)
    second = min(int(match[6] or 0), 59)
    zone = _zone(match[8]) if match[8] else timezone(timedelta(hours=_ZONES.get((match[9] or "").lower(), 0)))
    return datetime(year, month, int(match[1]), hour, int(match[5]), second, tzinfo=zone)


def _from_iso(text: str) -> datetime | None:
    match = _ISO.search(text)
    if not match:
        return None
    year, month, day, hour, minute = (int(part) for part in match.groups()[:5])
    zone = UTC if match[7] in (None, "Z") else _zone(match[7])
    return datetime(year, month, day, hour, minute, min(int(match[6] or 0), 59), tzinfo=zone)


def _from_library(text: str) -> datetime | None:
    parsed = parsedate_tz(text)
    if not parsed:
        return None
    offset = parsed[9] or 0
    zone = timezone(timedelta(seconds=offset)) if abs(offset) < 86400 else UTC
    return datetime(*parsed[:6], tzinfo=zone)


def _zone(text: str) -> timezone:
    digits = text[1:].replace(":", "")
    delta = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    # +9900 and the like: the clock time is worth more than nothing.
    if delta > timedelta(hours=15):
        return UTC
    return timezone(-delta if text[0] == "-" else delta)
