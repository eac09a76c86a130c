"""The public holidays of a country in a year, days moved by its government included, from the `holidays` library."""

from __future__ import annotations

from datetime import date

from app.errors import InvalidInput

FIRST_YEAR, LAST_YEAR = 2020, 2100


def countries() -> list[str]:
    """Two-letter codes (ISO 3166-1), sorted."""
    import holidays  # only the page of a calendar needs it

    return sorted(code for code in holidays.list_supported_countries(include_aliases=False) if len(code) == 2)


def public_holidays(country: str, year: int, language: str) -> list[tuple[date, str]]:
    """Its free days with their names, in this language where the library has it. Raises InvalidInput."""
    import holidays

    if country not in countries():
        raise InvalidInput("Choose a country of the list.", "country")
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise InvalidInput("Choose a year of this century.", "year")
    # A language the library does not have for this country gives the names in the country's own.
    return sorted(holidays.country_holidays(country, years=year, language=language).items())
