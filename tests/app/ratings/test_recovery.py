"""From an unhappy face to a customer who was won back: the task, who is told, what became of it; and praise."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from app import db
from app.accounts.models import Agent, Role
from app.accounts.teams import Team, TeamMember
from app.customers.models import Customer
from app.knowledge import service as knowledge
from app.knowledge.models import Article, article_tags
from app.knowledge.texts import ArticleText
from app.knowledge.who_sees import Circle, restrict
from app.ratings import service
from app.ratings.models import Praise, Rating
from app.settings import Settings
from app.tags.models import Tag
from app.tasks import recovery
from app.tasks.task_models import Task
from app.tickets.models import Event, Ticket
from app.together.models import Mailing, Notice
from app.together.telling import tell
from tests.app.ratings.conftest import PERSON, Asked, add_reply
from tests.support.web import sign_in

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


@pytest.fixture
def lead(asked: Asked) -> int:
    """Ben's lead, one of another team, and an apology in both languages."""
    now = db.now()
    with db.transaction() as session:
        lead = Agent(email="lena@orbit.example", name="Lena Voss", role=Role.LEAD, created_at=now)
        other = Agent(email="otto@orbit.example", name="Otto", role=Role.LEAD, created_at=now)
        teams = [Team(name=name, created_at=now) for name in ("East", "West")]
        session.add_all([lead, other, *teams])
        session.flush()
        session.add_all(
            TeamMember(team_id=team.id, agent_id=agent)
            for team, agent in ((teams[0], asked.ben), (teams[0], lead.id), (teams[1], other.id))
        )
        for language, tag in (("en", Tag(name="apology")), ("ru", Tag(name="извинения"))):
            session.add(Article(title=f"Sorry ({language})", answer="Sorry!", language=language, tags=[tag],
                                created_at=now, updated_at=now))  # fmt: skip
        return lead.id


def rate(app: Flask, token: str, face: str, comment: str = "") -> None:
    client = app.test_client(use_cookies=False)
    answer = client.post(
        f"/r/{token}", data={"face": face, "comment": comment}, headers={"User-Agent": PERSON}
    )
    assert answer.status_code == 303


def told() -> list[tuple[int, str, str]]:
    """Who was told of what, and whether it is mailed."""
    with db.transaction() as session:
        tell(session, now=db.now())
        rows = session.scalars(sa.select(Notice).order_by(Notice.agent_id, Notice.kind))
        return [(one.agent_id, one.kind, one.mailing) for one in rows]


def tasks() -> list[Task]:
    with db.reading() as session:
        return list(session.scalars(sa.select(Task).order_by(Task.id)))


def test_an_unhappy_rating_makes_a_task_at_once_and_tells_the_lead(
    app: Flask, asked: Asked, lead: int
) -> None:
    rate(app, asked.token, "bad", "Late again")
    rate(app, asked.token, "bad", "Late again, and no word")
    [task] = tasks()
    with db.reading() as session:
        article, ticket = session.get_one(Article, task.article_id), session.get_one(Ticket, asked.ticket)
        assert (article.language, task.owner_id, task.ticket_id) == ("ru", asked.ben, asked.ticket)
        assert task.due_at - task.created_at == timedelta(hours=4)
        assert (ticket.recovery_id, ticket.recovery_due_at) == (task.id, task.due_at)
        assert session.scalar(sa.select(sa.func.count()).where(Event.kind == "recovery")) == 1
    # The lead by mail as well, the author of it, nobody of another team.
    assert told() == [(asked.ben, "rating", Mailing.NONE), (lead, "recovery", Mailing.DUE)]


def test_happy_again_proposes_it_and_a_person_records_it(app: Flask, asked: Asked, lead: int) -> None:
    rate(app, asked.token, "bad")
    rate(app, asked.other_token, "okay")
    assert tasks()[0].proposed_at is None
    rate(app, asked.token, "good")
    [task] = tasks()
    assert task.proposed_at is not None and task.closed_at is None
    rate(app, asked.token, "bad")
    assert tasks()[0].proposed_at is None
    # A later reply to the same customer counts as well.
    with db.transaction() as session:
        ben, olga = session.get_one(Agent, asked.ben), session.scalars(sa.select(Customer)).one()
        secret = app.config["SETTINGS"].secret_key
        [later] = add_reply(session, ben, olga, secret, at=db.now())
        token = service.invitation_token(later, secret)
    rate(app, token, "good")
    assert tasks()[0].proposed_at is not None
    with db.reading() as session:
        client = sign_in(app.test_client(), session.get_one(Agent, lead))
    page = client.get("/tasks?view=open").text
    assert "Win back Olga Petrova" in page and "happy again" in page
    shown = client.get(f"/tasks/{task.id}").text
    assert "The customer was happy since." in shown and "Sorry (ru)" in shown
    assert client.post(f"/tasks/{task.id}/outcome", data={"outcome": "x"}).status_code == 422
    for _ in range(2):
        done = client.post(f"/tasks/{task.id}/outcome", data={"outcome": "won", "note": "Called her"})
        assert done.status_code == 303
    [task] = tasks()
    assert (task.outcome, task.note, task.closed_by_id) == ("won", "Called her", lead)
    with db.reading() as session:
        assert session.get_one(Ticket, asked.ticket).recovery_id is None
        assert session.scalar(sa.select(sa.func.count()).where(Event.kind == "recovered")) == 1
    assert "won back" in client.get("/tasks?view=done").text
    client.post(f"/tasks/{task.id}/reopen")
    assert tasks()[0].closed_at is None
    moved = client.post(f"/tasks/{task.id}", data={"owner": str(lead), "due": "2030-01-02T10:00"})
    assert moved.status_code == 303 and tasks()[0].owner_id == lead
    wrong = client.post(f"/tasks/{task.id}", data={"owner": str(lead), "due": "soon"})
    assert wrong.status_code == 422 and "This is no date we can use." in wrong.text


