"""A request is one unit of work: when the database sends its transaction away, the whole view begins again.

Every view, since none of them does anything outside the database before its first commit (see app.again).
"""

from __future__ import annotations

from flask import Flask, request

from app.again import again
from app.web import auth


def init_app(app: Flask) -> None:
    """After all pages are registered."""
    for endpoint, view in app.view_functions.items():
        if endpoint != "static":
            app.view_functions[endpoint] = again(view, before=_as_it_came)


def _as_it_came() -> None:
    """The request as it was before the view began: files unread, and the agent's row without what was undone."""
    for files in request.files.listvalues():
        for file in files:
            file.stream.seek(0)
    auth.identify_anew()
