"""A draft between agents: taken over with its files, never lost, and its writer is told."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from app import db
from app.accounts.models import Agent, Role
from app.errors import Conflict, NotAllowed, NotFound
from app.tickets import drafts
from app.tickets.drafts import Written
from app.tickets.models import Attachment, Draft, Event, Ticket
from tests.app.outgoing.conftest import NOW, World, world  # noqa: F401 (a fixture)


def write(world: World, agent: int, html: str, **more: object) -> int:  # noqa: F811
    with db.transaction() as session:
        ticket, by = session.get_one(Ticket, world.ticket), session.get_one(Agent, agent)
        written = Written(html, **more)  # type: ignore[arg-type]
        return drafts.save(session, ticket, "outgoing", written, version=0, by=by, now=NOW).id


def take(world: World, draft_id: int, agent: int) -> Draft:  # noqa: F811
    with db.transaction() as session:
        ticket, by = session.get_one(Ticket, world.ticket), session.get_one(Agent, agent)
        return drafts.take_over(session, ticket, draft_id, by=by, now=NOW)


def test_the_words_addresses_and_files_change_hands_and_the_history_says_so(world: World) -> None:  # noqa: F811
    draft_id = write(
        world, world.ben, "<div>Begun</div>", to=["olga@client.example"], bcc=["boss@orbit.example"]
    )
    with db.transaction() as session:
        session.add(
            Attachment(
                draft_id=draft_id, filename="a.txt", content_type="text/plain", size=1, sha256="0" * 64
            )
        )
    taken = take(world, draft_id, world.vera)
    with db.reading() as session:
        draft = session.get_one(Draft, draft_id)
        assert (draft.agent_id, draft.version) == (world.vera, 2)
        assert (draft.to, draft.bcc) == (["olga@client.example"], ["boss@orbit.example"])
        assert [file.filename for file in draft.attachments] == ["a.txt"]
        event = session.scalars(sa.select(Event).where(Event.kind == "draft_taken")).one()
        assert (event.agent_id, event.detail["agent_id"]) == (world.vera, world.ben)
    assert taken.id == draft_id


def test_the_first_writer_can_not_write_over_it(world: World) -> None:  # noqa: F811
    draft_id = write(world, world.ben, "<div>Begun</div>")
    take(world, draft_id, world.vera)
    with db.transaction() as session:
        ticket, ben = session.get_one(Ticket, world.ticket), session.get_one(Agent, world.ben)
        with pytest.raises(Conflict):
            drafts.save(session, ticket, "outgoing", Written("<div>More</div>"), version=1, by=ben, now=NOW)
    with db.reading() as session:
        assert session.get_one(Draft, draft_id).html == "<div>Begun</div>"


def test_own_words_stay_below_those_taken_over(world: World) -> None:  # noqa: F811
    begun = write(world, world.ben, "<div>His</div>")
    write(world, world.vera, "<div>Hers</div>")
    take(world, begun, world.vera)
    with db.reading() as session:
        [draft] = session.scalars(sa.select(Draft)).all()
        assert draft.html == "<div>His</div><br><div>Hers</div>"


def test_twice_is_once_and_a_sent_one_is_gone(world: World) -> None:  # noqa: F811
    begun = write(world, world.ben, "<div>His</div>")
    take(world, begun, world.vera)
    take(world, begun, world.vera)
    with db.reading() as session:
        assert len(session.scalars(sa.select(Event).where(Event.kind == "draft_taken")).all()) == 1
    with pytest.raises(NotFound):
        take(world, 4711, world.vera)


def test_a_light_agent_takes_over_nothing_that_reaches_a_customer(world: World) -> None:  # noqa: F811
    begun = write(world, world.ben, "<div>His</div>")
    with db.transaction() as session:
        session.get_one(Agent, world.vera).role = Role.LIGHT
    with pytest.raises(NotAllowed):
        take(world, begun, world.vera)
