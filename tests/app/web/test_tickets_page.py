"""The ticket page: reading it, and everything an agent does there."""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from app import db
from app.knowledge.models import Article, Suggestion
from app.outgoing.models import Outbox
from app.tickets import service
from app.tickets.models import Delivery, Draft, Event, Message, Ticket
from tests.app.web.conftest import one
from tests.support.web import add_agent, sign_in

nonces: Iterator[str] = (f"nonce-of-this-form-{number}" for number in range(10_000))


def reply(agent: FlaskClient, ticket: int, html: str = "<div>It left today.</div>", **more: str):
    values = {
        "html": html,
        "to": "Olga Petrova <olga@buyer.example>",
        "cc": "",
        "then_status": "",
        "nonce": next(nonces),
        "seen_message_id": str(newest(ticket)),
        "draft_id": "",
        "version": "0",
        "article_ids": "",
        "kind": "outgoing",
    }
    return agent.post(f"/tickets/{ticket}/reply", data={**values, **more})


def newest(ticket: int) -> int:
    with db.reading() as session:
        return session.scalar(sa.select(sa.func.max(Message.id)).where(Message.ticket_id == ticket)) or 0


def ticket_row(ticket: int) -> Ticket:
    return one(sa.select(Ticket).where(Ticket.id == ticket))  # type: ignore[return-value]


def outgoing() -> list[Message]:
    with db.reading() as session:
        return list(session.scalars(sa.select(Message).where(Message.kind == "outgoing")))


def test_messages_stand_oldest_first_and_the_unanswered_are_open(agent: FlaskClient, desk) -> None:
    ticket = desk.letter("The very first letter")
    reply(agent, ticket, "<div>Our answer</div>")
    desk.letter("The newest letter", ticket_id=ticket)
    text = agent.get(f"/tickets/{ticket}").text
    places = [text.index(f'id="m{number}"') for number in (1, 2, 3)]
    assert places == sorted(places)
    assert [" open" in part[:80] for part in re.findall(r'data-message="\d+">\s*(<details[^>]*>)', text)] == [
        False,
        False,
        True,
    ]


def test_quotes_and_signatures_are_folded_and_kept(agent: FlaskClient, desk) -> None:
    ticket = desk.letter("New words", folded="> old words", signature="Olga, Orbit LLC")
    text = agent.get(f"/tickets/{ticket}").text
    folds = re.findall(r'<details class="folded">.*?</details>', text, re.DOTALL)
    assert any("old words" in fold for fold in folds) and any("Orbit LLC" in fold for fold in folds)
    assert not any("New words" in fold for fold in folds)


def test_opening_a_ticket_changes_nothing_and_looking_at_it_marks_it_read(agent: FlaskClient, desk) -> None:
    ticket = desk.letter()
    agent.get(f"/tickets/{ticket}")
    assert ticket_row(ticket).unread
    assert agent.post(f"/tickets/{ticket}/read", headers={"HX-Request": "true"}).status_code == 204
    assert not ticket_row(ticket).unread


def test_a_ticket_that_is_not_there_is_not_found(agent: FlaskClient, desk) -> None:
    assert agent.get("/tickets/4711").status_code == 404
    for act in ("status", "assign", "tags", "read", "reply", "note", "draft", "draft/discard", "draft/files"):
        assert agent.post(f"/tickets/4711/{act}", data={}).status_code in (400, 404, 422), act
    for act in ("undo", "retry", "resolve"):
        assert agent.post(f"/messages/4711/{act}", data={}).status_code == 404


@pytest.mark.parametrize(
    "field", ["mailbox_id", "assignee_id", "subject", "delivery", "author_id", "ticket_id"]
)
def test_a_field_nobody_asked_for_is_refused(agent: FlaskClient, desk, field: str) -> None:
    ticket = desk.letter()
    for act, data in (
        ("status", {"status": "closed"}),
        ("assign", {"assignee": "me"}),
        ("tags", {"tags": "a"}),
        ("read", {}),
    ):
        assert agent.post(f"/tickets/{ticket}/{act}", data={**data, field: "1"}).status_code == 400
    assert reply(agent, ticket, **{field: "1"}).status_code == 400
    assert ticket_row(ticket).status == "open" and not outgoing()


