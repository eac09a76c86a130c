"""Pages around an article: languages, who reads it, versions side by side, files, import; and the editor of scripts."""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from app import cli, db
from app.accounts.models import Agent, Role
from app.accounts.teams import TeamForm, make_team
from app.customers.service import find_or_create
from app.knowledge import exchange, service, zips
from app.knowledge.models import Article, ArticleFile, Script
from app.knowledge.texts import ArticleText
from app.knowledge.who_sees import NOBODY_ASKS, circle_of
from app.tags.service import find_or_make
from tests.app.web.conftest import Desk

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
TEXT = "Within 14 days, {{customer.first_name|friend}}.\n\n{{#if customer.tag=vip}}\nYour manager calls.\n{{/if}}"


@pytest.fixture
def article(desk: Desk) -> int:
    with db.transaction() as session:
        olga = find_or_create(session, "olga@buyer.example", "Olga Petrova", now=db.now())
        olga.tags = find_or_make(session, ("VIP",))
        return service.create(session, ArticleText("Returns", TEXT, "en"), by=None, now=db.now()).id


def lead(client: FlaskClient) -> int:
    with db.transaction() as session:
        session.execute(sa.update(Agent).where(Agent.id == client.agent.id).values(role=Role.LEAD))  # type: ignore[attr-defined]
        return client.agent.id  # type: ignore[attr-defined]


def test_a_customer_reads_their_part(agent: FlaskClient, article: int) -> None:
    assert "manager" not in agent.get(f"/knowledge/{article}").text.partition('id="versions"')[0]
    as_olga = agent.get(f"/knowledge/{article}?as=OLGA@buyer.example").text
    assert "Your manager calls." in as_olga and "Within 14 days, Olga." in as_olga
    assert "No client card" in agent.get(f"/knowledge/{article}?as=nobody@buyer.example").text
    form = {"answer": "{{#if customer.tag=vip}}x", "language": "en", "as": "olga@buyer.example"}
    assert "it has no end" in agent.post("/knowledge/preview", data=form).text


def test_it_is_said_in_russian_and_versions_are_compared(agent: FlaskClient, article: int) -> None:
    assert "New: translate" in agent.get(f"/knowledge/{article}/edit?language=ru").text
    form = {
        "title": "Возврат",
        "answer": "14 дней.",
        "of": "ru",
        "language": "ru",
        "version": "1",
        "action": "save",
    }
    page = agent.post(f"/knowledge/{article}/edit", data=form, follow_redirects=True).text
    assert "14 дней." in page and 'aria-current="true">Русский' in page
    # Both texts are what it says now: there is nothing to restore or to compare.
    assert "/restore" not in page and "/compare" not in page and page.count(">newest<") == 2
    form |= {"answer": "30 дней.", "version": "1"}
    assert agent.post(f"/knowledge/{article}/edit", data=form).status_code == 409
    agent.post(f"/knowledge/{article}/edit", data={**form, "version": "2"})
    page = agent.get(f"/knowledge/{article}/compare").text
    assert "<del>14</del><ins>30</ins> дней." in page
    shown = agent.get(f"/knowledge/{article}").text
    assert shown.count("/restore") == 1 and f"/knowledge/{article}/compare?old=2&amp;new=3" in shown
    assert (
        "<del>"
        not in agent.get(f"/knowledge/{article}/compare?old=1&new=1").text.partition("compared-key")[0]
    )
    agent.post(f"/knowledge/{article}/restore", data={"version": "2"})
    assert "14 дней." in agent.get(f"/knowledge/{article}?language=ru").text.partition('id="files"')[0]
    assert agent.get("/knowledge?lacks=ru").text.count("article-line") == 0
    agent.post(f"/knowledge/{article}/forget-language", data={"language": "ru"})
    assert agent.get("/knowledge?lacks=ru").text.count("article-line") == 1
    # A language that is gone can be had back.
    assert agent.get(f"/knowledge/{article}").text.count("/restore") == 3
    assert agent.get(f"/knowledge/{article}/edit?language=de").status_code == 404


def test_who_reads_it_and_who_looks_after_it(agent: FlaskClient, article: int, desk: Desk) -> None:
    with db.transaction() as session:
        team = make_team(session, TeamForm("Others"), now=db.now()).id
    me = str(agent.agent.id)  # type: ignore[attr-defined]
    form = {
        "visibility": "agents",
        "who": "some",
        "mailbox": str(desk.mailbox_id),
        "owner_id": me,
        "review_on": "2026-01-01",
    }
    page = agent.post(f"/knowledge/{article}/arrange", data=form, follow_redirects=True).text
    assert "Only for some agents" in page and "Its day of review was 1 Jan 2026" in page
    with db.reading() as session:
        assert circle_of(session, article).mailbox_ids == {desk.mailbox_id}
    assert "1 to review" in agent.get("/knowledge?due=yes&mine=yes").text
    agent.post(f"/knowledge/{article}/reviewed", data={"months": "6"})
    assert "to review" not in agent.get("/knowledge").text
    assert agent.post(f"/knowledge/{article}/arrange", data={**form, "review_on": "soon"}).status_code == 422
    assert (
        agent.post(f"/knowledge/{article}/arrange", data={**form, "visibility": "public"}).status_code == 422
    )
    out = {**form, "mailbox": "", "team": str(team), "owner_id": ""}
    page = agent.post(f"/knowledge/{article}/arrange", data=out, follow_redirects=True)
    assert page.request.path == "/knowledge" and "Returns" not in page.text, (
        "who shut themselves out sees the list"
    )


