"""Every family of pages, registered in one place."""

from __future__ import annotations

from flask import Flask

from app.web import (
    agents,
    attachments,
    customers,
    drafts,
    health,
    inbox,
    knowledge,
    letters,
    live,
    mailboxes,
    pages,
    parked,
    profile,
    ratings,
    sandbox,
    signin,
    suggestions,
    tickets,
)

BLUEPRINTS = (
    pages.bp,
    health.bp,
    signin.bp,
    profile.bp,
    agents.bp,
    inbox.bp,
    tickets.bp,
    suggestions.bp,
    drafts.bp,
    attachments.bp,
    letters.bp,
    live.bp,
    customers.bp,
    knowledge.bp,
    ratings.bp,
    mailboxes.bp,
    parked.bp,
    sandbox.bp,
)


def register(app: Flask) -> None:
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
