"""What readers of the help centre tell: whether an article helped, and that it was read. Only forms write here.

Nobody is followed. A vote has a digest of who sent it, made with a random salt that is thrown away after a day: until
then the same reader's second vote replaces the first, and afterwards nobody can tell whose any of them was.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from app.cursors import read_cursor, write_cursor
from app.knowledge import public_settings
from app.knowledge.public_models import HelpPage, HelpRead, HelpVote

LONGEST_WORDS = 1000
PAGE = 50
# A page that is left open tells of itself once; more in a day than this is a program.
MOST_READS = 100_000


@dataclass(frozen=True)
class Votes:
    """Of one article in all languages; `version_yes` and `version_no` of its present text alone."""

    yes: int = 0
    no: int = 0
    version_yes: int = 0
    version_no: int = 0
    reads: int = 0

    @property
    def n(self) -> int:
        return self.yes + self.no

    @property
    def share(self) -> float:
        """Of readers who said whether it helped, those whom it did; 0 without any."""
        return self.yes / self.n if self.n else 0.0


@dataclass(frozen=True)
class Words:
    """Votes with words; `next` is the mark of the following ones, '' at the end."""

    votes: list[HelpVote]
    next: str


def vote(
    session: Session, page: HelpPage, helped: bool, *, words: str, visitor: str, now: datetime
) -> HelpVote:
    """Count it once for each reader and day; a second one is the first one changed. `words` may be empty.

    `visitor`: anything that tells readers apart; it is not stored.
    """
    digest = _digest(session, visitor, now)
    mine = sa.select(HelpVote).where(
        HelpVote.article_id == page.article_id, HelpVote.language == page.language, HelpVote.visitor == digest
    )
    given = session.scalar(mine.with_for_update())
    if given is None:
        given = HelpVote(article_id=page.article_id, language=page.language, visitor=digest, words="")
        session.add(given)
    given.version, given.helped, given.at = page.version, helped, now
    given.words = words.strip()[:LONGEST_WORDS] or given.words
    session.flush()
    return given


def count_read(session: Session, page: HelpPage, *, now: datetime) -> None:
    """The page was on somebody's screen for a while."""
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    row = insert(HelpRead).values(article_id=page.article_id, language=page.language, day=now.date(), times=1)
    more = sa.case((HelpRead.times < MOST_READS, HelpRead.times + 1), else_=HelpRead.times)
    session.execute(
        row.on_conflict_do_update(index_elements=["article_id", "language", "day"], set_={"times": more})
    )


def figures(session: Session, versions: dict[int, int], *, since: datetime | None = None) -> dict[int, Votes]:
    """article → its figures, for each article → present version asked. Two queries, however many."""
    if not versions:
        return {}
    query = (
        sa.select(HelpVote.article_id, HelpVote.version, HelpVote.helped, sa.func.count())
        .where(HelpVote.article_id.in_(versions), HelpVote.at >= since if since is not None else sa.true())
        .group_by(HelpVote.article_id, HelpVote.version, HelpVote.helped)
    )
    found: dict[int, dict[str, int]] = {article_id: {} for article_id in versions}
    for article_id, version, helped, number in session.execute(query):
        names = ["yes" if helped else "no"]
        names += [f"version_{names[0]}"] if version == versions[article_id] else []
        for name in names:
            found[article_id][name] = found[article_id].get(name, 0) + number
    for article_id, number in _reads(session, versions, since).items():
        found[article_id]["reads"] = number
    return {article_id: Votes(**counted) for article_id, counted in found.items()}


def words_about(session: Session, article_id: int, *, after: str = "", limit: int = PAGE) -> Words:
    """What readers wrote beside their votes, the latest first."""
    query = sa.select(HelpVote).where(HelpVote.article_id == article_id, HelpVote.words != "")
    if (cursor := read_cursor(after, 1)) is not None:
        at, (last_id,) = cursor
        query = query.where(
            sa.tuple_(HelpVote.at, HelpVote.id) < sa.tuple_(sa.literal(at), sa.literal(last_id))
        )
    rows = list(session.scalars(query.order_by(HelpVote.at.desc(), HelpVote.id.desc()).limit(limit + 1)))
    following = write_cursor(rows[limit - 1].at, rows[limit - 1].id) if len(rows) > limit else ""
    return Words(rows[:limit], following)


def _reads(session: Session, ids: Collection[int], since: datetime | None) -> dict[int, int]:
    query = sa.select(HelpRead.article_id, sa.func.sum(HelpRead.times)).where(HelpRead.article_id.in_(ids))
    if since is not None:
        query = query.where(HelpRead.day >= since.date())
    return {row[0]: int(row[1]) for row in session.execute(query.group_by(HelpRead.article_id))}


def _digest(session: Session, visitor: str, now: datetime) -> str:
    centre = public_settings.row(session, lock=True)
    if centre is None:
        raise LookupError("there is no help centre")
    if centre.salt_on != now.date() or not centre.salt:
        centre.salt, centre.salt_on = secrets.token_hex(32), now.date()
    return hmac.new(centre.salt.encode(), visitor.encode("utf-8", "replace"), hashlib.sha256).hexdigest()
