"""The only user of Whoosh: schema, the one writer, generations.

The index is disposable: everything in it can be written again from the articles. It lives in
`gen-N` directories beside a file `current` that names the live one; a rebuild writes a new directory
and then replaces `current`, so readers see the old index or the new one, never half of one.
The schema is pickled inside: the directory is trusted data.
"""

import json
import os
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from whoosh.fields import ID, STORED, TEXT, Schema
from whoosh.index import Index, create_in, open_dir
from whoosh.scoring import BM25F

from kb_search.stems import analyzer

ArticleId = int | str
CURRENT = "current"
# Letters repeat their words for emphasis less than articles do: high K1 keeps repeats telling.
RANKING = BM25F(B=0.6, K1=4.0)


@dataclass(frozen=True)
class Document:
    """One article in one language; `asked` are questions it answered, `stamp` says which text this is."""

    id: ArticleId
    language: str
    title: str
    body: str
    asked: str = ""
    stamp: str = ""


class IndexTrouble(Exception):
    """The index cannot be read or written; it has to be rebuilt."""


def schema() -> Schema:
    text = analyzer()
    return Schema(
        key=ID(stored=True, unique=True),
        article=ID(stored=True),
        language=ID(stored=True),
        title=TEXT(analyzer=text, stored=True, field_boost=2.0),
        body=TEXT(analyzer=text, stored=True),
        asked=TEXT(analyzer=text),
        stamp=STORED,
    )


def article_key(article_id: ArticleId) -> str:
    """Keeps 7 and "7" apart."""
    return json.dumps(article_id, ensure_ascii=False)


def article_of(key: str) -> ArticleId:
    found = json.loads(key)
    assert isinstance(found, int | str)
    return found


@contextmanager
def _translated() -> Iterator[None]:
    """Whoosh reports a damaged file by whatever its bytes happen to break: any Exception means the same here."""
    try:
        yield
    except IndexTrouble:
        raise
    except Exception as error:
        raise IndexTrouble(f"{type(error).__name__}: {error}") from error


def open_current(directory: Path) -> Index:
    """The live index for reading. Raises IndexTrouble when there is none or it is unreadable.

    A commit renames the table of contents under a reader: one FileNotFoundError is a race, two are the truth.
    """
    with _translated():
        try:
            return open_dir(str(_current_path(directory)))
        except FileNotFoundError:
            return open_dir(str(_current_path(directory)))


def _current_path(directory: Path) -> Path:
    return directory / (directory / CURRENT).read_text("ascii").strip()


class SearchIndex:
    """The one writer."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._index: Index | None = None

    def exists(self) -> bool:
        return (self._directory / CURRENT).exists()

    def open(self) -> None:
        """Opens the live generation; IndexTrouble means: rebuild."""
        self._index = open_current(self._directory)

    def stamps(self) -> dict[tuple[str, str], str]:
        """(article key, language) → stamp of every live document."""
        with _translated(), closing(self._ready().reader()) as reader:
            rows = (reader.stored_fields(number) for number in reader.all_doc_ids())
            return {(row["article"], row["language"]): row["stamp"] for row in rows}

    def write(self, put: Iterable[Document], drop: Iterable[ArticleId] = ()) -> None:
        """One commit: removes the articles of `drop` in all languages, then replaces those of `put`."""
        with _translated():
            writer = self._ready().writer(timeout=10.0)
            try:
                for article_id in drop:
                    writer.delete_by_term("article", article_key(article_id))
                for document in put:
                    writer.update_document(**_fields(document))
            except BaseException:
                writer.cancel()
                raise
            writer.commit()

    def close(self) -> None:
        if self._index is not None:
            self._index.close()
            self._index = None

    def rebuild(self, documents: Sequence[Document]) -> None:
        """Writes a new generation and makes it live."""
        with _translated():
            self._directory.mkdir(parents=True, exist_ok=True)
            path = self._directory / f"gen-{_newest(self._directory) + 1:06d}"
            path.mkdir()
            self._index = create_in(str(path), schema())
            self.write(documents)
            self._switch(path.name)

    def _switch(self, name: str) -> None:
        fresh = self._directory / (CURRENT + ".new")
        with open(fresh, "w", encoding="ascii") as file:
            file.write(name)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(self._directory / CURRENT)
        # The generation before stays for readers that opened it a moment ago.
        for old in sorted(self._directory.glob("gen-*"))[:-2]:
            shutil.rmtree(old, ignore_errors=True)

    def _ready(self) -> Index:
        if self._index is None:
            raise IndexTrouble("no index is open")
        return self._index


def _newest(directory: Path) -> int:
    numbers = [int(path.name[4:]) for path in directory.glob("gen-*") if path.name[4:].isdigit()]
    return max(numbers, default=0)


def _fields(document: Document) -> Mapping[str, str]:
    key = article_key(document.id)
    return {
        "key": f"{key} {document.language}",
        "article": key,
        "language": document.language,
        "title": document.title,
        "body": document.body,
        "asked": document.asked,
        "stamp": document.stamp,
    }
