"""Articles as Markdown files: out, in again and the same; bad files are named with their line; hostile zips stop."""

from __future__ import annotations

import io
import zipfile
from datetime import UTC, date, datetime

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.accounts.models import Agent
from app.accounts.rights import Rights
from app.accounts.teams import Team
from app.errors import InvalidInput
from app.knowledge import arrangement, exchange, portable, queries, service, zips
from app.knowledge.arrangement import Arrangement
from app.knowledge.models import Article
from app.knowledge.texts import ArticleText
from app.knowledge.who_sees import NOBODY_ASKS, Circle
from app.mailboxes.models import Mailbox

NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
FILE = "---\narticle: kettle\ntitle: Kettle\nlanguage: en\nfirst: yes\n---\n\nAn answer.\n"


def entries(*files: tuple[str, str]) -> list[zips.Entry]:
    return [zips.Entry(name, text) for name, text in files]


def filled(session: Session) -> None:
    """An article with everything, one in the archive, and one with nothing."""
    nora = Agent(email="nora@help.example", name="Nora", created_at=NOW)
    box = Mailbox(address="shop@help.example", created_at=NOW)
    team = Team(name="Shop floor", created_at=NOW)
    session.add_all([nora, box, team])
    session.flush()
    whole = ArticleText(
        "Returns: when & how", "Hello {{customer.name|there}},\n\n---\n\n- a\n- b", "en", ("b", "A")
    )
    article = service.create(session, whole, by=nora, now=NOW)
    service.say_in(session, article.id, ArticleText("Возврат", "Да.\n\n{{#if customer.tag=vip}}\nVIP\n{{/if}}", "ru"),
                   version=1, by=nora, now=NOW)  # fmt: skip
    circle = Circle(frozenset({box.id}), frozenset({team.id}))
    wanted = Arrangement("agents", circle, nora.id, date(2027, 1, 31))
    arrangement.arrange(session, article.id, wanted, by=nora, now=NOW)
    old = service.create(session, ArticleText("Old", "Gone.", "ru"), by=nora, now=NOW)
    service.archive(session, old.id, by=nora, now=NOW)
    service.create(session, ArticleText("Plain", "# no head\n\n---\nx", "en"), by=None, now=NOW)


def test_out_and_in_again_the_articles_are_the_same(session: Session) -> None:
    filled(session)
    files = exchange.export(session, NOBODY_ASKS)
    packed = zips.pack(files)
    assert packed == zips.pack(exchange.export(session, NOBODY_ASKS))
    plan = exchange.look(session, NOBODY_ASKS, zips.unpack(packed))
    assert (plan.count("same"), plan.count("new"), plan.count("changed"), plan.troubles) == (3, 0, 0, [])
    assert exchange.do(session, plan, by=None, now=NOW) == 0

    session.execute(sa.delete(Article))
    session.expunge_all()
    plan = exchange.look(session, NOBODY_ASKS, zips.unpack(packed))
    assert plan.count("new") == 3
    assert exchange.do(session, plan, by=None, now=NOW) == 3
    assert exchange.export(session, NOBODY_ASKS) == files
    again = queries.page(session, NOBODY_ASKS, queries.Filters(language="ru")).articles[0]
    assert again.owner_id and again.restricted and again.languages == ["en", "ru"]


def test_what_changed_is_written_and_nothing_is_deleted(session: Session) -> None:
    filled(session)
    files = dict(exchange.export(session, NOBODY_ASKS))
    english = next(name for name, text in files.items() if "Returns:" in text)
    changed = files[english].replace("Returns: when & how", "Returns")
    plan = exchange.look(session, NOBODY_ASKS, entries((english, changed), ("sets.en.md", FILE)))
    assert {(one.what, one.first.title) for one in plan.articles} == {
        ("changed", "Returns"),
        ("new", "Kettle"),
    }
    exchange.do(session, plan, by=None, now=NOW)
    article = session.scalars(sa.select(Article).where(Article.title == "Returns")).one()
    assert article.languages == ["en", "ru"] and article.version == 3
    assert (
        exchange.do(
            session, exchange.look(session, NOBODY_ASKS, entries((english, changed))), by=None, now=NOW
        )
        == 0
    )


