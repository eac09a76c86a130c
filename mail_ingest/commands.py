"""flask commands that fetch or ingest: import-mail, replay-parked, doctor, and those of mailbox_commands.

Registered by wsgi.py.
"""

from __future__ import annotations

from pathlib import Path

import click
import sqlalchemy as sa
from flask import Flask, current_app
from flask.cli import with_appcontext
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from app import db
from app.blobs import BlobStore
from app.errors import SincerelyError
from app.mailboxes import parked, service
from app.mailboxes.models import Mailbox, RawMail, RawState
from app.settings import Settings
from mail_ingest import doctor
from mail_ingest.importing import ImportReport, Source, import_mail, open_source
from mail_ingest.ingest import Ingest
from mail_ingest.mailbox_commands import add_mailbox, connect_mailbox

IMPORTS = "imported@localhost"


def register(app: Flask) -> None:
    """Add our commands to `flask`."""
    for command in (add_mailbox, connect_mailbox, import_mail_command, replay_parked, doctor_command):
        app.cli.add_command(command)


def _settings() -> Settings:
    """Settings of the database that a person at the command line means; wsgi.py has made it ready."""
    settings: Settings = current_app.config["SETTINGS"]
    return settings


@click.command("import-mail")
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--mailbox", "address", help="The support address this mail was sent to.")
@with_appcontext
def import_mail_command(path: Path, address: str | None) -> None:
    """Bring in old mail: an mbox file, a Maildir, a directory of .eml files, or one .eml. Never answers any of it.

    Can be stopped and started again: what is here already is skipped.
    """
    settings = _settings()
    if settings.is_sandbox:
        click.echo(
            "No mailbox is connected yet: importing into the sandbox. "
            "To keep the imported mail, connect your mailbox first (flask add-mailbox).",
            err=True,
        )
    try:
        source = open_source(path)
        with db.transaction() as session:
            target = _import_target(session, address)
        report = _with_progress(source, target, settings)
    except SincerelyError as error:
        raise click.ClickException(str(error)) from None
    _print_report(source, report)


def _import_target(session: sa.orm.Session, address: str | None) -> Mailbox:
    """The mailbox to file under; one without servers is made when nobody has connected it yet."""
    if address:
        known = session.scalar(sa.select(Mailbox).where(Mailbox.address == address.strip().lower()))
    else:
        everyone = list(session.scalars(sa.select(Mailbox).order_by(Mailbox.id)))
        if len(everyone) > 1:
            names = ", ".join(mailbox.address for mailbox in everyone)
            raise click.ClickException(f"Say which mailbox with --mailbox ADDRESS. There are: {names}.")
        known = everyone[0] if everyone else None
    if known is not None:
        return known
    return service.add_mailbox(session, Mailbox(address=address or IMPORTS, created_at=db.now()), folders=())


def _with_progress(source: Source, target: Mailbox, settings: Settings) -> ImportReport:
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console) as bar:
        task = bar.add_task(source.kind, total=source.count)
        return import_mail(
            source,
            target,
            settings,
            BlobStore(settings.blob_dir),
            progress=lambda done: bar.update(task, completed=done),
        )


def _print_report(source: Source, report: ImportReport) -> None:
    click.echo(
        f"{report.read} mails read from {source.kind}: {report.already_here} were here already"
        + (f", {report.too_large} larger than MAX_MAIL_MB left out" if report.too_large else "")
        + "."
    )
    for state, number in sorted(report.ingest.outcomes.items()):
        click.echo(f"  {state:<10} {number}")


@click.command("replay-parked")
@click.option("--id", "raw_mail_id", type=int, help="Only this mail.")
@with_appcontext
def replay_parked(raw_mail_id: int | None) -> None:
    """Try again to ingest mail that was set aside."""
    settings = _settings()
    chosen = sa.select(RawMail.id)
    with db.transaction() as session:
        number = parked.replay(
            session,
            chosen.where(RawMail.id == raw_mail_id) if raw_mail_id else chosen,
            limit=settings.mail_bytes,
        )
        left = parked.parked_count(session)
    if not number:
        click.echo(f"Nothing to try again; {left} stay parked." if left else "Nothing is parked.")
        return
    report = Ingest(settings, BlobStore(settings.blob_dir)).drain()
    click.echo(f"{number} taken up again, {report.outcomes.get(RawState.PARKED, 0)} parked again.")
    for state, number in sorted(report.outcomes.items()):
        click.echo(f"  {state:<10} {number}")


@click.command("doctor")
@with_appcontext
def doctor_command() -> None:
    """Check settings, database, Redis, mailboxes, SMTP and the search index. Exit code 1 when something is wrong."""
    settings = _settings()
    findings = doctor.examine(settings)
    for finding in findings:
        mark = {
            "ok": click.style("ok  ", fg="green"),
            "warn": click.style("warn", fg="yellow"),
            "bad": click.style("BAD ", fg="red"),
        }[finding.level]
        click.echo(f"{mark}  {finding.what}: {finding.text}")
    if any(finding.level == "bad" for finding in findings):
        raise SystemExit(1)
