"""What mail programs wrapped reads in one piece; what people arranged stays as it is."""

from __future__ import annotations

import textwrap

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.tickets.unwrap import unwrap

STORY = (
    "Sorry to chase, but the tracking page changed to handed to courier last night and now shows no date at all. Is "
    "somebody coming today or not? Please ring my mobile when they are half an hour away, the bell does not work."
)
RUSSIAN = (
    "Добрый день! Вчера вечером мастер не приехал, хотя мы договаривались на шесть, и телефон никто не берёт. "
    "Подскажите, пожалуйста, когда его ждать, потому что холодильник не морозит уже третий день подряд."
)


@pytest.mark.parametrize("width", [65, 70, 72, 76, 78])
@pytest.mark.parametrize("story", [STORY, RUSSIAN])
def test_a_wrapped_paragraph_reads_in_one_piece(story: str, width: int) -> None:
    wrapped = "Hello,\n\n" + textwrap.fill(story, width) + "\n\nMargaret\nHale"
    assert unwrap(wrapped) == f"Hello,\n\n{story}\n\nMargaret\nHale"


ARRANGED = [
    "Olga Petrova\nMain street 5\n10115 Berlin\nGermany",
    "I need:\n- two kettles of the kind that whistle when the water in them is hot\n- one lamp",
    "> quoted by hand and so long that it nearly fills the whole of the line here\n> and more of it",
    "name        price     number      and a heading that is as long as a line\nkettle      12.00     2",
    "One long line without any break is what most programs write these days, and it says nothing of a width at all.\nShort",
    "def f():\n    return 'a line of code that is nearly seventy characters long, really'\n    # done",
    "1. first thing that is long enough to fill the line up to the very end\n2. second\n3. third",
]


@pytest.mark.parametrize("text", ARRANGED)
def test_what_a_person_arranged_stays(text: str) -> None:
    assert unwrap(text) == text


@given(st.text(alphabet="ab c\n>-1.", max_size=400))
def test_no_word_is_lost_and_no_line_is_made(text: str) -> None:
    assert unwrap(text).split() == text.split()
    assert unwrap(text).count("\n") <= text.count("\n")
