"""What reports cost on a desk of a year: a million messages and a hundred thousand ratings.

    python -m bench.reports [--tickets 100000] [--database sqlite|postgresql] [--times 15]

The desk is that of `flask seed-demo`; what it lacks is added in bulk: a rating for nearly every answered ticket,
articles in half of the replies, times of writing, tags on client cards. Then everything that reports are counted from
is made (that is also what `flask rebuild-reports` costs), and again for five hundred changed tickets. A report is the
whole page as the web makes it, asked for in this process: signed in, with the comparison, in another period or with
another filter each time. To hold: p95 of 500 ms.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Iterator, Sequence
from itertools import cycle

import sqlalchemy as sa
from flask.testing import FlaskClient

from app import create_app, db
from app.reports import rollup
from app.reports.catalogue import REPORTS
from app.tickets.models import Change
from bench.rig import DATABASES, Bench, machine
from bench.web_desk import Desk, furnish

BAR = 500
CHANGED = 500
# In SQL of both databases; numbers of the made-up messages of a ticket follow each other.
FURNITURE = (
    "UPDATE messages SET composing_seconds = 40 + id * 37 % 240 WHERE kind = 'outgoing'",
    "INSERT INTO suggestions (message_id, article_id, rank, confidence, why, shown, outcome, reply_id, created_at)"
    " SELECT letter.id, (SELECT min(id) FROM articles) + reply.id % 12, 1, 0.9, '{}', 'open', 'accepted', reply.id,"
    " reply.arrived_at FROM messages AS reply JOIN messages AS letter ON letter.id = reply.id - 1"
    " WHERE reply.kind = 'outgoing' AND letter.kind = 'incoming' AND letter.ticket_id = reply.ticket_id"
    " AND reply.id % 2 = 0",
    "INSERT INTO ratings (invitation_id, agent_id, ticket_id, customer_id, face, comment, created_at, changed_at,"
    " changeable_until, counted_at, mark) SELECT asked.id, asked.agent_id, messages.ticket_id, asked.customer_id,"
    " CASE WHEN asked.id % 20 < 16 THEN 'good' WHEN asked.id % 20 < 18 THEN 'okay' ELSE 'bad' END, '',"
    " asked.created_at, asked.created_at, asked.created_at, asked.created_at, asked.id FROM rating_invitations AS asked"
    " JOIN messages ON messages.id = asked.message_id"
    " WHERE NOT EXISTS (SELECT 1 FROM ratings WHERE ratings.invitation_id = asked.id)",
    "UPDATE ratings SET mailbox_id = (SELECT mailbox_id FROM tickets WHERE tickets.id = ratings.ticket_id)",
    "INSERT INTO customer_tags (customer_id, tag_id) SELECT customers.id, tags.id FROM customers CROSS JOIN"
    " (SELECT min(id) AS id FROM tags UNION SELECT min(id) + 1 FROM tags) AS tags"
    " WHERE (customers.id + tags.id) % 5 = 0",
)
# Periods and filters that a lead goes through; {tag} and {box} are the first of their kind.
SHORT = ("period=30", "period=7", "period=30&mailbox={box}", "period=30&tag={tag}")
LONG = (
    "period=365",
    "period=365&mailbox={box}",
    "period=365&tag={tag}",
    "period=365&segment=tag-{tag}",
    "period=90",
)


def furniture() -> None:
    for statement in FURNITURE:
        with db.transaction() as session:
            session.execute(sa.text(statement))
    with db.engine().connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        if connection.dialect.name == "postgresql":
            # Numbers that were given in bulk.
            for table in ("suggestions", "ratings"):
                newest = f"(SELECT max(id) FROM {table})"
                connection.execute(sa.text(f"SELECT setval('{table}_id_seq', {newest})"))
        connection.execute(sa.text("ANALYZE"))


def make_facts(zone: str) -> float:
    """Seconds until nothing is left to make."""
    begin, more = time.perf_counter(), True
    while more:
        with db.transaction() as session:
            more = rollup.step(session, zone, db.now())
    return time.perf_counter() - begin


def follow(zone: str, size: int) -> float:
    """Seconds for so many tickets that have changed."""
    with db.transaction() as session:
        step = max(1, size // CHANGED)
        session.add_all(
            Change(ticket_id=number, kind="status", at=db.now()) for number in range(1, size, step)
        )
    return make_facts(zone)


def paths(queries: Sequence[str]) -> dict[str, Iterator[str]]:
    """report → addresses without end."""
    with db.reading() as session:
        tag = session.scalar(sa.text("SELECT min(tag_id) FROM customer_tags"))
        box = session.scalar(sa.text("SELECT min(id) FROM mailboxes"))
    asked = [one.format(tag=tag, box=box) for one in queries]
    found: dict[str, Iterator[str]] = {
        name: cycle([f"/reports/{name}?{one}" for one in asked]) for name in REPORTS
    }
    return found | {
        "briefing": cycle(["/reports/briefing"]),
        "tickets behind": cycle([f"/reports/behind/slow-first?{one}" for one in asked]),
    }


def timed(client: FlaskClient, addresses: Iterator[str], times: int) -> tuple[float, float]:
    """Milliseconds: p50 and p95."""
    walls = []
    for _ in range(times):
        path = next(addresses)
        begin = time.perf_counter()
        answer = client.get(path)
        walls.append((time.perf_counter() - begin) * 1000)
        assert answer.status_code == 200, f"{path}: {answer.status_code}"
    return statistics.median(walls), statistics.quantiles(walls, n=20)[-1]


def measure(desk: Desk, times: int) -> list[list[str]]:
    client = create_app(desk.settings).test_client()
    client.set_cookie("session", desk.cookies[0].partition("=")[2])
    rows = []
    short, long = paths(SHORT), paths(LONG)
    for name in long:
        found = [f"{one:.0f}" for each in (short, long) for one in timed(client, each[name], times)]
        rows.append([name, *found, "yes" if max(float(found[1]), float(found[3])) <= BAR else "NO"])
    return rows


def counted() -> str:
    with db.reading() as session:
        numbers = [
            session.scalar(sa.text(f"SELECT count(*) FROM {table}")) for table in ("messages", "ratings")
        ]
    return f"{numbers[0]:,} messages, {numbers[1]:,} ratings"


def run(database: str, tickets: int, times: int) -> None:
    with Bench() as bench:
        desk = furnish(bench, database, tickets)
        furniture()
        zone = desk.settings.timezone
        whole = make_facts(zone)
        part = follow(zone, tickets)
        print(f"\n{database}, {counted()}.")
        print(f"Facts of all made in {whole:.0f} s, of {CHANGED} changed tickets in {part:.1f} s:\n")
        print("| report | a month, p50 ms | p95 ms | a year, p50 ms | p95 ms | held |")
        print("|---|---|---|---|---|---|")
        for row in measure(desk, times):
            print("| " + " | ".join(row) + " |", flush=True)


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(
        prog="python -m bench.reports",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--tickets", type=int, default=100_000)
    parser.add_argument("--database", choices=DATABASES, action="append")
    parser.add_argument("--times", type=int, default=15)
    options = parser.parse_args(arguments)
    print(f"Reports. {machine()} To hold: p95 of {BAR} ms.")
    for database in options.database or DATABASES:
        run(database, options.tickets, options.times)


if __name__ == "__main__":
    main()
