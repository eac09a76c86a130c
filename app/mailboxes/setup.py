"""The assistant that connects a mailbox: what people say in its three steps, and what is asked of the poller.

The web writes wishes into the row; the poller, which speaks to the network, answers there (mail_ingest.setups).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.accounts.addresses import tidy_email
from app.accounts.models import Agent
from app.errors import Conflict, InvalidInput, NotFound
from app.mailboxes.hosts import check_host
from app.mailboxes.models import FirstImport, Security
from app.mailboxes.service import check_new
from app.mailboxes.setup_models import MailboxSetup, Step, Wanted
from app.security import hash_password, seal
from app.settings import Settings

SERVERS = (
    "imap_host", "imap_port", "imap_security", "smtp_host", "smtp_port", "smtp_security", "user", "password",
)  # fmt: skip
BEGIN = ("address", "password", "name", "language")
# One that nobody came back to is forgotten, and its password with it.
FORGOTTEN_AFTER = timedelta(days=7)
# The poller answers within seconds; after so long it does not run.
PATIENCE = timedelta(minutes=2)


def begin(
    session: Session, form: Mapping[str, str], settings: Settings, *, by: Agent, now: datetime
) -> MailboxSetup:
    """Step one: an address and its password. Raises InvalidInput."""
    session.execute(sa.delete(MailboxSetup).where(MailboxSetup.updated_at < now - FORGOTTEN_AFTER))
    address = tidy_email(form.get("address", ""), "address")
    check_new(session, address)
    if not form.get("password"):
        raise InvalidInput("Enter the password of the mailbox.", "password")
    if form.get("language") not in ("en", "ru"):
        raise InvalidInput("Choose one of these.", "language")
    setup = MailboxSetup(
        agent_id=by.id,
        address=address,
        name=_line(form.get("name", ""), "name"),
        language=form["language"],
        password=seal(settings.secret_key, form["password"]),
        servers={},
        result={},
        created_at=now,
        updated_at=now,
    )
    _want(setup, Wanted.LOOK, now)
    session.add(setup)
    session.flush()
    return setup


def unfinished(session: Session) -> list[MailboxSetup]:
    """To go on with, the newest first."""
    query = sa.select(MailboxSetup).where(MailboxSetup.step != Step.DONE)
    return list(session.scalars(query.order_by(MailboxSetup.id.desc())))


def setup_by_id(session: Session, setup_id: int, *, lock: bool = False) -> MailboxSetup:
    """Raises NotFound."""
    setup = session.get(MailboxSetup, setup_id, with_for_update=lock or None)
    if setup is None:
        raise NotFound("There is no such mailbox.")
    return setup


def choose_servers(
    setup: MailboxSetup, form: Mapping[str, str], settings: Settings, *, now: datetime
) -> None:
    """Servers by hand, then a try. A stored password never goes to another server than the one it was typed for."""
    _may_change(setup)
    servers: dict[str, Any] = {"user": _line(form.get("user", ""), "user") or setup.address}
    for protocol in ("imap", "smtp"):
        host = form.get(f"{protocol}_host", "").strip().rstrip(".").lower()
        security = form.get(f"{protocol}_security", "")
        known = host == setup.servers.get(f"{protocol}_host")
        if not known:
            check_host(host, f"{protocol}_host", private=settings.allow_private_mail_hosts)
            if not form.get("password"):
                raise InvalidInput("Enter the password again: it would go to another server.", "password")
        if security not in list(Security):
            raise InvalidInput("Choose one of these.", f"{protocol}_security")
        if security == Security.NONE and not settings.allow_private_mail_hosts:
            raise InvalidInput("Passwords are sent over encrypted connections only.", f"{protocol}_security")
        servers[f"{protocol}_host"], servers[f"{protocol}_security"] = host, security
        servers[f"{protocol}_port"] = _port(form.get(f"{protocol}_port", ""), f"{protocol}_port")
    if form.get("password"):
        setup.password = seal(settings.secret_key, form["password"])
    setup.servers, setup.found_by, setup.step = servers, "hand", Step.SERVERS
    _want(setup, Wanted.TRY, now)


def choose_import(setup: MailboxSetup, form: Mapping[str, str], settings: Settings, *, now: datetime) -> None:
    """The last step. In the sandbox also: who is the first admin of the real desk."""
    _may_change(setup)
    if setup.step != Step.IMPORT:
        raise Conflict("The servers were not tried yet.")
    if form.get("first_import") not in list(FirstImport):
        raise InvalidInput("Choose one of these.", "first_import")
    if settings.is_sandbox:
        setup.welcome = seal(settings.secret_key, json.dumps(_first_admin(form, settings)))
    setup.first_import = form["first_import"]
    _want(setup, Wanted.CONNECT, now)


def _first_admin(form: Mapping[str, str], settings: Settings) -> dict[str, str]:
    if not form.get("admin_name", "").strip():
        raise InvalidInput("Please fill in a name.", "admin_name")
    email = tidy_email(form.get("admin_email", ""), "admin_email")
    password = form.get("admin_password", "")
    if password != form.get("admin_again", ""):
        raise InvalidInput("The two passwords differ.", "admin_again")
    try:
        hashed = hash_password(password, cost=settings.password_cost)
    except InvalidInput as error:
        raise InvalidInput(str(error), "admin_password") from None
    return {"name": _line(form["admin_name"], "admin_name"), "email": email, "password_hash": hashed}


def answer(
    session: Session, setup_id: int, wanted_at: datetime, values: Mapping[str, Any], *, now: datetime
) -> bool:
    """The poller's answer; nothing when somebody asked for something else meanwhile."""
    done = session.scalars(
        sa.update(MailboxSetup)
        .where(MailboxSetup.id == setup_id, MailboxSetup.wanted_at == wanted_at)
        .values(wanted=Wanted.NOTHING, wanted_at=None, updated_at=now, **values)
        .returning(MailboxSetup.id)
        .execution_options(synchronize_session=False)
    ).all()
    return bool(done)


def is_late(setup: MailboxSetup, now: datetime) -> bool:
    """True when the poller should have answered long ago."""
    return setup.wanted_at is not None and now - setup.wanted_at > PATIENCE


def _may_change(setup: MailboxSetup) -> None:
    if setup.step == Step.DONE or setup.wanted == Wanted.CONNECT:
        raise Conflict("This mailbox is being connected already.")


def _want(setup: MailboxSetup, wanted: str, now: datetime) -> None:
    setup.wanted, setup.wanted_at, setup.updated_at, setup.result = wanted, now, now, {}


def _port(text: str, field: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 6 and 0 < int(text) < 65536):
        raise InvalidInput("This must be a whole number within the limits.", field)
    return int(text)


def _line(text: str, field: str) -> str:
    text = text.strip()
    if len(text) > 200 or (text and not text.isprintable()):
        raise InvalidInput("This is too long, or has characters that do not belong there.", field)
    return text
