"""Figures of articles: each once more, the slow way, from the rows themselves."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime, timedelta
from statistics import median

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.accounts.models import Role
from app.accounts.rights import Rights
from app.knowledge.models import Suggestion, article_mailboxes
from app.ratings.models import Rating
from app.tickets.models import Event, Message, Status, Ticket
from app.upkeep import article_figures, behind
from tests.app.upkeep.made_desk import NOW, MadeDesk, by_chance


def slowly(made: MadeDesk, rights: Rights, since: datetime | None) -> dict[int, dict[str, object]]:
    """Every figure by loops over every row; shares nothing with the queries."""
    session = made.session
    tickets = {one.id: one for one in session.scalars(sa.select(Ticket))}
    messages = {one.id: one for one in session.scalars(sa.select(Message))}
    may = {
        one.id
        for one in tickets.values()
        if rights.sees(one.mailbox_id) and one.status not in (Status.SPAM, Status.TRASH)
    }
    rows = [
        one
        for one in session.scalars(sa.select(Suggestion))
        if messages[one.message_id].ticket_id in may
        and (since is None or messages[one.message_id].arrived_at >= since)
    ]
    ratings = defaultdict(list)
    for rating in session.scalars(sa.select(Rating)):
        if rating.counted_at and not rating.anonymous:
            ratings[rating.invitation.message_id].append(rating.face)
    used = {
        one.reply_id
        for one in session.scalars(sa.select(Suggestion))
        if one.outcome in ("accepted", "edited")
    }
    free = [
        one.composing_seconds
        for one in messages.values()
        if one.kind == "outgoing" and one.ticket_id in may and one.id not in used
        and one.composing_seconds is not None and (since is None or one.arrived_at >= since)
    ]  # fmt: skip
    opened = defaultdict(list)
    for event in session.scalars(sa.select(Event).where(Event.kind == "reopened")):
        if event.detail["before"] == "closed":
            opened[event.ticket_id].append(event.at)
    found = {}
    for article in made.articles:
        mine = [one for one in rows if one.article_id == article.id]
        sent = [one for one in mine if one.outcome in ("accepted", "edited")]
        replies = {one.reply_id for one in sent}
        first: dict[int, datetime] = {}
        for one in sent:
            ticket_id, at = messages[one.message_id].ticket_id, messages[one.reply_id].arrived_at
            first[ticket_id] = min(first.get(ticket_id, at), at)
        again = {
            ticket_id for ticket_id, at in first.items() if any(when >= at for when in opened[ticket_id])
        }
        closed = again | {
            ticket_id for ticket_id, at in first.items()
            if tickets[ticket_id].closed_at and tickets[ticket_id].closed_at >= at
        }  # fmt: skip
        times = [
            messages[one].composing_seconds for one in replies if messages[one].composing_seconds is not None
        ]
        faces = [face for reply in replies for face in ratings[reply]] + anonymous(
            session, rights, article.id, since
        )
        found[article.id] = {
            "shown": sum(one.rank > 0 for one in mine),
            "inserted": sum(one.inserted_at is not None for one in mine),
            "unchanged": sum(one.outcome == "accepted" for one in mine),
            "edited": sum(one.outcome == "edited" for one in mine),
            "typed": sum(one.inserted_at is None for one in sent),
            "dismissed": sum(one.outcome == "dismissed" for one in mine),
            "passed_over": sum(one.outcome == "ignored" for one in mine),
            "faces": (faces.count("good"), faces.count("okay"), faces.count("bad")),
            "reopened": (len(closed), len(again)),
            "saved": round(sum(median(free) - one for one in times)) if times and len(free) >= 5 else None,
        }
    return found


def anonymous(session: Session, rights: Rights, article_id: int, since: datetime | None) -> list[str]:
    """Faces without names, of whole groups of five that are in the period, mailbox by mailbox."""
    asked: dict[int, datetime] = {}
    for one in session.scalars(sa.select(Suggestion).where(Suggestion.article_id == article_id)):
        if one.outcome in ("accepted", "edited"):
            at = session.get_one(Message, one.message_id).arrived_at
            asked[one.reply_id] = min(asked.get(one.reply_id, at), at)
    by_mailbox = defaultdict(list)
    for rating in session.scalars(sa.select(Rating).order_by(Rating.id)):
        if rating.counted_at and rating.anonymous and rating.invitation.message_id in asked:
            by_mailbox[rating.mailbox_id].append(rating)
    groups = [
        every[start : start + 5]
        for mailbox_id, every in by_mailbox.items()
        if rights.sees(mailbox_id)
        for start in range(0, len(every) - 4, 5)
    ]
    return [
        one.face
        for group in groups
        if since is None or all(asked[one.invitation.message_id] >= since for one in group)
        for one in group
    ]


def as_found(figures: article_figures.Figures) -> dict[str, object]:
    counts, score = figures.counts, figures.score
    return {
        **{name: getattr(counts, name) for name in article_figures.COUNTED},
        "faces": (score.good, score.okay, score.bad),
        "reopened": (figures.reopened.closed, figures.reopened.opened),
        "saved": figures.saved.seconds if figures.saved else None,
    }


def test_every_figure_is_what_the_rows_say(made: MadeDesk) -> None:
    by_chance(made, seed=5)
    ids = [one.id for one in made.articles]
    everything = Rights(made.agents[0].id, Role.AGENT, None)
    shop_only = Rights(made.agents[1].id, Role.AGENT, frozenset({made.boxes[0].id}))
    nothing = Rights(made.agents[2].id, Role.AGENT, frozenset())
    for rights in (everything, shop_only, nothing):
        for since in (None, NOW - timedelta(days=90), NOW - timedelta(days=3)):
            expected = slowly(made, rights, since)
            found = article_figures.figures(made.session, rights, ids, since)
            assert {one: as_found(found[one]) for one in ids} == expected
    assert article_figures.figures(made.session, nothing, ids, None)[ids[0]] == article_figures.Figures()
    whole = article_figures.figures(made.session, everything, ids, None)
    told = [one.counts.typed and one.score.n and one.reopened.opened and one.saved for one in whole.values()]
    assert sum(map(bool, told)) >= 2


def test_ratings_without_a_name_count_by_five_and_are_behind_no_figure(made: MadeDesk) -> None:
    everything = Rights(made.agents[0].id, Role.AGENT, None)
    article = made.articles[0]

    def answered(faces: list[str]) -> tuple[int, int, int]:
        for face in faces:
            ticket = made.ticket()
            letter, reply = made.letter(ticket), made.reply(ticket)
            made.sent_with(letter, article, reply)
            made.rated(reply, face, anonymous=True).counted_at = NOW
        made.session.flush()
        score = article_figures.figures(made.session, everything, [article.id], None)[article.id].score
        return score.good, score.okay, score.bad

    assert answered(["bad"] * 4) == (0, 0, 0), "one of four could be guessed"
    assert answered(["good"]) == (1, 0, 4)
    assert answered(["bad"] * 3) == (1, 0, 4), "the next are told of together as well"
    assert answered(["okay", "good"]) == (2, 1, 7)
    later = article_figures.figures(made.session, everything, [article.id], NOW + timedelta(seconds=1))
    assert later[article.id].score.n == 0
    assert behind.cases(made.session, everything, article.id, "rated", None).rows == []


def test_the_letters_behind_a_figure_are_as_many_as_it_says(made: MadeDesk) -> None:
    by_chance(made, seed=6, tickets=60)
    shop_only = Rights(made.agents[1].id, Role.AGENT, frozenset({made.boxes[0].id}))
    for article in made.articles[:2]:
        counts = article_figures.figures(made.session, shop_only, [article.id], None)[article.id].counts
        for what in article_figures.COUNTED:
            cases = behind.cases(made.session, shop_only, article.id, what, None)
            assert len(cases.rows) == getattr(counts, what)
            tickets = {one.ticket_id for one in cases.rows}
            boxes = made.session.scalars(sa.select(Ticket.mailbox_id).where(Ticket.id.in_(tickets)))
            assert set(boxes) <= shop_only.mailboxes
    rated = behind.cases(made.session, shop_only, made.articles[0].id, "rated", None).rows
    assert rated
    assert all(one.reply_id and one.agent for one in rated)


def test_long_lists_go_on_where_they_stopped(made: MadeDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    by_chance(made, seed=7, tickets=40)
    everything = Rights(made.agents[0].id, Role.AGENT, None)
    whole = article_figures.lines(made.session, everything, None).rows
    assert [one.figures.counts.sent for one in whole] == sorted(
        (one.figures.counts.sent for one in whole), reverse=True
    )
    pages, after = [], ""
    for _ in range(3):
        page = article_figures.lines(made.session, everything, None, after=after, limit=2)
        pages += [one.article.id for one in page.rows]
        after = page.next
    assert pages == [one.article.id for one in whole]
    assert after == ""
    monkeypatch.setattr(behind, "PAGE", 3)
    first = behind.cases(made.session, everything, made.articles[0].id, "shown", None)
    second = behind.cases(made.session, everything, made.articles[0].id, "shown", None, after=first.next)
    assert first.rows[-1].letter_id > second.rows[0].letter_id


def test_an_article_kept_from_an_agent_has_no_line(made: MadeDesk) -> None:
    secret = made.articles[0]
    secret.restricted = True
    made.session.execute(article_mailboxes.insert().values(article_id=secret.id, mailbox_id=made.boxes[1].id))
    made.session.flush()
    shop_only = Rights(made.agents[1].id, Role.AGENT, frozenset({made.boxes[0].id}))
    repairs = Rights(made.agents[2].id, Role.AGENT, frozenset({made.boxes[1].id}))
    listed = {one.article.id for one in article_figures.lines(made.session, shop_only, None).rows}
    assert listed == {one.id for one in made.articles[1:]}
    assert secret.id in {one.article.id for one in article_figures.lines(made.session, repairs, None).rows}
