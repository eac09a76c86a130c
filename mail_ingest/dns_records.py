"""The door to DNS: TXT, SRV and MX records of a name, with a time limit."""

from __future__ import annotations

import dns.exception
import dns.resolver

from app.errors import TemporaryFailure
from app.mailboxes.server_names import Service

LOOKUP_SECONDS = 4.0


class Records:
    """Asks the name servers of this machine, or those given."""

    def __init__(self, servers: list[str] | None = None, port: int = 53) -> None:
        self._servers = servers
        self._port = port
        self._resolver: dns.resolver.Resolver | None = None

    def texts(self, name: str) -> list[str]:
        """TXT records, each as one text; [] when there are none. Raises TemporaryFailure when nobody knows now."""
        try:
            answer = self._asking().resolve(name, "TXT", search=False)
        except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
            return []
        except dns.exception.DNSException as error:
            raise TemporaryFailure(f"DNS gives no answer ({type(error).__name__}).") from error
        return [b"".join(record.strings).decode("utf-8", "replace") for record in answer]

    def services(self, name: str) -> list[Service]:
        """SRV records; [] when there are none, or nobody knows now."""
        try:
            answer = self._asking().resolve(name, "SRV", search=False)
        except dns.exception.DNSException:
            return []
        return [
            Service(str(record.target).rstrip(".").lower(), record.port, record.priority) for record in answer
        ]

    def exchangers(self, domain: str) -> list[str]:
        """Hosts that receive the domain's mail, the preferred first; [] when there are none, or nobody knows now."""
        try:
            answer = self._asking().resolve(domain, "MX", search=False)
        except dns.exception.DNSException:
            return []
        records = sorted(answer, key=lambda record: record.preference)
        return [str(record.exchange).rstrip(".").lower() for record in records]

    def _asking(self) -> dns.resolver.Resolver:
        if self._resolver is None:
            resolver = dns.resolver.Resolver(configure=self._servers is None)
            if self._servers is not None:
                resolver.nameservers, resolver.port = list(self._servers), self._port
            resolver.lifetime = LOOKUP_SECONDS
            self._resolver = resolver
        return self._resolver
