"""What can happen to the memory of a Suggester: the same four events in the journal and in a rebuild."""

from dataclasses import asdict, dataclass
from typing import Any

from kb_search.index import ArticleId


@dataclass(frozen=True)
class ArticleText:
    """One article in one language: added, or changed when it is known already."""

    id: ArticleId
    title: str
    body: str
    language: str = ""


@dataclass(frozen=True)
class ArticleRemoved:
    """The article is gone in every language."""

    id: ArticleId


@dataclass(frozen=True)
class Learnt:
    """An agent answered `question` with `article_id`; `wrong` is the article that was shown and passed over.

    `weight` from 0 to 1: how far the answer that was sent is the article.
    """

    question: str
    article_id: ArticleId
    weight: float = 1.0
    wrong: ArticleId | None = None


@dataclass(frozen=True)
class AnsweredFreely:
    """Suggestions were shown for `question`, and the agent wrote an answer that is no article."""

    question: str


Event = ArticleText | ArticleRemoved | Learnt | AnsweredFreely

_KINDS: dict[str, type[Any]] = {
    "article": ArticleText,
    "removed": ArticleRemoved,
    "learnt": Learnt,
    "freely": AnsweredFreely,
}
_NAMES = {kind: name for name, kind in _KINDS.items()}


def to_record(event: Event) -> dict[str, Any]:
    return {"is": _NAMES[type(event)], **asdict(event)}


def from_record(record: dict[str, Any]) -> Event:
    """Raises KeyError or TypeError for a record that is no event."""
    values = {name: value for name, value in record.items() if name != "is"}
    event: Event = _KINDS[record["is"]](**values)
    return event
