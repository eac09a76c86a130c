"""Colleagues named in a note: "@Ben Harlow", "@ben" or "@Returns" for a team.

A mention is plain text, so that it can be typed anywhere, without scripts too. Who was meant is found when the note is
written and kept with it, in words that stay right when somebody is renamed later.
"""

from __future__ import annotations

import html as html_lib
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.accounts.models import Agent
from app.accounts.teams import Team

RULE = "mention"
MOST = 30
_BEFORE = r"(?<![\w@.+-])@"
_TAG = re.compile(r"""(<(?:[^<>"']|"[^"]*"|'[^']*')*>)""")
_NUMBER = re.compile(r"(?<![\w&#/])#(\d{1,15})(?!\w)")


@dataclass(frozen=True)
class Name:
    """How somebody can be written; `who` is "agent-7" or "team-2". `short`: an address, or a first name alone."""

    text: str
    who: str
    short: bool = False


def names(session: Session) -> list[Name]:
    """Everybody who can be mentioned, and in which words. A first name counts only while it is one person's."""
    agents = session.execute(sa.select(Agent.id, Agent.name, Agent.email).where(Agent.active.is_(True))).all()
    teams = session.execute(sa.select(Team.id, Team.name).where(Team.active.is_(True))).all()
    firsts = [row.name.split()[0].casefold() for row in agents if row.name.split()]
    found = [Name(row.name, f"agent-{row.id}") for row in agents]
    found += [Name(row.name, f"team-{row.id}") for row in teams]
    found += [Name(row.email, f"agent-{row.id}", short=True) for row in agents]
    found += [
        Name(row.name.split()[0], f"agent-{row.id}", short=True)
        for row in agents
        if row.name.split() and firsts.count(row.name.split()[0].casefold()) == 1
    ]
    return [name for name in found if name.text.strip()]


@dataclass(frozen=True)
class Choice:
    """What the editor offers: `text` goes into the note after "@", `hint` tells two of one name apart."""

    text: str
    hint: str


def choices(session: Session) -> list[Choice]:
    """Agents and teams, by name. Whoever shares a name with somebody is written by their address."""
    known = names(session)
    emails = {name.who: name.text for name in known if name.short and "@" in name.text}
    whole = [name for name in known if not name.short]
    count = Counter(name.text.casefold() for name in whole)
    found = [
        Choice(
            emails.get(name.who, name.text) if count[name.text.casefold()] > 1 else name.text,
            emails.get(name.who, ""),
        )
        for name in whole
    ]
    return sorted(found, key=lambda one: one.text.casefold())


def find(text: str, known: Iterable[Name]) -> list[dict[str, str]]:
    """Who is mentioned, each once, as rows for `Message.evidence`."""
    if "@" not in text:
        return []
    by_text: dict[str, Name] = {}
    for name in known:
        by_text.setdefault(name.text.casefold(), name)
    if not by_text:
        return []
    found: dict[str, str] = {}
    for match in _pattern(by_text).finditer(text):
        name = by_text[" ".join(match[1].split()).casefold()]
        found.setdefault(name.who, match[1])
    return [{"rule": RULE, "detail": words, "who": who} for who, words in list(found.items())[:MOST]]


def mentioned(evidence: Sequence[Mapping[str, str]]) -> list[tuple[str, int]]:
    """("agent", 7) or ("team", 2) for each mention of a note."""
    found = []
    for item in evidence:
        kind, _, number = str(item.get("who", "")).partition("-")
        if item.get("rule") == RULE and kind in ("agent", "team") and number.isdigit():
            found.append((kind, int(number)))
    return found


def marked(html: str, evidence: Sequence[Mapping[str, str]], *, me: int = 0) -> str:
    """The note with its mentions marked and "#123" as a link. `html` is sanitised: its text holds no bare bracket."""
    words = {item["detail"]: item.get("who", "") for item in evidence if item.get("rule") == RULE}
    escaped = {
        " ".join(html_lib.escape(one, quote=False).split()).casefold(): who for one, who in words.items()
    }
    pattern = _pattern(escaped) if escaped else None
    inside_link = 0
    parts = _TAG.split(html)
    for number, part in enumerate(parts):
        if part.startswith("<"):
            inside_link += part.lower().startswith("<a ") - part.lower().startswith("</a>")
        elif not inside_link:
            linked = _NUMBER.sub(r'<a class="ticket-number" href="/tickets/\1">#\1</a>', part)
            parts[number] = _mark(linked, pattern, escaped, me) if pattern else linked
    return "".join(parts)


def _mark(text: str, pattern: re.Pattern[str], known: Mapping[str, str], me: int) -> str:
    def mark(match: re.Match[str]) -> str:
        mine = known.get(" ".join(match[1].split()).casefold()) == f"agent-{me}"
        return f'<span class="mention{" mention-me" if mine else ""}">{match[0]}</span>'

    return pattern.sub(mark, text)


def _pattern(texts: Iterable[str]) -> re.Pattern[str]:
    """Longest first: "@Ben Harlow" is not "@Ben"."""
    ordered = sorted(texts, key=len, reverse=True)
    either = "|".join(r"\s+".join(map(re.escape, text.split())) for text in ordered)
    return re.compile(rf"{_BEFORE}({either})(?!\w)", re.IGNORECASE)
