"""What reports cost on a desk of a year: a million messages and a hundred thousand ratings.

    python -m bench.reports [--tickets 101500] [--database sqlite|postgresql] [--times 15] [--keep DIRECTORY]

The desk is that of `flask seed-demo`; what it lacks is added in bulk: a rating for nearly every answered ticket,
openings of its links, articles in half of the replies, times of writing, tags and values on client cards. Then
everything that reports are counted from is made (that is also what `flask rebuild-reports` costs), and again for five
hundred changed tickets. A report is the whole page as the web makes it, asked for in this process: signed in, with the
comparison, in another period or with another filter each time. To hold: p95 of 500 ms. CPU is that of this process and
of all of PostgreSQL's together; where others work on the machine, it is what is compared. With --keep the desk stays
and is measured again by the next run.
"""

from __future__ import annotations

import argparse
import os
import statistics
import time
from collections.abc import Iterator, Sequence
from itertools import cycle
from pathlib import Path

import sqlalchemy as sa
from flask.testing import FlaskClient

from app import create_app, db
from app.ratings.cuts import DIMENSIONS
from app.reports import rollup
from app.reports.catalogue import REPORTS
from app.reports.choices import choose
from app.tickets.models import Change
from bench.kept import KeptBench
from bench.rig import DATABASES, Bench, machine
from bench.web_desk import Desk, family, furnish

BAR = 500
CHANGED = 500
# One search for every tenth message or so, of whoever wrote it.
SEARCHES = (
    "INSERT INTO earlier_searches (key, kind, agent_id, ticket_id, found_id, found_ms, at)"
    " SELECT 'bench-' || id, CASE WHEN id % 4 = 0 THEN 'card' ELSE 'search' END, author_id, ticket_id, ticket_id,"
    " CASE WHEN id % 4 IN (1, 2) THEN 500 + id * 37 % 30000 END, arrived_at FROM messages"
    " WHERE kind = 'outgoing' AND author_id IS NOT NULL AND id % 5 = 0"
)
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
    SEARCHES,
    "UPDATE ratings SET mailbox_id = (SELECT mailbox_id FROM tickets WHERE tickets.id = ratings.ticket_id)",
    "INSERT INTO customer_tags (customer_id, tag_id) SELECT customers.id, tags.id FROM customers CROSS JOIN"
    " (SELECT min(id) AS id FROM tags UNION SELECT min(id) + 1 FROM tags) AS tags"
    " WHERE (customers.id + tags.id) % 5 = 0",
    "UPDATE rating_invitations SET mailbox_id = (SELECT tickets.mailbox_id FROM messages JOIN tickets"
    " ON tickets.id = messages.ticket_id WHERE messages.id = rating_invitations.message_id)",
    # A person opened each link that was answered, a scanner every third.
    "INSERT INTO rating_hits (invitation_id, face, method, filtered, at)"
    " SELECT invitation_id, face, 'GET', '', created_at FROM ratings",
    "INSERT INTO rating_hits (invitation_id, face, method, filtered, at)"
    " SELECT id, 'good', 'GET', 'burst', created_at FROM rating_invitations WHERE id % 3 = 0",
    "INSERT INTO rating_chosen_reasons (rating_id, reason_id) SELECT ratings.id, reasons.id FROM ratings"
    " JOIN rating_reasons AS reasons ON reasons.id = 1 + ratings.id % 4",
    "INSERT INTO fields (scope, key, name, kind, choices, position, required)"
    " VALUES ('card', 'worth', 'Worth', 'number', '[]', 1, FALSE),"
    " ('card', 'plan', 'Plan', 'choice', '[\"Basic\", \"Plus\"]', 2, FALSE)",
    "INSERT INTO card_values (customer_id, field_id, value, number) SELECT customers.id, fields.id,"
    " CAST(customers.id * 37 % 5000 AS TEXT), customers.id * 37 % 5000 FROM customers CROSS JOIN fields"
    " WHERE fields.key = 'worth' AND customers.id % 10 < 8",
    "INSERT INTO card_values (customer_id, field_id, value) SELECT customers.id, fields.id,"
    " CASE WHEN customers.id % 3 = 0 THEN 'Plus' ELSE 'Basic' END FROM customers CROSS JOIN fields"
    " WHERE fields.key = 'plan'",
)
# Periods and filters that a lead goes through; {tag} and {box} are the first of their kind.
SHORT = ("period=30", "period=7", "period=30&mailbox={box}", "period=30&tag={tag}")
LONG = (
    "period=365",
    "period=365&mailbox={box}",
    "period=365&tag={tag}",
    "period=365&segment=tag-{tag}",
    "period=365&segment=field-{plan}-Plus",
    "period=90",
)
# The same of the pages of ratings, which have addresses of their own.
RATED_SHORT = ("days=30", "days=7", "days=30&mailbox={box}", "days=30&tag={tag}")
RATED_LONG = ("days=365", "days=365&mailbox={box}", "days=365&tag={tag}", "days=365&segment={tag}", "days=90")


def furniture() -> None:
    for statement in FURNITURE:
        with db.transaction() as session:
            session.execute(sa.text(statement))
    with db.engine().connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        if connection.dialect.name == "postgresql":
            # Numbers that were given in bulk.
            for table in ("suggestions", "ratings", "rating_hits", "fields"):
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


