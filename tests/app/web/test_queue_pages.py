"""Working the queue in pages: orders, selections, saved views, teams – as a browser without scripts sends them."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from app import db
from app.accounts.models import Agent, MailboxGrant, Role
from app.accounts.teams import Team, TeamForm, make_team
from app.customers.models import Organisation
from app.tickets import service
from app.tickets.models import Ticket
from app.tickets.queue_models import BulkAction, SavedView
from tests.support.web import add_agent, sign_in

JSON = {"Accept": "application/json"}


def rows(text: str) -> list[int]:
    return [int(number) for number in re.findall(r'id="t(\d+)" class="row', text)]


def ticket(ticket_id: int) -> Ticket:
    with db.reading() as session:
        return session.get_one(Ticket, ticket_id)


def change(ticket_id: int, **values: object) -> None:
    with db.transaction() as session:
        session.execute(sa.update(Ticket).where(Ticket.id == ticket_id).values(**values))
        service.changed(session, ticket_id, "event", db.now())


def colleague(app, name: str = "Ben", **more: object) -> FlaskClient:
    return sign_in(app.test_client(), add_agent(f"{name.lower()}@help.example", name, **more))


def saved(agent: FlaskClient, name: str, query: str, **more: str) -> int:
    answer = agent.post("/views", data={"name": name, "query": query, **more})
    assert answer.status_code == 302, answer.text
    return int(answer.headers["Location"].rsplit("-", 1)[1])


def test_an_order_is_kept_for_this_agent_and_this_view(agent: FlaskClient, app, desk) -> None:
    one, two, three = desk.letters(3)
    assert rows(agent.get("/inbox/open").text) == [one, two, three]
    answer = agent.post("/inbox/open/order", data={"order": "newest"})
    assert answer.headers["Location"] == "/inbox/open"
    assert rows(agent.get("/inbox/open").text) == [three, two, one]
    assert rows(agent.get("/inbox/unassigned").text) == [one, two, three]
    assert rows(colleague(app).get("/inbox/open").text) == [one, two, three]
    assert agent.post("/inbox/closed/order", data={"order": "waiting"}).status_code == 404


def test_without_scripts_the_list_says_what_happened_and_takes_it_back(agent: FlaskClient, desk) -> None:
    one, two, three = desk.letters(3)
    answer = agent.post("/bulk", data={"ticket": [one, two], "do": "status:closed", "view": "open"})
    page = agent.get(answer.headers["Location"]).text
    assert rows(page) == [three] and "2 tickets closed." in page
    undo = re.search(r'action="(/bulk/\d+/undo)"', page).group(1)  # type: ignore[union-attr]
    page = agent.get(agent.post(undo, data={"view": "open"}).headers["Location"]).text
    assert rows(page) == [one, two, three] and "2 tickets are as before." in page
    assert "/bulk/1/undo" not in page


def test_scripts_get_a_sentence_and_the_way_back(agent: FlaskClient, desk) -> None:
    one, two = desk.letters(2)
    first = agent.post("/bulk", data={"ticket": [one, two], "do": "tag", "tag": "VIP"}, headers=JSON).json
    assert first["text"] == "2 tickets tagged." and first["done"] == 2
    again = agent.post("/bulk", data={"ticket": one, "do": "tag", "tag": "vip"}, headers=JSON).json
    assert again == {"text": f"Nothing was changed. So already: #{one}.", "done": 0, "undo": ""}
    back = agent.post(first["undo"], headers=JSON).json
    assert back["text"] == "2 tickets are as before." and back["undo"] == ""
    twice = agent.post(first["undo"], headers=JSON)
    assert twice.status_code == 409 and "already" in twice.json["error"]


@pytest.mark.parametrize(
    ("do", "more", "seen"),
    [
        ("assign:me", {}, lambda found, me: found.assignee_id == me),
        ("status:waiting", {}, lambda found, _me: found.status == "waiting"),
        ("spam", {}, lambda found, _me: found.status == "spam"),
        ("trash", {}, lambda found, _me: found.status == "trash"),
        ("snooze:tomorrow", {}, lambda found, _me: found.snoozed_until > db.now()),
        ("snooze:at", {"at": "2031-05-01T09:30"}, lambda found, _me: found.snoozed_until.year == 2031),
        ("read", {}, lambda found, _me: not found.unread),
    ],
)
def test_each_button_does_what_it_says(agent: FlaskClient, desk, do: str, more: dict[str, str], seen) -> None:
    (one,) = desk.letters(1)
    if do == "snooze:at":
        one = desk.letter("Once more")
    answer = agent.post("/bulk", data={"ticket": one, "do": do, **more}, headers=JSON)
    assert answer.status_code == 200 and answer.json["done"] == 1, answer.text
    assert seen(ticket(one), agent.agent.id)


@pytest.mark.parametrize("data", [{"do": "status:closed"}, {"do": "nothing", "ticket": "1"}, {"ticket": "1"}])
def test_what_makes_no_sense_is_said(agent: FlaskClient, desk, data: dict[str, str]) -> None:
    desk.letter()
    assert agent.post("/bulk", data=data, headers=JSON).status_code == 422


def test_the_whole_view_is_acted_on_as_it_is_sorted(agent: FlaskClient, desk, monkeypatch) -> None:
    ids = desk.letters(60)
    monkeypatch.setattr("app.tickets.bulk.MOST", 55)
    answer = agent.post("/bulk", data={"all": "view", "view": "open", "do": "status:closed"}, headers=JSON)
    assert answer.json["done"] == 55
    assert rows(agent.get("/inbox/open").text) == ids[55:]


def test_what_an_agent_may_not_see_is_not_touched(agent: FlaskClient, app, desk) -> None:
    hidden = desk.letter()
    ben = colleague(app)
    with db.transaction() as session:
        session.execute(sa.update(Agent).where(Agent.name == "Ben").values(every_mailbox=False))
    answer = ben.post("/bulk", data={"ticket": hidden, "do": "status:closed"}, headers=JSON).json
    assert answer["done"] == 0 and "not yours to see" in answer["text"]
    assert ticket(hidden).status == "open"


def test_the_people_of_the_menu_are_those_who_answer(agent: FlaskClient, app, desk) -> None:
    colleague(app, "Ben")
    colleague(app, "Lia", role=Role.LIGHT)
    with db.transaction() as session:
        make_team(session, TeamForm("Repairs"), now=db.now())
    text = agent.get("/bulk/choices").text
    assert "Ben" in text and "Repairs" in text and "Lia" not in text
    page = agent.post("/bulk", data={"ticket": [7, 9], "do": "choose", "view": "mine"}).text
    assert 'name="ticket" value="7"' in page and 'name="ticket" value="9"' in page and "Ben" in page
    assert db_rows(BulkAction) == 0


def db_rows(model: type) -> int:
    with db.reading() as session:
        return session.scalar(sa.select(sa.func.count()).select_from(model)) or 0


def test_a_search_becomes_a_view_with_its_own_order_and_number(agent: FlaskClient, desk) -> None:
    first = desk.letter("A refund, please", sender_email="anna@buyer.example")
    second = desk.letter("Refund!", sender_email="ivan@buyer.example")
    desk.letter("Where is it?")
    assert "/views/new?q=refund" in agent.get("/search?q=refund").text
    view = saved(agent, "Refunds", "refund status:open", sorting="waiting", icon="cart")
    page = agent.get(f"/inbox/saved-{view}").text
    assert rows(page) == [first, second] and "Refunds" in page
    assert agent.get("/views/numbers").json == {f"saved-{view}": 2}
    agent.post(f"/inbox/saved-{view}/order", data={"order": "newest"})
    assert rows(agent.get(f"/inbox/saved-{view}").text) == [second, first]
    change(first, status="closed")
    assert rows(agent.get(f"/inbox/saved-{view}").text) == [second]
    agent.post(f"/views/{view}", data={"name": "Money", "query": "status:closed"})
    assert rows(agent.get(f"/inbox/saved-{view}").text) == [first]
    agent.post(f"/views/{view}/delete")
    assert agent.get(f"/inbox/saved-{view}").status_code == 404 and db_rows(SavedView) == 0


def test_pages_of_a_saved_view_go_on(agent: FlaskClient, desk) -> None:
    ids = desk.letters(60)
    view = saved(agent, "Everything", "status:open")
    seen, path = [], f"/inbox/saved-{view}"
    while path:
        text = agent.get(path).text
        seen += rows(text)
        found = re.search(r'id="more" hx-get="([^"]+)"', text)
        path = found.group(1).replace("&amp;", "&") if found else ""
    assert seen == ids[::-1]


def test_a_view_is_seen_by_those_it_is_shared_with(agent: FlaskClient, app, desk) -> None:
    desk.letter()
    ben, eve = colleague(app, "Ben"), colleague(app, "Eve")
    with db.transaction() as session:
        ids = (agent.agent.id, session.scalar(sa.select(Agent.id).where(Agent.name == "Ben")))
        team = make_team(session, TeamForm("Repairs", agent_ids=ids), now=db.now()).id
    own = saved(agent, "Own", "is:unread")
    teams = saved(agent, "Of the team", "is:unread", shared=str(team))
    everybodys = saved(agent, "Of all", "is:unread", shared="all")
    seen = [
        [view for view in (own, teams, everybodys) if client.get(f"/inbox/saved-{view}").status_code == 200]
        for client in (agent, ben, eve)
    ]
    assert seen == [[own, teams, everybodys], [teams, everybodys], [everybodys]]
    assert ben.get(f"/views/{everybodys}").status_code == 403
    assert eve.post("/views", data={"name": "x", "query": "y", "shared": str(team)}).status_code == 422


def test_a_shared_view_shows_everybody_only_what_is_theirs(agent: FlaskClient, app, desk) -> None:
    shown, hidden = desk.letter("refund"), desk.letter("refund again")
    view = saved(agent, "Refunds", "refund", shared="all")
    ben = colleague(app, "Ben")
    with db.transaction() as session:
        session.execute(sa.update(Agent).where(Agent.name == "Ben").values(every_mailbox=False))
    assert rows(ben.get(f"/inbox/saved-{view}").text) == [] and ben.get("/views/numbers").json == {
        f"saved-{view}": 0
    }
    with db.transaction() as session:
        ben_id = session.scalar(sa.select(Agent.id).where(Agent.name == "Ben"))
        session.add(MailboxGrant(agent_id=ben_id, mailbox_id=desk.mailbox_id))
    assert set(rows(ben.get(f"/inbox/saved-{view}").text)) == {shown, hidden}


def test_views_are_moved_up_and_down(agent: FlaskClient, desk) -> None:
    ids = [saved(agent, name, "is:unread") for name in ("One", "Two", "Three")]
    agent.post(f"/views/{ids[2]}/move", data={"step": "up"})
    text = agent.get("/inbox/open").text
    assert re.findall(r'data-count="saved-(\d+)"', text)[:3] == [str(ids[0]), str(ids[2]), str(ids[1])]


@pytest.mark.parametrize(
    "data",
    [{"name": "", "query": "x"}, {"name": "x", "query": "  "}, {"name": "x", "query": "y", "icon": "<b>"},
     {"name": "x", "query": "y", "sorting": "by mood"}, {"name": "x", "query": "y", "shared": "999"}],
)  # fmt: skip
def test_a_view_that_makes_no_sense_is_refused_and_nothing_typed_is_lost(
    agent: FlaskClient, data: dict[str, str]
) -> None:
    answer = agent.post("/views", data=data)
    assert answer.status_code == 422 and db_rows(SavedView) == 0
    assert f'value="{data["name"]}"' in answer.text


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("organisation:orbit", True),
        ("organisation:comet", False),
        ("language:en", True),
        ("язык:ru", False),
        ("waiting:1h", True),
        ("waiting:2d", False),
        ("ждёт:1ч", True),
        ("is:failed", False),
        ("team:repairs", True),
        ("-team:repairs", False),
    ],
)
def test_fields_that_a_view_may_ask_for(agent: FlaskClient, desk, query: str, found: bool) -> None:
    one = desk.letter(at=db.now() - timedelta(hours=3))
    with db.transaction() as session:
        team = make_team(session, TeamForm("Repairs"), now=db.now()).id
        row = session.get_one(Ticket, one)
        row.team_id = team
        row.customer.organisation = Organisation(name="Orbit LLC")
    view = saved(agent, "View", query)
    assert rows(agent.get(f"/inbox/saved-{view}").text) == ([one] if found else [])


def test_leads_make_teams_and_say_who_gets_new_tickets(app, agent: FlaskClient, desk) -> None:
    lead = colleague(app, "Lea", role=Role.LEAD)
    answer = lead.post("/teams", data={"name": "Repairs", "way": "turn", "agent": [agent.agent.id]})
    assert answer.status_code == 302
    assert "already a team" in lead.post("/teams", data={"name": "repairs", "way": "turn"}).text
    with db.reading() as session:
        team = session.scalars(sa.select(Team)).one()
    lead.post(f"/teams/mailboxes/{desk.mailbox_id}", data={"team": team.id, "way": "hand"})
    given = desk.letter()
    assert (ticket(given).team_id, ticket(given).assignee_id) == (team.id, agent.agent.id)
    assert "Given to the team Repairs" in agent.get(f"/tickets/{given}").text
    assert rows(agent.get(f"/inbox/team-{team.id}").text) == [given]
    agent.post("/profile/away", data={"away": "on"})
    assert ticket(desk.letter("Another")).assignee_id is None
    agent.post("/profile/away")
    assert ticket(desk.letter("And another")).assignee_id == agent.agent.id
    lead.post(f"/teams/{team.id}/active")
    assert ticket(desk.letter("The last")).team_id is None


def test_agents_do_not_manage_teams(agent: FlaskClient, desk) -> None:
    assert agent.get("/teams").status_code == 403
    assert agent.post("/teams", data={"name": "Mine"}).status_code == 403 and db_rows(Team) == 0


def test_a_ticket_is_given_to_a_team_and_a_client_to_an_agent(agent: FlaskClient, desk) -> None:
    one = desk.letter()
    with db.transaction() as session:
        team = make_team(session, TeamForm("Repairs"), now=db.now()).id
    assert "Repairs" in agent.get(f"/tickets/{one}/team", headers={"HX-Request": "true"}).text
    agent.post(f"/tickets/{one}/team", data={"team": team})
    assert ticket(one).team_id == team
    card = ticket(one).customer_id
    agent.post(f"/customers/{card}/own-agent", data={"own_agent": agent.agent.id})
    assert "own agent" in agent.get(f"/customers/{card}").text
    assert agent.post(f"/customers/{card}/own-agent", data={"own_agent": "999"}).status_code == 422


def test_selecting_costs_a_list_no_query_and_little_room(agent: FlaskClient, desk, count_queries) -> None:
    desk.letters(60)
    for number in range(5):
        saved(agent, f"View {number}", "is:unread")
    with count_queries() as sent:
        page = agent.get("/inbox/open")
    assert len(sent) <= 12 and page.text.count("data-pick ") == 50
