"""Export and import of articles as Markdown files: gathered, looked at, then done. Never commits.

An import never deletes: articles and languages that are not among the files stay as they are.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session, selectinload

from app.accounts.models import Agent
from app.accounts.rights import Rights
from app.accounts.teams import Team
from app.errors import InvalidInput
from app.knowledge import arrangement, portable, service
from app.knowledge.arrangement import Arrangement
from app.knowledge.enclosed import Enclosed
from app.knowledge.files import NewFile
from app.knowledge.files import add as add_file
from app.knowledge.models import Article, Visibility, article_mailboxes, article_teams
from app.knowledge.portable import BadFile, FileText
from app.knowledge.texts import ArticleText
from app.knowledge.who_sees import Circle, visible
from app.knowledge.zips import Entry

_MAILBOXES = sa.table("mailboxes", sa.column("id"), sa.column("address"))


@dataclass(frozen=True)
class Trouble:
    """`line` 0: the file as a whole."""

    name: str
    line: int
    message: str
    detail: str = ""


@dataclass(frozen=True)
class Planned:
    """One article. `what`: new, changed or same. `notes`: (sentence, name) of what is not here and is left out."""

    what: str
    texts: tuple[FileText, ...]
    article_id: int | None = None
    notes: tuple[tuple[str, str], ...] = ()
    # Files that it does not have yet.
    files: tuple[Enclosed, ...] = ()

    @property
    def first(self) -> FileText:
        return self.texts[0]


@dataclass(frozen=True)
class Plan:
    articles: list[Planned] = field(default_factory=list)
    troubles: list[Trouble] = field(default_factory=list)

    def count(self, what: str) -> int:
        return sum(one.what == what for one in self.articles)


@dataclass(frozen=True)
class _Names:
    owners: dict[str, int]
    mailboxes: dict[str, int]
    teams: dict[str, int]


def export(session: Session, who: Rights) -> list[tuple[str, str]]:
    """(name, file) of every article that this person sees, archived ones too, by key."""
    texts = _stored(session, visible(who)).values()
    return [
        (f"articles/{one.key}.{one.language}.md", portable.write(one)) for group in texts for one in group
    ]


def look(session: Session, who: Rights, files: Iterable[Entry]) -> Plan:
    """What an import would do. Nothing is written."""
    groups, troubles = _read(files)
    here = _stored(session, sa.true())
    seen = {
        row.key: row.id for row in session.execute(sa.select(Article.key, Article.id).where(visible(who)))
    }
    names = _names(session)
    plan = Plan([], troubles)
    for key, members in sorted(groups.items()):
        if key in here and key not in seen:
            plan.troubles.append(Trouble(members[0][0], 0, "This article is not yours to change."))
            continue
        try:
            texts = _whole([text for _name, text in members])
        except BadFile as bad:
            plan.troubles.append(Trouble(members[0][0], bad.line, str(bad), bad.detail))
            continue
        plan.articles.append(_planned(texts, here.get(key), seen.get(key), names))
    return plan


def do(session: Session, plan: Plan, *, by: Agent | None, now: datetime) -> int:
    """Write what is new or changed; how many articles. Raises InvalidInput for what cannot be written after all.

    The bytes of their files are in the blob store already."""
    names = _names(session)
    wanted = [one for one in plan.articles if one.what != "same"]
    for one in wanted:
        _write(session, one, names, by=by, now=now)
    return len(wanted)


def _read(files: Iterable[Entry]) -> tuple[dict[str, list[tuple[str, FileText]]], list[Trouble]]:
    groups: dict[str, list[tuple[str, FileText]]] = {}
    troubles: list[Trouble] = []
    for entry in files:
        try:
            if entry.text is None:
                raise BadFile(entry.trouble)
            text = portable.read(entry.name, entry.text)
            group = groups.setdefault(text.key, [])
            if any(text.language == other.language for _name, other in group):
                raise BadFile("Another file has this article in this language.")
            group.append((entry.name, text))
        except BadFile as bad:
            troubles.append(Trouble(entry.name, bad.line, str(bad), bad.detail))
    return groups, troubles


def _whole(texts: Sequence[FileText]) -> tuple[FileText, ...]:
    """The first language first; the others say nothing of the whole article."""
    firsts = [one for one in texts if one.first]
    if len(firsts) > 1:
        raise BadFile("Two files of one article say that they are the first.")
    first = replace(firsts[0] if firsts else texts[0], first=True)
    if first.visibility == Visibility.PUBLIC and first.only:
        raise BadFile("What anybody may read cannot be for some agents only.")
    others = [
        FileText(one.key, one.title, one.answer, one.language)
        for one in texts
        if one.language != first.language
    ]
    return (first, *sorted(others, key=lambda one: one.language))


def _planned(
    texts: tuple[FileText, ...], here: tuple[FileText, ...] | None, article_id: int | None, names: _Names
) -> Planned:
    first, notes = texts[0], []
    for written, known, message in (
        (
            (first.owner,) if first.owner else (),
            names.owners,
            "Nobody here has this address; it is left without owner.",
        ),
        (first.mailboxes, names.mailboxes, "There is no such mailbox here; it is left out."),
        (first.teams, names.teams, "There is no such team here; it is left out."),
    ):
        notes += [(message, one) for one in written if one not in known]
    tidy = replace(
        first,
        owner=first.owner if first.owner in names.owners else "",
        mailboxes=tuple(sorted(one for one in first.mailboxes if one in names.mailboxes))
        if first.only
        else (),
        teams=tuple(sorted(one for one in first.teams if one in names.teams)) if first.only else (),
    )
    wanted = (tidy, *texts[1:])
    what = "new" if here is None else "same" if _same(wanted, here) else "changed"
    return Planned(what, wanted, article_id, tuple(notes))


def _same(wanted: tuple[FileText, ...], here: tuple[FileText, ...]) -> bool:
    """Languages that are only here stay, and make no difference. Tags are words: their order and case do not count."""
    known = {one.language: _comparable(one) for one in here}
    return all(known.get(one.language) == _comparable(one) for one in wanted)


def _comparable(text: FileText) -> FileText:
    return replace(text, tags=tuple(sorted(tag.casefold() for tag in text.tags)))


def _write(session: Session, one: Planned, names: _Names, *, by: Agent | None, now: datetime) -> None:
    first = one.first
    text = ArticleText(first.title, first.answer, first.language, first.tags)
    if one.article_id is None:
        article = service.create(session, text, by=by, now=now, key=first.key)
    else:
        article = session.get_one(Article, one.article_id)
        if first.language in article.languages[1:]:
            service.turn_first(session, article.id, first.language, by=by, now=now)
        article = service.edit(session, article.id, text, version=article.version, by=by, now=now)
    for other in one.texts[1:]:
        said = ArticleText(other.title, other.answer, other.language)
        service.say_in(session, article.id, said, version=article.version, by=by, now=now)
    ids = Circle(
        frozenset(names.mailboxes[name] for name in first.mailboxes),
        frozenset(names.teams[name] for name in first.teams),
    )
    arranged = Arrangement(
        first.visibility, ids if first.only else None, names.owners.get(first.owner), first.review
    )
    arrangement.arrange(session, article.id, arranged, by=by, now=now)
    for file in one.files:
        new = NewFile(file.filename, file.content_type, file.sha256, file.size)
        add_file(
            session, article, new, most_bytes=sum(known.size for known in article.files) + file.size, now=now
        )
    (service.archive if first.archived else service.unarchive)(session, article.id, by=by, now=now)


def _names(session: Session) -> _Names:
    def found(query: sa.Select[int, str]) -> dict[str, int]:
        return {name: number for number, name in _by_id(session, query).items()}

    return _Names(
        found(sa.select(Agent.id, Agent.email).where(Agent.active.is_(True))),
        found(sa.select(_MAILBOXES.c.id, _MAILBOXES.c.address)),
        found(sa.select(Team.id, Team.name).where(Team.active.is_(True))),
    )


def _stored(session: Session, may: sa.ColumnElement[bool]) -> dict[str, tuple[FileText, ...]]:
    """What is here, as files would say it: five queries, however many articles."""
    whole = (selectinload(Article.tags), selectinload(Article.variants))
    articles = session.scalars(sa.select(Article).where(may).options(*whole).order_by(Article.key)).all()
    emails = {row.id: row.email for row in session.execute(sa.select(Agent.id, Agent.email))}
    boxes = _named(session, article_mailboxes, "mailbox_id", sa.select(_MAILBOXES.c.id, _MAILBOXES.c.address))
    teams = _named(session, article_teams, "team_id", sa.select(Team.id, Team.name))
    found = {}
    for one in articles:
        key = one.key or f"article-{one.id}"
        first = FileText(
            key, one.title, one.answer, one.language, True, tuple(tag.name for tag in one.tags), one.visibility,
            emails.get(one.owner_id or 0, ""), one.review_on, one.restricted, boxes.get(one.id, ()),
            teams.get(one.id, ()), one.archived,
        )  # fmt: skip
        others = (FileText(key, other.title, other.answer, other.language) for other in one.variants)
        found[key] = (first, *others)
    return found


def _named(
    session: Session, links: sa.Table, column: str, names: sa.Select[int, str]
) -> dict[int, tuple[str, ...]]:
    known = _by_id(session, names)
    found: dict[int, list[str]] = {}
    for article_id, number in session.execute(sa.select(links.c.article_id, links.c[column])):
        found.setdefault(article_id, []).append(known[number])
    return {article_id: tuple(sorted(words)) for article_id, words in found.items()}


def _by_id(session: Session, query: sa.Select[int, str]) -> dict[int, str]:
    return {row[0]: row[1] for row in session.execute(query)}


def refuse_empty(plan: Plan) -> None:
    """Raises InvalidInput when there is nothing to look at."""
    if not plan.articles and not plan.troubles:
        raise InvalidInput("There is no Markdown file in this zip.", "file")