def test_the_other_language_may_become_the_first(session: Session) -> None:
    filled(session)
    files = dict(exchange.export(session, NOBODY_ASKS))
    (english, text), (russian, other) = sorted(
        (pair for pair in files.items() if "Returns:" in pair[1] or "Возврат" in pair[1]),
        key=lambda pair: pair[0],
    )
    head = "".join(line + "\n" for line in text.split("\n") if line.partition(":")[0] in
                   ("first", "tags", "visibility", "owner", "review", "only", "mailboxes", "teams"))  # fmt: skip
    swapped = entries(
        (english, text.replace(head, "")), (russian, other.replace("language: ru\n", f"language: ru\n{head}"))
    )
    exchange.do(session, exchange.look(session, NOBODY_ASKS, swapped), by=None, now=NOW)
    article = session.scalars(sa.select(Article).where(Article.title == "Возврат")).one()
    assert article.languages == ["ru", "en"]
    assert exchange.look(session, NOBODY_ASKS, swapped).count("same") == 1


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("no head", 1, "begin with"),
        ("---\ntitle: x\n", 3, "no end"),
        ("---\ntitle: x\nlanguage: en\ncolour: red\n---\n\nx", 4, "none that we know"),
        ("---\ntitle: x\ntitle: y\n---\n\nx", 3, "twice"),
        ("---\ntitle: x\n---\n\nx", 1, "language is missing"),
        ("---\ntitle:\nlanguage: en\n---\n\nx", 2, "title"),
        ("---\ntitle: x\nlanguage: de\n---\n\nx", 3, "language"),
        ("---\ntitle: x\nlanguage: en\n---\n\n", 6, "write the answer"),
        ("---\ntitle: x\nlanguage: en\n---\n\nHi\n{{custumer.name}}", 7, "not variables"),
        ("---\ntitle: x\nlanguage: en\n---\n\nHi\n\n{{#if a.b=c}}x{{/if}}", 8, "condition"),
        ("---\ntitle: x\nlanguage: en\nreview: soon\n---\n\nx", 4, "2027-01-31"),
        ("---\ntitle: x\nlanguage: en\nvisibility: secret\n---\n\nx", 4, "one of the list"),
        ("---\ntitle: x\nlanguage: en\nonly: maybe\n---\n\nx", 4, "yes or no"),
        ("---\narticle: ../../etc\ntitle: x\nlanguage: en\n---\n\nx", 2, "no name"),
    ],
)
def test_a_bad_file_is_named_with_its_line(session: Session, text: str, line: int, message: str) -> None:
    plan = exchange.look(session, NOBODY_ASKS, entries(("bad.md", text), ("good.md", FILE)))
    assert [(one.name, one.line) for one in plan.troubles] == [("bad.md", line)]
    assert message in plan.troubles[0].message
    assert [one.first.title for one in plan.articles] == ["Kettle"]


def test_files_of_one_article_must_agree(session: Session) -> None:
    russian = FILE.replace("language: en", "language: ru")
    assert (
        "first"
        in exchange.look(session, NOBODY_ASKS, entries(("a.md", FILE), ("b.md", russian))).troubles[0].message
    )
    twice = exchange.look(session, NOBODY_ASKS, entries(("a.md", FILE), ("b.md", FILE)))
    assert [one.name for one in twice.troubles] == ["b.md"] and twice.count("new") == 1
    both = FILE.replace("first: yes", "first: yes\nvisibility: public\nonly: yes")
    assert exchange.look(session, NOBODY_ASKS, entries(("a.md", both))).troubles
    foreign = "---\ntitle: Tea\nlanguage: en\nowner: nobody@else.example\n---\nHot."
    plan = exchange.look(
        session, NOBODY_ASKS, entries(("tea.en.md", foreign), ("tea.ru.md", foreign.replace("en\n", "ru\n")))
    )
    assert plan.count("new") == 1 and plan.articles[0].notes[0][1] == "nobody@else.example"
    assert [text.language for text in plan.articles[0].texts] == ["en", "ru"]


def test_who_may_not_see_an_article_neither_exports_nor_changes_it(session: Session) -> None:
    filled(session)
    lead = Rights(99, "lead", frozenset())
    titles = [text for _name, text in exchange.export(session, lead)]
    assert len(titles) == 2 and not any("Returns" in text for text in titles)
    hidden = [pair for pair in exchange.export(session, NOBODY_ASKS) if "Returns" in pair[1]]
    plan = exchange.look(session, lead, entries(*hidden))
    assert plan.articles == [] and len(plan.troubles) == 1


def zipped(*files: tuple[str, bytes], level: int = zipfile.ZIP_DEFLATED) -> bytes:
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w", level) as archive:
        for name, content in files:
            archive.writestr(name, content)
    return kept.getvalue()


def test_hostile_zips_stop(monkeypatch: pytest.MonkeyPatch) -> None:
    for rubbish in (b"", b"PK", b"\x00" * 1000, zipped(("a.md", b"x"))[:-10]):
        with pytest.raises(InvalidInput):
            zips.unpack(rubbish)
    bomb = zips.unpack(
        zipped(("bomb.md", b"0" * 50_000_000), ("a.md", b"x"), ("../../b.md", b"\xff"), ("c.exe", b"x"))
    )
    assert [(one.name, one.text, one.trouble) for one in bomb] == [
        ("../../b.md", None, "This file is not UTF-8."),
        ("a.md", "x", ""),
        ("bomb.md", None, "This file is too large."),
    ]
    damaged = bytearray(zipped(("a.md", b"hello there"), level=zipfile.ZIP_STORED))
    damaged[damaged.index(b"hello")] = 0
    assert zips.unpack(bytes(damaged))[0].trouble == "This file is damaged."
    monkeypatch.setattr(zips, "MOST_FILES", 2)
    with pytest.raises(InvalidInput, match="too many"):
        zips.unpack(zipped(*((f"{n}.md", b"x") for n in range(3))))
    monkeypatch.setattr(zips, "LARGEST_TOGETHER", 100)
    with pytest.raises(InvalidInput, match="too much"):
        zips.unpack(zipped(("a.md", b"x" * 60), ("b.md", b"x" * 60)))


def test_a_file_reads_as_it_was_written() -> None:
    text = portable.FileText(
        "k", "A: b", "x\n---\ny", "en", True, ("t",), "public", "", None, False, (), (), True
    )
    assert portable.read("any.md", portable.write(text)) == text
    assert portable.read("any.md", "\ufeff" + portable.write(text).replace("\n", "\r\n")) == text
