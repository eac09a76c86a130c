"""The articles a sandbox begins with, and what earlier customers asked when each of them was the answer.

Texts only, no database: `app.knowledge.service` decides what becomes of them. An article in one language is one
file, `<language>-<name>.md`: title, language, tags and, where only agents read it, visibility between two lines of
dashes, then the answer. `learnt.json` maps keys to questions; `scripts.json` holds three scripts for hard talks in
each language.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from app.knowledge.scripts import ScriptText, read

_FOLDER = Path(__file__).parent


@dataclass(frozen=True)
class SeedArticle:
    """One article in one language; those with the same `of` are one article, and English is its first language.

    `answer` is light Markdown with {{variables}}; `language` is "en" or "ru". `public`: readers of the help centre
    find it too, so each of its variables has a fallback.
    """

    key: str
    of: str
    title: str
    answer: str
    language: str
    tags: tuple[str, ...]
    public: bool


def seed_articles() -> list[SeedArticle]:
    """Articles of the sandbox's firm: ten for customers, and an apology, each in both languages; in order of key."""
    return [_article(path.stem, path.read_text("utf-8")) for path in sorted(_FOLDER.glob("*.md"))]


def learnt_questions() -> list[tuple[str, str]]:
    """Pairs of a question in a customer's words and the key of the article that answered it."""
    by_key: dict[str, list[str]] = json.loads((_FOLDER / "learnt.json").read_text("utf-8"))
    return [(question, key) for key, questions in by_key.items() for question in questions]


def seed_scripts() -> list[ScriptText]:
    """Angry, too expensive, late: in both languages."""
    stored = json.loads((_FOLDER / "scripts.json").read_text("utf-8"))
    return [ScriptText(one["title"], one["language"], read(one["steps"])) for one in stored]


def _article(key: str, text: str) -> SeedArticle:
    _, head, answer = text.split("---\n", 2)
    fields = dict(line.split(": ", 1) for line in head.splitlines())
    tags = tuple(tag.strip() for tag in fields["tags"].split(","))
    public = fields.get("visibility") != "agents"
    return SeedArticle(
        key, key.partition("-")[2], fields["title"], answer.strip(), fields["language"], tags, public
    )