def test_articles_leave_and_come_back_after_a_look(agent: FlaskClient, article: int) -> None:
    lead(agent)
    packed = agent.get("/knowledge/exchange/articles.zip").data
    text = zips.unpack(packed)[0].text or ""
    changed = zips.pack(
        [("a.en.md", text.replace("14 days", "21 days")), ("bad.md", "---\ntitle: x\ncolour: red\n---\n")]
    )
    page = agent.post("/knowledge/exchange", data={"file": (io.BytesIO(changed), "a.zip")}).text
    assert "1 changed" in page and "bad.md" in page and "line 3" in page
    with db.reading() as session:
        assert "14" in session.scalars(sa.select(Article.answer)).one(), "a look writes nothing"
    kept = {name: re.search(rf'name="{name}" value="([^"]+)"', page).group(1) for name in ("digest", "proof")}  # type: ignore[union-attr]
    assert agent.post("/knowledge/exchange/do", data={**kept, "proof": "x"}).status_code == 422
    assert (
        "1 article was written" in agent.post("/knowledge/exchange/do", data=kept, follow_redirects=True).text
    )
    with db.reading() as session:
        assert "21" in session.scalars(sa.select(Article.answer)).one()
    rubbish = agent.post("/knowledge/exchange", data={"file": (io.BytesIO(b"no zip"), "a.zip")})
    assert rubbish.status_code == 422 and "no zip file" in rubbish.text


def test_the_same_by_command(agent: FlaskClient, article: int, tmp_path) -> None:  # noqa: ANN001
    cli.register(agent.application)
    runner = agent.application.test_cli_runner()
    assert (
        "1 articles and 0 files" in runner.invoke(args=["export-articles", str(tmp_path / "all.zip")]).output
    )
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "tea.en.md").write_text("---\ntitle: Tea\nlanguage: en\n---\n\nHot.")
    (folder / "bad.md").write_bytes(b"\xff")
    looked = runner.invoke(args=["import-articles", str(folder), "--look"]).output
    assert (
        "It would be: 1 new, 0 changed, 0 same, 1 left out." in looked
        and "bad.md: This file is not UTF-8." in looked
    )
    runner.invoke(args=["import-articles", str(folder)])
    again = runner.invoke(args=["import-articles", str(tmp_path / "all.zip")]).output
    assert "0 new, 0 changed, 1 same" in again
    with db.reading() as session:
        assert len(exchange.export(session, NOBODY_ASKS)) == 2


def test_files_of_articles_go_with_them_and_come_back(
    agent: FlaskClient, article: int, tmp_path: Path
) -> None:
    """By the page and by the command; twice is once, and what no letter can carry is left out with a word."""
    lead(agent)
    for name, content in (
        ("Plan.pdf", b"%PDF plan"),
        ("notes.md", b"# no article"),
        ("Plan.pdf", b"%PDF other"),
    ):
        agent.post(f"/knowledge/{article}/files", data={"file": (io.BytesIO(content), name)})
    packed = agent.get("/knowledge/exchange/articles.zip").data
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        inside = {name.partition("/")[2].partition("/")[2]: archive.read(name) for name in archive.namelist()
                  if name.startswith("files/")}  # fmt: skip
        texts = [name for name in archive.namelist() if name.startswith("articles/")]
        key = next(name for name in archive.namelist() if name.startswith("files/")).split("/")[1]
    assert inside == {"Plan.pdf": b"%PDF plan", "notes.md": b"# no article", "Plan (2).pdf": b"%PDF other"}
    assert len(texts) == 1
    with db.transaction() as session:
        session.execute(sa.delete(ArticleFile))
    page = agent.post("/knowledge/exchange", data={"file": (io.BytesIO(packed), "a.zip")}).text
    assert "1 changed" in page and "Plan (2).pdf" in page and "notes.md" in page
    kept = {name: re.search(rf'name="{name}" value="([^"]+)"', page).group(1) for name in ("digest", "proof")}  # type: ignore[union-attr]
    for _ in range(2):
        agent.post("/knowledge/exchange/do", data=kept)
    with db.reading() as session:
        files = session.scalars(sa.select(ArticleFile).order_by(ArticleFile.id)).all()
        assert sorted((one.filename, one.content_type) for one in files) == [
            ("Plan (2).pdf", "application/pdf"), ("Plan.pdf", "application/pdf"), ("notes.md", "text/markdown"),
        ]  # fmt: skip
    assert agent.get(f"/knowledge/{article}/files/{files[0].id}").data in inside.values()
    assert (
        "1 the same" in agent.post("/knowledge/exchange", data={"file": (io.BytesIO(packed), "a.zip")}).text
    )
    # A folder, with a file too large, one of no article, and a name that wants to be somewhere else.
    cli.register(agent.application)
    runner = agent.application.test_cli_runner()
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        archive.extractall(tmp_path)
    (tmp_path / "files" / "nobody").mkdir()
    (tmp_path / "files" / "nobody" / "x.txt").write_bytes(b"x")
    (tmp_path / "files" / key / "huge.bin").write_bytes(
        b"0" * (agent.application.config["SETTINGS"].upload_bytes + 1)
    )
    (tmp_path / "files" / key / "new.txt").write_bytes(b"new")
    said = runner.invoke(args=["import-articles", str(tmp_path)]).output
    assert "files/nobody/x.txt: There is no article for this file." in said
    assert f"files/{key}/huge.bin: That is too much for one letter." in said
    assert "0 new, 1 changed, 0 same, 2 left out" in said
    with db.reading() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(ArticleFile)) == 4


