"""flask export-articles and import-articles: the knowledge base as a zip of Markdown files."""

from __future__ import annotations

from pathlib import Path

import click
from flask.cli import with_appcontext

from app import queue
from app.db import now, reading, transaction
from app.errors import InvalidInput
from app.knowledge import exchange, zips
from app.knowledge.who_sees import NOBODY_ASKS


@click.command("export-articles")
@click.argument("path", type=click.Path(dir_okay=False, path_type=Path))
@with_appcontext
def export_articles(path: Path) -> None:
    """Write every article to PATH, a zip with one Markdown file for each article and language."""
    with reading() as session:
        files = exchange.export(session, NOBODY_ASKS)
    path.write_bytes(zips.pack(files))
    click.echo(f"{len(files)} files are in {path}.")


@click.command("import-articles")
@click.argument("path", type=click.Path(exists=True, path_type=Path))
@click.option("--look", is_flag=True, help="Only say what would change.")
@with_appcontext
def import_articles(path: Path, *, look: bool) -> None:
    """Write the articles of PATH, a zip or a folder of Markdown files. Nothing is ever deleted."""
    try:
        files = _folder(path) if path.is_dir() else zips.unpack(path.read_bytes())
    except InvalidInput as error:
        raise click.ClickException(str(error)) from None
    with reading() as session:
        plan = exchange.look(session, NOBODY_ASKS, files)
    for trouble in plan.troubles:
        place = f"{trouble.name}:{trouble.line}" if trouble.line else trouble.name
        click.echo(f"{place}: {trouble.message} {trouble.detail}".rstrip(), err=True)
    for one in plan.articles:
        for message, name in one.notes:
            click.echo(f"{one.first.key}: {message} {name}", err=True)
    numbers = ", ".join(f"{plan.count(what)} {what}" for what in ("new", "changed", "same"))
    if look:
        click.echo(f"It would be: {numbers}, {len(plan.troubles)} left out.")
        return
    with transaction() as session:
        exchange.do(session, exchange.look(session, NOBODY_ASKS, files), by=None, now=now())
    queue.wake("knowledge")
    click.echo(f"Articles: {numbers}, {len(plan.troubles)} left out.")


def _folder(path: Path) -> list[zips.Entry]:
    return [
        zips.entry(one.relative_to(path).as_posix(), one.read_bytes()) for one in sorted(path.rglob("*.md"))
    ]
