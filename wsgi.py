"""The web application for gunicorn and for the `flask` command, which finds this file by its name."""

from __future__ import annotations

import sys

import app.cli
import mail_ingest.commands
from app import create_app
from app.errors import SincerelyError
from app.installation import prepare, settle
from app.settings import SettingsError, load_settings


def _start():  # type: ignore[no-untyped-def]
    try:
        settings = settle(load_settings())
        prepare(settings)
    except (SettingsError, SincerelyError) as error:
        sys.exit(f"Sincerely cannot start. {error}")
    return create_app(settings)


app = _start()
