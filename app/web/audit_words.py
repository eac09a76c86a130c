"""One line of the log in the reader's language. An entry is data: whatever stands in it is shown as text."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _

from app.accounts.audit import AuditEntry
from app.web.role_words import role_name


def audit_title(kind: str) -> str:
    """What was done, without to what."""
    return _titles().get(kind, kind)


def audit_detail(entry: AuditEntry, mailboxes: dict[int, str]) -> list[str]:
    """Before and after, one short text for each value."""
    detail = dict(entry.detail)
    before, after = detail.pop("before", None), detail.pop("after", None)
    lines = []
    if before is not None or after is not None:
        lines.append(f"{_value(entry.kind, before, mailboxes)} → {_value(entry.kind, after, mailboxes)}")
    for name, value in detail.items():
        if isinstance(value, dict):
            lines += [f"{_names().get(key, key)}: {_pair(pair)}" for key, pair in value.items()]
        elif value is False or value not in ("", None, 0):
            lines.append(f"{_names().get(name, name)}: {_said(name, value)}")
    return lines


def _said(name: str, value: Any) -> str:
    if name == "role":
        return role_name(str(value))
    words = {True: _("yes"), False: _("no"), "added": _("added"), "removed": _("removed")}
    return str(words.get(value, value)) if isinstance(value, bool | str) else str(value)


def _value(kind: str, value: Any, mailboxes: dict[int, str]) -> str:
    if kind == "role":
        return role_name(str(value))
    if value == "all":
        return _("all")
    if isinstance(value, list):
        named = [mailboxes.get(one, f"#{one}") if "grants" in kind else str(one) for one in value]
        return ", ".join(named) or "–"
    return str(value) if value not in ("", None) else "–"


def _pair(value: Any) -> str:
    return " → ".join(_one(one) for one in value) if isinstance(value, list) else str(value)


def _one(value: Any) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return str(value) if value not in ("", None) else "–"


def _names() -> dict[str, str]:
    return {
        "role": _("Role"),
        "tickets": _("tickets"),
        "drafts": _("drafts"),
        "clients": _("clients"),
        "to": _("to"),
        "changed": _("changed"),
        "left": _("left"),
        "active": _("switched on"),
        "first_import": _("Mail that is there already"),
        "imap_host": _("IMAP server"),
        "smtp_host": _("SMTP server"),
        "name": _("Name"),
        "language": _("Language"),
        "signature": _("Signature"),
        "company": _("Company name"),
        "colour": _("Colour"),
        "footer": _("Footer of mails"),
        "logo": _("Logo"),
        "folders": _("Watched folders"),
        "enabled": _("Open"),
        "languages": _("Languages"),
        "greeting": _("Greeting"),
        "topics": _("Topics"),
        "form": _("Form"),
        "mailbox_id": _("Number of the mailbox"),
    }


def _titles() -> dict[str, str]:
    return {
        "asking": _("Changed how ratings are asked for"),
        "rating_reason": _("Changed the reasons beside a rating"),
        "recovery": _("Changed how unhappy customers are won back"),
        "agent added": _("Added an agent"),
        "agent deactivated": _("Deactivated an agent"),
        "agent activated": _("Activated an agent again"),
        "role": _("Changed a role"),
        "grants": _("Changed the mailboxes of an agent"),
        "team grants": _("Changed the mailboxes of a team"),
        "teams": _("Changed the teams of an agent"),
        "signed out": _("Signed an agent out everywhere"),
        "second step": _("Set up a second step at sign-in"),
        "second step off": _("Switched off their second step"),
        "second step reset": _("Reset the second step of an agent"),
        "second step for all": _("Changed whether everybody needs a second step"),
        "recovery codes": _("Made new recovery codes"),
        "recovery code": _("Used a recovery code"),
        "link": _("Made a link to set a password"),
        "handed over": _("Handed over the work of an agent"),
        "team": _("Changed a team"),
        "assignment": _("Changed who gets new tickets"),
        "mailbox added": _("Connected a mailbox"),
        "mailbox": _("Changed the settings of a mailbox"),
        "mailbox servers": _("Changed the servers of a mailbox"),
        "mailbox folder": _("Changed the folders of a mailbox"),
        "brand": _("Changed how mails look"),
        "fields": _("Changed the fields"),
        "tags": _("Changed the tags"),
        "spam": _("Changed the list of spam senders"),
        "exported": _("Took data out"),
        "deleted": _("Deleted data"),
        "setting": _("Changed a setting"),
        "service level": _("Changed a service level"),
        "rule": _("Changed a rule"),
        "macro": _("Changed a macro"),
        "hours": _("Changed business hours"),
        "receipt": _("Changed the receipts of a mailbox"),
        "help centre": _("Changed the help centre"),
    }
