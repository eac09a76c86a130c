"""Which servers an address has, from what the world says about its domain. Pure: answers in, candidates out.

In the order of trust: a provider we know, the provider's own description (autoconfig), SRV records (RFC 6186, 8314),
the provider behind the domain's MX, and the customary names.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any
from xml.etree import ElementTree

from app.mailboxes.models import Security
from app.mailboxes.providers import Servers, known_servers

LARGEST_DESCRIPTION = 64 * 1024
_NAME = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?\Z")
_SOCKETS = {"SSL": Security.TLS, "STARTTLS": Security.STARTTLS}
# The end of an MX host → a domain whose servers we know.
_BEHIND_MX = {
    "google.com": "gmail.com",
    "googlemail.com": "gmail.com",
    "yandex.net": "yandex.ru",
    "yandex.ru": "yandex.ru",
    "mail.ru": "mail.ru",
    "outlook.com": "outlook.com",
    "messagingengine.com": "fastmail.com",
    "icloud.com": "icloud.com",
}


@dataclass(frozen=True)
class Found:
    """Servers, the name to sign in with, and how we came by them."""

    servers: Servers
    user: str
    by: str


@dataclass(frozen=True)
class Service:
    """One SRV record: lower priority first; a target of "." says that there is no such service."""

    host: str
    port: int
    priority: int = 0


def by_domain(address: str) -> Found | None:
    """A provider whose servers we know by heart."""
    servers = known_servers(_domain(address))
    return Found(servers, address, "known") if servers else None


def from_description(text: bytes, address: str) -> Found | None:
    """Of an autoconfig file: the first IMAP and the first SMTP with encryption and a password. None without both."""
    if len(text) > LARGEST_DESCRIPTION or b"<!DOCTYPE" in text[:2000].upper() or b"<!ENTITY" in text.upper():
        return None
    try:
        provider = ElementTree.fromstring(text).find("emailProvider")  # noqa: S314 (no entities are left in it)
    except ElementTree.ParseError:
        return None
    if provider is None:
        return None
    imap = _described(provider.findall("incomingServer"), "imap", address)
    smtp = _described(provider.findall("outgoingServer"), "smtp", address)
    if imap is None or smtp is None:
        return None
    servers = Servers(imap[0], smtp[0], imap[1], smtp[1], imap[2], smtp[2])
    return Found(servers, imap[3], "autoconfig")


def from_services(
    imaps: Sequence[Service], submissions: Sequence[Service], submission: Sequence[Service], address: str
) -> Found | None:
    """SRV records of _imaps, _submissions and _submission; None unless both ways are there."""
    imap, smtp = _first(imaps), _first(submissions)
    security = Security.TLS
    if smtp is None:
        smtp, security = _first(submission), Security.STARTTLS
    if imap is None or smtp is None:
        return None
    return Found(Servers(imap.host, smtp.host, imap.port, smtp.port, Security.TLS, security), address, "srv")


def from_exchangers(hosts: Sequence[str], address: str) -> Found | None:
    """The provider that receives the domain's mail, where we know its servers."""
    for host in hosts:
        for end, domain in _BEHIND_MX.items():
            if host == end or host.endswith(f".{end}"):
                servers = known_servers(domain)
                return Found(servers, address, "mx") if servers else None
    return None


def guesses(address: str) -> list[Found]:
    """The customary names; the first that answers is taken."""
    domain = _domain(address)
    names = ((f"imap.{domain}", f"smtp.{domain}"), (f"mail.{domain}", f"mail.{domain}"))
    ways = ((465, Security.TLS), (587, Security.STARTTLS))
    return [
        Found(Servers(imap, smtp, smtp_port=port, smtp_security=security), address, "guess")
        for imap, smtp in names
        for port, security in ways
    ]


def as_form(found: Found) -> dict[str, Any]:
    """Plain values to store and to show in a form."""
    return {**asdict(found.servers), "user": found.user}


def _described(
    nodes: Sequence[ElementTree.Element], kind: str, address: str
) -> tuple[str, int, str, str] | None:
    for node in nodes:
        host, port = (node.findtext("hostname") or "").strip().lower(), (node.findtext("port") or "").strip()
        security = _SOCKETS.get((node.findtext("socketType") or "").strip().upper())
        way = [(one.text or "").strip() for one in node.findall("authentication")]
        usable = (
            node.get("type") == kind and security is not None and (not way or "password-cleartext" in way)
        )
        if usable and _NAME.match(host) and port.isascii() and port.isdigit() and 0 < int(port) < 65536:
            return host, int(port), str(security), _user(node.findtext("username") or "", address)
    return None


def _user(pattern: str, address: str) -> str:
    local, _at, domain = address.rpartition("@")
    named = pattern.strip() or "%EMAILADDRESS%"
    for mark, value in (("%EMAILADDRESS%", address), ("%EMAILLOCALPART%", local), ("%EMAILDOMAIN%", domain)):
        named = named.replace(mark, value)
    return named if named.isprintable() and len(named) <= 320 else address


def _first(services: Sequence[Service]) -> Service | None:
    usable = [one for one in services if _NAME.match(one.host) and 0 < one.port < 65536]
    return min(usable, key=lambda one: one.priority, default=None)


def _domain(address: str) -> str:
    return address.rpartition("@")[2].lower()
