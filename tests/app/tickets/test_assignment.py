"""New tickets find their team and their agent: in turn, by load, to the client's own agent; never to who is not here."""

from __future__ import annotations

import threading
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from app import db
from app.accounts.models import Agent, MailboxGrant, Role
from app.accounts.teams import TeamForm, make_team, set_active, team_by_id
from app.customers import service as customers
from app.customers.own_agent import set_own_agent
from app.errors import InvalidInput
from app.mailboxes.models import Mailbox
from app.tickets import service
from app.tickets.assignment import Worker, next_agent
from app.tickets.assignment_rules import mailbox_rules, set_rule
from app.tickets.filing import Filing, IncomingLetter
from app.tickets.models import Event, Ticket

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


class Desk:
    """A mailbox, three agents and a lead; every call is a transaction of its own."""

    def __init__(self) -> None:
        with db.transaction() as session:
            mailbox = Mailbox(address="support@help.example", created_at=NOW)
            session.add(mailbox)
            self.agents = {}
            for name in ("Nora", "Ben", "Eve"):
                agent = Agent(email=f"{name.lower()}@help.example", name=name, created_at=NOW)
                session.add(agent)
                session.flush()
                self.agents[name] = agent.id
            session.flush()
            self.mailbox_id = mailbox.id
        self.number = 0

    def team(self, *names: str, way: str = "turn", own_agent: bool = False) -> int:
        ids = tuple(self.agents[name] for name in names)
        with db.transaction() as session:
            return make_team(session, TeamForm("Repairs", way, own_agent, ids), now=NOW).id

    def rule(self, team_id: int | None = None, way: str = "hand", own_agent: bool = False) -> None:
        with db.transaction() as session:
            nora = self.agents["Nora"]
            set_rule(session, nora, self.mailbox_id, team_id=team_id, way=way, own_agent=own_agent)

    def arrive(self, number: int = 1, sender: str = "olga@buyer.example", **more: object) -> list[str]:
        """So many letters in one transaction, each in a new ticket; who was given each."""
        with db.transaction() as session:
            filing = Filing(session)
            tickets = [self._file(session, filing, sender, more) for _ in range(number)]
            filing.write()
        return self.holders([ticket.id for ticket in tickets])

    def _file(self, session, filing: Filing, sender: str, more: dict[str, object]) -> Ticket:
        self.number += 1
        card = customers.find_or_create(session, sender, "", now=NOW)
        values: dict[str, object] = {
            "raw_mail_id": None, "mailbox_id": self.mailbox_id, "sender_name": "", "sender_email": sender,
            "subject": "Order", "visible": "Where?", "folded": "", "signature": "", "html": None, "language": "en",
            "arrived_at": NOW + timedelta(minutes=self.number), **more,
        }  # fmt: skip
        letter = IncomingLetter(**values)  # type: ignore[arg-type]
        ticket = filing.open_ticket(letter, card)
        filing.file_letter(ticket, letter, card, wakes=not letter.automatic, now=NOW)
        return ticket

    def holders(self, ids: list[int]) -> list[str]:
        names = {agent_id: name for name, agent_id in self.agents.items()}
        with db.reading() as session:
            found = dict(session.execute(sa.select(Ticket.id, Ticket.assignee_id)).all())
        return [names.get(found[one], "") for one in ids]

    def change(self, name: str, **values: object) -> None:
        with db.transaction() as session:
            session.execute(sa.update(Agent).where(Agent.id == self.agents[name]).values(**values))

    def own(self, email: str, name: str) -> None:
        with db.transaction() as session:
            card = customers.find_or_create(session, email, "", now=NOW)
            set_own_agent(session, card, self.agents[name])


@pytest.fixture
def desk(database: str) -> Desk:
    return Desk()


def test_without_a_rule_nobody_is_given_anything(desk: Desk) -> None:
    assert desk.arrive(3) == ["", "", ""]


def test_in_turn_everybody_gets_as_many_as_the_others(desk: Desk) -> None:
    desk.rule(desk.team("Nora", "Ben", "Eve"))
    given = [*desk.arrive(4), *desk.arrive(1), *desk.arrive(7)]
    assert Counter(given) == {"Nora": 4, "Ben": 4, "Eve": 4}
    assert given[:3] == given[3:6] == given[6:9]


def test_who_comes_back_gets_their_turn_and_no_flood(desk: Desk) -> None:
    desk.rule(desk.team("Nora", "Ben"))
    desk.change("Ben", away=True)
    assert desk.arrive(6) == ["Nora"] * 6
    desk.change("Ben", away=False)
    assert desk.arrive(4) == ["Ben", "Nora", "Ben", "Nora"]


def test_by_load_the_least_busy_gets_the_next(desk: Desk) -> None:
    desk.rule(way="load")
    assert Counter(desk.arrive(6)) == {"Nora": 2, "Ben": 2, "Eve": 2}
    with db.transaction() as session:
        for ticket in session.scalars(sa.select(Ticket).where(Ticket.assignee_id == desk.agents["Eve"])):
            service.set_status(session, ticket, "closed", by=None, now=NOW)
    assert Counter(desk.arrive(2)) == {"Eve": 2}


@pytest.mark.parametrize(
    "values",
    [
        {"away": True},
        {"active": False},
        {"role": Role.LIGHT},
        {"role": Role.AUDITOR},
        {"every_mailbox": False},
    ],
    ids=lambda values: next(iter(values)),
)
def test_only_who_is_here_and_may_answer_there_is_given_tickets(
    desk: Desk, values: dict[str, object]
) -> None:
    desk.rule(desk.team("Nora", "Ben"))
    desk.change("Ben", **values)
    assert set(desk.arrive(3)) == {"Nora"}


