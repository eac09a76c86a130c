"""The knowledge base's pages for all of the cast: list, search, article, editor, conflict, versions."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from selectolax.lexbor import LexborHTMLParser

from app import db
from app.accounts import service as accounts
from app.knowledge import service
from app.knowledge.models import Article, ArticleVersion
from app.knowledge.service import ArticleText
from app.settings import Settings
from kb_search.suggest import Suggester
from tests.app.web.seeds import CANARY, NOW

# What these pages read and write is tested on both databases beside the services; pages need one.
pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)

FORM = {"title": "Returns", "answer": "Within **14** days.", "language": "en", "tags": "returns", "version": "1",
        "action": "save"}  # fmt: skip
POSTS = [
    ("/knowledge/new", FORM),
    ("/knowledge/1/edit", {**FORM, "answer": "Changed."}),
    ("/knowledge/1/archive", {}),
    ("/knowledge/1/unarchive", {}),
    ("/knowledge/1/restore", {"version": "1"}),
]


def make(title: str = "Delivery", answer: str = "Two days, {{customer.first_name|friend}}.", language: str = "en",
         tags: tuple[str, ...] = ()) -> int:  # fmt: skip
    with db.transaction() as session:
        return service.create(session, ArticleText(title, answer, language, tags), by=None, now=NOW).id


def stored(article_id: int) -> tuple[str, str, int, bool]:
    with db.reading() as session:
        article = session.get_one(Article, article_id)
        return (article.title, article.answer, article.version, article.archived)


def titles(html: str) -> list[str]:
    return [node.text() for node in LexborHTMLParser(html).css(".lines .stretched")]


# The cast


@pytest.mark.parametrize("path", ["/knowledge", "/knowledge/1", "/knowledge/1/edit", "/knowledge/new"])
def test_only_agents_read(app: Flask, agent: FlaskClient, admin: FlaskClient, path: str) -> None:
    make()
    assert app.test_client().get(path).status_code == 302
    assert agent.get(path).status_code == admin.get(path).status_code == 200
    with db.transaction() as session:
        accounts.deactivate(session, accounts.agent_by_id(session, agent.agent.id), now=NOW)  # type: ignore[attr-defined]
    assert agent.get(path).status_code == 302


@pytest.mark.parametrize(("path", "form"), POSTS)
def test_signed_out_nobody_changes_anything(client: FlaskClient, path: str, form: dict[str, str]) -> None:
    article = make()
    before = stored(article)
    assert client.post(path, data=form).status_code == 302
    assert stored(article) == before


@pytest.mark.parametrize(("path", "form"), [*POSTS, ("/knowledge/preview", FORM)])
def test_without_the_forms_token_nothing_changes(
    app: Flask, agent: FlaskClient, path: str, form: dict[str, str]
) -> None:
    app.config["WTF_CSRF_ENABLED"] = True
    article = make()
    before = stored(article)
    assert agent.post(path, data=form).status_code == 400
    assert stored(article) == before


@pytest.mark.parametrize(("path", "form"), POSTS)
@pytest.mark.parametrize("extra", ["id", "archived", "created_at", "updated_by_id"])
def test_a_field_that_the_form_does_not_have_is_refused(
    agent: FlaskClient, path: str, form: dict[str, str], extra: str
) -> None:
    article = make()
    before = stored(article)
    assert agent.post(path, data={**form, extra: "1"}).status_code == 400
    assert stored(article) == before


@pytest.mark.parametrize("path", ["/knowledge/404", "/knowledge/404/edit", "/knowledge/99999999999999999999"])
def test_an_article_that_does_not_exist(agent: FlaskClient, path: str) -> None:
    assert agent.get(path).status_code == 404


@pytest.mark.parametrize("act", ["edit", "archive", "unarchive", "restore"])
def test_nothing_can_be_done_to_it_either(agent: FlaskClient, act: str) -> None:
    form = {"edit": FORM, "restore": {"version": "1"}}.get(act, {})
    assert agent.post(f"/knowledge/404/{act}", data=form).status_code == 404


# Writing


def test_writing_an_article(agent: FlaskClient) -> None:
    done = agent.post("/knowledge/new", data=FORM)
    page = agent.get(done.location).text
    assert "Returns" in page
    assert "<strong>14</strong>" in page
    assert titles(agent.get("/knowledge").text) == ["Returns"]


def test_an_unknown_variable_is_named_at_the_field_and_nothing_is_lost(agent: FlaskClient) -> None:
    form = {**FORM, "answer": "Dear {{custumer.name}}"}
    answer = agent.post("/knowledge/new", data=form)
    page = LexborHTMLParser(answer.text)
    assert answer.status_code == 422
    error = page.css_first("#answer-error")
    assert error is not None
    assert "{{custumer.name}}" in error.text()
    field = page.css_first("#answer")
    assert field is not None
    assert field.text().lstrip("\n") == form["answer"]
    with db.reading() as session:
        assert session.scalar(sa.select(sa.func.count(Article.id))) == 0


@pytest.mark.parametrize(
    ("values", "field"), [({"title": " "}, "title"), ({"answer": ""}, "answer"), ({"language": "xx"}, "language"),
                          ({"tags": "x" * 61}, "tags")],
)  # fmt: skip
def test_what_cannot_be_saved_is_explained_at_its_field(
    agent: FlaskClient, values: dict[str, str], field: str
) -> None:
    answer = agent.post("/knowledge/new", data={**FORM, **values})
    assert answer.status_code == 422
    assert LexborHTMLParser(answer.text).css_first(f"#{field}-error") is not None


def test_the_preview_button_saves_nothing(agent: FlaskClient) -> None:
    article = make()
    for path in ("/knowledge/new", f"/knowledge/{article}/edit"):
        answer = agent.post(
            path, data={**FORM, "answer": "Hi {{customer.first_name|there}} {{nope}}", "action": "preview"}
        )
        preview = LexborHTMLParser(answer.text).css_first("#preview")
        assert preview is not None
        assert "Hi Olga {{nope}}" in preview.text()
        assert "{{nope}}" in (preview.css_first(".field-error") or preview).text()
    with db.reading() as session:
        assert session.scalar(sa.select(sa.func.count(ArticleVersion.id))) == 1


def test_the_live_preview_is_a_fragment(agent: FlaskClient) -> None:
    answer = agent.post("/knowledge/preview", data={**FORM, "answer": "*soon*"})
    assert "<html" not in answer.text
    assert "<em>soon</em>" in answer.text


def test_the_second_editor_sees_both_texts_and_loses_none(
    app: Flask, agent: FlaskClient, admin: FlaskClient
) -> None:
    article = make()
    mine = {**FORM, "title": "Mine", "answer": "My text"}
    assert (
        admin.post(
            f"/knowledge/{article}/edit", data={**FORM, "title": "Theirs", "answer": "Their text"}
        ).status_code
        == 302
    )
    answer = agent.post(f"/knowledge/{article}/edit", data=mine)
    assert answer.status_code == 409
    for text in ("Theirs", "Their text", "Mine", "My text", "Ada Berg"):
        assert text in answer.text
    assert stored(article)[:3] == ("Theirs", "Their text", 2)
    version = LexborHTMLParser(answer.text).css_first("[name=version]")
    assert version is not None
    again = agent.post(
        f"/knowledge/{article}/edit", data={**mine, "version": version.attributes["value"] or ""}
    )
    assert again.status_code == 302
    assert stored(article)[:3] == ("Mine", "My text", 3)


@pytest.mark.parametrize("version", ["", "x", "-1", "0", "999999999999999999999"])
def test_a_form_with_a_broken_version_overwrites_nothing(agent: FlaskClient, version: str) -> None:
    article = make()
    before = stored(article)
    assert agent.post(f"/knowledge/{article}/edit", data={**FORM, "version": version}).status_code == 409
    assert stored(article) == before


def test_archiving_restoring_and_versions(agent: FlaskClient) -> None:
    article = make()
    agent.post(f"/knowledge/{article}/edit", data={**FORM, "answer": "Second text"})
    agent.post(f"/knowledge/{article}/restore", data={"version": "1"})
    assert stored(article)[1:3] == ("Two days, {{customer.first_name|friend}}.", 3)
    assert "Second text" in agent.get(f"/knowledge/{article}").text
    agent.post(f"/knowledge/{article}/archive")
    assert titles(agent.get("/knowledge").text) == []
    assert titles(agent.get("/knowledge?archived=yes").text) == ["Delivery"]
    agent.post(f"/knowledge/{article}/unarchive")
    assert titles(agent.get("/knowledge").text) == ["Delivery"]


# The list


def index(settings: Settings, *articles: tuple[int, str, str, str]) -> None:
    suggester = Suggester(settings.search_dir)
    for article in articles:
        suggester.add_article(*article)
    suggester.commit(1)
    suggester.close()


def test_the_first_article_is_asked_for_kindly(agent: FlaskClient) -> None:
    page = agent.get("/knowledge").text
    assert "Write the first answer" in page
    assert "New article" in page


def test_searching_by_word_forms_through_the_index(agent: FlaskClient, installation: Settings) -> None:
    back = make("Возврат товара", "Курьер заберёт посылку <b>бесплатно</b>.", "ru")
    other = make("Delivery", "Two days.", "en")
    index(
        installation,
        (back, "Возврат товара", "Курьер заберёт посылку <b>бесплатно</b>.", "ru"),
        (other, "Delivery", "Two days.", "en"),
    )
    page = agent.get("/knowledge?q=возвратом").text
    assert titles(page) == ["Возврат товара"]
    page = agent.get("/knowledge?q=посылку").text
    assert "<mark>посылку</mark>" in page
    assert "<b>бесплатно" not in page
    assert titles(agent.get("/knowledge?q=посылку&language=en").text) == []
    assert "No article fits" in agent.get("/knowledge?q=qwertyuiop").text


def test_an_article_that_the_index_has_but_the_database_archived_is_not_shown(
    agent: FlaskClient, installation: Settings
) -> None:
    article = make()
    index(installation, (article, "Delivery", "Two days.", "en"), (404, "Delivery ghost", "Two days.", "en"))
    agent.post(f"/knowledge/{article}/archive")
    assert titles(agent.get("/knowledge?q=delivery").text) == []
    assert titles(agent.get("/knowledge?q=delivery&archived=yes").text) == ["Delivery"]


def test_without_an_index_words_are_looked_up_in_the_database_and_it_says_so(agent: FlaskClient) -> None:
    make("Delivery")
    make("Returns")
    page = agent.get("/knowledge?q=deliv").text
    assert titles(page) == ["Delivery"]
    assert "The search index is not ready" in page
    assert "The search index is not ready" not in agent.get("/knowledge").text


def test_a_damaged_index_is_no_error_page(agent: FlaskClient, installation: Settings) -> None:
    article = make("Delivery")
    index(installation, (article, "Delivery", "Two days.", "en"))
    for path in (installation.search_dir / "index").rglob("*"):
        if path.is_file() and path.name != "current":
            path.write_bytes(b"\x00damaged")
    page = agent.get("/knowledge?q=delivery")
    assert page.status_code == 200
    assert titles(page.text) == ["Delivery"]


def test_filters_by_language_and_tag(agent: FlaskClient) -> None:
    make("Delivery", tags=("parcel",))
    make("Доставка", language="ru", tags=("посылка",))
    assert titles(agent.get("/knowledge?language=ru").text) == ["Доставка"]
    assert titles(agent.get("/knowledge?tag=parcel").text) == ["Delivery"]
    assert "No article fits" in agent.get("/knowledge?tag=parcel&language=ru").text


def test_the_list_speaks_the_language_that_is_asked_for(agent: FlaskClient, installation: Settings) -> None:
    article = make("Delivery", tags=tuple(f"tag {number:02}" for number in range(14)))
    with db.transaction() as session:
        said = ArticleText("Доставка", "Курьер приедет завтра.", "ru")
        service.say_in(session, article, said, version=1, by=None, now=db.now())
    make("Returns", tags=("tag 13",))
    assert set(titles(agent.get("/knowledge").text)) == {"Delivery", "Returns"}
    page = agent.get("/knowledge?language=ru").text
    assert titles(page) == ["Доставка"] and "Курьер приедет" in page
    shown = agent.get(f"/knowledge/{article}?language=ru").text
    assert "<bdi>Доставка</bdi></h1>" in shown
    # A hit is shown with the text that it was found in; the used tags first, the rest folded.
    index(
        installation,
        (article, "Delivery", "Two days, friend.", "en"),
        (article, "Доставка", "Курьер приедет завтра.", "ru"),
    )
    page = agent.get("/knowledge?q=курьером").text
    assert titles(page) == ["Доставка"] and "<mark>Курьер</mark>" in page
    open_tags, _, folded = page.partition("2 more tags")
    assert "tag=tag+13" in open_tags and "tag=tag+12" in folded and "tag=tag+12" not in open_tags


# What is shown is never alive


@pytest.mark.parametrize("path", ["/knowledge", "/knowledge/1", "/knowledge/1/edit", "/knowledge?q=onerror"])
def test_an_article_full_of_markup_is_text(agent: FlaskClient, path: str) -> None:
    text = CANARY.replace("{{7*7}}", "")
    article = make(text, text, tags=(text[:50],))
    with db.transaction() as session:
        service.edit(
            session, article, ArticleText(text, text + "!", "en", (text[:50],)), version=1, by=None, now=NOW
        )
    answer = agent.get(path)
    assert "onerror=canary" in answer.text
    assert not LexborHTMLParser(answer.text).css("[onerror], img[src=x]")


@pytest.mark.parametrize("field", ["title", "answer", "tags", "language", "version"])
def test_what_comes_back_in_a_refused_form_is_text(agent: FlaskClient, field: str) -> None:
    make()
    for path in ("/knowledge/new", "/knowledge/1/edit"):
        answer = agent.post(path, data={**FORM, "language": "xx", field: CANARY})
        assert answer.status_code in (409, 422)
        assert not LexborHTMLParser(answer.text).css("[onerror], img[src=x]")


@pytest.mark.parametrize("name", ["q", "tag", "language", "after", "archived"])
def test_what_stands_in_the_address_is_text(agent: FlaskClient, name: str) -> None:
    make()
    answer = agent.get("/knowledge", query_string={name: CANARY})
    assert answer.status_code == 200
    assert not LexborHTMLParser(answer.text).css("[onerror], img[src=x]")
