"""One line of a list, drawn once for everybody who reads the same.

Fifty lines are half the work of a list, and open pages ask for the same ones again and again. A line is made of its
row, the reader's language and time zone, and a few switches: the same of all that gives the same line. It is made
anew every minute, for the sake of "5 min".
"""

from __future__ import annotations

from functools import lru_cache

from flask import Flask, current_app
from markupsafe import Markup

from app import db
from app.tickets.queries import TicketRow
from app.web.level_words import due_chip
from app.web.words import Words, words

# Some two kilobytes each.
MOST_KEPT = 2000


def init_app(app: Flask) -> None:
    app.jinja_env.globals["ticket_row"] = ticket_row
    app.jinja_env.globals["due_chip"] = lambda at, kind: due_chip(words(), at, kind)


def ticket_row(
    row: TicketRow,
    slug: str,
    opened: bool = False,
    by_waiting: bool = False,
    searched: bool = False,
    with_mailbox: bool = False,
) -> Markup:
    """`slug`: the view whose list it stands in. `opened`: this is the ticket on the screen. `by_waiting`: sorted by
    how long customers wait. `searched`: among tickets of every status. `with_mailbox`: of more than one."""
    minute = int(db.now().timestamp()) // 60
    return _drawn(row, words(), minute, slug, opened, by_waiting, searched, with_mailbox)


@lru_cache(maxsize=MOST_KEPT)
def _drawn(
    row: TicketRow,
    reader: Words,
    _minute: int,
    slug: str,
    opened: bool,
    by_waiting: bool,
    searched: bool,
    with_mailbox: bool,
) -> Markup:
    template = current_app.jinja_env.get_template("inbox/_row.html")
    drawn = template.render(
        row=row,
        slug=slug,
        opened=opened,
        by_waiting=by_waiting,
        searched=searched,
        with_mailbox=with_mailbox,
        _=reader.text,
        ngettext=reader.plural,
        reltime=reader.reltime,
        due=due_chip(reader, row.due_at, row.due_kind),
    )
    return Markup(drawn)  # noqa: S704 (a template of ours, which escapes)