def test_hostile_names_beside_articles_are_no_paths(agent: FlaskClient, article: int) -> None:
    lead(agent)
    with db.reading() as session:
        key = session.scalar(sa.select(Article.key).where(Article.id == article))
    packed = zips.unpack(agent.get("/knowledge/exchange/articles.zip").data)
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w") as archive:
        archive.writestr("a.md", packed[0].text or "")
        for name in (
            f"files/{key}/..",
            f"files/{key}/.hidden",
            f"../files/{key}/a\u202eb<c>.txt",
            f"files/../{key}/d.txt",
        ):
            archive.writestr(name, b"x")
    page = agent.post("/knowledge/exchange", data={"file": (io.BytesIO(kept.getvalue()), "a.zip")}).text
    assert re.findall(r"<bdi>([^<]*\.txt)</bdi>", page) == ["abc.txt"]


def test_a_script_is_written_step_by_step(agent: FlaskClient, desk: Desk) -> None:
    form = {
        "title": "Rain",
        "language": "en",
        "step": ["1"],
        "1.say": "Is it raining?",
        "1.text": "",
        "do": "add",
    }
    page = agent.post("/knowledge/scripts/new", data=form).text
    assert 'id="step-2"' in page and "no choice leads here" in page
    form |= {"step": ["1", "2"], "1.label": ["Yes", ""], "1.to": ["2", "1"], "2.say": "Wait.", "do": "save"}
    wrong = agent.post("/knowledge/scripts/new", data={**form, "2.text": "{{custumer.name}}"})
    assert wrong.status_code == 422 and "Step 2" in wrong.text and "custumer.name" in wrong.text
    form["2.text"] = "Dear {{customer.first_name}}, it rains."
    agent.post("/knowledge/scripts/new", data=form)
    with db.reading() as session:
        script = session.scalars(sa.select(Script)).one()
        assert [step["choices"] for step in script.steps] == [[{"label": "Yes", "to": "2"}], []]
    late = agent.post(f"/knowledge/scripts/{script.id}", data={**form, "title": "Snow", "version": "9"})
    assert late.status_code == 409
    page = agent.post(f"/knowledge/scripts/{script.id}", data={**form, "version": "1", "do": "remove:2"}).text
    assert 'id="step-2"' not in page and 'value="Yes"' not in page

    ticket = desk.letter()
    assert "Rain" in agent.get(f"/tickets/{ticket}/scripts").text
    step = agent.get(
        f"/tickets/{ticket}/scripts/{script.id}?step=2&path=1", headers={"HX-Request": "true"}
    ).text
    assert "Dear Olga, it rains." in step and "<html" not in step and "One step back" in step
    page = agent.post(
        f"/tickets/{ticket}/scripts/{script.id}/insert", data={"step": "2"}, follow_redirects=True
    ).text
    assert "Dear Olga, it rains." in page.partition('id="text-reply"')[2]
    agent.post(f"/knowledge/scripts/{script.id}/archive", data={"archived": "yes"})
    assert agent.get(f"/tickets/{ticket}/scripts/{script.id}").status_code == 404
    agent.post("/knowledge/scripts/examples")
    agent.post("/knowledge/scripts/examples")
    with db.reading() as session:
        assert session.scalar(sa.select(sa.func.count(Script.id))) == 7
