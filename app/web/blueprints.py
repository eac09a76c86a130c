"""Every family of pages, registered in one place."""

from __future__ import annotations

from typing import Any

from flask import Flask
from werkzeug.routing import IntegerConverter

from app.web import (
    administration,
    agents,
    answering,
    article_files,
    assigning,
    assistant,
    attachments,
    automation_hours,
    automation_macros,
    automation_receipts,
    automation_rules,
    branding,
    bulk,
    cards_merge,
    customers,
    drafts,
    earlier,
    fields,
    health,
    help_centre,
    help_centre_letters,
    help_centre_meta,
    help_centre_settings,
    inbox,
    knowledge,
    knowledge_figures,
    letters,
    letters_from_us,
    links,
    live,
    mailbox_connect,
    mailbox_settings,
    mailboxes,
    merging,
    moving,
    notices,
    order,
    pages,
    palette,
    parked,
    pictures,
    printing,
    profile,
    ratings,
    sandbox,
    saved_views,
    search_history,
    signin,
    spam_list,
    splitting,
    suggestions,
    tags,
    teams,
    tickets,
    together,
)

BLUEPRINTS = (
    pages.bp,
    health.bp,
    signin.bp,
    profile.bp,
    agents.bp,
    administration.bp,
    branding.bp,
    inbox.bp,
    bulk.bp,
    saved_views.bp,
    teams.bp,
    assigning.bp,
    tickets.bp,
    suggestions.bp,
    article_files.bp,
    drafts.bp,
    drafts.first_bp,
    answering.bp,
    letters_from_us.bp,
    attachments.bp,
    letters.bp,
    pictures.bp,
    printing.bp,
    earlier.bp,
    search_history.bp,
    palette.bp,
    moving.bp,
    merging.bp,
    order.bp,
    splitting.bp,
    fields.bp,
    cards_merge.bp,
    tags.bp,
    spam_list.bp,
    live.bp,
    together.bp,
    links.bp,
    notices.bp,
    customers.bp,
    knowledge.bp,
    knowledge_figures.bp,
    ratings.bp,
    mailboxes.bp,
    mailbox_settings.bp,
    mailbox_connect.bp,
    assistant.bp,
    automation_hours.bp,
    automation_macros.bp,
    automation_receipts.bp,
    automation_rules.bp,
    parked.bp,
    sandbox.bp,
    help_centre_settings.bp,
    help_centre_meta.bp,
    help_centre_letters.bp,
    help_centre.bp,
)


class RowNumber(IntegerConverter):
    """<int:…> in an address: what no database can have as a number is not found, like any other unknown row."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"max": 2**63 - 1, **kwargs})


def register(app: Flask) -> None:
    app.url_map.converters["int"] = RowNumber
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
