"""Every page, every answer in JSON and every export, with what they link to, read by agents who may not see an article
that everything of the desk points at: not one of its words is on any of them."""

from __future__ import annotations

import io
import re
import zipfile
from html import unescape

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from app import db
from app.accounts.models import Agent, Role
from app.accounts.teams import TeamForm, make_team
from app.automation.models import Macro
from app.knowledge.models import (
    Article,
    ArticleFile,
    ArticleVariant,
    ArticleVersion,
    KnowledgeLog,
    Outcome,
    Suggestion,
    article_tags,
    article_teams,
)
from app.knowledge.public_models import HelpRead, HelpVote
from app.reports.models import ReplyFacts
from app.settings import Settings
from app.tags.models import Tag
from app.tasks.task_models import Task
from app.tickets.models import Kind, Message
from app.upkeep.models import Gap, TypedAnswer
from tests.app.web.every_route import ROUTES, address, known, values
from tests.support.web import add_agent, sign_in
from tests.support.whole_desk import WholeDesk, build

SECRET, ASKED = "zarathustra", "quincunx"
HIDDEN = ("article_id", "twin_one", "merge_kept", "merge_gone")
# What a page links to, its lists page by page and its filters: enough to come everywhere from everywhere.
MOST_PAGES = 400
ENTRANCES = (
    f"/knowledge?q={ASKED}", "/knowledge?archived=yes", "/knowledge?due=yes", "/knowledge?lacks=ru", "/knowledge?order=new",
    "/knowledge/figures.csv", "/knowledge/gaps.csv", "/knowledge/exchange/articles.zip", f"/letters/articles?q={ASKED}",
    "/letters/articles", "/reports/knowledge", "/reports/knowledge.csv", "/ratings", "/knowledge?tag=wellknown",
    f"/inbox/open?q={ASKED}",
)  # fmt: skip
LINK = re.compile(r'(?:href|hx-get|src|action)="(/[^"#]*)')
pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


@pytest.fixture
def desk(agent: FlaskClient, installation: Settings) -> WholeDesk:
    """One of everything, and four of its articles for one team only."""
    made = build(installation, agent.agent)
    inside = add_agent("inside@help.example", "Ida Inside", role=Role.LEAD)
    with db.transaction() as session:
        team = make_team(session, TeamForm("Inner circle", agent_ids=(inside.id,)), now=db.now())
        ids = [made.ids[name] for name in HIDDEN]
        session.execute(sa.insert(article_teams), [{"article_id": one, "team_id": team.id} for one in ids])
        _say_it_everywhere(session, ids)
        _point_at_it(session, made, ids[0])
    return made


def _say_it_everywhere(session: Session, ids: list[int]) -> None:
    words = {"title": f"About {SECRET} {ASKED}", "answer": f"Words on {SECRET} and {ASKED}, order."}
    session.execute(sa.update(Article).where(Article.id.in_(ids)).values(restricted=True, **words))
    for model in (ArticleVariant, ArticleVersion):
        session.execute(sa.update(model).where(model.article_id.in_(ids)).values(**words))
    session.execute(
        sa.update(ArticleFile).where(ArticleFile.article_id.in_(ids)).values(filename=f"{SECRET}.txt")
    )
    session.execute(
        sa.update(Suggestion)
        .where(Suggestion.article_id.in_(ids))
        .values(why={"words": [SECRET], "example": f"like {SECRET}"})
    )
    session.execute(
        sa.update(KnowledgeLog).where(KnowledgeLog.article_id.in_(ids)).values(question=f"Why {SECRET}?")
    )
    # Names of tags are words of the whole desk, on tickets and cards as well; which articles have one is not.
    tag = Tag(name="wellknown")
    session.add(tag)
    session.flush()
    session.execute(sa.insert(article_tags), [{"article_id": one, "tag_id": tag.id} for one in ids])
    session.add(
        HelpVote(article_id=ids[0], language="en", version=1, helped=True, words=SECRET, visitor="s", at=db.now())
    )  # fmt: skip
    session.add(HelpRead(article_id=ids[0], language="en", day=db.now().date(), times=3))


