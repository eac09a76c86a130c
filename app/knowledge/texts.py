"""What an editor of articles holds, and what of it can be saved. No database."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

from app.errors import InvalidInput
from app.knowledge import segments, variables

LANGUAGES = ("en", "ru")
LONGEST_TITLE = 200
LONGEST_ANSWER = 20_000
_WRONG = {
    "unknown": "This part has no condition we can read.",
    "nested": "One part cannot stand inside another.",
    "unopened": "This mark has no beginning.",
    "unclosed": "This part has no end.",
}


@dataclass(frozen=True)
class ArticleText:
    """What an editor holds."""

    title: str
    answer: str
    language: str
    tags: tuple[str, ...] = ()


class UnknownVariable(InvalidInput):
    """The answer has something in double braces that is no variable; `names` says what."""

    def __init__(self, names: list[str]) -> None:
        super().__init__("These are not variables we know.", "answer")
        self.names = names


class WrongPart(InvalidInput):
    """A part for some customers that cannot be read; `problem` says which and in which line."""

    def __init__(self, problem: segments.Problem) -> None:
        super().__init__(_WRONG[problem.kind], "answer")
        self.problem = problem


def check(text: ArticleText) -> ArticleText:
    """The same text, tidied. Raises InvalidInput with the field."""
    title = " ".join(visible(text.title).split())
    answer = visible(text.answer.replace("\r\n", "\n").replace("\r", "\n")).strip()
    if not title:
        raise InvalidInput("Please give the article a title.", "title")
    if len(title) > LONGEST_TITLE:
        raise InvalidInput("This title is too long.", "title")
    if not answer:
        raise InvalidInput("Please write the answer.", "answer")
    if len(answer) > LONGEST_ANSWER:
        raise InvalidInput("This answer is too long.", "answer")
    if text.language not in LANGUAGES:
        raise InvalidInput("Please choose a language.", "language")
    if wrong := segments.problems(answer):
        raise WrongPart(wrong[0])
    if unknown := variables.unknown(answer):
        raise UnknownVariable(unknown)
    return ArticleText(title, answer, text.language, text.tags)


def tag_words(typed: str) -> tuple[str, ...]:
    """Tags as typed in one field, separated by commas."""
    return tuple(word for word in (part.strip() for part in typed.split(",")) if word)


def visible(text: str) -> str:
    """Without control and private characters; they could only confuse whoever reads the answer."""
    return "".join(
        char
        for char in unicodedata.normalize("NFC", text)
        if char in "\n\t" or unicodedata.category(char) not in ("Cc", "Co", "Cs", "Cn")
    )
