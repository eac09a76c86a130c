"""The full-text index of messages: FTS5 on SQLite, tsvector with GIN on PostgreSQL, behind one door.

It lies in the database beside the messages and is written in the same transaction, so it knows a message as soon as
anybody can see it, and a lost index is made anew from the rows. Messages from before the index was there are
added by `catch_up`, newest first.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload, selectinload

from app.tickets.models import Message
from app.tickets.search_text import FIELDS, Document, Term, document, for_fts5, for_tsquery

CATCH_UP = 500
# A word that this many messages have is a word by itself, and not the beginning of one.
COMMON = 1000
_NO_END = 2**62
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
_fts5 = sa.table(
    "search_words", sa.column("rowid", sa.BigInteger), sa.column("search_words"), sa.column("rank", sa.Double)
)


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
    """Everything people look a message up by, what its ticket is called among it. Folded quotations are left out:
    they are other messages' words."""
    recipients = [part for pair in (*message.to, *message.cc) for part in pair]
    called = message.ticket.subject if message.ticket is not None else ""
    return document(
        message.subject if called in message.subject else f"{message.subject}\n{called}",
        (message.sender_name, message.sender_email),
        recipients,
        (message.visible, message.signature, *files),
    )


def add_again(session: Session, which: sa.ColumnElement[bool]) -> None:
    """Put these messages into the index as they are now: their ticket is called otherwise, or they are in another."""
    session.flush()
    rows = _with_all(session, sa.select(Message).where(which))
    add(session, [(row, [file.filename for file in row.attachments]) for row in rows])


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
    rows = _with_all(session, query)
    add(session, [(row, [file.filename for file in row.attachments]) for row in rows])
    session.execute(sa.update(progress).values(below=rows[-1].id if len(rows) == most else 0))
    return len(rows)


def start_over(session: Session) -> None:
    """Empty the index; `catch_up` fills it again."""
    session.execute(sa.delete(_fts5 if _is_sqlite(session) else _vectors))
    newest = sa.select(sa.func.coalesce(sa.func.max(Message.id), 0) + 1).scalar_subquery()
    session.execute(sa.update(progress).values(below=newest))


def has(session: Session, terms: Sequence[Term]) -> sa.ColumnElement[bool] | None:
    """The condition that a row of `table(session)` matches all terms; None when nothing is asked."""
    if _is_sqlite(session):
        asked = for_fts5(terms)
        return _fts5.c.search_words.op("MATCH")(asked) if asked else None
    asked = for_tsquery(terms)
    return _vectors.c.words.op("@@")(sa.func.to_tsquery("simple", asked)) if asked else None


def table(session: Session) -> tuple[sa.TableClause, sa.ColumnElement[int]]:
    """The index and, of its columns, the message id. Newest first it is read without sorting."""
    return (_fts5, _fts5.c.rowid) if _is_sqlite(session) else (_vectors, _vectors.c.id)


def newest(
    session: Session, terms: Sequence[Term], before: int, most: int, among: sa.Select[Any] | None = None
) -> sa.Subquery | None:
    """`id` of the newest messages that match, so many at most, older than `before`; None when nothing is asked.

    `among`: ids of the messages that can be meant at all.
    """
    condition = has(session, terms)
    if condition is None:
        return None
    index, key = table(session)
    found = sa.select(key.label("id")).select_from(index).where(condition, key < before)
    if among is not None:
        oldest = sa.select(sa.func.min(among.subquery().c.id)).scalar_subquery()
        # Plus nothing: so that the index is walked once, and not asked for each of these messages.
        found = found.where(key >= oldest, (key + 0).in_(among))
    return found.order_by(key.desc()).limit(most).subquery("found")


def is_common(session: Session, one: Term) -> bool:
    """Whether so many messages have this very word that nobody looks for longer ones that begin with it.

    A beginning is dear: everything that begins so is collected before the newest of it is known.
    """
    found = newest(session, [one], _NO_END, COMMON)
    assert found is not None
    number = session.connection().execute(sa.select(sa.func.count()).select_from(found)).scalar()
    return number == COMMON


def ranked(session: Session, terms: Sequence[Term]) -> tuple[sa.FromClause, sa.ColumnElement[int]] | None:
    """(what to select from, the message id) of messages that match all terms, with their `rank`, the best lowest."""
    condition = has(session, terms)
    if condition is None:
        return None
    index, key = table(session)
    asked = sa.func.to_tsquery("simple", for_tsquery(terms))
    rank = _fts5.c.rank if _is_sqlite(session) else -sa.func.ts_rank(_vectors.c.words, asked)
    found = (
        sa.select(key.label("id"), rank.label("rank")).select_from(index).where(condition).subquery("found")
    )
    return found, found.c.id


def _with_all(session: Session, query: sa.Select[Message]) -> Sequence[Message]:
    """With their files and their tickets, which is what a document needs beside them."""
    return session.scalars(
        query.options(selectinload(Message.attachments), joinedload(Message.ticket, innerjoin=True))
    ).all()


def _row(message_id: int, written: Document) -> dict[str, object]:
    return {"id": message_id, **{field: getattr(written, field) for field in FIELDS}}


def _is_sqlite(session: Session) -> bool:
    return bool(session.get_bind().dialect.name == "sqlite")