def test_a_grant_of_the_mailbox_is_enough(desk: Desk) -> None:
    desk.rule(desk.team("Ben"))
    desk.change("Ben", every_mailbox=False)
    with db.transaction() as session:
        session.add(MailboxGrant(agent_id=desk.agents["Ben"], mailbox_id=desk.mailbox_id))
    assert desk.arrive() == ["Ben"]


def test_with_nobody_here_the_ticket_waits_with_its_team(desk: Desk) -> None:
    team_id = desk.team("Nora")
    desk.rule(team_id)
    desk.change("Nora", away=True)
    assert desk.arrive() == [""]
    with db.reading() as session:
        assert session.scalars(sa.select(Ticket.team_id)).all() == [team_id]


def test_a_client_comes_to_their_own_agent_first(desk: Desk) -> None:
    desk.rule(desk.team("Nora", "Ben"), own_agent=True)
    desk.own("vip@buyer.example", "Eve")
    assert desk.arrive(2, "vip@buyer.example") == ["Eve", "Eve"]
    desk.change("Eve", away=True)
    assert desk.arrive(1, "vip@buyer.example") == ["Nora"]


def test_the_own_agent_counts_only_where_it_is_wanted(desk: Desk) -> None:
    desk.own("vip@buyer.example", "Eve")
    desk.rule(desk.team("Nora"))
    assert desk.arrive(1, "vip@buyer.example") == ["Nora"]


def test_own_clients_cost_nobody_a_turn(desk: Desk) -> None:
    desk.rule(desk.team("Nora", "Ben", own_agent=True))
    desk.own("vip@buyer.example", "Nora")
    assert desk.arrive(3, "vip@buyer.example") == ["Nora"] * 3
    assert desk.arrive(2) == ["Nora", "Ben"]


@pytest.mark.parametrize(
    "more", [{"automatic": "a newsletter"}, {"history": True}], ids=["automatic", "history"]
)
def test_mail_of_programs_and_old_mail_is_given_to_nobody(desk: Desk, more: dict[str, object]) -> None:
    desk.rule(desk.team("Nora"))
    assert desk.arrive(1, **more) == [""]


def test_a_team_that_is_no_more_gets_nothing(desk: Desk) -> None:
    team_id = desk.team("Nora")
    desk.rule(team_id)
    with db.transaction() as session:
        set_active(team_by_id(session, team_id), False)
    assert desk.arrive() == [""]
    with pytest.raises(InvalidInput):
        desk.rule(team_id)


def test_history_says_who_was_given_it_and_why(desk: Desk) -> None:
    desk.rule(desk.team("Ben"))
    desk.arrive()
    with db.reading() as session:
        told = [(event.kind, event.detail) for event in session.scalars(sa.select(Event).order_by(Event.id))]
    assert told == [
        ("team", {"before": None, "after": 1, "name": "Repairs"}),
        ("assigned", {"before": None, "after": desk.agents["Ben"], "why": "turn"}),
    ]


def test_the_rules_are_shown_as_they_are(desk: Desk) -> None:
    team_id = desk.team("Nora")
    with db.reading() as session:
        (rule,) = mailbox_rules(session, desk.agents["Nora"])
        assert (rule.team_id, rule.way, rule.own_agent) == (None, "hand", False)
    desk.rule(team_id, "load", own_agent=True)
    with db.reading() as session:
        (rule,) = mailbox_rules(session, desk.agents["Nora"])
        assert (rule.team_id, rule.way, rule.own_agent) == (team_id, "load", True)


def test_two_pollers_at_once_deal_fairly(desk: Desk) -> None:
    """Both file many letters, in many transactions; nobody gets two turns for another's one."""
    desk.rule(desk.team("Nora", "Ben", "Eve"))
    problems: list[BaseException] = []

    def poll(sender: str) -> None:
        try:
            for _ in range(6):
                desk.arrive(2, sender)
        except BaseException as error:
            problems.append(error)

    pollers = [threading.Thread(target=poll, args=(f"{name}@buyer.example",)) for name in ("olga", "ivan")]
    for poller in pollers:
        poller.start()
    for poller in pollers:
        poller.join()
    assert not problems
    with db.reading() as session:
        given = session.scalars(sa.select(Ticket.assignee_id)).all()
    assert len(given) == 24 and set(Counter(given).values()) == {8}


def test_a_ticket_that_is_being_given_out_is_waited_for(desk: Desk) -> None:
    """The second transaction begins while the first has given its ticket and not committed yet."""
    desk.rule(desk.team("Nora", "Ben"))
    desk.arrive(2)
    desk.arrive(2, "ivan@buyer.example")
    second = threading.Thread(target=desk.arrive, args=(1, "ivan@buyer.example"))
    with db.transaction() as session:
        filing = Filing(session)
        desk._file(session, filing, "olga@buyer.example", {})
        filing.write()
        second.start()
        second.join(1)
        assert second.is_alive()
    second.join()
    with db.reading() as session:
        given = session.scalars(sa.select(Ticket.assignee_id)).all()
    assert sorted(Counter(given).values()) == [3, 3]


@pytest.mark.parametrize(
    ("workers", "way", "chosen"),
    [
        ([], "turn", 0),
        ([Worker(1, 5, 0), Worker(2, 3, 9)], "turn", 2),
        ([Worker(1, 5, 0), Worker(2, 3, 9)], "load", 1),
        ([Worker(2, 4, 1), Worker(1, 4, 1)], "load", 1),
    ],
)
def test_whose_turn_it_is(workers: list[Worker], way: str, chosen: int) -> None:
    assert next_agent(workers, way) == chosen
