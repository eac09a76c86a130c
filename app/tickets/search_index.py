"""The full-text index of messages: FTS5 on SQLite, tsvector with GIN on PostgreSQL, behind one door.

It lies in the database beside the messages and is written in the same transaction, so it knows a message as soon as
anybody can see it, and a lost index is made anew from the rows. Messages from before the index was there are
added by `catch_up`, newest first.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session, selectinload

from app.tickets.models import Message
from app.tickets.search_text import FIELDS, Document, Term, document, for_fts5, for_tsquery

CATCH_UP = 500
_FTS5 = sa.text(
    "INSERT OR REPLACE INTO search_words (rowid, subject, sender, recipients, body)"
    " VALUES (:id, :subject, :sender, :recipients, :body)"
)
_VECTOR = " || ".join(
    f"setweight(to_tsvector('simple', one.{field}), '{weight}')"
    for field, weight in zip(FIELDS, "ABCD", strict=True)
)
# One statement for all rows: as many single ones would cost more than everything else about them.
_ARRAYS = ", ".join(f"CAST(:{field} AS text[])" for field in FIELDS)
_TSVECTOR = sa.text(
    f"INSERT INTO search_words (id, words) SELECT one.id, {_VECTOR}"  # noqa: S608 (fixed field names)
    f" FROM unnest(CAST(:id AS bigint[]), {_ARRAYS}) AS one (id, {', '.join(FIELDS)})"
    " ON CONFLICT (id) DO UPDATE SET words = excluded.words"
)
progress = sa.table("search_progress", sa.column("below", sa.BigInteger))
_vectors = sa.table("search_words", sa.column("id", sa.BigInteger), sa.column("words"))
_fts5 = sa.table("search_words", sa.column("rowid", sa.BigInteger), sa.column("search_words"))


def add(session: Session, messages: Iterable[tuple[Message, Sequence[str]]]) -> None:
    """Put messages, each with the names of its files, into the index. They have their ids. Safe to run twice."""
    write(session, [_row(message.id, document_of(message, files)) for message, files in messages])


def write(session: Session, rows: Sequence[Mapping[str, object]]) -> None:
    """Rows with the `id` of a message and the stems of each of FIELDS."""
    if rows and _is_sqlite(session):
        session.connection().execute(_FTS5, rows)
    elif rows:
        session.connection().execute(
            _TSVECTOR, {name: [row[name] for row in rows] for name in ("id", *FIELDS)}
        )


def document_of(message: Message, files: Sequence[str]) -> Document:
    """Everything people look a message up by. Folded quotations are left out: they are other messages' words."""
    recipients = [part for pair in (*message.to, *message.cc) for part in pair]
    return document(
        message.subject,
        (message.sender_name, message.sender_email),
        recipients,
        (message.visible, message.signature, *files),
    )


def remove(session: Session, message_id: int) -> None:
    """Forget a message. Safe to run twice."""
    table, key = (_fts5, _fts5.c.rowid) if _is_sqlite(session) else (_vectors, _vectors.c.id)
    session.execute(sa.delete(table).where(key == message_id))


def catch_up(session: Session, *, most: int = CATCH_UP) -> int:
    """Index the newest messages that are not in the index yet; how many. 0 when all are."""
    below = session.scalar(sa.select(progress.c.below).with_for_update())
    if not below:
        return 0
    query = sa.select(Message).where(Message.id < below).order_by(Message.id.desc()).limit(most)
    rows = session.scalars(query.options(selectinload(Message.attachments))).all()
    add(session, [(row, [file.filename for file in row.attachments]) for row in rows])
    session.execute(sa.update(progress).values(below=rows[-1].id if len(rows) == most else 0))
    return len(rows)


def start_over(session: Session) -> None:
    """Empty the index; `catch_up` fills it again."""
    session.execute(sa.delete(_fts5 if _is_sqlite(session) else _vectors))
    newest = sa.select(sa.func.coalesce(sa.func.max(Message.id), 0) + 1).scalar_subquery()
    session.execute(sa.update(progress).values(below=newest))


def matches(session: Session, terms: Sequence[Term]) -> tuple[sa.FromClause, sa.ColumnElement[int]] | None:
    """(what to select from, the message id) of messages that match all terms; None when nothing is asked."""
    if _is_sqlite(session):
        asked = for_fts5(terms)
        if not asked:
            return None
        found = sa.text("SELECT rowid AS id, rank FROM search_words WHERE search_words MATCH :asked")
        return _as_table(found.bindparams(asked=asked), "id")
    asked = for_tsquery(terms)
    if not asked:
        return None
    query = sa.func.to_tsquery("simple", asked)
    words: sa.ColumnClause[str] = sa.column("words")
    found_vectors = (
        sa.select(_vectors.c.id, (-sa.func.ts_rank(words, query)).label("rank"))
        .where(words.op("@@")(query))
        .subquery("found")
    )
    return found_vectors, found_vectors.c.id


def _as_table(found: sa.TextClause, key: str) -> tuple[sa.FromClause, sa.ColumnElement[int]]:
    table = found.columns(sa.column(key, sa.BigInteger), sa.column("rank", sa.Double)).subquery("found")
    return table, table.c[key]


def _row(message_id: int, written: Document) -> dict[str, object]:
    return {"id": message_id, **{field: getattr(written, field) for field in FIELDS}}


def _is_sqlite(session: Session) -> bool:
    return bool(session.get_bind().dialect.name == "sqlite")
