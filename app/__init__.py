"""The helpdesk: what it knows, what can happen, what people see. Imports nothing of mail_ingest or workers."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask

    from app.settings import Settings


def create_app(settings: Settings) -> Flask:
    """The Flask application of one settled mode. Safe to call twice in a process: the last call's database counts."""
    # Poller, worker and scheduler import this package as well: the web is loaded by whoever serves it.
    from app.web.factory import make_app

    return make_app(settings)