def test_status_assignment_and_tags_are_set_and_told(agent: FlaskClient, desk) -> None:
    ticket = desk.letter()
    agent.post(f"/tickets/{ticket}/status", data={"status": "closed"})
    agent.post(f"/tickets/{ticket}/assign", data={"assignee": "me"})
    agent.post(f"/tickets/{ticket}/tags", data={"tags": "VIP, #Refund , vip"})
    text = agent.get(f"/tickets/{ticket}").text
    assert (
        "Nora closed the ticket" in text
        and "Nora took the ticket" in text
        and "set the tags: vip, refund" in text
    )
    row = ticket_row(ticket)
    assert (row.status, row.assignee_id) == ("closed", agent.agent.id)
    assert agent.post(f"/tickets/{ticket}/status", data={"status": "lost"}).status_code == 422
    assert agent.post(f"/tickets/{ticket}/assign", data={"assignee": "999"}).status_code == 422


def test_only_the_head_answers_when_only_the_head_was_asked(agent: FlaskClient, desk) -> None:
    ticket = desk.letter()
    headers = {"HX-Request": "true", "HX-Target": "ticket-head"}
    answer = agent.post(
        f"/tickets/{ticket}/status", data={"status": "waiting"}, headers=headers, follow_redirects=True
    )
    assert "Waiting for the customer" in answer.text and 'id="thread"' not in answer.text


def test_a_reply_is_held_with_its_recipients(agent: FlaskClient, desk) -> None:
    ticket = desk.letter()
    answer = reply(agent, ticket, cc="boss@buyer.example; Ann <ann@buyer.example>", then_status="closed")
    assert answer.status_code == 303
    with db.reading() as session:
        held = {row.recipient: row.state for row in session.scalars(sa.select(Outbox))}
    assert held == dict.fromkeys(
        ("olga@buyer.example", "boss@buyer.example", "ann@buyer.example"), Delivery.HELD
    )
    assert ticket_row(ticket).status == "closed"
    page = agent.get(f"/tickets/{ticket}").text
    assert "It left today." in page and "data-undo=" in page


def test_the_same_form_twice_is_one_reply(agent: FlaskClient, desk) -> None:
    ticket = desk.letter()
    for _ in range(2):
        assert reply(agent, ticket, nonce="the-very-same-form-1").status_code == 303
    assert len(outgoing()) == 1


def test_without_scripts_plain_text_is_sent(agent: FlaskClient, desk) -> None:
    ticket = desk.letter()
    reply(agent, ticket, html="", body="Hello <Olga>,\r\n\r\nit left.")
    assert outgoing()[0].visible == "Hello <Olga>,\n\nit left."


def test_something_new_stops_the_send_once_and_shows_it(agent: FlaskClient, desk) -> None:
    ticket = desk.letter()
    seen = str(newest(ticket))
    desk.letter("Never mind, it just arrived!", ticket_id=ticket)
    stopped = reply(agent, ticket, "<div>My careful answer</div>", seen_message_id=seen)
    assert stopped.status_code == 409 and not outgoing()
    notice = re.search(r"data-problem>.*?</form>", stopped.text, re.DOTALL)
    assert notice is not None and "Never mind, it just arrived!" in notice.group(0)
    assert "My careful answer" in stopped.text and 'name="confirmed" value="yes"' in stopped.text
    assert (
        reply(
            agent, ticket, "<div>My careful answer</div>", seen_message_id=seen, confirmed="yes"
        ).status_code
        == 303
    )
    assert len(outgoing()) == 1


