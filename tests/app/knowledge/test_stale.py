"""When an article wants looking at again."""

from __future__ import annotations

from datetime import date

from app.knowledge.stale import Edit, Why, edits, habits, reasons

RETURNS = (
    "You can return the {{ticket.subject|item}} within **fourteen** days. A courier collects it free of charge.\n"
    "- Keep the receipt\n- Keep the box"
)
TODAY = date(2026, 11, 22)


def test_edits_are_the_sentences_that_differ() -> None:
    asis = (
        "Hello Olga,\n\nYou can return the kettle within fourteen days. A courier collects it free of charge.\n"
        "- Keep the receipt\n- Keep the box\n\nKind regards,\nNora"
    )
    assert edits(RETURNS, asis) == []
    changed = asis.replace("within fourteen days", "within thirty days").replace("- Keep the box", "")
    found = edits(RETURNS, changed)
    assert Edit("You can return the {{ticket.subject|item}} within fourteen days.",
                "You can return the kettle within thirty days.") in found  # fmt: skip
    assert Edit("Keep the box", "") in found
    assert edits(
        RETURNS, asis.replace("\n\nKind", "\nPlease write the order number on the parcel.\n\nKind")
    ) == [Edit("", "Please write the order number on the parcel.")]


def test_the_same_edit_in_many_replies_is_a_habit() -> None:
    text = "You can return it within {} days. A courier collects it free of charge. Keep the receipt. Keep the box."
    replies = [(n, text.format("thirty")) for n in range(9, 5, -1)]
    replies += [(n, text.format("fourteen") + f" Something of its own {n}, number {n}.") for n in range(3)]
    found = habits(["Ничего общего.", RETURNS.replace("{{ticket.subject|item}}", "it")], replies)
    assert (found[0].edit.new, found[0].reply_ids) == (
        "You can return it within thirty days.",
        (9, 8, 7, 6),
    )
    assert habits([RETURNS], replies[:2]) == []
    many = [(100 + n, text.format("fourteen")) for n in range(20)]
    assert habits([RETURNS], replies[:4] + many) == [], "four of twenty-four are no habit"


def test_reasons() -> None:
    assert reasons([], ratings=4, high=0.1, review_on=date(2026, 11, 23), today=TODAY) == []
    assert reasons([], ratings=5, high=0.79, review_on=TODAY, today=TODAY) == [Why.RATED, Why.REVIEW]
    assert reasons([], ratings=50, high=0.8, review_on=None, today=TODAY) == []
