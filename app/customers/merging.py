"""Two cards of one person become one, and can become two again.

The card that is merged stays as a signpost without anything on it: its address leads to the other one. Whatever
belongs to a card moves, of every feature, by the foreign keys that name it; what moved is written down, so that taking
it back moves exactly that.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.accounts.models import Agent
from app.customers.card import LONGEST_NOTES
from app.customers.models import CardMerge, Customer
from app.db import Base
from app.errors import Conflict, InvalidInput, NotFound

FOLLOW = 20
TOGETHER = 500
# Of these a card has at most one for each other key, so they cannot simply change hands.
_PAIRED = ("customer_tags", "card_values")
_APART = ("card_merges", *_PAIRED)


def merge(session: Session, source_id: int, target_id: int, *, by: Agent | None, now: datetime) -> CardMerge:
    """Move everything of one card onto another. Raises NotFound, or InvalidInput when it cannot be done."""
    source, target = _both(session, source_id, target_id)
    moved: dict[str, Any] = {
        "source": _said(source), "target": _said(target), "notes": "", "rows": {}, "paired": {}
    }  # fmt: skip
    session.flush()
    first = min((address.position for address in target.addresses), default=0)
    for table, column in _belonging():
        moved["rows"][f"{table.name}.{column.name}"] = _move(session, table, column, source.id, target.id)
    for name in _PAIRED:
        moved["paired"][name] = _move_pairs(session, Base.metadata.tables[name], source.id, target.id)
    _keep_first(session, target.id, moved["target"]["addresses"], first)
    moved["notes"] = _bring_together(source, target)
    source.merged_into_id, source.notes = target.id, ""
    row = CardMerge(
        source_id=source.id,
        target_id=target.id,
        agent_id=by.id if by else None,
        merged_at=now,
        moved=moved,
    )
    session.add(row)
    session.flush()
    session.expire_all()
    return row


def unmerge(session: Session, merge_id: int, *, now: datetime) -> Customer:
    """Undo of `merge`: what came from the card goes back to it. Raises Conflict when the other was merged on."""
    row = session.get(CardMerge, merge_id, with_for_update=True)
    if row is None or row.undone_at is not None:
        raise NotFound("These cards are not merged.")
    source = session.get_one(Customer, row.source_id, with_for_update=True)
    target = session.get_one(Customer, row.target_id, with_for_update=True)
    if target.merged_into_id is not None:
        raise Conflict("The other card was merged as well. Take that back first.")
    for table, column in _belonging():
        ids = row.moved["rows"].get(f"{table.name}.{column.name}", [])
        for part in _parts(ids):
            still = sa.and_(table.c.id.in_(part), column == target.id)
            session.execute(sa.update(table).where(still).values({column: source.id}))
    for name in _PAIRED:
        _pairs_back(session, Base.metadata.tables[name], row.moved["paired"][name], source.id, target.id)
    _positions_back(session, row.moved)
    said = row.moved["source"]
    source.merged_into_id, source.notes = None, said["notes"]
    _words_back(target, row.moved)
    row.undone_at = now
    session.flush()
    session.expire_all()
    return source


def end_of(session: Session, customer_id: int) -> int:
    """Where a card went: itself, or the last of the cards it became part of."""
    for _ in range(FOLLOW):
        further = session.scalar(sa.select(Customer.merged_into_id).where(Customer.id == customer_id))
        if further is None:
            return customer_id
        customer_id = further
    return customer_id


def merged_here(session: Session, customer_id: int) -> list[CardMerge]:
    """Merges into this card that can be taken back, newest first."""
    query = sa.select(CardMerge).where(CardMerge.target_id == customer_id, CardMerge.undone_at.is_(None))
    return list(session.scalars(query.order_by(CardMerge.id.desc())))


def _both(session: Session, source_id: int, target_id: int) -> tuple[Customer, Customer]:
    """Both cards, locked in the order of their numbers so that two merges cannot wait for each other."""
    query = sa.select(Customer).where(Customer.id.in_((source_id, target_id))).order_by(Customer.id)
    # Whoever asks has read them before: what counts is how they are once we have them.
    locked = query.with_for_update(of=Customer).execution_options(populate_existing=True)
    rows = {row.id: row for row in session.scalars(locked)}
    source, target = rows.get(source_id), rows.get(target_id)
    if source is None or target is None:
        raise NotFound("There is no such client card.")
    if source is target:
        raise InvalidInput("A card cannot be merged into itself.", "target")
    if source.merged_into_id is not None or target.merged_into_id is not None:
        raise InvalidInput("One of the two cards was merged already.", "target")
    return source, target


def _said(card: Customer) -> dict[str, Any]:
    return {
        "name": card.name,
        "notes": card.notes,
        "language": card.language,
        "organisation_id": card.organisation_id,
        "addresses": [[address.id, address.position] for address in card.addresses],
    }


def _belonging() -> Iterator[tuple[sa.Table, sa.Column[Any]]]:
    """Every column of every feature that says whose something is."""
    cards = Base.metadata.tables["customers"]
    for table in Base.metadata.sorted_tables:
        if table.name not in _APART and "id" in table.c:
            for key in table.foreign_keys:
                if key.column.table is cards:
                    yield table, key.parent


def _move(
    session: Session, table: sa.Table, column: sa.Column[Any], source_id: int, target_id: int
) -> list[int]:
    ids = list(session.scalars(sa.select(table.c.id).where(column == source_id).order_by(table.c.id)))
    session.execute(sa.update(table).where(column == source_id).values({column: target_id}))
    return ids


def _move_pairs(session: Session, table: sa.Table, source_id: int, target_id: int) -> list[list[Any]]:
    """Tags and fields go along where the other card has none of its own; what stays is written down all the same."""
    other = next(column for column in table.primary_key if column.name != "customer_id")
    there = set(session.scalars(sa.select(other).where(table.c.customer_id == target_id)))
    gone = []
    for row in session.execute(sa.select(table).where(table.c.customer_id == source_id)).mappings():
        values = {name: value for name, value in row.items() if name != "customer_id"}
        came = values[other.name] not in there
        if came:
            session.execute(sa.insert(table).values(customer_id=target_id, **values))
        gone.append([came, values])
    session.execute(sa.delete(table).where(table.c.customer_id == source_id))
    return gone


def _pairs_back(
    session: Session, table: sa.Table, gone: list[list[Any]], source_id: int, target_id: int
) -> None:
    other = next(column for column in table.primary_key if column.name != "customer_id")
    parents = next(iter(other.foreign_keys)).column
    for came, values in gone:
        if came:
            mine = sa.and_(table.c.customer_id == target_id, other == values[other.name])
            session.execute(sa.delete(table).where(mine))
        if session.scalar(sa.select(parents).where(parents == values[other.name])) is not None:
            session.execute(sa.insert(table).values(customer_id=source_id, **values))


def _keep_first(session: Session, target_id: int, own: list[list[int]], first: int) -> None:
    """New letters go on going where they went: the addresses that came stand behind those that were there."""
    addresses = Base.metadata.tables["customer_addresses"]
    kept = [row_id for row_id, _position in own]
    last = max((position for _row_id, position in own), default=first)
    came = sa.and_(addresses.c.customer_id == target_id, addresses.c.id.not_in(kept))
    session.execute(sa.update(addresses).where(came).values(position=last + 1))


def _positions_back(session: Session, moved: dict[str, Any]) -> None:
    addresses = Base.metadata.tables["customer_addresses"]
    for row_id, position in moved["source"]["addresses"]:
        session.execute(sa.update(addresses).where(addresses.c.id == row_id).values(position=position))


def _bring_together(source: Customer, target: Customer) -> str:
    """What the other card does not say is taken over; notes stand below its own. Returns the notes as they are now."""
    target.name = target.name or source.name
    target.language = target.language or source.language
    target.organisation_id = target.organisation_id or source.organisation_id
    both = "\n\n".join(part for part in (target.notes, source.notes) if part)
    target.notes = both[:LONGEST_NOTES]
    return target.notes


def _words_back(target: Customer, moved: dict[str, Any]) -> None:
    """What the merge put on the card, unless somebody has written there since."""
    mine, theirs = moved["target"], moved["source"]
    if target.notes == moved["notes"]:
        target.notes = mine["notes"]
    for name in ("name", "language", "organisation_id"):
        if not mine[name] and getattr(target, name) == theirs[name]:
            setattr(target, name, mine[name])


def _parts(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(ids), TOGETHER):
        yield ids[start : start + TOGETHER]