def test_ones_own_note_stops_nothing_and_a_colleagues_does(agent: FlaskClient, app, desk) -> None:
    ticket = desk.letter()
    seen = str(newest(ticket))
    agent.post(f"/tickets/{ticket}/note", data={"html": "my note", "nonce": next(nonces)})
    assert reply(agent, ticket, seen_message_id=seen).status_code == 303
    seen = str(newest(ticket))
    colleague = sign_in(app.test_client(), add_agent("max@help.example", "Max Brodt"))
    colleague.post(f"/tickets/{ticket}/note", data={"html": "wait, I called her", "nonce": next(nonces)})
    stopped = reply(agent, ticket, seen_message_id=seen)
    assert stopped.status_code == 409 and "wait, I called her" in stopped.text


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"html": "<div><br></div>"}, "The reply is empty."),
        ({"to": ""}, "at least one address"),
        ({"to": "not an address"}, "not a mail address"),
        ({"html": "Dear {{customer.first_name}}"}, "{{customer.first_name}}"),
        ({"then_status": "spam"}, "Unknown status."),
    ],
)
def test_what_cannot_be_sent_is_told_and_kept(
    agent: FlaskClient, desk, values: dict[str, str], said: str
) -> None:
    ticket = desk.letter()
    stopped = reply(agent, ticket, **{"html": "<div>Kept words</div>", **values})
    assert stopped.status_code == 422 and not outgoing()
    assert said in stopped.text
    if "html" not in values:
        assert "Kept words" in stopped.text


def test_undo_brings_the_whole_draft_back(agent: FlaskClient, desk) -> None:
    ticket = desk.letter()
    agent.post(
        f"/tickets/{ticket}/draft",
        data={
            "kind": "outgoing",
            "html": "<div>Words</div>",
            "version": "0",
            "to": "olga@buyer.example",
            "cc": "ann@buyer.example",
        },
    )
    draft = one(sa.select(Draft))
    reply(
        agent,
        ticket,
        "<div>Words</div>",
        cc="ann@buyer.example",
        then_status="closed",
        draft_id=str(draft.id),
    )
    answer = agent.post(f"/messages/{outgoing()[0].id}/undo", follow_redirects=True)
    assert "Words" in answer.text and "ann@buyer.example" in answer.text and "is-open" in answer.text
    assert not outgoing() and ticket_row(ticket).status == "open"


def test_only_the_author_is_offered_undo(agent: FlaskClient, app, desk) -> None:
    ticket = desk.letter()
    reply(agent, ticket)
    colleague = sign_in(app.test_client(), add_agent("max@help.example", "Max Brodt"))
    assert "data-undo=" not in colleague.get(f"/tickets/{ticket}").text
    assert colleague.post(f"/messages/{outgoing()[0].id}/undo").status_code == 403


def test_a_reply_that_did_not_arrive_can_be_sent_again(agent: FlaskClient, desk) -> None:
    ticket = desk.letter()
    reply(agent, ticket)
    message = outgoing()[0]
    with db.transaction() as session:
        session.execute(
            sa.update(Outbox).values(state=Delivery.FAILED, answer="550 no such user", due_at=None)
        )
        session.execute(sa.update(Message).where(Message.id == message.id).values(delivery=Delivery.FAILED))
    text = agent.get(f"/tickets/{ticket}").text
    assert "550 no such user" in text and f"/messages/{message.id}/retry" in text
    assert agent.post(f"/messages/{message.id}/retry").status_code == 303
    assert one(sa.select(Outbox.state)) == Delivery.QUEUED


def test_notes_are_for_agents_only(agent: FlaskClient, desk) -> None:
    ticket = desk.letter()
    agent.post(f"/tickets/{ticket}/note", data={"html": "she is <b>angry</b>", "nonce": next(nonces)})
    text = agent.get(f"/tickets/{ticket}").text
    assert "message-note" in text and "she is" in text
    with db.reading() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Outbox)) == 0
    empty = agent.post(f"/tickets/{ticket}/note", data={"html": " ", "nonce": next(nonces)})
    assert empty.status_code == 422 and "The note is empty." in empty.text


