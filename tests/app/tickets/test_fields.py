"""Fields of our own: what they hold, how they are found, and that a ticket waits for those it needs."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from app.accounts.models import Agent
from app.errors import InvalidInput
from app.tags import admin as tags
from app.tickets import field_admin, fields, service, statuses
from app.tickets.field_values import key_of, read_choices, read_value
from app.tickets.models import Event, Ticket
from app.tickets.search_filters import Asker, on_tickets
from app.tickets.search_query import parse
from tests.app.tickets.test_snoozing import NOW, letter


@pytest.mark.parametrize(
    ("kind", "typed", "value", "number"),
    [
        ("text", "  two   words\n", "two words", None),
        ("number", "1 234,50", "1234.5", 1234.5),
        ("number", "1\u00a0000", "1000", 1000.0),
        ("number", "-0,0", "0", 0.0),
        ("number", "1e3", "1000", 1000.0),
        ("date", "2026-11-24", "2026-11-24", None),
        ("date", "1.2.2026", "2026-02-01", None),
        ("choice", "Large", "Large", None),
        ("checkbox", "on", "yes", None),
        ("checkbox", "", "no", None),
    ],
)
def test_what_is_typed_is_kept_in_one_form(kind: str, typed: str, value: str, number: float | None) -> None:
    found = read_value(kind, ("Small", "Large"), typed)
    assert found is not None
    assert (found.value, found.number) == (value, number)


@pytest.mark.parametrize(
    ("kind", "typed"),
    [("number", "many"), ("number", "1e99"), ("number", "nan"), ("number", "1,2,3"), ("date", "soon"),
     ("date", "2026-02-30"), ("choice", "large"), ("text", "x" * 501), ("number", "٣")],
)  # fmt: skip
def test_what_a_field_cannot_hold_is_refused_by_name(kind: str, typed: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        read_value(kind, ("Large",), typed, "f7")
    assert refused.value.field == "f7"


@given(st.sampled_from(["text", "number", "date", "choice", "checkbox"]), st.text(max_size=60))
def test_whatever_is_typed_it_is_kept_or_refused_and_reads_back_as_itself(kind: str, typed: str) -> None:
    try:
        found = read_value(kind, ("a", "b"), typed)
    except InvalidInput:
        return
    if found is not None:
        again = read_value(kind, ("a", "b"), found.value)
        assert again is not None
        assert again.value == found.value


def test_the_word_for_a_search_is_made_from_the_name_and_is_taken_once() -> None:
    assert key_of("Order number") == "order-number"
    assert key_of("Размер, см") == "размер-см"
    assert key_of("!!!") == "field"
    assert key_of("Size", ["size", "size-2"]) == "size-3"
    assert read_choices("a\n\n a \nb\r\n") == ["a", "b"]


class Desk:
    def __init__(self, session: Session) -> None:
        self.session = session
        self.nora = Agent(email="nora@help.example", name="Nora", created_at=NOW)
        session.add(self.nora)
        session.flush()
        self.ticket = letter(session)
        self.weight = field_admin.define(session, "ticket", "number", "Weight")
        self.size = field_admin.define(session, "ticket", "choice", "Size", choices="Small\nLarge")

    def fill(self, field_id: int, typed: str) -> bool:
        return fields.put_value(self.session, self.ticket, field_id, typed, by=self.nora, now=NOW)

    def found(self, text: str) -> list[int]:
        asker = Asker(self.nora.id, ZoneInfo("UTC"))
        conditions = on_tickets(parse(text, today=NOW.date()), asker)
        self.session.flush()
        return list(self.session.scalars(sa.select(Ticket.id).where(*conditions).order_by(Ticket.id)))


@pytest.fixture
def desk(session: Session) -> Desk:
    return Desk(session)


def test_a_value_is_written_changed_and_taken_away_with_a_line_each(desk: Desk) -> None:
    assert desk.fill(desk.weight.id, "2,5")
    assert not desk.fill(desk.weight.id, "2.50")
    assert desk.fill(desk.weight.id, "")
    assert [row.value for row in fields.of_ticket(desk.session, desk.ticket.id)] == ["", ""]
    said = desk.session.scalars(sa.select(Event.detail).where(Event.kind == "field").order_by(Event.id)).all()
    assert [(line["before"], line["after"]) for line in said] == [("", "2.5"), ("2.5", "")]


def test_several_are_written_together_or_not_at_all(desk: Desk) -> None:
    with pytest.raises(InvalidInput):
        fields.put_values(
            desk.session, desk.ticket, {desk.weight.id: "3", desk.size.id: "Huge"}, by=desk.nora, now=NOW
        )
    assert [row.value for row in fields.of_ticket(desk.session, desk.ticket.id)] == ["", ""]


def test_tickets_are_found_by_what_their_fields_say(desk: Desk) -> None:
    other = letter(desk.session)
    desk.fill(desk.weight.id, "12")
    desk.fill(desk.size.id, "Large")
    fields.put_value(desk.session, other, desk.weight.id, "3", by=desk.nora, now=NOW)
    assert desk.found("field:weight>5") == [desk.ticket.id]
    assert desk.found("field:weight<5") == [other.id]
    assert desk.found("field:size=large") == [desk.ticket.id]
    assert desk.found("field:weight") == [desk.ticket.id, other.id]
    assert desk.found("-field:size") == [other.id]


def test_a_ticket_is_not_closed_by_hand_before_what_it_needs_is_there(desk: Desk) -> None:
    field_admin.edit(desk.session, desk.size.id, "Size", choices="Small\nLarge", required=True)
    with pytest.raises(InvalidInput):
        statuses.change(desk.session, desk.ticket, "closed", by=desk.nora, now=NOW)
    assert desk.ticket.status == "open"
    # Waiting is no closing; and nobody's hand is a program's.
    statuses.change(desk.session, desk.ticket, "waiting", by=desk.nora, now=NOW)
    desk.fill(desk.size.id, "Small")
    assert statuses.change(desk.session, desk.ticket, "closed", by=desk.nora, now=NOW)
    other = letter(desk.session)
    assert service.set_status(desk.session, other, "closed", by=None, now=NOW)


def test_a_retired_field_keeps_what_was_said_and_asks_for_nothing(desk: Desk) -> None:
    field_admin.edit(desk.session, desk.size.id, "Size", choices="Small\nLarge", required=True)
    desk.fill(desk.size.id, "Large")
    other = letter(desk.session)
    field_admin.retire(desk.session, desk.size.id, now=NOW)
    assert [row.name for row in fields.of_ticket(desk.session, desk.ticket.id)] == ["Weight", "Size"]
    assert [row.name for row in fields.of_ticket(desk.session, other.id)] == ["Weight"]
    assert statuses.change(desk.session, other, "closed", by=desk.nora, now=NOW)
    assert desk.found("field:size=large") == [desk.ticket.id]


def test_a_choice_that_is_offered_no_more_stays_where_it_was_made(desk: Desk) -> None:
    desk.fill(desk.size.id, "Large")
    field_admin.edit(desk.session, desk.size.id, "Size", choices="Small\nMedium")
    (row,) = [one for one in fields.of_ticket(desk.session, desk.ticket.id) if one.name == "Size"]
    assert (row.value, row.offered) == ("Large", ("Small", "Medium", "Large"))
    assert not desk.fill(desk.size.id, "Large")
    with pytest.raises(InvalidInput):
        fields.put_value(desk.session, letter(desk.session), desk.size.id, "Large", by=desk.nora, now=NOW)


def test_fields_are_ordered_and_no_name_is_taken_twice(desk: Desk) -> None:
    third = field_admin.define(desk.session, "ticket", "text", "Colour")
    field_admin.shift(desk.session, third.id, up=True)
    field_admin.shift(desk.session, third.id, up=True)
    field_admin.shift(desk.session, third.id, up=True)
    assert [row.name for row in fields.of_ticket(desk.session, desk.ticket.id)] == [
        "Colour",
        "Weight",
        "Size",
    ]
    for name in ("colour", " ", "x" * 81):
        with pytest.raises(InvalidInput):
            field_admin.define(desk.session, "ticket", "text", name)
    with pytest.raises(InvalidInput):
        field_admin.define(desk.session, "ticket", "choice", "No choices")
    assert field_admin.define(desk.session, "card", "text", "Colour").key == "colour"


def test_tags_are_renamed_joined_and_deleted_everywhere(desk: Desk) -> None:
    other = letter(desk.session)
    service.set_tags(desk.session, desk.ticket, ["refund", "urgent"], by=desk.nora, now=NOW)
    service.set_tags(desk.session, other, ["refunds", "urgent"], by=desk.nora, now=NOW)
    desk.session.flush()
    ids = {tag.name: tag.id for tag, _number in tags.known(desk.session)}
    assert [(tag.name, number) for tag, number in tags.known(desk.session)] == [
        ("refund", 1), ("refunds", 1), ("urgent", 2),
    ]  # fmt: skip
    assert tags.beginning(desk.session, "#REF") == ["refund", "refunds"]
    with pytest.raises(InvalidInput):
        tags.rename(desk.session, ids["refunds"], "Refund")
    tags.join(desk.session, ids["refunds"], ids["refund"])
    tags.rename(desk.session, ids["refund"], "Money Back")
    assert tags.set_colour(desk.session, ids["urgent"], "red").colour == "red"
    with pytest.raises(InvalidInput):
        tags.set_colour(desk.session, ids["urgent"], "url(x)")
    tags.join(desk.session, ids["urgent"], ids["refund"])
    desk.session.expire_all()
    assert [tag.name for tag in other.tags] == ["money back"]
    assert [(tag.name, number) for tag, number in tags.known(desk.session)] == [("money back", 2)]
    tags.remove(desk.session, ids["refund"])
    assert tags.known(desk.session) == []
