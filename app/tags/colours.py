"""The colours a tag may have: names that the style sheets know, readable in light and dark. Pure."""

from __future__ import annotations

COLOURS = ("", "red", "amber", "green", "teal", "blue", "violet", "pink", "grey")