def paths(queries: Sequence[str], rated: Sequence[str]) -> dict[str, Iterator[str]]:
    """report → addresses without end."""
    first = {
        "tag": "SELECT min(tag_id) FROM customer_tags",
        "box": "SELECT min(id) FROM mailboxes",
        "plan": "SELECT id FROM fields WHERE key = 'plan'",
        "agent": "SELECT min(agent_id) FROM ratings",
    }
    with db.reading() as session:
        known = {name: session.scalar(sa.text(query)) for name, query in first.items()}
    asked = [one.format(**known) for one in queries]
    of_ratings = [one.format(**known) for one in rated]
    pages = {name: (f"/reports/{name}", asked) for name in REPORTS}
    pages |= {
        "briefing": ("/reports/briefing", [""]),
        "tickets behind": ("/reports/behind/slow-first", asked),
    }
    pages |= {f"ratings by {one}": (f"/ratings?by={one}", of_ratings) for one in DIMENSIONS}
    pages |= {
        "ratings one by one": ("/ratings/each", of_ratings),
        "ratings of an agent": (f"/ratings/agents/{known['agent']}", of_ratings),
    }
    return {
        name: cycle([f"{page}{'&' if '?' in page else '?'}{one}" for one in every])
        for name, (page, every) in pages.items()
    }


def timed(client: FlaskClient, addresses: Iterator[str], times: int, server: int | None) -> tuple[float, ...]:
    """Milliseconds: p50 and p95 by the clock, p95 of CPU."""
    walls, cpus = [], []
    for _ in range(times):
        path, before = next(addresses), spent(server)
        begin = time.perf_counter()
        answer = client.get(path)
        walls.append((time.perf_counter() - begin) * 1000)
        cpus.append((spent(server) - before) * 1000)
        assert answer.status_code == 200, f"{path}: {answer.status_code}"
    return statistics.median(walls), _p95(walls), _p95(cpus)


def _p95(values: Sequence[float]) -> float:
    return statistics.quantiles(values, n=20, method="inclusive")[-1]


def measure(desk: Desk, times: int, server: int | None, only: str) -> Iterator[list[str]]:
    """A row for each report. `server`: the process of PostgreSQL, `only`: a part of the names."""
    client = create_app(desk.settings).test_client()
    client.set_cookie("session", desk.cookies[0].partition("=")[2])
    short, long = paths(SHORT, RATED_SHORT), paths(LONG, RATED_LONG)
    for name in [one for one in long if only in one]:
        # The first page of its kind reads templates that the others have.
        client.get(next(short[name]))
        found = [one for each in (short, long) for one in timed(client, each[name], times, server)]
        held = "yes" if max(found[1], found[4]) <= BAR else "CPU" if max(found[2], found[5]) <= BAR else "NO"
        yield [name, *(f"{one:.0f}" for one in found), held]


def spent(server: int | None) -> float:
    """Seconds of CPU so far: of this process, and of the server's."""
    ticks = 0
    for pid in family(server) if server is not None else ():
        try:
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        ticks += sum(map(int, fields[11:13]))
    return time.process_time() + ticks / os.sysconf("SC_CLK_TCK")


def counted() -> str:
    with db.reading() as session:
        numbers = [
            session.scalar(sa.text(f"SELECT count(*) FROM {table}")) for table in ("messages", "ratings")
        ]
    return f"{numbers[0]:,} messages, {numbers[1]:,} ratings"


def make(bench: Bench, database: str, tickets: int) -> Desk:
    desk = furnish(bench, database, tickets)
    furniture()
    with db.transaction() as session:
        field = session.scalar(sa.text("SELECT id FROM fields WHERE key = 'worth'"))
        choose(session, "50 %", None, field)
    whole = make_facts(desk.settings.timezone)
    part = follow(desk.settings.timezone, tickets)
    print(f"Facts of all made in {whole:.0f} s, of {CHANGED} changed tickets in {part:.1f} s.", flush=True)
    return desk


def run(bench: Bench, database: str, options: argparse.Namespace) -> None:
    print(f"\n{database}:", flush=True)
    if isinstance(bench, KeptBench):
        desk = bench.desk(database, options.tickets, lambda: make(bench, database, options.tickets))
    else:
        desk = make(bench, database, options.tickets)
    with db.transaction() as session:
        # A kept desk may be older than what was searched for.
        if not session.scalar(sa.text("SELECT count(*) FROM earlier_searches")):
            session.execute(sa.text(SEARCHES))
    print(f"{counted()}.\n")
    print("| report | a month, p50 ms | p95 ms | CPU p95 | a year, p50 ms | p95 ms | CPU p95 | held |")
    print("|---|---|---|---|---|---|---|---|")
    server = bench.cluster().pid if database == "postgresql" else None
    for row in measure(desk, options.times, server, options.only):
        print("| " + " | ".join(row) + " |", flush=True)
    db.dispose()


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(
        prog="python -m bench.reports",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--tickets", type=int, default=101_500)
    parser.add_argument("--database", choices=DATABASES, action="append")
    parser.add_argument("--times", type=int, default=15)
    parser.add_argument(
        "--keep", type=Path, help="a directory for the desks, for the next run to measure again"
    )
    parser.add_argument("--only", default="", help="reports whose name has this in it")
    options = parser.parse_args(arguments)
    print(f"Reports. {machine()} To hold: p95 of {BAR} ms.")
    with KeptBench(options.keep) if options.keep else Bench() as bench:
        for database in options.database or DATABASES:
            run(bench, database, options)


if __name__ == "__main__":
    main()
