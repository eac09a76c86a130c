"""What the DNS records of a sending domain mean for its letters: SPF, DKIM and DMARC, each judged in one sentence."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

# Names under which providers publish DKIM keys; there is no list of a domain's own.
SELECTORS = (
    "google", "selector1", "selector2", "default", "mail", "dkim", "k1", "s1", "s2", "fm1", "fm2", "fm3", "mailru",
    "yandex", "zoho", "protonmail", "sig1", "smtp", "mx", "20230601",
)  # fmt: skip
# Names that never exist (RFC 2606, RFC 6761).
RESERVED = (".example", ".test", ".invalid", ".localhost", "example.com", "example.net", "example.org")
Texts = Callable[[str], list[str]]


@dataclass(frozen=True)
class Judgement:
    """`bad` hurts every letter, `warn` makes it likelier to be taken for spam."""

    level: Literal["ok", "warn", "bad"]
    text: str


def is_reserved(domain: str) -> bool:
    return domain.endswith(RESERVED) or "." not in domain


def judge(domain: str, texts: Texts) -> list[Judgement]:
    """`texts` gives the TXT records of a name, none when there is no such name; it may raise TemporaryFailure."""
    return [_spf(domain, texts), _dmarc(domain, texts), _dkim(domain, texts)]


def _spf(domain: str, texts: Texts) -> Judgement:
    """RFC 7208."""
    found = [text for text in texts(domain) if re.match(r"v=spf1( |$)", text, re.IGNORECASE)]
    if not found:
        return Judgement("warn", "SPF: no record. Your provider says what to publish (v=spf1 …).")
    if len(found) > 1:
        return Judgement(
            "bad", "SPF: more than one record, which counts as none. Put them together into one."
        )
    if re.search(r"(^| )\+?all( |$)", found[0], re.IGNORECASE):
        return Judgement("bad", "SPF: the record lets the whole world send for you (+all).")
    return Judgement("ok", f"SPF: {found[0][:120]}")


def _dmarc(domain: str, texts: Texts) -> Judgement:
    """RFC 7489: the domain's own record, or that of a domain above it."""
    labels = domain.split(".")
    for start in range(max(1, len(labels) - 1)):
        name = ".".join(labels[start:])
        found = [text for text in texts(f"_dmarc.{name}") if re.match(r"v=DMARC1\s*(;|$)", text)]
        if len(found) > 1:
            return Judgement("bad", f"DMARC: {name} has more than one record, which counts as none.")
        if found:
            return Judgement("ok", f"DMARC: {found[0][:120]}")
    return Judgement(
        "warn",
        "DMARC: no record. Gmail and Yahoo want one of whoever sends much; v=DMARC1; p=none is a beginning.",
    )


def _dkim(domain: str, texts: Texts) -> Judgement:
    """RFC 6376. A key under a name we do not know of is no fault, so nothing here is bad but a key that was ended."""
    ended = ""
    for selector in SELECTORS:
        for text in texts(f"{selector}._domainkey.{domain}"):
            key = re.search(r"(^|;)\s*p\s*=\s*([^;]*)", text)
            if key and key[2].strip():
                return Judgement("ok", f"DKIM: a key under the name {selector}")
            ended = selector if key else ended
    if ended:
        return Judgement("bad", f"DKIM: the key under the name {ended} was ended (its p= is empty).")
    return Judgement(
        "warn",
        "DKIM: no key under any usual name. Look into a letter you sent: it should say DKIM-Signature.",
    )
