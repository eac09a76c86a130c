"""/settings/help-centre: whether there is one, what it is called, its languages and topics, and where letters go."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _

from app.db import now, reading, transaction
from app.errors import InvalidInput
from app.knowledge import public_pages, public_publishing, public_settings
from app.knowledge.public_settings import LANGUAGES, Centre, Topic
from app.mailboxes.queries import mailbox_names
from app.outgoing import branding
from app.web.auth import admin_required
from app.web.forms import fields, number
from app.web.help_centre_page import NAMES, absolute

bp = Blueprint("help_settings", __name__)


@bp.get("/settings/help-centre")
@admin_required
def show() -> Any:
    with reading() as session:
        centre = public_settings.centre(session)
    return _page(centre)


@bp.post("/settings/help-centre")
@admin_required
def change() -> Any:
    wanted = _wanted(request.form)
    try:
        checked = public_settings.checked(wanted)
        with transaction() as session:
            if checked.mailbox_id is not None and checked.mailbox_id not in mailbox_names(session):
                raise InvalidInput("There is no such mailbox.", "mailbox_id")
            done = public_settings.change(session, checked, by=g.agent, now=now())
            public_publishing.catch_up(session, now=now())
    except InvalidInput as error:
        return _page(wanted, error), 422
    if done:
        flash(_("Saved."), "success")
    return redirect(url_for(".show"))


def _wanted(form: Any) -> Centre:
    names = [f"{part}_{code}" for part in ("language", "name", "greeting") for code in LANGUAGES]
    topics = [name for name in form if name.startswith(("topic_", "topicname_"))]
    values = fields(form, "open", "form", "mailbox_id", *names, *topics)
    return Centre(
        open=values["open"] == "on",
        languages=tuple(code for code in LANGUAGES if values[f"language_{code}"] == "on"),
        names={code: values[f"name_{code}"] for code in LANGUAGES},
        greetings={code: values[f"greeting_{code}"] for code in LANGUAGES},
        topics=_topics(values),
        form=values["form"] == "on",
        mailbox_id=number(values["mailbox_id"]),
    )


def _topics(values: Mapping[str, str]) -> tuple[Topic, ...]:
    """topic_<tag> = on, topicname_<tag>_<language> = what readers see."""
    chosen = [
        number(name.removeprefix("topic_"))
        for name, value in values.items()
        if name.startswith("topic_") and value == "on"
    ]
    return tuple(
        Topic(tag_id, {code: values.get(f"topicname_{tag_id}_{code}", "") for code in LANGUAGES})
        for tag_id in chosen
        if tag_id is not None
    )


def _page(centre: Centre, error: InvalidInput | None = None) -> str:
    with reading() as session:
        tags = public_pages.public_tags(session)
        mailboxes = mailbox_names(session)
        pages = {code: public_pages.number_of_pages(session, code) for code in LANGUAGES}
        refused = public_publishing.refused(session)
        look = branding.look_of(session, None)
    return render_template(
        "help_centre/settings.html",
        centre=centre,
        languages=[(code, NAMES[code]) for code in LANGUAGES],
        tags=tags,
        topics={one.tag_id: one.names for one in centre.topics},
        mailboxes=mailboxes,
        pages=pages,
        refused=refused,
        look=look,
        address=absolute(url_for("help_centre.front")),
        error=error,
        errors={error.field: error} if error is not None and error.field else {},
    )