def test_an_apology_for_some_agents_is_no_beginning_for_the_others(
    app: Flask, asked: Asked, lead: int, admin: FlaskClient
) -> None:
    """Neither chosen nor tagged: one that is kept for another team is passed over, and its title stays there."""
    now = db.now()
    with db.transaction() as session:
        west = session.scalars(sa.select(Team).where(Team.name == "West")).one()
        kept = Article(title="Sorry from the directors", answer="Sorry!", language="ru", created_at=now,
                       updated_at=now + timedelta(days=1),
                       tags=list(session.scalars(sa.select(Tag).where(Tag.name == "извинения"))))  # fmt: skip
        session.add(kept)
        session.flush()
        restrict(session, kept, Circle(team_ids=frozenset({west.id})))
        everybody = session.scalars(sa.select(Article).where(Article.title == "Sorry (ru)")).one().id
        kept_id = kept.id
    assert "Sorry from the directors" in admin.get("/settings/asking").text
    form = {"hours": "4", "article_ru": str(kept_id)}
    assert admin.post("/settings/asking/recovery", data=form).status_code == 302
    rate(app, asked.token, "bad")
    [task] = tasks()
    with db.reading() as session:
        clients = {one: sign_in(app.test_client(), session.get_one(Agent, one)) for one in (asked.ben, lead)}
    # A team of its own may answer in this mailbox: it fits. Who is not of that team begins with another one.
    assert task.article_id == kept_id
    for client in clients.values():
        page = client.get(f"/tasks/{task.id}").text
        assert "Sorry (ru)" in page and "Sorry from the directors" not in page
    assert "Sorry from the directors" in admin.get(f"/tasks/{task.id}").text
    # For no mailbox that has to do with this letter: not even the task names it.
    with db.transaction() as session:
        restrict(session, session.get_one(Article, kept_id), Circle())
        session.execute(sa.delete(Task))
    rate(app, asked.other_token, "bad")
    rate(app, asked.token, "okay")
    rate(app, asked.token, "bad")
    assert kept_id not in [one.article_id for one in tasks()] and everybody in [
        one.article_id for one in tasks()
    ]


def test_an_apology_said_in_two_languages_is_one_article(app: Flask, asked: Asked, lead: int) -> None:
    with db.transaction() as session:
        session.execute(sa.delete(article_tags))
        for one in session.scalars(sa.select(Article)):
            session.delete(one)
        both = knowledge.create(
            session, ArticleText("Sorry", "Sorry!", "en", ("apology",)), by=None, now=db.now()
        )
        said = ArticleText("Простите", "Простите!", "ru")
        knowledge.say_in(session, both.id, said, version=1, by=None, now=db.now())
        ticket = session.get_one(Ticket, asked.ticket)
        ticket.language = "ru"
    rate(app, asked.token, "bad")
    [task] = tasks()
    assert task.article_id == both.id
    with db.reading() as session:
        page = sign_in(app.test_client(), session.get_one(Agent, lead)).get(f"/tasks/{task.id}").text
    assert "Простите" in page and "Sorry" not in page
    # Whoever archives it later leaves the task without one, not with an old one.
    with db.transaction() as session:
        knowledge.archive(session, both.id, by=None, now=db.now())
    with db.reading() as session:
        page = sign_in(app.test_client(), session.get_one(Agent, lead)).get(f"/tasks/{task.id}").text
    assert "Простите" not in page and "No article is tagged" in page


def test_praise_is_for_a_happy_rating_of_a_colleague_and_reaches_the_agent(
    app: Flask, asked: Asked, lead: int
) -> None:
    rate(app, asked.token, "good", "Thanks!")
    rate(app, asked.other_token, "bad")
    with db.reading() as session:
        happy, unhappy = session.scalars(sa.select(Rating).order_by(Rating.id)).all()
        clients = {one: sign_in(app.test_client(), session.get_one(Agent, one)) for one in (asked.ben, lead)}
    ticket = clients[lead].get(f"/tickets/{asked.ticket}").text
    assert f"/ratings/each/{happy.mark}/praise" in ticket and f"{unhappy.mark}/praise" not in ticket
    for words in ("Well said", "Well said indeed"):
        clients[lead].post(f"/ratings/each/{happy.mark}/praise", data={"words": words})
    assert (
        clients[asked.ben].post(f"/ratings/each/{happy.mark}/praise", data={"words": ""}).status_code == 403
    )
    clients[lead].post(f"/ratings/each/{unhappy.mark}/praise", data={"words": "?"})
    with db.reading() as session:
        [praise] = session.scalars(sa.select(Praise)).all()
        assert (praise.by_id, praise.agent_id, praise.words) == (lead, asked.ben, "Well said indeed")
    assert (asked.ben, "praise", Mailing.NONE) in told()
    own = clients[asked.ben].get(f"/ratings/agents/{asked.ben}").text
    assert "Well said indeed" in own and "Lena Voss" in own
    assert "Thanks!" in own
    # Whose page it is not: nobody's but theirs and their lead's.
    assert clients[asked.ben].get(f"/ratings/agents/{lead}").status_code == 403
    assert clients[lead].get(f"/ratings/agents/{asked.ben}").status_code == 200


