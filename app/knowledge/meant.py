"""Articles by what the words typed mean: the owner of the knowledge index is asked, it alone has learnt from replies.

The web process neither loads the model nor waits long for it: without an answer there is the search by words. Ids come
in nobody's name; whoever shows them asks app.knowledge.queries which of them this person may see.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

from app import queue

CHANNEL = "articles"
# A person types on meanwhile.
SECONDS = 0.25
LONGEST = 200
# How much being first in a list is worth over being second.
_EVENNESS = 3.0


def meant_by(words: str) -> list[int]:
    """Ids of articles, likeliest first; [] when the owner of the index is away, busy, or knows nothing like it."""
    said = queue.ask(CHANNEL, words[:LONGEST], SECONDS)
    return [int(one) for one in json.loads(said)] if said else []


def merged(meant: Sequence[int], worded: Sequence[int]) -> list[int]:
    """One list of two: what stands high in both comes first; of equals, what is meant before what shares a word."""
    worth: dict[int, float] = {}
    for found in (meant, worded):
        for place, article_id in enumerate(found):
            worth[article_id] = worth.get(article_id, 0.0) + 1.0 / (_EVENNESS + place)
    return sorted(worth, key=lambda article_id: -worth[article_id])
