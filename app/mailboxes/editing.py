"""What admins change of a mailbox in the browser: an explicit list of fields, each checked, and nothing else."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.errors import Conflict, InvalidInput, NotFound
from app.mailboxes.hosts import check_host
from app.mailboxes.models import AfterFetch, Auth, FirstImport, Folder, Mailbox, RawMail, Security
from app.mailboxes.oauth_client import Client
from app.mailboxes.oauth_consent import save_client
from app.mailboxes.oauth_providers import check_client
from app.mailboxes.providers import servers_for
from app.mailboxes.service import add_mailbox
from app.security import seal
from app.settings import Settings

GENERAL = (
    "name", "language", "signature", "signature_html", "signature_mode", "active", "ask_ratings", "reply_subaddress",
    "thanks_reopen", "auto_ack", "auto_ack_text", "authserv_id", "after_fetch", "after_fetch_folder", "sent_copy",
    "sent_folder", "send_per_minute",
)  # fmt: skip
SERVERS = (
    "auth", "imap_host", "imap_port", "imap_security", "imap_user", "imap_password",
    "smtp_host", "smtp_port", "smtp_security", "smtp_user", "smtp_password",
    "client_id", "client_secret", "tenant",
)  # fmt: skip
NEW = (
    "address",
    "name",
    "language",
    "first_import",
    "auth",
    "password",
    "client_id",
    "client_secret",
    "tenant",
)
# Which signatures stand below a reply; app.outgoing.signatures puts them there.
SIGNATURES = ("both", "agent", "mailbox", "none")
MOST_A_MINUTE = 1000
LONGEST_TEXT = 5000
_AUTHSERV = re.compile(r"[A-Za-z0-9.-]{0,253}\Z")


def edit_general(session: Session, mailbox: Mailbox, form: Mapping[str, str], *, now: datetime) -> None:
    """Everything that is not about servers. Raises InvalidInput with the field that is wrong.

    `signature_html` is safe already, '' for a signature of plain lines.
    """
    values = {name: read(name, form.get(name, "")) for name, read in _READ.items()}
    if values["after_fetch"] == AfterFetch.MOVE and not values["after_fetch_folder"]:
        raise InvalidInput("Say into which folder mail is moved.", "after_fetch_folder")
    wish = (mailbox.after_fetch, mailbox.after_fetch_folder)
    for name, value in values.items():
        setattr(mailbox, name, value)
    if wish != (mailbox.after_fetch, mailbox.after_fetch_folder):
        # Mail that is here already stays where it is on the server.
        mailbox.after_fetch_at = None if mailbox.after_fetch == AfterFetch.NOTHING else now
    session.flush()


def edit_servers(session: Session, mailbox: Mailbox, form: Mapping[str, str], settings: Settings) -> None:
    """Servers, users and passwords; an empty password keeps the stored one, unless it would go to another server."""
    if mailbox.sandbox:
        raise Conflict("The mailbox of the sandbox has its own mail server.")
    auth = _one_of(Auth)("auth", form.get("auth", ""))
    for protocol in ("imap", "smtp"):
        _edit_server(mailbox, protocol, form, settings, auth)
    mailbox.auth = auth
    if auth != Auth.PASSWORD:
        client = Client(
            form.get("client_id", "").strip(),
            form.get("client_secret", "").strip(),
            form.get("tenant", "").strip(),
        )
        check_client(client.id, client.tenant)
        save_client(session, mailbox.id, client, settings)
    session.flush()


def _edit_server(
    mailbox: Mailbox, protocol: str, form: Mapping[str, str], settings: Settings, auth: str
) -> None:
    def typed(name: str) -> str:
        return form.get(f"{protocol}_{name}", "").strip()

    host, before = typed("host").rstrip(".").lower(), getattr(mailbox, f"{protocol}_host")
    if host != before:
        check_host(host, f"{protocol}_host", private=settings.allow_private_mail_hosts)
        if auth == Auth.PASSWORD and not typed("password") and getattr(mailbox, f"{protocol}_password"):
            # Else whoever may edit could have the stored password sent to a server of their own.
            raise InvalidInput(
                "Enter the password again: it would go to another server.", f"{protocol}_password"
            )
    missing = not typed("password") and not getattr(mailbox, f"{protocol}_password")
    if auth == Auth.PASSWORD and host and typed("user") and missing:
        raise InvalidInput("Enter the password of the mailbox.", f"{protocol}_password")
    setattr(mailbox, f"{protocol}_host", host)
    setattr(mailbox, f"{protocol}_port", _number(f"{protocol}_port", typed("port"), 1, 65535))
    security = _one_of(Security)(f"{protocol}_security", typed("security"))
    changed = host != before or security != getattr(mailbox, f"{protocol}_security")
    if security == Security.NONE and changed and not settings.allow_private_mail_hosts:
        raise InvalidInput("Passwords are sent over encrypted connections only.", f"{protocol}_security")
    setattr(mailbox, f"{protocol}_security", security)
    setattr(mailbox, f"{protocol}_user", _line(320)(f"{protocol}_user", typed("user")))
    if form.get(f"{protocol}_password"):
        sealed = seal(settings.secret_key, form[f"{protocol}_password"])
        setattr(mailbox, f"{protocol}_password", sealed)


def add(session: Session, form: Mapping[str, str], settings: Settings, *, now: datetime) -> Mailbox:
    """A new mailbox with the servers that its address suggests; they can be changed on its page."""
    address = form.get("address", "").strip().lower()
    auth = _one_of(Auth)("auth", form.get("auth", ""))
    if auth == Auth.PASSWORD and not form.get("password"):
        raise InvalidInput("Enter the password of the mailbox.", "password")
    client = Client(
        form.get("client_id", "").strip(),
        form.get("client_secret", "").strip(),
        form.get("tenant", "").strip(),
    )
    if auth != Auth.PASSWORD:
        check_client(client.id, client.tenant)
    servers = servers_for(address, auth)
    sealed = seal(settings.secret_key, form["password"]) if auth == Auth.PASSWORD else ""
    mailbox = add_mailbox(
        session,
        Mailbox(
            address=address,
            name=_line(200)("name", form.get("name", "")),
            language=_language("language", form.get("language", "")),
            first_import=_one_of(FirstImport)("first_import", form.get("first_import", "")),
            auth=auth,
            imap_host=servers.imap_host,
            imap_port=servers.imap_port,
            imap_security=servers.imap_security,
            imap_user=address,
            imap_password=sealed,
            smtp_host=servers.smtp_host,
            smtp_port=servers.smtp_port,
            smtp_security=servers.smtp_security,
            smtp_user=address,
            smtp_password=sealed,
            created_at=now,
        ),
    )
    for field in ("imap_host", "smtp_host"):
        check_host(getattr(mailbox, field), "address", private=settings.allow_private_mail_hosts)
    if auth != Auth.PASSWORD:
        save_client(session, mailbox.id, client, settings)
    return mailbox


def add_folder(session: Session, mailbox: Mailbox, name: str, *, now: datetime) -> Folder:
    """Watch one more folder; mail that is in it already is history. One that was watched before goes on."""
    name = name.strip()
    if not name or len(name) > 500 or not name.isprintable() or name.startswith("("):
        raise InvalidInput("This cannot be the name of a folder.", "folder")
    known = next((folder for folder in mailbox.folders if _same(folder.name, name)), None)
    if known is not None:
        if known.watched:
            raise InvalidInput("This folder is watched already.", "folder")
        known.watched = True
        return known
    folder = Folder(mailbox_id=mailbox.id, name=name, added_at=now)
    session.add(folder)
    session.flush()
    return folder


def remove_folder(session: Session, mailbox: Mailbox, folder_id: int) -> Folder:
    """Watch it no longer. What came from it stays; a folder that never brought anything is forgotten."""
    watched = [folder for folder in mailbox.folders if folder.watched and not folder.name.startswith("(")]
    folder = next((folder for folder in watched if folder.id == folder_id), None)
    if folder is None:
        raise NotFound("There is no such folder.")
    if len(watched) == 1:
        raise InvalidInput("A mailbox needs at least one folder.", "folder")
    if session.scalar(sa.select(RawMail.id).where(RawMail.folder_id == folder.id).limit(1)) is None:
        session.delete(folder)
    else:
        folder.watched = False
    session.flush()
    return folder


def want_check(session: Session, mailbox_id: int, *, now: datetime) -> None:
    """Ask the poller to try both servers; the web itself speaks to no mail server."""
    session.execute(
        sa.update(Mailbox)
        .where(Mailbox.id == mailbox_id)
        .values(check_wanted_at=now, check_result=None, checked_at=None)
        .execution_options(synchronize_session=False)
    )


def _same(one: str, other: str) -> bool:
    return one == other or (one.upper() == other.upper() == "INBOX")


_Reader = Callable[[str, str], object]


def _line(longest: int) -> _Reader:
    def read(field: str, text: str) -> str:
        text = text.strip()
        if len(text) > longest or (text and not text.isprintable()):
            raise InvalidInput("This is too long, or has characters that do not belong there.", field)
        return text

    return read


def _text(field: str, text: str) -> str:
    if len(text) > LONGEST_TEXT or "\0" in text:
        raise InvalidInput("This is too long, or has characters that do not belong there.", field)
    return text.replace("\r\n", "\n").strip()


def _flag(_field: str, text: str) -> bool:
    return text == "on"


def _one_of(
    kind: type[Auth] | type[AfterFetch] | type[Security] | type[FirstImport],
) -> Callable[[str, str], str]:
    def read(field: str, text: str) -> str:
        if text not in list(kind):
            raise InvalidInput("Choose one of these.", field)
        return str(text)

    return read


def _language(field: str, text: str) -> str:
    if text not in ("en", "ru"):
        raise InvalidInput("Choose one of these.", field)
    return text


def _signature_mode(field: str, text: str) -> str:
    if text not in ("", *SIGNATURES):
        raise InvalidInput("Choose one of these.", field)
    return text or SIGNATURES[0]


def _number(field: str, text: str, least: int, most: int) -> int:
    if not re.fullmatch(r"\d{1,6}", text.strip()) or not least <= int(text) <= most:
        raise InvalidInput("This must be a whole number within the limits.", field)
    return int(text)


def _authserv_id(field: str, text: str) -> str:
    if not _AUTHSERV.match(text.strip()):
        raise InvalidInput("This is the name of a server, as it stands in Authentication-Results.", field)
    return text.strip().lower()


_READ: dict[str, _Reader] = {
    "name": _line(200),
    "language": _language,
    "signature": _text,
    "signature_html": lambda _field, text: text,
    "signature_mode": _signature_mode,
    "active": _flag,
    "ask_ratings": _flag,
    "reply_subaddress": _flag,
    "thanks_reopen": _flag,
    "auto_ack": _flag,
    "auto_ack_text": _text,
    "authserv_id": _authserv_id,
    "after_fetch": _one_of(AfterFetch),
    "after_fetch_folder": _line(500),
    "sent_copy": _flag,
    "sent_folder": _line(500),
    "send_per_minute": lambda field, text: _number(field, text or "0", 0, MOST_A_MINUTE),
}
