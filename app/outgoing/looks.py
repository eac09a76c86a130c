"""How a company's mails and rating pages look, as frozen values; and whether a colour can be read. Pure."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Any

from app.errors import InvalidInput

# White words on the colour must be readable, and the colour itself on white (WCAG 2.2, 1.4.3).
LEAST_CONTRAST = 4.5
LONGEST_COMPANY = 120
LONGEST_FOOTER = 1000
MOST_FOOTER_LINES = 8
# In mails: small enough beside a letter, on a phone too.
LOGO_HEIGHT, LOGO_WIDTH = 40, 200
USUAL_COLOUR = "#3f4bc4"
_COLOUR = re.compile(r"#[0-9a-f]{6}\Z")


@dataclass(frozen=True)
class Look:
    """'' means nothing of the kind; `logo` names its picture, whose size is in points."""

    company: str = ""
    colour: str = ""
    footer: str = ""
    logo: str = ""
    logo_type: str = ""
    logo_width: int = 0
    logo_height: int = 0

    @property
    def shown_size(self) -> tuple[int, int]:
        """The logo's size in a mail, in its own proportions."""
        if not self.logo_width or not self.logo_height:
            return 0, 0
        scale = min(1.0, LOGO_HEIGHT / self.logo_height, LOGO_WIDTH / self.logo_width)
        return max(1, round(self.logo_width * scale)), max(1, round(self.logo_height * scale))

    @property
    def in_mail(self) -> bool:
        """Whether a letter ends with anything of it."""
        return bool(self.company or self.footer or self.logo)

    def over(self, under: Look) -> Look:
        """This one, with what it leaves out taken from `under`; a logo comes with its own size."""
        logo = self if self.logo else under
        return Look(
            self.company or under.company,
            self.colour or under.colour,
            self.footer or under.footer,
            logo.logo,
            logo.logo_type,
            logo.logo_width,
            logo.logo_height,
        )


def look_from(values: dict[str, Any]) -> Look:
    """As it was stored with a letter; what is missing or new is nothing."""
    return Look(**{name: values[name] for name in Look.__dataclass_fields__ if name in values})


def check_colour(text: str) -> str:
    """#rrggbb in small letters, '' for none. Raises InvalidInput, with the contrast where it is too little."""
    colour = text.strip().lower()
    if not colour:
        return ""
    if not _COLOUR.match(colour):
        raise InvalidInput("A colour is written as #rrggbb, such as #3f4bc4.", "colour")
    if contrast(colour) < LEAST_CONTRAST:
        raise InvalidInput(
            "White words could not be read on this colour. Choose a darker one: the contrast must be at least 4.5.",
            "colour",
        )
    return colour


def contrast(colour: str, other: str = "#ffffff") -> float:
    """From 1 to 21 (WCAG 2.2)."""
    lighter, darker = sorted((_luminance(colour), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def darker(colour: str) -> str:
    """The nearest darker shade that can be read."""
    channels = [int(colour[at : at + 2], 16) for at in (1, 3, 5)]
    for step in range(101):
        shade = "#" + "".join(f"{round(one * (100 - step) / 100):02x}" for one in channels)
        if contrast(shade) >= LEAST_CONTRAST:
            return shade
    return "#000000"


def check_company(text: str) -> str:
    name = " ".join(_visible(text, "company").split())
    if len(name) > LONGEST_COMPANY:
        raise InvalidInput("This name is too long.", "company")
    return name


def check_footer(text: str) -> str:
    lines = [line.rstrip() for line in _visible(text, "footer").strip().splitlines()]
    if len(lines) > MOST_FOOTER_LINES or sum(map(len, lines)) > LONGEST_FOOTER:
        raise InvalidInput("A footer has eight lines and 1000 characters at most.", "footer")
    return "\n".join(lines)


def _visible(text: str, field: str) -> str:
    plain = text.replace("\r\n", "\n").replace("\t", " ")
    if any(char != "\n" and unicodedata.category(char)[0] == "C" for char in plain):
        raise InvalidInput("This is too long, or has characters that do not belong there.", field)
    return unicodedata.normalize("NFC", plain)


def _luminance(colour: str) -> float:
    def linear(channel: float) -> float:
        return channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4

    red, green, blue = (linear(int(colour[at : at + 2], 16) / 255) for at in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
