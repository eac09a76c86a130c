"""Senders that look like somebody else, and honest ones that must not be accused."""

from __future__ import annotations

import pytest

from app.tickets.lookalike import Doubt, doubts

OURS = ("Nora Lind", "nora@help.example", "Ольга Соколова")


@pytest.mark.parametrize(
    ("name", "email", "found"),
    [
        ("Olga", "olga@buyer.example", []),
        ("Ольга Петрова", "olga@почта.example", [(Doubt.FOREIGN_LETTERS, "xn--80a1acny.example")]),
        ("Bank", "info@xn--80ak6aa92e.example", [(Doubt.FOREIGN_LETTERS, "xn--80ak6aa92e.example")]),
        ("Shop", "help@раyраl.example", [(Doubt.MIXED, "xn--yl-6kcb1fc.example")]),
        ("Shop", "hеlp@shop.example", [(Doubt.MIXED, "shop.example")]),
        ("Müller", "mueller@straße.example", [(Doubt.FOREIGN_LETTERS, "strasse.example")]),
        ("ceo@company.example", "stranger@free.example", [(Doubt.OTHER_ADDRESS, "ceo@company.example")]),
        ("olga@buyer.example", "Olga@buyer.example", []),
        ("Nora Lind", "nora.lind@free.example", [(Doubt.COLLEAGUE, "")]),
        ("\u202eNora\u00a0 LIND", "x@free.example", [(Doubt.COLLEAGUE, "")]),
        ("Nora Lind", "nora@help.example", []),
        ("", "", []),
        ("x" * 5000, "a@" + "b" * 5000, []),
    ],
)
def test_doubts(name: str, email: str, found: list[tuple[Doubt, str]]) -> None:
    assert [(one.doubt, one.detail) for one in doubts(name, email, OURS)] == found