def test_hostile_words_stay_words(agent: FlaskClient, desk) -> None:
    bad = '"><script>alert(1)</script>'
    ticket = desk.letter(
        bad,
        subject=bad,
        sender_name=bad,
        folded=bad,
        signature=bad,
        evidence=({"rule": bad, "detail": bad},),
        defects=(bad,),
        automatic=bad,
    )
    agent.post(f"/tickets/{ticket}/tags", data={"tags": bad})
    agent.post(f"/tickets/{ticket}/draft", data={"kind": "note", "html": bad, "version": "0"})
    text = agent.get(f"/tickets/{ticket}").text
    assert "<script>alert" not in text
    assert text.count("&lt;script&gt;alert(1)") >= 5


def test_a_stranger_is_shown_as_held_and_never_addressed(agent: FlaskClient, desk) -> None:
    ticket = desk.letter()
    desk.letter(
        "I found this link",
        ticket_id=ticket,
        held=True,
        sender_email="stranger@else.example",
        sender_name="Stranger",
    )
    text = agent.get(f"/tickets/{ticket}").text
    assert "Held" in text and "does not take part" in text
    to = re.search(r'name="to" value="([^"]*)"', text)
    assert to is not None and "olga@buyer.example" in to.group(1) and "stranger" not in to.group(1)


def test_a_held_letter_is_accepted_or_given_its_own_ticket(agent: FlaskClient, desk) -> None:
    ticket = desk.letter()
    for _ in range(2):
        desk.letter("I found this link", ticket_id=ticket, held=True, sender_email="stranger@else.example")
    assert agent.post("/messages/2/accept").status_code == 303
    moved = agent.post("/messages/3/move", follow_redirects=True)
    assert "moved a letter here from #1" in moved.text and "Put it back" in moved.text
    with db.reading() as session:
        found = {row.id: (row.ticket_id, row.held) for row in session.scalars(sa.select(Message))}
    assert found == {1: (1, False), 2: (1, False), 3: (2, False)}


def test_not_this_ticket_is_one_click_and_undone_by_another(agent: FlaskClient, desk) -> None:
    ticket = desk.letter("First")
    desk.letter("A wholly different matter", ticket_id=ticket)
    assert "Not this ticket" in agent.get(f"/tickets/{ticket}").text
    assert agent.post("/messages/2/move").headers["Location"].startswith("/tickets/2")
    back = agent.post("/messages/2/move-back", follow_redirects=True)
    assert "A wholly different matter" in back.text and ticket_row(2).merged_into_id == ticket


def test_others_of_the_letter_are_added_only_when_asked(agent: FlaskClient, desk) -> None:
    ticket = desk.letter(
        cc=(("Ann", "ann@buyer.example"), ("", desk.address)), reply_to=(("", "other@else.example"),)
    )
    text = agent.get(f"/tickets/{ticket}").text
    assert re.search(r'name="cc" value=""', text)
    assert 'data-all="Ann &lt;ann@buyer.example&gt;"' in text
    assert "other@else.example" in text and "other@else.example" not in re.search(
        r'name="to" value="([^"]*)"', text
    ).group(1)  # type: ignore[union-attr]


@pytest.fixture
def suggested(desk) -> tuple[int, int]:
    """A ticket with one suggested answer: (ticket, article)."""
    ticket = desk.letter()
    with db.transaction() as session:
        article = Article(
            title="Delivery times",
            answer="Hello {{customer.first_name}}, **three days**. {{mailbox.name}}",
            language="en",
            created_at=db.now(),
            updated_at=db.now(),
        )
        session.add(article)
        session.flush()
        session.add(
            Suggestion(
                message_id=1,
                article_id=article.id,
                rank=1,
                confidence=0.87,
                created_at=db.now(),
                why={"words": ["order"], "example": "Where is it?"},
            )
        )
        session.execute(sa.update(Message).values(suggest_state="done"))
        return ticket, article.id


