"""What an article teaches before any letter does: its title, and all of it. Pure."""

from collections.abc import Iterator

from kb_search.clean import clean_question
from kb_search.concepts import topics
from kb_search.events import AnsweredFreely, ArticleRemoved, ArticleText, Event, Learnt
from kb_search.features import vector_of
from kb_search.meaning import Meaning
from kb_search.ranking import Asked
from kb_search.stems import words


def texts_of(event: Event) -> list[str]:
    """What an event says, as it is compared and embedded: the lessons of an article, the question of a letter."""
    match event:
        case ArticleText():
            return [event.title, f"{event.title}. {event.body}"] if event.body else [event.title]
        case ArticleRemoved():
            return []
        case Learnt() | AnsweredFreely():
            return [clean_question(event.question)]


def lessons_of(article: ArticleText, meaning: Meaning | None) -> list[Asked]:
    """Each as if it were a letter; without words there is no lesson."""
    texts = texts_of(article)
    vectors = list(_parts(article.vector, len(texts)))
    asked = []
    for text, part in zip(texts, vectors, strict=True):
        vector = vector_of(text)
        if vector.terms:
            asked.append(Asked(vector, meaning.accepted(part, article.model) if meaning else b""))
    return asked


def topics_of(text: str) -> list[str]:
    return topics(words(text))


def _parts(vector: bytes, count: int) -> Iterator[bytes]:
    """The vectors that stand one after the other; empty ones when they do not come out even."""
    size = len(vector) // count
    whole = size * count == len(vector)
    for place in range(count):
        yield vector[place * size : (place + 1) * size] if whole else b""
