"""Shares with their interval, against worked examples and the definition itself."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.ratings.score import FEWEST_TO_RANK, Score, Z, percent, wilson


@pytest.mark.parametrize(
    ("positive", "n", "low", "high"), [(2, 2, 34.2, 100.0), (8, 10, 49.0, 94.3), (190, 200, 91.0, 97.3)]
)
def test_worked_examples(positive: int, n: int, low: float, high: float) -> None:
    assert [round(end * 100, 1) for end in wilson(positive, n)] == [low, high]


def test_without_ratings_everything_is_possible() -> None:
    assert wilson(0, 0) == (0.0, 1.0)
    assert Score(0, 0, 0).share == 0.0


@given(st.integers(1, 5000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_the_ends_are_where_the_test_of_the_share_just_fails(counts: tuple[int, int]) -> None:
    """Wilson's interval holds the p with |share - p| <= z * sqrt(p(1-p)/n): at its ends both sides are equal."""
    positive, n = counts
    share = positive / n
    low, high = wilson(positive, n)
    assert 0 <= low <= share + 1e-12
    assert share - 1e-12 <= high <= 1
    for end in (low, high):
        if 1e-9 < end < 1 - 1e-9:
            assert abs(share - end) == pytest.approx(Z * (end * (1 - end) / n) ** 0.5, abs=1e-9)


def test_a_neutral_face_counts_and_is_not_positive() -> None:
    score = Score(good=6, okay=3, bad=1)
    assert (score.n, score.share) == (10, 0.6)


def test_one_lucky_smiley_does_not_beat_two_hundred() -> None:
    lucky, steady = Score(2, 0, 0), Score(190, 5, 5)
    assert lucky.share > steady.share
    assert lucky.low < steady.low
    assert not lucky.can_be_ranked
    assert steady.can_be_ranked
    assert Score(FEWEST_TO_RANK, 0, 0).can_be_ranked


@pytest.mark.parametrize(
    ("share", "shown"), [(0, 0), (1, 100), (0.999, 99), (0.001, 1), (0.29, 29), (0.555, 56), (2 / 3, 67)]
)
def test_all_and_nothing_are_said_only_of_all_and_nothing(share: float, shown: int) -> None:
    assert percent(share) == shown
