"""Open pages hear of what changed, and of nothing else."""

from __future__ import annotations

import re
from datetime import timedelta

import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from app import db
from app.tickets.models import Change
from tests.app.web.replies import newest, reply


def mark_of(page: str) -> str:
    found = re.search(r'data-mark="([\d.]+)"', page)
    assert found is not None
    return found.group(1)


def ask(agent: FlaskClient, mark: str, **more: object):
    return agent.get(
        "/live", query_string={"mark": mark, "view": "open", **more}, headers={"Accept": "application/json"}
    )


def test_nothing_new_is_an_empty_answer_and_one_query(agent: FlaskClient, desk, count_queries) -> None:
    desk.letters(3)
    mark = mark_of(agent.get("/inbox/open").text)
    with count_queries() as queries:
        assert ask(agent, mark).status_code == 204
    asked = [one for one in queries if one.startswith("SELECT") and "sign_ins" not in one]
    assert len(asked) == 1 and "changes" in asked[0]


def test_a_new_letter_comes_with_its_row_and_the_numbers(agent: FlaskClient, desk) -> None:
    mark = mark_of(agent.get("/inbox/open").text)
    ticket = desk.letter("A brand new letter")
    news = ask(agent, mark).json
    assert f'id="t{ticket}"' in news["rows"] and "A brand new letter" in news["rows"]
    assert news["counts"]["open"] == 1 and news["counts"]["unassigned"] == 1
    assert ask(agent, news["mark"]).status_code == 204


def test_an_open_ticket_gets_only_what_it_has_not(agent: FlaskClient, desk) -> None:
    ticket = desk.letter("First words")
    mark = mark_of(agent.get(f"/tickets/{ticket}").text)
    desk.letter("Second words", ticket_id=ticket)
    desk.letter("Words elsewhere")
    news = ask(agent, mark, ticket=ticket, seen=1, seen_event=0).json["ticket"]
    assert [entry["id"] for entry in news["entries"]] == ["m2"] and news["entries"][0]["incoming"]
    assert "Second words" in news["entries"][0]["html"] and "First words" not in news["entries"][0]["html"]
    assert news["seen"] == 2


def test_changes_elsewhere_leave_the_ticket_alone(agent: FlaskClient, desk) -> None:
    ticket = desk.letter("First words", at=db.now() - timedelta(minutes=5))
    mark = mark_of(agent.get(f"/tickets/{ticket}").text)
    desk.letter("Words elsewhere")
    assert "ticket" not in ask(agent, mark, ticket=ticket, seen=1, seen_event=0).json


def test_a_note_in_other_words_and_a_changed_card_are_told_to_who_looks(
    app: Flask, agent: FlaskClient, admin: FlaskClient, desk
) -> None:
    ticket = desk.letter("First words")
    agent.post(
        f"/tickets/{ticket}/note", data={"html": "<div>It leaks.</div>", "nonce": "n" * 22, "kind": "note"}
    )
    page = agent.get(f"/tickets/{ticket}").text
    seen = newest(ticket)
    known = {"ticket": ticket, "seen": seen, "seen_event": 0}
    mark = mark_of(page)
    admin.post(f"/messages/{seen}/note", data={"text": "It drips.", "version": "0", "view": "open"})
    news = ask(agent, mark, **known).json
    assert list(news["ticket"]["rewritten"]) == [str(seen)]
    assert (
        "It drips." in news["ticket"]["rewritten"][str(seen)]
        and "edited" in news["ticket"]["rewritten"][str(seen)]
    )
    known["seen_event"] = news["ticket"]["seen_event"]

    def rename(notes: str) -> object:
        admin.post("/customers/1/notes", data={"notes": notes})
        return ask(agent, news["mark"], **known)

    assert rename("Nobody looks").status_code == 204, "no page is open: nobody is told"
    agent.post(f"/tickets/{ticket}/here", data={"doing": "viewing"})
    told = rename("Call after six").json["ticket"]
    assert "Call after six" in told["card"] and told["rewritten"] == {}


def test_a_delivery_is_told_beside_its_message(agent: FlaskClient, desk) -> None:
    ticket = desk.letter()
    reply(agent, ticket)
    mark = mark_of(agent.get(f"/tickets/{ticket}").text)
    with db.transaction() as session:
        session.execute(sa.text("UPDATE messages SET delivery = 'accepted' WHERE kind = 'outgoing'"))
        session.add(Change(ticket_id=ticket, kind="delivery", at=db.now()))
    news = ask(agent, mark, ticket=ticket, seen=newest(ticket), seen_event=99).json["ticket"]
    assert news["entries"] == [] and "Delivered to the mail server" in news["states"][str(newest(ticket))]


def test_a_change_that_commits_late_under_a_lower_number_is_not_missed(agent: FlaskClient, desk) -> None:
    """On PostgreSQL a number is drawn before the commit, so a lower one can appear after a higher one was seen."""
    first = desk.letter("Seen first")
    with db.transaction() as session:
        session.add(Change(id=100, ticket_id=first, kind="status", at=db.now()))
    mark = mark_of(agent.get("/inbox/open").text)
    assert ask(agent, mark).status_code == 204
    with db.transaction() as session:
        session.add(Change(id=99, ticket_id=first, kind="status", at=db.now()))
    news = ask(agent, mark, ticket=first, seen=1)
    assert news.status_code == 200 and news.json["ticket"]["id"] == first
    assert ask(agent, news.json["mark"]).status_code == 204


def test_old_changes_fall_behind_the_mark(agent: FlaskClient, desk) -> None:
    desk.letters(4)
    with db.transaction() as session:
        session.execute(sa.update(Change).values(at=db.now() - timedelta(minutes=5)))
    mark = mark_of(agent.get("/inbox/open").text)
    base, count, last = mark.split(".")
    assert base == last and count == "0"


def test_a_broken_mark_begins_anew(agent: FlaskClient, desk) -> None:
    desk.letter()
    for mark in ("", "x", "1.2", "-1.0.0", "1.2.3.4", "9" * 40 + ".1.1"):
        fresh = ask(agent, mark)
        assert fresh.status_code == 200 and ask(agent, fresh.json["mark"]).status_code == 204


def test_an_undone_reply_disappears_elsewhere(agent: FlaskClient, desk) -> None:
    ticket = desk.letter()
    reply(agent, ticket)
    mark = mark_of(agent.get(f"/tickets/{ticket}").text)
    agent.post("/messages/2/undo")
    assert ask(agent, mark, ticket=ticket, seen=2, seen_event=0).json["ticket"]["messages"] == [1]


def test_while_searching_the_list_is_left_alone(agent: FlaskClient, desk) -> None:
    mark = mark_of(agent.get("/inbox/open").text)
    desk.letter()
    assert ask(agent, mark, search="1").json["rows"] == ""
