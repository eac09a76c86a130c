"""The public help centre: what nobody may read there, whatever is asked."""

from __future__ import annotations

import re
from html import unescape

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from app import db
from app.accounts.models import Agent
from app.knowledge import public_publishing, service
from app.knowledge.models import Article, ArticleVersion
from app.knowledge.public_models import HelpPage
from app.knowledge.service import Arrangement
from app.knowledge.who_sees import Circle
from tests.app.web.made_help_centre import Centre_, centre_of_tests, links_of  # noqa: F401 (a fixture)

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


def crawl(centre: Centre_, asked: list[str], planted: list[str]) -> tuple[set[str], list[str]]:
    """Every address asked and every one linked from there; and which of them says a planted word."""
    seen: set[str] = set()
    leaks = []
    while asked:
        path = asked.pop()
        if path in seen or not path.startswith(("/help", "/robots")):
            continue
        seen.add(path)
        answer = centre.ask(path)
        page = answer.get_data(as_text=True)
        said = repeated_left_out(unescape(page) + str(answer.headers), path)
        leaks += [f"{path}: {word}" for word in planted if word in said]
        asked += links_of(page)
        if "search?q=quixotic" in path or "search?q=dear" in path:
            assert "No article answers this" in said or "Ни одна статья" in said, path
    return seen, leaks


def repeated_left_out(said: str, path: str) -> str:
    """What was typed stands on the page of its answers, and nowhere else does any of it come from."""
    for typed in re.findall(r"(?:q|subject)=([^&]+)", path):
        said = said.replace(typed, "")
    asks = any(part in path for part in ("topics/", "search", "suggest"))
    return said if asks else said.replace(path, "")


def test_no_word_of_the_agents_leaks(centre: Centre_) -> None:
    """Words are planted wherever only agents may read; every address that is linked anywhere, and many that are not,
    is opened, searched and asked for suggestions; and none of the words, titles, tags or numbers of them comes back."""
    planted: list[str] = []

    def secret(kind: str) -> str:
        planted.append(f"quixotic{kind}zyx")
        return planted[-1]

    public = "returns"
    kinds = [
        "agents",
        "archived",
        "restricted",
        "withdrawn",
        "unfilled",
        "variant",
        "old",
        "tag",
        "owner",
        "vip",
        "part",
    ]
    words = {kind: secret(kind) for kind in kinds}
    hidden = {
        kind: centre.write(
            f"Title {words[kind]}",
            f"Goods {words[kind]} courier.",
            tags=(words["tag"], public),
            public=kind != "agents",
        )
        for kind in ("agents", "archived", "restricted", "withdrawn")
    }
    hidden["unfilled"] = centre.write(
        f"Title {words['unfilled']}", f"Dear {{{{customer.name}}}} {words['unfilled']}"
    )
    parts = f"All.\n{{{{#if customer.tag={words['vip']}}}}}\nThe {words['part']} way\n{{{{#else}}}}\nThe usual way\n{{{{/if}}}}\nEnd."
    centre.write("Parts for some", parts)
    assert "The usual way" in centre.text("/help/en/parts-for-some")
    broken = centre.write("Broken parts", "Nothing yet.")
    centre.edit(centre.delivery, f"Times {words['old']}", f"Days {words['old']}")
    centre.edit(centre.delivery, "Delivery times", "Delivery takes two to four working days.")
    centre.edit(centre.delivery, f"Сроки {words['variant']}", f"Дни {words['variant']}", "ru")
    with db.transaction() as session:
        service.forget_language(session, centre.delivery, "ru", by=None, now=db.now())
        service.archive(session, hidden["archived"], by=None, now=db.now())
        service.arrange(session, hidden["withdrawn"], Arrangement("agents"), by=None, now=db.now())
        circle = Circle(frozenset({centre.mailbox.id}))
        service.arrange(session, hidden["restricted"], Arrangement("agents", circle), by=None, now=db.now())
        # Parts that nobody can tell apart, as no editor would save them: then nothing of the text is for all.
        session.get_one(Article, broken).answer = parts.replace("All.", "{{#if customer.tag=x}} All.")
        session.get_one(Article, broken).version += 1
        # However it came about: for some agents only means for no reader.
        session.execute(
            sa.update(Article).where(Article.id == hidden["restricted"]).values(visibility="public")
        )
        owner = Agent(email=f"{words['owner']}@help.example", name=words["owner"], created_at=db.now())
        session.add(owner)
        session.flush()
        session.execute(sa.update(Article).values(owner_id=owner.id, updated_by_id=owner.id))
        slugs = session.scalars(sa.select(HelpPage.slug)).all()
        versions = session.scalars(sa.select(ArticleVersion.title)).all()
        public_publishing.catch_up(session, now=db.now())
    assert any(words["old"] in title for title in versions), "the words are there to be leaked"
    asked = [
        "/help",
        "/help/en",
        "/help/ru",
        "/help/sitemap.xml",
        "/robots.txt",
        "/help/look.css",
        "/help/en/nowhere",
    ]
    asked += [f"/help/en/{slug}" for slug in slugs]
    for word in [*words.values(), "title", "dear", "goods courier", "quixotic", "quixoticagentzyx"]:
        for part in (
            f"search?q={word}",
            f"suggest?q={word}",
            f"title-{word}",
            f"topics/{word}",
            f"times-{word}",
            f"sroki-{word}",
        ):
            asked += [f"/help/en/{part}", f"/help/ru/{part}"]
    seen, leaks = crawl(centre, asked, planted)
    assert not leaks
    assert len(seen) > 150
    for number in range(1, 40):
        assert words["agents"] not in centre.ask(f"/help/en/how-to-return-goods/files/{number}").get_data(
            as_text=True
        )
    # Nothing of them is kept for readers either, so there is nothing to find by any other way.
    with db.reading() as session:
        kept = " ".join(
            f"{one.title} {one.html} {one.plain} {one.stems}" for one in session.scalars(sa.select(HelpPage))
        )
    assert not [word for word in planted if word in kept]


def test_a_page_that_did_not_follow_its_article_is_not_shown(centre: Centre_) -> None:
    """Changed behind the back of the service: late is better than wrong, and the next round puts it right."""
    with db.transaction() as session:
        article = session.get_one(Article, centre.delivery)
        article.answer, article.version = "Now secret things.", article.version + 1
    for path in (
        "/help/en",
        "/help/en/search?q=delivery",
        "/help/sitemap.xml",
        "/help/en/suggest?q=delivery",
    ):
        assert "elivery times" not in centre.text(path)
    centre.text("/help/en/delivery-times", 404)
    with db.transaction() as session:
        session.get_one(Article, centre.delivery).answer = "Delivery takes a week."
    with db.reading() as session:
        assert public_publishing.is_late(session)
    with db.transaction() as session:
        public_publishing.catch_up(session, now=db.now())
    assert "takes a week" in centre.text("/help/en/delivery-times")
    with db.reading() as session:
        assert not public_publishing.is_late(session)


def test_variables_are_their_fallback_or_nothing_is_public(centre: Centre_, admin: FlaskClient) -> None:
    centre.write("Greeting", "Hello {{customer.first_name|there}}, this is {{agent.name|our team}}.")
    assert "Hello there, this is our team." in centre.text("/help/en/greeting")
    article = centre.write("Number", "Your number is {{ticket.number}}.")
    centre.text("/help/en/number", 404)
    assert "ticket.number" in admin.get(f"/knowledge/{article}/readers").text
    told = admin.get("/settings/help-centre").text
    assert "ticket.number" in told and f'href="/knowledge/{article}"' in told
