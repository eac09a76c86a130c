"""Every family of pages, registered in one place."""

from __future__ import annotations

from importlib import import_module

from flask import Flask

NAMES = ("pages", "inbox", "tickets", "drafts", "attachments", "letters", "suggestions", "live", "sandbox", "health",
         "signin", "profile", "agents", "knowledge", "customers", "ratings", "parked", "mailboxes")


def register(app: Flask) -> None:
    for name in NAMES:
        try:
            module = import_module(f"app.web.{name}")
        except ModuleNotFoundError as error:
            if error.name != f"app.web.{name}":
                raise
            continue
        app.register_blueprint(module.bp)
