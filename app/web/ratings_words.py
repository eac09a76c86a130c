"""What rating pages and files say in the reader's language."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from flask_babel import gettext as _

from app.ratings import cuts, reasons, robots
from app.ratings import whom_to_ask as asking
from app.ratings.figures import Figure
from app.ratings.queries import Row
from app.ratings.score import percent


def face_words() -> dict[str, str]:
    return {"good": _("Great"), "okay": _("Okay"), "bad": _("Not good")}


def dimension_names() -> dict[str, str]:
    return {
        cuts.AGENT: _("Agents"),
        cuts.TEAM: _("Teams"),
        cuts.MAILBOX: _("Mailboxes"),
        cuts.ARTICLE: _("Articles"),
        cuts.TAG: _("Tags"),
        cuts.SEGMENT: _("Segments"),
    }


def program_words() -> dict[str, str]:
    """How a program gave itself away."""
    return {
        robots.HEAD: _("asked for the head of the page only"),
        robots.TRAP: _("followed a link that nobody sees"),
        robots.PREFETCH: _("loaded the page in advance"),
        robots.ROBOT: _("said that it is a program"),
        robots.ALL_FACES: _("opened all three faces"),
        robots.BURST: _("opened several links within seconds"),
    }


def unasked_words() -> dict[str, str]:
    return {
        asking.OFF: _("the mailbox does not ask"),
        asking.SPAM: _("the ticket was spam"),
        asking.ASIDE: _("the letter went to somebody else"),
        asking.BEGUN: _("we began the ticket"),
        asking.AUTOMATIC: _("it answered a program"),
        asking.NOT_CLOSING: _("the ticket was not closed with it"),
        asking.COLLEAGUE: _("the recipient is a colleague"),
        asking.OUTSIDER: _("the recipient is no customer"),
        asking.LATELY: _("the person was asked a short time ago"),
    }


def figure_lines(dimension: str, rows: Iterable[Figure]) -> Iterator[Sequence[object]]:
    yield (
        dimension_names()[dimension], _("Rank"), _("Asked"), _("Answered"), _("Response rate, %"), _("Ratings"),
        _("Great"), _("Okay"), _("Not good"), _("Positive, %"), _("From, %"), _("To, %"), _("Period before: ratings"),
        _("Period before: positive, %"), _("Links opened"), _("By programs"),
    )  # fmt: skip
    for place, row in enumerate(rows, 1):
        score, before = row.score, row.before
        yield (
            row.name, place if score.can_be_ranked else "", row.asked, row.answered, percent(row.rate), score.n,
            score.good, score.okay, score.bad, *_shares(score.n, score.share, score.low, score.high),
            before.n if before else "", percent(before.share) if before and before.n else "", row.hits, row.filtered,
        )  # fmt: skip


def rating_lines(rows: Iterable[Row], language: str) -> Iterator[Sequence[object]]:
    """Of an anonymous one: agent, face, words and the day on which it came into the reports."""
    yield (
        _("Date"), _("Agent"), _("Rating"), _("Reasons"), _("Comment"), _("Customer"), _("Ticket"), _("Anonymous"),
    )  # fmt: skip
    faces = face_words()
    for row in rows:
        rating = row.rating
        chosen = ", ".join(reasons.words_of(one, language) for one in row.reasons)
        yield (
            row.at.date().isoformat() if rating.anonymous else row.at.isoformat(timespec="seconds"), row.agent,
            faces[rating.face], chosen, rating.comment, row.customer, rating.ticket_id or "",
            _("Yes") if rating.anonymous else _("No"),
        )  # fmt: skip


def _shares(n: int, *shares: float) -> tuple[object, ...]:
    return tuple(percent(one) if n else "" for one in shares)
