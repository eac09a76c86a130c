"""flask export-articles and import-articles: the knowledge base as a zip of Markdown files."""

from __future__ import annotations

from pathlib import Path

import click
from flask import current_app
from flask.cli import with_appcontext
from sqlalchemy.orm import Session

from app import queue
from app.blobs import BlobStore
from app.db import now, reading, transaction
from app.errors import InvalidInput
from app.knowledge import enclosed, exchange, exchange_files, zips
from app.knowledge.enclosed import Enclosed
from app.knowledge.who_sees import NOBODY_ASKS
from app.settings import Settings


@click.command("export-articles")
@click.argument("path", type=click.Path(dir_okay=False, path_type=Path))
@with_appcontext
def export_articles(path: Path) -> None:
    """Write every article to PATH, a zip with one Markdown file for each article and language, and their files."""
    blobs: BlobStore = current_app.extensions["blobs"]
    with reading() as session:
        texts, files = exchange.export(session, NOBODY_ASKS), exchange_files.export(session, NOBODY_ASKS)
    contents = [(place, digest) for place, digest in files if blobs.has(digest)]
    with path.open("wb") as kept:
        zips.pack_into(kept, texts, ((place, blobs.get(digest)) for place, digest in contents))
    click.echo(f"{len(texts)} articles and {len(contents)} files are in {path}.")


@click.command("import-articles")
@click.argument("path", type=click.Path(exists=True, path_type=Path))
@click.option("--look", is_flag=True, help="Only say what would change.")
@with_appcontext
def import_articles(path: Path, *, look: bool) -> None:
    """Write the articles of PATH, a zip or a folder of Markdown files, files/<article>/ beside them. Nothing is ever
    deleted."""
    settings: Settings = current_app.config["SETTINGS"]
    most = settings.upload_bytes
    try:
        files = _folder(path) if path.is_dir() else zips.unpack(path.read_bytes())
        others = (
            enclosed.in_folder(path, most_bytes=most)
            if path.is_dir()
            else enclosed.in_zip(path.read_bytes(), most_bytes=most)
        )
    except InvalidInput as error:
        raise click.ClickException(str(error)) from None
    with reading() as session:
        plan = _plan(session, files, others, most)
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
    blobs: BlobStore = current_app.extensions["blobs"]
    blobs.put_all(file.read() for one in plan.articles for file in one.files)
    with transaction() as session:
        plan = _plan(session, files, others, most)
        exchange.do(session, plan, by=None, now=now())
    queue.wake("knowledge")
    click.echo(f"Articles: {numbers}, {len(plan.troubles)} left out.")


def _plan(session: Session, files: list[zips.Entry], others: list[Enclosed], most: int) -> exchange.Plan:
    plan = exchange.look(session, NOBODY_ASKS, files)
    return exchange_files.joined(session, plan, others, most_bytes=most)


def _folder(path: Path) -> list[zips.Entry]:
    return [
        zips.entry(one.relative_to(path).as_posix(), one.read_bytes())
        for one in sorted(path.rglob("*.md"))
        if one.relative_to(path).parts[-3:-2] != (enclosed.FOLDER,)
    ]
