"""The web application for gunicorn and for the `flask` command, which finds this file by its name."""

from __future__ import annotations

import sys

import click
from flask import Flask

from app import create_app
from app.errors import SincerelyError
from app.installation import prepare, settle, settle_for_commands
from app.settings import SettingsError, load_settings


def _start() -> Flask:
    typed = (
        click.get_current_context(silent=True) is not None
    )  # loaded by the `flask` command, not by a server
    try:
        settings = (settle_for_commands if typed else settle)(load_settings())
        prepare(settings)
    except (SettingsError, SincerelyError) as error:
        sys.exit(f"Sincerely cannot start. {error}")
    made = create_app(settings)
    if typed:
        register_commands(made)
    return made


def register_commands(made: Flask) -> None:
    # Here and not above: a web server has no use for them, nor memory to spare for what they import.
    from app import cli
    from mail_ingest import commands

    cli.register(made)
    commands.register(made)


app = _start()
