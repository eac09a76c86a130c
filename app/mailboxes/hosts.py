"""Which mail servers an admin may enter in the browser: those on the internet, unless a setting says otherwise.

Without this, whoever steals an admin's session could use the helpdesk to try the ports of the company's own network.
"""

from __future__ import annotations

import ipaddress
import re
import socket
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as TooSlow

from app.errors import InvalidInput

LOOKUP_SECONDS = 5.0
_NAME = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?\Z")
_SHARED = ipaddress.ip_network("100.64.0.0/10")
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
# Looking a name up has no time limit of its own.
_lookups = ThreadPoolExecutor(2, "host-lookup")


def check_host(host: str, field: str, *, private: bool) -> None:
    """Raises InvalidInput for what is no server's name, does not exist, or is in a private network."""
    if not _NAME.match(host) and not _is_address(host):
        raise InvalidInput("This is not the name of a server.", field)
    if private:
        return
    addresses = _addresses(host, field)
    if not addresses or not all(is_public(address) for address in addresses):
        raise InvalidInput(
            "This server is in a private network. Set ALLOW_PRIVATE_MAIL_HOSTS, or use flask add-mailbox.",
            field,
        )


def is_public(address: str) -> bool:
    """True for an address that is reached over the internet, also when it stands inside another kind of address."""
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(ip, ipaddress.IPv6Address):
        inner = _inside(ip)
        if inner is not None:
            ip = inner
    return ip.is_global and not ip.is_multicast and ip not in _SHARED


def _inside(ip: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    if ip in _NAT64:
        return ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
    return ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None)


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _addresses(host: str, field: str) -> list[str]:
    try:
        found = _lookups.submit(socket.getaddrinfo, host, None).result(LOOKUP_SECONDS)
    except (OSError, UnicodeError, TooSlow):
        raise InvalidInput("There is no server of this name, or it cannot be looked up now.", field) from None
    return [str(entry[4][0]) for entry in found]