def _point_at_it(session: Session, made: WholeDesk, article_id: int) -> None:
    """A task to begin with it, a macro that puts it in, replies sent with it, a gap and a repetition closed by it."""
    session.execute(sa.update(Task).values(article_id=article_id))
    does = [{"do": "article", "values": [str(article_id)]}]
    session.execute(sa.update(Macro).values(actions=does, scope="shared"))
    offered = set(
        session.scalars(sa.select(Suggestion.message_id).where(Suggestion.article_id == article_id))
    )
    for message in session.scalars(sa.select(Message).where(Message.kind == Kind.INCOMING)):
        message.suggest_state = "done"
        for rank, one in enumerate((article_id, made.ids["twin_one"]), 1):
            if rank == 2 or message.id not in offered:
                session.add(_suggested(message, one, rank, made))
    session.execute(sa.update(ReplyFacts).values(article_id=article_id))
    for model in (Gap, TypedAnswer):
        session.execute(sa.update(model).values(article_id=article_id))


def _suggested(message: Message, article_id: int, rank: int, made: WholeDesk) -> Suggestion:
    """The second was sent, the first still stands there."""
    sent = rank == 2
    return Suggestion(
        message_id=message.id, article_id=article_id, reply_id=made.ids["sent_reply"] if sent else None, rank=rank,
        confidence=0.9, shown="open", outcome=Outcome.ACCEPTED if sent else Outcome.SHOWN, created_at=db.now(),
        outcome_at=db.now() if sent else None, inserted_at=db.now() if sent else None, why={"words": [SECRET]},
    )  # fmt: skip


def test_no_word_of_it_is_anywhere_for_those_outside(app: Flask, desk: WholeDesk) -> None:
    for role in (Role.LEAD, Role.AGENT):
        client = sign_in(app.test_client(), add_agent(f"{role}@help.example", "Olaf Out", role=role))
        read = crawl(app, client, desk)
        assert len(read) > 250, "there is more than that to read"
        assert leaks(read) == set(), role
    reader = crawl(
        app, app.test_client(), desk, start=("/help", "/help/en", "/help/ru", f"/help/en/search?q={ASKED}")
    )
    assert leaks(reader) == set()


def test_those_inside_read_it_on_many_of_the_same_pages(app: Flask, desk: WholeDesk) -> None:
    """Or else the test above would prove nothing."""
    with db.reading() as session:
        inside = session.scalars(sa.select(Agent).where(Agent.email == "inside@help.example")).one()
    read = crawl(app, sign_in(app.test_client(), inside), desk)
    assert {
        "/knowledge", "/knowledge/N", "/knowledge/N/edit", "/knowledge/N/figures", "/knowledge/N/readers",
        "/knowledge/N/compare", "/knowledge/doubles", "/knowledge/figures", "/knowledge/figures.csv", "/tickets/N",
        "/tickets/N/suggestions", "/letters/articles", "/knowledge/exchange/articles.zip", "/tasks/N",
    } <= leaks(read)  # fmt: skip


def leaks(read: dict[str, str]) -> set[str]:
    """The kinds of pages that have the word: numbers and questions of an address left out."""
    return {
        re.sub(r"\d+", "N", url.partition("?")[0]) for url, said in read.items() if SECRET in said.lower()
    }


def crawl(
    app: Flask, client: FlaskClient, desk: WholeDesk, start: tuple[str, ...] | None = None
) -> dict[str, str]:
    """Address → what it says, of every route that is asked by GET and of what those pages lead to."""
    rules = [(rule, ROUTES[method, rule.endpoint]) for method, rule in known(app) if method == "GET"]
    every = [
        address(app, rule, values(rule, route, desk), route.query)
        for rule, route in rules
        if not route.sandbox and rule.endpoint != "static"
    ]
    waiting = list(start if start is not None else (*ENTRANCES, *every))
    read: dict[str, str] = {}
    while waiting and len(read) < MOST_PAGES:
        url = waiting.pop(0)
        if url in read or url.startswith("/static") or "sign-out" in url:
            continue
        answer = client.get(url)
        read[url] = " ".join((str(answer.headers), answer.location or "", said_by(answer.data)))
        if answer.mimetype == "text/html":
            found = (unescape(link) for link in LINK.findall(answer.text))
            waiting += [link for link in found if link not in read]
        answer.close()
    return read


def said_by(body: bytes) -> str:
    """Its words; of an archive those of all its files."""
    if body[:2] != b"PK":
        return body.decode("utf-8", "replace")
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        return " ".join(
            f"{name} {archive.read(name).decode('utf-8', 'replace')}" for name in archive.namelist()
        )
