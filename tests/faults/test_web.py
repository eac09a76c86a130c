"""The web dies between a reply's POST and its answer, or finds the disk full: one form, one reply."""

from __future__ import annotations

import threading
import urllib.error
from collections.abc import Callable

import pytest
import sqlalchemy as sa

from app import db
from app.accounts.models import Agent
from tests.faults.fleet import AgentBrowser
from tests.faults.ground import Ground
from tests.faults.nursery import Child
from tests.faults.observer import Findings
from tests.faults.replies import write_replies
from tests.support.waiting import wait_until

pytestmark = [pytest.mark.dovecot, pytest.mark.faults]

Play = Callable[..., None]
NONCE = "nonce-of-one-form-in-a-browser"


def start_web(ground: Ground, *points: str) -> Child:
    agent = browser(ground)
    child = ground.start("web", *points)
    wait_until(agent.is_there)
    return child


def browser(ground: Ground) -> AgentBrowser:
    with db.reading() as session:
        agent = session.scalars(sa.select(Agent)).one()
    return AgentBrowser(ground, agent)  # type: ignore[arg-type]


def ticket_to_answer(ground: Ground) -> int:
    write_replies(ground, 1)
    ground.sent_all(clocks=[0])
    return ground.database.number("SELECT max(id) FROM tickets")


def replies(ground: Ground) -> int:
    return ground.database.number(f"SELECT count(*) FROM messages WHERE form_nonce = '{NONCE}'")


def send(ground: Ground, ticket: int) -> None:
    browser(ground).reply(ticket, "<div>the answer</div>", "r0-0@client.example", NONCE)


@pytest.mark.parametrize(("point", "kept"), [("web.reply_written", 0), ("web.reply_committed", 1)])
def test_web_killed_at_a_reply(play: Play, point: str, kept: int, seed: int) -> None:
    """F38: the browser saw an error and sends the form again; there is one reply, and it leaves once."""

    def case(ground: Ground) -> Findings:
        ticket = ticket_to_answer(ground)
        web = start_web(ground, f"{point}:1:kill")
        with pytest.raises(OSError):
            send(ground, ticket)
        assert web.wait() == -9
        assert replies(ground) == kept
        start_web(ground)
        for _ in range(2):
            send(ground, ticket)
        ground.sent_all(clocks=[2, 3600])
        found = ground.look()
        if replies(ground) != 1 or len(ground.servers.sink.accepted) != 2:
            found.doubled.append(f"{replies(ground)} replies, {len(ground.servers.sink.accepted)} copies")
        return found

    play(case, "F38 web killed", point)


def test_double_click(play: Play, seed: int) -> None:
    """F38: the same form five times at once."""

    def case(ground: Ground) -> Findings:
        ticket = ticket_to_answer(ground)
        start_web(ground)
        agent = browser(ground)
        form = agent.form(ticket, "<div>the answer</div>", "r0-0@client.example", NONCE)
        clicks = [threading.Thread(target=agent.send, args=(form,)) for _ in range(5)]
        for click in clicks:
            click.start()
        for click in clicks:
            click.join(60)
        ground.sent_all(clocks=[2, 3600])
        found = ground.look()
        if replies(ground) != 1 or len(ground.servers.sink.accepted) != 2:
            found.doubled.append(f"{replies(ground)} replies, {len(ground.servers.sink.accepted)} copies")
        return found

    play(case, "F38 form sent five times at once", "reply")


def test_web_with_a_full_disk(play: Play, seed: int) -> None:
    """F35: pages can be read; a reply is refused with a message and nothing half-written, and works afterwards."""

    def case(ground: Ground) -> Findings:
        ticket = ticket_to_answer(ground)
        web = start_web(ground)
        agent = browser(ground)
        web.limit_files(0)
        assert "Question 0" in agent.get(f"/tickets/{ticket}")
        with pytest.raises(urllib.error.HTTPError) as refused:
            agent.reply(ticket, "<div>the answer</div>", "r0-0@client.example", NONCE)
        assert refused.value.code in (500, 503, 507)
        assert replies(ground) == 0
        web.limit_files(None)
        agent.reply(ticket, "<div>the answer</div>", "r0-0@client.example", NONCE)
        ground.sent_all(clocks=[2, 3600])
        found = ground.look()
        if replies(ground) != 1:
            found.lost.append("the reply")
        return found

    play(case, "F35 disk full", "web: a page, then a reply")
