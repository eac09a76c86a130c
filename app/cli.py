"""flask commands that need nothing above app: add-agent, rebuild-search and rebuild-reports."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from flask import Flask, current_app
from flask.cli import with_appcontext

from app import queue
from app.accounts import links, queries, service
from app.accounts.commands import reset_second_step
from app.accounts.models import Role
from app.db import now, transaction
from app.demo.command import seed_demo
from app.errors import InvalidInput
from app.knowledge import index_log
from app.knowledge.commands import export_articles, import_articles
from app.reports import rollup
from app.settings import Settings
from app.tickets import search_index
from kb_search.suggest import Suggester


def register(app: Flask) -> None:
    app.cli.add_command(add_agent)
    app.cli.add_command(reset_second_step)
    app.cli.add_command(rebuild_search)
    app.cli.add_command(rebuild_reports)
    app.cli.add_command(seed_demo)
    app.cli.add_command(export_articles)
    app.cli.add_command(import_articles)


@click.command("add-agent")
@with_appcontext
@click.argument("email")
@click.option("--name", default="", help="Shown to customers; the part before @ if left out.")
@click.option(
    "--role",
    type=click.Choice([role.value for role in Role]),
    default=None,
    help="The first agent becomes an admin if left out.",
)
@click.option(
    "--language", type=click.Choice(service.LANGUAGES), default=None, help="Of the agent's own screen."
)
@click.option("--new-link", is_flag=True, help="For an agent who exists: a new link to set a password.")
def add_agent(email: str, name: str, role: str | None, language: str | None, new_link: bool) -> None:
    """Add an agent and print the one-time link with which they choose a password."""
    try:
        click.echo(_new_link(email) if new_link else _add(email, name, role, language))
    except InvalidInput as error:
        raise click.ClickException(str(error)) from None
    settings: Settings = current_app.config["SETTINGS"]
    if settings.is_sandbox:
        click.echo(
            "No mailbox is connected yet, so this agent belongs to the sandbox and goes with it. "
            "Connect your mailbox first: flask add-mailbox ADDRESS",
            err=True,
        )


def _add(email: str, name: str, role: str | None, language: str | None) -> str:
    settings: Settings = current_app.config["SETTINGS"]
    with transaction() as session:
        chosen = role or (Role.AGENT if queries.first_admin(session) else Role.ADMIN)
        agent = service.make_agent(
            session,
            email,
            name or email.partition("@")[0],
            role=chosen,
            language=language or settings.language,
            timezone=settings.timezone,
            now=now(),
        )
        token = links.invite(session, agent, now=now())
    return (
        f"{agent.name} <{agent.email}> was added as {agent.role}.\n"
        f"Open this link within 24 hours to choose a password; it works once:\n\n    {_address(token)}\n"
    )


def _new_link(email: str) -> str:
    with transaction() as session:
        agent = queries.by_email(session, email)
        if agent is None:
            raise InvalidInput("There is no agent with this address. Leave --new-link out to add one.")
        life = "30 minutes" if agent.password_hash else "24 hours"
        token = links.invite(session, agent, now=now())
    return f"Open this link within {life} to choose a new password; it works once:\n\n    {_address(token)}\n"


def _address(token: str) -> str:
    settings: Settings = current_app.config["SETTINGS"]
    return f"{_public_url(settings)}/welcome/{token}"


def _public_url(settings: Settings) -> str:
    """BASE_URL if it is set; else where Sincerely was last started, which may be another port than this shell's."""
    if not settings.base_url and settings.address_file.exists():
        return settings.address_file.read_text().strip()
    return settings.public_url


@click.command("rebuild-search")
@with_appcontext
def rebuild_search() -> None:
    """Make both indexes anew from the database: that of messages, and the knowledge base's."""
    with transaction() as session:
        search_index.start_over(session)
    click.echo("The scheduler makes the index of messages anew, newest first.")
    settings: Settings = current_app.config["SETTINGS"]
    with _owning(settings.search_dir) as owner:
        if owner:
            rows = _rebuild(settings.search_dir)
            click.echo(f"The search index was made anew from {rows} log rows.")
        else:
            (settings.search_dir / index_log.REBUILD_REQUEST).touch()
            queue.wake("knowledge")
            click.echo("The running knowledge process makes the search index anew now.")


def _rebuild(directory: Path) -> int:
    rows = list(index_log.all_events())
    suggester = Suggester(directory)
    try:
        suggester.rebuild([event for _, event in rows if event is not None], rows[-1][0] if rows else 0)
    finally:
        suggester.close()
    (directory / index_log.REBUILD_REQUEST).unlink(missing_ok=True)
    if suggester.problem:
        raise click.ClickException(suggester.problem)
    return len(rows)


@contextmanager
def _owning(directory: Path) -> Iterator[bool]:
    """True when nobody else owns the index directory; while it is ours no knowledge process can start on it."""
    directory.mkdir(parents=True, exist_ok=True, mode=0o700)
    with (directory / index_log.OWNER_LOCK).open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        yield True


@click.command("rebuild-reports")
@with_appcontext
def rebuild_reports() -> None:
    """Make everything that reports are counted from anew; the figures are the same afterwards."""
    settings: Settings = current_app.config["SETTINGS"]
    with transaction() as session:
        rollup.start_over(session, settings.timezone, now())
    more = True
    while more:
        with transaction() as session:
            more = rollup.step(session, settings.timezone, now())
    click.echo("What reports are counted from was made anew.")
