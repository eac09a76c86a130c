"""Pure: which openings of a rating link were a program's.

Link scanners of mail servers open every link, all at once, often before the customer has seen the letter. None of
that ever counts as a rating, since only the form's button does; but the report of how many people looked would be
wrong, so such hits are kept apart, each with its reason.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

HEAD, TRAP, PREFETCH, ROBOT, ALL_FACES, BURST = "head", "trap", "prefetch", "robot", "all_faces", "burst"
# A scanner opens a letter's links within seconds; a person reads a page in between.
ALL_FACES_WITHIN = timedelta(seconds=60)
BURST_WITHIN = timedelta(seconds=4)
TRAP_WITHIN = timedelta(seconds=60)

_NAMES = re.compile(
    r"bot\b|crawl|spider|slurp|scan(?:ner)?\b|preview|prefetch|headless|python|curl|wget|java/|okhttp|go-http|libwww|"
    r"httpclient|urldefense|proofpoint|barracuda|mimecast|safelinks|bingpreview|virustotal|phantomjs|node-fetch|axios",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Seen:
    """One opening of a link of one invitation. `face` is '' when none was chosen by the link."""

    face: str
    at: datetime


@dataclass(frozen=True)
class Verdict:
    """`reason` is '' for what may be a person; hits since `since` turn out to belong to the same program."""

    reason: str
    since: datetime | None = None


def judge(
    hit: Seen, earlier: Sequence[Seen], *, method: str, trap: bool, names_itself: bool, prefetch: bool
) -> Verdict:
    """earlier: hits of the same invitation, any order."""
    if trap:
        return Verdict(TRAP, hit.at - TRAP_WITHIN)
    if method == "HEAD":
        return Verdict(HEAD)
    if prefetch:
        return Verdict(PREFETCH)
    if names_itself:
        return Verdict(ROBOT)
    return _by_pace(hit, earlier)


def names_itself(user_agent: str) -> bool:
    """True for programs that say what they are, and for those that say nothing at all."""
    return not user_agent.strip() or _NAMES.search(user_agent[:500]) is not None


def _by_pace(hit: Seen, earlier: Sequence[Seen]) -> Verdict:
    recent = [seen for seen in earlier if hit.at - seen.at <= ALL_FACES_WITHIN]
    if hit.face and {"good", "okay", "bad"} <= {hit.face, *(seen.face for seen in recent)}:
        return Verdict(ALL_FACES, hit.at - ALL_FACES_WITHIN)
    rapid = [seen for seen in recent if hit.at - seen.at <= BURST_WITHIN]
    if any(seen.face != hit.face for seen in rapid) or len(rapid) >= 2:
        return Verdict(BURST, hit.at - BURST_WITHIN)
    return Verdict("")
