"""The arithmetic of reports: the worked examples of the formulas, and answers known from elsewhere."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from app.ratings.score import wilson
from app.reports.shape import Label, buckets
from app.reports.stats import Sample, gain, loyalty, median, quantile, quintiles, student


@pytest.mark.parametrize(
    ("s", "r", "index"), [(0.5, 0.4, 0.8), (0.5, 0.9, 0.55), (0.9, 0.9, 0.91), (0.8, 0.9, 0.82)]
)
def test_the_loyalty_index_as_in_its_worked_examples(s: float, r: float, index: float) -> None:
    assert loyalty(s, r) == pytest.approx(index)


@pytest.mark.parametrize(
    ("good", "n", "low", "high"), [(2, 2, 34.2, 100), (8, 10, 49.0, 94.3), (190, 200, 91.0, 97.3)]
)
def test_intervals_of_satisfaction_as_in_their_worked_examples(
    good: int, n: int, low: float, high: float
) -> None:
    assert [round(one * 100, 1) for one in wilson(good, n)] == [low, high]


def test_quantiles_are_values_that_were_there() -> None:
    assert median([]) is None
    assert median([7]) == 7
    assert median([1, 2, 3, 10]) == 2
    assert quantile(list(range(1, 11)), 0.9) == 9
    assert quantile(list(range(1, 12)), 0.9) == 10


def test_students_t_as_in_tables() -> None:
    for freedom, point in ((4, 2.776), (8, 2.306), (30, 2.042), (1000, 1.962)):
        assert student(freedom) == pytest.approx(point, abs=0.01), freedom


def sample(*values: int) -> Sample:
    return Sample(len(values), sum(values), sum(value * value for value in values))


def test_what_articles_save_may_be_negative_and_says_how_sure_it_is() -> None:
    fast, slow = sample(50, 60, 70, 60, 60), sample(110, 120, 130, 120, 120)
    saved = gain([(fast, slow)])
    assert saved is not None and (saved.seconds, saved.replies, saved.agents) == (300, 5, 1)
    assert 0 < saved.low < 300 < saved.high < 600
    lost = gain([(slow, fast)])
    assert lost is not None and lost.seconds == -300 and lost.high < 0
    # Who has too few of either is left out, not guessed at.
    assert gain([(sample(1, 2, 3, 4), slow)]) is None
    assert gain([(fast, slow), (sample(5), sample(1000))]) == saved


def test_equal_values_share_a_fifth() -> None:
    assert quintiles([1, 2, 3, 4, 5]) == {1: 1, 2: 2, 3: 3, 4: 4, 5: 5}
    assert quintiles([3, 3, 3, 3, 9]) == {3: 1, 9: 5}
    assert quintiles([]) == {}


def test_groups_of_days_cover_the_period_and_nothing_else() -> None:
    for first, days, label in (
        (date(2026, 3, 1), 31, Label.DAY),
        (date(2026, 3, 4), 90, Label.WEEK),
        (date(2025, 11, 15), 366, Label.MONTH),
        (date(2026, 3, 2), 36, Label.WEEK),
        (date(2025, 12, 1), 191, Label.MONTH),
    ):
        last = first + timedelta(days=days - 1)
        groups = buckets(first, last)
        assert groups.label == label and groups.starts[0] == first
        ends = [groups.end(place) for place in range(len(groups.starts))]
        begins = [start.toordinal() for start in groups.starts]
        assert begins[1:] == [end + 1 for end in ends[:-1]] and ends[-1] == last.toordinal()
        for day in range(first.toordinal(), last.toordinal() + 1):
            place = groups.of(day)
            assert begins[place] <= day <= ends[place]
        if label == Label.WEEK:
            assert all(start.weekday() == 0 for start in groups.starts[1:])
        if label == Label.MONTH:
            assert all(start.day == 1 for start in groups.starts[1:])
