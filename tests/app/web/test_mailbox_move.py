"""A letter that came to the wrong department, moved to the right one: who sees it, who has it, from where we answer."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from app import db
from app.accounts.models import Agent, MailboxGrant
from app.accounts.teams import Team, TeamMember, Way
from app.levels import keeping
from app.levels.models import ServiceLevel
from app.mailboxes.models import Mailbox
from app.settings import Settings
from app.tickets.models import Event, Message, Ticket
from app.tickets.queue_models import MailboxAssignment
from tests.app.web.conftest import Desk
from tests.support.web import add_agent, sign_in


@pytest.fixture
def departments(desk: Desk) -> dict[str, int]:
    """Returns: a mailbox with a team that takes turns and a promise; Old: one that is not in use any more."""
    ben = add_agent("ben@help.example", "Ben Harlow")
    with db.transaction() as session:
        now = db.now()
        session.get_one(Agent, ben.id).every_mailbox = False
        returns = Mailbox(
            address="returns@help.example", name="Returns", signature="The returns desk", created_at=now
        )
        old = Mailbox(address="old@help.example", name="Old", active=False, created_at=now)
        team = Team(name="Returns team", way=Way.TURN, created_at=now)
        session.add_all([returns, old, team])
        session.flush()
        session.add_all(
            [
                TeamMember(team_id=team.id, agent_id=ben.id),
                MailboxGrant(agent_id=ben.id, mailbox_id=returns.id),
                MailboxAssignment(mailbox_id=returns.id, team_id=team.id, way=Way.HAND),
                ServiceLevel(
                    name="Returns", mailbox_ids=[returns.id], targets={"normal": {"first": 60}},
                    business=False, armed_from=now, created_at=now,
                ),
            ]
        )  # fmt: skip
        return {"ben": ben.id, "returns": returns.id, "old": old.id, "team": team.id}


def standing() -> tuple[int, int | None, int | None]:
    with db.reading() as session:
        ticket = session.get_one(Ticket, 1)
        return ticket.mailbox_id, ticket.team_id, ticket.assignee_id


def promised(settings: Settings) -> bool:
    with db.transaction() as session:
        keeping.keep(session, [1], settings, now=db.now())
        return session.get_one(Ticket, 1).due_at is not None


@pytest.mark.both_databases
def test_a_ticket_goes_to_another_department_as_a_new_one_would_and_back(
    app: Flask, agent: FlaskClient, desk: Desk, departments: dict[str, int], installation: Settings
) -> None:
    desk.letter("I want to send it back.")
    nora = agent.agent.id  # type: ignore[attr-defined]
    agent.post("/tickets/1/assign", data={"assignee": "me"})
    before = (desk.mailbox_id, None, nora)
    assert (standing(), promised(installation)) == (before, False)
    assert "/tickets/1/mailbox" in agent.get("/tickets/1").text
    page = agent.get("/tickets/1/mailbox").text
    assert "returns@help.example" in page
    assert "old@help.example" not in page
    for wrong in ("", "999", str(departments["old"])):
        assert agent.post("/tickets/1/mailbox", data={"mailbox": wrong}).status_code == 422

    ben = sign_in(app.test_client(), _agent(departments["ben"]))
    assert ben.get("/tickets/1").status_code == 404
    form = {"mailbox": str(departments["returns"]), "view": "open"}
    assert agent.post("/tickets/1/mailbox", data=form).status_code == 303
    after = (departments["returns"], departments["team"], departments["ben"])
    assert (standing(), promised(installation)) == (after, True)
    page = agent.get("/tickets/1").text
    assert "Moved from Support to Returns" in page
    assert "Assigned to Ben Harlow, whose turn it was" in page
    assert "I want to send it back." in ben.get("/tickets/1").text
    assert "I want to send it back." in ben.get(f"/inbox/mailbox-{departments['returns']}").text
    assert "I want to send it back." not in agent.get(f"/inbox/mailbox-{desk.mailbox_id}").text
    assert ben.get("/tickets/1/mailbox").text.count('name="mailbox"') == 0  # Ben sees no other

    mark = ben.get("/live").get_json()["mark"]
    with db.reading() as session:
        moved = session.scalars(sa.select(Event.id).where(Event.kind == "mailbox")).one()
    assert agent.post(f"/events/{moved}/undo").status_code == 303
    assert (standing(), promised(installation)) == (before, False)
    assert ben.get("/tickets/1").status_code == 404
    # His open page hears that the ticket is not his to see, and its list is without it.
    news = ben.get(
        "/live", query_string={"mark": mark, "ticket": "1", "seen": "1", "view": "open"}
    ).get_json()
    assert (news["ticket"], "I want to send it back." in news["rows"]) == (None, False)


def test_the_next_reply_leaves_from_the_new_mailbox(
    app: Flask, agent: FlaskClient, desk: Desk, departments: dict[str, int]
) -> None:
    desk.letter()
    agent.post("/tickets/1/mailbox", data={"mailbox": str(departments["returns"])})
    assert "The returns desk" in agent.get("/tickets/1?compose=reply").text
    form = {"html": "<div>Yes.</div>", "to": "olga@buyer.example", "nonce": "n" * 22, "version": "0"}
    assert agent.post("/tickets/1/reply", data=form).status_code == 303
    with db.reading() as session:
        sent = session.scalars(sa.select(Message).where(Message.kind == "outgoing")).one()
        assert (sent.sender_email, "The returns desk" in sent.signature) == ("returns@help.example", True)


def test_many_are_moved_at_once_and_whoever_took_one_since_keeps_it(
    app: Flask, agent: FlaskClient, desk: Desk, departments: dict[str, int]
) -> None:
    ids = desk.letters(2)
    assert f'value="mailbox:{departments["returns"]}"' in agent.get("/bulk/choices").text
    sent: dict[str, Any] = {
        "ticket": [str(one) for one in ids],
        "do": f"mailbox:{departments['returns']}",
        "view": "open",
    }
    json = {"Accept": "application/json"}
    told = agent.post("/bulk", data=sent, headers=json).get_json()
    assert told["text"].startswith("2 tickets moved to another mailbox.")
    assert agent.post("/bulk", data={**sent, "do": "mailbox:"}, headers=json).status_code == 422
    assert agent.post("/bulk", data=sent, headers=json).get_json()["text"].startswith("Nothing was changed.")
    agent.post(f"/tickets/{ids[0]}/assign", data={"assignee": "me"})
    assert "1 ticket is as before." in agent.post(told["undo"], headers=json).get_json()["text"]
    with db.reading() as session:
        where = dict(session.execute(sa.select(Ticket.id, Ticket.mailbox_id)).all())
    assert where == {ids[0]: departments["returns"], ids[1]: desk.mailbox_id}


def _agent(agent_id: int) -> Agent:
    with db.reading() as session:
        found = session.get_one(Agent, agent_id)
        session.expunge(found)
        return found
