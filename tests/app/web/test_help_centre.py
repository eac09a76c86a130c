"""The public help centre: what everybody may read there, at which addresses, and what is found."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from html import unescape
from urllib.parse import quote

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from app import db
from app.blobs import BlobStore
from app.knowledge import service
from app.knowledge.models import ArticleFile
from app.knowledge.public_models import HelpVote
from app.knowledge.public_settings import Topic
from app.knowledge.service import Arrangement, ArticleText
from app.mailboxes.models import Mailbox
from app.settings import Settings
from app.tags.models import Tag
from app.upkeep.models import ArticleMerge
from tests.app.web.made_help_centre import BROWSER, Centre_, centre_of_tests, links_of, open_centre  # noqa: F401 (a fixture)

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


def test_what_a_page_says_and_how_it_may_be_kept(centre: Centre_) -> None:
    """Readable as it is; the same for everybody; asked for again only when it changed; and no cookie at all."""
    page = centre.text("/help/en/how-to-return-goods")
    assert "<strong>14 days</strong>" in page and "<h2>How</h2>" in page and page.count("<h1") == 1
    assert '<link rel="canonical" href="http://127.0.0.1:8025/help/en/how-to-return-goods">' in page
    assert 'hreflang="ru" href="http://127.0.0.1:8025/help/ru/kak-vernut-tovar"' in page
    assert '<meta name="description" content="You can send goods back within 14 days.' in page
    assert '"@type": "BreadcrumbList"' in page and 'lang="en"' in page
    russian = centre.text("/help/ru/kak-vernut-tovar")
    assert '<html lang="ru">' in russian and "Курьер приедет" in russian and "Это помогло?" in russian
    answer = centre.ask("/help/en/how-to-return-goods")
    assert "Set-Cookie" not in answer.headers and "Cookie" not in answer.headers.get("Vary", "")
    assert answer.headers["Cache-Control"] == "public, max-age=60" and answer.last_modified is not None
    again = centre.app.test_client().get(
        "/help/en/how-to-return-goods", headers={"If-None-Match": answer.headers["ETag"]}
    )
    assert again.status_code == 304 and not again.data
    centre.edit(centre.returns, "How to return goods", "Within 30 days.")
    changed = centre.app.test_client().get(
        "/help/en/how-to-return-goods", headers={"If-None-Match": answer.headers["ETag"]}
    )
    assert changed.status_code == 200 and "30 days" in changed.text


def test_a_signed_in_agent_sees_what_everybody_sees(centre: Centre_, admin: FlaskClient) -> None:
    for path in ("/help/en", "/help/en/how-to-return-goods", "/help/en/search?q=courier"):
        assert admin.get(path, headers=BROWSER).data == centre.ask(path).data


def test_a_closed_help_centre_is_not_there(centre: Centre_) -> None:
    paths = [
        "/help",
        "/help/en",
        "/help/en/how-to-return-goods",
        "/help/en/search?q=goods",
        "/help/sitemap.xml",
    ]
    paths += ["/help/en/suggest?q=goods", "/help/look.css", "/help/en/write", "/help/en/written", "/help/x/y"]
    sitemap = centre.text("/help/sitemap.xml")
    assert sitemap.count("<loc>") == 5 and "kak-vernut-tovar" in sitemap
    assert "Sitemap: http://127.0.0.1:8025/help/sitemap.xml" in centre.text("/robots.txt")
    open_centre(centre.agent, open=False)
    for path in paths:
        assert "returns" not in centre.text(path, 404)
    for path in ("/help/en/how-to-return-goods/vote", "/help/en/how-to-return-goods/read", "/help/en/write"):
        assert centre.post(path, {"helped": "yes"}).status_code == 404
    assert centre.text("/robots.txt") == "User-agent: *\nDisallow: /\n"
    with db.reading() as session:
        assert not session.scalars(sa.select(HelpVote)).all()


def test_a_language_that_is_not_open(centre: Centre_) -> None:
    open_centre(centre.agent, languages=("en",))
    assert "not here" in centre.text("/help/ru/kak-vernut-tovar", 404)
    assert "kak-vernut" not in centre.text("/help/en/how-to-return-goods") + centre.text("/help/sitemap.xml")
    front = centre.app.test_client().get("/help", headers={"Accept-Language": "ru"})
    assert (front.status_code, front.headers["Location"], front.headers["Vary"]) == (
        302,
        "/help/en",
        "Accept-Language",
    )


def test_addresses_stay_right(centre: Centre_) -> None:
    """A renamed article is found under its new address; old ones lead there for good, also when it is renamed back."""
    twin = centre.write("Delivery times", "Another one with the same title.")
    assert "Another one" in centre.text("/help/en/delivery-times-2")
    centre.edit(centre.delivery, "How long delivery takes", "Three days.")
    moved = centre.ask("/help/en/delivery-times")
    assert (moved.status_code, moved.headers["Location"]) == (301, "/help/en/how-long-delivery-takes")
    centre.edit(centre.delivery, "When it arrives", "Three days.")
    assert centre.ask("/help/en/delivery-times").headers["Location"] == "/help/en/when-it-arrives"
    centre.edit(centre.delivery, "Delivery times", "Three days.")
    assert "Three days" in centre.text("/help/en/delivery-times")
    assert centre.ask("/help/en/when-it-arrives").headers["Location"] == "/help/en/delivery-times"
    assert "Another one" in centre.text("/help/en/delivery-times-2")
    with db.transaction() as session:
        service.archive(session, centre.delivery, by=None, now=db.now())
        service.archive(session, twin, by=None, now=db.now())
    for path in ("/help/en/delivery-times", "/help/en/when-it-arrives", "/help/en/delivery-times-2"):
        centre.text(path, 404)
    # A word that means something here is no address of an article.
    centre.write("Search", "How to search.")
    assert "How to search." in centre.text("/help/en/search-2")


def test_the_page_of_an_article_that_became_part_of_another_leads_there(centre: Centre_) -> None:
    twin = centre.write("Delivery takes", "The same once more.")
    with db.transaction() as session:
        service.archive(session, twin, by=None, now=db.now())
        session.add(
            ArticleMerge(kept_id=centre.delivery, gone_id=twin, tags=[], lessons=[], merged_at=db.now())
        )
    led = centre.ask("/help/en/delivery-takes")
    assert (led.status_code, led.headers["Location"]) == (301, "/help/en/delivery-times")
    with db.transaction() as session:
        service.archive(session, centre.delivery, by=None, now=db.now())
    centre.text("/help/en/delivery-takes", 404)


def test_topics_are_those_that_were_chosen(centre: Centre_) -> None:
    """A tag is a word of the agents until somebody makes it a topic and gives it a name for readers."""
    angry = centre.write("Refunds", "Money comes back in a week.", tags=("angry-bargainer", "returns"))
    assert "angry-bargainer" not in centre.text("/help/en") + centre.text("/help/en/refunds")
    with db.reading() as session:
        returns = session.scalars(sa.select(Tag.id).where(Tag.name == "returns")).one()
    open_centre(centre.agent, topics=(Topic(returns, {"en": "Sending back", "ru": "Возвраты"}),))
    home = centre.text("/help/en")
    assert "Sending back" in home and "2 articles" in home and 'href="/help/en/topics/sending-back"' in home
    listed = centre.text("/help/en/topics/sending-back")
    assert "Refunds" in listed and "How to return goods" in listed and "Delivery times" not in listed
    assert (
        "Возвраты" in centre.text("/help/ru/topics/vozvraty") and 'href="/help/ru/topics/vozvraty"' in listed
    )
    assert "Sending back" in centre.text("/help/en/refunds")
    centre.text("/help/en/topics/angry-bargainer", 404)
    # A topic that has nothing to say in Russian leads to no page there that is not.
    with db.reading() as session:
        tag = session.scalars(sa.select(Tag.id).where(Tag.name == "delivery")).one()
    open_centre(centre.agent, topics=(Topic(tag, {"en": "Delivery"}),))
    listed = centre.text("/help/en/topics/delivery")
    assert (
        "/help/ru/topics" not in listed
        and 'href="/help/ru"' in listed
        and 'hreflang="x-default"' not in listed
    )
    assert all(centre.ask(one).status_code == 200 for one in links_of(listed) if one.startswith("/help/"))
    with db.transaction() as session:
        service.arrange(session, angry, Arrangement("agents"), by=None, now=db.now())
    open_centre(centre.agent, topics=(Topic(returns, {"en": "Sending back"}),))
    assert "1 article<" in centre.text("/help/en")


def test_search_knows_word_forms_and_slips(centre: Centre_) -> None:
    centre.write("Оплата картой", "Картой можно платить при получении. Чек придёт на почту.", language="ru")
    centre.write("Broken kettle", "If a kettle arrives broken, send us a photo and we replace it.")
    found = {
        "en": {
            "returning a good": "How to return goods", "kettles broke": "Broken kettle", "replacment": "Broken kettle",
            "delivry": "Delivery times", "DELIVERY??": "Delivery times", "photos": "Broken kettle",
            "вудшмукн": "Delivery times",
        },
        "ru": {
            "возвраты товаров": "Как вернуть товар", "вернул": "Как вернуть товар", "оплачивать картами": "Оплата картой",
            "аплата": "Оплата картой", "чеки": "Оплата картой", "rehmth": "Как вернуть товар",
        },
    }  # fmt: skip
    for language, asked in found.items():
        for typed, title in asked.items():
            page = unescape(centre.text(f"/help/{language}/search?q={quote(typed)}"))
            first = re.search(r'<ol class="hits">\s*<li><a[^>]*>(.*?)</a>', page)
            assert first and re.sub("</?mark>", "", first.group(1)) == title, typed
    elsewhere = centre.text(f"/help/en/search?q={quote('картой')}")
    assert "/help/ru/oplata-kartoy" in elsewhere and "in another language" in elsewhere
    page = centre.text("/help/en/search?q=courier")
    assert "<mark>courier</mark>" in page and 'content="noindex"' in page
    nothing = centre.text("/help/en/search?q=zeppelin")
    assert "No article answers this" in nothing and 'href="/help/en/write?subject=zeppelin"' in nothing
    hostile = centre.text("/help/en/search?q=" + quote('<script>alert(1)</script>" onx= AND OR * ( courier'))
    assert (
        "<script>alert" not in hostile and "&lt;script&gt;" in hostile and "<mark>courier</mark>" in hostile
    )


def test_a_page_asks_the_database_a_few_times_whatever_it_shows(
    centre: Centre_, count_queries: Callable[[], AbstractContextManager[list[str]]]
) -> None:
    """Readers are many, and nobody knows how many: each page is at most twelve queries, with 40 articles as with 4."""
    with db.transaction() as session:
        for number in range(40):
            text = ArticleText(
                f"Goods number {number}", f"About goods and their return, {number}.", "en", ("returns",)
            )
            made = service.create(session, text, by=None, now=db.now())
            service.arrange(session, made.id, Arrangement("public"), by=None, now=db.now())
        tags = {tag.name: tag.id for tag in session.scalars(sa.select(Tag))}
    topics = tuple(
        Topic(tags[name], {"en": name.title(), "ru": name.upper()}) for name in ("returns", "delivery")
    )
    open_centre(centre.agent, topics=topics, form=True, mailbox_id=centre.mailbox.id)
    pages = (
        "/help/en", "/help/ru", "/help/en/topics/returns", "/help/en/how-to-return-goods", "/help/en/search?q=goods",
        "/help/ru/search?q=delivery", "/help/en/suggest?q=return+the+goods", "/help/en/write", "/help/en/nothing-here",
        "/help/sitemap.xml", "/help",
    )  # fmt: skip
    cost = {}
    for path in pages:
        with count_queries() as sent:
            assert centre.ask(path).status_code in (200, 302, 404), path  # type: ignore[attr-defined]
        cost[path] = len(sent)
    assert max(cost.values()) <= 12, cost
    assert {centre.ask(path).status_code for path in pages[:8]} == {200}  # type: ignore[attr-defined]


def test_files_of_an_article(centre: Centre_, installation: Settings) -> None:
    with db.transaction() as session:
        digest = BlobStore(installation.blob_dir).put(b"<script>alert(1)</script>")
        file = {
            "filename": "form <1>.html",
            "content_type": "text/html",
            "size": 25,
            "sha256": digest,
            "added_at": db.now(),
        }
        session.add_all(
            [
                ArticleFile(article_id=one, **file)
                for one in (centre.returns, centre.write("Inside", "x", public=False))
            ]
        )
        session.flush()
        mine, inside = session.scalars(sa.select(ArticleFile.id).order_by(ArticleFile.id))
    page = centre.text("/help/en/how-to-return-goods")
    assert "form &lt;1&gt;.html" in page and f'href="/help/en/how-to-return-goods/files/{mine}"' in page
    answer = centre.ask(f"/help/en/how-to-return-goods/files/{mine}")
    assert (
        answer.mimetype == "application/octet-stream"
        and "attachment" in answer.headers["Content-Disposition"]
    )
    for path in (f"/help/en/how-to-return-goods/files/{inside}", f"/help/en/delivery-times/files/{mine}"):
        centre.text(path, 404)


def test_an_admin_opens_it_in_the_browser(app: Flask, admin: FlaskClient, agent: FlaskClient) -> None:
    with db.transaction() as session:
        mailbox = Mailbox(address="support@help.example", name="Kettles", created_at=db.now())
        session.add(mailbox)
        article = service.create(
            session, ArticleText("Returns", "Within 14 days.", "en", ("back",)), by=None, now=db.now()
        )
        service.arrange(session, article.id, Arrangement("public"), by=None, now=db.now())
        tag = article.tags[0].id
    assert (
        "help centre" in admin.get("/settings").text.lower()
        and agent.get("/settings/help-centre").status_code == 403
    )
    page = admin.get("/settings/help-centre").text
    assert (
        f'name="topic_{tag}"' in page
        and "Kettles" in page
        and app.test_client().get("/help/en").status_code == 404
    )
    form = {
        "open": "on", "language_en": "on", "name_en": "Kettle <Help>", "greeting_en": "Hello!", "form": "on",
        "mailbox_id": str(mailbox.id), f"topic_{tag}": "on", f"topicname_{tag}_en": "Sending back",
    }  # fmt: skip
    for wrong, what in (
        ({"language_en": ""}, "Choose at least one language."),
        ({"mailbox_id": ""}, "Choose the mailbox that gets the letters."),
        ({"mailbox_id": "99"}, "There is no such mailbox."),
        ({"name_en": "x" * 81}, "This text is too long."),
        ({f"topicname_{tag}_en": "x" * 61}, "This text is too long."),
    ):
        answer = admin.post("/settings/help-centre", data={**form, **wrong})
        assert answer.status_code == 422 and what in answer.text and "Hello!" in answer.text
    assert app.test_client().get("/help/en").status_code == 404
    assert admin.post("/settings/help-centre", data={**form, "salt": "x"}).status_code == 400
    assert admin.post("/settings/help-centre", data=form).status_code == 302
    home = app.test_client().get("/help/en").text
    assert (
        "Kettle &lt;Help&gt;" in home
        and "Sending back" in home
        and "Returns" in home
        and "Write to us" in home
    )
    assert app.test_client().get("/help/en/topics/sending-back").status_code == 200
    log = unescape(admin.get("/settings/log").text)
    assert "Changed the help centre" in log and "Kettle <Help>" in log
