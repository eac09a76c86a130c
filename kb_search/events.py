"""What can happen to the memory of a Suggester: the same four events in the journal and in a rebuild.

`vector` is what the event's text means to the sentence model named `model` (see embed.py), b"" without one.
"""

from base64 import b64decode, b64encode
from dataclasses import asdict, dataclass
from typing import Any

from kb_search.index import ArticleId


@dataclass(frozen=True)
class ArticleText:
    """One article in one language: added, or changed when it is known already.

    `vector`: those of its lessons (see lessons.texts_of), one after the other.
    """

    id: ArticleId
    title: str
    body: str
    language: str = ""
    vector: bytes = b""
    model: str = ""


@dataclass(frozen=True)
class ArticleRemoved:
    """The article is gone in every language."""

    id: ArticleId


@dataclass(frozen=True)
class Learnt:
    """An agent answered `question` with `article_id`; `wrong` is the article that was shown and passed over.

    `weight` from 0 to 1: how far the answer that was sent is the article. `place`: where the letter came from; its
    words are quoted beside letters from there only.
    """

    question: str
    article_id: ArticleId
    weight: float = 1.0
    wrong: ArticleId | None = None
    place: str = ""
    vector: bytes = b""
    model: str = ""


@dataclass(frozen=True)
class AnsweredFreely:
    """Suggestions were shown for `question`, and the agent wrote an answer that is no article."""

    question: str
    vector: bytes = b""
    model: str = ""


Event = ArticleText | ArticleRemoved | Learnt | AnsweredFreely

_KINDS: dict[str, type[Any]] = {
    "article": ArticleText,
    "removed": ArticleRemoved,
    "learnt": Learnt,
    "freely": AnsweredFreely,
}
_NAMES = {kind: name for name, kind in _KINDS.items()}


def to_record(event: Event) -> dict[str, Any]:
    """As JSON takes it; what an event does not say is left out."""
    values = {name: value for name, value in asdict(event).items() if value != b"" and value is not None}
    if "vector" in values:
        values["vector"] = b64encode(values["vector"]).decode("ascii")
    return {"is": _NAMES[type(event)], **values}


def from_record(record: dict[str, Any]) -> Event:
    """Raises KeyError, TypeError or ValueError for a record that is no event."""
    values = {name: value for name, value in record.items() if name != "is"}
    if "vector" in values:
        values["vector"] = b64decode(values["vector"])
    event: Event = _KINDS[record["is"]](**values)
    return event
