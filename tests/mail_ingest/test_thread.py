"""Which ticket a letter continues: the order of evidence, and that strangers never get in."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from mail_ingest.parse import parse_mail
from mail_ingest.thread import Facts, Thread, TicketFacts, find_ticket, plain_subject, subject_number
from tests.support.letters import answer_to, letter

NOW = datetime(2026, 11, 22, tzinfo=UTC)
OLGA = frozenset({"olga@buyer.example"})


def thread(raw: bytes, *, tickets: list[TicketFacts], **facts: object) -> Thread:
    return find_ticket(
        parse_mail(raw), Facts(NOW, 30, tickets={one.ticket_id: one for one in tickets}, **facts)
    )  # type: ignore[arg-type]


def test_a_letter_without_evidence_opens_a_ticket() -> None:
    found = thread(letter(), tickets=[TicketFacts(1, OLGA)])
    assert found.ticket_id is None
    assert [item.rule for item in found.evidence] == ["new"]


def test_our_token_files_a_participants_answer() -> None:
    found = thread(
        answer_to("ours@help.example"), tickets=[TicketFacts(7, OLGA)], tokens={"ours@help.example": (7, 1)}
    )
    assert (found.ticket_id, found.held) == (7, False)


def test_our_token_from_a_stranger_is_held() -> None:
    raw = answer_to("ours@help.example", sender="Eve <eve@elsewhere.example>")
    found = thread(raw, tickets=[TicketFacts(7, OLGA)], tokens={"ours@help.example": (7, 1)})
    assert (found.ticket_id, found.held) == (7, True)


def test_a_strangers_reference_opens_a_ticket_of_its_own_with_a_link() -> None:
    raw = answer_to("first@buyer.example", sender="Eve <eve@elsewhere.example>")
    found = thread(raw, tickets=[TicketFacts(7, OLGA)], named={"first@buyer.example": (7,)})
    assert (found.ticket_id, found.related_id, found.held) == (None, 7, False)


def test_a_token_for_a_foreign_ticket_does_not_hide_the_senders_own() -> None:
    raw = answer_to("ours@help.example", "first@buyer.example")
    found = thread(
        raw,
        tickets=[TicketFacts(7, frozenset({"boris@firm.example"})), TicketFacts(8, OLGA)],
        tokens={"ours@help.example": (7, 1)},
        named={"first@buyer.example": (8,)},
    )
    assert (found.ticket_id, found.held) == (8, False)


@pytest.mark.parametrize(
    ("sender", "expected"), [("olga@buyer.example", 42), ("eve@elsewhere.example", None)]
)
def test_a_number_in_the_subject_counts_for_participants_only(sender: str, expected: int | None) -> None:
    raw = letter(subject="About [#42] again", sender=sender)
    assert thread(raw, tickets=[TicketFacts(42, OLGA)]).ticket_id == expected


def test_a_late_parent_joins_its_answer() -> None:
    raw = letter(message_id="root@buyer.example")
    assert thread(raw, tickets=[TicketFacts(3, OLGA)], kin=(3,)).ticket_id == 3


def test_an_answer_long_after_closing_opens_a_linked_ticket() -> None:
    closed = TicketFacts(5, OLGA, closed_at=NOW - timedelta(days=31))
    found = thread(answer_to("a@buyer.example"), tickets=[closed], named={"a@buyer.example": (5,)})
    assert (found.ticket_id, found.related_id) == (None, 5)
    recent = TicketFacts(5, OLGA, closed_at=NOW - timedelta(days=29))
    assert (
        thread(answer_to("a@buyer.example"), tickets=[recent], named={"a@buyer.example": (5,)}).ticket_id == 5
    )


def test_an_answer_to_a_merged_ticket_follows_it() -> None:
    merged = TicketFacts(5, OLGA, merged_into=6)
    found = thread(
        answer_to("a@buyer.example"), tickets=[merged, TicketFacts(6, OLGA)], named={"a@buyer.example": (5,)}
    )
    assert found.ticket_id == 6


def test_a_changed_subject_is_filed_with_a_hint() -> None:
    ticket = TicketFacts(5, OLGA, subject="My parcel")
    raw = answer_to("a@buyer.example", subject="Invoice for October")
    rules = [item.rule for item in thread(raw, tickets=[ticket], named={"a@buyer.example": (5,)}).evidence]
    assert rules == ["reference", "new-subject"]


@pytest.mark.parametrize(
    "subject",
    ["Re: My parcel", "RE[2]: my  parcel", "Отв: My parcel", "Fwd: Re: My parcel [#5]", "AW: My parcel"],
)
def test_reply_prefixes_do_not_change_the_subject(subject: str) -> None:
    assert plain_subject(subject) == "my parcel"


def test_a_prefix_inside_the_subject_stays() -> None:
    assert plain_subject("Spare: parts") == "spare: parts"


@pytest.mark.parametrize(
    ("subject", "number"),
    [("[#1042] Hi", 1042), ("#1042", None), ("[#abc]", None), ("[#" + "9" * 40 + "]", None)],
)
def test_numbers_of_subjects(subject: str, number: int | None) -> None:
    assert subject_number(subject) == number
