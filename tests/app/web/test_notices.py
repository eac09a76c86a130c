"""Agents are told of what concerns them, once, in lines that group; never of their own doing."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from app import db
from app.accounts import teams
from app.accounts.models import Agent
from app.tickets import service
from app.tickets.models import Event, Message, Ticket
from app.together import following, notices, telling
from app.together.models import Followed, Notice, Watch
from tests.app.web.replies import newest, reply
from tests.app.web.test_live import ask, mark_of
from tests.support.web import add_agent, sign_in


@pytest.fixture
def ben(app: Flask) -> FlaskClient:
    return sign_in(app.test_client(), add_agent("ben@help.example", "Ben Harlow"))


def tell() -> int:
    with db.transaction() as session:
        return telling.tell(session, now=db.now())


def told(agent: FlaskClient) -> list[tuple[str, int]]:
    """(kind, count) of the unread lines, oldest first."""
    with db.reading() as session:
        query = sa.select(Notice.kind, Notice.count).where(
            Notice.agent_id == agent.agent.id, Notice.read_at.is_(None)
        )
        return [(row.kind, row.count) for row in session.execute(query.order_by(Notice.id))]


def bell(agent: FlaskClient) -> int:
    with db.reading() as session:
        return session.get_one(Agent, agent.agent.id).unread_notices


def note(agent: FlaskClient, ticket: int, text: str) -> None:
    answer = agent.post(
        f"/tickets/{ticket}/note", data={"body": text, "nonce": "n" * 12 + str(newest(ticket)) * 4}
    )
    assert answer.status_code == 303


def assign(agent: FlaskClient, ticket: int, whom: FlaskClient) -> None:
    agent.post(f"/tickets/{ticket}/assign", data={"assignee": str(whom.agent.id)})


def watches(ticket: int) -> dict[int, bool]:
    with db.reading() as session:
        return {
            row.agent_id: row.watching
            for row in session.scalars(sa.select(Watch).where(Watch.ticket_id == ticket))
        }


def test_who_is_given_a_ticket_is_told_and_nobody_of_their_own_doing(agent, ben, desk) -> None:
    ticket = desk.letter()
    assign(agent, ticket, ben)
    tell()
    assert told(ben) == [("assigned", 1)] and told(agent) == []
    assert "Nora gave you this ticket" in ben.get("/notices").text
    other = desk.letter()
    assign(ben, other, ben)
    tell()
    assert told(ben) == [("assigned", 1)]


def test_twenty_letters_are_one_line(agent, ben, desk) -> None:
    ticket = desk.letter()
    assign(agent, ticket, ben)
    tell()
    for number in range(20):
        desk.letter(f"Letter {number}", ticket_id=ticket)
    tell()
    assert told(ben) == [("assigned", 1), ("letter", 20)] and bell(ben) == 2
    page = ben.get("/notices").text
    assert "20 new letters, the newest from Olga Petrova" in page and "Letter 19" in page


def test_telling_twice_tells_once(agent, ben, desk) -> None:
    ticket = desk.letter()
    assign(agent, ticket, ben)
    assert tell() > 0 and tell() == 0
    assert told(ben) == [("assigned", 1)]
    with db.reading() as session:
        assert not following.has_news(session)


def test_a_crash_in_the_middle_loses_nothing_and_repeats_nothing(agent, ben, desk) -> None:
    ticket = desk.letter()
    assign(agent, ticket, ben)

    class Stop(Exception):
        pass

    def cut_off() -> None:
        with db.transaction() as session:
            telling.tell(session, now=db.now())
            raise Stop

    with pytest.raises(Stop):
        cut_off()
    assert told(ben) == []
    tell()
    assert told(ben) == [("assigned", 1)]


def test_opening_the_ticket_reads_its_lines(agent, ben, desk) -> None:
    ticket, other = desk.letter(), desk.letter()
    assign(agent, ticket, ben)
    assign(agent, other, ben)
    tell()
    page = ben.get(f"/tickets/{ticket}").text
    assert f"/tickets/{ticket}/read" in page and bell(ben) == 2, "to look changes nothing"
    ben.post(f"/tickets/{ticket}/read")
    assert told(ben) == [("assigned", 1)] and bell(ben) == 1
    assert f'action="/tickets/{ticket}/read"' not in ben.get(f"/tickets/{ticket}").text


def test_what_comes_while_the_ticket_is_open_is_read_by_looking(agent, ben, desk) -> None:
    ticket = desk.letter()
    assign(agent, ticket, ben)
    tell()
    ben.post(f"/tickets/{ticket}/here", data={"doing": "viewing"})
    assert told(ben) == [] and bell(ben) == 0


def test_lines_are_read_one_by_one_and_all_at_once(agent, ben, desk) -> None:
    for _ in range(3):
        assign(agent, desk.letter(), ben)
    tell()
    with db.reading() as session:
        first = session.scalar(sa.select(sa.func.min(Notice.id)))
    ben.post(f"/notices/{first}/read")
    assert bell(ben) == 2
    agent.post("/notices/read")
    assert bell(ben) == 2, "only one's own"
    ben.post("/notices/read")
    assert bell(ben) == 0 and "Mark all as read" not in ben.get("/notices").text


def test_nobody_reads_the_lines_of_others(agent, ben, desk) -> None:
    assign(agent, desk.letter(), ben)
    tell()
    with db.reading() as session:
        first = session.scalar(sa.select(sa.func.min(Notice.id)))
    agent.post(f"/notices/{first}/read")
    assert bell(ben) == 1 and "gave you" not in agent.get("/notices").text


def test_the_bell_rings_with_the_next_poll_and_then_no_more(agent, ben, desk) -> None:
    ticket = desk.letter()
    mark = mark_of(ben.get("/inbox/open").text)
    assign(agent, ticket, ben)
    tell()
    news = json.loads(ask(ben, mark, bell=0).json["bell"])
    assert news["unread"] == 1
    assert [one["text"] for one in news["new"]] == ["Nora gave you this ticket"]
    assert "bell" not in (ask(ben, mark, bell=news["mark"]).json or {})
    only = ben.get("/live?only=bell&bell=0").json
    assert json.loads(only["bell"])["unread"] == 1 and "mark" not in only
    assert ben.get(f"/live?only=bell&bell={news['mark']}").status_code == 204
    assert 'bell-count tabular">1<' in ben.get("/customers").text


def test_watchers_are_told_of_letters_and_notes_until_they_stop(agent, ben, desk) -> None:
    ticket = desk.letter()
    tell()
    assert ben.post(f"/tickets/{ticket}/watch", data={"watch": "yes"}).status_code == 303
    desk.letter("More", ticket_id=ticket)
    note(agent, ticket, "Look at this")
    tell()
    assert sorted(told(ben)) == [("letter", 1), ("note", 1)] and told(agent) == []
    ben.post(f"/tickets/{ticket}/watch", data={"watch": "no"})
    ben.post("/notices/read")
    desk.letter("Even more", ticket_id=ticket)
    tell()
    assert told(ben) == []


def test_who_answers_watches_and_a_no_stays_a_no(agent, ben, desk) -> None:
    ticket = desk.letter()
    reply(agent, ticket)
    tell()
    assert watches(ticket) == {agent.agent.id: True}
    agent.post(f"/tickets/{ticket}/watch", data={"watch": "no"})
    note(ben, ticket, "@Nora Lind please")
    tell()
    assert watches(ticket) == {agent.agent.id: False}
    assert told(agent) == [("mention", 1)]


def test_a_mention_tells_once_marks_and_makes_a_watcher(agent, ben, desk) -> None:
    ticket = desk.letter()
    assign(agent, ticket, ben)
    tell()
    ben.post("/notices/read")
    note(agent, ticket, "Could you look, @ben harlow? See #1 as well")
    tell()
    assert told(ben) == [("mention", 1)], "not of the note as well"
    assert watches(ticket)[ben.agent.id]
    page = ben.get(f"/tickets/{ticket}").text
    assert '<span class="mention mention-me">@ben harlow</span>' in page
    assert '<a class="ticket-number" href="/tickets/1">#1</a>' in page
    assert 'class="mention">@ben harlow' in agent.get(f"/tickets/{ticket}").text


def test_nobody_is_told_of_a_ticket_they_may_not_see(agent, ben, desk) -> None:
    ticket = desk.letter()
    with db.transaction() as session:
        session.execute(
            sa.text("UPDATE agents SET every_mailbox = :no WHERE id = :id"), {"no": False, "id": ben.agent.id}
        )
    note(agent, ticket, "@Ben Harlow look")
    tell()
    assert told(ben) == []


def test_the_bell_counts_only_what_its_page_shows(agent, ben, desk, admin) -> None:
    ticket = desk.letter()
    assign(agent, ticket, ben)
    tell()
    assert bell(ben) == 1
    place = f"/agents/{ben.agent.id}/mailboxes"
    admin.post(place, data={"every": "no"})
    assert bell(ben) == 0
    admin.post(place, data={"every": "no", "mailboxes": str(desk.mailbox_id)})
    assert bell(ben) == 1
    admin.post(place, data={"every": "no"})
    admin.post(place, data={"every": "yes"})
    assert bell(ben) == 1


def test_who_left_is_told_nothing(agent, ben, desk) -> None:
    ticket = desk.letter()
    assign(agent, ticket, ben)
    with db.transaction() as session:
        session.get_one(Agent, ben.agent.id).active = False
    tell()
    assert told(ben) == []


def test_a_reply_that_came_back_is_told_to_its_author(agent, ben, desk) -> None:
    ticket = desk.letter()
    reply(agent, ticket)
    with db.transaction() as session:
        row = session.get_one(Ticket, ticket)
        service.assign(session, row, ben.agent.id, by=None, now=db.now())
        service.record(
            session, "delivery_bounced", ticket=row, now=db.now(), message_id=newest(ticket), recipient="olga@buyer.example",
            answer="no such user",
        )  # fmt: skip
    tell()
    assert ("delivery", 1) in told(agent) and ("delivery", 1) not in told(ben)
    assert "Your reply to olga@buyer.example came back" in agent.get("/notices").text


def test_only_a_bad_rating_is_told(agent, desk) -> None:
    ticket = desk.letter()
    reply(agent, ticket)
    with db.transaction() as session:
        for face in ("good", "bad"):
            service.record(
                session,
                "rated",
                ticket=session.get_one(Ticket, ticket),
                now=db.now(),
                message_id=newest(ticket),
                face=face,
            )
    tell()
    assert told(agent) == [("rating", 1)]


def test_an_old_letter_of_an_import_is_not_told(agent, ben, desk) -> None:
    ticket = desk.letter()
    assign(agent, ticket, ben)
    tell()
    desk.letter("Old", ticket_id=ticket, at=db.now() - timedelta(days=40))
    tell()
    assert told(ben) == [("assigned", 1)]


def test_a_number_that_commits_late_is_told_all_the_same(agent, ben, desk) -> None:
    """As on PostgreSQL, where a lower number can appear after a higher one was told."""
    ticket = desk.letter()
    tell()

    def event(number: int) -> None:
        with db.transaction() as session:
            session.add(
                Event(
                    id=number, ticket_id=ticket, kind="assigned", detail={"after": ben.agent.id}, at=db.now()
                )
            )

    event(103)
    tell()
    event(101)
    tell()
    event(102)
    tell()
    assert told(ben) == [("assigned", 3)]
    with db.reading() as session:
        assert len(session.get_one(Followed, "events").missing) < 103


def test_a_number_given_out_again_is_told_too(agent, ben, desk) -> None:
    """SQLite gives the number of a newest row that was taken back to the next one."""
    ticket = desk.letter()
    assign(agent, ticket, ben)
    reply(agent, ticket)
    number = newest(ticket)
    tell()
    ben.post("/notices/read")
    agent.post(f"/messages/{number}/undo")
    with db.transaction() as session:
        session.add(
            Message(
                id=number,
                ticket_id=ticket,
                kind="incoming",
                sender_name="Olga",
                visible="Again",
                arrived_at=db.now(),
            )
        )
    tell()
    assert ("letter", 1) in told(ben)


def test_the_page_goes_on_where_it_ended(agent, ben, desk) -> None:
    tickets = desk.letters(5)
    for ticket in tickets:
        assign(agent, ticket, ben)
    tell()
    from app.accounts.rights import Rights

    rights = Rights(ben.agent.id, "agent", None)
    with db.reading() as session:
        first = notices.page(session, rights, limit=3)
        second = notices.page(session, rights, after=first.after, limit=3)
    seen = [row.notice.ticket_id for row in first.rows + second.rows]
    assert sorted(seen) == sorted(tickets) and second.after == ""


def test_a_team_that_is_mentioned_or_given_a_ticket_is_told_whole(agent, ben, desk) -> None:
    with db.transaction() as session:
        team = teams.make_team(
            session, teams.TeamForm("Returns", agent_ids=(ben.agent.id, agent.agent.id)), now=db.now()
        )
        number = team.id
    ticket, other = desk.letter(), desk.letter()
    tell()
    note(agent, ticket, "@returns please")
    with db.transaction() as session:
        row = session.get_one(Ticket, other)
        service.record(session, "team", ticket=row, by=None, now=db.now(), before=None, after=number)
    tell()
    assert sorted(told(ben)) == [("assigned", 1), ("mention", 1)] and told(agent) == [("assigned", 1)]
    assert "Your team Returns was given this ticket" in ben.get("/notices").text


def test_who_watched_a_ticket_watches_the_one_it_became_part_of(agent, ben, desk) -> None:
    ticket, target = desk.letter(), desk.letter()
    tell()
    ben.post(f"/tickets/{ticket}/watch", data={"watch": "yes"})
    desk.letter("One more", ticket_id=ticket)
    tell()
    agent.post(f"/tickets/{ticket}/merge", data={"target": str(target)})
    tell()
    assert watches(target).get(ben.agent.id) is True
    assert told(ben) == [("letter", 1)]
    ben.post(f"/tickets/{target}/read")
    assert told(ben) == [], "what was merged into it is read with it"


def test_a_bad_choice_of_settings_says_why(agent) -> None:
    assert agent.post("/notices/settings", data={"hour": "24"}).status_code == 422
    assert agent.post("/notices/settings", data={"hour": "8", "mail_letter": "hourly"}).status_code == 422
    assert agent.post("/notices/settings", data={"hour": "8", "mailbox": "99"}).status_code == 422
    assert agent.post("/notices/settings", data={"hour": "7", "mail_letter": "daily"}).status_code == 302
    page = agent.get("/notices/settings").text
    assert 'value="7" selected' in page and 'id="letter-daily" value="daily" checked' in page


def test_watching_by_itself_can_be_switched_off(agent, desk) -> None:
    agent.post("/notices/settings", data={"hour": "8"})
    ticket = desk.letter()
    reply(agent, ticket)
    tell()
    assert watches(ticket) == {}
