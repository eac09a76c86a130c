"""Names after "@" in a note: who is meant, and how it is shown."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from app import db
from app.accounts.models import Agent
from app.accounts.teams import Team
from app.tickets.mentions import Name, choices, find, marked, mentioned, names

KNOWN = [
    Name("Ben Harlow", "agent-2"),
    Name("Ben Harlowe", "agent-9"),
    Name("Returns", "team-7"),
    Name("Лидия Соколова", "agent-3"),
    Name("ben@help.example", "agent-2", short=True),
    Name("Лидия", "agent-3", short=True),
]


@pytest.mark.parametrize(
    ("text", "who"),
    [
        ("@Ben Harlow, look", ["agent-2"]),
        ("@Ben Harlowe look", ["agent-9"]),
        ("(@ben  harlow)", ["agent-2"]),
        ("ask @Returns and @лидия!", ["team-7", "agent-3"]),
        ("@Лидия Соколова @Лидия", ["agent-3"]),
        ("@ben@help.example please", ["agent-2"]),
        ("@Ben\nHarlow", ["agent-2"]),
        ("ben@help.example", []),
        ("x@Returns", []),
        ("@Returnsx @Benny @", []),
        ("@@Returns", []),
        ("no one", []),
    ],
)
def test_who_is_meant(text: str, who: list[str]) -> None:
    assert [item["who"] for item in find(text, KNOWN)] == who


def test_names_are_those_of_the_people_here(session: Session) -> None:
    now = db.now()
    for email, name, active in (
        ("a@h.example", "Anna Berg", True),
        ("b@h.example", "Anna Lind", True),
        ("c@h.example", "Boris Falk", True),
        ("d@h.example", "Boris Falk", True),
        ("e@h.example", "Gone Away", False),
    ):
        session.add(Agent(email=email, name=name, active=active, created_at=now))
    session.add(Team(name="Returns", created_at=now))
    session.flush()
    texts = [one.text for one in names(session)]
    assert "Anna Berg" in texts and "Anna" not in texts, "two of that first name: the whole one is needed"
    assert "Gone Away" not in texts
    assert [one.text for one in choices(session)] == [
        "Anna Berg",
        "Anna Lind",
        "c@h.example",
        "d@h.example",
        "Returns",
    ]


def test_mentions_are_read_back_and_nonsense_is_not() -> None:
    evidence = [
        *find("@Returns @Ben Harlow", KNOWN),
        {"rule": "mention", "who": "agent-x"},
        {"rule": "other"},
    ]
    assert mentioned(evidence) == [("team", 7), ("agent", 2)]


def test_marking_touches_words_only() -> None:
    evidence = find("@Ben Harlow", KNOWN)
    html = '<div>@ben harlow #12 <a href="https://x.example/#12">#12 @Ben Harlow</a> a#12 &#12; #1234567890123456</div>'
    shown = marked(html, evidence, me=2)
    assert shown == (
        '<div><span class="mention mention-me">@ben harlow</span> <a class="ticket-number" href="/tickets/12">#12</a>'
        ' <a href="https://x.example/#12">#12 @Ben Harlow</a> a#12 &#12; #1234567890123456</div>'
    )
    assert "mention-me" not in marked(html, evidence, me=3)


def test_a_bracket_inside_an_attribute_ends_no_tag() -> None:
    evidence = find("@Ben Harlow", KNOWN)
    html = '<a href="https://x.example/?a>@Ben Harlow">x</a>'
    assert marked(html, evidence) == html


def test_a_name_with_signs_of_html_is_found_in_html() -> None:
    evidence = find("@R&D <now>", [Name("R&D", "team-1")])
    assert '<span class="mention">@R&amp;D</span>' in marked("<div>@R&amp;D &lt;now&gt;</div>", evidence)
