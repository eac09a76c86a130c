"""The migrations make exactly the tables that the models describe, also out of an installation that is in use."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

import app.models as models
from app import db, installation


def test_migrated_tables_are_those_of_the_models(database: str) -> None:
    engine = db.make_engine(database)
    # The full-text index is made by hand: no model describes an FTS5 table, or a tsvector.
    ours = {"include_name": lambda name, kind, _parents: kind != "table" or not name.startswith("search_")}
    with engine.connect() as connection:
        differences = compare_metadata(
            MigrationContext.configure(connection, opts=ours), models.Base.metadata
        )
    engine.dispose()
    assert differences == []


@pytest.mark.usefixtures("database")
def test_mailboxes_of_an_older_version_keep_their_ways(database: str) -> None:
    engine = db.make_engine(database)
    with engine.begin() as connection:
        command.downgrade(installation._config(connection), "0001")
        connection.execute(
            sa.text(
                "INSERT INTO mailboxes (address, name, language, signature, active, sandbox, ask_ratings,"
                " reply_subaddress, imap_host, imap_port, imap_security, imap_user, imap_password, smtp_host,"
                " smtp_port, smtp_security, smtp_user, smtp_password, first_import, created_at, last_error,"
                " lease_owner, lease_token) VALUES ('old@desk.example', 'Old', 'en', 'Old firm', :yes, :no, :yes, :no, 'imap',"
                " 993, 'tls', 'u', 'p', 'smtp', 465, 'tls', 'u', 'p', 'new', '2026-01-02 03:04:05+00:00', '', '', 0)"
            ),
            {"yes": True, "no": False},
        )
    installation.migrate(database)
    with db.reading() as session:
        mailbox = session.scalars(sa.select(models.Mailbox)).one()
    engine.dispose()
    assert (mailbox.auth, mailbox.after_fetch, mailbox.sent_copy) == ("password", "nothing", False)
    assert (mailbox.signature, mailbox.signature_html) == ("Old firm", "")
    assert (mailbox.auto_ack, mailbox.send_per_minute, mailbox.thanks_reopen) == (False, 0, False)
