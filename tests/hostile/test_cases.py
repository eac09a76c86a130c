"""Hand-made hostile and odd mails: each must be read as a person would read it, not merely without a crash."""

from __future__ import annotations

import importlib
from pathlib import Path

import pytest

from mail_ingest.parse import parse_mail
from tests.hostile.case import Case, misses
from tests.hostile.promises import broken_promises

THEMES = sorted(path.stem.removeprefix("cases_") for path in Path(__file__).parent.glob("cases_*.py"))
CASES: list[tuple[str, Case]] = [
    (theme, one) for theme in THEMES for one in importlib.import_module(f"tests.hostile.cases_{theme}").CASES
]


@pytest.mark.parametrize("one", [pytest.param(one, id=f"{theme}: {one.name}") for theme, one in CASES])
def test_an_odd_mail_is_read_as_a_person_would(one: Case) -> None:
    raw = one.mail()
    parsed = parse_mail(raw)
    assert not misses(parsed, one.want)
    assert not broken_promises(parsed, raw)


def test_there_are_many_and_no_two_of_one_name() -> None:
    names = [(theme, one.name) for theme, one in CASES]
    assert len(names) >= 300
    assert len(set(names)) == len(names)
