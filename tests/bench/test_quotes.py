"""Letters of known truth, clients × languages × shapes: no word of a person is folded, hardly any quoted one is shown."""

import pytest

from bench.quote_letters import QUOTED, SIGNATURE, WRITTEN, letters
from bench.quote_ours import answers_to_ours
from bench.quote_pages import pages
from bench.quotes import score

# What no rule can tell apart: a single "> c" between two lines of code, and attributions without marks below them that
# have no verb, or no colon.
UNKNOWABLE = {"lt", "no colon", "debian ru"}


@pytest.fixture(scope="module", params=[letters, pages, answers_to_ours], ids=["text", "html", "ours"])
def scored(request):
    return score(request.param())


def test_no_word_disappears(scored):
    scores, _, _ = scored
    assert sum(one.letters for one in scores.values()) > 400
    assert {family: one.lost for family, one in scores.items() if one.lost} == {}


def test_every_letter_is_sorted_as_it_was_written(scored):
    _, wrong, _ = scored
    names = {(family, letter.name) for family, some in wrong.items() for letter in some}
    assert {(family, name) for family, name in names if name not in UNKNOWABLE} == set()


def test_the_score_sees_a_word_in_the_wrong_place(scored):
    scores, _, _ = scored
    one = next(iter(scores.values()))
    assert one.truth[WRITTEN] > 100
    assert one.truth[QUOTED] > 100
    assert set(one.truth) == {WRITTEN, QUOTED, SIGNATURE}
