"""Pure: times to answer in, as people write them: "30 min", "4 h", "1 h 30 min", "2 d", in English or Russian."""

from __future__ import annotations

import re

from app.errors import InvalidInput

_PART = re.compile(
    r"(\d{1,5})(?:[.,](\d{1,2}))?\s*(d|days?|д|дн|дня|дней|день|h|hrs?|hours?|ч|час|часа|часов|m|min|minutes?|мин|м|минут)?(?![^\W\d_])"
)
_MINUTES = {"d": 24 * 60, "д": 24 * 60, "h": 60, "ч": 60, "m": 1, "м": 1}


def read_minutes(text: str, field: str) -> int:
    """Minutes; 0 for an empty text. A number alone is hours. Raises InvalidInput."""
    wanted = text.strip().lower().replace("\u00a0", " ")
    total, at = 0.0, 0
    while at < len(wanted):
        match = _PART.match(wanted, at)
        if match is None:
            raise InvalidInput("Write a time as 30 min, 4 h or 2 d.", field)
        unit = _MINUTES[(match[3] or "h")[0]]
        total += float(f"{match[1]}.{match[2] or 0}") * unit
        at = match.end()
        while at < len(wanted) and wanted[at] in " ,":
            at += 1
    return round(total)


def parts(minutes: int) -> list[tuple[int, str]]:
    """[(1, "d"), (2, "h"), (30, "min")]: without what is zero."""
    days, rest = divmod(minutes, 24 * 60)
    hours, left = divmod(rest, 60)
    found = [(days, "d"), (hours, "h"), (left, "min")]
    return [one for one in found if one[0]]
