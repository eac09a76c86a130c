"""Parts of the product's work as processes of their own, for faults that do not need the whole fleet."""

from __future__ import annotations

import logging
import os

from werkzeug.serving import make_server

from app import create_app, db
from app.outgoing import sent_copies
from app.outgoing import service as outgoing
from app.settings import load_settings
from workers import jobs


def send_what_is_due() -> None:
    """What scheduler and worker do together, without a bell: everything due now is delivered, then it ends."""
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    settings = load_settings()
    db.configure(settings.database)
    tried: set[int] = set()
    while True:
        with db.transaction() as session:
            outgoing.release_due(session, db.now())
            waiting = [one for one in outgoing.sweep(session, db.now()) if one not in tried]
        if not waiting:
            return
        for message_id in waiting:
            tried.add(message_id)
            jobs.deliver_message(message_id)


def file_what_was_sent() -> None:
    """What scheduler and worker do for the Sent folders, without a bell."""
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    db.configure(load_settings().database)
    with db.reading() as session:
        waiting = sent_copies.due_mailboxes(session, db.now())
    for mailbox_id in waiting:
        jobs.file_sent_copies(mailbox_id)


def replay() -> None:
    """`flask replay-parked`: everything that was set aside is tried again."""
    from wsgi import app, register_commands

    register_commands(app)
    result = app.test_cli_runner().invoke(args=["replay-parked"])
    if result.exit_code:
        raise SystemExit(result.output)


def serve() -> None:
    """The web, several requests at a time."""
    logging.basicConfig(level=logging.WARNING)
    app = create_app(load_settings())
    server = make_server("127.0.0.1", int(os.environ["PORT"]), app, threaded=True)
    server.serve_forever()
