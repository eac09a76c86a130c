"""The door to providers' descriptions of their mail servers (autoconfig): one encrypted GET, small and soon over.

The domain is what somebody typed, so it could be a trap for the company's own network: the name is looked up once, only
an address of the internet is connected to, redirects are not followed, and nothing of the answer is shown.
"""

from __future__ import annotations

import http.client
import logging
import socket
import ssl
from urllib.parse import quote

from app.mailboxes.hosts import is_public
from app.mailboxes.server_names import LARGEST_DESCRIPTION

log = logging.getLogger(__name__)
TIMEOUT_SECONDS = 5.0


def description(domain: str, address: str) -> bytes | None:
    """What the domain itself says, from one of its two usual places; None when it says nothing."""
    query = f"?emailaddress={quote(address)}"
    for host, path in (
        (f"autoconfig.{domain}", f"/mail/config-v1.1.xml{query}"),
        (domain, f"/.well-known/autoconfig/mail/config-v1.1.xml{query}"),
    ):
        content = _get(host, path)
        if content is not None:
            return content
    return None


class _Pinned(http.client.HTTPSConnection):
    """Connects to an address that was checked, while the certificate must still be the name's."""

    def __init__(self, host: str, ip: str) -> None:
        super().__init__(host, timeout=TIMEOUT_SECONDS, context=ssl.create_default_context())
        self._ip = ip

    def connect(self) -> None:
        plain = socket.create_connection((self._ip, self.port), self.timeout)
        self.sock = ssl.create_default_context().wrap_socket(plain, server_hostname=self.host)


def _get(host: str, path: str) -> bytes | None:
    try:
        found = socket.getaddrinfo(host, 443, type=socket.SOCK_STREAM)
        addresses = [str(entry[4][0]) for entry in found]
        if not addresses or not all(is_public(one) for one in addresses):
            return None
        connection = _Pinned(host, addresses[0])
        try:
            connection.request("GET", path, headers={"User-Agent": "Sincerely", "Accept": "text/xml"})
            answer = connection.getresponse()
            content = answer.read(LARGEST_DESCRIPTION + 1)
        finally:
            connection.close()
    except (OSError, UnicodeError, http.client.HTTPException) as error:
        log.debug("no description from %s: %s", host, type(error).__name__)
        return None
    return content if answer.status == 200 and len(content) <= LARGEST_DESCRIPTION else None
