"""The public holidays of a country in a year, days moved by its government included, and the days on which it works in
their place, from the `holidays` library."""

from __future__ import annotations

from datetime import date
from typing import Any

from app.errors import InvalidInput

FIRST_YEAR, LAST_YEAR = 2020, 2100


def countries() -> list[str]:
    """Two-letter codes (ISO 3166-1), sorted."""
    import holidays  # only the page of a calendar needs it

    return sorted(code for code in holidays.list_supported_countries(include_aliases=False) if len(code) == 2)


def public_holidays(country: str, year: int, language: str) -> list[tuple[date, str]]:
    """Its free days with their names, in this language where the library has it. Raises InvalidInput."""
    # A language the library does not have for this country gives the names in the country's own.
    return sorted(_year(country, year, language).items())


def working_days(country: str, year: int) -> list[date]:
    """Days of the weekend on which the country works that year, since another day is free for it: in Russia those of
    the production calendar. Raises InvalidInput."""
    found = _year(country, year, "en")
    # The library works a year out when it is first asked for a day of it.
    return (
        [] if not found else sorted(day for day in getattr(found, "weekend_workdays", ()) if day.year == year)
    )


def _year(country: str, year: int, language: str) -> Any:
    import holidays

    if country not in countries():
        raise InvalidInput("Choose a country of the list.", "country")
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise InvalidInput("Choose a year of this century.", "year")
    return holidays.country_holidays(country, years=year, language=language)
