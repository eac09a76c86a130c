"""Articles that say the same: found, merged with what they learnt, taken apart again exactly."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa

from app.accounts.models import Role
from app.accounts.rights import Rights
from app.errors import NotFound
from app.knowledge import index_log, service
from app.knowledge.lessons import Lesson, note
from app.knowledge.models import Article, KnowledgeLog, LogKind
from app.knowledge.texts import ArticleText
from app.knowledge.twins import Said, pairs
from app.upkeep import twin_search, twins
from app.upkeep.models import Likeness, LikenessState
from kb_search.suggest import Suggester
from tests.app.upkeep.made_desk import NOW, MadeDesk

AGAIN = (
    "You can return the kettle within fourteen days. A courier collects it without charge. Keep the receipt."
)


def everything(made: MadeDesk) -> Rights:
    return Rights(made.agents[0].id, Role.LEAD, None)


def test_alike_are_those_that_say_or_answer_the_same() -> None:
    said = [
        Said(1, "en", "Returns", "You can return a kettle within fourteen days by courier."),
        Said(2, "en", "Sending back", "Return the kettle within fourteen days, a courier comes."),
        Said(3, "en", "Invoices", "The invoice comes on the first working day of the month."),
        Said(4, "ru", "Возврат", "Чайник можно вернуть в течение четырнадцати дней курьером."),
        Said(5, "ru", "Как вернуть чайник", "Чайники возвращают курьером в течение четырнадцати дней."),
        Said(6, "en", "Returns", "Чайник можно вернуть в течение четырнадцати дней курьером."),
    ]
    found = pairs(said)
    assert {(one.one, one.other) for one in found} == {(1, 2), (4, 5)}
    assert {"kettle", "fourteen", "courier"} <= set(found[-1].words) | set(found[0].words)
    asked = ("is my parcel lost", "where is the parcel", "parcel did not come")
    by_questions = [
        Said(1, "en", "Parcels", "The parcel takes four days. Ask the carrier.", asked),
        Said(2, "en", "Delivery", "Ask us where a parcel of four boxes goes.", asked),
        Said(3, "en", "Invoices", "The invoice comes on the first working day.", ("invoice",) * 3),
    ]
    (pair,) = pairs(by_questions)
    assert (pair.one, pair.other, pair.asked) == (1, 2, 1.0)
    assert pairs([]) == []


def test_merging_moves_what_was_learnt_and_taking_it_back_restores_it(made: MadeDesk, tmp_path: Path) -> None:
    session, rights, nora = made.session, everything(made), made.agents[0]
    kept = made.articles[0]
    gone = service.create(session, ArticleText("Sending back", AGAIN, "en", ("returns",)), by=None, now=NOW)
    for n in range(3):
        question = f"May I bring my teapot back, number {n}?"
        note(session, LogKind.LEARN, gone.id, Lesson(question, made.boxes[0].id), NOW)
        note(session, LogKind.LEARN, made.articles[1].id, Lesson(f"Where is parcel {n}?"), NOW)
    twin_search.keep(session, pairs(twin_search.gather(session)), NOW)
    (row,), _ = twins.listed(session, rights, LikenessState.OPEN)
    assert {row.one.id, row.other.id} == {kept.id, gone.id}
    before = _answers(session, tmp_path / "before")
    made_merge = twins.merge(session, rights, kept.id, gone.id, by=nora, now=NOW)
    assert twins.merge(session, rights, kept.id, gone.id, by=nora, now=NOW) is made_merge
    assert gone.archived
    assert [tag.name for tag in kept.tags] == ["returns"]
    assert twins.went_into(session, rights, gone.id) is kept
    assert twins.listed(session, rights, LikenessState.OPEN) == ([], "")
    merged = _answers(session, tmp_path / "merged")
    assert merged[0] == kept.id, "it answers now what the other one answered"
    boxes = sa.select(KnowledgeLog.mailbox_id).where(
        KnowledgeLog.id.in_(made_merge.lessons), KnowledgeLog.kind == "learn"
    )
    assert list(session.scalars(boxes)) == [made.boxes[0].id] * 3
    for _ in range(2):
        twins.undo(session, rights, made_merge.id, by=nora, now=NOW)
    assert (gone.archived, kept.tags) == (False, [])
    assert _answers(session, tmp_path / "undone") == before
    assert twins.went_into(session, rights, gone.id) is None
    assert len(twins.listed(session, rights, LikenessState.OPEN)[0]) == 1


def _answers(session: sa.orm.Session, directory: Path) -> tuple[object, ...]:
    """What somebody who reads the whole log suggests for a teapot."""
    suggester = Suggester(directory)
    events = [event for entry in index_log.entries_after(session, 0) for event in entry.events]
    suggester.rebuild(events)
    found = suggester.suggest("May I bring my teapot back?", 3)
    suggester.close()
    return tuple(one.article_id for one in found) + tuple(one.confidence for one in found)


def test_different_ones_stay_apart_and_nobody_sees_what_is_kept_from_them(made: MadeDesk) -> None:
    session, rights, nora = made.session, everything(made), made.agents[0]
    other = service.create(session, ArticleText("Sending back", AGAIN, "en"), by=None, now=NOW)
    ids = (made.articles[0].id, other.id)
    for _ in range(2):
        twin_search.keep(session, pairs(twin_search.gather(session)), NOW)
        twins.call_different(session, rights, ids, by=nora, now=NOW)
    assert twins.listed(session, rights, LikenessState.OPEN)[0] == []
    twins.call_different(session, rights, ids, by=nora, now=NOW, different=False)
    other.restricted = True
    session.flush()
    stranger = Rights(made.agents[1].id, Role.AGENT, frozenset({made.boxes[0].id}))
    assert len(twins.listed(session, Rights(nora.id, Role.ADMIN, None), LikenessState.OPEN)[0]) == 1
    assert twins.listed(session, stranger, LikenessState.OPEN)[0] == []
    for refused in (
        lambda: twins.merge(session, stranger, *ids, by=nora, now=NOW),
        lambda: twins.call_different(session, stranger, ids, by=nora, now=NOW),
        lambda: twins.merge(session, rights, ids[0], ids[0], by=nora, now=NOW),
    ):
        with pytest.raises(NotFound):
            refused()
    service.edit(
        session, other.id, ArticleText("Parking", "Park behind the house.", "en"), version=1, by=nora, now=NOW
    )
    twin_search.keep(session, pairs(twin_search.gather(session)), NOW)
    assert session.scalar(sa.select(sa.func.count()).select_from(Likeness)) == 0
    assert session.get_one(Article, other.id).title == "Parking"
