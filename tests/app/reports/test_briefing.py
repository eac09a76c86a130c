"""The briefing: what it says of a desk whose truth is known, and the mail of it every Monday, once for each agent."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from app import db
from app.accounts.models import Agent
from app.accounts.rights import Rights
from app.mailboxes.models import Mailbox
from app.reports import briefing, briefing_mail, briefing_words
from app.reports.behind import tickets_behind
from app.reports.briefing import Briefing
from app.reports.catalogue import Asked
from app.reports.filters import Filters, Scope
from app.settings import Settings
from app.tickets.models import Ticket
from app.together import mail_out
from app.together.mailing import catalogue
from app.together.models import NoticeMail
from app.together.wishes import Wishes, choose
from tests.app.reports.conftest import NOW, ZONE, Desk, catch_up, furnish, rate, write
from tests.support.web import sign_in

ALL = Scope(Rights(1, "admin", None))
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def add(session: Any, desk: Desk, number: int, at: datetime, **more: Any) -> Ticket:
    ticket = Ticket(
        mailbox_id=desk.mailboxes[0], customer_id=desk.customers[number % 12], subject=f"Matter {number} <b>",
        opened_at=at, last_message_at=at, **{"status": "open", "waiting_since": None, **more},
    )  # fmt: skip
    session.add(ticket)
    session.flush()
    write(session, ticket, "incoming", at, customer_id=ticket.customer_id)
    return ticket


@pytest.fixture
def known(installation: Settings) -> Desk:
    """Two late, one unhappy, two silent, seven with Nora and one with Ivan; Nora has twelve ratings, Ivan nine."""
    random.seed(2)
    with db.transaction() as session:
        desk = furnish(session)
        nora, ivan = desk.agents[2:]
        for number, age in enumerate((30 * HOUR, 50 * HOUR, 3 * HOUR)):
            add(session, desk, number, NOW - age, waiting_since=NOW - age, assignee_id=nora)
        for number in (3, 4):
            add(
                session, desk, number, NOW - 9 * DAY, status=("open", "waiting")[number - 3], assignee_id=nora
            )
        for number in (5, 6):
            add(session, desk, number, NOW - 2 * DAY, assignee_id=nora)
        add(session, desk, 7, NOW - 2 * DAY, assignee_id=ivan)
        rated = add(session, desk, 8, NOW - 3 * DAY, status="closed", closed_at=NOW - 2 * DAY)
        for agent_id, faces in ((nora, ["good"] * 11 + ["bad"]), (ivan, ["good"] * 9)):
            for face in faces:
                reply = write(session, rated, "outgoing", NOW - 2 * DAY, author_id=agent_id)
                rate(session, reply, agent_id, rated, face, NOW - 2 * DAY)
        box = session.get_one(Mailbox, desk.mailboxes[0])
        box.smtp_host, box.active = "mail.desk.example", True
    catch_up()
    return desk


def told(scope: Scope = ALL) -> Briefing:
    with db.reading() as session:
        return briefing.gather(session, scope, now=NOW, zone=ZONE)


def test_nobody_shines_by_being_the_only_one_who_was_rated(installation: Settings) -> None:
    with db.transaction() as session:
        desk = furnish(session)
        nora = desk.agents[2]
        rated = add(session, desk, 1, NOW - 3 * DAY, status="closed", closed_at=NOW - 2 * DAY)
        for face in ["good"] * 7 + ["bad"] * 5:
            reply = write(session, rated, "outgoing", NOW - 2 * DAY, author_id=nora)
            rate(session, reply, nora, rated, face, NOW - 2 * DAY)
    catch_up()
    assert told().shining == []


def test_what_burns_who_shines_and_three_things_to_do(known: Desk) -> None:
    found = told()
    assert [one.subject for one in found.late] == ["Matter 1 <b>", "Matter 0 <b>"] and found.late_count == 2
    assert [one.subject for one in found.silent] == [
        "Matter 3 <b>",
        "Matter 4 <b>",
    ] and found.silent_count == 2
    assert ([one.subject for one in found.unhappy], found.unhappy_count) == (["Matter 8 <b>"], 1)
    # Nine of nine is too few to be ranked.
    assert [(one.name, one.score.n) for one in found.shining] == [("Nora Berg", 12)]
    assert [(one.name, one.open) for one in found.overloaded] == [("Nora Berg", 7)] and found.usual == 4
    assert (found.open.now, found.letters.now, found.letters.before) == (8, 6, 2)
    assert found.satisfaction.now == pytest.approx(20 / 21)
    with db.reading() as session:
        for name, number in (("late", 2), ("silent", 2), ("rated-bad", 1)):
            asked = Asked(Filters(found.filters.first, NOW.date()), ALL, NOW, ZONE)
            assert len(tickets_behind(session, name, asked).rows) == number, name
    sections = briefing_words.sections(found, catalogue("en"), "en")
    assert [line.text for line in sections[0].lines] == [
        "Answer 2 customers who have waited for more than a day, or longer than promised",
        "Write to 1 unhappy customer of the last week",
        "Take something off Nora Berg: 7 open tickets",
    ]
    assert all(line.url.startswith("/") for section in sections for line in section.lines)
    # An agent reads of their own tickets only.
    own = told(Scope(Rights(known.agents[3], "agent", None), frozenset({known.agents[3]})))
    assert (own.open.now, own.late_count, own.shining) == (1, 0, [])


def test_mondays_and_when_they_are_due() -> None:
    monday = datetime(2026, 10, 26, 7, 0, tzinfo=UTC)
    # The night before, summer time ended in Berlin: eight o'clock is seven in UTC, and was six.
    assert briefing_mail.monday(monday, 8, "Europe/Berlin") == monday
    assert briefing_mail.monday(monday - HOUR, 8, "Europe/Berlin") == datetime(2026, 10, 19, 6, 0, tzinfo=UTC)
    assert briefing_mail.monday(monday, 8, "Asia/Vladivostok") == datetime(2026, 10, 25, 22, 0, tzinfo=UTC)


def write_all(settings: Settings, now: datetime) -> list[NoticeMail]:
    """As the clock does."""
    with db.reading() as session:
        due = briefing_mail.due_agents(session, now)
    made = []
    for agent_id in due:
        with db.transaction() as session:
            made.append(briefing_mail.write(session, agent_id, settings, now=now))
    return [mail for mail in made if mail is not None]


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_once_a_week_for_each_in_their_own_language(known: Desk, installation: Settings) -> None:
    ada, lena, nora, _ivan = known.agents
    with db.transaction() as session:
        session.get_one(Agent, ada).timezone = "Europe/Berlin"
        session.get_one(Agent, lena).language = "ru"
        session.get_one(Agent, lena).timezone = "Asia/Vladivostok"
        choose(session, lena, Wishes(hour=10))
        briefing_mail.wish(session, session.get_one(Agent, nora), True)
    monday = datetime(2026, 11, 9, 0, 30, tzinfo=UTC)
    catch_up(now=monday)
    # In Vladivostok it is half past ten; in Berlin and London it is still night.
    first = write_all(installation, monday)
    assert [(mail.agent_id, mail.language, mail.period) for mail in first] == [
        (lena, "ru", "week-2026-11-09")
    ]
    assert "Три дела" in first[0].html and "ТРИ ДЕЛА" in first[0].text and "Ваша сводка" in first[0].subject
    assert write_all(installation, monday + HOUR) == []
    later = write_all(installation, datetime(2026, 11, 9, 9, 0, tzinfo=UTC))
    # Ada by her role, Nora by her wish; Ivan has none.
    assert [mail.agent_id for mail in later] == [ada, nora]
    mail = later[0]
    assert f"{installation.public_url}/reports/behind/late" in mail.text
    assert "Matter 3 &lt;b&gt;" in mail.html and "<b>" not in mail.html
    with db.reading() as session:
        content = mail_out.compose(session, mail, installation).decode()
    assert "Auto-Submitted: auto-generated" in content and "To: Ada Berg <ada@desk.example>" in content
    with db.transaction() as session:
        briefing_mail.wish(session, session.get_one(Agent, ada), False)
    week_later = datetime(2026, 11, 16, 9, 0, tzinfo=UTC)
    assert [mail.agent_id for mail in write_all(installation, week_later)] == [lena, nora]
    # On Tuesday it is no news any more.
    assert write_all(installation, datetime(2026, 11, 24, 9, 0, tzinfo=UTC)) == []
    with db.reading() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(NoticeMail)) == 5


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_nothing_to_tell_is_not_mailed_and_everybody_chooses(app: Flask, installation: Settings) -> None:
    with db.transaction() as session:
        desk = furnish(session)
        session.get_one(Mailbox, desk.mailboxes[0]).smtp_host = "mail.desk.example"
    assert write_all(installation, datetime(2026, 11, 9, 9, 0, tzinfo=UTC)) == []
    with db.reading() as session:
        ivan = session.get_one(Agent, desk.agents[3])
    browser = sign_in(app.test_client(), ivan)
    assert "Nothing to tell yet" in browser.get("/reports/briefing").text
    for value, wanted in (("on", True), ("", False)):
        assert browser.post("/reports/briefing/mail", data={"by_mail": value}).status_code == 303
        with db.reading() as session:
            assert briefing_mail.wants(session, session.get_one(Agent, ivan.id)) is wanted
