"""The five roles in the reader's language, each with what it means."""

from __future__ import annotations

from flask_babel import gettext as _

from app.accounts.models import Role


def role_name(role: str) -> str:
    return {
        Role.ADMIN: _("Admin"),
        Role.LEAD: _("Lead"),
        Role.AGENT: _("Agent"),
        Role.LIGHT: _("Light agent"),
        Role.AUDITOR: _("Auditor"),
    }.get(role, role)  # type: ignore[call-overload, no-any-return]


def role_choices() -> list[tuple[str, str]]:
    """For a select: the role and what it may do."""
    return [
        (Role.AGENT, _("Agent: answers letters")),
        (Role.LIGHT, _("Light agent: reads and writes notes, never to customers")),
        (Role.LEAD, _("Lead: answers, and arranges the work of others")),
        (Role.AUDITOR, _("Auditor: reads everything, changes nothing")),
        (Role.ADMIN, _("Admin: also manages agents, mailboxes and settings")),
    ]


def whose_words(role: str, *, everybody: bool, leads: bool) -> str:
    """Whose figures a page shows, '' for everybody's (app.accounts.leading)."""
    if everybody:
        return ""
    if leads:
        return _("Your teams")
    return _("Your own: you are in no team yet") if role == Role.LEAD else _("Your own")
