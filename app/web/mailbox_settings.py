"""/mailboxes/<id>: what a mailbox is set to. Admins change it; others may read some of it.

Nothing here speaks to a mail server: a try of the connection is asked of the poller, and the page looks for its result.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, current_app, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from app import db
from app.accounts import audit
from app.errors import Conflict, InvalidInput
from app.mailboxes import editing, oauth_consent, queries
from app.mailboxes.models import Auth, Mailbox, OAuthGrant
from app.outgoing import receipts_limit, signatures
from app.outgoing.signature_html import Signature, typed
from app.settings import Settings
from app.web.auth import admin_required, login_required
from app.web.forms import fields
from app.web.writing import edited_signature, shown_signature

bp = Blueprint("mailbox_settings", __name__, url_prefix="/mailboxes")


@bp.get("/<int:mailbox_id>")
@login_required
def show(mailbox_id: int) -> Any:
    return page(mailbox_id)


@bp.post("/<int:mailbox_id>")
@admin_required
def edit(mailbox_id: int) -> Any:
    # href: the editor's field for a link, sent where one was being written.
    form = fields(request.form, *editing.GENERAL, "href")
    del form["href"]

    def change(session: Session, mailbox: Mailbox) -> None:
        signed = typed(form["signature"], form["signature_html"], signatures.stored(mailbox))
        looks = {"signature": signed.text, "signature_html": signed.html}
        editing.edit_general(session, mailbox, form | looks, now=db.now())

    return _changed(mailbox_id, form, change)


@bp.post("/<int:mailbox_id>/servers")
@admin_required
def servers(mailbox_id: int) -> Any:
    """Saves, and asks for a try at once."""
    form, settings = fields(request.form, *editing.SERVERS), _settings()

    def change(session: Session, mailbox: Mailbox) -> None:
        editing.edit_servers(session, mailbox, form, settings)
        editing.want_check(session, mailbox.id, now=db.now())

    return _changed(mailbox_id, form, change)


@bp.post("/<int:mailbox_id>/folders")
@admin_required
def add_folder(mailbox_id: int) -> Any:
    form = fields(request.form, "folder")
    return _changed(
        mailbox_id,
        form,
        lambda session, mailbox: editing.add_folder(session, mailbox, form["folder"], now=db.now()),
    )


@bp.post("/<int:mailbox_id>/folders/<int:folder_id>/remove")
@admin_required
def remove_folder(mailbox_id: int, folder_id: int) -> Any:
    form = fields(request.form)
    return _changed(
        mailbox_id, form, lambda session, mailbox: editing.remove_folder(session, mailbox, folder_id)
    )


@bp.post("/<int:mailbox_id>/resume-automatic")
@admin_required
def resume_automatic(mailbox_id: int) -> Any:
    """The breaker of automatic mail, closed by hand."""
    form = fields(request.form)
    return _changed(mailbox_id, form, lambda _session, mailbox: receipts_limit.resume(mailbox))


@bp.post("/<int:mailbox_id>/check")
@admin_required
def want_check(mailbox_id: int) -> Any:
    form = fields(request.form)
    return _changed(
        mailbox_id,
        form,
        lambda session, mailbox: editing.want_check(session, mailbox.id, now=db.now()),
        said="",
    )


@bp.get("/<int:mailbox_id>/check")
@admin_required
def check(mailbox_id: int) -> Any:
    """What came of the try; asks again by itself until there is a result."""
    with db.reading() as session:
        mailbox = queries.mailbox_with_folders(session, mailbox_id)
    return render_template("mailboxes/_check.html", mailbox=mailbox, watched=watched(mailbox))


def _changed(
    mailbox_id: int,
    form: dict[str, str],
    change: Callable[[Session, Mailbox], object],
    *,
    said: str = "saved",
) -> Any:
    """Do it in one transaction; what was wrong is said at its field, with everything else as it was typed."""
    try:
        with db.transaction() as session:
            mailbox = queries.mailbox_with_folders(session, mailbox_id)
            before = _told(mailbox)
            change(session, mailbox)
            session.expire(mailbox, ["folders"])
            changed = audit.changes(before, _told(mailbox))
            if changed:
                now = db.now()
                audit.note(session, "mailbox", mailbox.address, by=g.agent, now=now, changed=changed)
    except (InvalidInput, Conflict) as error:
        return page(mailbox_id, error=error, entered=form), 422
    if said:
        flash(_("Saved."), "success")
    return redirect(url_for("mailbox_settings.show", mailbox_id=mailbox_id))


def _told(mailbox: Mailbox) -> dict[str, Any]:
    """What the log compares: passwords only by whether they are other ones."""
    values = {
        name: getattr(mailbox, name)
        for name in (*editing.GENERAL, *editing.SERVERS, "automatic_stopped_at")
        if hasattr(mailbox, name)
    }
    # The signature once, with its looks where it has them.
    values["signature"] = values.pop("signature_html") or values["signature"]
    return values | {"folders": sorted(folder.name for folder in watched(mailbox))}


def page(
    mailbox_id: int,
    *,
    error: InvalidInput | Conflict | None = None,
    entered: dict[str, str] | None = None,
    consent: str = "",
) -> str:
    """The whole page; `consent` is where the admin says yes to a provider, once that was begun."""
    settings = _settings()
    with db.reading() as session:
        mailbox = queries.mailbox_with_folders(session, mailbox_id, rights=g.rights)
        grant = session.get(OAuthGrant, mailbox_id)
    values = _values(mailbox, grant, entered or {})
    field = getattr(error, "field", "")
    return render_template(
        "mailboxes/show.html" if g.agent.is_admin else "mailboxes/read.html",
        mailbox=mailbox,
        watched=watched(mailbox),
        grant=grant,
        values=values,
        shown_signature=shown_signature(signatures.stored(mailbox)),
        signature=edited_signature(Signature(values["signature"], values["signature_html"])),
        errors={field: error} if error and field else {},
        refused=_(str(error)) if error and not field else "",
        consent=consent,
        redirect_address=oauth_consent.redirect_address(settings),
        with_password=mailbox.auth == Auth.PASSWORD,
    )


def watched(mailbox: Mailbox) -> list[Any]:
    return [folder for folder in mailbox.folders if folder.watched and not folder.name.startswith("(")]


def _values(mailbox: Mailbox, grant: OAuthGrant | None, entered: dict[str, str]) -> dict[str, Any]:
    """What stands in the fields: secrets never do."""
    values: dict[str, Any] = {
        name: getattr(mailbox, name)
        for name in (*editing.GENERAL, *editing.SERVERS)
        if hasattr(mailbox, name) and "password" not in name
    }
    values |= {
        "client_id": grant.client_id if grant else "",
        "tenant": grant.tenant if grant else "",
        "folder": "",
    }
    return values | {
        name: text for name, text in entered.items() if "password" not in name and "secret" not in name
    }


def _settings() -> Settings:
    settings: Settings = current_app.config["SETTINGS"]
    return settings
