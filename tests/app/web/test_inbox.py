"""Lists: which tickets a view shows, with what beside them, and how pages go on."""

from __future__ import annotations

import gzip
import re

import pytest
from flask.testing import FlaskClient

from app import db
from app.accounts.models import Agent
from app.tickets import service
from app.tickets.models import Ticket

HOSTILE = '<img src=x onerror="alert(1)">'


def rows(text: str) -> list[int]:
    return [int(number) for number in re.findall(r'id="t(\d+)" class="row', text)]


def change(ticket_id: int, what, *args: object) -> None:
    with db.transaction() as session:
        ticket = session.get_one(Ticket, ticket_id)
        by = session.query(Agent).first()
        what(session, ticket, *args, by=by, now=db.now())


def count_of(text: str, slug: str) -> str:
    found = re.search(rf'data-count="{slug}">(\d*)<', text)
    assert found is not None
    return found.group(1)


def test_strangers_are_sent_to_sign_in(client: FlaskClient, desk) -> None:
    desk.letter()
    for path in ("/inbox/open", "/tickets/1", "/search?q=a"):
        answer = client.get(path)
        assert answer.status_code == 302 and "/sign-in" in answer.headers["Location"]
    assert client.get("/live?mark=0.0.0", headers={"Accept": "application/json"}).status_code == 401


def test_the_list_tells_mail_of_programs_from_letters_of_people(agent: FlaskClient, desk) -> None:
    newsletter = desk.letter(automatic="a newsletter")
    answered = desk.letter(automatic="an absence note")
    desk.letter("A person after all", ticket_id=answered)
    desk.letter()
    text = agent.get("/inbox/open").text
    marked = [int(row.split('"')[0]) for row in text.split('id="t')[1:] if "#robot" in row]
    assert marked == [newsletter]


def test_views_show_their_tickets_and_their_numbers(agent: FlaskClient, desk) -> None:
    mine, free, closed, waiting, spam = (desk.letter(subject=f"Number {n}") for n in range(5))
    change(mine, service.assign, agent.agent.id)
    for ticket, status in ((closed, "closed"), (waiting, "waiting"), (spam, "spam")):
        change(ticket, service.set_status, status)
    change(free, service.set_tags, ["vip"])
    expected = {
        "mine": {mine},
        "unassigned": {free},
        "open": {mine, free},
        "closed": {closed},
        "waiting": {waiting},
        "spam": {spam},
        f"mailbox-{desk.mailbox_id}": {mine, free},
        "tag-1": {free},
    }
    for slug, tickets in expected.items():
        text = agent.get(f"/inbox/{slug}").text
        assert set(rows(text)) == tickets, slug
        assert [count_of(text, name) for name in ("mine", "unassigned", "open", "waiting", "spam")] == [
            "1",
            "1",
            "2",
            "1",
            "1",
        ]
        assert count_of(text, "tag-1") == "1" and count_of(text, "closed") == ""


@pytest.mark.parametrize(
    "slug", ["nothing", "mailbox-", "tag-x", "mailbox-0", "open'--", "tag-99999999999999999999"]
)
def test_an_unknown_view_is_not_found(agent: FlaskClient, slug: str) -> None:
    assert agent.get(f"/inbox/{slug}").status_code == 404


def test_pages_go_on_without_gaps_or_doubles(agent: FlaskClient, desk) -> None:
    tickets = desk.letters(105)
    seen: list[int] = []
    address, pages = "/inbox/open", 0
    while address:
        text = agent.get(address).text
        seen += rows(text)
        found = re.search(r'id="more" hx-get="([^"]+)"', text)
        address = found.group(1).replace("&amp;", "&") if found else ""
        if not pages:
            desk.letter("One more, after the first page was read")
        pages += 1
    assert seen[:105] == tickets and len(set(seen)) == len(seen) and pages == 3


def test_more_rows_come_alone_for_scrolling(agent: FlaskClient, desk) -> None:
    desk.letters(60)
    text = agent.get("/inbox/open").text
    address = re.search(r'id="more" hx-get="([^"]+)"', text).group(1).replace("&amp;", "&")  # type: ignore[union-attr]
    more = agent.get(address, headers={"HX-Request": "true", "HX-Target": "more"}).text
    assert len(rows(more)) == 10 and "<html" not in more


def test_a_page_costs_the_same_queries_however_long_the_list(agent: FlaskClient, desk, count_queries) -> None:
    desk.letters(2)
    with count_queries() as few:
        agent.get("/inbox/open")
    desk.letters(58)
    with count_queries() as many:
        page = agent.get("/inbox/open")
    assert len(rows(page.text)) == 50
    assert len(few) == len(many) <= 12
    assert len(gzip.compress(page.data)) < 60_000


def test_letters_cannot_put_code_into_the_list(agent: FlaskClient, desk) -> None:
    desk.letter(HOSTILE, subject=HOSTILE, sender_name=HOSTILE)
    text = agent.get("/inbox/open").text
    assert "<img src=x" not in text and "&lt;img src=x" in text


def test_marks_tell_drafts_failures_and_assignees(agent: FlaskClient, desk) -> None:
    ticket = desk.letter()
    assert "is-unread" in agent.get("/inbox/open").text
    agent.post(f"/tickets/{ticket}/draft", data={"kind": "outgoing", "html": "Soon", "version": "0"})
    agent.post(f"/tickets/{ticket}/assign", data={"assignee": "me"})
    text = agent.get("/inbox/open").text
    assert "Draft</span>" in text and "Assigned to Nora Lind" in text and "is-unread" not in text


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("#2", {2}),
        ("2", {2}),
        ("olga@", {1, 3}),
        ("OLGA@BUYER.EXAMPLE", {1, 3}),
        ("возврат", {2}),
        ("ВОЗВРАТ", {2}),
        ("petrova parcel", {1}),
        ("nothing like this", set()),
        ("100%", {3}),
        ("_", set()),
        ("", set()),
        ("'; drop", set()),
    ],
)
def test_search_finds_numbers_addresses_names_and_words(
    agent: FlaskClient, desk, query: str, found: set[int]
) -> None:
    desk.letter("Where is my parcel?")
    desk.letter(
        "Как оформить Возврат товара?",
        sender_email="anna@pochta.example",
        sender_name="Анна",
        subject="Вопрос",
    )
    desk.letter("I am 100% sure")
    assert set(rows(agent.get("/search", query_string={"q": query}).text)) == found


def test_empty_views_say_something_kind(agent: FlaskClient) -> None:
    assert "All done" in agent.get("/inbox/mine").text
    assert "No spam" in agent.get("/inbox/spam").text
