"""The grammar of hostile letters: all of it is used, and a number always gives the same letter."""

from __future__ import annotations

from tests.hostile.html_letters import FAMILIES, hostile_letter


def test_the_letters_are_of_every_family_and_the_same_every_time() -> None:
    letters = [hostile_letter(number, "http://trap.example") for number in range(1000)]
    assert {family for one in letters for family in one.families} == set(FAMILIES)
    assert len({one.html for one in letters}) == 1000
    assert letters[77] == hostile_letter(77, "http://trap.example")
