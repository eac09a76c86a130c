"""The drawn files are what the source says."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest

from app.ratings import drawing
from app.ratings.smileys import FACES

PROJECT = Path(__file__).resolve().parents[3]


@pytest.mark.parametrize("face", list(FACES))
def test_the_picture_in_mail_is_the_one_of_the_source(face: str) -> None:
    """When this is red: python -m app.ratings.drawing"""
    assert (PROJECT / "app" / "static" / "smileys" / f"{face}.png").read_bytes() == drawing.png(face)


def test_the_macro_of_the_pages_is_the_one_of_the_source() -> None:
    assert (PROJECT / "templates" / "ratings" / "_smiley.html").read_text("utf-8") == drawing.macro()


def test_a_picture_is_small_square_and_clear_around_the_face() -> None:
    data = drawing.png("good", 24)
    assert struct.unpack(">II", data[16:24]) == (24, 24)
    assert all(
        len((PROJECT / "app" / "static" / "smileys" / f"{face}.png").read_bytes()) < 8000 for face in FACES
    )
