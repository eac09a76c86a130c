"""An article in one language as a Markdown file: front matter, then the answer. Pure: text in, values out.

    ---
    article: 9f2c4a7d11e08b35
    title: Returning an appliance
    language: en
    first: yes
    tags: returns, refund
    visibility: agents
    owner: nora@shop.example
    review: 2027-01-31
    ---

    Hello {{customer.first_name|there}},

Files with the same `article` are one article; `first` says which language it begins with, and what stands only there
is said of the whole. For some agents only: `only: yes`, with `mailboxes` and `teams`. A file without `article` is
known by its name: returns.en.md and returns.ru.md are one article.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from app.errors import InvalidInput
from app.knowledge.models import Visibility
from app.knowledge.texts import ArticleText, UnknownVariable, WrongPart, check

LONGEST_KEY = 80
LONGEST_HEADER = 40
KNOWN = frozenset(
    "article title language first tags visibility owner review only mailboxes teams archived".split()
)
_FIELD = re.compile(r"([a-z]+):(?:\s+(.*))?\s*")
_KEY = re.compile(r"[\w.-]{1,80}")
_YES = {"yes": True, "no": False, "": False}


class BadFile(InvalidInput):
    """`line` counts from 1; 0 for the file as a whole. `detail` is shown as it is."""

    def __init__(self, message: str, line: int = 0, detail: str = "") -> None:
        super().__init__(message, "file")
        self.line, self.detail = line, detail


@dataclass(frozen=True)
class FileText:
    """One file. What follows `first` is of the whole article and counts only where `first` is."""

    key: str
    title: str
    answer: str
    language: str
    first: bool = False
    tags: tuple[str, ...] = ()
    visibility: str = Visibility.AGENTS
    owner: str = ""
    review: date | None = None
    only: bool = False
    mailboxes: tuple[str, ...] = ()
    teams: tuple[str, ...] = ()
    archived: bool = False


def write(text: FileText) -> str:
    """The file."""
    fields = {"article": text.key, "title": text.title, "language": text.language}
    if text.first:
        fields |= {"first": "yes", "tags": ", ".join(text.tags), "visibility": text.visibility}
        fields |= {"owner": text.owner, "review": text.review.isoformat() if text.review else ""}
        fields |= (
            {"only": "yes", "mailboxes": ", ".join(text.mailboxes), "teams": ", ".join(text.teams)}
            if text.only
            else {}
        )
        fields |= {"archived": "yes"} if text.archived else {}
    head = "".join(f"{name}: {value}\n" for name, value in fields.items() if value)
    return f"---\n{head}---\n\n{text.answer}\n"


def read(name: str, written: str) -> FileText:
    """The file `name` as values. Raises BadFile."""
    lines = written.replace("\r\n", "\n").replace("\r", "\n").removeprefix("\ufeff").split("\n")
    fields, places, end = _header(lines)
    answer = "\n".join(lines[end + 1 :])
    begins = end + 2 + (len(answer) - len(answer.lstrip("\n")))
    text = _checked(fields, places, answer, begins)
    return FileText(
        key=_key(name, fields, places),
        title=text.title,
        answer=text.answer,
        language=text.language,
        first=_flag("first", fields, places),
        tags=text.tags,
        visibility=_one_of(tuple(Visibility), "visibility", fields, places) or Visibility.AGENTS,
        owner=fields.get("owner", "").lower(),
        review=_day(fields, places),
        only=_flag("only", fields, places),
        mailboxes=_list(fields.get("mailboxes", "").lower()),
        teams=_list(fields.get("teams", "")),
        archived=_flag("archived", fields, places),
    )


def _header(lines: list[str]) -> tuple[dict[str, str], dict[str, int], int]:
    """Fields, the line of each, and the index of the line that ends them."""
    if lines[0].strip() != "---":
        raise BadFile("The file must begin with a line of three dashes.", 1)
    fields: dict[str, str] = {}
    places: dict[str, int] = {}
    for index, line in enumerate(lines[1 : LONGEST_HEADER + 1], 1):
        if line.strip() == "---":
            return fields, places, index
        if not line.strip():
            continue
        match = _FIELD.fullmatch(line.rstrip())
        if match is None or match.group(1) not in KNOWN:
            raise BadFile("This line is none that we know.", index + 1, line.strip()[:80])
        if match.group(1) in fields:
            raise BadFile("This is said twice.", index + 1, match.group(1))
        fields[match.group(1)], places[match.group(1)] = (match.group(2) or "").strip(), index + 1
    raise BadFile(
        "The head of the file has no end: a second line of three dashes.", min(len(lines), LONGEST_HEADER)
    )


def _checked(fields: dict[str, str], places: dict[str, int], answer: str, begins: int) -> ArticleText:
    """`begins`: the line that the answer begins in, for what is wrong inside of it."""
    if not fields.get("language"):
        raise BadFile("The language is missing.", 1)
    try:
        return check(
            ArticleText(fields.get("title", ""), answer, fields["language"], _list(fields.get("tags", "")))
        )
    except WrongPart as wrong:
        raise BadFile(str(wrong), begins + wrong.problem.line - 1, "{{" + wrong.problem.text + "}}") from None
    except UnknownVariable as wrong:
        raise BadFile(
            str(wrong), begins + _line_of(answer.lstrip("\n"), wrong.names[0]), wrong.names[0]
        ) from None
    except InvalidInput as wrong:
        raise BadFile(
            str(wrong), places.get(wrong.field or "", begins if wrong.field == "answer" else 1)
        ) from None


def _line_of(answer: str, name: str) -> int:
    return next(
        (number for number, line in enumerate(answer.split("\n")) if name in line and "{{" in line), 0
    )


def _key(name: str, fields: dict[str, str], places: dict[str, int]) -> str:
    key = fields.get("article") or re.sub(r"(\.(en|ru))?\.md$", "", name.rpartition("/")[2])[:LONGEST_KEY]
    key = re.sub(r"[^\w.-]+", "-", key) if not fields.get("article") else key
    if not _KEY.fullmatch(key):
        raise BadFile("This is no name of an article.", places.get("article", 0), key[:80])
    return key


def _flag(field: str, fields: dict[str, str], places: dict[str, int]) -> bool:
    value = fields.get(field, "").lower()
    if value not in _YES:
        raise BadFile("Say yes or no here.", places[field], value[:80])
    return _YES[value]


def _one_of(known: tuple[str, ...], field: str, fields: dict[str, str], places: dict[str, int]) -> str:
    value = fields.get(field, "")
    if value and value not in known:
        raise BadFile("Please choose one of the list.", places[field], ", ".join(known))
    return value


def _day(fields: dict[str, str], places: dict[str, int]) -> date | None:
    try:
        return date.fromisoformat(fields["review"]) if fields.get("review") else None
    except ValueError:
        raise BadFile("A day is written like 2027-01-31.", places["review"], fields["review"][:80]) from None


def _list(written: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(part.strip() for part in written.split(",") if part.strip()))
