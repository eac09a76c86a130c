"""The way of a letter, broken at every step: the poller is killed, raises, or finds the disk full, and starts again.

Whatever happens, the next poller finds every letter: none is lost, none is there twice, the server is unchanged.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.faults.ground import Ground
from tests.faults.observer import Findings

pytestmark = [pytest.mark.dovecot, pytest.mark.faults]

# Place, and how often a run of ten letters passes it at least.
POINTS = {
    "fetch.selected": 1,
    "capture.listed": 1,
    "capture.listing_noted": 1,
    "capture.sized": 1,
    "fetch.fetched": 1,
    "blobs.written": 1,
    "blobs.named": 5,
    "journal.bytes_stored": 1,
    "journal.inserted": 1,
    "journal.committed": 1,
    "poller.looked": 2,
    "ingest.read": 1,
    "ingest.applied": 5,
    "ingest.written": 1,
    "ingest.committed": 1,
    "poller.decided": 1,
}
Play = Callable[..., None]


def breaks(point: str, passages: int, action: str) -> Callable[[Ground], Findings]:
    def case(ground: Ground) -> Findings:
        letters = ground.write(6)
        early = ground.dice.randint(5, len(letters)) if len(letters) > 5 else len(letters)
        ground.append(letters[:early])
        ground.poll_until_killed(f"{point}:{ground.dice.randint(1, passages)}:{action}")
        ground.append(letters[early:])
        before = ground.on_server()
        ground.poll_until_settled()
        return ground.look(before)

    return case


@pytest.mark.parametrize("point", POINTS)
def test_poller_killed(play: Play, point: str, seed: int) -> None:
    play(breaks(point, POINTS[point], "kill"), "F1-F6 poller killed", point)
