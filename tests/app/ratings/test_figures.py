"""Every figure is counted again from raw rows, slowly and in another way; and who may see which of them."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from app import db
from app.accounts.models import Agent, MailboxGrant, Role
from app.accounts.rights import rights_of
from app.accounts.teams import Team, TeamMember
from app.customers.models import Customer
from app.knowledge.models import Article, Outcome, Suggestion
from app.mailboxes.models import Mailbox
from app.ratings import cuts, figures, queries, service
from app.ratings.asking_models import RatingReason
from app.ratings.best import best
from app.ratings.cuts import EVERYTHING, Cut, Scope, scope_of
from app.ratings.models import Rating, RatingHit, RatingInvitation
from app.ratings.score import FEWEST_TO_RANK, Score
from app.settings import Settings
from app.tags.models import Tag
from app.tickets.models import Message, Ticket
from tests.app.ratings.conftest import add_people, add_reply

FACES = ("good", "okay", "bad")


@dataclass(frozen=True)
class Desk:
    now: datetime
    agents: list[int]
    mailboxes: list[int]
    teams: list[int]


@pytest.fixture
def desk(installation: Settings) -> Desk:
    """Three agents in two teams and two mailboxes, two months of replies; some rated, some explained, some scanned."""
    with db.transaction() as session:
        return _fill(session, installation.secret_key, db.now())


def _fill(session: Session, secret: str, now: datetime) -> Desk:
    chance = random.Random(7)
    ben, olga = add_people(session, now)
    igor = Customer(name="Igor", created_at=now)
    agents = [ben, Agent(email="v@orbit.example", name="Vera Lind", created_at=now),
              Agent(email="m@orbit.example", name="Mina", active=False, created_at=now)]  # fmt: skip
    tags = [Tag(name=name) for name in ("delivery", "invoice", "vip")]
    olga.tags.append(tags[2])
    boxes = [
        Mailbox(address=f"{name}@orbit.example", name=name, created_at=now) for name in ("help", "trade")
    ]
    articles = [Article(title=f"Article {number}", answer="x", language="en", created_at=now, updated_at=now)
                for number in range(2)]  # fmt: skip
    teams = [Team(name=name, created_at=now) for name in ("East", "West")]
    session.add_all([*agents, igor, *tags, *boxes, *articles, *teams])
    session.flush()
    for team, members in ((teams[0], agents[:2]), (teams[1], agents[1:])):
        session.add_all(TeamMember(team_id=team.id, agent_id=one.id) for one in members)
    reasons = list(session.scalars(sa.select(RatingReason.id)))
    for agent, number in zip(agents, (26, 18, 4), strict=True):
        for index in range(number):
            at = now - timedelta(days=chance.uniform(0, 60))
            customer = chance.choice([olga, igor])
            [invitation] = add_reply(session, agent, customer, secret, at=at, subject=f"Subject {index}")
            _place(session, invitation, chance, boxes, tags, articles, at)
            service.note_hit(session, invitation, "good", service.Signs("GET", "Mozilla/5.0"), at)
            if chance.random() < 0.4:
                service.note_hit(session, invitation, "good", service.Signs("HEAD", "x"), at)
            if chance.random() < 0.8:
                service.give(
                    session, invitation, chance.choice(["good", "good", "okay", "bad"]),
                    chance.choice(["", f"words of {index}"]), now=min(at + timedelta(days=chance.choice([0, 0, 9])), now),
                    change_days=7, reason_ids=chance.sample(reasons, 2),
                )  # fmt: skip
    return Desk(now, [one.id for one in agents], [one.id for one in boxes], [one.id for one in teams])


def _place(
    session: Session, invitation: RatingInvitation, chance: random.Random, boxes: list[Mailbox], tags: list[Tag],
    articles: list[Article], at: datetime,
) -> None:  # fmt: skip
    """A mailbox, tags and articles for the ticket of this reply."""
    ticket = session.get_one(Ticket, session.get_one(Message, invitation.message_id).ticket_id)
    ticket.mailbox_id = invitation.mailbox_id = chance.choice(boxes).id
    ticket.tags.extend(chance.sample(tags[:2], chance.randint(0, 2)))
    letters = [Message(ticket_id=ticket.id, kind="incoming", arrived_at=at) for _ in range(2)]
    session.add_all(letters)
    session.flush()
    used = chance.choice([None, *articles])
    # The same article may have answered two letters of one reply: that is one rating of it. Two articles are two.
    both = [used, used] if chance.random() < 0.5 else articles[:2]
    for letter, article in zip(letters, both if used is not None else [], strict=False):
        session.add(Suggestion(message_id=letter.id, article_id=article.id, rank=1, confidence=1, created_at=at,
                               outcome=Outcome.ACCEPTED, reply_id=invitation.message_id))  # fmt: skip
    session.flush()


class Slow:
    """Everything in memory, and looked at row by row."""

    def __init__(self, session: Session) -> None:
        every: Callable[[type], list] = lambda model: list(session.scalars(sa.select(model)).all())  # noqa: E731
        self.invitations = {one.id: one for one in every(RatingInvitation)}
        self.ratings, self.hits = every(Rating), every(RatingHit)
        self.tickets = {one.id: one for one in every(Ticket)}
        self.replies = {one.id: one for one in every(Message)}
        self.teams = [(one.team_id, one.agent_id) for one in every(TeamMember)]
        self.vip = {one.id: [tag.id for tag in one.tags] for one in every(Customer)}
        self.used: dict[int, set[int]] = {}
        for one in every(Suggestion):
            self.used.setdefault(one.reply_id, set()).add(one.article_id)

    def keys(self, invitation: RatingInvitation, dimension: str) -> set[int]:
        ticket = self.tickets[self.replies[invitation.message_id].ticket_id]
        found = {
            "agent": [invitation.agent_id],
            "mailbox": [ticket.mailbox_id],
            "team": [team for team, agent in self.teams if agent == invitation.agent_id],
            "tag": [tag.id for tag in ticket.tags],
            "segment": self.vip[invitation.customer_id],
            "article": self.used.get(invitation.message_id, ()),
        }
        return set(found[dimension])

    def belongs(self, invitation: RatingInvitation, cut: Cut) -> bool:
        return all(
            getattr(cut, name) is None or getattr(cut, name) in self.keys(invitation, name)
            for name in cuts.DIMENSIONS
        )

    def line(self, dimension: str, key: int, cut: Cut) -> tuple[object, ...]:
        def inside(at: datetime, span: Cut) -> bool:
            return (span.since is None or at >= span.since) and (span.until is None or at < span.until)

        mine = {
            number: one
            for number, one in self.invitations.items()
            if key in self.keys(one, dimension) and self.belongs(one, cut)
        }
        asked = {number for number, one in mine.items() if inside(one.created_at, cut)}
        hits = [one for one in self.hits if one.invitation_id in mine and inside(one.at, cut)]
        return (
            len(asked), sum(one.invitation_id in asked for one in self.ratings), sum(not one.filtered for one in hits),
            sum(bool(one.filtered) for one in hits), self._score(mine, cut, inside),
            self._score(mine, cut.before(), inside) if cut.before() else None,
        )  # fmt: skip

    def _score(self, mine: dict, span: Cut | None, inside: Callable) -> Score:
        assert span is not None
        given = [one for one in self.ratings if one.invitation_id in mine and inside(one.created_at, span)]
        return Score(*(sum(one.face == face for one in given) for face in FACES))


def test_figures_and_lists_tell_what_is_there(desk: Desk) -> None:
    """One desk serves all of these: none of them changes it."""
    _every_figure_equals_a_slow_count(desk)
    _time_reasons_and_programs_add_up(desk)
    _nobody_below_the_fewest_has_a_rank_and_the_best_are_named_by_the_lower_bound(desk)
    _ratings_come_newest_first_in_pages_without_gaps_and_queries_do_not_grow(desk)


def _every_figure_equals_a_slow_count(desk: Desk) -> None:
    month = Cut(desk.now - timedelta(days=20), desk.now)
    narrow = Cut(month.since, month.until, team=desk.teams[0], mailbox=desk.mailboxes[0])
    with db.reading() as session:
        slow, seen = Slow(session), 0
        # Nobody was asked in a moment in which somebody answered: all that is counted is of before.
        answered = [
            one.counted_at for one in session.scalars(sa.select(Rating).order_by(Rating.id)) if one.counted_at
        ]
        moments = [Cut(at, at + timedelta(seconds=1)) for at in answered[::8]]
        for cut in (
            Cut(),
            month,
            narrow,
            Cut(agent=desk.agents[0], segment=3),
            Cut(tag=1, article=1),
            *moments,
        ):
            for dimension in cuts.DIMENSIONS:
                rows = figures.figures(session, dimension, cut, EVERYTHING)
                keys = {row.key for row in rows}
                missing = {key for key in (1, 2) if slow.line(dimension, key, cut)[4].n} - keys
                assert not missing, (dimension, cut)
                for row in rows:
                    told = (row.asked, row.answered, row.opened, row.filtered, row.score, row.before)
                    assert told == slow.line(dimension, row.key, cut), (dimension, row.name, cut)
                    seen += row.score.n
        assert seen > 300
        for cut in (Cut(), month, narrow, Cut(desk.now, desk.now + timedelta(days=400))):
            rows = figures.figures(session, cuts.AGENT, cut, EVERYTHING)
            assert figures.total_of(session, rows, cut, EVERYTHING) == figures.total(session, cut, EVERYTHING)
        whole = figures.total(session, Cut(), EVERYTHING)
        assert (whole.score.n, whole.asked) == (len(slow.ratings), len(slow.invitations))
        assert (whole.opened + whole.filtered, whole.hits) == (len(slow.hits), len(slow.hits))


def _time_reasons_and_programs_add_up(desk: Desk) -> None:
    bounds = [desk.now - timedelta(days=days) for days in (70, 40, 20, 10, -1)]
    with db.reading() as session:
        parts = figures.over_time(session, bounds, Cut(agent=desk.agents[0]), EVERYTHING)
        for (begin, score), end in zip(parts, bounds[1:], strict=True):
            cut = Cut(begin, end, agent=desk.agents[0])
            assert score == figures.total(session, cut, EVERYTHING).score
        assert (
            sum(score.n for _, score in parts)
            == figures.total(session, Cut(agent=desk.agents[0]), EVERYTHING).score.n
        )
        named = figures.reason_counts(session, Cut(), EVERYTHING)
        assert sum(good + bad for _, good, bad in named) == 2 * len(session.scalars(sa.select(Rating)).all())
        hits = figures.openings(session, Cut(), EVERYTHING)
        heads = session.scalar(sa.select(sa.func.count()).where(RatingHit.method == "HEAD"))
        assert (hits.by_reason, hits.raw - hits.filtered) == ({"head": heads}, hits.opened)


def _nobody_below_the_fewest_has_a_rank_and_the_best_are_named_by_the_lower_bound(desk: Desk) -> None:
    with db.reading() as session:
        rows = figures.figures(session, cuts.AGENT, Cut(), EVERYTHING)
        assert rows[-1].name == "Mina" and rows[-1].score.n < FEWEST_TO_RANK
        named = best(session, Cut(), EVERYTHING)
        ranked = [row for row in rows if row.score.n >= FEWEST_TO_RANK and row.active]
        assert [one.agent_id for one in named] == [
            one.key for one in sorted(ranked, key=lambda one: -one.score.low)
        ]


def test_a_trend_needs_enough_ratings_on_both_sides() -> None:
    def figure(now: Score, before: Score | None) -> figures.Figure:
        return figures.Figure(1, "x", score=now, before=before)

    assert figure(Score(20, 0, 0), None).trend is None
    assert figure(Score(20, 0, 0), Score(9, 0, 0)).trend is None
    assert figure(Score(15, 0, 5), Score(10, 0, 10)).trend == pytest.approx(0.25)
    assert not figure(Score(15, 0, 5), Score(10, 0, 10)).trend_is_sure
    assert figure(Score(190, 0, 10), Score(10, 0, 10)).trend_is_sure


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_everybody_sees_what_is_theirs_and_no_more(desk: Desk) -> None:
    (ben, vera, mina), numbers = desk.agents, count()
    with db.transaction() as session:

        def somebody(role: Role, team: int | None = None, box: int | None = None) -> Agent:
            agent = Agent(email=f"{role}{team}{box}{next(numbers)}@orbit.example", name="x", role=role, created_at=desk.now,
                          every_mailbox=box is None)  # fmt: skip
            session.add(agent)
            session.flush()
            if team:
                session.add(TeamMember(team_id=team, agent_id=agent.id))
            if box:
                session.add(MailboxGrant(mailbox_id=box, agent_id=agent.id))
            session.flush()
            return agent

        def seen(agent: Agent | int) -> tuple[set[int], int]:
            rights = rights_of(session, agent)
            scope = scope_of(session, rights)
            rows = figures.figures(session, cuts.AGENT, Cut(), scope, rights=rights)
            return {row.key for row in rows}, queries_count(session, scope)

        def queries_count(session: Session, scope: Scope) -> int:
            return len(queries.page(session, Cut(), scope, limit=1000).rows)

        every = session.scalar(sa.select(sa.func.count()).select_from(Rating))
        assert seen(somebody(Role.ADMIN)) == ({ben, vera, mina}, every)
        assert seen(somebody(Role.AUDITOR)) == ({ben, vera, mina}, every)
        # Whoever leads no team yet sees their own, and they have none.
        assert seen(somebody(Role.LEAD)) == (set(), 0)
        assert seen(somebody(Role.LEAD, desk.teams[0]))[0] == {ben, vera}
        assert seen(ben)[0] == {ben}
        assert seen(somebody(Role.LIGHT)) == (set(), 0)
        own, found = seen(somebody(Role.LEAD, desk.teams[1], desk.mailboxes[1]))
        here = sa.select(sa.func.count()).where(
            Rating.mailbox_id == desk.mailboxes[1], Rating.agent_id.in_((vera, mina))
        )
        assert own == {vera, mina} and found == session.scalar(here)
        session.execute(sa.update(Team).where(Team.id == desk.teams[0]).values(active=False))
        # A team that is no more is led by nobody.
        assert seen(somebody(Role.LEAD, desk.teams[0])) == (set(), 0)


def _ratings_come_newest_first_in_pages_without_gaps_and_queries_do_not_grow(desk: Desk) -> None:
    statements: list[str] = []
    with db.reading() as session:
        order = (Rating.counted_at.desc(), Rating.mark.desc())
        wanted = list(session.scalars(sa.select(Rating.id).where(Rating.comment != "").order_by(*order)))
        found, after = [], ""
        for _ in wanted:
            page = queries.page(session, Cut(), EVERYTHING, words=True, after=after, limit=5)
            found += [row.rating.id for row in page.rows]
            after = page.next
            if not after:
                break
        assert len(wanted) > 10 and found == wanted
        first = queries.page(session, Cut(), EVERYTHING).rows[0].rating.id
        for made_up in ("x", "_", "2026-01-01_1", "2026-01-01T00:00:00+00:00_x", "9" * 50):
            assert queries.page(session, Cut(), EVERYTHING, after=made_up).rows[0].rating.id == first
        sa.event.listen(db.engine(), "before_cursor_execute", lambda *more: statements.append(more[2]))
        figures.figures(session, cuts.ARTICLE, Cut(desk.now - timedelta(days=30), desk.now), EVERYTHING)
        queries.page(session, Cut(), EVERYTHING)
    assert len(statements) <= 11, statements
