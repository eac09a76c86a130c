"""Who is told of what, as a table."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from babel.support import NullTranslations

from app.together.models import Told
from app.together.whom import Circle, Happened, tells, watches, without_what_was_there
from app.together.wording import Line, sentence

AT = datetime(2026, 11, 22, 10, tzinfo=UTC)
NORA, BEN, VERA = 1, 2, 3
# Ben has the ticket, Vera watches it; team 7 is Nora and Vera.
CIRCLE = Circle(BEN, frozenset({VERA}), {7: (NORA, VERA)}, {7: "Returns"})
NOBODYS = Circle(None, frozenset(), {7: (NORA, VERA)}, {7: "Returns"})


def happened(kind: str, by: int | None = None, **more: object) -> Happened:
    return Happened(kind, 42, AT, by, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("what", "circle", "told"),
    [
        (happened("assigned", NORA, detail={"after": BEN}), CIRCLE, {(BEN, "assigned")}),
        (happened("assigned", BEN, detail={"after": BEN}), CIRCLE, set()),
        (happened("assigned", NORA, detail={"after": None}), CIRCLE, set()),
        (happened("team", BEN, detail={"after": 7}), NOBODYS, {(NORA, "assigned"), (VERA, "assigned")}),
        (happened("team", NORA, detail={"after": 7}), NOBODYS, {(VERA, "assigned")}),
        (happened("team", NORA, detail={"after": 7}), CIRCLE, set()),
        (happened("letter"), CIRCLE, {(BEN, "letter"), (VERA, "letter")}),
        (happened("letter"), NOBODYS, set()),
        (happened("note", VERA), CIRCLE, {(BEN, "note")}),
        (
            happened("note", VERA, mentioned=frozenset({BEN, NORA})),
            CIRCLE,
            {(BEN, "mention"), (NORA, "mention")},
        ),
        (happened("note", BEN, mentioned=frozenset({BEN})), CIRCLE, {(VERA, "note")}),
        (happened("delivery_failed", author_id=NORA), CIRCLE, {(NORA, "delivery")}),
        (happened("delivery_bounced"), CIRCLE, {(BEN, "delivery")}),
        (happened("delivery_bounced"), NOBODYS, set()),
        (happened("later_cancelled", detail={"agent_id": NORA, "why": "letter"}), CIRCLE, {(NORA, "later")}),
        (happened("draft_taken", BEN, detail={"agent_id": NORA}), CIRCLE, {(NORA, "draft")}),
        (happened("draft_taken", NORA, detail={"agent_id": NORA}), CIRCLE, set()),
        (happened("rated", author_id=NORA, detail={"face": "bad"}), CIRCLE, {(NORA, "rating")}),
        (happened("rated", author_id=NORA, detail={"face": "good"}), CIRCLE, set()),
        (happened("status", NORA), CIRCLE, set()),
    ],
)
def test_who_is_told(what: Happened, circle: Circle, told: set[tuple[int, str]]) -> None:
    assert {(line.agent_id, line.kind) for line in tells(what, circle)} == told


@pytest.mark.parametrize(
    ("what", "agents"),
    [
        (happened("replied", NORA), [NORA]),
        (happened("replied"), []),
        (happened("assigned", NORA, detail={"after": BEN}), [BEN]),
        (happened("assigned", NORA, detail={"after": None}), []),
        (happened("note", NORA, mentioned=frozenset({NORA, VERA})), [VERA]),
        (happened("letter"), []),
    ],
)
def test_who_watches_from_now_on(what: Happened, agents: list[int]) -> None:
    assert watches(what) == agents


def test_what_was_there_before_is_no_news_to_whoever_takes_the_ticket() -> None:
    later = AT + timedelta(seconds=1)
    letter, after = happened("letter"), Happened("letter", 42, later + timedelta(seconds=1))
    taken = Happened("assigned", 42, later, NORA, detail={"after": BEN})
    lines = [line for one in (letter, taken, after) for line in tells(one, CIRCLE)]
    kept = without_what_was_there(lines, [letter, taken, after])
    assert [(line.agent_id, line.kind, line.at) for line in kept if line.agent_id == BEN] == [
        (BEN, "assigned", later),
        (BEN, "letter", after.at),
    ]


def test_every_kind_of_news_has_words_of_its_own() -> None:
    words = NullTranslations()
    unknown = sentence(Line("nothing we know"), words)  # type: ignore[arg-type]
    plain = [kind.value for kind in Told if sentence(Line(kind.value, who="Ada"), words) == unknown]  # type: ignore[arg-type]
    assert not plain
    ways = ("recovery", "recovery_given", "recovery_proposed")
    told = {how: sentence(Line("recovery", 1, "Ada", {"how": how}), words) for how in ways}  # type: ignore[arg-type]
    assert len(set(told.values())) == 3
    assert told["recovery_given"] == "Ada asks you to win an unhappy customer back"
