"""Servers of well-known mail providers, so that connecting a mailbox asks for an address and a password only."""

from __future__ import annotations

from dataclasses import dataclass

from app.mailboxes.models import Auth, Security


@dataclass(frozen=True)
class Servers:
    """Where a provider's IMAP and SMTP listen; `hint` says what its customers stumble over."""

    imap_host: str
    smtp_host: str
    imap_port: int = 993
    smtp_port: int = 465
    imap_security: str = Security.TLS
    smtp_security: str = Security.TLS
    hint: str = ""


_HINT = "This provider wants an app password, made in its security settings; the usual password is refused."
_GMAIL = Servers("imap.gmail.com", "smtp.gmail.com", hint=_HINT)
_YANDEX = Servers(
    "imap.yandex.ru", "smtp.yandex.ru", hint=_HINT + " IMAP must be switched on in the mail settings."
)
_MAIL_RU = Servers("imap.mail.ru", "smtp.mail.ru", hint=_HINT)
_ICLOUD = Servers(
    "imap.mail.me.com", "smtp.mail.me.com", smtp_port=587, smtp_security=Security.STARTTLS, hint=_HINT
)
_MICROSOFT = Servers(
    "outlook.office365.com",
    "smtp.office365.com",
    smtp_port=587,
    smtp_security=Security.STARTTLS,
    hint="Microsoft takes no passwords here: sign in with its permission (--auth microsoft).",
)
_FASTMAIL = Servers("imap.fastmail.com", "smtp.fastmail.com", hint=_HINT)

_BY_DOMAIN = {
    "gmail.com": _GMAIL,
    "googlemail.com": _GMAIL,
    "yandex.ru": _YANDEX,
    "ya.ru": _YANDEX,
    "yandex.com": _YANDEX,
    "mail.ru": _MAIL_RU,
    "bk.ru": _MAIL_RU,
    "inbox.ru": _MAIL_RU,
    "list.ru": _MAIL_RU,
    "icloud.com": _ICLOUD,
    "me.com": _ICLOUD,
    "fastmail.com": _FASTMAIL,
    "outlook.com": _MICROSOFT,
    "hotmail.com": _MICROSOFT,
    "live.com": _MICROSOFT,
}
_BY_AUTH = {Auth.GOOGLE: _GMAIL, Auth.MICROSOFT: _MICROSOFT}


def known_servers(domain: str) -> Servers | None:
    """Of a well-known provider's own domain."""
    return _BY_DOMAIN.get(domain)


def servers_for(address: str, auth: str = Auth.PASSWORD) -> Servers:
    """The provider's servers, or the customary names below the address's own domain."""
    if auth != Auth.PASSWORD:
        return _BY_AUTH[Auth(auth)]
    domain = address.rpartition("@")[2].lower()
    return _BY_DOMAIN.get(domain) or Servers(f"imap.{domain}", f"smtp.{domain}")
