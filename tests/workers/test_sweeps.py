"""Work over a whole desk goes in small steps, and an agent's reply has its turn between two of them."""

from __future__ import annotations

import threading
import time

import pytest
import sqlalchemy as sa

from app import db
from app.customers.models import Customer
from app.mailboxes.models import Mailbox
from app.reports import rollup
from app.settings import Settings
from app.tickets.models import Ticket
from tests.support.waiting import wait_until
from workers import schedule

SWEEP = "sweep"
# As long as a step over large tickets holds SQLite's writer.
STEP_SECONDS = 0.1


def many_tickets(count: int) -> None:
    now = db.now()
    with db.transaction() as session:
        mailbox = Mailbox(address="support@help.example", created_at=now)
        customer = Customer(name="Olga", created_at=now)
        session.add_all([mailbox, customer])
        session.flush()
        row = {
            "mailbox_id": mailbox.id,
            "customer_id": customer.id,
            "subject": "Where is it?",
            "opened_at": now,
            "last_message_at": now,
        }
        session.execute(sa.insert(Ticket), [row] * count)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_reply_has_its_turn_while_a_whole_desk_is_swept(
    installation: Settings, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    many_tickets(rollup.AT_ONCE * schedule.MOST_TELLINGS)
    monkeypatch.setattr(schedule, "_settings", lambda: installation)
    steps: list[float] = []
    in_a_step = threading.Event()

    def begun(_connection: sa.Connection, _cursor: object, text: str, *_more: object) -> None:
        if threading.current_thread().name == SWEEP and steps and text.startswith(("INSERT", "UPDATE")):
            in_a_step.set()

    def ends(_connection: sa.Connection) -> None:
        if threading.current_thread().name == SWEEP:
            time.sleep(STEP_SECONDS)
            steps.append(STEP_SECONDS)

    sa.event.listen(db.engine(), "before_cursor_execute", begun)
    sa.event.listen(db.engine(), "commit", ends)
    thread = threading.Thread(target=schedule.keep_facts, name=SWEEP)
    thread.start()
    # The second step holds the writer: a reply that comes now has to wait.
    assert in_a_step.wait(60)
    waited_from = len(steps)
    with db.transaction():
        passed = len(steps) - waited_from
    thread.join(60)
    wait_until(lambda: not thread.is_alive())
    assert len(steps) == schedule.MOST_TELLINGS, "there was more to do than one turn of the clock does"
    assert passed <= 3, "the step that was under way, and hardly another, came before the reply"