def test_the_pages_show_what_is_counted_and_give_it_as_a_file(
    app: Flask, asked: Asked, admin: FlaskClient
) -> None:
    rate(app, asked.token, "good", "=HYPERLINK(1)")
    rate(app, asked.other_token, "bad", "<b>slow</b>")
    for by in ("agent", "team", "mailbox", "article", "tag", "segment", "x"):
        assert admin.get(f"/ratings?by={by}&days=0").status_code == 200
    page = admin.get("/ratings").text
    assert (
        "too few to rank" in page and "&lt;b&gt;slow" in page and f"agent={asked.ben}&amp;face=good" in page
    )
    each = admin.get(f"/ratings/each?agent={asked.ben}&face=good").text
    assert "=HYPERLINK(1)" in each and "&lt;b&gt;slow" not in each
    figures = admin.get("/ratings/figures.csv").text
    assert "Ben Falk" in figures and ",2,2,100," in figures
    rows = admin.get("/ratings/each.csv").text
    assert "'=HYPERLINK(1)" in rows and rows.startswith("\ufeff")
    for odd in ("days=abc", "days=-1", "face=evil", "agent=x", "agent=999999999999", "from=x&to=y",
                "from=2026-01-01&to=2025-01-01", "after=x_y", "from=0001-01-01&to=9999-12-31"):  # fmt: skip
        for path in ("/ratings", "/ratings/each", f"/ratings/agents/{asked.ben}", "/ratings/figures.csv"):
            assert admin.get(f"{path}?{odd}").status_code == 200, (path, odd)


def test_reasons_are_worded_ordered_archived_and_counted(
    app: Flask, asked: Asked, admin: FlaskClient, installation: Settings
) -> None:
    client = app.test_client(use_cookies=False)
    page = client.get(f"/r/{asked.token}/good", headers={"User-Agent": PERSON}).text
    assert (
        page.index("Вежливость")
        < page.index("Скорость")
        < page.index("Знание дела")
        < page.index("Результат")
    )
    assert (
        admin.post("/settings/reasons", data={"words_en": "", "words_ru": " ", "for_good": "on"}).status_code
        == 422
    )
    admin.post("/settings/reasons", data={"words_en": "", "words_ru": "Терпение", "for_good": "on"})
    admin.post(
        "/settings/reasons/1",
        data={"words_en": "Manners", "words_ru": "Манеры", "for_good": "on", "for_bad": "on"},
    )
    admin.post("/settings/reasons/2/move", data={"up": "yes"})
    admin.post("/settings/reasons/3/archive", data={"archived": "yes"})
    page = client.get(f"/r/{asked.token}/good", headers={"User-Agent": PERSON}).text
    assert (
        page.index("Скорость") < page.index("Манеры") < page.index("Терпение") and "Знание дела" not in page
    )
    # 5 is for the happy only, 99 is nobody's.
    for face, wanted in (("good", {1, 5}), ("bad", {1}), ("bad", {1})):
        data = {"face": face, "comment": "", "reason": ["1", "5", "99", "x"]}
        client.post(f"/r/{asked.token}", data=data, headers={"User-Agent": PERSON})
        with db.reading() as session:
            chosen = session.execute(sa.text("SELECT reason_id FROM rating_chosen_reasons")).scalars().all()
        assert set(chosen) == wanted
    own = admin.get(f"/ratings/agents/{asked.ben}").text
    assert "Manners" in own
    with db.reading() as session:
        changes = session.execute(sa.text("SELECT reasons FROM rating_changes ORDER BY id")).scalars().all()
    assert changes == ["[1, 5]", "[1]"]


def test_leads_answer_for_their_teams_and_admins_where_there_are_none(session) -> None:  # noqa: ANN001
    at = db.now()
    ben = Agent(email="ben@orbit.example", name="Ben", created_at=at)
    boss = Agent(email="boss@orbit.example", name="Boss", role=Role.ADMIN, created_at=at)
    session.add_all([ben, boss])
    session.flush()
    assert recovery.leads_of(session, ben.id) == [boss.id]
    lead = Agent(email="lead@orbit.example", name="Lead", role=Role.LEAD, created_at=at)
    session.add(lead)
    session.flush()
    assert recovery.leads_of(session, ben.id) == [lead.id]
