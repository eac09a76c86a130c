"""flask seed-demo: a desk that looks as if it had been in use for a year."""

from __future__ import annotations

import click
from flask.cli import with_appcontext

from app.db import now, reading
from app.demo.write import has_real_mailbox, write


@click.command("seed-demo")
@with_appcontext
@click.option("--tickets", type=click.IntRange(10, 1_000_000), default=1_000, show_default=True)
@click.option("--yes", is_flag=True, help="Also in a database that real mail is fetched into.")
def seed_demo(tickets: int, yes: bool) -> None:
    """Write made-up tickets of a year, ten messages each on average, in English and Russian.

    For trying the product out at size. They cannot be told from real ones afterwards, so a database with a real
    mailbox is refused.
    """
    with reading() as session:
        if has_real_mailbox(session) and not yes:
            raise click.ClickException(
                "Real mail is fetched into this database. Use another one, or say --yes."
            )
    with click.progressbar(length=tickets, label="Writing tickets") as bar:
        write(tickets, now(), bar.update)
    click.echo(
        f"{tickets} tickets were written. `flask add-agent ADDRESS` makes somebody who can look at them."
    )
