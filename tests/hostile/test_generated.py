"""A slice of the generated hostile mails, the bombs, and every codec of Python.

`make hostile` reads twenty thousand, the bombs at ten times their size, and a megabyte in every codec.

They are read in processes with a limit on memory, as the product reads them.
"""

from __future__ import annotations

import pytest

from tests.hostile.run import CPU_SECONDS, Outcome, child

SLICE = 500


def expect_clean(outcome: Outcome, count: int) -> None:
    assert not outcome.uncaught
    assert not outcome.dropped
    assert not outcome.broken
    assert outcome.count >= count
    # A mail above this would be parked; it is a promise of the product, not a measure of this machine.
    assert max(outcome.times)[0] < CPU_SECONDS * 1000


@pytest.mark.parametrize("seed", [11, 22, 33])
def test_of_generated_mail_nothing_is_dropped_and_nothing_is_raised(seed: int) -> None:
    outcome = child(f"generated,{seed},0,{SLICE}")
    expect_clean(outcome, SLICE)
    assert min(outcome.kinds["whole"], outcome.kinds["damaged"]) > SLICE // 4


def test_bombs_are_read_within_the_limits() -> None:
    expect_clean(child("bombs,1"), 70)


def test_no_codec_of_python_is_a_bomb() -> None:
    expect_clean(child("codecs,5000"), 400)
