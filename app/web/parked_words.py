"""Why a letter was set aside, in the reader's language. A reason that is not known here is shown as it stands."""

from __future__ import annotations

import re
from collections.abc import Callable

from flask_babel import gettext as _

from app.mailboxes import parked


def why_words(reason: str) -> str:
    """One sentence for a person."""
    for pattern, wording in _WORDINGS:
        if found := pattern.fullmatch(reason):
            return wording(found)
    return reason


def _like(template: str) -> re.Pattern[str]:
    """Matches what this reason becomes once it is filled in."""
    return re.compile(re.sub(r"\\{(\w+)\\}", r"(?P<\1>.*)", re.escape(template)))


_WORDINGS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], str]], ...] = (
    (
        _like(parked.TOO_LARGE),
        lambda _found: _("It is larger than the limit, so only its header was fetched."),
    ),
    (
        _like(parked.READ_TOO_LONG),
        lambda found: _("Reading it took more than %(n)s seconds.", n=found["seconds"]),
    ),
    (
        _like(parked.READ_TOO_MUCH),
        lambda found: _("Reading it needed more than %(n)s MB of memory.", n=found["megabytes"]),
    ),
    (_like(parked.READ_CRASHED), lambda _found: _("The process that reads letters crashed over it.")),
    (
        _like(parked.READ_BADLY),
        lambda found: _("Our program made a mistake while reading it (%(name)s).", name=found["name"]),
    ),
    (
        _like(parked.FLOOD),
        lambda found: _("More than %(n)s letters came from this sender within an hour.", n=found["limit"]),
    ),
    (_like(parked.LEFT_OUT), lambda found: _("Left out by hand: %(why)s", why=found["why"])),
    (_like("The stored file is missing."), lambda _found: _("Its stored bytes are missing.")),
    (
        _like("The stored file is damaged: its checksum differs."),
        lambda _found: _("Its stored bytes have changed on the disk."),
    ),
    (
        _like("there is no ticket #{number} to file it in"),
        lambda found: _("There is no ticket #%(number)s to file it in.", number=found["number"]),
    ),
)