def test_suggestions_say_what_why_and_how_sure(agent: FlaskClient, suggested: tuple[int, int]) -> None:
    text = agent.get(f"/tickets/{suggested[0]}").text
    assert "Delivery times" in text and "87 %" in text and "<mark>order</mark>" in text
    assert "Hello Olga, <strong>three days</strong>. Support" in text


def test_an_inserted_answer_is_filled_and_recorded(agent: FlaskClient, suggested: tuple[int, int]) -> None:
    ticket, article = suggested
    answer = agent.post(
        f"/tickets/{ticket}/suggestions/{article}/insert",
        data={"message_id": "1"},
        headers={"Accept": "application/json"},
    )
    assert answer.json == {
        "html": "<p>Hello Olga, <strong>three days</strong>. Support</p>",
        "missing": [],
        "article_id": article,
    }
    assert one(sa.select(Suggestion.outcome)) == "inserted"
    with db.reading() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Draft)) == 0


def test_without_scripts_the_answer_goes_into_the_draft(
    agent: FlaskClient, suggested: tuple[int, int]
) -> None:
    ticket, article = suggested
    page = agent.post(
        f"/tickets/{ticket}/suggestions/{article}/insert", data={"message_id": "1"}, follow_redirects=True
    )
    assert "Hello Olga, three days. Support" in re.search(
        r'<textarea[^>]*id="text-reply".*?</textarea>', page.text, re.DOTALL
    ).group(0)  # type: ignore[union-attr]
    assert one(sa.select(Draft)).article_ids == [article]


def test_a_dismissed_answer_goes_away(agent: FlaskClient, suggested: tuple[int, int]) -> None:
    ticket, article = suggested
    panel = agent.post(
        f"/tickets/{ticket}/suggestions/{article}/dismiss",
        data={"message_id": "1"},
        headers={"HX-Request": "true"},
    )
    assert "No article fits" in panel.text and one(sa.select(Suggestion.outcome)) == "dismissed"


def test_a_letter_of_another_ticket_takes_no_answer(
    agent: FlaskClient, desk, suggested: tuple[int, int]
) -> None:
    other = desk.letter("Another")
    for act in ("insert", "dismiss"):
        assert (
            agent.post(
                f"/tickets/{other}/suggestions/{suggested[1]}/{act}", data={"message_id": "1"}
            ).status_code
            == 404
        )


def test_while_nothing_is_found_yet_the_page_asks_again(agent: FlaskClient, desk) -> None:
    ticket = desk.letter()
    assert "Looking for an answer" in agent.get(f"/tickets/{ticket}").text
    with db.transaction() as session:
        session.execute(sa.update(Message).values(suggest_state="done"))
    assert "No article fits" in agent.get(f"/tickets/{ticket}/suggestions").text


def test_every_kind_of_event_has_its_words(agent: FlaskClient, desk) -> None:
    ticket = desk.letter()
    kinds = {
        "reopened": "opened the ticket again",
        "delivery_failed": "Not delivered to a@b.example",
        "also-sent-to": "also sent to c@d.example",
        "something_new": "something new",
    }
    with db.transaction() as session:
        row = session.get_one(Ticket, ticket)
        for kind in kinds:
            service.record(
                session,
                kind,
                ticket=row,
                now=db.now(),
                recipient="a@b.example",
                answer="",
                mailbox="c@d.example",
            )
    text = agent.get(f"/tickets/{ticket}").text
    assert all(words in text for words in kinds.values())
    assert one(sa.select(sa.func.count()).select_from(Event)) == len(kinds)


def test_the_page_costs_the_same_however_long_the_ticket(agent: FlaskClient, desk, count_queries) -> None:
    ticket = desk.letter()
    desk.letter("A second one, so that the timeline has both", ticket_id=ticket)
    with count_queries() as few:
        agent.get(f"/tickets/{ticket}")
    for number in range(12):
        desk.letter(f"And another {number}", ticket_id=ticket)
    with count_queries() as many:
        page = agent.get(f"/tickets/{ticket}")
    assert len(many) == len(few) <= 32
    assert len(gzip.compress(page.data)) < 60_000
