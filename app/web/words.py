"""Our words and times as one reader reads them: language and time zone are found once, not hundreds of times a page.

There is one `Words` for each pair of language and time zone that readers have, kept for the life of the process.
"""

from __future__ import annotations

from datetime import date, datetime
from functools import lru_cache
from gettext import NullTranslations
from typing import Any, cast
from zoneinfo import ZoneInfo

from babel import dates
from flask import current_app, g
from flask_babel import get_locale, get_translations
from markupsafe import Markup

from app import db
from app.settings import Settings
from app.web.locale import chosen_timezone
from app.web.rendering import written

# Only words of our own templates are kept; this many are never reached.
_MOST_KNOWN = 20_000
MOST_READERS = 500
_known: dict[tuple[str, str], Words] = {}


def words() -> Words:
    """For whoever this request is answered to."""
    # A page asks dozens of times: the object itself, and not the proxy, is asked for all four.
    here: dict[str, Any] = g._get_current_object().__dict__  # type: ignore[attr-defined]
    kept, agent = here.get("words"), here.get("agent")
    # Another language than before: somebody has just signed in, or a page is written in a customer's language.
    if kept is not None and kept[1] is agent and kept[0] is _locale_of(here):
        return cast("Words", kept[2])
    locale = get_locale()
    settings: Settings = current_app.config["SETTINGS"]
    key = (str(locale or settings.language), chosen_timezone())
    found = _known.get(key)
    if found is None:
        if len(_known) > MOST_READERS:
            _known.clear()
        found = _known[key] = Words(*key, get_translations())
    g.words = (locale, agent, found)
    return found


def _locale_of(here: dict[str, Any]) -> object:
    """What flask_babel's get_locale would answer, as far as it has answered before."""
    return getattr(here.get("_flask_babel"), "babel_locale", None)


def gettext(string: str, **variables: object) -> str:
    """As flask_babel's, for files that word a page: a sentence of ours as plain text."""
    plain = words().plain(string)
    return plain % variables if variables else plain


class Words:
    """What is written for readers of one language in one time zone."""

    def __init__(self, locale: str, zone: str, translations: NullTranslations) -> None:
        self.locale = locale
        self.zone = zone
        self._zone = ZoneInfo(zone)
        self._translations: Any = translations
        self._texts: dict[str, tuple[Markup, Markup]] = {}
        self._plain: dict[str, str] = {}

    def text(self, string: str, **variables: object) -> Markup:
        """A sentence of ours in the reader's language; what goes into it is escaped."""
        found = self._texts.get(string)
        if found is None:
            found = self._learn(string)
        return found[0] % variables if variables else found[1]

    def plain(self, string: str) -> str:
        found = self._plain.get(string)
        if found is None:
            found = str(self._translations.ugettext(string))
            if len(self._plain) < _MOST_KNOWN:
                self._plain[string] = found
        return found

    def plural(self, singular: str, plural: str, num: int, **variables: object) -> Markup:
        variables.setdefault("num", num)
        return Markup(self._translations.ungettext(singular, plural, num)) % variables  # noqa: S704 (our own words)

    def reltime(self, at: datetime | None, css: str = "", **more: str) -> Markup:
        """A moment as "5 min", the exact time on hover."""
        if not at:
            return Markup()
        return _reltime(at, self.exact(at), self.relative(at), css or more.get("class", ""))

    def relative(self, at: datetime) -> str:
        """Short: "now", "5 min", "3 h", "Tue", "12 Nov", "12 Nov 2025"."""
        now = db.now()
        seconds = (now - at).total_seconds()
        if seconds < 60:
            return self.text("now")
        if seconds < 3600:
            return self.text("{n} min").replace("{n}", str(int(seconds // 60)))
        if seconds < 86400:
            return self.text("{n} h").replace("{n}", str(int(seconds // 3600)))
        local, today = at.astimezone(self._zone), now.astimezone(self._zone)
        if (today.date() - local.date()).days < 7:
            return _formatted(local.date(), "EEE", self.locale)
        return _formatted(local.date(), "d MMM" if local.year == today.year else "d MMM y", self.locale)

    def exact(self, at: datetime) -> str:
        """ "12 November 2026, 14:05"."""
        return moment(at.astimezone(self._zone), self.locale)

    def _learn(self, string: str) -> tuple[Markup, Markup]:
        """The sentence with its places, and as it reads without any."""
        translated = self._translations.ugettext(string)
        places = Markup(translated)  # noqa: S704 (our own words)
        try:
            plain = places % {}
        except (KeyError, ValueError, TypeError):
            plain = places
        if len(self._texts) < _MOST_KNOWN:
            self._texts[string] = (places, plain)
        return places, plain


def moment(local: datetime, locale: str) -> str:
    """ "12 November 2026, 14:05" of a time on whatever clock; days are worded once."""
    return f"{_formatted(local.date(), 'd MMMM y', locale)}, {local.hour:02d}:{local.minute:02d}"


@lru_cache(maxsize=8000)
def _reltime(at: datetime, exact: str, relative: str, css: str) -> Markup:
    return Markup(  # noqa: S704 (each value is escaped)
        f'<time class="{written(css)}" datetime="{at.isoformat()}" title="{written(exact)}" data-relative>'
        f"{written(relative)}</time>"
    )


@lru_cache(maxsize=8000)
def _formatted(day: date, pattern: str, locale: str) -> str:
    return dates.format_date(day, pattern, locale=locale)
